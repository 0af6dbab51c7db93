//! `#[fixture]`: beside the author's function, a type of its name that says how the value is made.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use testkit_protocol::case_id;
use testkit_protocol::fixture::Scope;
use testkit_protocol::spelling::nearest;

use super::code::Code;
use super::{asking, description, fallback, literal};
use crate::asking::FixturePath;
use crate::asking::arguments::{self, Argument};
use crate::assertion;
use crate::ast::{self, Function, Item, ItemKind};
use crate::attribute::{Attribute, AttributeKind, string_value};
use crate::collect;
use crate::diagnostic::Diagnostics;

/// What stands in the parentheses of `#[fixture(…)]`.
#[derive(Clone, Default)]
pub(crate) struct Options {
    pub(crate) scope: Scope,
    /// `teardown = path` or a closure.
    teardown: Option<TokenStream>,
    pub(crate) is_autouse: bool,
    /// `params = […]`
    parameters: Vec<TokenStream>,
    /// `arguments(name = default)`: what cases may hand over.
    arguments: Vec<(Ident, Option<TokenStream>)>,
}

const OPTIONS: &[&str] = &["scope", "teardown", "autouse", "params", "arguments"];

impl Options {
    /// Reads them; what is wrong goes to `diagnostics`.
    pub(crate) fn parse(stream: TokenStream, diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for part in arguments::split_at_top_level_commas(stream) {
            let span = part.first().map_or_else(Span::call_site, TokenTree::span);
            let Some(TokenTree::Ident(word)) = part.first() else {
                diagnostics.error(span, "`#[fixture]` takes options", "write `#[fixture(scope = \"session\")]`");
                continue;
            };
            let name = word.to_string();
            let value = match part.get(1) {
                Some(TokenTree::Punct(equals)) if equals.as_char() == '=' => &part[2..],
                Some(_) | None => &[],
            };
            match (name.as_str(), value, part.get(1)) {
                ("scope", [TokenTree::Literal(text)], _) => {
                    let word = string_value(&text.to_string()).unwrap_or_default();
                    match Scope::ALL.iter().find(|scope| scope.word() == word) {
                        Some(scope) => options.scope = *scope,
                        None => {
                            let words = Scope::ALL.map(Scope::word);
                            let near = nearest(&word, &words);
                            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                            let hint = "the scopes are \"test\", \"group\", \"module\" and \"session\"";
                            diagnostics.error(text.span(), format!("there is no scope `{word}`{near}"), hint);
                        }
                    }
                }
                ("scope", ..) => diagnostics.error(span, "`scope` is a string", "write `scope = \"session\"`"),
                ("teardown", [_, ..], _) => options.teardown = Some(value.iter().cloned().collect()),
                ("teardown", ..) => {
                    let hint = "write `teardown = path::to::function` or `teardown = |value| …`";
                    diagnostics.error(span, "`teardown` names what takes the value down", hint);
                }
                ("autouse", [], None) => options.is_autouse = true,
                ("params", [TokenTree::Group(list)], _) if list.delimiter() == Delimiter::Bracket => {
                    let list = arguments::split_at_top_level_commas(list.stream());
                    options.parameters = list.into_iter().map(|part| part.into_iter().collect()).collect();
                    if options.parameters.is_empty() {
                        diagnostics.error(
                            span,
                            "`params` is empty, so no test could run",
                            "write `params = [first, second]`",
                        );
                    }
                }
                ("params", ..) => diagnostics.error(span, "`params` is a list", "write `params = [first, second]`"),
                ("arguments", [], Some(TokenTree::Group(list))) => {
                    for part in arguments::split_at_top_level_commas(list.stream()) {
                        match part.as_slice() {
                            [TokenTree::Ident(name)] => options.arguments.push((name.clone(), None)),
                            [TokenTree::Ident(name), TokenTree::Punct(equals), default @ ..]
                                if equals.as_char() == '=' && !default.is_empty() =>
                            {
                                options.arguments.push((name.clone(), Some(default.iter().cloned().collect())));
                            }
                            _ => {
                                let hint = "write `arguments(name, other = default)`";
                                diagnostics.error(span, "`arguments` names what cases hand over", hint);
                            }
                        }
                    }
                }
                ("arguments", ..) => {
                    let hint = "write `arguments(name, other = default)`";
                    diagnostics.error(span, "`arguments` names what cases hand over", hint);
                }
                (other, ..) if OPTIONS.contains(&other) => {
                    diagnostics.error(span, format!("`{other}` takes no value"), format!("write `{other}`"));
                }
                (other, ..) => {
                    let near =
                        nearest(other, OPTIONS).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                    let hint = "the options are `scope`, `teardown`, `autouse`, `params` and `arguments`";
                    diagnostics.error(span, format!("`#[fixture]` has no option `{other}`{near}"), hint);
                }
            }
        }
        options
    }
}

