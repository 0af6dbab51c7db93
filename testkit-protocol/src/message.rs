//! What the command and a worker say to each other, one JSON message a line, on a private channel.
//!
//! The worker speaks first, with [`Hello`]. The command hands out tests by name with [`Request::Run`]; the worker reads
//! the next request when it is done with the last, runs its tests in order, and sends one [`Finished`] for each.
//! Requests that it has not read can be taken back. The end of a conversation is the end of the worker's process,
//! never the end of the stream alone. `docs/protocol.md` shows a conversation.

mod write;

use crate::event::AttemptFinished;
use crate::failure::Failure;
use crate::fixture::{Scope, Step};
use crate::json::{self, Json, JsonError};

/// Exit code of a worker that found its channel closed or replaced and said its last word in the rescue file.
pub const CHANNEL_LOST_EXIT_CODE: i32 = 86;

/// From the command to a worker.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Request {
    /// Run these tests, in this order, after those already in the queue. Names are [`Finished::test`]'s.
    Run {
        /// `module_path!()` of each test's module without the crate, joined with its name in the module.
        tests: Vec<String>,
        /// Number of the attempt that is made at them, from 1.
        #[cfg_attr(feature = "serde", serde(default = "first", skip_serializing_if = "is_first"))]
        attempt: u32,
    },
    /// Say which tests each of these stands for: answer with one [`Message::Cases`] for each, in this order.
    Expand {
        /// Names of tests whose records have [`crate::record::TestRecord::expands`], in the form of [`Request::Run`].
        tests: Vec<String>,
    },
    /// Answer with [`Message::Pong`]: a worker that can is between two tests.
    Ping,
    /// Leave, in the ordinary way.
    Exit,
}

/// From a worker to the command.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Message {
    /// The first message.
    Hello(Hello),
    /// The running test panicked; said at once, since the process may not survive it.
    Panicked(Failure),
    /// A failure of the running test that does not end it, said at once for the same reason. It comes again with the
    /// test's end, if the process gets there.
    Recorded(Failure),
    /// A test ended.
    Finished(Finished),
    /// A fixture was set up or torn down. Always told of those that outlive a test.
    Fixture(FixtureMessage),
    /// The set-up of a fixture that outlives a test begins, or its tear-down between two tests or after the last. If the
    /// process does not survive that, this is how it is known where it was.
    FixtureBegins(FixtureBegins),
    /// The answer to one test of [`Request::Expand`].
    Cases(Cases),
    /// The answer to [`Request::Ping`].
    Pong,
}

/// Who a worker is.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hello {
    /// [`crate::PROTOCOL_VERSION`] of the worker.
    pub protocol: u32,
    /// Version of the testkit library in the worker.
    pub version: String,
    /// Whether a panic aborts the process, so that one process can run one failing test at most.
    pub panic_aborts: bool,
    /// How many tests are registered.
    pub tests: u64,
    /// Size of standard output when the worker was ready, in bytes: what comes before is no test's.
    pub stdout_end: u64,
    /// The same of standard error.
    pub stderr_end: u64,
}

/// A test ended in a worker.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Finished {
    /// Its path without the crate: `tests::TestDivide::test_by_zero`.
    pub test: String,
    /// How it ended. Its output is not in it: it lies between the last end and these, in the files behind the
    /// worker's standard streams.
    pub attempt: AttemptFinished,
    /// Size of standard output at the end of the test, in bytes.
    pub stdout_end: u64,
    /// The same of standard error.
    pub stderr_end: u64,
    /// Why this process should not run another test, as a fragment: `a thread was left running`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub replace: Option<String>,
}

/// Something happened to a fixture in a worker.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FixtureMessage {
    /// Its name, with its parameter in brackets where it has one: `server`, `db[Pg]`.
    pub name: String,
    /// How far it reaches.
    pub scope: Scope,
    /// What happened.
    pub step: Step,
    /// How long that took, in nanoseconds.
    pub duration_ns: u64,
    /// The test that was running, in the form of [`Finished::test`]; absent between tests and at the worker's end.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub test: Option<String>,
    /// Why it failed; empty if it did not. What fails while a test is running is that test's failure, too; a tear-down that
    /// fails between tests is told nowhere else.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub failures: Vec<Failure>,
    /// Where the output of a tear-down ends that came while no test was running, and which is no test's: the size of standard
    /// output in bytes, as in [`Finished::stdout_end`].
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub stdout_end: Option<u64>,
    /// The same of standard error.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub stderr_end: Option<u64>,
}

/// A worker begins to set a fixture up, or to tear it down.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FixtureBegins {
    /// [`FixtureMessage::name`]
    pub name: String,
    /// How far it reaches.
    pub scope: Scope,
    /// What begins. The end of a tear-down, and of a set-up that succeeds, is told by [`Message::Fixture`].
    pub step: Step,
}

/// Which tests a record stands for that are only known at run time.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cases {
    /// The name that was asked for.
    pub test: String,
    /// The tests, in their order; none where there is a failure.
    pub cases: Vec<Case>,
    /// Why they cannot be known.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub failure: Option<Failure>,
}

/// A test that is only known at run time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Case {
    /// Its name, by which it is run: the name of its record with the case in brackets, `tests::test_q[Pg]`.
    pub name: String,
    /// What it shares with others that are best run next to it, such as a costly fixture's parameter: tests of one binary
    /// with an equal text belong together. Absent if it shares nothing.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub near: Option<String>,
}

impl Request {
    /// Reads a request from one line of JSON.
    ///
    /// # Errors
    /// If the line is not JSON, or not a request that this version knows.
    pub fn read(line: &str) -> Result<Self, JsonError> {
        let value = json::parse(line)?;
        if value.as_str() == Some("ping") {
            return Ok(Self::Ping);
        }
        if value.as_str() == Some("exit") {
            return Ok(Self::Exit);
        }
        if let Some(tests) = value.get("expand").and_then(names) {
            return Ok(Self::Expand { tests: tests? });
        }
        let Some((run, tests)) = value.get("run").and_then(|run| Some((run, names(run)?))) else {
            return Err(JsonError::unexpected(
                "a request: \"ping\", \"exit\", {\"run\":{\"tests\":[…]}} or {\"expand\":{\"tests\":[…]}}",
            ));
        };
        let attempt = match run.get("attempt") {
            None => first(),
            Some(number) => number
                .as_u64()
                .and_then(|number| u32::try_from(number).ok())
                .ok_or_else(|| JsonError::unexpected("the number of an attempt"))?,
        };
        Ok(Self::Run { tests: tests?, attempt })
    }
}

/// The names in the member `tests`, if there is such an array.
fn names(request: &Json) -> Option<Result<Vec<String>, JsonError>> {
    let tests = request.get("tests").and_then(Json::as_array)?.iter();
    let names: Option<_> = tests.map(|test| test.as_str().map(str::to_owned)).collect();
    Some(names.ok_or_else(|| JsonError::unexpected("names of tests as strings")))
}

/// The number of an attempt that is not said.
fn first() -> u32 {
    1
}

#[cfg(feature = "serde")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_first(attempt: &u32) -> bool {
    *attempt == first()
}

#[cfg(all(test, feature = "serde"))]
mod tests;
