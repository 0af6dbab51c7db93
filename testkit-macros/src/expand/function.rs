//! A free function that is a test: `#[testkit::test]`, and what the collectors make of such functions.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use testkit_protocol::package_config::PackageConfig;

use super::asking::sites::{Site, Sites, Types};
use super::asking::{self, Called};
use super::description::{self, Module};
use super::{ALLOWED_FORMS, cases, fallback, literal, marks, placed, tokens};
use crate::asking::{Asking, Offers};
use crate::assertion::Rewriter;
use crate::ast::{self, Function, Item, ItemKind};
use crate::attribute::{Attribute, AttributeKind};
use crate::collect::{Place, Registered, Test};
use crate::config;
use crate::diagnostic::Diagnostics;
use crate::marked::{self, Applied, Marks};
use crate::names::Names;
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
    let is_foreign = attributes.iter().find(|attribute| attribute.kind() == AttributeKind::ForeignTest);
    if let Some(attribute) = is_foreign {
        let message = format!("`#[{}]` already makes this function a test", attribute.path);
        diagnostics.error(attribute.span(), message, "remove one of the two attributes");
    }
    let file = function.name.span().file();
    let sites = Sites::of(&function.name.to_string());
    let names = Names::beside(&function.name);
    let context = Context {
        rewriter: Rewriter::new(),
        file: &file,
        templates: &Templates::new(),
        outer: &[],
        offers: &Offers::default(),
        names: &names,
        group: None,
        sites: &sites,
        config: &loaded.config,
    };
    let item = (attributes, visibility, *function);
    let Collected { tests, code } = match collected(item, marks, &context, &mut diagnostics) {
        Ok(collected) if diagnostics.is_empty() => collected,
        Ok(Collected { code, .. }) => {
            let mut tokens = diagnostics.into_tokens();
            tokens.extend(code);
            return tokens;
        }
        Err(item) => {
            let (attributes, visibility, function) = *item;
            let mut tokens = diagnostics.into_tokens();
            let kind = ItemKind::Function(Box::new(function));
            tokens.extend(fallback::item(Item { attributes, visibility, kind }));
            return tokens;
        }
    };
    let mut tokens: TokenStream = code.into_iter().collect();
    let list = sites.entries.list();
    tokens.extend(sites.into_code().into_tokens());
    tokens.extend(asking::aliases(names.wanted(), "").into_tokens());
    tokens.extend(description::registration(&Module { file: &file, tests: &tests, list: &list }, &loaded));
    tokens
}

/// Attributes, visibility, function.
pub(crate) type FunctionItem = (Vec<Attribute>, Vec<TokenTree>, Function);

/// What is made of a test function.
pub(crate) struct Collected {
    /// One test, or one for each literal case.
    pub(crate) tests: Vec<Test>,
    /// The items that stand in its place.
    pub(crate) code: Vec<TokenTree>,
}

