//! From a failed assertion to a [`Failure`].

use std::fmt::Arguments;
use std::panic::{self, AssertUnwindSafe, Location};

use testkit_protocol::failure::{Assertion, Failure, FailureKind, Operand};
use testkit_protocol::location;

use super::Value;
use crate::harness;

/// Ends the test because a condition does not hold.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail_condition(expression: &str, message: Option<Arguments<'_>>) -> ! {
    fail("assert", expression.to_owned(), Vec::new(), message)
}

/// Ends the test because a comparison does not hold; `sources` are the left operand, the operator and the right one.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail_comparison(sources: &[&str; 3], left: Value<'_>, right: Value<'_>, message: Option<Arguments<'_>>) -> ! {
    let [left_source, operator, right_source] = sources;
    let operands = vec![operand("left", left_source, left), operand("right", right_source, right)];
    fail("assert", format!("{left_source} {operator} {right_source}"), operands, message)
}

/// Ends the test because `assert_eq!` or `assert_ne!`, whose operator this is, does not hold.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail_equality(operator: &str, sources: &[&str; 2], values: [Value<'_>; 2], message: Option<Arguments<'_>>) -> ! {
    let [left_source, right_source] = sources;
    let [left, right] = values;
    let name = if operator == "==" { "assert_eq" } else { "assert_ne" };
    let operands = vec![operand("left", left_source, left), operand("right", right_source, right)];
    fail(name, format!("{left_source} {operator} {right_source}"), operands, message)
}

fn operand(role: &str, source: &str, value: Value<'_>) -> Operand {
    Operand { role: role.to_owned(), source: source.to_owned(), value: shown(value) }
}

/// The value's text; a panic in the author's `Debug` must not hide the failure itself.
fn shown(value: Value<'_>) -> String {
    let text = panic::catch_unwind(AssertUnwindSafe(|| value.text()));
    text.unwrap_or_else(|_| "<its Debug panicked>".to_owned())
}

#[track_caller]
fn fail(name: &str, expression: String, operands: Vec<Operand>, message: Option<Arguments<'_>>) -> ! {
    let assertion = Assertion { macro_name: name.to_owned(), expression, operands };
    let failure = Failure {
        kind: FailureKind::Assertion(assertion),
        message: message.map(|message| message.to_string()),
        location: Some(location::Location::from(Location::caller())),
        thread: None,
        backtrace: None,
    };
    harness::raise(failure)
}
