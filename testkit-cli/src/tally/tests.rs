use testkit_protocol::event::{BuildFinished, Captured, Interrupted, PlanClosed};
use testkit_protocol::failure::{Failure, FailureKind};

use super::*;

fn event(kind: EventKind) -> Event {
    Event { at_us: 0, kind }
}

fn finished(test: &str, verdict: Verdict, duration_ns: u64) -> Event {
    let attempts = u32::from(!matches!(verdict, Verdict::Skipped | Verdict::NotRun));
    event(EventKind::TestFinished(TestFinished {
        test: TestId(test.to_owned()),
        verdict,
        attempts,
        duration_ns,
        location: None,
        skip_reason: None,
        xfail_reason: None,
        fails_only_after_others: false,
    }))
}

fn plan(selected: u64) -> Event {
    event(EventKind::PlanClosed(PlanClosed { binaries: 1, selected, deselected: 2 }))
}

fn build(success: bool) -> Event {
    event(EventKind::BuildFinished(BuildFinished { success, duration_ns: 1 }))
}

fn signal() -> Event {
    event(EventKind::Interrupted(Interrupted { signal: 2, running: Vec::new() }))
}

fn step(scope: Scope, step: Step, fails: bool) -> Event {
    let failures = fails.then(|| Failure::new(FailureKind::Panic, "no")).into_iter().collect();
    event(EventKind::Fixture(FixtureStep {
        worker: 1,
        name: "server".to_owned(),
        scope,
        step,
        duration_ns: 1,
        test: None,
        failures,
        stdout: Captured::default(),
        stderr: Captured::default(),
    }))
}

fn tally(slowest: usize, events: &[Event]) -> Tally {
    let mut tally = Tally::new(slowest);
    for event in events {
        tally.apply(event);
    }
    tally
}

#[test]
fn exit_codes_follow_from_the_events() {
    #[track_caller]
    fn check(events: &[Event], internal_error: bool, want: ExitCode) {
        assert_eq!(tally(0, events).exit_code(internal_error), want, "{events:?}");
    }
    let passed = || finished("a", Verdict::Passed, 1);
    let failed = || finished("b", Verdict::Failed, 1);
    check(&[build(true), plan(1), passed()], false, ExitCode::Passed);
    check(&[plan(1), finished("a", Verdict::Flaky, 1)], false, ExitCode::Passed);
    check(&[plan(1), finished("a", Verdict::Skipped, 0)], false, ExitCode::Passed);
    check(&[plan(0)], false, ExitCode::NoTests);
    for verdict in [Verdict::Failed, Verdict::Errored, Verdict::Crashed, Verdict::TimedOut] {
        check(&[plan(2), passed(), finished("b", verdict, 1)], false, ExitCode::TestsFailed);
    }
    // Stopped at the first failure.
    check(&[plan(2), failed(), finished("c", Verdict::NotRun, 0)], false, ExitCode::TestsFailed);
    // Never green unless every selected test reported, and for a reason.
    check(&[plan(2), passed()], false, ExitCode::Internal);
    check(&[passed()], false, ExitCode::Internal);
    check(&[], false, ExitCode::Internal);
    check(&[plan(1), passed(), passed()], false, ExitCode::Internal);
    check(&[plan(2), passed(), finished("c", Verdict::NotRun, 0)], false, ExitCode::Internal);
    check(&[plan(2), passed(), finished("c", Verdict::Interrupted, 0)], false, ExitCode::Internal);
    // What fails between tests is in no verdict; the rest is.
    check(&[plan(1), passed(), step(Scope::Session, Step::TornDown, true)], false, ExitCode::TestsFailed);
    check(&[plan(1), passed(), step(Scope::Group, Step::TornDown, false)], false, ExitCode::Passed);
    check(&[plan(1), passed(), step(Scope::Group, Step::SetUp, true)], false, ExitCode::Passed);
    check(&[plan(1), passed(), step(Scope::Test, Step::TornDown, true)], false, ExitCode::Passed);
    // Precedence: interrupted, internal, build failed, tests failed.
    check(&[build(false)], false, ExitCode::BuildFailed);
    check(&[build(false), plan(0)], false, ExitCode::BuildFailed);
    check(&[build(false), plan(1), failed()], false, ExitCode::BuildFailed);
    check(&[build(false), plan(1), failed()], true, ExitCode::Internal);
    check(&[build(false), plan(1), failed(), signal()], true, ExitCode::Interrupted);
    check(&[plan(1), passed()], true, ExitCode::Internal);
}

#[test]
fn the_slowest_tests_are_kept() {
    let events: Vec<_> = [("a", 5), ("b", 9), ("c", 1), ("d", 9), ("e", 7)]
        .into_iter()
        .map(|(test, time)| finished(test, Verdict::Passed, time))
        .chain([finished("skipped", Verdict::Skipped, 100)])
        .collect();
    let slowest = |kept| {
        let slowest = tally(kept, &events).slowest();
        slowest.into_iter().map(|(time, test)| format!("{test}{time}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(slowest(0), "");
    assert_eq!(slowest(1), "b9");
    assert_eq!(slowest(3), "b9 d9 e7");
    assert_eq!(slowest(9), "b9 d9 e7 a5 c1");
}

#[test]
fn counts_are_by_verdict() {
    let tally = tally(
        0,
        &[
            plan(3),
            finished("a", Verdict::Failed, 1),
            finished("b", Verdict::Passed, 1),
            finished("c", Verdict::Passed, 1),
        ],
    );
    assert_eq!(tally.counts().present().collect::<Vec<_>>(), [(Verdict::Failed, 1), (Verdict::Passed, 2)]);
    assert_eq!(tally.failed(), [TestId("a".to_owned())]);
    assert_eq!(tally.plan(), Some(Plan { selected: 3, deselected: 2 }));
    assert!(!tally.build_failed());
}
