//! Fixtures that outlive a test: told, shown, torn down at the end and where a run is stopped, and named where they are
//! left. The workers speak by hand, but for what they write.

#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use rustix::process::Signal;
use testkit_protocol::event::{AttemptEvent, Event, EventKind, FixtureStep, WorkerReplaced};
use testkit_protocol::fixture::Step;
use testkit_protocol::outcome::Outcome;
use testkit_protocol::outcome::Verdict::{self, Crashed, Failed, Interrupted, NotRun, Passed, TimedOut};
use testkit_tests::command::{Ran, command, start_reporting};
use testkit_tests::hand_written::{project, ran};
use testkit_tests::project::{Project, manifest};

/// What happened to fixtures, as `set_up server`, in its order.
fn steps(events: &[Event]) -> Vec<String> {
    let step = |event: &Event| match &event.kind {
        EventKind::Fixture(FixtureStep { name, step, failures, .. }) => {
            let word = match step {
                Step::SetUp => "set_up",
                Step::TornDown => "torn_down",
            };
            Some(format!("{word} {name}{}", if failures.is_empty() { "" } else { " failed" }))
        }
        _ => None,
    };
    events.iter().filter_map(step).collect()
}

/// What was left standing, with the reason.
fn left_standing(ran: &Ran) -> Vec<(Vec<String>, String)> {
    let left = |event: &Event| match &event.kind {
        EventKind::WorkerReplaced(WorkerReplaced { left_standing, reason, .. }) => {
            Some((left_standing.clone(), reason.clone()))
        }
        _ => None,
    };
    ran.events.iter().filter_map(left).collect()
}

fn prefixed(prefix: &str, verdicts: &[(&str, Verdict)]) -> Vec<(String, Verdict)> {
    verdicts.iter().map(|(name, verdict)| (format!("{prefix}::tests::{name}"), *verdict)).collect()
}

const SERVER: &str = "session fixture `server`";

#[test]
fn what_happens_to_fixtures_is_told_and_shown() {
    let tests = [("test_till_1", ""), ("test_server", ""), ("test_till_2", "")];
    let project = project("shown", &tests);
    let run = project.testkit(&["run", "-n", "1"]);
    run.exits(0);
    let wide = ["set_up till", "torn_down till", "set_up server", "set_up till", "torn_down till", "torn_down server"];
    assert_eq!(steps(&run.events), wide);
    assert!(!run.stdout.contains("SETUP"), "{}", run.said());
    let shown = project.testkit(&["run", "-n", "1", "--setup-show"]);
    shown.exits(0);
    assert_eq!(steps(&shown.events).len(), wide.len() + 6, "those of single tests, too");
    let lines: Vec<&str> = shown.stdout.lines().filter_map(|line| line.split(" (").next()).collect();
    let want = [
        "  SETUP    M till",
        "      SETUP    T tmp",
        "      TEARDOWN T tmp",
        "  TEARDOWN M till",
        "SETUP    S server",
        "      SETUP    T tmp",
    ];
    assert!(lines.windows(want.len()).any(|window| window == want), "{}", shown.said());
    shown.says(") for shown::tests::test_server\n");
}

#[test]
fn a_failed_tear_down_fails_the_run() {
    let project = project("unclean", &[("test_server", "")]).file("tear_down", "fails");
    let run = project.testkit(&["run"]);
    run.exits(1).has_verdicts([("unclean::tests::test_server", Passed)]);
    run.says("ERROR at teardown of session fixture `server` (").says("    panicked: the port is still in use\n");
    run.says("1 passed, 1 fixture error in ").says("  ERROR teardown of session fixture `server` - panicked: the port");
    assert_eq!(steps(&run.events), ["set_up server", "torn_down server failed"]);

    project.write("tear_down", "dies");
    let run = project.testkit(&["run"]);
    run.exits(1).has_verdicts([("unclean::tests::test_server", Passed)]).leaves_nothing_behind();
    run.says("its process ended with signal 6 (SIGABRT) before it was torn down");
    assert_eq!(left_standing(&run), [(vec![SERVER.to_owned()], "it ended with signal 6 (SIGABRT)".to_owned())]);
}

