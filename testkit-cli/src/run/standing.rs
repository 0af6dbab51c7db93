//! Fixtures that outlive a test: which of them stand in a worker, the time that it gets to tear them down, and what is
//! said where it could not.

use std::time::{Duration, Instant};

use testkit_protocol::event::{Captured, EventKind, FixtureStep, Section};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::fixture::{Scope, Step};
use testkit_protocol::message::{FixtureBegins, FixtureMessage};
use testkit_protocol::outcome::Termination;

use super::driver::Driver;
use super::jobs::{GivenUp, Job, Running};
use crate::worker::{KILLED, LEAVING_LIMIT};

/// How long a worker may take to tear down what stands after its last test, unless `--timeout` allows more.
const TEAR_DOWN_LIMIT: Duration = Duration::from_secs(60);
/// The same where the run is being stopped: the running test has to end within it as well.
const STOPPED_LIMIT: Duration = Duration::from_secs(10);

/// What stands in a worker, in the order of the set-ups.
#[derive(Debug, Default)]
pub(super) struct Standing {
    fixtures: Vec<(Scope, String)>,
    /// Those whose set-ups are under way, the innermost last.
    coming: Vec<(Scope, String)>,
    /// The one that is being torn down while no test is running, and since when.
    ending: Option<(Scope, String, Instant)>,
}

impl Standing {
    /// Takes into account what a worker told.
    fn apply(&mut self, told: &FixtureMessage) {
        if told.scope == Scope::Test {
            return;
        }
        let is_it = |(scope, name): &(Scope, String)| (*scope, name) == (told.scope, &told.name);
        match told.step {
            // What could not be set up does not stand.
            Step::SetUp if told.failures.is_empty() => {
                // With those of which it has caught the failure.
                self.coming.truncate(self.coming.iter().rposition(is_it).unwrap_or(self.coming.len()));
                self.fixtures.push((told.scope, told.name.clone()));
            }
            Step::SetUp => {}
            Step::TornDown => {
                self.ending = None;
                if let Some(at) = self.fixtures.iter().rposition(is_it) {
                    self.fixtures.remove(at);
                }
            }
        }
    }

    /// Whether nothing stands, and nothing is being set up.
    pub(super) fn is_empty(&self) -> bool {
        self.fixtures.is_empty() && self.coming.is_empty()
    }

    /// Since when one has been being torn down while no test is running.
    pub(super) fn ending_since(&self) -> Option<Instant> {
        self.ending.as_ref().map(|(_, _, since)| *since)
    }

    /// A test has ended: what has begun and whose end is not told by now has failed.
    pub(super) fn forget_begun(&mut self) {
        self.coming.clear();
        self.ending = None;
    }

    /// As fragments: ``session fixture `server` ``.
    pub(super) fn names(&self) -> Vec<String> {
        let fixtures = self.fixtures.iter().map(|(scope, name)| format!("{scope} fixture `{name}`"));
        let coming = self.coming.iter().map(|(scope, name)| format!("{scope} fixture `{name}` (half set up)"));
        fixtures.chain(coming).collect()
    }

    /// The one whose turn to be torn down it is.
    fn next(&self) -> Option<(Scope, String)> {
        let ending = self.ending.as_ref().map(|(scope, name, _)| (*scope, name.clone()));
        ending.or_else(|| self.coming.last().or(self.fixtures.last()).cloned())
    }
}

/// What the report of a test shows whose process ended while fixtures stood in it.
pub(super) fn section(left_standing: &[String]) -> Option<Section> {
    let (title, text) = ("not torn down, since the process ended".to_owned(), left_standing.join("\n"));
    (!left_standing.is_empty()).then_some(Section { title, text })
}

