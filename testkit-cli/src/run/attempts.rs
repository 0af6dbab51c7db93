//! From attempts to verdicts: which attempt decides, and when another one is made.

use testkit_protocol::event::{
    Attempt, AttemptEvent, AttemptFinished, AttemptReason, AttemptStarted, EventKind, TestFinished,
};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::outcome::{Outcome, Termination, Verdict};

use super::driver::Driver;
use super::jobs::Running;
use crate::model::TestIndex;

/// What is remembered of a test that will be attempted once more.
#[derive(Clone, Debug)]
pub(super) struct Attempts {
    made: u32,
    /// The first attempt, if it has an outcome.
    first: Option<First>,
}

#[derive(Clone, Copy, Debug)]
struct First {
    outcome: Outcome,
    duration_ns: u64,
    /// Whether other tests had run in the same process before.
    after_others: bool,
}

fn reason_of(running: &Running) -> AttemptReason {
    match &running.job {
        #[cfg(unix)]
        super::jobs::Job::Served(served) => served.reason(),
        super::jobs::Job::Single { reason, .. } => *reason,
        super::jobs::Job::Batch { .. } | super::jobs::Job::Threads | super::jobs::Job::Ask => AttemptReason::Planned,
    }
}

impl Driver<'_> {
    /// Tells that the tests which a process is running now have begun.
    pub(super) fn begin_attempts(&mut self, running: &Running) {
        let current: Vec<TestIndex> = running.current_tests().collect();
        for test in current {
            self.begin_attempt(running, test);
        }
    }

    pub(super) fn begin_attempt(&mut self, running: &Running, test: TestIndex) {
        let started =
            AttemptStarted { worker: running.worker.0, position: running.position, reason: reason_of(running) };
        self.emit_attempt(test, AttemptEvent::Started(started));
    }

    pub(super) fn tell_slow(&mut self, running: &Running) {
        let elapsed_ns = u64::try_from(running.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let current: Vec<TestIndex> = running.current_tests().collect();
        for test in current {
            self.emit_attempt(test, AttemptEvent::Slow { elapsed_ns });
        }
    }

    fn emit_attempt(&mut self, test: TestIndex, event: AttemptEvent) {
        let attempt = self.attempts.get(&test).map_or(0, |attempts| attempts.made) + 1;
        let test = self.list.test(test).id.clone();
        self.emit(EventKind::Attempt(Attempt { test, attempt, event }));
    }

    /// An attempt has ended: gives the verdict, or asks for another attempt.
    pub(super) fn end_attempt(
        &mut self,
        test: TestIndex,
        position: u32,
        reason: AttemptReason,
        attempt: AttemptFinished,
    ) {
        let (outcome, duration_ns) = (attempt.outcome, attempt.duration_ns);
        // What cannot be told from a neighbour's output is worth another run: a report has to explain itself.
        let inexact = attempt.stderr.approximate || attempt.stdout.approximate;
        self.emit_attempt(test, AttemptEvent::Finished(attempt));
        let earlier = self.attempts.remove(&test);
        let made = earlier.as_ref().map_or(0, |earlier| earlier.made) + 1;
        match (reason, earlier.and_then(|earlier| earlier.first)) {
            (AttemptReason::Planned, _) => {
                let failed = matches!(outcome, Outcome::Failed | Outcome::Errored | Outcome::Crashed);
                let after_others = position > 0;
                if failed && (after_others || inexact) && self.stop.is_none() {
                    let first = Some(First { outcome, duration_ns, after_others });
                    self.attempts.insert(test, Attempts { made, first });
                    let binary = self.list.test(test).binary;
                    self.scheduler.add_alone(binary, test, AttemptReason::AloneAfterFailure);
                } else {
                    self.verdict(test, outcome, made, duration_ns, false);
                }
            }
            (AttemptReason::AloneAfterFailure, Some(first)) => {
                let after_others = first.after_others && outcome == Outcome::Passed;
                self.verdict(test, first.outcome, made, first.duration_ns, after_others);
            }
            (AttemptReason::AloneAfterFailure, None) | (AttemptReason::AloneAfterLoss, _) => {
                self.verdict(test, outcome, made, duration_ns, false);
            }
        }
    }

    /// An attempt gave no result that can be trusted: the test is run again, alone, through libtest.
    pub(super) fn lose_attempt(&mut self, running: &Running, test: TestIndex, why: &str) {
        self.tell_replaced(running.worker, Some(test), why.to_owned());
        let earlier = self.attempts.remove(&test);
        let made = earlier.map_or(0, |earlier| earlier.made) + 1;
        self.attempts.insert(test, Attempts { made, first: None });
        let binary = self.list.test(test).binary;
        self.scheduler.add_alone(binary, test, AttemptReason::AloneAfterLoss);
    }

    /// The run was stopped before the attempt that a test was waiting for.
    pub(super) fn decide_without_another_attempt(&mut self, test: TestIndex) {
        let Some(attempts) = self.attempts.remove(&test) else { return };
        let (outcome, duration_ns) =
            attempts.first.map_or((Outcome::Interrupted, 0), |first| (first.outcome, first.duration_ns));
        self.verdict(test, outcome, attempts.made, duration_ns, false);
    }

    /// A verdict of the runner itself, on a test that no process ran.
    pub(super) fn verdict_without_process(&mut self, test: TestIndex, outcome: Outcome, failures: Vec<Failure>) {
        let attempt = AttemptFinished {
            outcome,
            duration_ns: 0,
            failures,
            termination: None,
            stdout: testkit_protocol::event::Captured::default(),
            stderr: testkit_protocol::event::Captured::default(),
        };
        self.emit_attempt(test, AttemptEvent::Finished(attempt));
        let made = self.attempts.remove(&test).map_or(0, |attempts| attempts.made) + 1;
        self.verdict(test, outcome, made, 0, false);
    }

    fn verdict(&mut self, index: TestIndex, outcome: Outcome, attempts: u32, duration_ns: u64, after_others: bool) {
        let test = self.list.test(index);
        let finished = TestFinished {
            test: test.id.clone(),
            verdict: Verdict::from(outcome),
            attempts,
            duration_ns,
            location: test.location.clone(),
            skip_reason: (outcome == Outcome::Skipped).then(|| test.ignore.clone().unwrap_or_default()),
            fails_only_after_others: after_others,
        };
        self.finish(finished);
    }

    /// What is known of an attempt whose process has ended.
    pub(super) fn attempt_of_ended(
        &self,
        running: &Running,
        ends: (u64, u64),
        outcome: Outcome,
        failures: Vec<Failure>,
        termination: Termination,
    ) -> AttemptFinished {
        let (stdout, stderr) = match outcome {
            Outcome::Passed => Default::default(),
            _ => running.output(ends),
        };
        let duration_ns = u64::try_from(running.elapsed().as_nanos()).unwrap_or(u64::MAX);
        // How a process ended says something only where it did not end in its own time.
        let termination = (outcome != Outcome::Passed).then_some(termination);
        AttemptFinished { outcome, duration_ns, failures, termination, stdout, stderr }
    }

    pub(super) fn timeout_failure(&self, test: TestIndex) -> Failure {
        let limit = self.time_limit(test).unwrap_or_default();
        let failure = Failure::new(FailureKind::Timeout, format!("did not end within {limit:?}, and was killed"));
        match &self.list.test(test).location {
            Some(location) => failure.at(location.clone()),
            None => failure,
        }
    }
}
