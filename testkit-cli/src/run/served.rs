//! Workers: processes in which our own library serves requests over a channel.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use testkit_protocol::event::{AttemptFinished, AttemptReason};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::message::{CHANNEL_LOST_EXIT_CODE, Finished, Message, Request};
use testkit_protocol::outcome::{Outcome, Termination};
use testkit_protocol::{PROTOCOL_VERSION, env};

use super::driver::Driver;
use super::jobs::{GivenUp, Job, Plan, Running};
use super::odd_ends::{Held, end_after_pass, no_end_after_pass};
use super::planning::together;
use super::standing::Standing;
use super::watch::Source;
use crate::model::{BinaryIndex, Host, TestIndex};
use crate::schedule::{LaneKind, Seat};
use crate::worker::{self, Channel};

/// A worker process.
#[derive(Debug)]
pub(super) struct Served {
    channel: Channel,
    rescue: Utf8PathBuf,
    /// Where its tests come from; `None` for a process that runs one test alone.
    seat: Option<Seat>,
    reason: AttemptReason,
    /// Number of the attempt that it makes at its tests.
    attempt: u32,
    /// Whether it has been asked for a sign since the running test began.
    pinged: bool,
    /// What has been set up in it and outlives a test.
    standing: Standing,
    /// It has been told to leave, or leaves by itself; when that should be done.
    leave_by: Option<Instant>,
    leaving_since: Option<Instant>,
    /// Whether it was told so before its tests were done, and has the time to tear fixtures down.
    tears_down: bool,
    /// A pass of the test after which it leaves: it counts when it has left.
    last_pass: Option<Box<LastPass>>,
}

#[derive(Debug)]
struct LastPass {
    test: TestIndex,
    position: u32,
    attempt: AttemptFinished,
}

impl Served {
    /// Hands out tests, so many in one request: what has not been read can be taken back, request by request.
    fn hand_out(&mut self, names: &[&str], in_one: usize) {
        for names in names.chunks(in_one.max(1)) {
            let tests = names.iter().map(|name| (*name).to_owned()).collect();
            self.channel.send(&Request::Run { tests, attempt: self.attempt });
        }
    }

    /// Whether tests that the worker has not begun can be taken back.
    pub(super) fn can_take_back(&self) -> bool {
        self.channel.can_take_back()
    }

    /// Asks for a sign, once for each test: a worker that gives it is not running what it was handed.
    pub(super) fn ping(&mut self) {
        if !self.pinged {
            self.pinged = true;
            self.channel.send(&Request::Ping);
        }
    }

    /// Whether it should have left by now.
    pub(super) fn overstays(&self, now: Instant) -> bool {
        self.leave_by.is_some_and(|by| now > by)
    }

    /// Where its tests come from.
    pub(super) fn seat(&self) -> Option<Seat> {
        self.seat
    }

    /// Why it makes its attempts.
    pub(super) fn reason(&self) -> AttemptReason {
        self.reason
    }

    pub(super) fn standing(&self) -> &Standing {
        &self.standing
    }

    pub(super) fn standing_mut(&mut self) -> &mut Standing {
        &mut self.standing
    }

    /// Whether it has been told to leave, or leaves by itself.
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving_since.is_some()
    }

    /// Since when that is so.
    pub(super) fn leaving_since(&self) -> Option<Instant> {
        self.leaving_since
    }

    pub(super) fn tears_down(&self) -> bool {
        self.tears_down
    }

    /// Tells it to leave after what it has read, unless it has been told; it is killed if that takes longer than `limit`.
    pub(super) fn leave(&mut self, limit: Duration) {
        if self.leave_by.is_none() {
            self.channel.send(&Request::Exit);
        }
        self.expect_to_leave(limit);
    }

    /// It is killed if it has not left within `limit`, or what it was given before.
    pub(super) fn expect_to_leave(&mut self, limit: Duration) {
        let now = Instant::now();
        self.leaving_since.get_or_insert(now);
        let by = now + limit;
        self.leave_by = Some(self.leave_by.map_or(by, |earlier| earlier.min(by)));
    }

    /// The same in the midst of a run that is being stopped.
    pub(super) fn leave_after_tear_down(&mut self, limit: Duration) {
        self.tears_down = true;
        self.leave(limit);
    }
}

