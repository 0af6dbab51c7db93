//! Code that calls a test with what it asks for: fixtures, values of its cases, generated values.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::code::Code;
use super::function::Context;
use super::literal;
use crate::asking::arguments::Argument;
use crate::asking::parametrize::{Source, SourceKind, Target};
use crate::asking::{Asking, Axis, AxisKind, Combination, FixturePath, Supply};
use crate::assertion;
use crate::ast::Function;
use crate::marks::{Property, Runtime};

/// A test function that is to be called.
#[derive(Clone)]
pub(crate) struct Called<'a> {
    /// What it asks for.
    pub(crate) asking: &'a Asking,
    /// How it is called, up to its arguments: `test_a`, `group.test_a`.
    pub(crate) function: String,
    /// A name for it in names of other functions: `test_a`, `TestA_test_a`.
    pub(crate) name: String,
    /// Whether it returns something that is to be looked at.
    pub(crate) returns_value: bool,
    /// Whether whoever calls it has asked for the fixtures that it does not see.
    pub(crate) is_method: bool,
    /// Its file as given to the compiler, with line and column.
    pub(crate) file: &'a str,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) span: Span,
}

const PRIVATE: &str = "::testkit::__private";

impl<'a> Called<'a> {
    /// A free function, as its own module calls it.
    pub(crate) fn function(function: &Function, asking: &'a Asking, context: &Context<'a>) -> Self {
        let (name, start) = (function.name.to_string(), function.name.span().start());
        Self {
            asking,
            function: name.clone(),
            name,
            returns_value: function.returns_value(),
            is_method: false,
            file: context.file,
            line: start.line,
            column: start.column + 1,
            span: function.name.span(),
        }
    }

    /// The body of the one test that the function is without literal cases; `prefix` leads to the author's module.
    pub(crate) fn single(&self, prefix: &str) -> Code {
        self.body(None, prefix)
    }

    /// A function beside the author's that runs the case with a number. `group` is the type of a group's value, as it is
    /// taken: `&mut TestA`.
    /// `conditions` are `#[cfg]` attributes of it.
    pub(crate) fn dispatcher(&self, combinations: &[Combination], group: Option<&str>, conditions: &str) -> Code {
        let group = group.map(|group| format!("group: {group}, ")).unwrap_or_default();
        let mut code = Code::default();
        // Not only under `cfg(test)`, so that `cargo check` shows errors in the values as well.
        code.text(
            format!(
                "{conditions} #[allow(dead_code, non_snake_case)] fn {}({group}case: usize)",
                dispatcher_name(&self.name)
            ),
            self.span,
        );
        let mut body = Code::default();
        if combinations.len() == 1 {
            body.text("let _ = case;", self.span).code(self.body(combinations.first(), ""));
        } else {
            let mut arms = Code::default();
            for (number, combination) in combinations.iter().enumerate() {
                let pattern = if number + 1 == combinations.len() { "_".to_owned() } else { number.to_string() };
                arms.text(format!("{pattern} =>"), self.span);
                arms.group(Delimiter::Brace, self.body(Some(combination), ""));
            }
            body.text("match case", self.span).group(Delimiter::Brace, arms);
        }
        code.group(Delimiter::Brace, body);
        code
    }

    /// What stands in the test: the call, with all that it needs in front of it.
    fn body(&self, combination: Option<&Combination>, prefix: &str) -> Code {
        let mut code = runtime(self.asking);
        if let Some(combination) = combination.filter(|_| self.asking.has_literal_cases()) {
            code.text(format!("{PRIVATE}::note_case(&[{}]);", self.written(combination)), self.span);
        }
        code.code(self.rows());
        code.code(self.gifts(combination, prefix));
        if !self.is_method {
            code.code(uses(self.asking, prefix));
        }
        match &self.asking.property {
            Some(property) => code.code(self.property(property, prefix)),
            None => code.code(self.call(combination, prefix)),
        };
        code
    }

