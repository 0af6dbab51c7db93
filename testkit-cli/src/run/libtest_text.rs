//! What libtest writes: its log file, its standard output, and the text of a panic. Pure.
//!
//! Source: library/test/src/{console.rs, formatters/pretty.rs} of Rust 1.95.

use testkit_protocol::failure::{Failure, FailureKind, ReturnedError};
use testkit_protocol::location::Location;

/// The result of one test in the log file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LogResult {
    Passed,
    Failed,
    /// Failed, with libtest's own reason: a `#[should_panic]` that was not met.
    FailedBecause(String),
    Ignored,
}

/// What the beginning of the unread log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LogEntry<'a> {
    /// A whole entry, and the name it is of.
    Result(LogResult, &'a str),
    /// Not yet a whole entry.
    Incomplete,
    /// Nothing that libtest writes, or of a test that is not expected.
    Garbled,
}

/// Takes the first entry of `log`, which must be of one of the `expected` names; returns how many bytes it takes up.
///
/// An entry is `ok NAME`, `failed NAME`, `failed: WHY NAME`, `ignored NAME` or `ignored: WHY NAME` and a newline;
/// `WHY` may have several lines and names may hold anything, so only the expected names tell where an entry ends.
pub(super) fn log_entry<'a>(log: &str, expected: impl Iterator<Item = &'a str>) -> (LogEntry<'a>, usize) {
    let words = [("ok ", LogResult::Passed), ("failed ", LogResult::Failed), ("ignored ", LogResult::Ignored)];
    let mut possible = false;
    for name in expected {
        for (word, result) in &words {
            let Some(rest) = log.strip_prefix(word) else { continue };
            let Some(after) = rest.strip_prefix(name) else {
                possible |= name.starts_with(rest);
                continue;
            };
            // A benchmark's or a timed result may stand between the name and the newline.
            if after.starts_with('\n') {
                return (LogEntry::Result(result.clone(), name), word.len() + name.len() + 1);
            }
            possible |= after.is_empty();
        }
        for (word, ignored) in [("failed: ", false), ("ignored: ", true)] {
            let Some(rest) = log.strip_prefix(word) else { continue };
            let end = format!(" {name}\n");
            if let Some(at) = rest.find(&end) {
                let result = if ignored { LogResult::Ignored } else { LogResult::FailedBecause(rest[..at].to_owned()) };
                return (LogEntry::Result(result, name), word.len() + at + end.len());
            }
            possible = true;
        }
    }
    let begins_a_word =
        ["ok ", "failed ", "failed: ", "ignored ", "ignored: "].iter().any(|word| word.starts_with(log));
    if possible || begins_a_word { (LogEntry::Incomplete, 0) } else { (LogEntry::Garbled, 0) }
}

/// The line that libtest ends with when every test that it ran passed: the proof of a run to the end.
pub(super) fn says_all_passed(stdout: &str) -> bool {
    result_line(stdout).is_some_and(|line| line.starts_with("test result: ok. 1 passed; 0 failed;"))
}

/// The line that libtest ends with when a test failed.
pub(super) fn says_failed(stdout: &str) -> bool {
    result_line(stdout).is_some_and(|line| line.starts_with("test result: FAILED. 0 passed; 1 failed;"))
}

/// Whether the beginning of libtest's standard output says that it runs its tests.
pub(super) fn says_begun(stdout: &str) -> bool {
    stdout.lines().any(|line| {
        line.strip_prefix("running ").is_some_and(|rest| rest.ends_with(" test") || rest.ends_with(" tests"))
    })
}

/// Whether the end of libtest's standard error says that it could not go on because of its log file: it has this one message
/// for whatever it cannot write to.
pub(super) fn says_no_log(stderr: &str) -> bool {
    stderr.contains("error: io error when listing tests: ")
}

fn result_line(stdout: &str) -> Option<&str> {
    stdout.trim_end().lines().next_back()
}

/// The output of one test out of libtest's standard output; `next` is the test that ran after it.
///
/// Libtest writes `test NAME ... ` before and the result after the test, on the same line if the test wrote nothing.
pub(super) fn output_of<'a>(stdout: &'a str, name: &str, next: Option<&str>) -> Option<&'a str> {
    let begin = [format!("test {name} ... "), format!("test {name} - should panic ... ")];
    let (at, marker) =
        begin.iter().filter_map(|marker| find_at_line_start(stdout, marker).map(|at| (at, marker))).min()?;
    let rest = &stdout[at + marker.len()..];
    let end = match next {
        Some(next) => ["ok", "FAILED"]
            .iter()
            .flat_map(|word| [format!("{word}\ntest {next} ... "), format!("{word}\ntest {next} - should panic ... ")])
            .filter_map(|marker| rest.find(&marker))
            .min(),
        None => ["ok\n\n", "FAILED\n\n"].iter().filter_map(|marker| rest.rfind(marker)).max(),
    };
    // Without an end the test was the last thing that happened: a crash.
    Some(&rest[..end.unwrap_or(rest.len())])
}

/// Whether libtest's standard output says that a test has ended and that another one has begun after it.
pub(super) fn says_followed(stdout: &str, name: &str) -> bool {
    let rest = output_of(stdout, name, None);
    rest.is_some_and(|rest| ["ok\ntest ", "FAILED\ntest "].iter().any(|mark| rest.contains(mark)))
}