impl Driver<'_> {
    pub(super) fn start_served(
        &mut self,
        binary: BinaryIndex,
        carrier: &str,
        tests: Vec<TestIndex>,
        seat: Option<Seat>,
        reason: Option<AttemptReason>,
    ) -> io::Result<()> {
        let (channel, theirs) = Channel::new()?;
        let reader = channel.reader()?;
        let rescue = self.settings.scratch.join(format!("rescue-{}", self.next_worker().0));
        std::fs::File::create(&rescue)?;
        let mut served = Served {
            channel,
            rescue: rescue.clone(),
            seat,
            reason: reason.unwrap_or(AttemptReason::Planned),
            attempt: tests.first().filter(|_| seat.is_none()).map_or(1, |test| self.next_attempt(*test)),
            pinged: false,
            standing: Standing::default(),
            leave_by: None,
            leaving_since: None,
            tears_down: false,
            last_pass: None,
        };
        let in_one = seat.map_or(1, |seat| self.scheduler.in_one_request(seat.lane()));
        served.hand_out(&self.worker_names(&tests), in_one);
        let mut variables =
            vec![(env::CHANNEL, "0".into()), (env::RESCUE, rescue.into_std_path_buf().into_os_string())];
        variables.extend(self.settings.setup_show.then(|| (env::SHOW_SETUP, "1".into())));
        self.launch(Plan {
            binary,
            job: Job::Served(served),
            tests: VecDeque::from(tests),
            arguments: worker::arguments(carrier),
            variables,
            stdin: theirs,
            source: Source::Channel(reader),
            captured: self.settings.capture,
            ready: false,
            threads: 1,
        })?;
        if let Some(seat) = seat {
            self.scheduler.sit_down(seat);
        }
        Ok(())
    }

    /// The name by which a worker knows a test.
    pub(super) fn worker_name(&self, test: TestIndex) -> &str {
        match &self.list.test(test).host {
            Host::Collected { path, .. } | Host::Case { path, .. } | Host::Unknown { path, .. } => path,
            Host::Named { .. } | Host::Whole => "",
        }
    }

    fn worker_names(&self, tests: &[TestIndex]) -> Vec<&str> {
        tests.iter().map(|test| self.worker_name(*test)).collect()
    }

    pub(super) fn take_messages(&mut self, running: &mut Running, messages: Vec<Message>) {
        for message in messages {
            if matches!(running.given_up, Some(GivenUp::Garbled | GivenUp::TimedOut | GivenUp::TearDown)) {
                return;
            }
            match message {
                Message::Hello(hello) => {
                    if hello.protocol != PROTOCOL_VERSION || hello.panic_aborts {
                        // It has not begun: its tests go another way when it has ended.
                        running.process.kill();
                        return;
                    }
                    running.ready = true;
                    running.current_since = Instant::now();
                    running.from = (hello.stdout_end, hello.stderr_end);
                    self.begin_attempts(running);
                }
                Message::Panicked(failure) => running.last_panic = Some(failure),
                Message::Recorded(failure) => {
                    // A panic that ended a part of the test only is told twice.
                    let is_it =
                        |panic: &mut Failure| panic.location == failure.location && panic.message == failure.message;
                    running.last_panic.take_if(is_it);
                    running.recorded.push(failure);
                }
                Message::Finished(finished) => self.take_finished(running, finished),
                Message::Fixture(fixture) => self.take_fixture(running, fixture),
                Message::FixtureBegins(fixture) => Self::take_fixture_begins(running, fixture),
                // It was not asked.
                Message::Cases(_) => running.give_up(GivenUp::Garbled),
                Message::Pong => self.hand_out_again(running),
            }
        }
        self.hand_out_more(running);
    }

    fn take_finished(&mut self, running: &mut Running, finished: Finished) {
        let Finished { test: name, attempt, stdout_end, stderr_end, replace } = finished;
        let expected = running.pending.front().copied().filter(|test| self.worker_name(*test) == name);
        let (Some(test), true) = (expected, running.ready) else {
            running.give_up(GivenUp::Garbled);
            return;
        };
        let ends = (stdout_end, stderr_end);
        let attempt = if attempt.outcome == Outcome::Passed {
            attempt
        } else {
            let (stdout, stderr) = running.output(ends);
            AttemptFinished { stdout, stderr, ..attempt }
        };
        running.pending.pop_front();
        let Job::Served(served) = &mut running.job else { return };
        served.pinged = false;
        served.standing.forget_begun();
        let (seat, reason) = (served.seat, served.reason);
        if let Some(seat) = seat {
            self.scheduler.observe(seat.lane(), Duration::from_nanos(attempt.duration_ns));
        }
        running.ended.add(test);
        // Its process leaves after it, and may show by how it does so that it has not ended well.
        let is_last = seat.is_none() || replace.is_some();
        let position = running.position;
        if is_last
            && attempt.outcome == Outcome::Passed
            && let Job::Served(served) = &mut running.job
        {
            served.last_pass = Some(Box::new(LastPass { test, position, attempt }));
        } else {
            self.end_attempt(test, position, reason, attempt);
            running.release_output(ends);
        }
        running.position += 1;
        running.last_panic = None;
        running.recorded.clear();
        running.told_slow = false;
        running.current_since = Instant::now();
        if let Some(reason) = replace {
            running.give_up(GivenUp::Retired);
            self.expect_to_leave(running);
            self.tell_replaced(running.worker, Some(test), reason);
        } else {
            if self.stop.is_some() {
                self.take_back_all(running, false);
            }
            self.begin_attempts(running);
        }
    }

    /// A worker is idle although it has tests to run: one of them read the requests for the others off the channel.
    fn hand_out_again(&mut self, running: &mut Running) {
        if let Job::Served(served) = &mut running.job
            && served.pinged
            && !served.is_leaving()
        {
            served.pinged = false;
            served.channel.take_back();
            let names: Vec<&str> = running.pending.iter().map(|test| self.worker_name(*test)).collect();
            served.hand_out(&names, 1);
            running.current_since = Instant::now();
        }
    }

    /// Takes the tests that a worker has not begun back to its lane.
    pub(super) fn take_back_served(&mut self, running: &mut Running) {
        let Job::Served(served) = &mut running.job else { return };
        let Some(seat) = served.seat else { return };
        let Some(back) = self.take_unread(running) else { return };
        // What is run together with the running test is no other worker's.
        let block = |test: TestIndex| together(self.list.test(test));
        let current = running.pending.front().and_then(|test| block(*test));
        let (keep, back): (Vec<TestIndex>, Vec<TestIndex>) =
            back.into_iter().partition(|test| current.is_some() && block(*test) == current);
        if let Job::Served(served) = &mut running.job {
            served.hand_out(&self.worker_names(&keep), 1);
        }
        running.pending.extend(keep);
        self.scheduler.give_back(seat.lane(), back.into_iter());
    }

    /// Takes back the requests that a worker has not read, and with them the tests; `None` if they are not those that it
    /// was handed.
    fn take_unread(&mut self, running: &mut Running) -> Option<VecDeque<TestIndex>> {
        let Job::Served(served) = &mut running.job else { return None };
        let names = served.channel.take_back();
        // A request for a sign may have been among what was taken back.
        served.pinged = false;
        let keep = running.pending.len().saturating_sub(names.len());
        let back = running.pending.split_off(keep);
        if back.iter().zip(&names).any(|(test, name)| self.worker_name(*test) != name.as_str()) {
            running.pending.extend(back);
            running.give_up(GivenUp::Garbled);
            return None;
        }
        Some(back)
    }

    /// Takes back everything that a worker has not read, unless it has been told to leave: nothing more is to begin.
    /// `has_begun` is whether the first test was said to have begun.
    pub(super) fn take_back_all(&mut self, running: &mut Running, has_begun: bool) {
        // What would be taken back from one that leaves is the request to do so.
        if matches!(&running.job, Job::Served(served) if served.is_leaving()) {
            return;
        }
        let Some(mut back) = self.take_unread(running) else { return };
        if has_begun
            && running.pending.is_empty()
            && let Some(first) = back.pop_front()
        {
            let attempt = AttemptFinished::new(Outcome::Interrupted, 0);
            self.end_attempt(first, running.position, AttemptReason::Planned, attempt);
        }
        match &running.job {
            Job::Served(Served { seat: Some(seat), .. }) => {
                self.scheduler.give_back(seat.lane(), back.into_iter());
            }
            // Its one test is said to be not run, as those in lanes are.
            _ => self.scheduler.add(running.binary, &LaneKind::Single, back),
        }
    }

    /// Keeps a worker supplied; tells it to leave when there is nothing for it.
    fn hand_out_more(&mut self, running: &mut Running) {
        if running.given_up.is_some() || !running.ready {
            return;
        }
        let Job::Served(served) = &mut running.job else { return };
        if served.is_leaving() {
            return;
        }
        if self.stop.is_some() {
            // It ends what it has begun, in its own time.
            let has_begun = running.is_running_a_test();
            self.take_back_all(running, has_begun);
            if running.pending.is_empty() {
                self.let_leave(running);
            }
            return;
        }
        let more = match &mut served.seat {
            Some(seat) => self.scheduler.more(seat, running.pending.len()),
            None => Vec::new(),
        };
        if more.is_empty() {
            if running.pending.is_empty() {
                self.let_leave(running);
            }
            return;
        }
        let in_one = served.seat.map_or(1, |seat| self.scheduler.in_one_request(seat.lane()));
        served.hand_out(&self.worker_names(&more), in_one);
        let was_idle = running.pending.is_empty();
        running.pending.extend(more);
        if was_idle {
            running.current_since = Instant::now();
            self.begin_attempts(running);
        }
    }

    /// A worker has ended: by itself, by a test, or by us.
    pub(super) fn take_served_end(&mut self, mut running: Running, termination: Termination) {
        let Job::Served(served) = &running.job else { return };
        let (seat, reason) = (served.seat, served.reason);
        let rescue = served.rescue.clone();
        if let Some(seat) = seat {
            self.scheduler.stand_up(seat);
        }
        let lost = running.given_up.is_none() && termination == Termination::Exited(CHANNEL_LOST_EXIT_CODE);
        if lost && running.ready {
            let said = std::fs::read(&rescue).unwrap_or_default();
            if let Ok(Message::Finished(finished)) = serde_json::from_slice(&said) {
                self.take_finished(&mut running, finished);
                let closed = "its channel to the command was closed".to_owned();
                self.tell_replaced(running.worker, None, closed);
                // A fresh process goes on with the rest.
                running.given_up = Some(GivenUp::Retired);
            }
        }
        drop(std::fs::remove_file(&rescue));
        self.take_last_pass(&mut running, termination, lost);
        if !running.ready && running.given_up.is_none() {
            self.take_unstarted(running, termination);
            return;
        }
        if !lost {
            self.take_standing(&running, termination);
        }
        let Some(test) = running.pending.pop_front() else { return };
        let ends = running.streams.ends();
        match running.given_up {
            // The test has not begun.
            Some(GivenUp::TearDown | GivenUp::Retired) => running.pending.push_front(test),
            None if running.tearing_down_since().is_some() => running.pending.push_front(test),
            Some(GivenUp::Garbled) => self.lose_attempt(&running, test, "a test wrote into its channel"),
            None if lost => self.lose_attempt(&running, test, "a test closed its channel"),
            Some(GivenUp::Stopped) if !running.ready => running.pending.push_front(test),
            Some(GivenUp::Stopped) => {
                let attempt = self.attempt_of_ended(&running, ends, Outcome::Interrupted, vec![], termination);
                self.end_attempt(test, running.position, reason, attempt);
            }
            Some(GivenUp::TimedOut) => {
                let failure = self.timeout_failure(test);
                // It may have failed before, and hang in its tear-down.
                let before = running.last_panic.take().into_iter().chain(std::mem::take(&mut running.recorded));
                let failures = std::iter::once(failure).chain(before).collect();
                let attempt = self.attempt_of_ended(&running, ends, Outcome::TimedOut, failures, termination);
                self.end_attempt(test, running.position, reason, attempt);
            }
            None => {
                let mut failures = crash_failures(termination, running.last_panic.take());
                failures.append(&mut running.recorded);
                let attempt = self.attempt_of_ended(&running, ends, Outcome::Crashed, failures, termination);
                self.end_attempt(test, running.position, reason, attempt);
            }
        }
        match seat {
            Some(seat) => self.scheduler.give_back(seat.lane(), running.pending.into_iter()),
            // A process of one test that never came to it, since the run stopped.
            None => {
                for test in running.pending {
                    self.scheduler.add(running.binary, &LaneKind::Single, [test]);
                }
            }
        }
    }

    /// A worker has ended that had run tests: says so if that was odd, and what that makes of the last of them.
    fn take_last_pass(&mut self, running: &mut Running, termination: Termination, lost: bool) {
        let Job::Served(served) = &mut running.job else { return };
        let last_pass = served.last_pass.take().map(|last_pass| *last_pass);
        let (reason, killed) = (served.reason, served.overstays(Instant::now()));
        let is_done = running.ended.count() > 0
            && match running.given_up {
                None => running.pending.is_empty(),
                Some(GivenUp::Retired) => true,
                // Then we ended it.
                Some(GivenUp::TimedOut | GivenUp::Garbled | GivenUp::TearDown | GivenUp::Stopped) => false,
            };
        // A fixture that stands is told to have crashed in its tear-down.
        let is_odd = is_done && !lost && served.standing.is_empty() && termination != Termination::Exited(0);
        let is_alone = running.ended.count() == 1;
        match last_pass {
            Some(LastPass { test, position, attempt }) if is_odd && is_alone => {
                let mut failures = vec![if killed { no_end_after_pass() } else { end_after_pass(termination) }];
                failures.extend(running.last_panic.take());
                let ends = running.streams.ends();
                let ended = self.attempt_of_ended(running, ends, Outcome::Crashed, failures, termination);
                let (failures, termination, stdout, stderr) =
                    (ended.failures, ended.termination, ended.stdout, ended.stderr);
                let outcome = Outcome::Crashed;
                let attempt = AttemptFinished { outcome, failures, termination, stdout, stderr, ..attempt };
                self.end_attempt(test, position, reason, attempt);
                return;
            }
            Some(LastPass { test, position, attempt }) => {
                if let Some(decided) = self.decide(test, position, reason, attempt) {
                    running.held.push(Held { test, decided });
                }
            }
            None => {}
        }
        if is_odd {
            self.suspect(running, termination, killed);
        } else {
            self.release_held(running);
        }
    }

    /// A worker ended before it served: nothing can be said of its tests, so they go through libtest.
    fn take_unstarted(&mut self, running: Running, termination: Termination) {
        let Job::Served(served) = running.job else { return };
        let said = running.streams.stderr().map(|stderr| stderr.read(0, stderr.end()).head).unwrap_or_default();
        let said = said.lines().next().unwrap_or_default();
        let separator = if said.is_empty() { "" } else { ": " };
        self.give_up_workers(running.binary, &format!("it ended with {termination} before it served{separator}{said}"));
        match served.seat {
            Some(seat) => {
                self.scheduler.give_back(seat.lane(), running.pending.into_iter());
                for test in self.scheduler.clear(seat.lane()) {
                    let kind = self.lane_kind(test);
                    self.scheduler.add(running.binary, &kind, [test]);
                }
            }
            None => {
                for test in running.pending {
                    self.scheduler.add_alone(running.binary, test, AttemptReason::AloneAfterLoss);
                }
            }
        }
    }
}

/// Why a test whose process ended under it did not pass: the end, and the panic that came before it, if any.
fn crash_failures(termination: Termination, panic: Option<Failure>) -> Vec<Failure> {
    let how = match termination {
        Termination::Exited(code) => format!("the test ended its process with exit code {code}"),
        Termination::Signaled(_) => format!("the process was ended by {termination}"),
    };
    let before = if panic.is_some() { ", after a panic" } else { "" };
    let crash = Failure::new(FailureKind::Crash, format!("{how}{before}"));
    std::iter::once(crash).chain(panic).collect()
}