    /// Takes the rows of the running case, each value under its own name. What is wrong with them is no failure of the test.
    fn rows(&self) -> Code {
        let mut code = Code::default();
        for (number, (axis_number, axis, source)) in self.asking.sources().enumerate() {
            let (span, row) = (axis.span, format!("__testkit_row_{axis_number}"));
            if number == 0 {
                code.text(format!("{PRIVATE}::enter({PRIVATE}::Phase::SetUp);"), span);
            }
            code.text(format!("let {row} ="), span).code(self.source(number, axis_number, axis, source));
            code.text(format!(".take_row({PRIVATE}::row({number}));"), span);
            match &source.kind {
                SourceKind::Expression(_) => {
                    code.text(format!("let {} = {row};", row_pattern(axis)), span);
                }
                SourceKind::Files(_) => {
                    code.text(format!("let {} = {row}.path;", row_pattern(axis)), span);
                }
                SourceKind::Table(..) => {
                    for (column, target) in axis.names.iter().enumerate() {
                        let argument = self.argument_of(axis_number, column);
                        let get = match argument {
                            Some(argument) if is_str(argument) => "text",
                            Some(argument) if is_optional(argument) => "optional",
                            Some(_) | None => "get",
                        };
                        let name = literal(&target.text());
                        code.text(format!("let {} = {row}.{get}({name});", column_name(target)), span);
                    }
                }
            }
        }
        if self.asking.sources().next().is_some() {
            code.text(format!("{PRIVATE}::enter({PRIVATE}::Phase::Test);"), self.span);
        }
        code
    }

    /// The argument that takes a name of an axis.
    fn argument_of(&self, of_axis: usize, of_column: usize) -> Option<&Argument> {
        let takes = |supply: &Supply| matches!(supply, Supply::Case { axis, column } if *axis == of_axis && *column == of_column);
        self.asking.arguments.iter().find(|(_, supply)| takes(supply)).map(|(argument, _)| argument)
    }

    /// Hands values to fixtures, for `user.name`.
    fn gifts(&self, combination: Option<&Combination>, prefix: &str) -> Code {
        let mut code = Code::default();
        for (number, axis) in self.asking.axes.iter().enumerate() {
            for (column, target) in axis.names.iter().enumerate() {
                let Some(fixture) = &target.fixture else { continue };
                let span = target.name.span();
                code.text(format!("<{prefix}{fixture}>::with_{}", target.name), span);
                let mut value = Code::default();
                value.code(value_of(axis, number, column, combination, None));
                code.group(Delimiter::Parenthesis, value).text(";", span);
            }
        }
        code
    }

    fn call(&self, combination: Option<&Combination>, prefix: &str) -> Code {
        let mut arguments = Code::default();
        for (argument, supply) in &self.asking.arguments {
            arguments.code(self.value(argument, supply, combination, prefix)).text(",", argument.span());
        }
        let mut call = Code::default();
        call.text(self.function.clone(), self.span).group(Delimiter::Parenthesis, arguments);
        self.settled(self.awaited(call, prefix))
    }

    fn value(&self, argument: &Argument, supply: &Supply, combination: Option<&Combination>, prefix: &str) -> Code {
        let mut code = Code::default();
        match supply {
            Supply::Fixture(path) => {
                let fixture = path.seen_from(prefix);
                let text = if argument.is_reference {
                    format!("&{PRIVATE}::shared::<{fixture}>()")
                } else {
                    format!("{PRIVATE}::fresh::<{fixture}>()")
                };
                code.text(text, path.span);
            }
            Supply::Case { axis, column } => {
                code.code(value_of(&self.asking.axes[*axis], *axis, *column, combination, Some(argument)));
            }
            Supply::Generated(_) => {
                code.text(argument.name.to_string(), argument.span());
            }
        }
        code
    }

    /// The call, waited for if it is a future.
    fn awaited(&self, call: Code, prefix: &str) -> Code {
        if !self.asking.is_async {
            return call;
        }
        let mut code = Code::default();
        let mut arguments = Code::default();
        match &self.asking.runtime {
            Some(Runtime::Function(path)) => code.text(format!("{prefix}{path}"), self.span),
            // What the test asks for has been noted before its fixtures were made.
            None | Some(Runtime::Smol | Runtime::Tokio { .. }) => {
                arguments.text(format!("&{PRIVATE}::Runtime::Default,"), self.span);
                code.text(format!("{PRIVATE}::block_on"), self.span)
            }
        };
        arguments.code(call);
        code.group(Delimiter::Parenthesis, arguments);
        code
    }

