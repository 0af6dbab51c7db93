//! Processes that run tests: what each is for, where it is in its tests, and how each kind is started.

use std::collections::{HashSet, VecDeque};
use std::ffi::OsString;
use std::io;
use std::process::Stdio;
use std::time::{Duration, Instant};

use testkit_protocol::env;
use testkit_protocol::event::{AttemptReason, Captured, EventKind, Notice};
use testkit_protocol::failure::{Failure, FailureKind};

use super::WorkerNumber;
use super::attempts::errored;
use super::driver::Driver;
use super::log_file::LogFile;
use super::name_patterns;
use super::odd_ends::{EndedTests, Held};
use super::watch::{Source, watch};
use crate::args::Isolation;
use crate::model::{BinaryIndex, Harness, Host, Test, TestIndex};
use crate::schedule::{ConstraintIndex, LaneIndex, Seat, Task, TaskKind};
use crate::worker::{Process, Streams};

/// What a process does for us.
#[derive(Debug)]
pub(super) enum Job {
    /// A worker that serves requests.
    Served(super::served::Served),
    /// libtest runs the pending tests, one at a time.
    Batch {
        /// Where its tests came from.
        lane: LaneIndex,
        /// Where libtest writes its results.
        log: LogFile,
        /// Whether it has been made to leave after the test that is running.
        stopping: bool,
    },
    /// libtest runs the pending tests on threads of its own.
    Threads,
    /// One process for one test, whose end is its verdict.
    Single {
        /// Why the attempt is made.
        reason: AttemptReason,
        /// Log file that proves the result.
        proof: Option<LogFile>,
    },
    /// A target with a `main` of its own is asked for its list.
    Ask,
}

/// Why a process is not waited for any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// Its test ran out of time.
    TimedOut,
    /// What it says makes no sense: a test wrote into its channel.
    Garbled,
    /// A tear-down between two tests has had its time, or libtest has had it that has run all of its tests.
    TearDown,
    /// It says itself that it should run no other test.
    Retired,
    /// The run is being stopped.
    Stopped,
}

/// A process of the run.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) worker: WorkerNumber,
    pub(super) binary: BinaryIndex,
    pub(super) job: Job,
    pub(super) process: Process,
    pub(super) streams: Streams,
    /// Tests handed to it that have no result yet, in their order; the first is running.
    pub(super) pending: VecDeque<TestIndex>,
    /// The tests that have ended in it.
    pub(super) ended: EndedTests,
    /// Those of them that passed, if that counts only when it has ended well.
    pub(super) held: Vec<Held>,
    /// Tests of a [`Job::Threads`] that failed; their output is known when the process ends.
    pub(super) failed: Vec<(TestIndex, super::libtest_text::LogResult, Duration)>,
    /// Whether libtest has told of a test that failed.
    pub(super) has_failed: bool,
    /// What libtest's log file told and is not read yet.
    pub(super) log: Vec<u8>,
    /// How many bytes of it have been read as entries.
    pub(super) log_read: u64,
    /// Since when the first pending test runs.
    pub(super) current_since: Instant,
    /// Whether the process has got as far as its tests.
    pub(super) ready: bool,
    /// How many tests it has ended.
    pub(super) position: u32,
    /// Where the running test's output begins.
    pub(super) from: (u64, u64),
    /// The last panic that the running test told.
    pub(super) last_panic: Option<Failure>,
    /// The failures that it told and went on.
    pub(super) recorded: Vec<Failure>,
    pub(super) given_up: Option<GivenUp>,
    /// When it is to be ended, if nothing stands in it by then.
    pub(super) end_put_off_to: Option<Instant>,
    pub(super) told_slow: bool,
    /// How many tests run at once in it.
    pub(super) threads: usize,
    /// What its tests keep from running beside them.
    pub(super) hold: Option<ConstraintIndex>,
}

