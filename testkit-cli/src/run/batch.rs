//! libtest processes that run many tests: one at a time, or on threads of their own. Results come through libtest's
//! log file; its standard output only marks where one test's output ends.

use std::time::{Duration, Instant};

use testkit_protocol::event::{AttemptFinished, AttemptReason, Captured};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::outcome::{Outcome, Termination};

use super::driver::Driver;
use super::jobs::{GivenUp, Job, Running};
use super::libtest_text::{self, LogEntry, LogResult};
use crate::model::TestIndex;
use crate::schedule::LaneKind;
use crate::worker::Capture;

impl Driver<'_> {
    pub(super) fn take_log(&mut self, running: &mut Running, bytes: &[u8]) {
        if running.given_up == Some(GivenUp::Garbled) {
            return;
        }
        let in_order = match &mut running.job {
            Job::Batch { .. } => true,
            Job::Threads => false,
            Job::Served(_) | Job::Single { .. } | Job::Ask => return,
        };
        running.log.extend_from_slice(bytes);
        let log = std::mem::take(&mut running.log);
        // Names are UTF-8. A character cut in its middle is mended by the next bytes; anything else was written by a test,
        // and what stands before it still counts.
        let (text, foreign) = match std::str::from_utf8(&log) {
            Ok(text) => (text, false),
            Err(error) => {
                (std::str::from_utf8(&log[..error.valid_up_to()]).unwrap_or_default(), error.error_len().is_some())
            }
        };
        let mut rest = text;
        loop {
            // In order, only the first pending test can have ended; with threads any of those that were begun.
            let candidates = if in_order { 1 } else { running.pending.len() };
            let names = running.pending.iter().take(candidates).map(|test| self.libtest_name(*test).to_owned());
            let names: Vec<String> = if rest.is_empty() { Vec::new() } else { names.collect() };
            let (entry, length) = libtest_text::log_entry(rest, names.iter().map(String::as_str));
            match entry {
                LogEntry::Incomplete => break,
                LogEntry::Garbled => {
                    running.give_up(GivenUp::Garbled);
                    return;
                }
                LogEntry::Result(result, name) => {
                    let found = running.pending.iter().position(|test| self.libtest_name(*test) == name);
                    let Some(test) = found.and_then(|position| running.pending.remove(position)) else { return };
                    rest = &rest[length..];
                    running.log_read += length as u64;
                    if in_order {
                        self.end_in_batch(running, test, &result);
                    } else {
                        self.end_on_thread(running, test, result);
                    }
                }
            }
        }
        if foreign {
            running.give_up(GivenUp::Garbled);
            return;
        }
        running.log = log[text.len() - rest.len()..].to_vec();
    }

    fn end_in_batch(&mut self, running: &mut Running, test: TestIndex, result: &LogResult) {
        let now = Instant::now();
        let duration = now.duration_since(running.current_since);
        if let Job::Batch { lane, .. } = running.job {
            self.scheduler.observe(lane, duration);
        }
        // Where the output of this test ends: the next test may already be writing, so this is an upper bound.
        let attempt = match result {
            LogResult::Passed => finished(Outcome::Passed, duration),
            LogResult::Ignored => finished(Outcome::Skipped, duration),
            LogResult::Failed | LogResult::FailedBecause(_) => {
                running.has_failed = true;
                self.failed_in_batch(running, test, result, duration)
            }
        };
        let position = running.position;
        running.position += 1;
        running.current_since = now;
        running.told_slow = false;
        // Only what the next tests write after this moment is surely theirs.
        let ends = running.streams.ends();
        if running.pending.is_empty() {
            // What the process says at its end may have come already.
        } else if let Some((stdout, stderr)) = running.streams.both_mut() {
            running.from.1 = ends.1;
            // Standard output is kept whole while it is short: the marks in it are wanted at a crash.
            stdout.trim(running.from.0);
            stderr.release(ends.1);
        }
        self.end_held(running, test, position, AttemptReason::Planned, attempt);
        self.begin_attempts(running);
    }

    fn failed_in_batch(
        &self,
        running: &Running,
        test: TestIndex,
        result: &LogResult,
        took: Duration,
    ) -> AttemptFinished {
        let name = self.libtest_name(test);
        let next = running.pending.front().map(|next| self.libtest_name(*next));
        let stdout = self.stdout_in_batch(running, name, next);
        let (_, mut stderr) = running.output(running.streams.ends());
        libtest_text::cut_deprecation(&mut stderr.head);
        // Where a test's part begins and ends is only known by when we looked.
        stderr.approximate = next.is_some() || running.position > 0;
        let whole = running.streams.stderr().map(|all| all.read_bytes(0, all.end().min(BATCH_OUTPUT_LIMIT)));
        let whole = String::from_utf8_lossy(&whole.unwrap_or_default()).into_owned();
        let failure = match result {
            LogResult::FailedBecause(_) => failure_of(result, name, "", &Captured { head: whole, ..stderr.clone() }),
            LogResult::Failed | LogResult::Passed | LogResult::Ignored => {
                libtest_text::failure_in_batch(name, &whole, &stderr.head).unwrap_or_else(unexplained)
            }
        };
        AttemptFinished { failures: vec![failure], stdout, stderr, ..finished(Outcome::Failed, took) }
    }

    fn stdout_in_batch(&self, running: &Running, name: &str, next: Option<&str>) -> Captured {
        let Some(stdout) = running.streams.stdout() else { return Captured::default() };
        let bytes = stdout.read_bytes(0, stdout.end().min(BATCH_OUTPUT_LIMIT));
        let text = String::from_utf8_lossy(&bytes);
        let head = libtest_text::output_of(&text, name, next).unwrap_or_default().to_owned();
        Captured { bytes: head.len() as u64, head, ..Captured::default() }
    }

    fn end_on_thread(&mut self, running: &mut Running, test: TestIndex, result: LogResult) {
        let now = Instant::now();
        let duration = now.duration_since(running.current_since);
        running.current_since = now;
        match result {
            LogResult::Passed | LogResult::Ignored => {
                let outcome = if result == LogResult::Passed { Outcome::Passed } else { Outcome::Skipped };
                self.end_held(running, test, 0, AttemptReason::Planned, finished(outcome, duration));
            }
            // libtest shows the output of failed tests when all have ended.
            LogResult::Failed | LogResult::FailedBecause(_) => {
                running.has_failed = true;
                running.failed.push((test, result, duration));
            }
        }
        if let Some(newest) = running.current_tests().last() {
            self.begin_attempt(running, newest);
        }
    }

    /// A process of [`Job::Batch`] has ended.
    pub(super) fn take_batch_end(&mut self, mut running: Running, termination: Termination) {
        let Job::Batch { lane, stopping, .. } = running.job else { return };
        if !stopping {
            self.scheduler.leave(lane);
        }
        if stopping && running.given_up.is_none() {
            self.take_stopped(&mut running, termination);
        }
        let Some(test) = running.pending.pop_front() else {
            return self.take_end_of_all(&mut running, termination);
        };
        // However it ended, it is told of the test that was running.
        self.release_held(&mut running);
        let ends = running.streams.ends();
        let reason = AttemptReason::Planned;
        match (running.given_up, termination) {
            (Some(GivenUp::Retired | GivenUp::TearDown), _) => running.pending.push_front(test),
            (Some(GivenUp::Garbled), _) => {
                self.lose_attempt(&running, test, "libtest's log file is not in order");
            }
            (None, _) if self.was_followed(&running, test) => {
                self.lose_attempt(&running, test, "others began after it, and libtest told no result of it");
            }
            (Some(GivenUp::Stopped), _) => {
                let attempt = self.attempt_of_ended(&running, ends, Outcome::Interrupted, vec![], termination);
                self.end_attempt(test, running.position, reason, attempt);
            }
            (Some(GivenUp::TimedOut), _) => {
                let failure = self.timeout_failure(test);
                let attempt = self.batch_attempt(&running, test, Outcome::TimedOut, failure, termination);
                self.end_attempt(test, running.position, reason, attempt);
            }
            // libtest leaves with 101 when it cannot write its log, and with 0 when it wrote it somewhere else: a test
            // meddled with its descriptors. So may have a test that calls `exit` itself; alone, that shows.
            (None, Termination::Exited(0 | 101)) => {
                self.lose_attempt(&running, test, "libtest ended without a result for it");
            }
            (None, _) => {
                let failure = Failure::new(FailureKind::Crash, crash_message(termination));
                let attempt = self.batch_attempt(&running, test, Outcome::Crashed, failure, termination);
                self.end_attempt(test, running.position, reason, attempt);
            }
        }
        self.scheduler.give_back(lane, running.pending.into_iter());
    }

    /// Whether libtest says on its standard output that a test has ended and another one begun, which it would have told in
    /// its log before: the test took that away, and neither what happens to the process now nor the time is its own.
    pub(super) fn was_followed(&self, running: &Running, test: TestIndex) -> bool {
        let Some(stdout) = running.streams.stdout() else { return false };
        let bytes = stdout.read_bytes(0, stdout.end().min(BATCH_OUTPUT_LIMIT));
        libtest_text::says_followed(&String::from_utf8_lossy(&bytes), self.libtest_name(test))
    }

    /// Takes the tests that a batch has not begun back to its lane: libtest is made to leave after the running one.
    pub(super) fn take_back_batch(&mut self, running: &mut Running) {
        let Some(current) = running.pending.front().copied() else { return };
        let name = self.libtest_name(current).to_owned();
        let Job::Batch { lane, log, stopping } = &mut running.job else { return };
        // A half entry is of a test that has ended: there is no telling where its end will be. And libtest empties its log
        // file when it opens it, which it could not any more.
        let has_opened_it = running.log_read > 0 || running.streams.stdout().is_some_and(has_begun);
        if !has_opened_it || !running.log.is_empty() || !log.stop_after(&name, running.log_read) {
            return;
        }
        *stopping = true;
        let lane = *lane;
        // Its place will be free soon, and counts as free when what it gives back is shared out.
        self.scheduler.leave(lane);
        // From here on no test but the running one can begin in that process.
        let back = running.pending.split_off(1);
        self.scheduler.give_back(lane, back.into_iter());
    }

    /// libtest left after the test that was running, as it was made to: room was left for `ok NAME` and no more. Where it
    /// left for another reason, nothing is known of the test: it may have put something else in the place of the log file,
    /// and others may have run after it.
    fn take_stopped(&mut self, running: &mut Running, termination: Termination) {
        let Some(test) = running.pending.front().copied() else { return };
        let passed = running.log == format!("ok {}", self.libtest_name(test)).as_bytes();
        let could_not_write =
            || termination == LIBTEST_FAILED && running.streams.stderr().is_some_and(ends_without_a_log);
        let failed = !passed && running.log.is_empty() && could_not_write();
        if !passed && !failed {
            return;
        }
        running.pending.pop_front();
        // Anything but a pass is longer and was not written at all; the attempt alone tells why it failed.
        let result = if passed { LogResult::Passed } else { LogResult::Failed };
        self.end_in_batch(running, test, &result);
        running.given_up = Some(GivenUp::Retired);
    }

    fn batch_attempt(
        &self,
        running: &Running,
        test: TestIndex,
        outcome: Outcome,
        failure: Failure,
        termination: Termination,
    ) -> AttemptFinished {
        let name = self.libtest_name(test);
        let ends = running.streams.ends();
        let mut attempt = self.attempt_of_ended(running, ends, outcome, vec![failure], termination);
        attempt.stdout = self.stdout_in_batch(running, name, None);
        libtest_text::cut_deprecation(&mut attempt.stderr.head);
        attempt.failures.extend(libtest_text::failure(name, "", &attempt.stderr.head));
        attempt
    }

    /// A process of [`Job::Threads`] has ended.
    pub(super) fn take_threads_end(&mut self, mut running: Running, termination: Termination) {
        let stdout = running.streams.stdout().map(|stdout| stdout.read_bytes(0, stdout.end().min(BATCH_OUTPUT_LIMIT)));
        let stdout = String::from_utf8_lossy(&stdout.unwrap_or_default()).into_owned();
        for (test, result, duration) in std::mem::take(&mut running.failed) {
            let name = self.libtest_name(test);
            let section = libtest_text::failure_section(&stdout, name);
            // libtest tells at its end why tests failed; where a test ended it before, another run has to tell.
            let approximate = section.is_none();
            let head = section.unwrap_or_default().to_owned();
            let captured = Captured { bytes: head.len() as u64, head, approximate, ..Captured::default() };
            let failures = vec![failure_of(&result, name, &captured.head, &captured)];
            let attempt = AttemptFinished { failures, stdout: captured, ..finished(Outcome::Failed, duration) };
            running.ended.add(test);
            self.end_attempt(test, 0, AttemptReason::Planned, attempt);
        }
        // Several tests were running, so the end of the process may be any one's doing.
        let current: Vec<TestIndex> = running.current_tests().collect();
        if current.is_empty() {
            return self.take_end_of_all(&mut running, termination);
        }
        self.release_held(&mut running);
        for test in &current {
            let message = crash_message(termination);
            let (outcome, failures) = match running.given_up {
                Some(GivenUp::Stopped) => (Outcome::Interrupted, vec![]),
                Some(GivenUp::TimedOut) => (Outcome::TimedOut, vec![self.timeout_failure(*test)]),
                Some(GivenUp::Garbled | GivenUp::Retired | GivenUp::TearDown) | None => {
                    let others = if current.len() > 1 { "; other tests were running in the same process" } else { "" };
                    (Outcome::Crashed, vec![Failure::new(FailureKind::Crash, format!("{message}{others}"))])
                }
            };
            let attempt = self.attempt_of_ended(&running, running.streams.ends(), outcome, failures, termination);
            self.end_attempt(*test, 0, AttemptReason::Planned, attempt);
        }
        let rest = running.pending.into_iter().skip(current.len());
        self.scheduler.add(running.binary, &LaneKind::Threads, rest);
    }
}

