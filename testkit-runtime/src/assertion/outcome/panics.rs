//! Panics that are asked for.

use std::fmt::Arguments;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use testkit_protocol::location::Location;

use super::{noted, operand, raise};
use crate::assertion::Value;
use crate::assertion::explain::shown;
use crate::harness;
use crate::marks::Skipped;

/// What the message of a panic is held against: a text that it is to contain, a condition on it, or with the feature
/// `regex` a regular expression that is to match in it.
pub trait ExpectedMessage {
    /// Whether `message` is as expected.
    fn holds(&self, message: &str) -> bool;

    /// What is expected, for the report.
    fn description(&self) -> String;
}

impl ExpectedMessage for &str {
    fn holds(&self, message: &str) -> bool {
        message.contains(self)
    }

    fn description(&self) -> String {
        format!("expected part: {self:?}")
    }
}

impl ExpectedMessage for &String {
    fn holds(&self, message: &str) -> bool {
        message.contains(self.as_str())
    }

    fn description(&self) -> String {
        self.as_str().description()
    }
}

impl ExpectedMessage for String {
    fn holds(&self, message: &str) -> bool {
        message.contains(self.as_str())
    }

    fn description(&self) -> String {
        self.as_str().description()
    }
}

impl<F: Fn(&str) -> bool> ExpectedMessage for F {
    fn holds(&self, message: &str) -> bool {
        self(message)
    }

    fn description(&self) -> String {
        "the condition does not hold for this message".to_owned()
    }
}

#[cfg(feature = "regex")]
impl ExpectedMessage for regex::Regex {
    fn holds(&self, message: &str) -> bool {
        self.is_match(message)
    }

    fn description(&self) -> String {
        format!("expected match: /{}/", self.as_str())
    }
}

/// A panic that was asked for.
#[derive(Debug)]
pub struct Panicked {
    message: String,
    location: Option<Location>,
}

/// Runs `body` for its panic, of which nothing is printed. A test that is skipped is skipped.
///
/// # Errors
/// The value of `body`, if it does not panic.
pub fn panic_of<T>(body: impl FnOnce() -> T) -> Result<Panicked, T> {
    let result = harness::quietly(|| catch_unwind(AssertUnwindSafe(body)));
    result.map_or_else(
        |payload| {
            if payload.is::<Skipped>() {
                resume_unwind(payload);
            }
            let (message, location) = harness::let_go(payload);
            Ok(Panicked { message, location })
        },
        Err,
    )
}

/// The message of the panic.
#[must_use = "the macro is an expression"]
pub fn message_of(panicked: Panicked) -> String {
    panicked.message
}

/// The message of the panic, if it is as expected.
#[track_caller]
pub fn expect_message(
    [expression, source]: [&str; 2],
    panicked: Panicked,
    expected: &dyn ExpectedMessage,
    message: Option<Arguments<'_>>,
) -> String {
    let Panicked { message: came, location } = panicked;
    if expected.holds(&came) {
        return came;
    }
    let mut notes = vec![expected.description()];
    notes.extend(location.map(|location| format!("it panicked at {location}")));
    let operands = vec![operand("", &format!("message of {source}"), shown(Value::Debug(&came)))];
    raise("assert_panics", expression, operands, noted(notes), message)
}

/// Ends the test because what was to panic has a value instead.
#[cold]
#[inline(never)]
#[track_caller]
pub fn did_not_panic(message: Option<Arguments<'_>>, [expression, source]: [&str; 2], value: Value<'_>) -> ! {
    let text = shown(value);
    let notes = vec!["it did not panic".to_owned()];
    let operands = if text == "()" { Vec::new() } else { vec![operand("", source, text)] };
    raise("assert_panics", expression, operands, noted(notes), message)
}
