//! What the command's exit code says.

use std::fmt;

/// Why the command ended as it did; the number is what the shell sees.
///
/// Where several apply, the first of these wins: interrupted, internal error, build failed, tests failed. A usage error and
/// an empty selection are only reported where nothing ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Every selected test has a verdict, and none of them is a failure.
    Passed = 0,
    /// A test failed, errored, crashed or timed out.
    TestsFailed = 1,
    /// A signal stopped the run.
    Interrupted = 2,
    /// The command itself failed, or a selected test is left without a verdict.
    Internal = 3,
    /// The arguments or the configuration make no sense.
    Usage = 4,
    /// No test was selected.
    NoTests = 5,
    /// Cargo could not build the tests; the number is Cargo's own.
    BuildFailed = 101,
}

impl ExitCode {
    /// The number for the operating system.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.number())
    }
}