/// Expands `#[fixture(options)]`.
pub(crate) fn expand(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let mut items = ast::scan(item.clone()).items;
    let (Some(item), true) = (items.pop(), items.is_empty()) else {
        return item;
    };
    let Item { attributes, visibility, kind: ItemKind::Function(function) } = item else {
        let hint = "put it on a function that makes the value";
        diagnostics.error(Span::call_site(), "`#[fixture]` goes on a function", hint);
        let mut tokens = diagnostics.into_tokens();
        tokens.extend(fallback::item(item));
        return tokens;
    };
    let options = Options::parse(options, &mut diagnostics);
    let made = Made::of(&attributes, &function, options, &mut diagnostics);
    if let Some(attribute) =
        attributes.iter().find(|it| matches!(it.kind(), AttributeKind::Test | AttributeKind::OurTest))
    {
        diagnostics.error(attribute.span(), "a fixture is no test", "remove one of the two attributes");
    }
    let code = match made {
        Some(made) if diagnostics.is_empty() => made.code(&visibility).into_tokens(),
        Some(_) | None => {
            let mut tokens = diagnostics.into_tokens();
            tokens.extend(fallback::item(Item { attributes, visibility, kind: ItemKind::Function(function) }));
            return tokens;
        }
    };
    let mut tokens: TokenStream =
        Item { attributes, visibility, kind: ItemKind::Function(function) }.into_tokens().into_iter().collect();
    tokens.extend(code);
    tokens
}

/// A fixture: what is known of the function that makes its value.
pub(crate) struct Made {
    /// Name of the type.
    pub(crate) type_name: String,
    /// Its name for people.
    pub(crate) shown: String,
    /// How the function is called, up to its arguments.
    pub(crate) function: String,
    pub(crate) arguments: Vec<Argument>,
    /// The type of the value.
    pub(crate) value: TokenStream,
    /// Whether the function returns a `Result` of it.
    pub(crate) is_fallible: bool,
    pub(crate) is_async: bool,
    pub(crate) options: Options,
    /// `#[cfg(…)]` of the function.
    pub(crate) conditions: Vec<String>,
    pub(crate) doc: String,
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) span: Span,
}

impl Made {
    fn of(
        attributes: &[Attribute],
        function: &Function,
        options: Options,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let name = function.name.to_string();
        let conditions =
            attributes.iter().filter(|it| it.kind() == AttributeKind::Condition).filter_map(Attribute::condition);
        let made = Self {
            function: name.clone(),
            conditions: conditions.collect(),
            doc: first_paragraph(attributes),
            ..Self::of_function(&name, function, options, diagnostics)?
        };
        made.check(diagnostics);
        Some(made)
    }