/// How libtest leaves if a test has failed, or if it cannot go on.
pub(super) const LIBTEST_FAILED: Termination = Termination::Exited(101);

/// How much of a batch's output is searched for what belongs to one test, in bytes.
const BATCH_OUTPUT_LIMIT: u64 = 8 * 1024 * 1024;

/// Whether libtest has told how many tests it runs, which it does when it has opened its log file.
fn has_begun(stdout: &Capture) -> bool {
    libtest_text::says_begun(&String::from_utf8_lossy(&stdout.read_bytes(0, stdout.end().min(4096))))
}

/// Whether libtest's last words are that it could not write to its log file.
fn ends_without_a_log(stderr: &Capture) -> bool {
    let end = stderr.end();
    libtest_text::says_no_log(&String::from_utf8_lossy(&stderr.read_bytes(end.saturating_sub(4096), end)))
}

fn finished(outcome: Outcome, duration: Duration) -> AttemptFinished {
    AttemptFinished::new(outcome, u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}

pub(super) fn crash_message(termination: Termination) -> String {
    match termination {
        Termination::Exited(code) => format!("the test ended its process with exit code {code}"),
        Termination::Signaled(_) => format!("the process was ended by {termination}"),
    }
}

/// What libtest's result and the output say of a failed test.
pub(super) fn failure_of(result: &LogResult, name: &str, stdout: &str, stderr: &Captured) -> Failure {
    if let LogResult::FailedBecause(reason) = result {
        let mut failure = libtest_text::failure_of_reason(reason);
        if failure.location.is_none() {
            let panic = libtest_text::failure(name, stdout, &stderr.head);
            failure.location = panic.and_then(|panic| panic.location);
        }
        return failure;
    }
    let text = if stderr.tail.is_empty() { &stderr.head } else { &stderr.tail };
    libtest_text::failure(name, stdout, text).unwrap_or_else(unexplained)
}

fn unexplained() -> Failure {
    Failure::new(FailureKind::Panic, "(libtest tells no reason; see the output)")
}
