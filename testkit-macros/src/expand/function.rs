//! A free function that is a test: `#[testkit::test]`, and what the collectors make of such functions.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::description::{self, Module};
use super::{fallback, literal, marks, placed, tokens};
use crate::assertion::Rewriter;
use crate::ast::{self, Function, Item, ItemKind};
use crate::attribute::{Attribute, AttributeKind};
use crate::collect::{Place, Test};
use crate::config;
use crate::diagnostic::Diagnostics;
use crate::marked::{self, Marks};
use crate::validate;

/// Expands `#[testkit::test(options)]`.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut items = ast::scan(item.clone()).items;
    let (Some(item), true) = (items.pop(), items.is_empty()) else {
        return item;
    };
    let Item { attributes, visibility, kind: ItemKind::Function(function) } = item else {
        let span = proc_macro2::Span::call_site();
        let hint = "put it on a function, or `#[testkit::tests]` on an inline module";
        diagnostics.error(span, "`#[testkit::test]` goes on a function", hint);
        let mut tokens = diagnostics.into_tokens();
        tokens.extend(fallback::item(item));
        return tokens;
    };
    let loaded = config::load();
    for error in &loaded.errors {
        diagnostics.plain(proc_macro2::Span::call_site(), error.clone());
    }
    let mut marks = marked::marks(&attributes, &loaded.config, &mut diagnostics);
    validate::test_options(options, &mut marks, &mut diagnostics);
    let name = function.name.to_string();
    let conditions = marked::condition_functions(&mut marks.applied, &name);
    marks.inherit(&[], &name, function.name.span(), &mut diagnostics);
    let is_foreign = attributes.iter().find(|attribute| attribute.kind() == AttributeKind::ForeignTest);
    if let Some(attribute) = is_foreign {
        let message = format!("`#[{}]` already makes this function a test", attribute.path);
        diagnostics.error(attribute.span(), message, "remove one of the two attributes");
    }
    let is_valid = validate::function(&attributes, &function, &mut diagnostics);
    if !is_valid || !diagnostics.is_empty() {
        let mut tokens = diagnostics.into_tokens();
        tokens.extend(fallback::item(Item { attributes, visibility, kind: ItemKind::Function(function) }));
        return tokens;
    }
    let file = function.name.span().file();
    let test = test(&attributes, &visibility, &function, marks.clone());
    let context = Context { rewriter: Rewriter::new(), file: &file, templates: &Templates::new() };
    let mut tokens = hosted(attributes, visibility, *function, &marks, &context);
    tokens.extend(marked::placed_functions(&conditions));
    tokens.extend(description::registration(&Module { file: &file, tests: &[test] }, &loaded));
    tokens
}

/// The model of a free function that hosts itself.
pub(crate) fn test(attributes: &[Attribute], visibility: &[TokenTree], function: &Function, marks: Marks) -> Test {
    let name = function.name.to_string();
    Test {
        name: name.clone(),
        libtest: None,
        place: Place::of(attributes, visibility, function),
        marks,
        plain: false,
        run: name,
    }
}

/// What the functions of one module share.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// How their assertions are rewritten.
    pub(crate) rewriter: Rewriter,
    /// Their file as given to the compiler.
    pub(crate) file: &'a str,
    /// Tokens for each of them.
    pub(crate) templates: &'a Templates,
}

