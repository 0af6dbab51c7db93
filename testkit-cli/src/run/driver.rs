//! The loop: takes one input after the other, keeps the places busy, and ends when there is nothing left.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use testkit_protocol::event::{AttemptReason, BuildFinished, EventKind, TestFinished, WorkerReplaced};
use testkit_protocol::id::TestId;
#[cfg(doc)]
use testkit_protocol::message::Message;

use super::attempts::Attempts;
use super::jobs::{GivenUp, Job, Running};
use super::odd_ends::{Suspect, Suspicion};
use super::orphans::Orphans;
use super::planning::together;
use super::{Input, ProcessInput, RunSettings, SLOW_AFTER, WorkerNumber};
use crate::discover::Listed;
use crate::model::{Binary, BinaryIndex, TestIndex, TestList};
use crate::schedule::Scheduler;

/// Picks the selected tests out of the whole list; called once, when the list is closed.
pub(crate) type SelectTests<'a> = dyn Fn(&TestList) -> Option<HashSet<TestIndex>> + 'a;

/// What a run leaves beside its events.
#[derive(Debug)]
pub(crate) struct RunEnd {
    /// The signal that stopped the run.
    pub(crate) signal: Option<i32>,
    /// Targets with a `main` of their own that were asked for their tests, and what they answered.
    pub(crate) asked: Vec<(Binary, Vec<Listed>)>,
}

/// Why nothing more is started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Enough tests have failed.
    MaxFailures,
    /// Something could not be built.
    BuildFailed,
    /// A signal came.
    Signal(i32),
}

/// The longest pause between two looks at the clock while something runs.
const TICK: Duration = Duration::from_millis(50);
/// The same while a place is idle and a worker may have tests to give back.
const SHORT_TICK: Duration = Duration::from_millis(10);

/// A test that has been running for so long may be followed by others like it, whatever is known of those before.
const HELD_UP_SURELY: Duration = Duration::from_millis(100);
/// A test that has been running for so long is likely to go on for the moment that it takes to stop a batch after it.
const IN_MIDST: Duration = Duration::from_millis(1);
/// A test that has been running for so long may in truth not have begun: see [`Message::Pong`].
const PING_AFTER: Duration = Duration::from_millis(200);
/// Queued tests that are expected to take less are not worth another process.
const WORTH_A_PROCESS: Duration = Duration::from_millis(40);

/// How often the clock is looked at while messages stream in.
const LOOK_EVERY: Duration = Duration::from_millis(5);

pub(super) struct Driver<'a> {
    pub(super) settings: &'a RunSettings,
    pub(super) list: TestList,
    pub(super) scheduler: Scheduler,
    pub(super) running: HashMap<WorkerNumber, Running>,
    pub(super) attempts: HashMap<TestIndex, Attempts>,
    pub(super) inputs: Sender<Input>,
    pub(super) started_processes: u32,
    pub(super) build_finished: Option<Instant>,
    pub(super) stop: Option<Stop>,
    /// Binaries whose workers could not be started, and why: their collected tests run through libtest.
    pub(super) without_workers: HashMap<BinaryIndex, String>,
    emit: &'a mut dyn FnMut(EventKind),
    /// Called when nothing has happened for a moment.
    pause_reports: &'a mut dyn FnMut(),
    pub(super) select: Option<&'a SelectTests<'a>>,
    /// Tests of binaries that are not yet planned.
    pub(super) unplanned: Vec<TestIndex>,
    pub(super) tests_of: HashMap<BinaryIndex, u64>,
    /// Binaries of which every test is known.
    pub(super) listed: HashSet<BinaryIndex>,
    pub(super) ids: HashSet<TestId>,
    pub(super) selected: usize,
    pub(super) selected_binaries: HashSet<BinaryIndex>,
    pub(super) deselected: u64,
    failures: u32,
    /// Tests that passed in processes which ended oddly, while they are run again to find out whose doing that was.
    pub(super) suspects: HashMap<TestIndex, Suspect>,
    /// Those processes, until that is known.
    pub(super) suspicions: HashMap<WorkerNumber, Suspicion>,
    pub(super) list_closed: bool,
    pub(super) selection_failed: bool,
    pub(super) interrupted_at: Option<Instant>,
    /// When the clock was last looked at.
    looked_at: Instant,
    pub(super) asked: Vec<(Binary, Vec<Listed>)>,
    /// Tests that wait for their next attempt, and until when.
    pub(super) delayed: Vec<(Instant, TestIndex)>,
}

