//! What is printed of one test: a line if it passed, a block if it did not.

use std::fmt::Write as _;

use testkit_protocol::event::{Attachment, AttemptFinished, AttemptReason, NamedValue, TestFinished};
use testkit_protocol::failure::Failure;
use testkit_protocol::id::TestId;
use testkit_protocol::outcome::{Outcome, Termination, Verdict};
use testkit_protocol::text;

use super::style::{Look, Style};
use super::{OpenTest, Place, Unsuccessful, Verbosity, captured};
use crate::words;

/// The word that the block of an error begins with that is in no test's verdict.
pub(super) const ERROR: &str = "ERROR";

/// What every line of a block but the first begins with.
pub(super) const INDENT: &str = "  ";

/// Appends the line of a test that has nothing to explain: `PASS [  0.003s] id`.
pub(super) fn line(out: &mut String, style: Style, finished: &TestFinished, test: &OpenTest, verbosity: Verbosity) {
    let (label, look) = match finished.verdict {
        Verdict::Passed => ("PASS", Look::Good),
        Verdict::Skipped => ("SKIP", Look::Odd),
        Verdict::XFailed => ("XFAIL", Look::Odd),
        Verdict::XPassed => ("XPASS", Look::Odd),
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
            remarks.extend(finished.skip_reason.as_deref().map(words::one_line).filter(|reason| !reason.is_empty()));
        }
        Verdict::XFailed | Verdict::XPassed => {
            remarks.extend(finished.xfail_reason.as_deref().map(words::one_line).filter(|reason| !reason.is_empty()));
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
    if verbosity >= Verbosity::Detailed && finished.attempts > 0 {
        remarks.push(place(test.place));
    }
    if verbosity >= Verbosity::Detailed && finished.attempts > 1 {
        remarks.push(words::count(finished.attempts.into(), "attempt", "attempts"));
    }
    if !remarks.is_empty() {
        let remarks = format!(" ({})", Style::foreign_line(&remarks.join(", ")));
        out.push_str(&style.paint(Look::Faint, &remarks));
    }
    out.push('\n');
}

/// Appends the line of a test that takes long: `SLOW [  1.000s] id (still running)`.
pub(super) fn slow_line(out: &mut String, style: Style, test: &TestId, elapsed_ns: u64) {
    let label = style.paint(Look::Odd, "SLOW");
    let time = words::duration_column(elapsed_ns);
    let id = Style::foreign_line(test.as_str());
    push_line(out, &format!("{label} [{time}] {id}{}", style.paint(Look::Faint, " (still running)")));
}

/// Appends the block of a test that did not simply pass: heading, failures, notes, output.
pub(super) fn push(out: &mut String, style: Style, finished: &TestFinished, test: &OpenTest, verbosity: Verbosity) {
    let deciding = deciding(&test.unsuccessful, finished);
    let look = if finished.verdict.is_failure() { Look::Bad } else { Look::Odd };
    let label = style.paint(look, heading(finished.verdict));
    let id = style.paint(Look::Strong, &Style::foreign_line(finished.test.as_str()));
    push_line(
        out,
        &match finished.attempts {
            0 => format!("{label} {id}"),
            _ => format!("{label} {id} ({})", words::duration(finished.duration_ns)),
        },
    );
    if let Some(attempt) = deciding {
        let values = text::values_within(&attempt.finished.values, style.columns);
        if !values.is_empty() {
            style.push_foreign(out, &values, "");
        }
    }
    let failures = deciding.map_or(&[][..], |attempt| &attempt.finished.failures);
    if failures.first().is_none_or(|failure| failure.location.is_none())
        && let Some(location) = &finished.location
    {
        let place = Style::foreign_line(&location.to_string());
        push_line(out, &format!("{INDENT}test at {}", style.paint(Look::Place, &place)));
    }
    push_failures(out, style, failures);
    for note in notes(finished, test, deciding) {
        push_line(out, &format!("{INDENT}{} {note}", style.paint(Look::Odd, "note:")));
    }
    if verbosity >= Verbosity::Detailed && finished.attempts > 0 {
        push_line(out, &format!("{INDENT}ran in {}", place(deciding.map_or(test.place, |attempt| attempt.place))));
    }
    if let Some(attempt) = deciding {
        let whole = verbosity >= Verbosity::Verbose;
        captured::push(out, style, "stdout", &attempt.finished.stdout, whole);
        captured::push(out, style, "stderr", &attempt.finished.stderr, whole);
        for section in &attempt.finished.sections {
            captured::push_section(out, style, section, whole);
        }
        push_records(out, style, &attempt.finished);
    }
    out.push('\n');
}

/// Appends what a test recorded about itself, and the files that it left.
fn push_records(out: &mut String, style: Style, attempt: &AttemptFinished) {
    for NamedValue { name, value } in &attempt.properties {
        style.push_foreign(out, &format!("property {name} = {value}"), INDENT);
    }
    for Attachment { name, path, media_type } in &attempt.attachments {
        let media_type = media_type.as_ref().map(|media_type| format!(" ({media_type})")).unwrap_or_default();
        style.push_foreign(out, &format!("attachment {name}{media_type}: {path}"), INDENT);
    }
}

/// Appends the reports of failures, an empty line between them.
pub(super) fn push_failures(out: &mut String, style: Style, failures: &[Failure]) {
    for (at, failure) in failures.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        push_failure(out, style, failure);
    }
}

