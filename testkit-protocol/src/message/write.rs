//! Messages as bytes, without serde: what a worker writes. The command reads it with serde, and the tests of
//! [`crate::message`] hold the two together.

use super::{Case, Cases, Finished, FixtureBegins, FixtureMessage, Message};
use crate::event::{Attachment, AttemptFinished, Captured, NamedValue, Section};
use crate::failure::{
    Assertion, Comparison, DiffLine, Difference, Failure, FailureKind, Moment, Operand, Phase, ReturnedError,
};
use crate::json::{self, Writer};
use crate::location::Location;
use crate::outcome::Outcome;

impl Message {
    /// Appends the message as one line of JSON, the newline included.
    pub fn write(&self, line: &mut String) {
        if let Self::Finished(finished) = self
            && has_simply_passed(finished)
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
            Self::Fixture(fixture) => {
                writer.object(|object| object.field("fixture", |value| write_fixture(value, fixture)));
            }
            Self::FixtureBegins(FixtureBegins { name, scope, step }) => {
                writer.object(|object| {
                    object.field("fixture_begins", |value| {
                        value.object(|object| {
                            object.string("name", name);
                            object.string("scope", scope.word());
                            object.string("step", step.wire_word());
                        });
                    });
                });
            }
            Self::Cases(cases) => {
                writer.object(|object| object.field("cases", |value| write_cases(value, cases)));
            }
        }
        line.push('\n');
    }
}

/// Whether there is nothing to say of a test but that it passed, and how long that took.
fn has_simply_passed(finished: &Finished) -> bool {
    let attempt = &finished.attempt;
    attempt.outcome == Outcome::Passed
        && attempt.failures.is_empty()
        && attempt.values.is_empty()
        && attempt.sections.is_empty()
        && attempt.properties.is_empty()
        && attempt.attachments.is_empty()
        && finished.replace.is_none()
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
    let AttemptFinished {
        outcome,
        duration_ns,
        skip_reason,
        failures,
        termination,
        stdout,
        stderr,
        values,
        sections,
        properties,
        attachments,
    } = &finished.attempt;
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
                if !values.is_empty() {
                    object.field("values", |value| value.array(values, write_named_value));
                }
                if !sections.is_empty() {
                    object.field("sections", |value| value.array(sections, write_section));
                }
                if !properties.is_empty() {
                    object.field("properties", |value| value.array(properties, write_named_value));
                }
                if !attachments.is_empty() {
                    object.field("attachments", |value| value.array(attachments, write_attachment));
                }
            });
        });
        object.number("stdout_end", finished.stdout_end);
        object.number("stderr_end", finished.stderr_end);
        object.optional_string("replace", finished.replace.as_deref());
    });
}

fn write_named_value(writer: &mut Writer<'_>, named: &NamedValue) {
    let NamedValue { name, value } = named;
    writer.object(|object| {
        object.string("name", name);
        object.string("value", value);
    });
}

fn write_section(writer: &mut Writer<'_>, section: &Section) {
    let Section { title, text } = section;
    writer.object(|object| {
        object.string("title", title);
        object.string("text", text);
    });
}

fn write_attachment(writer: &mut Writer<'_>, attachment: &Attachment) {
    let Attachment { name, path, media_type } = attachment;
    writer.object(|object| {
        object.string("name", name);
        object.string("path", path);
        object.optional_string("media_type", media_type.as_deref());
    });
}

fn write_fixture(writer: &mut Writer<'_>, fixture: &FixtureMessage) {
    let FixtureMessage { name, scope, step, duration_ns, test, failures, stdout_end, stderr_end } = fixture;
    writer.object(|object| {
        object.string("name", name);
        object.string("scope", scope.word());
        object.string("step", step.wire_word());
        object.number("duration_ns", *duration_ns);
        object.optional_string("test", test.as_deref());
        if !failures.is_empty() {
            object.field("failures", |value| value.array(failures, write_failure));
        }
        for (name, end) in [("stdout_end", stdout_end), ("stderr_end", stderr_end)] {
            if let Some(end) = end {
                object.number(name, *end);
            }
        }
    });
}

fn write_cases(writer: &mut Writer<'_>, answer: &Cases) {
    let Cases { test, cases, failure } = answer;
    writer.object(|object| {
        object.string("test", test);
        object.field("cases", |value| value.array(cases, write_case));
        if let Some(failure) = failure {
            object.field("failure", |value| write_failure(value, failure));
        }
    });
}

fn write_case(writer: &mut Writer<'_>, case: &Case) {
    let Case { name, near } = case;
    writer.object(|object| {
        object.string("name", name);
        object.optional_string("near", near.as_deref());
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
    let Failure { kind, message, location, phase, subtest, thread, backtrace } = failure;
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
        match phase {
            Phase::Test => {}
            Phase::SetUp => object.string("phase", "set_up"),
            Phase::TearDown => object.string("phase", "tear_down"),
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
        FailureKind::Fixture => writer.string("fixture"),
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
