//! Assertions on how something came out: `assert_ok!` and its siblings, `assert_matches!`, `assert_error_chain!`,
//! `assert_panics!` and `fail!`. Their macros are in `macros`; here are the functions that a failing one calls.

mod chain;
mod macros;
mod panics;

use std::fmt::{self, Arguments, Debug, Formatter};
use std::panic::Location;

use testkit_protocol::failure::{Assertion, Failure, FailureKind, Operand};
use testkit_protocol::location;

use super::Value;
use super::explain::{Explanation, explain, shown};
use crate::harness;

pub use chain::{Chain, OfAnything, OfError, OfPointer};
pub use panics::{ExpectedMessage, did_not_panic, expect_message, message_of, panic_of};

/// A variant with one field, whose value may or may not have `Debug`.
struct Variant<'a>(&'static str, Value<'a>);

impl Debug for Variant<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self(name, value) = self;
        let mut tuple = formatter.debug_tuple(name);
        match value {
            Value::Debug(value) => tuple.field(value),
            Value::Type(name) => tuple.field(&format_args!("<a value of type {name}>")),
        };
        tuple.finish()
    }
}

/// Ends the test because `expression`, a call of one of these macros, does not hold.
#[track_caller]
fn raise(name: &str, expression: &str, operands: Vec<Operand>, told: Explanation, message: Option<Arguments<'_>>) -> ! {
    let assertion = Assertion {
        macro_name: name.to_owned(),
        expression: expression.to_owned(),
        decided: None,
        operands,
        comparison: told.comparison,
        notes: told.notes,
    };
    harness::raise(Failure {
        message: message.map(|message| message.to_string()),
        location: Some(location::Location::from(Location::caller())),
        ..Failure::new(FailureKind::Assertion(assertion), "")
    })
}

fn operand(role: &str, source: &str, value: String) -> Operand {
    Operand { role: role.to_owned(), source: source.to_owned(), value, ..Operand::default() }
}

fn noted(notes: Vec<String>) -> Explanation {
    Explanation { notes, ..Explanation::default() }
}

/// The value with this source is another variant: `variant` of `value`. The error in it, if it is one, has these texts.
#[cold]
#[inline(never)]
#[track_caller]
pub fn other_variant(
    message: Option<Arguments<'_>>,
    [name, expression, source]: [&str; 3],
    variant: &'static str,
    value: Option<Value<'_>>,
    chain: &[String],
) -> ! {
    let text = match value {
        Some(value) => shown(Value::Debug(&Variant(variant, value))),
        None => variant.to_owned(),
    };
    let notes = match chain {
        [] => Vec::new(),
        [error, sources @ ..] => {
            let texts: Vec<&str> = std::iter::once(error).chain(sources).map(String::as_str).collect();
            vec![format!("the error is: {}", texts.join("\ncaused by: "))]
        }
    };
    raise(name, expression, vec![operand("", source, text)], noted(notes), message)
}

/// The value with this source does not match.
#[cold]
#[inline(never)]
#[track_caller]
pub fn not_matching(message: Option<Arguments<'_>>, expression: &str, source: &str, value: Value<'_>) -> ! {
    raise("assert_matches", expression, vec![operand("", source, shown(value))], Explanation::default(), message)
}

/// Compares the texts of an error and its sources with those that are expected.
#[track_caller]
pub fn expect_chain(expression: &str, texts: &[String], expected: &[String], message: Option<Arguments<'_>>) {
    if texts == expected {
        return;
    }
    let mut told = explain("==", Value::Debug(&texts), Value::Debug(&expected));
    let (left, right) = (std::mem::take(&mut told.left), std::mem::take(&mut told.right));
    let operands = vec![operand("left", "the error and its sources", left), operand("right", "expected", right)];
    raise("assert_error_chain", expression, operands, told, message)
}

/// Ends the test because its author says so.
#[cold]
#[inline(never)]
#[track_caller]
pub fn failed(message: Option<Arguments<'_>>) -> ! {
    raise("fail", "", Vec::new(), Explanation::default(), message)
}
