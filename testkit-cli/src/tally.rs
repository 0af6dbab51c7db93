//! Counts and the exit code, as a fold over events.
//!
//! Pure: it is given every event of a run in order, and answers from them alone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use testkit_protocol::event::{Event, EventKind, FixtureStep, TestFinished};
use testkit_protocol::fixture::{Scope, Step};
use testkit_protocol::id::TestId;
use testkit_protocol::outcome::Verdict;

use crate::exit_code::ExitCode;

/// What the events so far amount to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    counts: Counts,
    /// How many of the slowest tests are kept.
    slowest_kept: usize,
    /// The slowest tests so far; the fastest of them is on top.
    slowest: BinaryHeap<Reverse<(u64, TestId)>>,
    failed: Vec<TestId>,
    fixture_failures: u64,
    odd_ends: u64,
    plan: Option<Plan>,
    build_failed: bool,
    interrupted: bool,
}

/// How many tests were planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Tests that must get a verdict.
    pub(crate) selected: u64,
    /// Tests that the selectors left out.
    pub(crate) deselected: u64,
}

/// How many tests have each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts([u64; Verdict::ALL.len()]);

impl Counts {
    /// Counts one test more.
    pub(crate) fn add(&mut self, verdict: Verdict) {
        self.0[verdict as usize] += 1;
    }

    /// Tests with this verdict.
    pub(crate) fn of(&self, verdict: Verdict) -> u64 {
        self.0[verdict as usize]
    }

    /// Tests with any verdict.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Tests whose verdict makes the run a failure.
    pub(crate) fn failures(&self) -> u64 {
        Verdict::ALL.into_iter().filter(|verdict| verdict.is_failure()).map(|verdict| self.of(verdict)).sum()
    }

    /// Every verdict that a test has, with its count, in the order in which they are shown.
    pub(crate) fn present(&self) -> impl Iterator<Item = (Verdict, u64)> {
        Verdict::ALL.into_iter().map(|verdict| (verdict, self.of(verdict))).filter(|&(_, count)| count > 0)
    }
}

impl Tally {
    /// Nothing counted yet; `slowest` is how many of the slowest tests [`Self::slowest`] is to know.
    pub(crate) fn new(slowest: usize) -> Self {
        Self { slowest_kept: slowest, ..Self::default() }
    }

    /// Takes the next event into account.
    pub(crate) fn apply(&mut self, event: &Event) {
        match &event.kind {
            EventKind::BuildFinished(build) => self.build_failed |= !build.success,
            EventKind::PlanClosed(plan) => {
                self.plan = Some(Plan { selected: plan.selected, deselected: plan.deselected });
            }
            EventKind::PlanExtended(extended) => {
                if let Some(plan) = &mut self.plan {
                    plan.selected = extended.selected;
                }
            }
            EventKind::TestFinished(finished) => self.finished(finished),
            EventKind::Fixture(step) => self.fixture_failures += u64::from(Self::is_fixture_failure(step)),
            EventKind::OddEnd(_) => self.odd_ends += 1,
            EventKind::Interrupted(_) => self.interrupted = true,
            EventKind::RunStarted(_)
            | EventKind::BinaryListed(_)
            | EventKind::Attempt(_)
            | EventKind::WorkerReplaced(_)
            | EventKind::Notice(_)
            | EventKind::RunFinished(_) => {}
        }
    }

    /// Whether something failed that is in no test's verdict: a tear-down between tests. A set-up that failed is in that of
    /// the test that asked for it, as is everything that ends with a test.
    pub(crate) fn is_fixture_failure(step: &FixtureStep) -> bool {
        let is_between_tests = step.scope != Scope::Test && step.test.is_none();
        step.step == Step::TornDown && is_between_tests && !step.failures.is_empty()
    }

    fn finished(&mut self, finished: &TestFinished) {
        self.counts.add(finished.verdict);
        if finished.verdict.is_failure() {
            self.failed.push(finished.test.clone());
        }
        if finished.attempts == 0 || self.slowest_kept == 0 {
            return;
        }
        let full = self.slowest.len() == self.slowest_kept;
        if full && self.slowest.peek().is_some_and(|Reverse((fastest, _))| *fastest >= finished.duration_ns) {
            return;
        }
        if full {
            self.slowest.pop();
        }
        self.slowest.push(Reverse((finished.duration_ns, finished.test.clone())));
    }

    /// Tests by verdict.
    pub(crate) fn counts(&self) -> &Counts {
        &self.counts
    }

    /// Failed tear-downs of fixtures that outlive tests: no test's verdict tells of them, so they fail the run themselves.
    pub(crate) fn fixture_failures(&self) -> u64 {
        self.fixture_failures
    }

    /// Processes that ended in another way than the results of their tests say, which fails the run as well.
    pub(crate) fn odd_ends(&self) -> u64 {
        self.odd_ends
    }

    /// How many tests were planned; `None` before the plan is closed.
    #[cfg(test)]
    pub(crate) fn plan(&self) -> Option<Plan> {
        self.plan
    }

    /// Whether Cargo said that a target could not be built.
    pub(crate) fn build_failed(&self) -> bool {
        self.build_failed
    }

    /// The tests that make the run a failure, in the order in which they ended.
    pub(crate) fn failed(&self) -> &[TestId] {
        &self.failed
    }

    /// The slowest tests with their durations in nanoseconds, slowest first; tests that did not run are not among them.
    pub(crate) fn slowest(&self) -> Vec<(u64, TestId)> {
        let mut slowest: Vec<_> = self.slowest.iter().map(|Reverse(entry)| entry.clone()).collect();
        slowest.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        slowest
    }

    /// The exit code of a run with these events; `internal_error` if the command itself failed in it.
    ///
    /// A run is only green if its plan was closed, every selected test got a verdict, and none was left out without a reason.
    pub(crate) fn exit_code(&self, internal_error: bool) -> ExitCode {
        let lost = match self.plan {
            Some(plan) => plan.selected != self.counts.total(),
            None => true,
        };
        let stopped = self.counts.of(Verdict::NotRun) + self.counts.of(Verdict::Interrupted) > 0;
        let failures = self.counts.failures();
        if self.interrupted {
            ExitCode::Interrupted
        } else if internal_error || (lost && !self.build_failed) {
            ExitCode::Internal
        } else if self.build_failed {
            ExitCode::BuildFailed
        } else if failures + self.fixture_failures + self.odd_ends > 0 {
            ExitCode::TestsFailed
        } else if stopped {
            ExitCode::Internal
        } else if self.counts.total() == 0 {
            ExitCode::NoTests
        } else {
            ExitCode::Passed
        }
    }
}

#[cfg(test)]
mod tests;