/// Appends the report of a failure, its place in its own colour.
fn push_failure(out: &mut String, style: Style, failure: &Failure) {
    let report = text::report_within(failure, style.columns.saturating_sub(INDENT.len()));
    let body = match report.split_once('\n') {
        Some((place, body)) if failure.location.is_some() => {
            push_line(out, &format!("{INDENT}{}", style.paint(Look::Place, &Style::foreign_line(place))));
            body
        }
        Some(_) | None => &report,
    };
    if style.color {
        push_colored(out, style, body.strip_suffix('\n').unwrap_or(body));
    } else {
        style.push_foreign(out, body, INDENT);
    }
}

/// What every line of a diff begins with in a report.
const DIFF_INDENT: &str = "      ";

/// Appends a report with its diff in colour.
fn push_colored(out: &mut String, style: Style, body: &str) {
    let mut in_diff = false;
    for line in body.split('\n') {
        in_diff = in_diff && (line.is_empty() || line.starts_with(DIFF_INDENT));
        let in_line = line.strip_prefix(DIFF_INDENT).filter(|_| in_diff).unwrap_or_default();
        let is_pointer = in_line.ends_with('^') && in_line.trim_start_matches([' ', '^']).is_empty();
        let look = match in_line.as_bytes() {
            [b'-', ..] => Some(Look::Bad),
            [b'+', ..] => Some(Look::Good),
            _ if is_pointer => Some(Look::Odd),
            _ => None,
        };
        match look {
            Some(look) => push_line(out, &format!("{INDENT}{}", style.paint(look, &Style::foreign_line(line)))),
            None => style.push_foreign(out, line, INDENT),
        }
        in_diff |= line.trim_start_matches(' ') == text::DIFF_HEADING;
    }
}

/// The attempt that explains the verdict: of those that ended as the verdict says, the one with the verdict's duration, or
/// the last whose output is surely its own; of a test that passed in the end, the last that did not.
pub(super) fn deciding<'a>(unsuccessful: &'a [Unsuccessful], finished: &TestFinished) -> Option<&'a Unsuccessful> {
    let agrees = |attempt: &&Unsuccessful| Verdict::from(attempt.finished.outcome) == finished.verdict;
    let exact = |attempt: &&Unsuccessful| !attempt.finished.stdout.approximate && !attempt.finished.stderr.approximate;
    unsuccessful
        .iter()
        .filter(agrees)
        .filter(exact)
        .find(|attempt| attempt.finished.duration_ns == finished.duration_ns)
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
        Verdict::XFailed => "XFAILED",
        Verdict::XPassed => "XPASSED",
        Verdict::Interrupted => "INTERRUPTED",
        Verdict::NotRun => "NOT RUN",
    }
}

/// What a reader should know beside the failures.
fn notes(finished: &TestFinished, test: &OpenTest, deciding: Option<&Unsuccessful>) -> Vec<String> {
    let mut notes = Vec::new();
    if finished.fails_only_after_others {
        notes.push("fails only after others: it passes alone, so an earlier test left something behind".to_owned());
    }
    if let Some(termination) = deciding.and_then(|attempt| unexplained_end(&attempt.finished)) {
        notes.push(format!("its process ended with {termination}"));
    }
    let differed = test.outcomes.windows(2).any(|pair| pair[0] != pair[1]);
    match test.reason {
        _ if finished.verdict == Verdict::Flaky => notes.push(format!("passed at attempt {}", finished.attempts)),
        Some(AttemptReason::AloneAfterLoss) => {
            notes.push("run again alone: what the first attempt gave could not be trusted".to_owned());
        }
        Some(AttemptReason::AloneAfterEnd) => {
            notes.push("run again alone: after it had passed, the process that it shared did not end well".to_owned());
        }
        Some(AttemptReason::Retry) if !differed => {
            notes.push(format!("all {} attempts failed", finished.attempts));
        }
        Some(AttemptReason::Planned | AttemptReason::AloneAfterFailure | AttemptReason::Retry) | None => {
            if differed && !finished.fails_only_after_others {
                let outcomes: Vec<_> = test.outcomes.iter().map(|&outcome| Verdict::from(outcome).word()).collect();
                notes.push(format!("its attempts differed: {}", outcomes.join(", then ")));
            }
        }
    }
    notes
}

/// How the process ended, where that is news: no failure says it, we did not end it ourselves, and it is not the way in
/// which a test harness reports a failed test.
fn unexplained_end(attempt: &AttemptFinished) -> Option<String> {
    let termination = attempt.termination?;
    match (attempt.outcome, termination) {
        (Outcome::TimedOut | Outcome::Interrupted, _) | (Outcome::Failed, Termination::Exited(_)) => return None,
        (Outcome::Failed, Termination::Signaled(_))
        | (Outcome::Passed | Outcome::Errored | Outcome::Crashed | Outcome::Skipped, _) => {}
    }
    let termination = termination.to_string();
    let said = attempt.failures.iter().filter_map(|failure| failure.message.as_deref());
    (!said.into_iter().any(|message| message.contains(&termination))).then_some(termination)
}

/// Where an attempt ran.
fn place(place: Place) -> String {
    match place.position {
        0 => format!("worker {}, as its first test", place.worker),
        1 => format!("worker {}, after 1 other", place.worker),
        others => format!("worker {}, after {} others", place.worker, words::number(others.into())),
    }
}

pub(super) fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_diff_have_the_color_of_their_side() {
        let body = "  - no diff\n    diff (- left, + right):\n        same\n\n      - one\n      + two\n        ^^^\n    note: x";
        let mut out = String::new();
        push_colored(&mut out, Style { color: true, columns: 100 }, body);
        let want = "    - no diff\n      diff (- left, + right):\n          same\n\n  \x1b[1;31m      - one\x1b[0m\n  \
                    \x1b[1;32m      + two\x1b[0m\n  \x1b[1;33m        ^^^\x1b[0m\n      note: x\n";
        assert_eq!(out, want);
    }
}