impl Running {
    /// The tests that are running in it now, as far as can be told.
    pub(super) fn current_tests(&self) -> impl Iterator<Item = TestIndex> + '_ {
        let count = if self.ready { self.threads } else { 0 };
        self.pending.iter().copied().take(count)
    }

    pub(super) fn is_running_a_test(&self) -> bool {
        self.ready && !self.pending.is_empty()
    }

    /// Whether it is a process of libtest that has told the results of all of its tests, and has nothing to do but to leave.
    pub(super) fn should_leave(&self) -> bool {
        let is_libtest = matches!(self.job, Job::Batch { .. } | Job::Threads);
        is_libtest && self.pending.is_empty()
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.current_since.elapsed()
    }

    /// Ends the process; its end tells the rest.
    pub(super) fn give_up(&mut self, why: GivenUp) {
        if self.given_up.is_none_or(|earlier| earlier == GivenUp::Retired) {
            self.given_up = Some(why);
        }
        match why {
            GivenUp::TimedOut | GivenUp::Garbled | GivenUp::TearDown => self.process.kill(),
            GivenUp::Retired | GivenUp::Stopped => {}
        }
    }

    /// Where its tests came from, if it serves a lane.
    pub(super) fn lane(&self) -> Option<LaneIndex> {
        match &self.job {
            Job::Served(served) => served.seat().map(Seat::lane),
            Job::Batch { lane, .. } => Some(*lane),
            Job::Threads | Job::Single { .. } | Job::Ask => None,
        }
    }

    /// Whether it has tests that it has not begun and that can be taken back.
    pub(super) fn can_take_back(&self) -> bool {
        // Nobody else may begin tests that must not run beside those that are left to it.
        if self.hold.is_some() {
            return false;
        }
        match &self.job {
            Job::Served(served) => self.given_up.is_none() && self.pending.len() > 1 && served.can_take_back(),
            // What libtest writes tells why it left: that has to be captured.
            Job::Batch { log, stopping, .. } => {
                let can_stop = log.can_stop() && self.streams.stderr().is_some();
                self.given_up.is_none() && self.pending.len() > 1 && !stopping && can_stop
            }
            Job::Threads | Job::Single { .. } | Job::Ask => false,
        }
    }

    /// Whether it has been asked to leave and is given the time to tear down fixtures.
    pub(super) fn tears_down(&self) -> bool {
        match &self.job {
            Job::Served(served) => served.tears_down(),
            Job::Batch { .. } | Job::Threads | Job::Single { .. } | Job::Ask => false,
        }
    }

    /// Since when it has been tearing a fixture down while no test is running.
    pub(super) fn tearing_down_since(&self) -> Option<Instant> {
        match &self.job {
            Job::Served(served) => served.standing().ending_since(),
            Job::Batch { .. } | Job::Threads | Job::Single { .. } | Job::Ask => None,
        }
    }

    /// The fixtures that stand in it and outlive a test, as fragments: ``session fixture `server` ``.
    pub(super) fn left_standing(&self) -> Vec<String> {
        match &self.job {
            Job::Served(served) => served.standing().names(),
            Job::Batch { .. } | Job::Threads | Job::Single { .. } | Job::Ask => Vec::new(),
        }
    }

    /// Output of the running test, up to `ends`; nothing where it went to the terminal.
    pub(super) fn output(&self, ends: (u64, u64)) -> (Captured, Captured) {
        match (self.streams.stdout(), self.streams.stderr()) {
            (Some(stdout), Some(stderr)) => (stdout.read(self.from.0, ends.0), stderr.read(self.from.1, ends.1)),
            _ => (Captured::default(), Captured::default()),
        }
    }

    /// The next test's output begins at `ends`.
    pub(super) fn release_output(&mut self, ends: (u64, u64)) {
        self.from = ends;
        if let Some((stdout, stderr)) = self.streams.both_mut() {
            stdout.release(ends.0);
            stderr.release(ends.1);
        }
    }

    /// Keeps a flood of output from filling the memory.
    pub(super) fn trim_output(&mut self) {
        let from = self.from;
        if let Some((stdout, stderr)) = self.streams.both_mut() {
            stdout.trim(from.0);
            stderr.trim(from.1);
        }
    }
}

