//! A failure as text: the one renderer, shared by panic messages, the terminal and the logs of CI systems.
//!
//! Pure: plain lines without colour; whoever shows them may colour them by their first characters.

use std::fmt::Write as _;

use crate::event::NamedValue;
use crate::failure::{Failure, FailureKind, Phase};
use crate::fixture::Scope;

mod assertion;
mod diff;
mod literal;
mod source_line;
mod value;
mod visible;

pub use literal::unescaped;
pub use value::{compact, more_than, shortened_by};

/// Width for which a report is made where nobody says another, in columns. It decides which values stand on one line.
pub const DEFAULT_COLUMNS: usize = 100;

/// The line above a diff. Below it every line begins with its side's mark or a blank, indented by two more spaces.
pub const DIFF_HEADING: &str = "diff (- left, + right):";

/// The whole report of a failure: its place on the first line, then [`body`], indented by two spaces.
pub fn report(failure: &Failure) -> String {
    report_within(failure, DEFAULT_COLUMNS)
}

/// The [`report`] for a width in columns; `usize::MAX` where there is none.
///
/// Everything is said at any width: a value too long for its line stands on lines of its own, but a line that the author
/// wrote, a path or a single word is never cut.
pub fn report_within(failure: &Failure, columns: usize) -> String {
    let mut text = String::new();
    let mut first = match &failure.location {
        Some(location) => location.to_string(),
        None => String::new(),
    };
    let phase = match (failure.phase, &failure.kind) {
        // The message says so itself.
        (Phase::Test, _) | (_, FailureKind::Fixture) => None,
        (phase @ (Phase::SetUp | Phase::TearDown), _) => Some(format!("in the {}", phase.word())),
    };
    let subtest = match failure.subtest.as_slice() {
        [] => None,
        names => Some(format!("in subtest `{}`", names.join("` > `"))),
    };
    let thread = failure.thread.as_ref().map(|thread| format!("on thread `{thread}`"));
    for part in [phase, subtest, thread].into_iter().flatten() {
        if !first.is_empty() {
            first.push_str(", ");
        }
        first.push_str(&part);
    }
    if !first.is_empty() {
        text.push_str(&first);
        text.push('\n');
    }
    push_indented(&mut text, &body_within(failure, columns.saturating_sub(2)), "  ");
    if let Some(backtrace) = &failure.backtrace {
        text.push_str("\n  stack backtrace:\n");
        push_indented(&mut text, backtrace.trim_end(), "  ");
    }
    text
}

/// What went wrong, without the place: the author's message first, then what was asked and what came.
///
/// This is also the text of the panic that an assertion raises, so that it reads well wherever panics are shown.
pub fn body(failure: &Failure) -> String {
    body_within(failure, DEFAULT_COLUMNS)
}

/// The [`body`] for a width in columns; `usize::MAX` where there is none.
pub fn body_within(failure: &Failure, columns: usize) -> String {
    let message = failure.message.as_deref();
    match &failure.kind {
        FailureKind::Assertion(assertion) => assertion::body(assertion, message, columns),
        FailureKind::Panic => format!("panicked: {}", message.unwrap_or("(no message)")),
        FailureKind::ReturnedError(error) => {
            let mut text = format!("returned an error: {}", message.unwrap_or("(no text)"));
            for source in &error.sources {
                text.push_str("\n  caused by: ");
                text.push_str(&source.replace('\n', "\n    "));
            }
            text
        }
        FailureKind::DidNotPanic => "did not panic, but has `#[should_panic]`".to_owned(),
        FailureKind::WrongPanic { expected } => format!(
            "panicked with another message than `#[should_panic]` expects\n  expected part: {expected:?}\n  message:       {:?}",
            message.unwrap_or_default()
        ),
        FailureKind::Xfail | FailureKind::Fixture | FailureKind::Crash | FailureKind::Timeout | FailureKind::Runner => {
            message.unwrap_or_default().to_owned()
        }
    }
}

/// The values that a test was called with, for a width in columns: a line for each, or several where one is long, all
/// indented by two spaces at least.
pub fn values_within(values: &[NamedValue], columns: usize) -> String {
    assertion::values(values, columns)
}

/// The line with which a process of libtest tells at its end that a fixture could not be taken down; what failed follows it.
pub fn failed_tear_down(scope: Scope, name: &str) -> String {
    format!("{FAILED_TEAR_DOWN}{scope} fixture `{name}`:")
}

const FAILED_TEAR_DOWN: &str = "error at the tear-down of the ";

