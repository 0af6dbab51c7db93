//! Why a test failed, as data. Text is made of it in [`crate::text`], and nowhere else.

use crate::location::Location;

/// One reason why an attempt did not pass.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Failure {
    /// What kind of thing went wrong, with what belongs to that kind alone.
    pub kind: FailureKind,
    /// The author's words: an assertion's message, a panic's, an error's first line.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub message: Option<String>,
    /// Where in the sources, if that is known.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub location: Option<Location>,
    /// Name of the thread, where it was not the test's own.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub thread: Option<String>,
    /// Stack at the failure, as the standard library prints it; only where `RUST_BACKTRACE` asked for it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub backtrace: Option<String>,
}

/// The kinds of failure.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum FailureKind {
    /// An assertion of testkit did not hold.
    Assertion(Assertion),
    /// A panic that is not an assertion of ours; the message is the panic's.
    Panic,
    /// The test returned an error; the message is the error's own text.
    ReturnedError(ReturnedError),
    /// The test returned normally although `#[should_panic]` is on it.
    DidNotPanic,
    /// The test panicked as `#[should_panic]` asks, but with another message; the message is the one that came.
    WrongPanic {
        /// What `expected` asks the message to contain.
        expected: String,
    },
    /// The process ended before the test did; the message says how.
    Crash,
    /// The test did not end in time; the message says within what.
    Timeout,
    /// Something in the runner or between the processes went wrong; the message says what.
    Runner,
}

/// An assertion that did not hold.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Assertion {
    /// Name of the macro, without the exclamation mark: `assert`, `assert_eq`, `assert_ne`.
    pub macro_name: String,
    /// Source text of what was asserted, as the author wrote it, up to white space.
    pub expression: String,
    /// The values that mattered, in the order of the source.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub operands: Vec<Operand>,
}

/// One value that took part in an assertion.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Operand {
    /// What it is to the assertion: `left`, `right`; empty for a plain sub-expression.
    pub role: String,
    /// Its source text; for a literal the same as the value.
    pub source: String,
    /// Its `{:#?}` text, or `<a value of type T>` where the type has no `Debug`.
    pub value: String,
}

/// An error that a test returned.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ReturnedError {
    /// The texts of its sources, outermost first, the error itself excluded.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub sources: Vec<String>,
}

impl Failure {
    /// A failure of `kind` with a message and nothing else.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: Some(message.into()), location: None, thread: None, backtrace: None }
    }

    /// The same failure, at `location`.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }
}
