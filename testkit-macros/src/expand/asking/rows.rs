//! Code for rows that are known at run time only: where they come from, what they are called, how a case takes its own.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::{Called, PRIVATE};
use crate::asking::arguments::Argument;
use crate::asking::parametrize::{Source, SourceKind, Target};
use crate::asking::{Axis, Supply};
use crate::assertion;
use crate::expand::code::Code;
use crate::expand::{concatenated, literal};

impl Called<'_> {
    /// Takes the rows of the running case, each value under its own name. What is wrong with them is no failure of the test.
    pub(super) fn rows(&self) -> Code {
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
                        let span = argument.map_or(span, Argument::span);
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

    /// An expression of the type `Source`.
    fn source(&self, number: usize, axis_number: usize, axis: &Axis, source: &Source) -> Code {
        let span = axis.span;
        let names = concatenated(&axis.names, |target| format!("{},", literal(&target.text())));
        let manifest = "::core::env!(\"CARGO_MANIFEST_DIR\")";
        let none = "|_| ::core::option::Option::None".to_owned();
        let shown = |values: &[String]| {
            let values = concatenated(values, |value| format!("{PRIVATE}::Shown({value}).text(),"));
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
                let mut given = Code::default();
                given.text(format!("{PRIVATE}::rows::<{types}>"), span).group(Delimiter::Parenthesis, inner);
                rows.text("::core::result::Result::Ok", span).group(Delimiter::Parenthesis, given);
                (format!("|{pattern}: &{types}| {}", shown(&all)), format!("from = {}", assertion::written(expression)))
            }
            SourceKind::Files(path) => {
                rows.text(format!("{PRIVATE}::files({manifest}, {path})"), span);
                id = String::from("|file| ::core::option::Option::Some(::std::clone::Clone::clone(&file.id))");
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
                let cells = concatenated(&axis.names, |target| format!("row.shown({}),", literal(&target.text())));
                id = format!("{PRIVATE}::Record::id");
                (format!("|row| ::std::vec![{cells}]"), format!("{word} = {path}"))
            }
        };
        if let Some(format) = &source.id {
            let bound: String = match &source.kind {
                SourceKind::Expression(_) => String::new(),
                SourceKind::Files(_) => concatenated(&all, |name| format!("let {name} = row.path.display();")),
                SourceKind::Table(..) => concatenated(&axis.names, |target| {
                    format!("let {} = row.text({});", column_name(target), literal(&target.text()))
                }),
            };
            let pattern = if bound.is_empty() { pattern } else { "row".to_owned() };
            let seen = concatenated(&all, |name| format!("&{name},"));
            id = format!(
                "|{pattern}| {{ {bound} let _ = ({seen}); ::core::option::Option::Some(::std::fmt::format(::core::format_args!({format}))) }}"
            );
        }
        let mut fields = Code::default();
        // The rows first: their type is what the closures behind them take.
        fields.text("rows: ||", span).group(Delimiter::Brace, rows);
        fields.text(
            format!(
                ", key: {}, written: {}, names: &[{names}], may_be_empty: {}, values: {values}, id: {id}",
                self.key(Some(number)),
                literal(&written),
                source.may_be_empty
            ),
            span,
        );
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
}

pub(super) fn is_str(argument: &Argument) -> bool {
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
pub(super) fn column_name(target: &Target) -> String {
    match &target.fixture {
        Some(fixture) => format!("{fixture}_{}", target.name),
        None => target.name.to_string(),
    }
}

/// `(a, b)`, or `a`.
pub(super) fn row_pattern(axis: &Axis) -> String {
    let names: Vec<String> = axis.names.iter().map(column_name).collect();
    match names.as_slice() {
        [one] => one.clone(),
        more => format!("({})", more.join(", ")),
    }
}

/// Name of the function that labels the rows of a source.
pub(super) fn labels_name(name: &str, number: usize) -> String {
    format!("__testkit_labels_{name}_{number}")
}
