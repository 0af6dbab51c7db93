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
    /// Which part of a test it came in; the test itself as well where it came in no test at all.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Phase::is_test"))]
    pub phase: Phase,
    /// Names of the subtests it came in, outermost first; empty outside of any.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub subtest: Vec<String>,
    /// Name of the thread, where it was not the test's own.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub thread: Option<String>,
    /// Stack at the failure, as the standard library prints it; only where `RUST_BACKTRACE` asked for it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub backtrace: Option<String>,
}

/// The parts of a test. A failure outside of [`Phase::Test`] alone makes it errored, not failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Phase {
    /// Making what it asks for: its fixtures, the value of its group.
    SetUp,
    /// The test itself.
    #[default]
    Test,
    /// Taking that down.
    TearDown,
}

impl Phase {
    /// Whether it is the usual one.
    pub fn is_test(&self) -> bool {
        *self == Self::Test
    }

    /// What it is called where people read of it.
    pub fn word(self) -> &'static str {
        match self {
            Self::SetUp => "set-up",
            Self::Test => "test",
            Self::TearDown => "tear-down",
        }
    }
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
    /// The test did not fail as its `#[xfail]` says it does; the message says what it did, and what to write.
    Xfail,
    /// A fixture that the test asks for could not be set up for an earlier one; the message says why, and where it is told.
    Fixture,
    /// The process ended before the test did; the message says how.
    Crash,
    /// The test did not end in time; the message says within what.
    Timeout,
    /// Something in the runner or between the processes went wrong; the message says what.
    Runner,
}

/// An assertion that did not hold.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Assertion {
    /// Name of the macro, without the exclamation mark: `assert`, `assert_eq`, `check`, `assert_ok` …
    pub macro_name: String,
    /// Source text of what was asserted, as the author wrote it, up to white space.
    pub expression: String,
    /// The part of the expression that decided, where that is not the whole.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub decided: Option<TextRange>,
    /// The values that mattered: the operands of a comparison first, then those of sub-expressions in the order of the
    /// source.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub operands: Vec<Operand>,
    /// How the two operands differ, where they were to be equal.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub comparison: Option<Comparison>,
    /// What else helps to understand the failure, a sentence each: `the operands are equal in Debug …`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub notes: Vec<String>,
}

/// A part of a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TextRange {
    /// Offset of its first byte.
    pub start: u32,
    /// Offset after its last byte.
    pub end: u32,
}

/// One value that took part in an assertion.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Operand {
    /// What it is to the assertion: `left`, `right`; empty for a plain sub-expression.
    pub role: String,
    /// Its source text; for a literal the same as the value.
    pub source: String,
    /// Its `{:#?}` text. A long one has its middle left out and one more line, that of
    /// [`shortened_by`](crate::text::shortened_by); `<a value of type T>` stands where the type has no `Debug`, and nothing where
    /// the value is gone.
    pub value: String,
    /// When the value was looked at.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Moment::is_at_failure"))]
    pub moment: Moment,
}

/// When the value of an operand was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Moment {
    /// As it took part in the evaluation.
    #[default]
    AtFailure,
    /// After the evaluation, which may have changed it.
    AfterEvaluation,
    /// Never: the evaluation moved it away.
    Moved,
}

impl Moment {
    /// Whether it is the usual one.
    pub fn is_at_failure(&self) -> bool {
        *self == Self::AtFailure
    }
}

/// How two values that were to be equal differ.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Comparison {
    /// The differing parts, in the order of the left value.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub differences: Vec<Difference>,
    /// How many more there are than `differences` holds.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "is_zero"))]
    pub more_differences: u64,
    /// Both values line by line, with some lines of context around each difference.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub diff: Vec<DiffLine>,
    /// The file that holds both values in full, where the operands or the diff show less.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub full_values: Option<String>,
}

/// One part in which two values differ.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Difference {
    /// The way to it: `.profile.address.zip`, `[57]`, `["key"]`, `char 56 of line 1`, `.text, char 3 of line 2`. Empty for
    /// the values themselves; an element of a set has the way to its set. The index of a part that only the right value
    /// has is that in the right value, any other that in the left one.
    pub path: String,
    /// The left value there, on one line; absent where there is none.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub left: Option<String>,
    /// The right value there.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub right: Option<String>,
}

/// One line of a diff.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum DiffLine {
    /// On both sides.
    Same(String),
    /// On the left side only.
    Left(String),
    /// On the right side only.
    Right(String),
    /// This many lines were left out here.
    Omitted(u64),
}

#[cfg(feature = "serde")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
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
        Self {
            kind,
            message: Some(message.into()),
            location: None,
            phase: Phase::Test,
            subtest: Vec::new(),
            thread: None,
            backtrace: None,
        }
    }

    /// The same failure, in `phase`.
    #[must_use]
    pub fn of(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }

    /// The same failure, at `location`.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }
}