/// Runs what the inputs bring until everything has its verdict. `select` is `None` where every test is meant.
pub(crate) fn run(
    settings: &RunSettings,
    select: Option<&SelectTests<'_>>,
    inputs: &Receiver<Input>,
    sender: Sender<Input>,
    emit: &mut dyn FnMut(EventKind),
    pause_reports: &mut dyn FnMut(),
) -> RunEnd {
    let orphans = Orphans::adopt(&settings.identity.run_id);
    let mut driver = Driver {
        settings,
        list: TestList::default(),
        scheduler: Scheduler::new(settings.workers),
        running: HashMap::new(),
        attempts: HashMap::new(),
        inputs: sender,
        started_processes: 0,
        build_finished: None,
        stop: None,
        without_workers: HashMap::new(),
        emit,
        pause_reports,
        select,
        unplanned: Vec::new(),
        tests_of: HashMap::new(),
        listed: HashSet::new(),
        ids: HashSet::new(),
        selected: 0,
        selected_binaries: HashSet::new(),
        deselected: 0,
        failures: 0,
        suspects: HashMap::new(),
        suspicions: HashMap::new(),
        list_closed: false,
        selection_failed: false,
        interrupted_at: None,
        looked_at: Instant::now(),
        asked: Vec::new(),
        delayed: Vec::new(),
    };
    driver.serve(inputs);
    orphans.kill();
    let signal = match driver.stop {
        Some(Stop::Signal(signal)) => Some(signal),
        Some(Stop::MaxFailures | Stop::BuildFailed) | None => None,
    };
    RunEnd { signal, asked: driver.asked }
}

