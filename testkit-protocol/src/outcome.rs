//! How an attempt ended, and what that makes of a test.

use std::fmt;

/// How one attempt at a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Outcome {
    /// The test ran to its end and nothing contradicted it.
    Passed,
    /// An assertion failed, a panic left the test, or it returned an error.
    Failed,
    /// Set-up, tear-down or the runner itself failed; the test may not have run.
    Errored,
    /// The process of the test ended under it, by a signal or an exit, or badly after it by its doing.
    Crashed,
    /// The test did not end within its time limit and was killed.
    TimedOut,
    /// The test was not run, for a reason it gives itself.
    Skipped,
    /// The run was stopped while the test was running.
    Interrupted,
}

/// What a test amounts to, over all its attempts. Every selected test gets exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Verdict {
    /// Passed at the first attempt.
    Passed,
    /// Failed, then passed when tried again by a retry rule.
    Flaky,
    /// See [`Outcome::Failed`].
    Failed,
    /// See [`Outcome::Errored`].
    Errored,
    /// See [`Outcome::Crashed`].
    Crashed,
    /// See [`Outcome::TimedOut`].
    TimedOut,
    /// See [`Outcome::Skipped`].
    Skipped,
    /// Failed, as its `#[xfail]` says it does.
    #[cfg_attr(feature = "serde", serde(rename = "xfailed"))]
    XFailed,
    /// Passed although it has an `#[xfail]`, which allows that with `strict = false`.
    #[cfg_attr(feature = "serde", serde(rename = "xpassed"))]
    XPassed,
    /// Was running when the run was stopped.
    Interrupted,
    /// Was selected, but the run stopped before it.
    NotRun,
}

impl Verdict {
    /// Every verdict, in the order in which counts are shown.
    pub const ALL: [Self; 11] = [
        Self::Failed,
        Self::Errored,
        Self::Crashed,
        Self::TimedOut,
        Self::Interrupted,
        Self::Flaky,
        Self::Passed,
        Self::XFailed,
        Self::XPassed,
        Self::Skipped,
        Self::NotRun,
    ];

    /// Whether a run that holds this verdict has failed.
    pub fn is_failure(self) -> bool {
        match self {
            Self::Failed | Self::Errored | Self::Crashed | Self::TimedOut => true,
            Self::Passed
            | Self::Flaky
            | Self::Skipped
            | Self::XFailed
            | Self::XPassed
            | Self::Interrupted
            | Self::NotRun => false,
        }
    }

    /// The word for the verdict in running text: `passed`, `timed out` …
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Flaky => "flaky",
            Self::Failed => "failed",
            Self::Errored => "errored",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed out",
            Self::Skipped => "skipped",
            Self::XFailed => "xfailed",
            Self::XPassed => "xpassed",
            Self::Interrupted => "interrupted",
            Self::NotRun => "not run",
        }
    }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Passed,
            Outcome::Failed => Self::Failed,
            Outcome::Errored => Self::Errored,
            Outcome::Crashed => Self::Crashed,
            Outcome::TimedOut => Self::TimedOut,
            Outcome::Skipped => Self::Skipped,
            Outcome::Interrupted => Self::Interrupted,
        }
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Termination {
    /// It left with this exit code.
    Exited(i32),
    /// This signal ended it.
    Signaled(i32),
}

impl Termination {
    /// Name of a signal on Linux, for the signals that end a process in practice.
    pub fn signal_name(signal: i32) -> Option<&'static str> {
        // Source: signal(7), the x86 and ARM column.
        Some(match signal {
            1 => "SIGHUP",
            2 => "SIGINT",
            3 => "SIGQUIT",
            4 => "SIGILL",
            5 => "SIGTRAP",
            6 => "SIGABRT",
            7 => "SIGBUS",
            8 => "SIGFPE",
            9 => "SIGKILL",
            10 => "SIGUSR1",
            11 => "SIGSEGV",
            12 => "SIGUSR2",
            13 => "SIGPIPE",
            14 => "SIGALRM",
            15 => "SIGTERM",
            24 => "SIGXCPU",
            25 => "SIGXFSZ",
            31 => "SIGSYS",
            _ => return None,
        })
    }
}

impl fmt::Display for Termination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exited(code) => write!(formatter, "exit code {code}"),
            Self::Signaled(signal) => match Self::signal_name(signal) {
                Some(name) => write!(formatter, "signal {signal} ({name})"),
                None => write!(formatter, "signal {signal}"),
            },
        }
    }
}