/// Makes tests of a function with `marks`, its own so far. Gives the function back if it cannot be a test, which has been
/// said then.
pub(crate) fn collected(
    item: FunctionItem,
    mut marks: Marks,
    context: &Context<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Collected, Box<FunctionItem>> {
    let (attributes, visibility, function) = item;
    let name = function.name.to_string();
    let span = function.name.span();
    let mut conditions = marked::condition_functions(&mut marks.applied, &name);
    marks.inherit(context.outer, &name, span, diagnostics);
    let is_valid = validate::function(&attributes, &function, diagnostics);
    let asking = Asking::of(&function, &marks, context.offers, context.names, diagnostics);
    let (Some(asking), true) = (asking, is_valid) else { return Err(Box::new((attributes, visibility, function))) };
    let place = Place::of(&attributes, &visibility, &function);
    let site = (!asking.is_empty()).then(|| context.sites.site(&asking, &name, context.group, &marks.cfg_attributes()));
    let test = |name: String, libtest: Option<String>, run: Registered, marks: Marks| Test {
        name,
        libtest,
        place,
        marks,
        plain: false,
        run,
        site: site.clone(),
        together: None,
    };
    if asking.has_literal_cases() {
        let mut tests = Vec::new();
        let mut cases = Vec::new();
        for combination in asking.combinations() {
            let mut marks = combination.marks(&marks, context.config, diagnostics);
            let of = format!("{name}_{}", combination.function);
            conditions.extend(marked::condition_functions(&mut marks.applied, &of));
            cases.push((combination, marks));
        }
        let dispatcher = asking::dispatcher_name(&name);
        let host = |function: &str| format!("{name}::{function}");
        let registered = cases::registered(&cases, &dispatcher, host, context.sites);
        for ((combination, marks), run) in cases.iter().zip(registered) {
            let libtest = host(&combination.function);
            tests.push(test(format!("{name}[{}]", combination.id), Some(libtest), run, marks.clone()));
        }
        let code = cases::function_with_cases((attributes, visibility, function), &asking, &cases, context);
        let mut code: Vec<TokenTree> = code.into_iter().collect();
        code.extend(marked::placed_functions(&conditions));
        return Ok(Collected { tests, code });
    }
    let registered = context.sites.entries.register(&name, &marks.conditions);
    let tests = vec![test(name, None, registered, marks.clone())];
    let how = How { marks: &marks, asking: &asking, site: site.as_ref(), number: registered.number };
    let mut code = hosted((attributes, visibility, function), &how, context);
    code.extend(marked::placed_functions(&conditions));
    Ok(Collected { tests, code })
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
    /// Marks of the modules around them.
    pub(crate) outer: &'a [Applied],
    /// Fixtures that the modules around them offer to all.
    pub(crate) offers: &'a Offers,
    /// The names of their module.
    pub(crate) names: &'a Names,
    /// `Some("")` if the module is a group.
    pub(crate) group: Option<&'a str>,
    /// Where those that ask for something stand.
    pub(crate) sites: &'a Sites,
    pub(crate) config: &'a PackageConfig,
}

/// How a test is run.
#[derive(Clone, Copy)]
struct How<'a> {
    marks: &'a Marks,
    asking: &'a Asking,
    /// Where it stands, if it asks for anything.
    site: Option<&'a Site>,
    /// Its number among the functions that its module registers.
    number: usize,
}

