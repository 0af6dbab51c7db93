//! What happens in a run. Events are the only thing a reporter is ever given.
//!
//! They state facts: counts are a fold over them, and colours, verbosity and what to show belong to the reporter.
//! `--report jsonl=PATH` writes each as one line of JSON; `docs/protocol.md` describes the stream.

use crate::failure::Failure;
use crate::fixture::{Scope, Step};
use crate::id::{BinaryId, TestId};
use crate::location::Location;
use crate::outcome::{Outcome, Termination, Verdict};

/// Something that happened in a run.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Event {
    /// Offset from the start of the run, in microseconds, on the command's monotonic clock.
    pub at_us: u64,
    /// What happened.
    pub kind: EventKind,
}

/// The kinds of event, in the order in which a run brings them.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum EventKind {
    /// The command began. Always the first event.
    RunStarted(RunStarted),
    /// The tests of a binary are known.
    BinaryListed(BinaryListed),
    /// Cargo is done building.
    BuildFinished(BuildFinished),
    /// Every test that will be in this run is known. Tests may have started before, while the build went on.
    PlanClosed(PlanClosed),
    /// A target that stood in the plan as one entry has listed the tests that are in it.
    PlanExtended(PlanExtended),
    /// Something happened to one attempt at a test.
    Attempt(Attempt),
    /// A test has its verdict; no attempt at it follows.
    TestFinished(TestFinished),
    /// A fixture was set up or torn down in a worker.
    Fixture(FixtureStep),
    /// A worker process was ended before its time, and why.
    WorkerReplaced(WorkerReplaced),
    /// Something that is no test's failure and that a person should know.
    Notice(Notice),
    /// A signal asked the run to stop.
    Interrupted(Interrupted),
    /// The run is over. Always the last event.
    RunFinished(RunFinished),
}

/// Payload of [`EventKind::RunStarted`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RunStarted {
    /// Version of the command.
    pub version: String,
    /// Identifier of the run, as tests see it in `TESTKIT_RUN_ID`.
    pub run_id: String,
    /// Milliseconds since the Unix epoch at `at_us` 0.
    pub started_unix_ms: u64,
    /// How many worker processes run at once.
    pub workers: u32,
    /// Folder of the workspace.
    pub workspace_root: String,
    /// The seed of everything random in the run, as tests see it in `TESTKIT_SEED`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub seed: u64,
}

/// Payload of [`EventKind::BinaryListed`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BinaryListed {
    /// Which binary.
    pub binary: BinaryId,
    /// Path of its file.
    pub path: String,
    /// How many tests it holds, selected or not.
    pub tests: u64,
}

/// Payload of [`EventKind::BuildFinished`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BuildFinished {
    /// Whether every target was built.
    pub success: bool,
    /// How long Cargo took, in nanoseconds.
    pub duration_ns: u64,
}

/// Payload of [`EventKind::PlanClosed`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PlanClosed {
    /// Binaries with at least one selected test.
    pub binaries: u64,
    /// Selected tests, those that will be skipped by their own mark included.
    pub selected: u64,
    /// Tests that the selectors left out.
    pub deselected: u64,
}

/// Payload of [`EventKind::PlanExtended`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PlanExtended {
    /// How many tests took the place of the one entry.
    pub added: u64,
    /// How many tests are selected in all now.
    pub selected: u64,
}

/// Payload of [`EventKind::Attempt`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Attempt {
    /// Which test.
    pub test: TestId,
    /// Which attempt at it, from 1.
    pub attempt: u32,
    /// What happened.
    pub event: AttemptEvent,
}

/// What can happen to one attempt.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[expect(clippy::large_enum_variant, reason = "half of all events are this variant, so a box would only cost")]
pub enum AttemptEvent {
    /// It began.
    Started(AttemptStarted),
    /// It has been running for longer than tests usually do; said once.
    Slow {
        /// For how long, in nanoseconds.
        elapsed_ns: u64,
    },
    /// It ended.
    Finished(AttemptFinished),
}

/// Payload of [`AttemptEvent::Started`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AttemptStarted {
    /// Number of the worker process, from 1, never reused in a run.
    pub worker: u32,
    /// How many tests that process had begun before this one.
    pub position: u32,
    /// Why this attempt is made.
    pub reason: AttemptReason,
}

/// Why an attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum AttemptReason {
    /// The first one.
    Planned,
    /// The first one failed in a process that had run other tests; this one is alone in its process.
    AloneAfterFailure,
    /// The first one gave no result that could be trusted; this one is alone in its process.
    AloneAfterLoss,
    /// Those before failed, and the test's `#[retry]` allows more; this one is alone in its process.
    Retry,
}

