//! What is printed of one test: a line if it passed, a block if it did not.

use std::fmt::Write as _;

use testkit_protocol::event::{AttemptFinished, AttemptReason, Captured, TestFinished};
use testkit_protocol::outcome::{Outcome, Verdict};
use testkit_protocol::text;

use super::OpenTest;
use super::style::{Look, Style};
use crate::words;

/// What every line of a block but the first begins with.
const INDENT: &str = "  ";

/// What every line that a test wrote begins with.
const OUTPUT_INDENT: &str = "    ";

/// Appends the line of a test that has nothing to explain: `PASS [  0.003s] id`.
pub(super) fn line(out: &mut String, style: Style, finished: &TestFinished, test: &OpenTest, detailed: bool) {
    let (label, look) = match finished.verdict {
        Verdict::Passed => ("PASS", Look::Good),
        Verdict::Skipped => ("SKIP", Look::Odd),
        Verdict::NotRun => ("----", Look::Odd),
        Verdict::Flaky
        | Verdict::Failed
        | Verdict::Errored
        | Verdict::Crashed
        | Verdict::TimedOut
        | Verdict::Interrupted => (heading(finished.verdict), Look::Bad),
    };
    let time = if finished.attempts == 0 {
        " ".repeat("  0.000s".len())
    } else {
        words::duration_column(finished.duration_ns)
    };
    write!(out, "{} [{time}] {}", style.paint(look, label), Style::foreign_line(finished.test.as_str()))
        .expect("writing to a String cannot fail");
    let mut remarks = Vec::new();
    match finished.verdict {
        Verdict::Skipped => {
            remarks.extend(finished.skip_reason.as_deref().map(words::one_line).filter(|reason| !reason.is_empty()))
        }
        Verdict::NotRun => remarks.push("not run".to_owned()),
        Verdict::Passed
        | Verdict::Flaky
        | Verdict::Failed
        | Verdict::Errored
        | Verdict::Crashed
        | Verdict::TimedOut
        | Verdict::Interrupted => {}
    }
    if detailed && finished.attempts > 0 {
        remarks.push(place(test));
    }
    if detailed && finished.attempts > 1 {
        remarks.push(words::count(finished.attempts.into(), "attempt", "attempts"));
    }
    if !remarks.is_empty() {
        let remarks = format!(" ({})", Style::foreign_line(&remarks.join(", ")));
        out.push_str(&style.paint(Look::Faint, &remarks));
    }
    out.push('\n');
}

/// Appends the block of a test that did not simply pass: heading, failures, notes, output.
pub(super) fn push(out: &mut String, style: Style, finished: &TestFinished, test: &OpenTest, detailed: bool) {
    let deciding = deciding(&test.unsuccessful, finished);
    let look = if finished.verdict.is_failure() { Look::Bad } else { Look::Odd };
    let time =
        if finished.attempts == 0 { String::new() } else { format!(" ({})", words::duration(finished.duration_ns)) };
    let id = style.paint(Look::Strong, &Style::foreign_line(finished.test.as_str()));
    writeln!(out, "{} {id}{time}", style.paint(look, heading(finished.verdict)))
        .expect("writing to a String cannot fail");
    if let Some(attempt) = deciding {
        for (at, failure) in attempt.failures.iter().enumerate() {
            if at > 0 {
                out.push('\n');
            }
            style.push_foreign(out, &text::report(failure), INDENT);
        }
    }
    for note in notes(finished, test, deciding, detailed) {
        writeln!(out, "{INDENT}{} {note}", style.paint(Look::Odd, "note:")).expect("writing to a String cannot fail");
    }
    if let Some(attempt) = deciding {
        push_captured(out, style, "stdout", &attempt.stdout);
        push_captured(out, style, "stderr", &attempt.stderr);
    }
    out.push('\n');
}