    /// The call, with what it returns looked at.
    fn settled(&self, call: Code) -> Code {
        if !self.returns_value {
            return call;
        }
        let mut code = Code::default();
        let mut inner = Code::default();
        inner.text(format!("use {PRIVATE}::settle::*; let __testkit_returned = {PRIVATE}::Returned::new"), self.span);
        inner.group(Delimiter::Parenthesis, call);
        let (file, line, column) = (literal(self.file), self.line, self.column);
        inner.text(format!("; (&&&&__testkit_returned).settle({file}, {line}, {column})"), self.span);
        code.group(Delimiter::Brace, inner);
        code
    }

    /// The test once for each set of generated arguments.
    fn property(&self, property: &Property, prefix: &str) -> Code {
        let generated: Vec<(&Argument, Option<&String>)> = self
            .asking
            .arguments
            .iter()
            .filter_map(|(argument, supply)| match supply {
                Supply::Generated(strategy) => Some((argument, strategy.as_ref())),
                Supply::Fixture(_) | Supply::Case { .. } => None,
            })
            .collect();
        let span = property.span;
        let cases = property.cases.as_ref().map_or_else(
            || "::core::option::Option::None".to_owned(),
            |cases| format!("::core::option::Option::Some({cases})"),
        );
        let names: String =
            generated.iter().map(|(argument, _)| format!("{},", literal(&argument.asks_for()))).collect();
        let mut arguments = Code::default();
        arguments.text(
            format!(
                "&::testkit::__property!({cases}, {file}, {key}, [{names}]), ",
                file = literal(self.file),
                key = self.key(None)
            ),
            span,
        );
        let mut strategies = Code::default();
        let mut pattern = Code::default();
        for (argument, strategy) in &generated {
            match strategy {
                Some(strategy) => strategies.text(format!("{strategy},"), span),
                None => strategies
                    .text("::testkit::proptest::arbitrary::any::<", span)
                    .tokens(argument.of_type.iter().cloned().collect())
                    .text(">(),", span),
            };
            pattern.text(format!("{},", argument.name), argument.span());
        }
        arguments.group(Delimiter::Parenthesis, strategies).text(", |", span);
        arguments.group(Delimiter::Parenthesis, pattern).text("|", span);
        let mut call = Code::default();
        let mut inner = Code::default();
        for (argument, supply) in &self.asking.arguments {
            inner.code(self.value(argument, supply, None, prefix)).text(",", argument.span());
        }
        call.text(self.function.clone(), self.span).group(Delimiter::Parenthesis, inner);
        arguments.group(Delimiter::Brace, self.awaited(call, prefix));
        let mut code = Code::default();
        code.text(format!("{PRIVATE}::run_property"), span).group(Delimiter::Parenthesis, arguments);
        code
    }

    /// Functions beside the author's that name the rows of each source.
    pub(crate) fn labels(&self) -> Code {
        let mut code = Code::default();
        for (number, (axis_number, axis, source)) in self.asking.sources().enumerate() {
            let name = labels_name(&self.name, number);
            code.text(
                format!(
                    "#[allow(dead_code, non_snake_case)] fn {name}() -> ::core::result::Result<::std::rc::Rc<[{PRIVATE}::Label]>, \
                     ::std::string::String>"
                ),
                axis.span,
            );
            let mut body = self.source(number, axis_number, axis, source);
            body.text(".labels()", axis.span);
            code.group(Delimiter::Brace, body);
        }
        code
    }

    /// What tells a source or a property from all others of the binary.
    fn key(&self, number: Option<usize>) -> String {
        let number = number.map(|number| format!("#{number}")).unwrap_or_default();
        format!("::core::concat!(::core::module_path!(), {})", literal(&format!("::{}{number}", self.name)))
    }

