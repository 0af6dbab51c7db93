//! The end of a run before its time: what is asked to end, what is killed, and what is said of tests that never ran.
//!
//! A worker in which fixtures stand that outlive a test gets the time to tear them down; everything else ends at once.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use testkit_protocol::event::{EventKind, Interrupted};
use testkit_protocol::id::TestId;
use testkit_protocol::outcome::Verdict;

use super::WorkerNumber;
use super::driver::{Driver, Stop};
use super::jobs::Job;
use super::jobs::{GivenUp, Running};
use crate::model::TestIndex;

/// How long tests may take to end after Ctrl-C before they are killed.
const INTERRUPT_GRACE: Duration = Duration::from_secs(1);
/// How long something that a worker has said may take to be heard.
const ON_ITS_WAY: Duration = Duration::from_millis(30);

impl Driver<'_> {
    pub(super) fn take_signal(&mut self, signal: i32) {
        if self.interrupted_at.is_some() {
            // The second time: at once.
            self.kill_where(|_| true);
            return;
        }
        self.interrupted_at = Some(Instant::now());
        self.stop = Some(Stop::Signal(signal));
        let current = self.running.values().flat_map(Running::current_tests);
        let mut running: Vec<TestId> = current.map(|test| self.list.test(test).id.clone()).collect();
        running.sort();
        self.stop_all();
        self.emit(EventKind::Interrupted(Interrupted { signal, running }));
    }

    /// Enough tests have failed: nothing else is begun.
    pub(super) fn stop_after_failures(&mut self) {
        self.stop = Some(Stop::MaxFailures);
        self.stop_all();
    }

    fn stop_all(&mut self) {
        let workers: Vec<WorkerNumber> = self.running.keys().copied().collect();
        for worker in workers {
            let Some(mut running) = self.running.remove(&worker) else { continue };
            running.give_up(GivenUp::Stopped);
            if !self.let_tear_down(&mut running) && !self.put_off_the_end(&mut running) {
                self.end_stopped(&mut running);
            }
            self.running.insert(worker, running);
        }
    }

    /// A worker in which nothing stands begins nothing more, and is ended in a moment: what it says of a set-up may be on its
    /// way. False if it is no worker.
    fn put_off_the_end(&mut self, running: &mut Running) -> bool {
        if matches!(running.job, Job::Served(_)) {
            let has_begun = running.is_running_a_test();
            self.take_back_all(running, has_begun);
            running.end_put_off_to = Some(Instant::now() + ON_ITS_WAY);
            return true;
        }
        false
    }

    /// What was put off by [`Self::put_off_the_end`].
    pub(super) fn end_if_put_off(&mut self, running: &mut Running, now: Instant) {
        if running.end_put_off_to.take_if(|until| now >= *until).is_none() || self.let_tear_down(running) {
            return;
        }
        if running.ready && running.pending.is_empty() {
            return self.let_leave(running);
        }
        self.end_stopped(running);
    }

    fn end_stopped(&self, running: &mut Running) {
        match self.stop {
            Some(Stop::Signal(_)) => running.process.interrupt(),
            Some(Stop::MaxFailures | Stop::BuildFailed) | None => running.process.kill(),
        }
    }

    /// Kills what has not ended some time after the signal that asked for it.
    pub(super) fn kill_what_lingers(&mut self, now: Instant) {
        if self.interrupted_at.is_some_and(|at| now.duration_since(at) > INTERRUPT_GRACE) {
            self.kill_where(|running| !running.tears_down());
        }
    }

    fn kill_where(&mut self, is_meant: impl Fn(&Running) -> bool) {
        for running in self.running.values_mut().filter(|running| is_meant(running)) {
            running.give_up(GivenUp::Stopped);
            running.process.kill();
        }
    }

    /// Gives every test that is left its verdict: the run has been stopped.
    pub(super) fn abandon_the_rest(&mut self) {
        let mut left = self.scheduler.drain();
        if !self.selection_failed {
            left.append(&mut self.unplanned);
        }
        // Those that were about to be tried once more have a failure already, and may be queued for that.
        let undecided: HashSet<TestIndex> = self.attempts.keys().copied().collect();
        left.retain(|test| !undecided.contains(test));
        for test in undecided {
            self.decide_without_another_attempt(test);
        }
        for index in left {
            self.finish_unattempted(index, Verdict::NotRun, None);
        }
    }
}
