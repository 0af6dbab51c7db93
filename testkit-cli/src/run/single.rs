//! Processes that run one test, or a whole target with a `main` of its own: their end is the verdict.

use std::time::Duration;

use testkit_protocol::event::AttemptReason;
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::outcome::{Outcome, Termination};

use super::batch::{LIBTEST_FAILED, crash_message, failure_of};
use super::driver::Driver;
use super::jobs::{GivenUp, Job, Running};
use super::libtest_text::{self, LogEntry, LogResult};
use super::log_file::LogFile;
use super::odd_ends::{end_after_failure, end_after_pass};
use crate::discover;
use crate::model::{Harness, Host, TestIndex};

impl Driver<'_> {
    /// A process has ended; every kind of job goes on from here.
    pub(super) fn take_end(&mut self, mut running: Running) {
        let termination = running.process.reap();
        if let Some(hold) = running.hold.take() {
            self.scheduler.release(hold);
        }
        match &running.job {
            Job::Served(_) => self.take_served_end(running, termination),
            Job::Batch { .. } => self.take_batch_end(running, termination),
            Job::Threads => self.take_threads_end(running, termination),
            Job::Single { .. } => self.take_single_end(&running, termination),
            Job::Ask => self.take_answer(&running, termination),
        }
    }

    fn take_single_end(&mut self, running: &Running, termination: Termination) {
        let (Job::Single { reason, proof }, Some(test)) = (&running.job, running.pending.front().copied()) else {
            return;
        };
        let may_be_lost = matches!(termination, Termination::Exited(0 | 101)) && running.given_up.is_none();
        if may_be_lost
            && matches!(reason, AttemptReason::Planned | AttemptReason::AloneAfterEnd)
            && self.settings.capture
        {
            let lost = proof.as_ref().is_some_and(|log| read_proof(log, self.libtest_name(test)).is_none());
            if lost {
                self.lose_attempt(running, test, "libtest ended without a result for it");
                return;
            }
        }
        let (outcome, failures) = self.judge_single(running, test, termination);
        let mut attempt = self.attempt_of_ended(running, running.streams.ends(), outcome, failures, termination);
        if self.list.binary(running.binary).harness == Harness::Libtest && self.list.test(test).host != Host::Whole {
            libtest_text::cut_deprecation(&mut attempt.stderr.head);
            let own = libtest_text::output_of(&attempt.stdout.head, self.libtest_name(test), None);
            if let Some(own) = own.map(str::to_owned).filter(|_| attempt.stdout.omitted == 0) {
                attempt.stdout.bytes = own.len() as u64;
                attempt.stdout.head = own;
            }
        }
        self.end_attempt(test, 0, *reason, attempt);
    }

    /// What the end of a process that ran `test` alone amounts to. Green takes a proof: libtest's own last line, or,
    /// for a harness of somebody's own, whose exit code is the only protocol, exit code 0.
    fn judge_single(&self, running: &Running, test: TestIndex, termination: Termination) -> (Outcome, Vec<Failure>) {
        match running.given_up {
            Some(GivenUp::Stopped) => return (Outcome::Interrupted, vec![]),
            Some(GivenUp::TimedOut) => return (Outcome::TimedOut, vec![self.timeout_failure(test)]),
            Some(GivenUp::Garbled | GivenUp::Retired | GivenUp::TearDown) | None => {}
        }
        let is_libtest = self.list.binary(running.binary).harness == Harness::Libtest;
        let name = self.libtest_name(test);
        let (stdout, stderr) = running.output(running.streams.ends());
        let end_of_stdout = if stdout.tail.is_empty() { &stdout.head } else { &stdout.tail };
        let crashed = |failure| (Outcome::Crashed, vec![failure]);
        match (is_libtest, termination) {
            (false, Termination::Exited(0)) => (Outcome::Passed, vec![]),
            (false, Termination::Exited(code)) => {
                let failure = libtest_text::failure(name, &stdout.head, &stderr.head).unwrap_or_else(|| {
                    Failure::new(FailureKind::Panic, format!("the process left with exit code {code}; see the output"))
                });
                (Outcome::Failed, vec![failure])
            }
            (false, Termination::Signaled(_)) => crashed(Failure::new(FailureKind::Crash, crash_message(termination))),
            (true, _) => {
                let result = match &running.job {
                    Job::Single { proof: Some(log), .. } => read_proof(log, name),
                    _ if libtest_text::says_all_passed(end_of_stdout) => Some(LogResult::Passed),
                    _ if libtest_text::says_failed(end_of_stdout) => Some(LogResult::Failed),
                    _ => None,
                };
                match (termination, result) {
                    (Termination::Exited(0), Some(LogResult::Passed)) => (Outcome::Passed, vec![]),
                    (Termination::Exited(0), Some(LogResult::Ignored)) => (Outcome::Skipped, vec![]),
                    (_, Some(LogResult::Passed)) => crashed(end_after_pass(termination)),
                    (_, Some(result @ (LogResult::Failed | LogResult::FailedBecause(_)))) => {
                        let result = libtest_text::reason_in_section(end_of_stdout, name).unwrap_or(result);
                        let failure = failure_of(&result, name, &stdout.head, &stderr);
                        let odd = (termination != LIBTEST_FAILED).then(|| end_after_failure(termination));
                        (Outcome::Failed, std::iter::once(failure).chain(odd).collect())
                    }
                    (Termination::Exited(code @ (0 | 101)), None | Some(LogResult::Ignored)) => {
                        let message = format!(
                            "the process left with exit code {code} and no result: the test called `exit`, or closed \
                             the descriptors that results go through"
                        );
                        crashed(Failure::new(FailureKind::Crash, message))
                    }
                    (Termination::Exited(_) | Termination::Signaled(_), None | Some(LogResult::Ignored)) => {
                        crashed(Failure::new(FailureKind::Crash, crash_message(termination)))
                    }
                }
            }
        }
    }

    /// A target with a `main` of its own was asked for its tests. If it did not answer with a list, it ran.
    fn take_answer(&mut self, running: &Running, termination: Termination) {
        let Some(test) = running.pending.front().copied() else { return };
        let Some(stdout) = running.streams.stdout() else { return };
        let stdout = stdout.read_bytes(0, stdout.end());
        let listed = (termination == Termination::Exited(0) && running.given_up.is_none())
            .then(|| discover::custom_list(self.list.binary(running.binary), &stdout, LIST_LIMIT))
            .flatten();
        if let Some(listed) = listed {
            self.extend_plan(running.binary, listed);
            return;
        }
        let refused = matches!(termination, Termination::Exited(code) if code != 0) && running.given_up.is_none() && {
            let (stdout, stderr) = running.output(running.streams.ends());
            refuses_arguments(&stdout.head) || refuses_arguments(&stderr.head)
        };
        if refused {
            // It did not get as far as its tests: it is run as `cargo test` runs it, without arguments.
            self.scheduler.add_alone(running.binary, test, AttemptReason::AloneAfterLoss);
            return;
        }
        self.begin_attempt(running, test);
        let (outcome, failures) = self.judge_single(running, test, termination);
        let attempt = self.attempt_of_ended(running, running.streams.ends(), outcome, failures, termination);
        self.end_attempt(test, 0, AttemptReason::Planned, attempt);
    }
}

/// What libtest's log file says of the one test that was run.
fn read_proof(log: &LogFile, name: &str) -> Option<LogResult> {
    let log = String::from_utf8_lossy(&log.read_from(0)).into_owned();
    match libtest_text::log_entry(&log, std::iter::once(name)) {
        (LogEntry::Result(result, _), _) => Some(result),
        (LogEntry::Incomplete | LogEntry::Garbled, _) => None,
    }
}

/// How long a harness may take to list its ignored tests.
const LIST_LIMIT: Duration = Duration::from_secs(10);

/// Whether a program's words say that it does not know the options of a list.
fn refuses_arguments(said: &str) -> bool {
    let said = said.to_lowercase();
    let names_option = ["--list", "--format", "'list'", "terse"].iter().any(|option| said.contains(option));
    let refuses = ["unexpected", "unrecognized", "unknown", "invalid", "usage", "not found", "not supported", "wasn't"];
    names_option && refuses.iter().any(|word| said.contains(word))
}
