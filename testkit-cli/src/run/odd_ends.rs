//! Processes that end in another way than the results of their tests say: by an exit handler or the destructor of a static
//! that crashes, by a thread that was left running, by a sanitizer that leaves with a code of its own.
//!
//! What libtest tells of tests that share a process is only believed once that has ended as it should. Where it has not,
//! each of those that passed is run again, alone: who ends its process oddly again has crashed. Where none does, and where
//! verdicts have been given before, as in a worker that serves many tests, the run fails by an event of its own.

use std::collections::VecDeque;
use std::time::Duration;

use testkit_protocol::event::{AttemptFinished, AttemptReason, Captured, EventKind, OddEnd};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::outcome::{Outcome, Termination, Verdict};

use super::WorkerNumber;
use super::attempts::Decided;
use super::batch::LIBTEST_FAILED;
use super::driver::Driver;
use super::jobs::{GivenUp, Running};
use super::libtest_text;
use crate::model::{Host, TestIndex};
use crate::worker::LEAVING_LIMIT;

/// How many of the tests that a process has run are named.
const NAMED: usize = 5;

/// The tests that have ended in a process.
#[derive(Debug, Default)]
pub(super) struct EndedTests {
    count: u64,
    /// The last of them, in their order.
    last: VecDeque<TestIndex>,
}

impl EndedTests {
    pub(super) fn add(&mut self, test: TestIndex) {
        self.count += 1;
        if self.last.len() == NAMED {
            self.last.pop_front();
        }
        self.last.push_back(test);
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }
}

/// A pass that counts if its process ends well.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) test: TestIndex,
    pub(super) decided: Decided,
}

/// A test that passed in a process which then ended oddly, and that is run again.
#[derive(Debug)]
pub(super) struct Suspect {
    process: WorkerNumber,
    /// What it amounts to if it is innocent.
    decided: Decided,
}

/// A process that ended oddly, while its tests are run again.
#[derive(Debug)]
pub(super) struct Suspicion {
    /// What is told if none of them is found to have done it.
    told: OddEnd,
    /// How many of them are yet to be run.
    left: usize,
    is_explained: bool,
}

impl Driver<'_> {
    /// An attempt has ended in a process that tests share: a pass counts when that has ended.
    pub(super) fn end_held(
        &mut self,
        running: &mut Running,
        test: TestIndex,
        position: u32,
        reason: AttemptReason,
        attempt: AttemptFinished,
    ) {
        running.ended.add(test);
        let Some(decided) = self.decide(test, position, reason, attempt) else { return };
        if matches!(decided.verdict, Verdict::Passed | Verdict::XPassed) {
            running.held.push(Held { test, decided });
        } else {
            self.verdict(test, decided);
        }
    }

    /// What was held counts.
    pub(super) fn release_held(&mut self, running: &mut Running) {
        for Held { test, decided } in std::mem::take(&mut running.held) {
            self.verdict(test, decided);
        }
    }

    /// A process of libtest has ended that told the results of all its tests.
    pub(super) fn take_end_of_all(&mut self, running: &mut Running, termination: Termination) {
        let is_told = self.take_hosted_tear_downs(running, termination);
        let killed = running.given_up == Some(GivenUp::TearDown);
        let is_odd = match running.given_up {
            None if running.has_failed => termination != LIBTEST_FAILED,
            None => termination != Termination::Exited(0),
            // It was made to leave early: it could not write its log.
            Some(GivenUp::Retired) => termination != LIBTEST_FAILED,
            // It did not leave.
            Some(GivenUp::TearDown) => true,
            // Then we ended it.
            Some(GivenUp::TimedOut | GivenUp::Garbled | GivenUp::Stopped) => false,
        };
        if is_odd && !is_told {
            self.suspect(running, termination, killed);
        } else {
            self.release_held(running);
        }
    }

    /// A process ended oddly after its tests: those whose passes were held are run again alone, to find out whose doing it
    /// was. `killed` is whether it did not leave, and was killed.
    pub(super) fn suspect(&mut self, running: &mut Running, termination: Termination, killed: bool) {
        let told = self.odd_end(running, termination, killed);
        // To find out who does not let its process leave would take long, if it ever came to an end.
        if running.held.is_empty() || killed || self.stop.is_some() {
            self.release_held(running);
            self.emit(EventKind::OddEnd(told));
            return;
        }
        let held = std::mem::take(&mut running.held);
        let told = OddEnd { cleared: true, ..told };
        self.suspicions.insert(running.worker, Suspicion { told, left: held.len(), is_explained: false });
        for Held { test, decided } in held {
            let made = decided.attempts;
            self.suspects.insert(test, Suspect { process: running.worker, decided });
            self.run_again_alone(test, made, AttemptReason::AloneAfterEnd);
        }
    }

    /// How long a process of libtest may take to leave.
    pub(super) fn libtest_leaving_limit(&self, running: &Running) -> Duration {
        // Those may have fixtures to tear down.
        if self.holds_collected(running) { self.tear_down_limit() } else { LEAVING_LIMIT }
    }

    /// Whether passes of collected tests wait for the end of the process.
    pub(super) fn holds_collected(&self, running: &Running) -> bool {
        let is_collected = |held: &Held| matches!(self.list.test(held.test).host, Host::Collected { .. });
        running.held.iter().any(is_collected)
    }

    fn odd_end(&self, running: &Running, termination: Termination, killed: bool) -> OddEnd {
        let id = |test: &TestIndex| self.list.test(*test).id.clone();
        let (_, mut stderr) = running.output(running.streams.ends());
        libtest_text::cut_deprecation(&mut stderr.head);
        OddEnd {
            worker: running.worker.0,
            binary: self.list.binary(running.binary).id.clone(),
            termination,
            killed,
            tests: running.ended.count,
            after: running.ended.last.iter().map(id).collect(),
            cleared: false,
            stderr: Captured { approximate: !stderr.is_empty(), ..stderr },
        }
    }

    /// What another attempt makes of a test that is run again for an odd end; `None` if it is not run for that. Whatever else
    /// than a crash comes of it alone does not take away that it passed.
    pub(super) fn decide_suspect(
        &mut self,
        test: TestIndex,
        outcome: Outcome,
        made: u32,
        duration_ns: u64,
    ) -> Option<Decided> {
        let Suspect { process, mut decided } = self.suspects.remove(&test)?;
        decided.attempts = made;
        let has_done_it = outcome == Outcome::Crashed;
        if let Some(suspicion) = self.suspicions.get_mut(&process) {
            suspicion.left -= 1;
            suspicion.is_explained |= has_done_it;
            suspicion.told.cleared &= outcome != Outcome::Interrupted;
            if suspicion.left == 0
                && let Some(Suspicion { told, is_explained: false, .. }) = self.suspicions.remove(&process)
            {
                self.emit(EventKind::OddEnd(told));
            }
        }
        if has_done_it {
            return Some(Decided::new(Verdict::Crashed, made, duration_ns));
        }
        Some(decided)
    }
}

/// What is said of a test that was alone in its process, passed, and then crashed that.
pub(super) fn end_after_pass(termination: Termination) -> Failure {
    Failure::new(FailureKind::Crash, format!("the test passed, and its process then ended with {termination}"))
}

/// What is said of one whose process did not leave.
pub(super) fn no_end_after_pass() -> Failure {
    Failure::new(FailureKind::Crash, "the test passed, but its process did not leave then, and was killed")
}

/// What is said more of a test that failed in such a process.
pub(super) fn end_after_failure(termination: Termination) -> Failure {
    Failure::new(FailureKind::Crash, format!("its process then ended with {termination}"))
}