/// The function as libtest's test.
///
/// Where nothing stands in the way, that is the author's function with its body under a condition, which costs the
/// compiler no function more. Else the author's function, under its own name because snapshot tools ask for it, becomes
/// the inner one: if it returns a value, which is to be checked, or has attributes that wrap it (a lock that one of
/// them takes must not be held by the call that turns the process into a worker), or marks that ask something of the
/// hosting function.
pub(crate) fn hosted(
    attributes: Vec<Attribute>,
    visibility: Vec<TokenTree>,
    function: Function,
    marks: &Marks,
    context: &Context<'_>,
) -> TokenStream {
    let Context { rewriter, file, templates } = *context;
    let name = function.name.clone();
    let keyword = function.keyword.clone();
    let (outer, inner): (Vec<_>, Vec<_>) =
        attributes.into_iter().partition(|attribute| marked::is_hosted(attribute.kind()));
    let outer = marked::without(outer, |kind| match kind {
        AttributeKind::Mark(_) => true,
        AttributeKind::Ignore | AttributeKind::ShouldPanic => marks.change_the_host(),
        _ => false,
    });
    let inner: Vec<_> = inner.into_iter().filter(|attribute| attribute.kind() == AttributeKind::Other).collect();
    let mut span = name.span();
    let mut body: Vec<TokenTree> = Vec::new();
    match function.body {
        TokenTree::Group(ref block) if inner.is_empty() && !marks.are_hosted() && is_flat(&function, block) => {
            span = block.span();
            body.extend_from_slice(&templates.begin);
            body.push(TokenTree::Group(Group::new(Delimiter::Parenthesis, TokenTree::Ident(name.clone()).into())));
            body.push(TokenTree::Group(rewritten(rewriter, block.clone())));
        }
        _ => {
            let call = if function.returns_value() {
                let place = name.span().start();
                format!("|| {}", settled(&format!("{name}()"), file, place.line, place.column + 1))
            } else if function.qualifiers.is_empty() {
                name.to_string()
            } else {
                format!("|| {name}()")
            };
            body.extend(inner.into_iter().flat_map(Attribute::into_tokens));
            push_rewritten(function, rewriter, &mut body);
            body.extend(placed(tokens(&marks::run_text(&call, marks)), span));
        }
    }
    let mut tokens: Vec<TokenTree> = outer.into_iter().flat_map(Attribute::into_tokens).collect();
    if marks.change_the_host() {
        tokens.extend(self::tokens(&marks.libtest_attributes()));
    }
    tokens.extend_from_slice(&templates.test);
    tokens.extend(visibility);
    tokens.push(keyword);
    tokens.push(TokenTree::Ident(name));
    tokens.push(TokenTree::Group(Group::new(Delimiter::Parenthesis, TokenStream::new())));
    let mut body = Group::new(Delimiter::Brace, body.into_iter().collect());
    body.set_span(span);
    tokens.push(TokenTree::Group(body));
    tokens.into_iter().collect()
}

/// Whether the body can stand in the hosting function itself.
fn is_flat(function: &Function, body: &Group) -> bool {
    let has_inner_attributes = || {
        let mut tokens = body.stream().into_iter();
        let mut is_next =
            |character| matches!(tokens.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == character);
        is_next('#') && is_next('!')
    };
    !function.returns_value() && function.qualifiers.is_empty() && !has_inner_attributes()
}

/// Tokens that every test needs, made once an expansion: to make them anew is a good part of its time.
pub(crate) struct Templates {
    test: Vec<TokenTree>,
    begin: Vec<TokenTree>,
}

impl Templates {
    /// Makes them.
    pub(crate) fn new() -> Self {
        let list = |text| tokens(text).into_iter().collect();
        Self { test: list("#[::core::prelude::v1::test]"), begin: list("if ::testkit::__private::begin") }
    }
}

/// The block with its assertions rewritten. Its text is asked first: to walk through its tokens takes much longer.
fn rewritten(rewriter: Rewriter, block: Group) -> Group {
    let may_assert = block.span().source_text().is_none_or(|text| text.contains("assert"));
    if may_assert { rewriter.group(block) } else { block }
}

/// Appends the function with the assertions of its body rewritten, unless it is `const`.
pub(crate) fn push_rewritten(mut function: Function, rewriter: Rewriter, tokens: &mut Vec<TokenTree>) {
    if !function.is("const")
        && let TokenTree::Group(body) = function.body
    {
        function.body = TokenTree::Group(rewritten(rewriter, body));
    }
    function.push_tokens(tokens);
}

/// Source text that checks the value of `call`, a test's result; an error is placed at line and column.
pub(crate) fn settled(call: &str, file: &str, line: usize, column: usize) -> String {
    let file = literal(file);
    format!(
        "{{ use ::testkit::__private::settle::*; \
           (&&&&::testkit::__private::Returned::new({call})).settle({file}, {line}, {column}) }}"
    )
}