/// The function as libtest's test.
///
/// Where nothing stands in the way, that is the author's function with its body under a condition, which costs the
/// compiler no function more. Else the author's function, under its own name because snapshot tools ask for it, becomes
/// the inner one: if it returns a value, which is to be checked, or has attributes that wrap it (a lock that one of
/// them takes must not be held by the call that turns the process into a worker), or marks that ask something of the
/// hosting function.
fn hosted((attributes, visibility, function): FunctionItem, how: &How<'_>, context: &Context<'_>) -> Vec<TokenTree> {
    let How { marks, asking, site, number } = *how;
    let Context { rewriter, file, templates, .. } = *context;
    let name = function.name.clone();
    let mut labels = TokenStream::new();
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
    let hints = Hints::of(&function.body);
    let is_flat = inner.is_empty()
        && !marks.are_hosted()
        && matches!(&function.body, TokenTree::Group(block) if is_flat(&function, block, hints));
    let asks_for_fixtures = is_flat && asking.is_for_fixtures();
    let shared_ask = site.filter(|_| asks_for_fixtures).map(|site| context.sites.ask(site, asking, Types::Written));
    match (&function.body, shared_ask) {
        (TokenTree::Group(block), None) if is_flat && asking.is_empty() => {
            span = block.span();
            body.push(templates.keyword_if.clone());
            body.push(TokenTree::Ident(Ident::new(&context.sites.entries.begin(), Span::call_site())));
            let number = TokenTree::Literal(Literal::usize_unsuffixed(number));
            body.push(TokenTree::Group(Group::new(Delimiter::Parenthesis, number.into())));
            body.push(TokenTree::Group(rewritten(rewriter, block.clone(), hints)));
        }
        (TokenTree::Group(block), Some(ask)) => {
            span = block.span();
            body.extend_from_slice(&templates.if_some);
            body.push(TokenTree::Group(Group::new(Delimiter::Parenthesis, pattern(asking))));
            body.push(TokenTree::Punct(Punct::new('=', Spacing::Alone)));
            body.push(TokenTree::Ident(Ident::new(&ask, Span::call_site())));
            let number = TokenTree::Literal(Literal::usize_unsuffixed(number));
            let arguments = [number].into_iter().chain(templates.lender.iter().cloned());
            body.push(TokenTree::Group(Group::new(Delimiter::Parenthesis, arguments.collect())));
            body.push(TokenTree::Group(rewritten(rewriter, block.clone(), hints)));
        }
        _ if !asking.is_empty() => {
            let site = site.map(|site| site.name.as_str()).unwrap_or_default();
            let run = format!("::testkit::__private::run_asking(__testkit_body, {}, &{site})", marks::value(marks));
            let called = Called::function(&function, asking, file);
            labels = called.labels().into_tokens();
            body.extend(self::tokens(ALLOWED_FORMS));
            body.extend(inner.into_iter().flat_map(Attribute::into_tokens));
            push_rewritten(function, rewriter, &mut body);
            body.extend(placed(tokens("fn __testkit_body()"), span));
            body.push(TokenTree::Group(Group::new(Delimiter::Brace, called.single("").into_tokens())));
            body.extend(placed(tokens(&run), span));
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
    tokens.extend(labels);
    tokens
}

/// The names of the arguments, as what they ask for is returned: one alone, or all of them in brackets.
fn pattern(asking: &Asking) -> TokenStream {
    let comma = || TokenTree::Punct(Punct::new(',', Spacing::Alone));
    let names = asking.arguments.iter().map(|(argument, _)| {
        let mutable = argument.is_mutable.then(|| TokenTree::Ident(Ident::new("mut", argument.span())));
        mutable.into_iter().chain([TokenTree::Ident(argument.name.clone())]).collect::<TokenStream>()
    });
    let mut names: Vec<TokenStream> = names.collect();
    if names.len() == 1 {
        return names.remove(0);
    }
    let all = names.into_iter().flat_map(|name| name.into_iter().chain([comma()])).collect();
    TokenTree::Group(Group::new(Delimiter::Parenthesis, all)).into()
}

/// Whether the body can stand in the hosting function itself.
fn is_flat(function: &Function, body: &Group, hints: Hints) -> bool {
    let has_inner_attributes = || {
        if !hints.may_have_attributes {
            return false;
        }
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
    keyword_if: TokenTree,
    if_some: Vec<TokenTree>,
    /// What the function that asks borrows from.
    lender: Vec<TokenTree>,
}

impl Templates {
    /// Makes them.
    pub(crate) fn new() -> Self {
        let list = |text| tokens(text).into_iter().collect();
        Self {
            test: list("#[::core::prelude::v1::test]"),
            keyword_if: TokenTree::Ident(Ident::new("if", Span::call_site())),
            if_some: list("if let ::core::option::Option::Some"),
            lender: list(", &mut ()"),
        }
    }
}

/// What may be in the body of a function, as its text tells: to walk through its tokens takes much longer.
#[derive(Clone, Copy)]
struct Hints {
    may_assert: bool,
    may_have_attributes: bool,
}

impl Hints {
    fn of(body: &TokenTree) -> Self {
        match body.span().source_text() {
            Some(text) => Self { may_assert: text.contains("assert"), may_have_attributes: text.contains('#') },
            None => Self { may_assert: true, may_have_attributes: true },
        }
    }
}

/// The block with its assertions rewritten.
fn rewritten(rewriter: Rewriter, block: Group, hints: Hints) -> Group {
    if hints.may_assert { rewriter.group(block) } else { block }
}

/// Appends the function with the assertions of its body rewritten, unless it is `const`.
pub(crate) fn push_rewritten(mut function: Function, rewriter: Rewriter, tokens: &mut Vec<TokenTree>) {
    if !function.is("const")
        && let TokenTree::Group(body) = &function.body
    {
        let hints = Hints::of(&function.body);
        function.body = TokenTree::Group(rewritten(rewriter, body.clone(), hints));
    }
    function.push_tokens(tokens);
}

/// Source text that checks the value of `call`, a test's result; an error is placed at line and column.
pub(crate) fn settled(call: &str, file: &str, line: usize, column: usize) -> String {
    let file = literal(file);
    format!(
        "{{ use ::testkit::__private::settle_prelude::*; \
           (&&&&::testkit::__private::Returned::new({call})).settle({file}, {line}, {column}) }}"
    )
}