/// The attempt that explains the verdict: of those that ended as the verdict says, the one with the verdict's duration, or
/// the last whose output is surely its own; of a test that passed in the end, the last that did not.
pub(super) fn deciding<'a>(
    unsuccessful: &'a [AttemptFinished],
    finished: &TestFinished,
) -> Option<&'a AttemptFinished> {
    let agrees = |attempt: &&AttemptFinished| Verdict::from(attempt.outcome) == finished.verdict;
    let exact = |attempt: &&AttemptFinished| !attempt.stdout.approximate && !attempt.stderr.approximate;
    unsuccessful
        .iter()
        .filter(agrees)
        .filter(exact)
        .find(|attempt| attempt.duration_ns == finished.duration_ns)
        .or_else(|| unsuccessful.iter().filter(agrees).rfind(exact))
        .or_else(|| unsuccessful.iter().rfind(agrees))
        .or(unsuccessful.last())
}

/// The word that a block begins with.
pub(super) fn heading(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "PASSED",
        Verdict::Flaky => "FLAKY",
        Verdict::Failed => "FAILED",
        Verdict::Errored => "ERRORED",
        Verdict::Crashed => "CRASHED",
        Verdict::TimedOut => "TIMED OUT",
        Verdict::Skipped => "SKIPPED",
        Verdict::Interrupted => "INTERRUPTED",
        Verdict::NotRun => "NOT RUN",
    }
}

/// What a reader should know beside the failures.
fn notes(finished: &TestFinished, test: &OpenTest, deciding: Option<&AttemptFinished>, detailed: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if finished.fails_only_after_others {
        notes.push("fails only after others: it passes alone, so an earlier test left something behind".to_owned());
    }
    if let Some(attempt) = deciding
        && let Some(termination) = attempt.termination
        && !attempt
            .failures
            .iter()
            .any(|failure| failure.message.as_ref().is_some_and(|m| m.contains(&termination.to_string())))
    {
        notes.push(format!("its process ended with {termination}"));
    }
    if finished.verdict == Verdict::Flaky {
        notes.push(format!("passed at attempt {}", finished.attempts));
    } else if !finished.fails_only_after_others && test.outcomes.windows(2).any(|pair| pair[0] != pair[1]) {
        let outcomes: Vec<_> = test.outcomes.iter().map(|&outcome| word(outcome)).collect();
        notes.push(format!("its attempts differed: {}", outcomes.join(", then ")));
    }
    match test.reason {
        Some(AttemptReason::AloneAfterLoss) => {
            notes.push("run again alone, since what came of the first attempt could not be trusted".to_owned());
        }
        Some(AttemptReason::Planned | AttemptReason::AloneAfterFailure) | None => {}
    }
    if detailed && finished.attempts > 0 {
        notes.push(place(test));
    }
    notes
}

/// Where the last attempt ran.
fn place(test: &OpenTest) -> String {
    match test.position {
        0 => format!("worker {}, first in it", test.worker),
        1 => format!("worker {}, after 1 other", test.worker),
        others => format!("worker {}, after {} others", test.worker, words::number(others.into())),
    }
}

fn word(outcome: Outcome) -> &'static str {
    Verdict::from(outcome).word()
}

/// Appends what a test wrote to a stream, under a caption; nothing if it wrote nothing.
fn push_captured(out: &mut String, style: Style, stream: &str, captured: &Captured) {
    if captured.is_empty() {
        return;
    }
    let size = if captured.omitted > 0 {
        format!("{}, shortened", words::count(captured.bytes, "byte", "bytes"))
    } else {
        words::count(captured.head.lines().count() as u64, "line", "lines")
    };
    let doubt = if captured.approximate { "; may hold output of neighbouring tests" } else { "" };
    let caption = format!("--- {stream} ({size}{doubt}) ---");
    writeln!(out, "{INDENT}{}", style.paint(Look::Faint, &caption)).expect("writing to a String cannot fail");
    style.push_foreign(out, &captured.head, OUTPUT_INDENT);
    if captured.omitted > 0 {
        let omitted = format!("… {} omitted …", words::count(captured.omitted, "byte", "bytes"));
        writeln!(out, "{OUTPUT_INDENT}{}", style.paint(Look::Faint, &omitted))
            .expect("writing to a String cannot fail");
        style.push_foreign(out, &captured.tail, OUTPUT_INDENT);
    }
}
