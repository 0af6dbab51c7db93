//! Workers: processes in which our own library serves requests over a channel.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use testkit_protocol::event::{AttemptFinished, AttemptReason, EventKind, FixtureStep};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::message::{CHANNEL_LOST_EXIT_CODE, Finished, FixtureMessage, Message, Request};
use testkit_protocol::outcome::{Outcome, Termination};
use testkit_protocol::{PROTOCOL_VERSION, env};

use super::driver::Driver;
use super::jobs::{GivenUp, Job, Plan, Running};
use super::watch::Source;
use crate::model::{BinaryIndex, Host, TestIndex};
use crate::schedule::{LaneIndex, LaneKind};

/// A worker process.
#[derive(Debug)]
pub(super) struct Served {
    channel: UnixStream,
    rescue: Utf8PathBuf,
    /// Where its tests come from; `None` for a process that runs one test alone.
    lane: Option<LaneIndex>,
    reason: AttemptReason,
    /// The worker's own end, from which requests that it has not read are taken back.
    theirs: Option<UnixStream>,
    /// Whether it has been asked for a sign since the running test began.
    pinged: bool,
    /// Since when it has been told to leave.
    leaving: Option<Instant>,
}

/// How long a worker may take to leave: its exit handlers may have coverage to write.
const LEAVING_LIMIT: Duration = Duration::from_secs(10);