/// How a process is to be started.
pub(super) struct Plan {
    pub(super) binary: BinaryIndex,
    pub(super) job: Job,
    pub(super) tests: VecDeque<TestIndex>,
    pub(super) arguments: Vec<OsString>,
    pub(super) variables: Vec<(&'static str, OsString)>,
    pub(super) stdin: Stdio,
    pub(super) source: Source,
    pub(super) captured: bool,
    /// Whether its first test runs as soon as it is started.
    pub(super) ready: bool,
    pub(super) threads: usize,
}

impl Driver<'_> {
    pub(super) fn start(&mut self, task: Task) {
        let Task { binary, kind, tests, hold } = task;
        let started = match kind {
            TaskKind::Serve { seat, carrier } => self.start_served(binary, &carrier, tests.clone(), Some(seat), None),
            TaskKind::Batch { lane } => self.start_batch(binary, lane, &tests),
            TaskKind::Threads => self.start_threads(binary, &tests),
            TaskKind::Single => self.start_single(binary, tests[0], AttemptReason::Planned),
            TaskKind::Alone { reason } => self.start_single(binary, tests[0], reason),
        };
        let Err(error) = started else {
            // It is the last process that was started.
            if let Some(running) = self.running.get_mut(&WorkerNumber(self.started_processes)) {
                running.hold = hold;
            }
            return;
        };
        if let Some(hold) = hold {
            self.scheduler.release(hold);
        }
        let path = self.list.binary(binary).path.clone();
        for test in tests {
            let failure = Failure::new(FailureKind::Runner, format!("cannot start {path}: {error}"));
            self.verdict_without_process(test, errored(vec![failure]));
        }
    }

    /// The number that the next process will have.
    pub(super) fn next_worker(&self) -> WorkerNumber {
        WorkerNumber(self.started_processes + 1)
    }

    pub(super) fn launch(&mut self, plan: Plan) -> io::Result<()> {
        let worker = self.next_worker();
        let streams = Streams::new(plan.captured)?;
        let launch = &self.list.binary(plan.binary).launch;
        let mut variables = plan.variables;
        variables.push((env::WORKER, worker.0.to_string().into()));
        let process =
            Process::start(launch, plan.arguments, &variables, &self.settings.identity, plan.stdin, &streams)?;
        self.started_processes = worker.0;
        watch(worker, &process, plan.source, self.inputs.clone())?;
        let running = Running {
            worker,
            binary: plan.binary,
            job: plan.job,
            process,
            streams,
            pending: plan.tests,
            ended: EndedTests::default(),
            held: Vec::new(),
            failed: Vec::new(),
            has_failed: false,
            log: Vec::new(),
            log_read: 0,
            current_since: Instant::now(),
            ready: plan.ready,
            position: 0,
            from: (0, 0),
            last_panic: None,
            recorded: Vec::new(),
            given_up: None,
            end_put_off_to: None,
            told_slow: false,
            threads: plan.threads,
            hold: None,
        };
        if running.ready && !matches!(running.job, Job::Ask) {
            self.begin_attempts(&running);
        }
        self.running.insert(worker, running);
        Ok(())
    }

    fn start_batch(&mut self, binary: BinaryIndex, lane: LaneIndex, tests: &[TestIndex]) -> io::Result<()> {
        let log = self.new_log()?;
        let mut tests = self.in_libtests_order(tests);
        let mut arguments: Vec<OsString> = vec!["--test-threads=1".into(), "--nocapture".into()];
        arguments.extend(["--logfile".into(), log.path().as_str().into()]);
        let (rest, selecting) = self.select_in_libtest(binary, &mut tests);
        arguments.extend(selecting);
        self.launch(Plan {
            binary,
            job: Job::Batch { lane, log: log.clone(), stopping: false },
            tests: tests.into(),
            arguments,
            variables: Vec::new(),
            stdin: Stdio::null(),
            source: Source::Log(log),
            captured: self.settings.capture,
            ready: true,
            threads: 1,
        })?;
        self.scheduler.give_back(lane, rest.into_iter());
        self.scheduler.enter(lane);
        Ok(())
    }

    fn start_threads(&mut self, binary: BinaryIndex, tests: &[TestIndex]) -> io::Result<()> {
        let log = self.new_log()?;
        let threads = self.settings.workers;
        let mut arguments: Vec<OsString> = vec![format!("--test-threads={threads}").into()];
        if !self.settings.capture {
            arguments.push("--nocapture".into());
        }
        arguments.extend(["--logfile".into(), log.path().as_str().into()]);
        let tests = self.in_libtests_order(tests);
        self.push_names(&mut arguments, binary, &tests);
        self.launch(Plan {
            binary,
            job: Job::Threads,
            tests: tests.into(),
            arguments,
            variables: Vec::new(),
            stdin: Stdio::null(),
            source: Source::Log(log),
            captured: self.settings.capture,
            ready: true,
            threads,
        })
    }

