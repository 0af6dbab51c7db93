//! Runs tests on processes and tells what happens as events.
//!
//! One thread, the [`driver`], decides everything; all that can happen to it comes as [`Input`] through one channel:
//! what the build brings, what processes say, signals. `served`, `batch` and `single` know how each way of running
//! tests speaks; `attempts` makes verdicts of attempts, `planning` decides how tests are run, `stopping` ends a run early.

mod attempts;
mod batch;
mod driver;
mod hosted_ends;
mod jobs;
mod judge;
mod libtest_text;
mod log_file;
mod name_patterns;
mod odd_ends;
mod orphans;
mod planning;
mod served;
mod single;
mod standing;
mod stopping;
mod watch;

use std::time::Duration;

use camino::Utf8PathBuf;
use testkit_protocol::event::Notice;
use testkit_protocol::message::Message;

use crate::args::{Isolation, RunIgnored};
use crate::model::{Binary, BinaryIndex, Test};
use crate::worker::RunIdentity;

pub(crate) use driver::{SelectTests, run};

/// Number of a process of the run, from 1, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct WorkerNumber(pub(crate) u32);

/// Everything that can happen to the driver.
#[derive(Debug)]
pub(crate) enum Input {
    /// Cargo finished a binary. Binaries are numbered in the order in which they come.
    Binary(Box<Binary>),
    /// Some tests of a binary, in the order in which the binary runs them.
    Tests {
        /// Which binary.
        binary: BinaryIndex,
        /// The tests.
        tests: Vec<Test>,
        /// Whether these were the last ones.
        last: bool,
    },
    /// The tests of a binary cannot be found out; the text says why.
    Unlisted {
        /// Which binary.
        binary: BinaryIndex,
        /// Why, as a fragment.
        reason: String,
    },
    /// Something to tell the user.
    Notice(Notice),
    /// Cargo is done.
    BuildFinished {
        /// Whether everything was built.
        success: bool,
        /// How long it took.
        duration: Duration,
    },
    /// No further binary and no further test will come.
    ListClosed,
    /// Something happened to a process of ours.
    Process(WorkerNumber, ProcessInput),
    /// A signal asked the command to stop.
    Signal(i32),
}

/// What can happen to a process.
#[derive(Debug)]
pub(crate) enum ProcessInput {
    /// A worker said something.
    Messages(Vec<Message>),
    /// A worker's channel carried something that is no message: a test wrote into it.
    Garbled,
    /// libtest's log file grew by these bytes.
    Log(Vec<u8>),
    /// It has ended; nothing else follows.
    Ended,
}

/// How to run.
#[derive(Clone, Debug)]
pub(crate) struct RunSettings {
    /// How many processes may run at once; at least 1.
    pub(crate) workers: usize,
    /// How tests share processes.
    pub(crate) isolation: Isolation,
    /// Which ignored tests are run.
    pub(crate) run_ignored: RunIgnored,
    /// Whether output is captured; else it goes to the terminal.
    pub(crate) capture: bool,
    /// Time limit of tests that have none of their own.
    pub(crate) timeout: Option<Duration>,
    /// Stop after so many failures.
    pub(crate) max_failures: Option<u32>,
    /// Whether tests may start before everything is built.
    pub(crate) early: bool,
    /// What all processes of the run are told of it.
    pub(crate) identity: RunIdentity,
    /// Whether workers tell of the fixtures of single tests, too.
    pub(crate) setup_show: bool,
    /// A folder for this run's files, removed afterwards.
    pub(crate) scratch: Utf8PathBuf,
}

/// When a running test is worth a word.
const SLOW_AFTER: Duration = Duration::from_secs(60);