impl Served {
    /// Sends a request. A worker that does not take it is about to end, and its end is what counts.
    fn send(&mut self, request: &Request) {
        let Ok(mut line) = serde_json::to_vec(request) else { return };
        line.push(b'\n');
        let mut rest = line.as_slice();
        // The watcher made the socket non-blocking. A worker is never handed more than the socket takes, unless names
        // are very long: then the rest waits until it has read some.
        let deadline = Instant::now() + Duration::from_secs(5);
        while !rest.is_empty() && Instant::now() < deadline {
            match self.channel.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// Hands out tests, so many in one request: what has not been read can be taken back, request by request.
    fn hand_out(&mut self, names: &[&str], in_one: usize) {
        for names in names.chunks(in_one.max(1)) {
            self.send(&Request::Run { tests: names.iter().map(|name| (*name).to_owned()).collect(), attempt: 1 });
        }
    }

    /// Whether tests that the worker has not begun can be taken back.
    pub(super) fn can_take_back(&self) -> bool {
        self.theirs.is_some()
    }

    /// Asks for a sign, once for each test: a worker that gives it is not running what it was handed.
    pub(super) fn ping(&mut self) {
        if !self.pinged {
            self.pinged = true;
            self.send(&Request::Ping);
        }
    }

    /// Whether it should have left long ago.
    pub(super) fn overstays(&self) -> bool {
        self.leaving.is_some_and(|since| since.elapsed() > LEAVING_LIMIT)
    }

    /// Takes back the requests that the worker has not read; the names of their tests, in order.
    fn take_back(&mut self) -> Vec<String> {
        let Some(theirs) = &mut self.theirs else { return Vec::new() };
        let mut names = Vec::new();
        let mut packet = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = receive_now(theirs, &mut packet) {
            if let Ok(Request::Run { tests, .. }) = serde_json::from_slice(&packet[..count]) {
                names.extend(tests);
            }
        }
        names
    }

    /// Where its tests come from.
    pub(super) fn lane(&self) -> Option<LaneIndex> {
        self.lane
    }

    /// Why it makes its attempts.
    pub(super) fn reason(&self) -> AttemptReason {
        self.reason
    }

    fn leave(&mut self) {
        if self.leaving.is_none() {
            self.leaving = Some(Instant::now());
            self.send(&Request::Exit);
        }
    }
}

impl Driver<'_> {
    pub(super) fn start_served(
        &mut self,
        binary: BinaryIndex,
        carrier: &str,
        tests: Vec<TestIndex>,
        lane: Option<LaneIndex>,
        reason: Option<AttemptReason>,
    ) -> io::Result<()> {
        let (ours, theirs, keeps_packets) = channel_pair()?;
        let rescue = self.settings.scratch.join(format!("rescue-{}", self.next_worker().0));
        std::fs::File::create(&rescue)?;
        let arguments = ["--exact", carrier, "--include-ignored", "--nocapture", "--test-threads=1"];
        let mut served = Served {
            channel: ours.try_clone()?,
            rescue: rescue.clone(),
            lane,
            reason: reason.unwrap_or(AttemptReason::Planned),
            theirs: if keeps_packets { Some(theirs.try_clone()?) } else { None },
            pinged: false,
            leaving: None,
        };
        served.hand_out(&self.worker_names(&tests), lane.map_or(1, |lane| self.scheduler.in_one_request(lane)));
        self.launch(Plan {
            binary,
            job: Job::Served(served),
            tests: VecDeque::from(tests),
            arguments: arguments.map(OsString::from).to_vec(),
            variables: vec![(env::CHANNEL, "0".into()), (env::RESCUE, rescue.into_std_path_buf().into_os_string())],
            stdin: OwnedFd::from(theirs).into(),
            source: Source::Channel(ours),
            captured: self.settings.capture,
            ready: false,
            threads: 1,
        })?;
        if let Some(lane) = lane {
            self.scheduler.enter(lane);
        }
        Ok(())
    }

    /// The name by which a worker knows a test.
    fn worker_name(&self, test: TestIndex) -> &str {
        match &self.list.test(test).host {
            Host::Collected { path, .. } => path,
            Host::Named { .. } | Host::Whole => "",
        }
    }

    fn worker_names(&self, tests: &[TestIndex]) -> Vec<&str> {
        tests.iter().map(|test| self.worker_name(*test)).collect()
    }

    pub(super) fn take_messages(&mut self, running: &mut Running, messages: Vec<Message>) {
        for message in messages {
            if matches!(running.given_up, Some(GivenUp::Garbled | GivenUp::TimedOut)) {
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
        let (lane, reason) = (served.lane, served.reason);
        if let Some(lane) = lane {
            self.scheduler.observe(lane, Duration::from_nanos(attempt.duration_ns));
        }
        self.end_attempt(test, running.position, reason, attempt);
        running.position += 1;
        running.release_output(ends);
        running.last_panic = None;
        running.recorded.clear();
        running.told_slow = false;
        running.current_since = Instant::now();
        if let Some(reason) = replace {
            running.give_up(GivenUp::Retired);
            self.tell_replaced(running.worker, Some(test), reason);
        } else {
            self.begin_attempts(running);
        }
    }

    fn take_fixture(&mut self, running: &Running, told: FixtureMessage) {
        let FixtureMessage { name, scope, step, duration_ns, test, failures } = told;
        let current = running.pending.front().filter(|current| test.as_deref() == Some(self.worker_name(**current)));
        let test = current.map(|current| self.list.test(*current).id.clone());
        let worker = running.worker.0;
        self.emit(EventKind::Fixture(FixtureStep { worker, name, scope, step, duration_ns, test, failures }));
    }

    /// A worker is idle although it has tests to run: one of them read the requests for the others off the channel.
    fn hand_out_again(&mut self, running: &mut Running) {
        if let Job::Served(served) = &mut running.job
            && served.pinged
        {
            served.pinged = false;
            served.take_back();
            let names: Vec<&str> = running.pending.iter().map(|test| self.worker_name(*test)).collect();
            served.hand_out(&names, 1);
            running.current_since = Instant::now();
        }
    }

    /// Takes the tests that a worker has not begun back to its lane.
    pub(super) fn take_back_served(&mut self, running: &mut Running) {
        let Job::Served(served) = &mut running.job else { return };
        let Some(lane) = served.lane else { return };
        let names = served.take_back();
        // A request for a sign may have been among what was taken back.
        served.pinged = false;
        let keep = running.pending.len().saturating_sub(names.len());
        let back = running.pending.split_off(keep);
        if back.iter().zip(&names).any(|(test, name)| self.worker_name(*test) != name.as_str()) {
            running.pending.extend(back);
            running.give_up(GivenUp::Garbled);
            return;
        }
        self.scheduler.give_back(lane, back.into_iter());
    }

    /// Keeps a worker supplied; tells it to leave when there is nothing for it.
    fn hand_out_more(&mut self, running: &mut Running) {
        let Job::Served(served) = &mut running.job else { return };
        if running.given_up.is_some() || !running.ready {
            return;
        }
        let more = match served.lane {
            Some(lane) if self.stop.is_none() => self.scheduler.more(lane, running.pending.len()),
            _ => Vec::new(),
        };
        if more.is_empty() {
            if running.pending.is_empty() {
                served.leave();
            }
            return;
        }
        let Job::Served(served) = &mut running.job else { return };
        let in_one = served.lane.map_or(1, |lane| self.scheduler.in_one_request(lane));
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
        let (lane, reason) = (served.lane, served.reason);
        let rescue = served.rescue.clone();
        if let Some(lane) = lane {
            self.scheduler.leave(lane);
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
        if !running.ready && running.given_up.is_none() {
            self.take_unstarted(running, termination);
            return;
        }
        let Some(test) = running.pending.pop_front() else { return };
        let ends = running.streams.ends();
        match running.given_up {
            Some(GivenUp::Retired) => running.pending.push_front(test),
            Some(GivenUp::Garbled) => self.lose_attempt(&running, test, "a test wrote into its channel"),
            None if lost => self.lose_attempt(&running, test, "a test closed its channel"),
            Some(GivenUp::Stopped) if !running.ready => running.pending.push_front(test),
            Some(GivenUp::Stopped) => {
                let attempt = self.attempt_of_ended(&running, ends, Outcome::Interrupted, vec![], termination);
                self.end_attempt(test, running.position, reason, attempt);
            }
            Some(GivenUp::TimedOut) => {
                let failure = self.timeout_failure(test);
                let failures = std::iter::once(failure).chain(std::mem::take(&mut running.recorded)).collect();
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
        match lane {
            Some(lane) => self.scheduler.give_back(lane, running.pending.into_iter()),
            // A process of one test that never came to it, since the run stopped.
            None => {
                for test in running.pending {
                    self.scheduler.add(running.binary, &LaneKind::Single, [test]);
                }
            }
        }
    }

    /// A worker ended before it served: nothing can be said of its tests, so they go through libtest.
    fn take_unstarted(&mut self, running: Running, termination: Termination) {
        let Job::Served(served) = running.job else { return };
        let said = running.streams.stderr().map(|stderr| stderr.read(0, stderr.end()).head).unwrap_or_default();
        let said = said.lines().next().unwrap_or_default();
        let separator = if said.is_empty() { "" } else { ": " };
        self.give_up_workers(running.binary, &format!("it ended with {termination} before it served{separator}{said}"));
        match served.lane {
            Some(lane) => {
                self.scheduler.give_back(lane, running.pending.into_iter());
                self.scheduler.convert(lane, &LaneKind::Batched);
            }
            None => {
                for test in running.pending {
                    self.scheduler.add_alone(running.binary, test, AttemptReason::AloneAfterLoss);
                }
            }
        }
    }
}

/// The two ends of a channel, and whether it keeps packets apart, so that what has not been read can be taken back.
#[cfg(target_os = "linux")]
fn channel_pair() -> io::Result<(UnixStream, UnixStream, bool)> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    Ok((ours.into(), theirs.into(), true))
}

#[cfg(not(target_os = "linux"))]
fn channel_pair() -> io::Result<(UnixStream, UnixStream, bool)> {
    let (ours, theirs) = UnixStream::pair()?;
    Ok((ours, theirs, false))
}

/// Reads a packet if one is there.
fn receive_now(stream: &UnixStream, packet: &mut [u8]) -> io::Result<usize> {
    let (_, count) = rustix::net::recv(stream, packet, rustix::net::RecvFlags::DONTWAIT)?;
    Ok(count)
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