    /// A fixture that `function` makes, called by its name.
    pub(crate) fn of_function(
        type_name: &str,
        function: &Function,
        options: Options,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let (shown, span) = (function.name.to_string(), function.name.span());
        if function.is("unsafe") || function.is("const") {
            let message = format!("the fixture `{shown}` must be a plain `fn`");
            diagnostics.error(span, message, "remove `unsafe` and `const`");
            return None;
        }
        if !function.generics.is_empty() || !function.where_clause.is_empty() {
            let message = format!("the fixture `{shown}` is generic, so there is no one value to make");
            diagnostics.error(span, message, "write a fixture for each type, and share the code in a plain function");
            return None;
        }
        let arguments = arguments::arguments(&function.arguments, &shown, diagnostics)?;
        let returned = arguments::returned(&function.output).unwrap_or_default();
        if arguments::is_nameless(returned) {
            let message = format!("the type of what the fixture `{shown}` makes has no name");
            diagnostics.error(span, message, "write the type, or `Box<dyn …>`, in the place of `impl …`");
            return None;
        }
        let inner = arguments::value_of_result(returned);
        let value = match (&inner, returned) {
            (Some(inner), _) => inner.iter().cloned().collect(),
            (None, []) => super::tokens("()"),
            (None, returned) => returned.iter().cloned().collect(),
        };
        let start = span.start();
        Some(Self {
            type_name: type_name.to_owned(),
            function: shown.clone(),
            shown,
            arguments,
            value,
            is_fallible: inner.is_some(),
            is_async: function.is("async"),
            options,
            conditions: Vec::new(),
            doc: String::new(),
            file: span.file(),
            line: start.line,
            column: start.column + 1,
            span,
        })
    }

    /// What `setup_group` of a group makes.
    pub(crate) fn of_shared(group: &Ident, function: &Function, has_teardown: bool) -> Option<Self> {
        let teardown = has_teardown.then(|| super::tokens(&format!("{group}::teardown_group")));
        let options = Options { scope: Scope::Group, teardown, ..Options::default() };
        let made =
            Self::of_function(&collect::shared_type_name(group), function, options, &mut Diagnostics::default())?;
        let call = format!("{group}::{}", made.function);
        Some(Self { shown: format!("{group}::setup_group"), function: call, ..made })
    }

    fn check(&self, diagnostics: &mut Diagnostics) {
        let shown = &self.shown;
        let has_parameter = self.arguments.iter().any(|argument| argument.name == "param");
        if has_parameter && self.options.parameters.is_empty() {
            let message = format!("the fixture `{shown}` asks for `param` and has no parameters");
            diagnostics.error(self.span, message, "write `#[fixture(params = [first, second])]`");
        }
        if !has_parameter && !self.options.parameters.is_empty() {
            let message = format!("the fixture `{shown}` has parameters and does not take them");
            diagnostics.error(self.span, message, "add an argument `param: Type`");
        }
        if !self.options.arguments.is_empty() && self.options.scope != Scope::Test {
            let message =
                format!("the {} fixture `{shown}` has arguments that each case may set", self.options.scope.word());
            let hint = "leave the scope away: a value that several tests share cannot be made for one of them";
            diagnostics.error(self.span, message, hint);
        }
        for (name, _) in &self.options.arguments {
            match self.arguments.iter().find(|argument| argument.name == *name) {
                None => {
                    let message = format!("the fixture `{shown}` has no argument `{name}`");
                    diagnostics.error(name.span(), message, format!("add `{name}: Type` to its arguments"));
                }
                Some(argument) if !can_be_kept(argument) => {
                    let message =
                        format!("the argument `{name}` of the fixture `{shown}` borrows what a case hands over");
                    diagnostics.error(argument.span(), message, "take it by value, such as `String` or `&'static str`");
                }
                Some(_) => {}
            }
        }
        for argument in self.arguments.iter().filter(|argument| argument.asks_for() == *shown) {
            let message = format!("the fixture `{shown}` asks for itself");
            diagnostics.error(argument.span(), message, "take the argument away, or name another fixture");
        }
    }