/// The fixture of such a line, if it is one.
pub fn read_failed_tear_down(line: &str) -> Option<(Scope, &str)> {
    let (scope, rest) = line.strip_prefix(FAILED_TEAR_DOWN)?.split_once(" fixture `")?;
    let scope = Scope::ALL.into_iter().find(|known| known.word() == scope)?;
    Some((scope, rest.strip_suffix("`:")?))
}

/// What is said of a test that passed although its `#[xfail]` says that it fails; `reason` may be empty.
pub fn unexpected_pass(reason: &str) -> String {
    let because = if reason.is_empty() { String::new() } else { format!(": {reason:?}") };
    format!("passed, but is marked `#[xfail]`{because}\nremove the mark if what it waits for is done")
}

/// What is said of a failure without the text that `#[xfail(panics = "…")]` asks for.
pub fn other_failure(expected: &str) -> String {
    format!("`#[xfail(panics = {expected:?})]` expects a failure whose message contains this, so this is another one")
}

/// What is said of a test that failed as `#[xfail(panics = …)]` expects, or did not, and whose tear-down failed as well.
pub const fn unexpected_tear_down() -> &'static str {
    "its tear-down failed, and `#[xfail(panics = …)]` expects another failure"
}

/// The failure on one line, for a summary: the values where there are any, else the first line of the message.
pub fn summary(failure: &Failure) -> String {
    let what = summary_of_kind(failure);
    match failure.subtest.as_slice() {
        [] => what,
        names => format!("[{}] {what}", one_line(&names.join(" > "))),
    }
}

fn summary_of_kind(failure: &Failure) -> String {
    match &failure.kind {
        FailureKind::Assertion(assertion) if assertion.expression.is_empty() => first_line(&body(failure)),
        FailureKind::Assertion(assertion) => with_message(assertion::summary(assertion), failure.message.as_deref()),
        FailureKind::WrongPanic { expected } => {
            let came = one_line(failure.message.as_deref().unwrap_or_default());
            format!("panicked with {came:?}, expected part {:?}", one_line(expected))
        }
        FailureKind::ReturnedError(error) => {
            let mut text = format!("returned an error: {}", one_line(failure.message.as_deref().unwrap_or_default()));
            if let Some(root) = error.sources.last() {
                write!(text, " … caused by: {}", one_line(root)).expect("writing to a String cannot fail");
            }
            text
        }
        FailureKind::Panic => {
            failure.message.as_deref().and_then(std_assertion).unwrap_or_else(|| first_line(&body(failure)))
        }
        FailureKind::DidNotPanic
        | FailureKind::Xfail
        | FailureKind::Fixture
        | FailureKind::Crash
        | FailureKind::Timeout
        | FailureKind::Runner => first_line(&body(failure)),
    }
}

/// The message of the standard library's `assert_eq!` and `assert_ne!` on one line, its values kept.
///
/// Source: `core::panicking::assert_failed_inner`, the same text since Rust 1.73.
fn std_assertion(message: &str) -> Option<String> {
    let (first, values) = message.split_once("\n  left: ")?;
    let (left, right) = values.split_once("\n right: ")?;
    let first = first.strip_prefix("assertion `")?;
    let (asserted, words) = first.split_once("` failed")?;
    let text = format!("{asserted}: {} vs {}", one_line(left), one_line(right));
    Some(with_message(text, words.strip_prefix(": ")))
}

fn with_message(mut text: String, message: Option<&str>) -> String {
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        text.push_str(" (");
        text.push_str(&one_line(message));
        text.push(')');
    }
    text
}

/// Longest text of one value in a summary, in characters.
const SUMMARY_VALUE: usize = 60;

/// White space runs become one space; the middle of a long text becomes `…`.
fn one_line(text: &str) -> String {
    let joined = compact(text, text.len()).unwrap_or_else(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let count = joined.chars().count();
    if count <= SUMMARY_VALUE {
        return joined;
    }
    let half = SUMMARY_VALUE / 2;
    let head: String = joined.chars().take(half).collect();
    let tail: String = joined.chars().skip(count - half + 1).collect();
    format!("{head}…{tail}")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn push_indented(text: &mut String, block: &str, indent: &str) {
    for (index, line) in block.split('\n').enumerate() {
        if index > 0 {
            text.push('\n');
        }
        if !line.is_empty() {
            text.push_str(indent);
            text.push_str(line);
        }
    }
}

#[cfg(test)]
mod tests;
