//! What looks like a test and cannot be one: every mistake gets an error that says what to write instead.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};

use crate::asking::{Asking, Offers, arguments};
use crate::ast::{Function, Item, ItemKind, Items};
use crate::attribute::{Attribute, AttributeKind, split_at_commas};
use crate::collect::{self, Group, Place, Receiver, SetUp};
use crate::diagnostic::Diagnostics;
use crate::marked::{self, Marks};
use crate::names::Names;

/// The options of `#[testkit::test(…)]`.
const TEST_OPTIONS: &[&str] = &["timeout"];

/// Reads the options of `#[testkit::test(…)]` into `marks`.
pub(crate) fn test_options(options: TokenStream, marks: &mut Marks, diagnostics: &mut Diagnostics) {
    for option in split_at_commas(options).into_iter().filter(|option| !option.is_empty()) {
        let span = option.first().map_or_else(Span::call_site, TokenTree::span);
        let name = match option.first() {
            Some(TokenTree::Ident(name)) => name.to_string(),
            Some(other) => other.to_string(),
            None => continue,
        };
        match (name.as_str(), option.get(1)) {
            ("timeout", Some(TokenTree::Punct(equals))) if equals.as_char() == '=' => {
                marked::set_timeout(marks, option.into_iter().skip(2).collect(), span, diagnostics);
            }
            ("timeout", _) => diagnostics.plain(span, "write the time limit as in `timeout = \"5s\"`"),
            (name, _) => {
                let message = format!("unknown option `{name}` for `#[testkit::test]`");
                match testkit_protocol::spelling::nearest(name, TEST_OPTIONS) {
                    Some(near) => diagnostics.plain(span, format!("{message}; did you mean `{near}`?")),
                    None => diagnostics.plain(span, format!("{message}; known is `timeout = \"5s\"`")),
                }
            }
        }
    }
}

/// Checks a free function that is to be a test; whether it can be one.
pub(crate) fn function(attributes: &[Attribute], function: &Function, diagnostics: &mut Diagnostics) -> bool {
    let is_callable = signature(function, diagnostics);
    if receiver(function).is_some() {
        diagnostics.error(
            function.name.span(),
            format!("`{}` is a method, and only its group can be collected", function.name),
            "put `#[testkit::tests]` on the `impl` block, and name the type `Test…`",
        );
        return false;
    }
    returned(attributes, function, diagnostics) && is_callable
}

/// Checks a method of a group that is to be a test; how it takes the group's value, if it can be one.
pub(crate) fn method(item: &Item, function: &Function, diagnostics: &mut Diagnostics) -> Option<Receiver> {
    let is_callable = signature(function, diagnostics);
    let is_checked = returned(&item.attributes, function, diagnostics);
    let Some(receiver) = receiver(function) else {
        diagnostics.error(
            function.name.span(),
            format!("the test `{}` of a group does not take `self`", function.name),
            "write `&self`, or move it out of the `impl` block",
        );
        return None;
    };
    (is_callable && is_checked).then_some(receiver)
}

/// Checks what no test may have: `unsafe`, type parameters.
fn signature(function: &Function, diagnostics: &mut Diagnostics) -> bool {
    let (name, span) = (&function.name, function.name.span());
    let mut is_callable = true;
    if function.is("unsafe") {
        is_callable = false;
        diagnostics.error(
            span,
            format!("the test `{name}` is an `unsafe fn`, which only unsafe code may call"),
            "make it a plain `fn` with an `unsafe { … }` block inside",
        );
    }
    if !function.generics.is_empty() || !function.where_clause.is_empty() {
        is_callable = false;
        diagnostics.error(
            span,
            format!("the test `{name}` is generic, so there is no one function to run"),
            format!("call a generic helper from a test for each type, or rename it if `{name}` is no test"),
        );
    }
    is_callable
}