/// Payload of [`AttemptEvent::Finished`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AttemptFinished {
    /// How it ended.
    pub outcome: Outcome,
    /// How long it ran, in nanoseconds.
    pub duration_ns: u64,
    /// Why it was skipped, in the author's words; may be empty. Absent for every other outcome, and where the reason is
    /// in the test's record.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub skip_reason: Option<String>,
    /// Why it did not pass; empty for a pass.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub failures: Vec<Failure>,
    /// How its process ended, if that ended with it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub termination: Option<Termination>,
    /// What it wrote to its standard output; kept for attempts that did not pass.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Captured::is_empty"))]
    pub stdout: Captured,
    /// What it wrote to its standard error; kept for attempts that did not pass.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Captured::is_empty"))]
    pub stderr: Captured,
    /// The values that the test was called with, by the names of its arguments: the case of a parametrized test, the
    /// parameters of its fixtures. Kept for attempts that did not pass.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub values: Vec<NamedValue>,
    /// Texts that help to understand the failure, such as log records. Kept for attempts that did not pass.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub sections: Vec<Section>,
    /// What the test recorded about itself, in the order in which it did.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub properties: Vec<NamedValue>,
    /// Files that the test left for whoever reads its report.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub attachments: Vec<Attachment>,
}

impl AttemptFinished {
    /// An attempt that ended so, of which nothing else is known.
    pub fn new(outcome: Outcome, duration_ns: u64) -> Self {
        Self {
            outcome,
            duration_ns,
            skip_reason: None,
            failures: Vec::new(),
            termination: None,
            stdout: Captured::default(),
            stderr: Captured::default(),
            values: Vec::new(),
            sections: Vec::new(),
            properties: Vec::new(),
            attachments: Vec::new(),
        }
    }
}

/// A value and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NamedValue {
    /// Its name: an argument's, a property's.
    pub name: String,
    /// The value as text.
    pub value: String,
}

/// A text of several lines with a title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Section {
    /// What it is, as a fragment: `logs`.
    pub title: String,
    /// The text.
    pub text: String,
}

/// A file that belongs to a test's report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Attachment {
    /// What to call it.
    pub name: String,
    /// Absolute path of the file.
    pub path: String,
    /// Its type, such as `image/png`, if the author gave one.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub media_type: Option<String>,
}

/// What a test wrote to one of its streams.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Captured {
    /// How many bytes it wrote.
    pub bytes: u64,
    /// The text kept, invalid UTF-8 replaced by U+FFFD.
    pub head: String,
    /// Bytes left out between `head` and `tail`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub omitted: u64,
    /// The end of what was written, if something was left out before it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "String::is_empty"))]
    pub tail: String,
    /// Whether neighbouring tests' output may be in it, or some of its own missing.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub approximate: bool,
}

impl Captured {
    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }
}

/// Payload of [`EventKind::TestFinished`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TestFinished {
    /// Which test.
    pub test: TestId,
    /// The verdict over all attempts.
    pub verdict: Verdict,
    /// Attempts made; 0 for a test that was not run.
    pub attempts: u32,
    /// How long the attempt that decided ran, in nanoseconds.
    pub duration_ns: u64,
    /// Where the test stands, if that is known.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub location: Option<Location>,
    /// Why it was skipped, in the author's words; may be empty.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub skip_reason: Option<String>,
    /// The reason in the `#[xfail]` that made the verdict `xfailed` or `xpassed`; may be empty.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub xfail_reason: Option<String>,
    /// It failed in a process that had run other tests and passed alone: something an earlier test left behind.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub fails_only_after_others: bool,
}

/// Payload of [`EventKind::Fixture`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FixtureStep {
    /// Number of the worker.
    pub worker: u32,
    /// Name of the fixture, with its parameter in brackets where it has one.
    pub name: String,
    /// How far it reaches.
    pub scope: Scope,
    /// What happened.
    pub step: Step,
    /// How long that took, in nanoseconds.
    pub duration_ns: u64,
    /// The test that was running; absent between tests and at the worker's end.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub test: Option<TestId>,
    /// Why it failed; empty if it did not. A tear-down that fails while no test is running is in no test's verdict, and makes
    /// the run a failure by itself.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub failures: Vec<Failure>,
    /// What it wrote to the process's standard output; kept for a tear-down that failed while no test was running.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Captured::is_empty"))]
    pub stdout: Captured,
    /// What it wrote to the process's standard error; kept for the same.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Captured::is_empty"))]
    pub stderr: Captured,
}

/// Payload of [`EventKind::WorkerReplaced`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct WorkerReplaced {
    /// Number of the worker.
    pub worker: u32,
    /// The test after which it could not be used, if one is to blame.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub after: Option<TestId>,
    /// What could not be restored, as a fragment: `a thread was left running`.
    pub reason: String,
    /// The fixtures that were set up in it and could not be torn down, in the order of their set-up, as fragments:
    /// ``session fixture `server` ``. At the end those whose set-up has begun: ``session fixture `server` (half set up)``.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub left_standing: Vec<String>,
}

/// Payload of [`EventKind::Notice`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Notice {
    /// What to know, as a fragment in lower case.
    pub message: String,
    /// What to do about it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub hint: Option<String>,
}

/// Payload of [`EventKind::Interrupted`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Interrupted {
    /// The signal's number.
    pub signal: i32,
    /// What was running then.
    pub running: Vec<TestId>,
}

/// Payload of [`EventKind::RunFinished`].
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RunFinished {
    /// How long the run took, build included, in nanoseconds.
    pub duration_ns: u64,
    /// The exit code that the command is about to leave with.
    pub exit_code: i32,
}
