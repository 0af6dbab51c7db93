//! Code that calls a test with what it asks for: fixtures, values of its cases, generated values.

mod rows;
pub(crate) mod sites;

use proc_macro2::{Delimiter, Span, TokenStream};
use testkit_protocol::case_values;

use self::rows::{column_name, is_str};
use super::code::Code;
use super::function::settled;
use super::{PRIVATE, concatenated, literal};
use crate::asking::arguments::Argument;
use crate::asking::parametrize::{Source, SourceKind};
use crate::asking::{Asking, Axis, AxisKind, Combination, FixturePath, Supply};
use crate::assertion;
use crate::ast::Function;
use crate::marks::{Property, Runtime};
use crate::names::Wanted;

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

impl<'a> Called<'a> {
    /// A free function, as its own module calls it.
    pub(crate) fn function(function: &Function, asking: &'a Asking, file: &'a str) -> Self {
        let (name, start) = (function.name.to_string(), function.name.span().start());
        Self {
            asking,
            function: name.clone(),
            name,
            returns_value: function.returns_value(),
            is_method: false,
            file,
            line: start.line,
            column: start.column + 1,
            span: function.name.span(),
        }
    }

    /// The body of the one test that the function is without literal cases; `prefix` leads to the author's module.
    pub(crate) fn single(&self, prefix: &str) -> Code {
        self.body(None, prefix)
    }

    /// A function beside the author's that runs the case with a number, and begins it if `begins` names its site. `group` is
    /// the type of a group's value, as it is taken: `&mut TestA`.
    /// `conditions` are `#[cfg]` attributes of it.
    pub(crate) fn dispatcher(
        &self,
        combinations: &[Combination],
        group: Option<&str>,
        begins: Option<&str>,
        conditions: &str,
    ) -> Code {
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
        if let Some(site) = begins {
            let name = dispatcher_name(&self.name);
            let mut begun = Code::default();
            begun.text(format!("if {PRIVATE}::begin_case({name}, case, &{site})"), self.span);
            begun.group(Delimiter::Brace, body);
            body = begun;
        }
        code.group(Delimiter::Brace, body);
        code
    }

    /// What stands in the test: the call, with all that it needs in front of it.
    fn body(&self, combination: Option<&Combination>, prefix: &str) -> Code {
        let mut code = Code::default();
        if !self.is_method {
            code.code(runtime(self.asking));
        }
        if let Some(combination) = combination.filter(|_| self.asking.has_literal_cases()) {
            let values = literal(&self.written(combination));
            code.text(format!("{PRIVATE}::note_case({values});"), self.span);
        }
        code.code(self.rows());
        code.code(self.gifts(combination, prefix));
        if !self.is_method {
            code.code(uses(self.asking, prefix));
        }
        for (argument, supply) in &self.asking.arguments {
            if let Supply::Fixture(path) = supply {
                code.code(may_be_owned(argument, path, prefix));
            }
        }
        match &self.asking.property {
            Some(property) => code.code(self.property(property, prefix)),
            None => code.code(self.call(combination, prefix)),
        };
        code
    }

