//! From attempts to verdicts: which attempt decides, and when another one is made.

use std::time::{Duration, Instant};

use testkit_protocol::event::{
    Attempt, AttemptEvent, AttemptFinished, AttemptReason, AttemptStarted, EventKind, TestFinished,
};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::outcome::{Outcome, Termination, Verdict};

use super::driver::Driver;
use super::jobs::Running;
use super::judge;
use crate::model::{Host, TestIndex};

/// What is remembered of a test that will be attempted once more.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts {
    made: u32,
    /// How many of them failed.
    failed: u32,
    /// The one that counts so far, if it has an outcome.
    first: Option<First>,
}

#[derive(Clone, Copy, Debug)]
struct First {
    outcome: Outcome,
    duration_ns: u64,
    /// Whether other tests had run in the same process before.
    after_others: bool,
    /// Whether its words could not be told from its neighbours'.
    is_unclear: bool,
}

/// What a test amounts to.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) verdict: Verdict,
    pub(super) attempts: u32,
    pub(super) duration_ns: u64,
    skip_reason: Option<String>,
    xfail_reason: Option<String>,
    after_others: bool,
}

impl Decided {
    pub(super) fn new(verdict: Verdict, attempts: u32, duration_ns: u64) -> Self {
        Self { verdict, attempts, duration_ns, skip_reason: None, xfail_reason: None, after_others: false }
    }
}

/// An attempt that came to nothing for other reasons than the test's own.
pub(super) fn errored(failures: Vec<Failure>) -> AttemptFinished {
    AttemptFinished { failures, ..AttemptFinished::new(Outcome::Errored, 0) }
}