    fn start_single(&mut self, binary: BinaryIndex, test: TestIndex, reason: AttemptReason) -> io::Result<()> {
        let harness = self.list.binary(binary).harness;
        let launch_has_runner = self.list.binary(binary).launch.has_runner;
        match self.list.test(test).host.clone() {
            Host::Collected { carrier, .. }
                if reason != AttemptReason::AloneAfterLoss
                    && !launch_has_runner
                    && !self.without_workers.contains_key(&binary)
                    && self.settings.isolation != Isolation::Threads =>
            {
                self.start_served(binary, &carrier, vec![test], None, Some(reason))
            }
            Host::Case { carrier, .. } => match self.without_workers.get(&binary) {
                None => self.start_served(binary, &carrier, vec![test], None, Some(reason)),
                Some(why) => {
                    let message = format!("no worker can serve it, and libtest cannot run it by itself: {why}");
                    let failure = Failure::new(FailureKind::Runner, message);
                    self.verdict_without_process(test, errored(vec![failure]));
                    Ok(())
                }
            },
            Host::Unknown { attempt, .. } => {
                self.verdict_without_process(test, attempt.as_ref().clone());
                Ok(())
            }
            Host::Whole if reason == AttemptReason::Planned => {
                let arguments = crate::discover::TERSE_LIST.map(OsString::from).to_vec();
                self.launch(self.plan_of_one(binary, Job::Ask, test, arguments))
            }
            Host::Whole => {
                let job = Job::Single { reason, proof: None };
                self.launch(self.plan_of_one(binary, job, test, Vec::new()))
            }
            Host::Collected { libtest: name, .. } | Host::Named { name } => {
                let ignored = self.list.test(test).ignore.is_some();
                let mut arguments: Vec<OsString> = vec!["--exact".into(), name.into(), "--nocapture".into()];
                let mut proof = None;
                match harness {
                    Harness::Libtest => {
                        arguments.push("--test-threads=1".into());
                        arguments.extend(ignored.then(|| "--include-ignored".into()));
                        // The log is out of reach of a test's words. A test that takes it away is run once more without.
                        let is_trusted = matches!(reason, AttemptReason::Planned | AttemptReason::AloneAfterEnd);
                        if is_trusted && !launch_has_runner || !self.settings.capture {
                            let log = self.new_log()?;
                            arguments.extend(["--logfile".into(), log.path().as_str().into()]);
                            proof = Some(log);
                        }
                    }
                    Harness::Custom => arguments.extend(ignored.then(|| "--ignored".into())),
                }
                self.launch(self.plan_of_one(binary, Job::Single { reason, proof }, test, arguments))
            }
        }
    }

    fn plan_of_one(&self, binary: BinaryIndex, job: Job, test: TestIndex, arguments: Vec<OsString>) -> Plan {
        let captured = self.settings.capture || matches!(job, Job::Ask);
        Plan {
            binary,
            job,
            tests: [test].into(),
            arguments,
            variables: Vec::new(),
            stdin: Stdio::null(),
            source: Source::Nowhere,
            captured,
            ready: true,
            threads: 1,
        }
    }

    /// An empty log file for the next process: libtest writes to its path, we read.
    fn new_log(&self) -> io::Result<LogFile> {
        LogFile::create(&self.settings.scratch.join(format!("log-{}", self.next_worker().0)))
    }

    /// libtest runs tests in the order of their names, whatever the order of its arguments; collected tests, and tests
    /// that were given back, come in another.
    fn in_libtests_order(&self, tests: &[TestIndex]) -> Vec<TestIndex> {
        let mut tests = tests.to_vec();
        tests.sort_by(|one, other| self.libtest_name(*one).cmp(self.libtest_name(*other)));
        tests
    }