impl Driver<'_> {
    fn serve(&mut self, inputs: &Receiver<Input>) {
        while !self.is_done() {
            match inputs.recv_timeout(self.pause()) {
                Ok(input) => {
                    self.take(input);
                    // What has gathered meanwhile is taken in one go, before new processes are started.
                    while let Ok(input) = inputs.try_recv() {
                        self.take(input);
                    }
                }
                Err(RecvTimeoutError::Timeout) => (self.pause_reports)(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.look_at_the_clock();
            self.begin_delayed();
            self.fill_places();
            if self.take_back_from_slow_processes() {
                self.fill_places();
            }
        }
        self.abandon_the_rest();
    }

    fn is_done(&self) -> bool {
        let no_test_left = self.scheduler.is_empty() && self.delayed.is_empty();
        let nothing_left = self.running.is_empty() && (no_test_left || self.stop.is_some());
        let build_over = self.build_finished.is_some() || matches!(self.stop, Some(Stop::Signal(_)));
        nothing_left && build_over && (self.list_closed || self.stop.is_some())
    }

    fn pause(&self) -> Duration {
        let now = Instant::now();
        let delayed = self.delayed.iter().map(|(at, _)| at.saturating_duration_since(now));
        if self.running.is_empty() {
            return delayed.chain([Duration::from_secs(1)]).min().unwrap_or_default();
        }
        let idle = self.running.len() < self.settings.workers;
        let tick = if idle { SHORT_TICK } else { TICK };
        let deadlines = self.running.values().filter_map(|running| self.deadline(running));
        let deadlines = deadlines.map(|deadline| deadline.saturating_duration_since(now));
        deadlines.chain(delayed).chain([tick]).min().unwrap_or(tick)
    }

    pub(super) fn emit(&mut self, event: EventKind) {
        (self.emit)(event);
    }

    fn take(&mut self, input: Input) {
        match input {
            Input::Binary(binary) => {
                self.list.add_binary(*binary);
            }
            Input::Tests { binary, tests, last } => self.take_tests(binary, tests, last),
            Input::Unlisted { binary, reason } => self.take_unlisted(binary, &reason),
            Input::Notice(notice) => self.emit(EventKind::Notice(notice)),
            Input::BuildFinished { success, duration } => {
                self.build_finished = Some(Instant::now());
                let duration_ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
                self.emit(EventKind::BuildFinished(BuildFinished { success, duration_ns }));
                if !success && self.stop.is_none() {
                    self.stop = Some(Stop::BuildFailed);
                }
                self.plan();
            }
            Input::ListClosed => self.close_list(),
            Input::Process(worker, input) => self.take_process_input(worker, input),
            Input::Signal(signal) => self.take_signal(signal),
        }
    }

    /// Tells a verdict, and stops the run if it was one failure too many.
    pub(super) fn finish(&mut self, finished: TestFinished) {
        let failed = finished.verdict.is_failure();
        self.emit(EventKind::TestFinished(finished));
        if !failed {
            return;
        }
        self.failures += 1;
        if self.stop.is_none() && self.settings.max_failures.is_some_and(|limit| self.failures >= limit) {
            self.stop_after_failures();
        }
    }

    fn take_process_input(&mut self, worker: WorkerNumber, input: ProcessInput) {
        // What a process says after it was given up on is of no interest, but for its end.
        let Some(mut running) = self.running.remove(&worker) else { return };
        match input {
            ProcessInput::Messages(messages) => self.take_messages(&mut running, messages),
            ProcessInput::Garbled => running.give_up(GivenUp::Garbled),
            ProcessInput::Log(bytes) => self.take_log(&mut running, &bytes),
            ProcessInput::Ended => {
                self.take_end(running);
                return;
            }
        }
        self.running.insert(worker, running);
    }

    fn look_at_the_clock(&mut self) {
        let now = Instant::now();
        if now.duration_since(self.looked_at) < LOOK_EVERY {
            return;
        }
        self.looked_at = now;
        self.kill_what_lingers(now);
        let workers: Vec<WorkerNumber> = self.running.keys().copied().collect();
        for worker in workers {
            let Some(mut running) = self.running.remove(&worker) else { continue };
            if self.deadline(&running).is_some_and(|deadline| now >= deadline) {
                let is_between_tests = running.tearing_down_since().is_some();
                running.give_up(if is_between_tests || running.should_leave() {
                    GivenUp::TearDown
                } else if self.has_lost_its_log(&running) {
                    GivenUp::Garbled
                } else {
                    GivenUp::TimedOut
                });
            }
            self.end_if_put_off(&mut running, now);
            if let Job::Served(served) = &mut running.job {
                if served.overstays(now) {
                    running.process.kill();
                } else if running.ready
                    && !running.pending.is_empty()
                    && !served.is_leaving()
                    && running.current_since.elapsed() > PING_AFTER
                {
                    served.ping();
                }
            }
            let is_in_a_test = running.is_running_a_test() && running.tearing_down_since().is_none();
            if !running.told_slow && is_in_a_test && running.elapsed() > SLOW_AFTER {
                running.told_slow = true;
                self.tell_slow(&running);
            }
            running.trim_output();
            self.running.insert(worker, running);
        }
    }

    /// Whether a batch has gone on to other tests than the one whose result is next in its log.
    fn has_lost_its_log(&self, running: &Running) -> bool {
        let is_batch = matches!(running.job, Job::Batch { .. });
        is_batch && running.pending.front().is_some_and(|test| self.was_followed(running, *test))
    }

    /// When the running test of a process, or what it tears down before that, has had its time. The clock stands while Cargo
    /// builds.
    pub(super) fn deadline(&self, running: &Running) -> Option<Instant> {
        let build_finished = self.build_finished?;
        if running.given_up.is_some() {
            return None;
        }
        if running.should_leave() {
            return Some(running.current_since.max(build_finished) + self.libtest_leaving_limit(running));
        }
        if !running.is_running_a_test() {
            return None;
        }
        if let Some(since) = running.tearing_down_since() {
            return Some(since.max(build_finished) + self.tear_down_limit());
        }
        let limit = running.current_tests().filter_map(|test| self.time_limit(test)).min()?;
        Some(running.current_since.max(build_finished) + limit)
    }

    pub(super) fn time_limit(&self, test: TestIndex) -> Option<Duration> {
        self.list.test(test).timeout.or(self.settings.timeout)
    }

    /// Where a place is idle and a process is held up by a long test, the tests queued behind that are taken back; says
    /// whether that was tried.
    fn take_back_from_slow_processes(&mut self) -> bool {
        // The places were just filled: where one is free, nothing that is left may begin.
        let idle = self.running.len() < self.settings.workers && self.stop.is_none();
        if !idle || self.running.is_empty() {
            return false;
        }
        let may_give = |running: &&Running| running.can_take_back() && self.has_more_than_its_block(running);
        let held_up = self.running.values().filter(may_give).filter(|running| self.is_held_up(running));
        let Some(worker) = held_up.max_by_key(|running| running.pending.len()).map(|running| running.worker) else {
            return false;
        };
        let Some(mut running) = self.running.remove(&worker) else { return false };
        match &running.job {
            Job::Served(_) => self.take_back_served(&mut running),
            Job::Batch { .. } => self.take_back_batch(&mut running),
            Job::Threads | Job::Single { .. } | Job::Ask => {}
        }
        self.running.insert(worker, running);
        true
    }

    /// Whether what is queued in a process is better run by another one, which costs a start.
    fn is_held_up(&self, running: &Running) -> bool {
        let elapsed = running.elapsed();
        let behind = running.lane().map(|lane| self.scheduler.expected(lane, running.pending.len() - 1));
        elapsed > HELD_UP_SURELY || elapsed > IN_MIDST && behind.is_some_and(|behind| behind > WORTH_A_PROCESS)
    }

    /// Whether it has been handed other tests than those that are run together with the running one.
    fn has_more_than_its_block(&self, running: &Running) -> bool {
        let block = |test: Option<&TestIndex>| test.and_then(|test| together(self.list.test(*test)));
        let current = block(running.pending.front());
        current.is_none() || block(running.pending.back()) != current
    }

    /// Hands those tests to the scheduler that have waited long enough for their next attempt.
    fn begin_delayed(&mut self) {
        let now = Instant::now();
        let (ready, rest) = std::mem::take(&mut self.delayed).into_iter().partition(|(at, _)| *at <= now);
        self.delayed = rest;
        let ready: Vec<(Instant, TestIndex)> = ready;
        for (_, test) in ready {
            self.scheduler.add_alone(self.list.test(test).binary, test, AttemptReason::Retry);
        }
    }

    fn fill_places(&mut self) {
        while self.stop.is_none() && self.running.len() < self.settings.workers {
            let exclusive = |running: &Running| matches!(running.job, Job::Threads);
            if self.running.values().any(exclusive) {
                return;
            }
            let Some(task) = self.scheduler.next(self.running.is_empty()) else { return };
            self.start(task);
        }
    }

    /// Says that a process could not be kept.
    pub(super) fn tell_replaced(&mut self, worker: WorkerNumber, after: Option<TestIndex>, reason: String) {
        self.tell_replaced_while_standing(worker, after, reason, Vec::new());
    }

    /// The same of one in which fixtures were left standing.
    pub(super) fn tell_replaced_while_standing(
        &mut self,
        worker: WorkerNumber,
        after: Option<TestIndex>,
        reason: String,
        left_standing: Vec<String>,
    ) {
        let after = after.map(|test| self.list.test(test).id.clone());
        let replaced = WorkerReplaced { worker: worker.0, after, reason, left_standing };
        self.emit(EventKind::WorkerReplaced(replaced));
    }
}