    /// An expression of the type `Source`.
    fn source(&self, number: usize, axis_number: usize, axis: &Axis, source: &Source) -> Code {
        let span = axis.span;
        let names: String = axis.names.iter().map(|target| format!("{},", literal(&target.text()))).collect();
        let manifest = "::core::env!(\"CARGO_MANIFEST_DIR\")";
        let none = "|_| ::core::option::Option::None".to_owned();
        let shown = |values: &[String]| {
            let values: String = values.iter().map(|value| format!("{PRIVATE}::Shown({value}).text(),")).collect();
            format!("{{ #[allow(unused_imports)] use {PRIVATE}::cases::Hidden as _; ::std::vec![{values}] }}")
        };
        let (mut rows, mut id) = (Code::default(), none);
        let pattern = row_pattern(axis);
        let types = self.row_type(axis_number, axis);
        let all: Vec<String> = axis.names.iter().map(column_name).collect();
        let (values, written) = match &source.kind {
            SourceKind::Expression(expression) => {
                let mut inner = Code::default();
                inner.tokens(expression.clone());
                rows.text("::core::result::Result::Ok", span).group(Delimiter::Parenthesis, inner);
                (format!("|{pattern}: &{types}| {}", shown(&all)), format!("from = {}", assertion::written(expression)))
            }
            SourceKind::Files(path) => {
                rows.text(format!("{PRIVATE}::files({manifest}, {path})"), span);
                id = "|file| ::core::option::Option::Some(::std::clone::Clone::clone(&file.id))".to_owned();
                (format!("|file| {}", shown(&["&file.path".to_owned()])), format!("files = {path}"))
            }
            SourceKind::Table(kind, path) => {
                let word = kind.to_string();
                let table = match word.as_str() {
                    "csv" => format!("{PRIVATE}::TableKind::Csv"),
                    "json" => format!("{PRIVATE}::TableKind::Json"),
                    _ => "::testkit::__toml!()".to_owned(),
                };
                let (mut required, mut optional) = (String::new(), String::new());
                for (column, target) in axis.names.iter().enumerate() {
                    let is_optional = self.argument_of(axis_number, column).is_some_and(is_optional);
                    let list = if is_optional { &mut optional } else { &mut required };
                    write!(list, "{},", literal(&target.text())).expect("writing to a String cannot fail");
                }
                let arguments = format!("{manifest}, {path}, {table}, &[{required}], &[{optional}]");
                rows.text(format!("{PRIVATE}::table({arguments})"), span);
                let cells: String =
                    axis.names.iter().map(|target| format!("row.shown({}),", literal(&target.text()))).collect();
                id = format!("{PRIVATE}::Record::id");
                (format!("|row| ::std::vec![{cells}]"), format!("{word} = {path}"))
            }
        };
        if let Some(format) = &source.id {
            let bound: String = match &source.kind {
                SourceKind::Expression(_) => String::new(),
                SourceKind::Files(_) => all.iter().map(|name| format!("let {name} = row.path.display();")).collect(),
                SourceKind::Table(..) => axis
                    .names
                    .iter()
                    .map(|target| format!("let {} = row.text({});", column_name(target), literal(&target.text())))
                    .collect(),
            };
            let pattern = if bound.is_empty() { pattern } else { "row".to_owned() };
            let seen: String = all.iter().map(|name| format!("&{name},")).collect();
            id = format!(
                "|{pattern}| {{ {bound} let _ = ({seen}); ::core::option::Option::Some(::std::format!({format})) }}"
            );
        }
        let mut fields = Code::default();
        fields.text(
            format!(
                "key: {}, written: {}, names: &[{names}], may_be_empty: {}, values: {values}, id: {id}, rows: ||",
                self.key(Some(number)),
                literal(&written),
                source.may_be_empty
            ),
            span,
        );
        fields.group(Delimiter::Brace, rows);
        let mut whole = Code::default();
        whole.text(format!("{PRIVATE}::Source"), span).group(Delimiter::Brace, fields);
        let mut code = Code::default();
        code.group(Delimiter::Parenthesis, whole);
        code
    }