    /// The fixtures that it asks for.
    fn needed(&self) -> Vec<(&Argument, FixturePath)> {
        let is_handed_over = |argument: &&Argument| {
            argument.name == "param" || self.options.arguments.iter().any(|(name, _)| argument.name == *name)
        };
        let arguments = self.arguments.iter().filter(|argument| !is_handed_over(argument));
        arguments.map(|argument| (argument, FixturePath::of(argument))).collect()
    }

    /// The type and what it implements.
    pub(crate) fn code(&self, visibility: &[TokenTree]) -> Code {
        let Self { type_name, span, .. } = self;
        let span = *span;
        let cfg: String = self.conditions.iter().map(|condition| format!("#[cfg({condition})] ")).collect();
        let needed = self.needed();
        let mut code = Code::default();
        // A name of its own for whoever reads rustc's messages; not only under `cfg(test)`, as its function.
        code.text(format!("{cfg}#[allow(non_camel_case_types, dead_code, unreachable_pub)] #[doc(hidden)]"), span);
        code.tokens(visibility.iter().cloned().collect()).text(format!("struct {type_name} {{}}"), span);

        let mut body = Code::default();
        let (handle, keeper) = match self.options.scope {
            Scope::Test => ("::std::rc::Rc", "of_test"),
            Scope::Group | Scope::Module | Scope::Session => ("::std::sync::Arc", "of_process"),
        };
        body.text("type Value =", span).tokens(self.value.clone()).text(format!("; type Handle = {handle}<"), span);
        body.tokens(self.value.clone()).text(">;", span);
        let ids = self.parameter_ids();
        let list: String = ids.iter().map(|id| format!("{},", literal(id))).collect();
        body.text(
            format!(
                "const INFO: ::testkit::__private::FixtureInfo = ::testkit::__private::FixtureInfo {{ \
                   name: {name}, scope: ::testkit::__private::Scope::{scope}, has_teardown: {has_teardown}, \
                   parameters: &[{list}], parameter: ::testkit::__private::parameter::<Self> }};",
                name = literal(&self.shown),
                scope = variant(self.options.scope),
                has_teardown = self.options.teardown.is_some(),
            ),
            span,
        );
        if !needed.is_empty() {
            body.text("const DEPTH: u32 = 1", span);
            for (_, path) in &needed {
                body.text(format!("+ <{} as ::testkit::__private::Fixture>::DEPTH", path.text), path.span);
            }
            for (constant, own) in [("IS_PARAMETRIZED", !ids.is_empty()), ("IS_EXCLUSIVE", false)] {
                body.text(format!("; const {constant}: bool = {own}"), span);
                for (_, path) in &needed {
                    body.text(format!("|| <{} as ::testkit::__private::Fixture>::{constant}", path.text), path.span);
                }
            }
            body.text("; fn note_needs_of_needed(needs: &mut ::testkit::__private::Needs)", span);
            let mut adding = Code::default();
            for (_, path) in &needed {
                adding.text(format!("::testkit::__private::note_needs::<{}>(needs);", path.text), path.span);
            }
            body.group(Delimiter::Brace, adding);
        }
        body.text(format!("fn request() -> Self::Handle {{ ::testkit::__private::{keeper}::<Self>() }}"), span);
        body.text("fn build() -> Self::Value", span).group(Delimiter::Brace, self.build());
        if let Some(teardown) = &self.options.teardown {
            body.text("fn tear_down(value: Self::Value)", span).group(Delimiter::Brace, self.tear_down(teardown));
        }
        code.text(format!("{cfg}#[allow(clippy::unit_arg, clippy::semicolon_if_nothing_returned)] impl ::testkit::__private::Fixture for {type_name}"), span);
        code.group(Delimiter::Brace, body);
        code.code(self.givers(&cfg));
        code.code(self.scope_checks(&cfg, &needed));
        code.text(self.description(&cfg, &needed, &ids), span);
        code
    }

    fn parameter_ids(&self) -> Vec<String> {
        let texts: Vec<String> = self.options.parameters.iter().map(assertion::written).collect();
        let mut ids: Vec<String> = texts
            .iter()
            .enumerate()
            .map(|(index, text)| case_id::of_values(&[(self.shown.as_str(), text.as_str())], index))
            .collect();
        case_id::make_unique(&mut ids);
        ids
    }

