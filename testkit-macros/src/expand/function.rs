//! A free function that is a test: `#[testkit::test]`, and what the collectors make of such functions.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use super::description::{self, Module};
use super::{fallback, literal, tokens};
use crate::assertion::Rewriter;
use crate::ast::{self, Function, Item, ItemKind};
use crate::attribute::{Attribute, AttributeKind};
use crate::collect::{self, Marks, Place, Test};
use crate::config;
use crate::diagnostic::Diagnostics;
use crate::{collect::is_hosted, validate};

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
    let mut marks = collect::marks(&attributes, &mut diagnostics);
    validate::test_options(options, &mut marks, &mut diagnostics);
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
    let test = test(&attributes, &visibility, &function, marks);
    let mut tokens = hosted(attributes, visibility, *function, Rewriter::new(), &file);
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

/// The function as libtest's test, with the author's function of the same name inside.
pub(crate) fn hosted(
    attributes: Vec<Attribute>,
    visibility: Vec<TokenTree>,
    function: Function,
    rewriter: Rewriter,
    file: &str,
) -> TokenStream {
    let name = function.name.clone();
    let call = if function.returns_value() {
        let place = name.span().start();
        tokens(&format!(
            "::testkit::__private::run(|| {})",
            settled(&format!("{name}()"), file, place.line, place.column + 1)
        ))
    } else {
        quote! { ::testkit::__private::run(#name) }
    };
    let (outer, inner): (Vec<_>, Vec<_>) = attributes.into_iter().partition(|attribute| is_hosted(attribute.kind()));
    let inner = inner.into_iter().filter(|attribute| attribute.kind() == AttributeKind::Other);
    let mut body: Vec<TokenTree> = inner.flat_map(Attribute::into_tokens).collect();
    let keyword = function.keyword.clone();
    push_rewritten(function, rewriter, &mut body);
    body.extend(call);

    let mut tokens: Vec<TokenTree> = outer.into_iter().flat_map(Attribute::into_tokens).collect();
    tokens.extend(quote! { #[::core::prelude::v1::test] });
    tokens.extend(visibility);
    tokens.push(keyword);
    tokens.push(TokenTree::Ident(name));
    tokens.push(TokenTree::Group(Group::new(Delimiter::Parenthesis, TokenStream::new())));
    tokens.push(TokenTree::Group(Group::new(Delimiter::Brace, body.into_iter().collect())));
    tokens.into_iter().collect()
}

/// Appends the function with the assertions of its body rewritten, unless it is `const`.
pub(crate) fn push_rewritten(mut function: Function, rewriter: Rewriter, tokens: &mut Vec<TokenTree>) {
    if !function.is("const") {
        if let TokenTree::Group(body) = function.body {
            function.body = TokenTree::Group(rewriter.group(body));
        }
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