/// `#[should_panic]` and a returned value do not go together.
fn returned(attributes: &[Attribute], function: &Function, diagnostics: &mut Diagnostics) -> bool {
    let should_panic = attributes.iter().find(|attribute| attribute.kind() == AttributeKind::ShouldPanic);
    let (Some(attribute), true) = (should_panic, function.returns_value()) else {
        return true;
    };
    diagnostics.error(
        attribute.span(),
        format!("the test `{}` returns a value, so `#[should_panic]` cannot be on it", function.name),
        "return nothing and `unwrap()` inside, or check the error itself instead of a panic",
    );
    false
}

/// How a method takes `self`; `None` if it does not.
pub(crate) fn receiver(function: &Function) -> Option<Receiver> {
    let first = function.argument_list().first()?;
    let index = first.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "self"))?;
    let before_is_receiver = first[..index].iter().all(|token| match token {
        TokenTree::Punct(punct) => matches!(punct.as_char(), '&' | '\''),
        TokenTree::Ident(_) => true,
        TokenTree::Group(_) | TokenTree::Literal(_) => false,
    });
    if !before_is_receiver {
        return None;
    }
    // `&self`, or `self: &Self`.
    let is_reference = first.iter().any(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '&'));
    Some(if is_reference { Receiver::Reference } else { Receiver::Value })
}

/// Checks `fn setup(…) -> Self` of a group, which may stand under a condition; what it asks for, if it cannot be called as it
/// is.
pub(crate) fn setup(
    item: &Item,
    function: &Function,
    is_conditional: bool,
    (offers, names): (&Offers, &Names),
    diagnostics: &mut Diagnostics,
) -> Option<SetUp> {
    let form = "write `fn setup() -> Self`, with arguments for the fixtures that it needs";
    if receiver(function).is_some() {
        diagnostics.error(function.arguments.span(), "`setup` of a group makes its value, so it takes no `self`", form);
        return None;
    }
    if !function.returns_value() {
        diagnostics.error(function.name.span(), "`setup` of a group must make its value", form);
        return None;
    }
    plain_helper(item, function, "setup", diagnostics);
    let asking = Asking::of_setup(function, is_conditional, offers, names, diagnostics)?;
    let is_fallible = arguments::returned(&function.output).and_then(arguments::value_of_result).is_some();
    if asking.is_empty() && !is_fallible {
        return None;
    }
    let place = Place::of(&item.attributes, &item.visibility, function);
    Some(SetUp { asking, place, span: function.name.span(), is_fallible })
}

/// Checks `fn setup_group(…) -> T` of a group.
pub(crate) fn setup_group(function: &Function, diagnostics: &mut Diagnostics) {
    if receiver(function).is_some() {
        let message = "`setup_group` makes what all tests of the group share, before there is a `self`";
        let form = "write `fn setup_group() -> T`, with arguments for the fixtures that it needs";
        diagnostics.error(function.arguments.span(), message, form);
    }
}

/// Checks `fn teardown_group(value: T)` of a group.
pub(crate) fn teardown_group(function: &Function, diagnostics: &mut Diagnostics) {
    if receiver(function).is_some() || function.argument_list().len() != 1 {
        let message = "`teardown_group` takes the value that `setup_group` has made, and nothing else";
        diagnostics.error(function.arguments.span(), message, "write `fn teardown_group(value: T)`");
    }
}

/// Checks `fn teardown(self)` of a group.
pub(crate) fn teardown(item: &Item, function: &Function, diagnostics: &mut Diagnostics) {
    if receiver(function) != Some(Receiver::Value) || function.argument_list().len() != 1 {
        diagnostics.error(
            function.arguments.span(),
            "`teardown` of a group takes the group's value and nothing else",
            "write `fn teardown(self)`",
        );
    } else {
        plain_helper(item, function, "teardown", diagnostics);
    }
}