fn find_at_line_start(text: &str, marker: &str) -> Option<usize> {
    if text.starts_with(marker) {
        return Some(0);
    }
    text.find(&format!("\n{marker}")).map(|at| at + 1)
}

/// What libtest shows of a failed test at its end, under `---- NAME stdout ----`.
pub(super) fn failure_section<'a>(stdout: &'a str, name: &str) -> Option<&'a str> {
    let head = format!("---- {name} stdout ----\n");
    let at = find_at_line_start(stdout, &head)?;
    let rest = &stdout[at + head.len()..];
    let end = ["\n---- ", "\n\nfailures:\n", "\nfailures:\n"].iter().filter_map(|mark| rest.find(mark)).min();
    Some(&rest[..end.unwrap_or(rest.len())])
}

/// The result of a failed test with the reason that libtest shows for it at its end, if it is one of libtest's own.
pub(super) fn reason_in_section(stdout: &str, name: &str) -> Option<LogResult> {
    let section = failure_section(stdout, name)?;
    let reason = section.strip_prefix("note: ").filter(|reason| failure_of_known_reason(reason).is_some())?;
    Some(LogResult::FailedBecause(reason.trim_end().to_owned()))
}

/// The failure that libtest's own reason stands for: `#[should_panic]` was not met.
pub(super) fn failure_of_reason(reason: &str) -> Failure {
    failure_of_known_reason(reason).unwrap_or_else(|| Failure::new(FailureKind::Panic, reason))
}

fn failure_of_known_reason(reason: &str) -> Option<Failure> {
    if let Some(rest) = reason.strip_prefix("test did not panic as expected") {
        let location = rest.trim_start().strip_prefix("at ").and_then(|place| location(place.trim()));
        return Some(Failure { message: None, location, ..Failure::new(FailureKind::DidNotPanic, "") });
    }
    let rest = reason.strip_prefix("panic did not contain expected string\n")?;
    let (message, expected) = rest.split_once("\n expected substring: ")?;
    let message = message.trim_start().strip_prefix("panic message: ")?;
    let kind = FailureKind::WrongPanic { expected: unquoted(expected) };
    Some(Failure::new(kind, unquoted(message)))
}

/// The text inside the quotes that `{:?}` put around it; its commonest escapes undone.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    inner.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
}

/// Takes libtest's remark on its own `--logfile` option off the beginning of standard error; it has no newline.
pub(super) fn cut_deprecation(stderr: &mut String) {
    const REMARK: &str = "warning: `--logfile` is deprecated";
    if stderr.starts_with(REMARK) {
        stderr.drain(..REMARK.len());
    }
}

/// What a failed test of libtest says of itself: the last panic of its thread, the error it returned, or `None`.
pub(super) fn failure(name: &str, stdout: &str, stderr: &str) -> Option<Failure> {
    last_panic(name, stderr, true)
        .or_else(|| last_panic(name, stderr, false))
        .or_else(|| returned_error(stderr))
        .or_else(|| returned_error(stdout))
}

/// The same out of the output of a whole batch, where only the name of the thread tells whose a panic is; `near` is
/// what was written about when the test ran.
pub(super) fn failure_in_batch(name: &str, batch: &str, near: &str) -> Option<Failure> {
    last_panic(name, batch, true).or_else(|| returned_error(near))
}

/// The last `thread 'NAME' … panicked at FILE:LINE:COLUMN:`, of the test's own thread or of any.
fn last_panic(name: &str, stderr: &str, own_only: bool) -> Option<Failure> {
    let heads: Vec<usize> = stderr
        .match_indices("thread '")
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || stderr.as_bytes()[at - 1] == b'\n')
        .filter(|at| stderr[*at..].lines().next().is_some_and(|line| line.contains("panicked at ")))
        .collect();
    let own = format!("thread '{name}'");
    let at = heads.iter().rev().find(|at| !own_only || stderr[**at..].starts_with(&own))?;
    let text = &stderr[*at..];
    let (head, rest) = text.split_once('\n').unwrap_or((text, ""));
    let place = head.split_once("panicked at ")?.1.strip_suffix(':')?;
    let next_head = heads.iter().find(|other| *other > at).map_or(rest.len(), |other| other - at - head.len() - 1);
    let end = ["\nnote: run with `RUST_BACKTRACE", "\nstack backtrace:\n", "\nnote: test did not panic"]
        .iter()
        .filter_map(|mark| rest.find(mark))
        .chain([next_head])
        .min()?;
    let message = rest[..end.min(rest.len())].trim_end_matches('\n');
    let mut failure = Failure::new(FailureKind::Panic, message);
    failure.location = location(place);
    let thread = head.strip_prefix("thread '")?.split('\'').next()?;
    failure.thread = (thread != name).then(|| thread.to_owned());
    Some(failure)
}

fn location(place: &str) -> Option<Location> {
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(Location::new(file, line.parse().ok()?, column.parse().ok()?))
}

/// The line `Error: …` of a test that returned one; an error's `{:?}` may take several lines.
fn returned_error(text: &str) -> Option<Failure> {
    let at = find_at_line_start(text, "Error: ")?;
    let message = text[at + "Error: ".len()..].trim_end();
    Some(Failure::new(FailureKind::ReturnedError(ReturnedError { sources: Vec::new() }), message))
}

#[cfg(test)]
mod tests;
