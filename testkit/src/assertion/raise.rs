//! From a failed assertion to a [`Failure`].

use std::fmt::Arguments;
use std::panic::Location;

use testkit_protocol::failure::{Assertion, Failure, FailureKind, Operand};
use testkit_protocol::location;

use super::Value;
use super::explain::{Explanation, explain};
use crate::harness;

/// Ends the test because a condition does not hold.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail_condition(expression: &str, message: Option<Arguments<'_>>) -> ! {
    let assertion =
        Assertion { macro_name: "assert".to_owned(), expression: expression.to_owned(), ..Assertion::default() };
    fail(assertion, message)
}

/// Ends the test because a comparison does not hold; `sources` are the left operand, the operator and the right one.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail_comparison(sources: &[&str; 3], left: Value<'_>, right: Value<'_>, message: Option<Arguments<'_>>) -> ! {
    let [left_source, operator, right_source] = sources;
    fail_operands("assert", operator, [left_source, right_source], [left, right], message)
}

/// Ends the test because `assert_eq!` or `assert_ne!`, whose operator this is, does not hold.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail_equality(operator: &str, sources: &[&str; 2], values: [Value<'_>; 2], message: Option<Arguments<'_>>) -> ! {
    let name = if operator == "==" { "assert_eq" } else { "assert_ne" };
    fail_operands(name, operator, *sources, values, message)
}

#[track_caller]
fn fail_operands(
    name: &str,
    operator: &str,
    [left_source, right_source]: [&str; 2],
    [left, right]: [Value<'_>; 2],
    message: Option<Arguments<'_>>,
) -> ! {
    let Explanation { left, right, comparison, notes } = explain(operator, left, right);
    let operand = |role: &str, source: &str, value| Operand {
        role: role.to_owned(),
        source: source.to_owned(),
        value,
        ..Operand::default()
    };
    let assertion = Assertion {
        macro_name: name.to_owned(),
        expression: format!("{left_source} {operator} {right_source}"),
        operands: vec![operand("left", left_source, left), operand("right", right_source, right)],
        comparison,
        notes,
        ..Assertion::default()
    };
    fail(assertion, message)
}

#[track_caller]
fn fail(assertion: Assertion, message: Option<Arguments<'_>>) -> ! {
    let failure = Failure {
        message: message.map(|message| message.to_string()),
        location: Some(location::Location::from(Location::caller())),
        ..Failure::new(FailureKind::Assertion(assertion), "")
    };
    harness::raise(failure)
}