impl Driver<'_> {
    /// A worker begins to set a fixture up, or to tear it down while no test is running.
    pub(super) fn take_fixture_begins(running: &mut Running, FixtureBegins { name, scope, step }: FixtureBegins) {
        let Job::Served(served) = &mut running.job else { return };
        match step {
            Step::SetUp => served.standing_mut().coming.push((scope, name)),
            Step::TornDown => served.standing_mut().ending = Some((scope, name, Instant::now())),
        }
    }

    /// A worker tells what it did with a fixture.
    pub(super) fn take_fixture(&mut self, running: &mut Running, told: FixtureMessage) {
        let Job::Served(served) = &mut running.job else { return };
        served.standing_mut().apply(&told);
        if told.test.is_none() {
            // The test that comes next has not begun, and what was said meanwhile is not its.
            running.current_since = Instant::now();
            running.last_panic = None;
            running.recorded.clear();
        }
        let FixtureMessage { name, scope, step, duration_ns, test, failures, stdout_end, stderr_end } = told;
        let current = running.pending.front().filter(|current| test.as_deref() == Some(self.worker_name(**current)));
        let test = current.map(|current| self.list.test(*current).id.clone());
        let worker = running.worker.0;
        let (mut stdout, mut stderr) = (Captured::default(), Captured::default());
        if let Some(ends) = stdout_end.zip(stderr_end) {
            if !failures.is_empty() {
                (stdout, stderr) = running.output(ends);
            }
            running.release_output(ends);
        }
        let step = FixtureStep { worker, name, scope, step, duration_ns, test, failures, stdout, stderr };
        self.emit(EventKind::Fixture(step));
    }

    /// How long a worker may take to leave.
    fn leaving_limit(&self, running: &Running) -> Duration {
        match &running.job {
            Job::Served(served) if served.standing().is_empty() => LEAVING_LIMIT,
            _ => self.tear_down_limit(),
        }
    }

    /// How long tear-downs may take, all those together for which a worker is told to leave, or one between two tests.
    pub(super) fn tear_down_limit(&self) -> Duration {
        let limit = if self.stop.is_some() { STOPPED_LIMIT } else { TEAR_DOWN_LIMIT };
        self.settings.timeout.map_or(limit, |timeout| timeout.max(limit))
    }

    /// There is nothing more for a worker.
    pub(super) fn let_leave(&self, running: &mut Running) {
        let limit = self.leaving_limit(running);
        if let Job::Served(served) = &mut running.job {
            served.leave(limit);
        }
    }

    /// A worker leaves by itself.
    pub(super) fn expect_to_leave(&self, running: &mut Running) {
        let limit = self.leaving_limit(running);
        if let Job::Served(served) = &mut running.job {
            served.expect_to_leave(limit);
        }
    }

    /// The run is being stopped: a worker in which fixtures stand begins nothing more, and tears them down as soon as its
    /// test has ended. False if none stand.
    pub(super) fn let_tear_down(&mut self, running: &mut Running) -> bool {
        let limit = self.leaving_limit(running);
        let Job::Served(served) = &mut running.job else { return false };
        if served.standing().is_empty() {
            return false;
        }
        let has_begun = running.is_running_a_test();
        self.take_back_all(running, has_begun);
        if let Job::Served(served) = &mut running.job {
            served.leave_after_tear_down(limit);
        }
        true
    }

    /// A worker has ended. If fixtures stood in it, nobody will tear them down: that is said, and where no test and no
    /// stopping of the run is to blame, it is a failure of the one whose turn it was.
    pub(super) fn take_standing(&mut self, running: &Running, termination: Termination) {
        let left_standing = running.left_standing();
        let Job::Served(served) = &running.job else { return };
        let Some((scope, name)) = served.standing().next() else { return };
        let is_ending = running.tearing_down_since().is_some();
        let was_idle = running.pending.is_empty() || running.given_up == Some(GivenUp::Retired) || is_ending;
        let is_tests_doing = !was_idle && running.given_up != Some(GivenUp::Stopped);
        let test = running.pending.front().copied().filter(|_| is_tests_doing);
        let overstayed = served.overstays(Instant::now()) || running.given_up == Some(GivenUp::TearDown);
        // Where a run is being stopped, what a tear-down makes of the time that it gets is its own doing.
        let was_killed = termination == KILLED;
        let by_itself = is_ending && (overstayed || !was_killed);
        let given_up = running.given_up.filter(|why| !(by_itself && *why == GivenUp::Stopped));
        let reason = match given_up {
            // Where it is said that the attempt is lost, this is said as well.
            Some(GivenUp::Garbled) if !was_idle => return,
            Some(GivenUp::Garbled) => "a test wrote into its channel".to_owned(),
            Some(GivenUp::TimedOut) => "its test ran out of time, and it was killed".to_owned(),
            Some(GivenUp::Stopped) => "the run was stopped".to_owned(),
            Some(GivenUp::TearDown) => "a tear-down took too long, and it was killed".to_owned(),
            Some(GivenUp::Retired) | None if overstayed => "it took too long to leave, and was killed".to_owned(),
            Some(GivenUp::Retired) | None => format!("it ended with {termination}"),
        };
        if was_idle && matches!(given_up, Some(GivenUp::Retired | GivenUp::TearDown) | None) {
            let failure = if overstayed {
                let limit = self.leaving_limit(running);
                let message = format!("its tear-down did not end within {limit:?}, and its process was killed");
                Failure::new(FailureKind::Timeout, message)
            } else {
                let message = format!("its process ended with {termination} before it was torn down");
                Failure::new(FailureKind::Crash, message)
            };
            let (stdout, stderr) = running.output(running.streams.ends());
            let since = running.tearing_down_since().or(served.leaving_since());
            let duration_ns = since.map_or(0, |since| since.elapsed().as_nanos());
            self.emit(EventKind::Fixture(FixtureStep {
                worker: running.worker.0,
                name,
                scope,
                step: Step::TornDown,
                duration_ns: u64::try_from(duration_ns).unwrap_or(u64::MAX),
                test: None,
                failures: std::iter::once(failure).chain(running.last_panic.clone()).collect(),
                stdout,
                stderr,
            }));
        }
        self.tell_replaced_while_standing(running.worker, test, reason, left_standing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, scope: Scope, step: Step, failures: Vec<Failure>) -> FixtureMessage {
        FixtureMessage {
            name: name.to_owned(),
            scope,
            step,
            duration_ns: 1,
            test: None,
            failures,
            stdout_end: None,
            stderr_end: None,
        }
    }

    #[test]
    fn what_stands_is_what_was_set_up_and_not_torn_down() {
        let mut standing = Standing::default();
        let mut tell = |name: &str, scope, step, failures: Vec<Failure>| {
            standing.apply(&told(name, scope, step, failures));
            standing.names().join(", ")
        };
        let failure = || vec![Failure::new(FailureKind::Panic, "no")];
        assert_eq!(tell("tmp", Scope::Test, Step::SetUp, vec![]), "");
        assert_eq!(tell("server", Scope::Session, Step::SetUp, vec![]), "session fixture `server`");
        assert_eq!(tell("broken", Scope::Session, Step::SetUp, failure()), "session fixture `server`");
        let both = "session fixture `server`, module fixture `db[Pg]`";
        assert_eq!(tell("db[Pg]", Scope::Module, Step::SetUp, vec![]), both);
        assert_eq!(tell("db[My]", Scope::Module, Step::TornDown, vec![]), both);
        assert_eq!(tell("server", Scope::Module, Step::TornDown, vec![]), both);
        assert_eq!(tell("db[Pg]", Scope::Module, Step::TornDown, failure()), "session fixture `server`");
        assert_eq!(tell("server", Scope::Session, Step::TornDown, vec![]), "");
        assert_eq!(tell("server", Scope::Session, Step::TornDown, vec![]), "");
    }

    #[test]
    fn what_has_begun_is_known_until_its_end() {
        let told = |name: &str, step| told(name, Scope::Session, step, vec![]);
        let mut standing = Standing::default();
        for name in ["outer", "inner"] {
            standing.coming.push((Scope::Session, name.to_owned()));
        }
        assert!(!standing.is_empty());
        let half = "session fixture `outer` (half set up), session fixture `inner` (half set up)";
        assert_eq!(standing.names().join(", "), half);
        assert_eq!(standing.next(), Some((Scope::Session, "inner".to_owned())));
        standing.apply(&told("inner", Step::SetUp));
        assert_eq!(standing.names().join(", "), "session fixture `inner`, session fixture `outer` (half set up)");
        standing.apply(&told("outer", Step::SetUp));
        assert_eq!(standing.names().join(", "), "session fixture `inner`, session fixture `outer`");

        standing.ending = Some((Scope::Session, "outer".to_owned(), Instant::now()));
        assert!(standing.ending_since().is_some());
        standing.apply(&told("outer", Step::TornDown));
        assert_eq!(standing.ending_since(), None);
        // A set-up that has failed is not told: the end of its test is.
        standing.coming.push((Scope::Session, "broken".to_owned()));
        standing.forget_begun();
        assert_eq!(standing.names().join(", "), "session fixture `inner`");
    }
}