    /// The type of a row, as far as the arguments tell it: the source is written in two places, and a number that could be of
    /// several types is to be of the same one in both.
    fn row_type(&self, axis_number: usize, axis: &Axis) -> String {
        let types = (0..axis.names.len()).map(|column| {
            let argument = self.argument_of(axis_number, column);
            let of_type = argument.and_then(|argument| match argument.of_type.as_slice() {
                [_, TokenTree::Ident(word)] if argument.is_reference && is_number(&word.to_string()) => {
                    Some(word.to_string())
                }
                _ if argument.is_reference => None,
                own => Some(own.iter().cloned().collect::<TokenStream>().to_string()),
            });
            of_type.unwrap_or_else(|| "_".to_owned())
        });
        let types: Vec<String> = types.collect();
        match types.as_slice() {
            [one] => one.clone(),
            more => format!("({})", more.join(", ")),
        }
    }

    /// The names of the case and their values as the author wrote them.
    fn written(&self, combination: &Combination) -> String {
        let mut text = String::new();
        for (axis, choice) in self.asking.axes.iter().zip(&combination.choice) {
            let AxisKind::Literal(cases) = &axis.kind else { continue };
            for (target, value) in axis.names.iter().zip(&cases[*choice].values) {
                let (name, value) = (literal(&target.text()), literal(&assertion::written(value)));
                write!(text, "({name}, {value}),").expect("writing to a String cannot fail");
            }
        }
        text
    }
}

/// The value of one name of an axis. `argument` is what takes it, if a test does.
fn value_of(
    axis: &Axis,
    number: usize,
    column: usize,
    combination: Option<&Combination>,
    argument: Option<&Argument>,
) -> Code {
    let mut code = Code::default();
    let target = &axis.names[column];
    let borrow = if argument.is_some_and(|argument| argument.is_reference) { "&" } else { "" };
    match &axis.kind {
        AxisKind::Literal(cases) => {
            let choice = combination.and_then(|combination| combination.choice.get(number)).copied().unwrap_or(0);
            code.tokens(cases[choice].values[column].clone());
        }
        AxisKind::Rows(Source { kind: SourceKind::Table(..), .. }) if argument.is_some_and(is_str) => {
            code.text(column_name(target), axis.span);
        }
        AxisKind::Rows(_) => {
            code.text(format!("{borrow}{}", column_name(target)), axis.span);
        }
    }
    code
}

fn is_str(argument: &Argument) -> bool {
    argument.is_reference && matches!(argument.of_type.last(), Some(TokenTree::Ident(word)) if word == "str")
}

/// Whether a type is one of those that a literal without a suffix may have.
fn is_number(of_type: &str) -> bool {
    let digits = of_type.strip_prefix(['i', 'u', 'f']).unwrap_or_default();
    matches!(digits, "8" | "16" | "32" | "64" | "128" | "size")
}

fn is_optional(argument: &Argument) -> bool {
    argument.type_name().is_some_and(|name| name == "Option")
}

/// What a name of an axis is called in generated code.
fn column_name(target: &Target) -> String {
    match &target.fixture {
        Some(fixture) => format!("{fixture}_{}", target.name),
        None => target.name.to_string(),
    }
}

/// `(a, b)`, or `a`.
fn row_pattern(axis: &Axis) -> String {
    let names: Vec<String> = axis.names.iter().map(column_name).collect();
    match names.as_slice() {
        [one] => one.clone(),
        more => format!("({})", more.join(", ")),
    }
}

/// The value in a `Result`; an error ends the test with its report.
pub(crate) fn unwrapped(result: Code, file: &str, line: usize, column: usize, span: Span) -> Code {
    let file = literal(file);
    let mut code = Code::default();
    code.text("match", span).code(result);
    code.text(
        format!(
            "{{ ::core::result::Result::Ok(value) => value, ::core::result::Result::Err(error) => {{ \
               use {PRIVATE}::settle::*; \
               (&&&&{PRIVATE}::Returned::new(::core::result::Result::<(), _>::Err(error))).settle({file}, {line}, {column}); \
               ::core::unreachable!() }} }}"
        ),
        span,
    );
    code
}

/// Name of the function that runs a case.
pub(crate) fn dispatcher_name(name: &str) -> String {
    format!("__testkit_run_{name}")
}

/// Name of the function that labels the rows of a source.
pub(crate) fn labels_name(name: &str, number: usize) -> String {
    format!("__testkit_labels_{name}_{number}")
}