fn reason_of(running: &Running) -> AttemptReason {
    match &running.job {
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

    /// The number of the next attempt at a test, from 1.
    pub(super) fn next_attempt(&self, test: TestIndex) -> u32 {
        self.attempts.get(&test).map_or(0, |attempts| attempts.made) + 1
    }

    fn emit_attempt(&mut self, test: TestIndex, event: AttemptEvent) {
        let made = self.attempts.get(&test).map_or(0, |attempts| attempts.made);
        self.emit_numbered(test, made, event);
    }

    fn emit_numbered(&mut self, test: TestIndex, made: u32, event: AttemptEvent) {
        let attempt = made + 1;
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
        if let Some(decided) = self.decide(test, position, reason, attempt) {
            self.verdict(test, decided);
        }
    }

    /// Tells how an attempt has ended: what that makes of the test, or `None` if another attempt is to follow.
    pub(super) fn decide(
        &mut self,
        test: TestIndex,
        position: u32,
        reason: AttemptReason,
        mut attempt: AttemptFinished,
    ) -> Option<Decided> {
        let marks = self.list.test(test).marks.clone();
        // What cannot be told from a neighbour's output is worth another run: a report has to explain itself.
        let inexact = attempt.stderr.approximate || attempt.stdout.approximate;
        if let Some(skip_reason) = judge::told_skip(&attempt).map(str::to_owned).filter(|_| !inexact) {
            judge::skip(&mut attempt, skip_reason);
        }
        let earlier = self.attempts.remove(&test).unwrap_or_default();
        // The attempt that explains an earlier one is no other chance, unless that one's words were not to be had.
        let explained = earlier.first.filter(|_| reason == AttemptReason::AloneAfterFailure);
        let xfail = marks.as_ref().and_then(|marks| marks.xfail.as_ref()).filter(|xfail| match explained {
            None => !(inexact && xfail.panics.is_some() && judge::has_failed(attempt.outcome)),
            Some(_) => judge::has_failed(attempt.outcome),
        });
        let expected = xfail.and_then(|xfail| judge::expect_failure(xfail, &mut attempt));
        let expected = expected.filter(|_| explained.is_none_or(|first| first.is_unclear));
        let is_told_elsewhere = judge::is_told_elsewhere(&attempt);
        let (outcome, duration_ns, skip_reason) = (attempt.outcome, attempt.duration_ns, attempt.skip_reason.clone());
        self.emit_numbered(test, earlier.made, AttemptEvent::Finished(attempt));
        let made = earlier.made + 1;
        if let Some(decided) = self.decide_suspect(test, outcome, made, duration_ns) {
            return Some(decided);
        }
        let decided = Decided { skip_reason, ..Decided::new(outcome.into(), made, duration_ns) };
        if let (Some(verdict), Some(xfail)) = (expected, xfail) {
            let xfail_reason = (verdict != Verdict::Failed).then(|| xfail.reason.clone());
            return Some(Decided { verdict, xfail_reason, ..decided });
        }
        if let Some(first) = explained {
            if first.is_unclear && outcome == Outcome::Skipped {
                return Some(decided);
            }
            let after_others = first.after_others && outcome == Outcome::Passed;
            let decided = Decided::new(first.outcome.into(), made, first.duration_ns);
            return Some(Decided { after_others, ..decided });
        }
        let has_failed = judge::has_failed(outcome);
        let after_others = position > 0;
        let first = Some(First { outcome, duration_ns, after_others, is_unclear: inexact });
        let retry = marks.as_ref().and_then(|marks| marks.retry.as_ref());
        if has_failed && self.stop.is_none() {
            let failed = earlier.failed + 1;
            if judge::is_tried_again(retry, failed) {
                self.attempts.insert(test, Attempts { made, failed, first });
                let delay = retry.and_then(|retry| retry.delay_ns).map_or(Duration::ZERO, Duration::from_nanos);
                self.delayed.push((Instant::now() + delay, test));
                return None;
            }
            let is_worth_another = outcome != Outcome::TimedOut && !is_told_elsewhere && (after_others || inexact);
            if reason == AttemptReason::Planned && is_worth_another && retry.is_none() {
                self.attempts.insert(test, Attempts { made, failed, first });
                let binary = self.list.test(test).binary;
                self.scheduler.add_alone(binary, test, AttemptReason::AloneAfterFailure);
                return None;
            }
        }
        let verdict = if outcome == Outcome::Passed && earlier.failed > 0 { Verdict::Flaky } else { outcome.into() };
        Some(Decided { verdict, ..decided })
    }

    /// A test that has been decided is to be run once more, alone.
    pub(super) fn run_again_alone(&mut self, test: TestIndex, made: u32, reason: AttemptReason) {
        self.attempts.insert(test, Attempts { made, ..Attempts::default() });
        self.scheduler.add_alone(self.list.test(test).binary, test, reason);
    }

    /// An attempt gave no result that can be trusted: the test is run again, alone, through libtest. libtest does not know
    /// cases: they get a worker of their own, once.
    pub(super) fn lose_attempt(&mut self, running: &Running, test: TestIndex, why: &str) {
        self.tell_replaced_while_standing(running.worker, Some(test), why.to_owned(), running.left_standing());
        let is_case = matches!(self.list.test(test).host, Host::Case { .. });
        if is_case && reason_of(running) == AttemptReason::AloneAfterLoss {
            let message = format!("it gave no result that can be trusted, twice: {why}");
            self.verdict_without_process(test, errored(vec![Failure::new(FailureKind::Runner, message)]));
            return;
        }
        let earlier = self.attempts.remove(&test).unwrap_or_default();
        self.attempts.insert(test, Attempts { made: earlier.made + 1, ..earlier });
        let binary = self.list.test(test).binary;
        self.scheduler.add_alone(binary, test, AttemptReason::AloneAfterLoss);
    }

    /// The run was stopped before the attempt that a test was waiting for.
    pub(super) fn decide_without_another_attempt(&mut self, test: TestIndex) {
        let Some(attempts) = self.attempts.remove(&test) else { return };
        if let Some(decided) = self.decide_suspect(test, Outcome::Interrupted, attempts.made, 0) {
            return self.verdict(test, decided);
        }
        let (outcome, duration_ns) =
            attempts.first.map_or((Outcome::Interrupted, 0), |first| (first.outcome, first.duration_ns));
        self.verdict(test, Decided::new(outcome.into(), attempts.made, duration_ns));
    }

    /// A verdict of the runner itself, on a test that no process ran.
    pub(super) fn verdict_without_process(&mut self, test: TestIndex, attempt: AttemptFinished) {
        let outcome = attempt.outcome;
        self.emit_attempt(test, AttemptEvent::Finished(attempt));
        let made = self.attempts.remove(&test).map_or(0, |attempts| attempts.made) + 1;
        self.verdict(test, Decided::new(outcome.into(), made, 0));
    }

    pub(super) fn verdict(&mut self, index: TestIndex, decided: Decided) {
        let test = self.list.test(index);
        let Decided { verdict, attempts, duration_ns, skip_reason, xfail_reason, after_others } = decided;
        let ignored = || test.ignore.clone().unwrap_or_default();
        let finished = TestFinished {
            test: test.id.clone(),
            verdict,
            attempts,
            duration_ns,
            location: test.location.clone(),
            skip_reason: (verdict == Verdict::Skipped).then(|| skip_reason.unwrap_or_else(ignored)),
            xfail_reason,
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
        let sections = super::standing::section(&running.left_standing()).into_iter().collect();
        let attempt = AttemptFinished::new(outcome, duration_ns);
        AttemptFinished { failures, termination, stdout, stderr, sections, ..attempt }
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
