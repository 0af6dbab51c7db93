//! What the command and a worker say to each other, one JSON message a line, on a private channel.
//!
//! The worker speaks first, with [`Hello`]. The command hands out tests by name with [`Request::Run`]; the worker reads
//! the next request when it is done with the last, runs its tests in order, and sends one [`Finished`] for each.
//! Requests that it has not read can be taken back. The end of a conversation is the end of the worker's process,
//! never the end of the stream alone. `docs/protocol.md` shows a conversation.

use crate::event::{AttemptFinished, Captured};
use crate::failure::{
    Assertion, Comparison, DiffLine, Difference, Failure, FailureKind, Moment, Operand, ReturnedError,
};
use crate::json::{self, Json, JsonError, Writer};
use crate::location::Location;
use crate::outcome::Outcome;

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

impl Message {
    /// Appends the message as one line of JSON, the newline included.
    pub fn write(&self, line: &mut String) {
        if let Self::Finished(finished) = self
            && finished.attempt.outcome == Outcome::Passed
            && finished.attempt.failures.is_empty()
            && finished.replace.is_none()
        {
            return write_passed(line, finished);
        }
        let mut writer = Writer::new(line);
        match self {
            Self::Hello(hello) => {
                writer.object(|object| {
                    object.field("hello", |value| {
                        value.object(|object| {
                            object.number("protocol", u64::from(hello.protocol));
                            object.string("version", &hello.version);
                            object.boolean("panic_aborts", hello.panic_aborts);
                            object.number("tests", hello.tests);
                            object.number("stdout_end", hello.stdout_end);
                            object.number("stderr_end", hello.stderr_end);
                        });
                    });
                });
            }
            Self::Panicked(failure) => {
                writer.object(|object| object.field("panicked", |value| write_failure(value, failure)));
            }
            Self::Recorded(failure) => {
                writer.object(|object| object.field("recorded", |value| write_failure(value, failure)));
            }
            Self::Pong => writer.string("pong"),
            Self::Finished(finished) => {
                writer.object(|object| {
                    object.field("finished", |value| write_finished(value, finished));
                });
            }
        }
        line.push('\n');
    }
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
        let tests = value.get("run").and_then(|run| run.get("tests")).and_then(Json::as_array);
        let Some(tests) = tests else {
            return Err(JsonError::unexpected("a request: \"ping\", \"exit\" or {\"run\":{\"tests\":[…]}}"));
        };
        let tests = tests
            .iter()
            .map(|test| test.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .ok_or_else(|| JsonError::unexpected("names of tests as strings"))?;
        Ok(Self::Run { tests })
    }
}

/// Appends the line of a test that simply passed. It is what [`write_finished`] writes, put together from pieces that
/// need no work: most tests pass, and this library is compiled without optimisation in most test binaries.
fn write_passed(line: &mut String, finished: &Finished) {
    line.push_str("{\"finished\":{\"test\":");
    json::write_string(line, &finished.test);
    line.push_str(",\"attempt\":{\"outcome\":\"passed\",\"duration_ns\":");
    json::write_number(line, finished.attempt.duration_ns);
    line.push_str("},\"stdout_end\":");
    json::write_number(line, finished.stdout_end);
    line.push_str(",\"stderr_end\":");
    json::write_number(line, finished.stderr_end);
    line.push_str("}}\n");
}

fn write_finished(writer: &mut Writer<'_>, finished: &Finished) {
    let AttemptFinished { outcome, duration_ns, skip_reason, failures, termination, stdout, stderr } =
        &finished.attempt;
    debug_assert!(termination.is_none(), "a worker cannot know how its own process ended");
    debug_assert!(*stdout == Captured::default() && *stderr == Captured::default(), "output does not go this way");
    writer.object(|object| {
        object.string("test", &finished.test);
        object.field("attempt", |value| {
            value.object(|object| {
                object.string("outcome", outcome_word(*outcome));
                object.number("duration_ns", *duration_ns);
                object.optional_string("skip_reason", skip_reason.as_deref());
                if !failures.is_empty() {
                    object.field("failures", |value| value.array(failures, write_failure));
                }
            });
        });
        object.number("stdout_end", finished.stdout_end);
        object.number("stderr_end", finished.stderr_end);
        object.optional_string("replace", finished.replace.as_deref());
    });
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Errored => "errored",
        Outcome::Crashed => "crashed",
        Outcome::TimedOut => "timed_out",
        Outcome::Skipped => "skipped",
        Outcome::Interrupted => "interrupted",
    }
}