/// Source text of the `Axes` of a test; `prefix` leads to the author's module.
pub(crate) fn axes_text(asking: &Asking, name: &str, prefix: &str) -> String {
    let rows: String =
        (0..asking.sources().count()).map(|number| format!("{prefix}{},", labels_name(name, number))).collect();
    let fixtures: String = asking
        .multiplying()
        .into_iter()
        .map(|path| format!("{PRIVATE}::note_needs::<{}>,", path.seen_from(prefix)))
        .collect();
    format!("{PRIVATE}::Axes {{ rows: &[{rows}], fixtures: &[{fixtures}] }}")
}

/// Source text of the `Site` of a test, `above` modules below the author's.
pub(crate) fn site_text(asking: &Asking, name: &str, group: Option<&str>, prefix: &str) -> String {
    let group = match group {
        Some(group) => format!("::core::option::Option::Some({})", literal(group)),
        None => "::core::option::Option::None".to_owned(),
    };
    let above = prefix.matches("super::").count();
    format!(
        "&{PRIVATE}::Site {{ module: ::core::module_path!(), above: {above}, group: {group}, axes: {} }}",
        axes_text(asking, name, prefix)
    )
}

/// Source text of a condition that holds if fixtures multiply the test; `None` if nothing can.
pub(crate) fn is_multiplied(paths: &[&FixturePath], prefix: &str) -> Option<String> {
    let conditions: Vec<String> = paths
        .iter()
        .map(|path| format!("<{} as {PRIVATE}::Fixture>::IS_PARAMETRIZED", path.seen_from(prefix)))
        .collect();
    (!conditions.is_empty()).then(|| conditions.join(" || "))
}

/// A statement that notes what the test is driven by, before anything else of it is.
fn runtime(asking: &Asking) -> Code {
    let mut code = Code::default();
    let text = match &asking.runtime {
        None | Some(Runtime::Function(_)) => return code,
        Some(Runtime::Smol) => format!("{PRIVATE}::smol_runtime!()"),
        Some(Runtime::Tokio { is_multi_thread: false, start_paused, .. }) => {
            format!("{PRIVATE}::tokio_runtime!(CurrentThread {{ start_paused: {start_paused} }})")
        }
        Some(Runtime::Tokio { is_multi_thread: true, worker_threads, .. }) => {
            let threads = worker_threads.as_ref().map_or_else(
                || "::core::option::Option::None".to_owned(),
                |count| format!("::core::option::Option::Some({count})"),
            );
            format!("{PRIVATE}::tokio_runtime!(MultiThread {{ worker_threads: {threads} }})")
        }
    };
    code.text(format!("{PRIVATE}::choose(const {{ &{text} }});"), Span::call_site());
    code
}

/// Statements that ask for the fixtures whose values the test does not see.
pub(crate) fn uses(asking: &Asking, prefix: &str) -> Code {
    let mut code = runtime(asking);
    for (number, path) in asking.uses.iter().enumerate() {
        let fixture = path.seen_from(prefix);
        code.text(format!("let __testkit_used_{number} = {PRIVATE}::shared::<{fixture}>();"), path.span);
    }
    code
}

/// Statements before the body of a test whose arguments are fixtures, each argument with its own name and type.
pub(crate) fn bindings(asking: &Asking) -> Code {
    let mut code = uses(asking, "");
    for (argument, supply) in &asking.arguments {
        let Supply::Fixture(path) = supply else { continue };
        let (name, span, fixture) = (&argument.name, argument.span(), path.seen_from(""));
        let held = format!("__testkit_{}", name.to_string().trim_start_matches('_'));
        let of_type: TokenStream = argument.of_type.iter().cloned().collect();
        if argument.is_reference {
            code.text(format!("let {held} = {PRIVATE}::shared::<{fixture}>(); let"), span);
            code.tokens(TokenTree::Ident(name.clone()).into()).text(":", span).tokens(of_type);
            code.text(format!("= &{held};"), span);
        } else {
            let mutable = if argument.is_mutable { "mut" } else { "" };
            code.text(format!("let {mutable}"), span);
            code.tokens(TokenTree::Ident(name.clone()).into()).text(":", span).tokens(of_type);
            code.text(format!("= {PRIVATE}::fresh::<{fixture}>();"), span);
        }
    }
    code
}