    /// The call that makes the value.
    fn build(&self) -> Code {
        let mut arguments = Code::default();
        for argument in &self.arguments {
            let span = argument.span();
            let given = self.options.arguments.iter().find(|(name, _)| argument.name == *name);
            if argument.name == "param" {
                arguments.code(self.parameter());
            } else if let Some((name, default)) = given {
                let name = literal(&name.to_string());
                arguments.text("match ::testkit::__private::given::<Self, ", span).tokens(of_type(argument));
                arguments.text(format!(">({name})"), span);
                let mut otherwise = Code::default();
                match default {
                    Some(default) => otherwise.tokens(default.clone()),
                    None => {
                        let fixture = literal(&self.shown);
                        otherwise.text(format!("::testkit::__private::not_given({fixture}, {name})"), span)
                    }
                };
                let mut arms = Code::default();
                arms.text("::core::option::Option::Some(value) => value, ::core::option::Option::None =>", span);
                arms.group(Delimiter::Brace, otherwise);
                arguments.group(Delimiter::Brace, arms);
            } else {
                let path = FixturePath::of(argument).text;
                let text = if argument.is_reference {
                    format!("&::testkit::__private::shared::<{path}>()")
                } else {
                    format!("::testkit::__private::fresh::<{path}>()")
                };
                arguments.text(text, span);
            }
            arguments.text(",", span);
        }
        let mut call = Code::default();
        call.text(self.function.clone(), self.span).group(Delimiter::Parenthesis, arguments);
        if self.is_async {
            let (wait, runtime) = match self.options.scope {
                Scope::Test => ("block_on", "&::testkit::__private::Runtime::Default,"),
                Scope::Group | Scope::Module | Scope::Session => ("block_on_shared", ""),
            };
            let (mut waiting, mut arguments) = (Code::default(), Code::default());
            arguments.text(runtime, self.span).code(call);
            waiting.text(format!("::testkit::__private::{wait}"), self.span).group(Delimiter::Parenthesis, arguments);
            call = waiting;
        }
        if !self.is_fallible {
            return call;
        }
        asking::unwrapped(call, &self.file, self.line, self.column, self.span)
    }

    fn parameter(&self) -> Code {
        let mut arms = Code::default();
        for (number, value) in self.options.parameters.iter().enumerate() {
            let pattern = if number + 1 == self.options.parameters.len() { "_".to_owned() } else { number.to_string() };
            arms.text(format!("{pattern} =>"), self.span).tokens(value.clone()).text(",", self.span);
        }
        let mut code = Code::default();
        code.text("match ::testkit::__private::parameter::<Self>()", self.span).group(Delimiter::Brace, arms);
        code
    }

    fn tear_down(&self, teardown: &TokenStream) -> Code {
        let (file, line, column) = (literal(&self.file), self.line, self.column);
        let scope = variant(self.options.scope);
        let span = self.span;
        let mut code = Code::default();
        code.text(
            "#[allow(unused_imports)] use ::testkit::__private::{WaitFuture as _, WaitValue as _, settle::*};",
            span,
        );
        // Its type says what a closure takes.
        code.text("let tear_down =", span).text("::testkit::__private::teardown::<Self::Value, _>", span);
        let mut function = Code::default();
        function.tokens(teardown.clone());
        code.group(Delimiter::Parenthesis, function);
        code.text(
            format!(
                "; let pending = ::testkit::__private::Pending::new(tear_down(value), ::testkit::__private::Scope::{scope}); \
                 let returned = ::testkit::__private::Returned::new((&&pending).wait()); \
                 (&&&&returned).settle({file}, {line}, {column});"
            ),
            span,
        );
        code
    }