    /// Hands values to fixtures, for `user.name`.
    fn gifts(&self, combination: Option<&Combination>, prefix: &str) -> Code {
        let mut code = Code::default();
        for (number, axis) in self.asking.axes.iter().enumerate() {
            for (column, target) in axis.names.iter().enumerate() {
                let Some(fixture) = &target.path else { continue };
                let span = target.name.span();
                code.text(format!("<{}>::with_{}", fixture.seen_from(prefix), target.name), span);
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
                code.code(request(argument, path, prefix, "&mut ()"));
            }
            Supply::Case { axis, column } => {
                code.code(value_of(&self.asking.axes[*axis], *axis, *column, combination, Some(argument)));
            }
            Supply::Generated(_) => {
                let borrow = if argument.is_reference { "&" } else { "" };
                code.text(format!("{borrow}{}", argument.name), argument.span());
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
            Some((Runtime::Function(path), span)) => code.text(format!("{prefix}{path}"), *span),
            // What the test asks for has been noted before its fixtures were made.
            None | Some((Runtime::Smol | Runtime::Tokio { .. }, _)) => {
                arguments.text(format!("&{PRIVATE}::Runtime::Default,"), self.span);
                code.text(format!("{PRIVATE}::block_on"), self.span)
            }
        };
        arguments.code(call);
        code.group(Delimiter::Parenthesis, arguments);
        code
    }

    /// A call of it as source text, with what it returns looked at.
    pub(crate) fn settled_text(&self, call: &str) -> String {
        if self.returns_value { settled(call, self.file, self.line, self.column) } else { call.to_owned() }
    }

    /// The call, with what it returns looked at.
    fn settled(&self, call: Code) -> Code {
        if !self.returns_value {
            return call;
        }
        let mut code = Code::default();
        let mut inner = Code::default();
        inner.text(
            format!("use {PRIVATE}::settle_prelude::*; let __testkit_returned = {PRIVATE}::Returned::new"),
            self.span,
        );
        inner.group(Delimiter::Parenthesis, call);
        let (file, line, column) = (literal(self.file), self.line, self.column);
        inner.text(format!("; (&&&&__testkit_returned).settle({file}, {line}, {column})"), self.span);
        code.group(Delimiter::Brace, inner);
        code
    }

    /// The test once for each set of generated arguments.
    fn property(&self, property: &Property, prefix: &str) -> Code {
        let generated: Vec<(&Argument, Option<&TokenStream>)> = self
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
        let names = concatenated(&generated, |(argument, _)| format!("{},", literal(&argument.asks_for())));
        let mut arguments = Code::default();
        arguments.text(
            format!(
                "&{PRIVATE}::property::Property {{ cases: {cases}, file: {file}, \
                 manifest_directory: ::core::env!(\"CARGO_MANIFEST_DIR\"), name: {key}, arguments: &[{names}] }}, ",
                file = literal(self.file),
                key = self.key(None)
            ),
            span,
        );
        let mut strategies = Code::default();
        let mut pattern = Code::default();
        for (argument, strategy) in &generated {
            let maker = if strategy.is_some() { "by_strategy" } else { "of_type" };
            strategies.text(format!("{PRIVATE}::property::{maker}::<"), argument.span());
            if argument.is_reference {
                // It borrows what is made up, whose type nobody has written.
                strategies.text("_", argument.span());
            } else {
                strategies.tokens(argument.of_type.iter().cloned().collect());
            }
            let mut named = Code::default();
            named.tokens(strategy.cloned().unwrap_or_default());
            strategies.text(">", argument.span()).group(Delimiter::Parenthesis, named).text(",", span);
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
        let call = self.awaited(call, prefix);
        let mut case = Code::default();
        if self.returns_value {
            let mut inner = call;
            inner.text(format!(", {}, {}, {}", literal(self.file), self.line, self.column), span);
            case.text(format!("{PRIVATE}::case_end!"), self.span).group(Delimiter::Parenthesis, inner);
        } else {
            case.code(call);
        }
        arguments.group(Delimiter::Brace, case);
        let mut run = Code::default();
        run.text(format!("{PRIVATE}::property::run"), span).group(Delimiter::Parenthesis, arguments);
        let mut code = Code::default();
        code.text(format!("{PRIVATE}::with_proptest!"), span).group(Delimiter::Parenthesis, run);
        code
    }

    /// What tells a source or a property from all others of the binary.
    fn key(&self, number: Option<usize>) -> String {
        let number = number.map(|number| format!("#{number}")).unwrap_or_default();
        format!("::core::concat!(::core::module_path!(), {})", literal(&format!("::{}{number}", self.name)))
    }

    /// The names of the case and their values as the author wrote them, in one text: a list of several would be a constant of
    /// its own for each case.
    fn written(&self, combination: &Combination) -> String {
        let mut text = String::new();
        for (axis, choice) in self.asking.axes.iter().zip(&combination.choice) {
            let AxisKind::Literal(cases) = &axis.kind else { continue };
            for (target, value) in axis.names.iter().zip(&cases[*choice].values) {
                case_values::push(&mut text, &target.text(), &assertion::written(value));
            }
        }
        text
    }
}

/// An expression that asks for a fixture, whose value is lent for as long as `lender` is.
fn request(argument: &Argument, path: &FixturePath, prefix: &str, lender: &str) -> Code {
    let fixture = path.seen_from(prefix);
    let text = if argument.is_reference {
        format!("{PRIVATE}::shared::<{fixture}>({lender})")
    } else {
        format!("{PRIVATE}::fresh::<{fixture}>()")
    };
    let mut code = Code::default();
    code.text(text, path.span);
    code
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

/// The value in a `Result`; an error ends the test with its report.
pub(crate) fn unwrapped(result: Code, file: &str, line: usize, column: usize, span: Span) -> Code {
    let file = literal(file);
    let mut code = Code::default();
    code.text("match", span).code(result);
    code.text(
        format!(
            "{{ ::core::result::Result::Ok(value) => value, ::core::result::Result::Err(error) => {{ \
               use {PRIVATE}::settle_prelude::*; \
               (&&&&{PRIVATE}::Returned::new(::core::result::Result::<(), _>::Err(error))).settle({file}, {line}, {column}); \
               ::core::unreachable!() }} }}"
        ),
        span,
    );
    code
}

/// A statement that does not compile if nobody can have a value of the fixture for his own, which `argument` asks for.
pub(crate) fn may_be_owned(argument: &Argument, path: &FixturePath, prefix: &str) -> Code {
    let mut code = Code::default();
    // Of the others it is known, and has been said.
    if !argument.is_reference && path.is_generated() {
        let name = argument.asks_for();
        let message = literal(&format!(
            "`{name}` has a `teardown` that takes each value at its end, so nobody else can own one: borrow it"
        ));
        let fixture = path.seen_from(prefix);
        let check = format!("::core::assert!(!<{fixture} as {PRIVATE}::Fixture>::INFO.has_teardown, {message})");
        // An item, since `cargo check` does not evaluate constant blocks.
        code.text(format!("{{ const _: () = {check}; }}"), argument.span());
    }
    code
}

/// The aliases that requests have asked for, under a condition if there is one.
pub(crate) fn aliases(wanted: impl IntoIterator<Item = Wanted>, cfg: &str) -> Code {
    let mut code = Code::default();
    // Not only under `cfg(test)`, so that `cargo check` shows their errors as well.
    for Wanted { name, alias, is_imported, span } in wanted {
        let found = if is_imported {
            format!("self::{name}")
        } else {
            // Of an import rustc says what is missing where. If its path were all in one place, it would name the first part.
            // The name of the import is seen only where what is found is no type.
            let found = format!("{alias}_without_fixture_attribute");
            let mut import = Code::default();
            import.text(format!("{name} as {found}"), span);
            let head = format!("{cfg}#[allow(unused_imports, unused_import_braces)] use self::");
            code.text(head, Span::mixed_site());
            code.group(Delimiter::Brace, import).text(";", span);
            found
        };
        code.text(format!("{cfg}#[allow(dead_code, non_camel_case_types)] type {alias} = {found};"), span);
    }
    code
}

/// Name of the function that runs a case.
pub(crate) fn dispatcher_name(name: &str) -> String {
    format!("__testkit_run_{name}")
}

/// A statement that notes what the test is driven by, before anything else of it is.
pub(crate) fn runtime(asking: &Asking) -> Code {
    let mut code = Code::default();
    let Some((runtime, span)) = &asking.runtime else { return code };
    let text = match runtime {
        Runtime::Function(_) => return code,
        Runtime::Smol => format!("{PRIVATE}::smol_runtime!()"),
        Runtime::Tokio { is_multi_thread: false, start_paused, .. } => {
            format!("{PRIVATE}::tokio_runtime!(CurrentThread {{ start_paused: {start_paused} }})")
        }
        Runtime::Tokio { is_multi_thread: true, worker_threads, .. } => {
            let threads = worker_threads.as_ref().map_or_else(
                || "::core::option::Option::None".to_owned(),
                |count| format!("::core::option::Option::Some({count})"),
            );
            format!("{PRIVATE}::tokio_runtime!(MultiThread {{ worker_threads: {threads} }})")
        }
    };
    code.text(format!("{PRIVATE}::choose(const {{ &{text} }});"), *span);
    code
}

/// Statements that ask for the fixtures whose values the test does not see.
pub(crate) fn uses(asking: &Asking, prefix: &str) -> Code {
    let mut code = Code::default();
    for path in &asking.uses {
        let fixture = path.seen_from(prefix);
        code.text(format!("{PRIVATE}::use_fixture::<{fixture}>();"), path.span);
    }
    code
}