fn write_failure(writer: &mut Writer<'_>, failure: &Failure) {
    let Failure { kind, message, location, subtest, thread, backtrace } = failure;
    writer.object(|object| {
        object.field("kind", |value| write_kind(value, kind));
        object.optional_string("message", message.as_deref());
        if let Some(Location { file, line, column }) = location {
            object.field("location", |value| {
                value.object(|object| {
                    object.string("file", file);
                    object.number("line", u64::from(*line));
                    object.number("column", u64::from(*column));
                });
            });
        }
        if !subtest.is_empty() {
            object.strings("subtest", subtest);
        }
        object.optional_string("thread", thread.as_deref());
        object.optional_string("backtrace", backtrace.as_deref());
    });
}

fn write_kind(writer: &mut Writer<'_>, kind: &FailureKind) {
    match kind {
        FailureKind::Assertion(assertion) => {
            writer.object(|object| object.field("assertion", |value| write_assertion(value, assertion)));
        }
        FailureKind::ReturnedError(ReturnedError { sources }) => {
            writer.object(|object| {
                object.field("returned_error", |value| {
                    value.object(|object| {
                        if !sources.is_empty() {
                            object.strings("sources", sources);
                        }
                    });
                });
            });
        }
        FailureKind::WrongPanic { expected } => {
            writer.object(|object| {
                object.field("wrong_panic", |value| value.object(|object| object.string("expected", expected)));
            });
        }
        FailureKind::Panic => writer.string("panic"),
        FailureKind::DidNotPanic => writer.string("did_not_panic"),
        FailureKind::Xfail => writer.string("xfail"),
        FailureKind::Crash => writer.string("crash"),
        FailureKind::Timeout => writer.string("timeout"),
        FailureKind::Runner => writer.string("runner"),
    }
}

fn write_assertion(writer: &mut Writer<'_>, assertion: &Assertion) {
    let Assertion { macro_name, expression, decided, operands, comparison, notes } = assertion;
    writer.object(|object| {
        object.string("macro_name", macro_name);
        object.string("expression", expression);
        if let Some(range) = decided {
            object.field("decided", |value| {
                value.object(|object| {
                    object.number("start", u64::from(range.start));
                    object.number("end", u64::from(range.end));
                });
            });
        }
        if !operands.is_empty() {
            object.field("operands", |value| value.array(operands, write_operand));
        }
        if let Some(comparison) = comparison {
            object.field("comparison", |value| write_comparison(value, comparison));
        }
        if !notes.is_empty() {
            object.strings("notes", notes);
        }
    });
}

fn write_operand(writer: &mut Writer<'_>, operand: &Operand) {
    let Operand { role, source, value, moment } = operand;
    writer.object(|object| {
        object.string("role", role);
        object.string("source", source);
        object.string("value", value);
        match moment {
            Moment::AtFailure => {}
            Moment::AfterEvaluation => object.string("moment", "after_evaluation"),
            Moment::Moved => object.string("moment", "moved"),
        }
    });
}

fn write_comparison(writer: &mut Writer<'_>, comparison: &Comparison) {
    let Comparison { differences, more_differences, diff, full_values } = comparison;
    writer.object(|object| {
        if !differences.is_empty() {
            object.field("differences", |value| value.array(differences, write_difference));
        }
        if *more_differences > 0 {
            object.number("more_differences", *more_differences);
        }
        if !diff.is_empty() {
            object.field("diff", |value| value.array(diff, write_diff_line));
        }
        object.optional_string("full_values", full_values.as_deref());
    });
}

fn write_difference(writer: &mut Writer<'_>, difference: &Difference) {
    let Difference { path, left, right } = difference;
    writer.object(|object| {
        object.string("path", path);
        object.optional_string("left", left.as_deref());
        object.optional_string("right", right.as_deref());
    });
}

fn write_diff_line(writer: &mut Writer<'_>, line: &DiffLine) {
    writer.object(|object| match line {
        DiffLine::Same(text) => object.string("same", text),
        DiffLine::Left(text) => object.string("left", text),
        DiffLine::Right(text) => object.string("right", text),
        DiffLine::Omitted(lines) => object.number("omitted", *lines),
    });
}

#[cfg(all(test, feature = "serde"))]
mod tests;