    fn push_names(&self, arguments: &mut Vec<OsString>, binary: BinaryIndex, tests: &[TestIndex]) {
        let ignored = tests.iter().any(|test| self.list.test(*test).ignore.is_some());
        if ignored {
            arguments.push("--include-ignored".into());
        }
        if self.is_whole(binary, tests.len()) {
            // Without a filter libtest need not compare names.
            return;
        }
        arguments.push("--exact".into());
        arguments.extend(tests.iter().map(|test| self.libtest_name(*test).into()));
    }

    /// The arguments that make libtest run `tests`, which stand in its order, and no others. Where that takes too many
    /// names, the tests at the end are left out of `tests`, and returned.
    fn select_in_libtest(&self, binary: BinaryIndex, tests: &mut Vec<TestIndex>) -> (Vec<TestIndex>, Vec<OsString>) {
        let mut arguments = Vec::new();
        let is_whole = self.is_whole(binary, tests.len());
        if tests.len() <= MANY_NAMES || is_whole || !self.is_listed(binary) {
            let rest = tests.split_off(if is_whole { tests.len() } else { tests.len().min(MANY_NAMES) });
            self.push_names(&mut arguments, binary, tests);
            return (rest, arguments);
        }
        let chosen: HashSet<TestIndex> = tests.iter().copied().collect();
        let of_binary = self.list.iter().filter(|(_, test)| test.binary == binary);
        let (inside, outside): (Vec<_>, Vec<_>) = of_binary.partition(|(index, _)| chosen.contains(index));
        let name = |(index, _): &(TestIndex, &Test)| self.libtest_name(*index);
        let mut inside: Vec<&str> = inside.iter().map(name).collect();
        let outside: Vec<&str> = outside.iter().map(name).collect();
        inside.sort_unstable();
        let ignored = tests.iter().any(|test| self.list.test(*test).ignore.is_some());
        arguments.extend(ignored.then(|| OsString::from("--include-ignored")));
        let mut all = [inside.as_slice(), &outside].concat();
        all.sort_unstable();
        let end = inside.last().map_or(0, |last| all.partition_point(|name| name <= last));
        for cut in name_patterns::cuts(&all, end) {
            let kept = all.get(cut).map_or(inside.len(), |next| inside.partition_point(|name| name < next));
            if kept < inside.len() / 2 {
                break;
            }
            let others = [&outside, &inside[kept..]].concat();
            if let Some(patterns) = name_patterns::cover(&inside[..kept], &others) {
                arguments.extend(patterns.into_iter().map(OsString::from));
                return (tests.split_off(kept), arguments);
            }
        }
        let rest = tests.split_off(MANY_NAMES);
        self.push_names(&mut arguments, binary, tests);
        (rest, arguments)
    }

    /// The name by which libtest knows a test.
    pub(super) fn libtest_name(&self, test: TestIndex) -> &str {
        match &self.list.test(test).host {
            Host::Collected { libtest, .. } | Host::Unknown { libtest, .. } => libtest,
            Host::Case { libtest, .. } => libtest,
            Host::Named { name } => name,
            Host::Whole => "",
        }
    }

    /// Where there are no workers at all, that is said once.
    pub(super) fn do_without_workers(&mut self, binary: BinaryIndex) {
        if self.without_workers.is_empty() {
            self.emit(EventKind::Notice(Notice {
                message: "this system has no workers: collected tests run through libtest".to_owned(),
                hint: Some("they run all the same, only slower and with less in their reports".to_owned()),
            }));
        }
        self.without_workers.entry(binary).or_insert_with(|| "this system has none".to_owned());
    }

    /// Workers of this binary cannot be had: its collected tests run through libtest from now on.
    pub(super) fn give_up_workers(&mut self, binary: BinaryIndex, reason: &str) {
        if self.without_workers.contains_key(&binary) {
            return;
        }
        self.without_workers.insert(binary, reason.to_owned());
        let id = &self.list.binary(binary).id;
        let notice = Notice {
            message: format!("the tests of `{id}` run through libtest, since no worker can serve them: {reason}"),
            hint: Some("they run all the same, only slower and with less in their reports".to_owned()),
        };
        self.emit(EventKind::Notice(notice));
    }
}

/// More names than this are given as patterns, or in several batches: libtest looks at names × tests, and 200 measured
/// best.
const MANY_NAMES: usize = 200;