#[test]
fn what_a_lost_worker_leaves_is_named() {
    let tests = [("test_server", ""), ("test_crashes", ""), ("test_hangs", r#","timeout_ns":300000000"#)];
    let project = project("left", &tests);
    let run = project.testkit(&["run", "-n", "1"]);
    let verdicts = [("test_server", Passed), ("test_crashes", Crashed), ("test_hangs", TimedOut)];
    run.exits(1).has_verdicts(prefixed("left", &verdicts)).leaves_nothing_behind();
    assert_eq!(left_standing(&run), [(vec![SERVER.to_owned()], "it ended with signal 6 (SIGABRT)".to_owned())]);
    run.says("LEFT STANDING by left::tests::test_crashes in worker 1: session fixture `server`");
    run.says("  --- not torn down, since the process ended (1 line) ---\n    session fixture `server`\n");

    let run = project.testkit(&["run", "-n", "1", "test_server", "test_hangs"]);
    run.exits(1);
    let reason = "its test ran out of time, and it was killed".to_owned();
    assert_eq!(left_standing(&run), [(vec![SERVER.to_owned()], reason)]);
}

fn has_begun(events: &[Event], id: &str) -> bool {
    events.iter().any(|event| match &event.kind {
        EventKind::Attempt(attempt) => attempt.test.as_str() == id && matches!(attempt.event, AttemptEvent::Started(_)),
        _ => false,
    })
}

#[test]
fn ctrl_c_lets_fixtures_be_torn_down() {
    let tests = [("test_server", ""), ("test_slow", ""), ("test_after", "")];
    let project = project("stopped", &tests);
    let mut started = start_reporting(command(project.folder(), &["run", "-n", "1"]));
    started.wait_until(|events| has_begun(events, "stopped::tests::test_slow"));
    // It is said to have begun as soon as it is the next one.
    std::thread::sleep(Duration::from_millis(300));
    started.signal(Signal::INT);
    let run = started.wait();
    // It had the time to end.
    let verdicts = [("test_server", Passed), ("test_slow", Passed), ("test_after", NotRun)];
    run.exits(2).has_verdicts(prefixed("stopped", &verdicts)).leaves_nothing_behind();
    assert_eq!(steps(&run.events), ["set_up server", "torn_down server"]);
    assert!(!ran(&project).iter().any(|(_, test)| test.contains("after")), "{}", run.said());
}

#[test]
fn ctrl_c_twice_waits_for_nothing() {
    let project = project("impatient", &[("test_server", ""), ("test_hangs", "")]);
    let mut started = start_reporting(command(project.folder(), &["run", "-n", "1"]));
    started.wait_until(|events| has_begun(events, "impatient::tests::test_hangs"));
    let since = Instant::now();
    started.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(1500));
    started.signal(Signal::INT);
    let run = started.wait();
    assert!((Duration::from_millis(1500)..Duration::from_secs(8)).contains(&since.elapsed()), "{:?}", since.elapsed());
    let verdicts = [("test_server", Passed), ("test_hangs", Interrupted)];
    run.exits(2).has_verdicts(prefixed("impatient", &verdicts)).leaves_nothing_behind();
    assert_eq!(left_standing(&run), [(vec![SERVER.to_owned()], "the run was stopped".to_owned())]);
    run.says("LEFT STANDING in worker 1: session fixture `server` (the run was stopped)");
}

/// What was handed out and not begun is not run either.
#[test]
fn nothing_begins_after_the_first_failure() {
    let names: Vec<String> = (0..20).map(|number| format!("test_{number:02}")).collect();
    let mut tests: Vec<(&str, &str)> = vec![("test_00_server_fails", ""), ("test_00_slow", "")];
    tests.extend(names.iter().map(|name| (name.as_str(), "")));
    let project = project("enough", &tests);
    let run = project.testkit(&["run", "-n", "1", "-x"]);
    let verdicts = run.exits(1).leaves_nothing_behind().verdicts();
    let count = |verdict: Verdict| verdicts.values().filter(|other| **other == verdict).count();
    assert_eq!(count(Failed), 1, "{}", run.said());
    // It may have been at the next one already, and then it ends that.
    assert!(count(Passed) <= 1 && count(Interrupted) == 0, "{}", run.said());
    assert_eq!(count(NotRun), verdicts.len() - 1 - count(Passed), "{}", run.said());
    assert_eq!(steps(&run.events), ["set_up server", "torn_down server"]);
    for id in verdicts.iter().filter(|(_, verdict)| **verdict == NotRun).map(|(id, _)| id) {
        assert!(!has_begun(&run.events, id), "{id}: {}", run.said());
    }
}

/// The other worker is in the midst of a test, and has a server; it ends that and tears down.
#[test]
fn the_first_failure_lets_fixtures_be_torn_down() {
    let together = |key: &str| format!(r#","together":"{key}""#);
    let (one, two) = (together("one"), together("two"));
    let tests = [
        ("test_server_slow", one.as_str()),
        ("test_one_after", one.as_str()),
        ("test_server", two.as_str()),
        ("test_slow_fails", two.as_str()),
        ("test_two_after", two.as_str()),
    ];
    let project = project("first", &tests);
    let run = project.testkit(&["run", "-n", "2", "-x"]);
    run.exits(1).leaves_nothing_behind();
    let verdicts = run.verdicts();
    assert_eq!(verdicts["first::tests::test_slow_fails"], Failed, "{}", run.said());
    assert_eq!(verdicts["first::tests::test_server"], Passed, "{}", run.said());
    let steps = steps(&run.events);
    let count = |what: &str| steps.iter().filter(|step| *step == what).count();
    assert_eq!((count("set_up server"), count("torn_down server")), (2, 2), "{steps:?}");
    assert_eq!(left_standing(&run), []);
}

#[test]
fn what_shares_a_set_up_is_one_workers() {
    let together = |key: &str| format!(r#","together":"{key}""#);
    let keys = [together("a"), together("b"), together("c")];
    let names: Vec<String> = (0..30).map(|number| format!("test_{number:02}")).collect();
    let tests: Vec<(&str, &str)> =
        names.iter().enumerate().map(|(at, name)| (name.as_str(), keys[at % 3].as_str())).collect();
    let project = project("together", &tests);
    for options in [&["-n", "4"][..], &["-n", "1"]] {
        project.remove("ran");
        project.testkit(&[&["run"], options].concat()).exits(0);
        let runs = ran(&project);
        assert_eq!(runs.len(), 30);
        for group in 0..3_usize {
            let is_of_group =
                |test: &str| test[test.len() - 2..].parse::<usize>().is_ok_and(|number| number % 3 == group);
            let of_group: Vec<&(u32, String)> = runs.iter().filter(|(_, test)| is_of_group(test)).collect();
            assert!(of_group.iter().all(|(process, _)| *process == of_group[0].0), "one worker each: {runs:?}");
            assert!(of_group.is_sorted_by_key(|(_, test)| test.clone()), "in their order: {runs:?}");
        }
    }
}

/// Each fixture says something at its end. The lamp's is over before the second test begins, the bell's before the third, and
/// the horn's when the worker leaves.
const LOUD: &str = r#"
#[cfg(test)]
#[testkit::tests]
mod tests {
    #[fixture(scope = "session", teardown = blow)]
    pub(crate) fn horn() -> u8 { 1 }
    fn blow(_: u8) { println!("horn blows"); std::process::abort() }

    mod first {
        use super::horn;
        #[fixture(scope = "module", teardown = go_out)]
        fn lamp() -> u8 { println!("lamp is lit"); 1 }
        fn go_out(_: u8) { println!("lamp goes out"); eprint!("it is dark"); }
        fn test_lamp(_lamp: &u8, horn: &u8) { println!("it is bright, {horn}") }
    }

    mod second {
        #[fixture(scope = "module", teardown = ring)]
        fn bell() -> u8 { println!("bell is hung"); 1 }
        fn ring(_: u8) { print!("bell rings"); eprint!("loudly"); panic!("the rope is torn") }
        fn test_bell(capture: &testkit::Capture, bell: &u8) {
            println!("heard: {}", capture.stdout().trim());
            assert!(*bell == 2);
        }
    }

    mod third {
        fn test_third() {
            println!("third");
            eprintln!("words");
            testkit::fail!("as it is to be");
        }
    }
}
"#;

#[test]
fn what_a_tear_down_writes_is_no_tests() {
    let project = Project::empty("loud").file("Cargo.toml", &manifest("loud", "")).file("src/lib.rs", LOUD);
    let run = project.testkit(&["run", "-n", "1"]);
    let verdicts = [("first::test_lamp", Passed), ("second::test_bell", Failed), ("third::test_third", Failed)];
    run.exits(1).has_verdicts(prefixed("loud", &verdicts));
    let mut attempts = Vec::new();
    let mut tear_downs = Vec::new();
    for event in &run.events {
        match &event.kind {
            EventKind::Attempt(attempt) => {
                if let AttemptEvent::Finished(finished) = &attempt.event
                    && finished.outcome == Outcome::Failed
                {
                    let stderr = finished.stderr.head.lines().next().unwrap_or_default();
                    attempts.push((attempt.test.as_str(), finished.stdout.head.as_str(), stderr));
                }
            }
            EventKind::Fixture(FixtureStep { name, step: Step::TornDown, stdout, stderr, .. }) => {
                tear_downs.push((name.as_str(), stdout.head.as_str(), stderr.head.as_str()));
            }
            _ => {}
        }
    }
    // The first attempt in the worker of all three, the second alone.
    let bell = ("loud::tests::second::test_bell", "bell is hung\nheard: bell is hung\n", "");
    let third = ("loud::tests::third::test_third", "third\n", "words");
    attempts.sort_unstable();
    assert_eq!(attempts, [bell, bell, third, third], "{}", run.said());
    tear_downs.sort_unstable();
    let bell = ("bell", "bell rings", "loudly");
    assert_eq!(tear_downs, [bell, bell, ("horn", "horn blows\n", ""), ("lamp", "", "")], "{}", run.said());
    run.says("ERROR at teardown of module fixture `bell` (").says("--- stdout (1 line) ---\n    bell rings\n");
    assert!(!run.stdout.contains("lamp") && !run.stdout.contains("it is dark"), "{}", run.said());
}