    /// Functions by which cases hand over arguments: an error in a case's value is one of its type.
    fn givers(&self, cfg: &str) -> Code {
        let mut code = Code::default();
        if self.options.arguments.is_empty() {
            return code;
        }
        let mut body = Code::default();
        for (name, _) in &self.options.arguments {
            let Some(argument) = self.arguments.iter().find(|argument| argument.name == *name) else { continue };
            let span = argument.span();
            let mut inner = Code::default();
            inner.text("value:", span).tokens(of_type(argument));
            body.text(format!("pub fn with_{name}"), span).group(Delimiter::Parenthesis, inner);
            let text = format!("{{ ::testkit::__private::give::<Self, _>({}, value); }}", literal(&name.to_string()));
            body.text(text, span);
        }
        code.text(
            format!("{cfg}#[allow(dead_code, missing_docs, unreachable_pub)] impl {}", self.type_name),
            self.span,
        );
        code.group(Delimiter::Brace, body);
        code
    }

    /// What it asks for must live as long as its own value does.
    fn scope_checks(&self, cfg: &str, needed: &[(&Argument, FixturePath)]) -> Code {
        let mut code = Code::default();
        // A fixture that asks for itself, by whatever way, has no depth.
        code.text(
            format!("{cfg}const _: u32 = <{} as ::testkit::__private::Fixture>::DEPTH;", self.type_name),
            self.span,
        );
        if self.options.scope == Scope::Test {
            return code;
        }
        for (argument, path) in needed.iter().filter(|(argument, _)| argument.is_reference) {
            let message = format!(
                "the {scope} fixture `{name}` asks for `{other}`, whose value does not live as long; \
                 give `{other}` the scope \"{scope}\" as well, or leave that of `{name}` away",
                scope = self.options.scope.word(),
                name = self.shown,
                other = argument.asks_for(),
            );
            code.text(
                format!(
                    "{cfg}const _: () = ::core::assert!(<{path} as ::testkit::__private::Fixture>::INFO.scope as u8 >= \
                     ::testkit::__private::Scope::{own} as u8, {message});",
                    path = path.text,
                    own = variant(self.options.scope),
                    message = literal(&message),
                ),
                path.span,
            );
        }
        code
    }

    fn description(&self, cfg: &str, needed: &[(&Argument, FixturePath)], parameters: &[String]) -> String {
        let asks: Vec<String> = needed.iter().map(|(argument, _)| argument.asks_for()).collect();
        let text = description::fixture_text(&description::Fixture {
            file: &self.file,
            name: &self.shown,
            scope: self.options.scope.word(),
            line: self.line,
            column: self.column,
            doc: &self.doc,
            asks: &asks,
            parameters,
            is_autouse: self.options.is_autouse,
            has_teardown: self.options.teardown.is_some(),
        });
        format!("{cfg}{text}")
    }
}

/// The library's name for a scope.
fn variant(scope: Scope) -> &'static str {
    match scope {
        Scope::Test => "Test",
        Scope::Group => "Group",
        Scope::Module => "Module",
        Scope::Session => "Session",
    }
}

fn of_type(argument: &Argument) -> TokenStream {
    argument.of_type.iter().cloned().collect()
}

/// Whether a value of the argument's type can be kept until the fixture is made.
fn can_be_kept(argument: &Argument) -> bool {
    let is_static = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "static");
    !argument.is_reference || argument.of_type.get(2).is_some_and(is_static)
}

/// The first paragraph of the docs, on one line.
fn first_paragraph(attributes: &[Attribute]) -> String {
    let docs = attributes.iter().filter(|attribute| attribute.path == "doc").filter_map(Attribute::string);
    let lines: Vec<String> =
        docs.flat_map(|text| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()).collect();
    let lines = lines.into_iter().skip_while(String::is_empty).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

/// The `#[fixture]` of an item, if it is a fixture.
pub(crate) fn attribute_of(item: &Item) -> Option<&Attribute> {
    item.attributes.iter().find(|attribute| attribute.kind() == AttributeKind::Fixture)
}