fn plain_helper(item: &Item, function: &Function, name: &str, diagnostics: &mut Diagnostics) {
    if function.is("unsafe") || !function.generics.is_empty() {
        let message = format!("`{name}` of a group must be a plain `fn`");
        diagnostics.error(function.name.span(), message, "remove `unsafe` and type parameters");
    }
    if let Some(condition) = item.attributes.iter().find(|attribute| attribute.kind() == AttributeKind::Condition) {
        let message = format!("`{name}` of a group cannot depend on `cfg`");
        diagnostics.error(condition.span(), message, "put the `cfg` on statements inside of it, or on the whole group");
    }
}

/// Checks that a function which is no test has no marks.
pub(crate) fn no_marks_on_helper(attributes: &[Attribute], name: &Ident, diagnostics: &mut Diagnostics) {
    let is_fixture = attributes.iter().any(|attribute| attribute.kind() == AttributeKind::Fixture);
    for attribute in attributes {
        if let AttributeKind::Mark(mark) = attribute.kind() {
            diagnostics.mark_on_no_test(attribute.span(), mark, &name.to_string(), is_fixture);
        }
    }
}

/// Checks that a fixture is no test as well. One whose `#[test]` stands behind `#[fixture]` says it itself.
pub(crate) fn no_test_before_fixture(attributes: &[Attribute], name: &Ident, diagnostics: &mut Diagnostics) {
    let is_fixture = |attribute: &Attribute| attribute.kind() == AttributeKind::Fixture;
    let Some(fixture) = attributes.iter().position(is_fixture) else { return };
    fixture_and_test(&attributes[..fixture], name, diagnostics);
}

/// Says of a fixture that one of these attributes makes it a test.
pub(crate) fn fixture_and_test(attributes: &[Attribute], name: &Ident, diagnostics: &mut Diagnostics) {
    let is_test = |attribute: &&Attribute| match attribute.kind() {
        AttributeKind::Test | AttributeKind::OurTest | AttributeKind::ForeignTest => true,
        AttributeKind::Tests
        | AttributeKind::Fixture
        | AttributeKind::Mark(_)
        | AttributeKind::ShouldPanic
        | AttributeKind::Ignore
        | AttributeKind::Condition
        | AttributeKind::ConditionalAttribute
        | AttributeKind::Passive
        | AttributeKind::Other => false,
    };
    if let Some(attribute) = attributes.iter().find(is_test) {
        let message = format!("`{name}` is a fixture and a test");
        diagnostics.error(attribute.span(), message, format!("remove `#[fixture]` or `#[{}]`", attribute.path));
    }
}

/// Checks that no method is a fixture.
pub(crate) fn no_fixture_among(methods: &[Item], diagnostics: &mut Diagnostics) {
    for item in methods {
        let ItemKind::Function(function) = &item.kind else { continue };
        if item.attributes.iter().any(|attribute| attribute.kind() == AttributeKind::Fixture) {
            method_as_fixture(&function.name, diagnostics);
        }
    }
}

/// Says that a method is no fixture.
pub(crate) fn method_as_fixture(name: &Ident, diagnostics: &mut Diagnostics) {
    let message = format!("`{name}` is a method, and a fixture is a function of a module");
    diagnostics.error(name.span(), message, "move it out of the `impl` block");
}

/// A test that consumes its group leaves nothing for `teardown`.
pub(crate) fn no_value_receivers(
    group: &Group,
    items: &[Item],
    blocks: &BTreeMap<usize, Items>,
    diagnostics: &mut Diagnostics,
) {
    let bodies = blocks.iter().filter(|(index, _)| collect::is_block_of(&items[**index], &group.name));
    for item in bodies.flat_map(|(_, body)| &body.items) {
        let ItemKind::Function(function) = &item.kind else {
            continue;
        };
        let is_value =
            group.methods.iter().any(|method| function.name == method.name && method.receiver == Receiver::Value);
        if is_value {
            diagnostics.error(
                function.arguments.span(),
                format!("the test `{}` consumes its group, which leaves nothing for `teardown`", function.name),
                "write `&self` or `&mut self`",
            );
        }
    }
}
