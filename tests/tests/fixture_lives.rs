//! Fixtures that outlive a test, in whole programs: what they make of the process stays and goes with them; what goes wrong
//! between tests is nobody else's; and nothing of them makes a run hang.

#![cfg(target_os = "linux")]

use std::env;
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use testkit_protocol::event::{Attempt, AttemptEvent, AttemptFinished, Event, EventKind, FixtureStep, WorkerReplaced};
use testkit_protocol::fixture::Step;
use testkit_protocol::outcome::Verdict::{self, Crashed, Errored, Failed, Interrupted, Passed, Skipped, TimedOut};
use testkit_tests::command::{Ran, command, prepare, start, start_reporting};
use testkit_tests::project::Project;

fn project(name: &str, source: &str) -> Project {
    let head = "#![allow(dead_code)]\nuse testkit::prelude::*;\nuse std::time::Duration;\n\
                fn sleep(milliseconds: u64) { std::thread::sleep(Duration::from_millis(milliseconds)) }\n";
    Project::new(name).file("src/lib.rs", "").file("tests/it.rs", &format!("{head}{source}"))
}

fn prefixed(prefix: &str, verdicts: &[(&str, Verdict)]) -> Vec<(String, Verdict)> {
    verdicts.iter().map(|(name, verdict)| (format!("{prefix}::it::{name}"), *verdict)).collect()
}

/// Tear-downs that failed when no test was running: name and messages.
fn failed_between_tests(ran: &Ran) -> Vec<(String, Vec<String>)> {
    let failed = |event: &Event| match &event.kind {
        EventKind::Fixture(FixtureStep { name, step: Step::TornDown, test: None, failures, .. }) => {
            let messages = failures.iter().filter_map(|failure| failure.message.clone());
            (!failures.is_empty()).then(|| (name.clone(), messages.collect()))
        }
        _ => None,
    };
    ran.events.iter().filter_map(failed).collect()
}

fn left_standing(ran: &Ran) -> Vec<Vec<String>> {
    let left = |event: &Event| match &event.kind {
        EventKind::WorkerReplaced(WorkerReplaced { left_standing, .. }) if !left_standing.is_empty() => {
            Some(left_standing.clone())
        }
        _ => None,
    };
    ran.events.iter().filter_map(left).collect()
}

fn attempts<'a>(ran: &'a Ran, id: &str) -> Vec<&'a AttemptFinished> {
    let finished = |kind: &'a EventKind| match kind {
        EventKind::Attempt(Attempt { test, event: AttemptEvent::Finished(finished), .. }) if test.as_str() == id => {
            Some(finished)
        }
        _ => None,
    };
    ran.events.iter().filter_map(|event| finished(&event.kind)).collect()
}

const SURROUNDINGS: &str = r#"
#[testkit::tests]
mod tests {
    use std::env::{current_dir, set_current_dir, set_var, remove_var, var};
    use std::path::PathBuf;

    fn home() -> PathBuf { PathBuf::from(env!("CARGO_MANIFEST_DIR")) }

    mod a_inside {
        use super::*;

        #[fixture(scope = "module", teardown = |before: PathBuf| {
            // It finds what it has made, whatever the last test did.
            assert!(var("SERVER").as_deref() == Ok("up") && current_dir().unwrap() == home().join("src"));
            set_current_dir(before).unwrap();
            unsafe { set_var("LEFT_BY_TEAR_DOWN", "1") };
        })]
        fn server() -> PathBuf {
            let before = current_dir().unwrap();
            unsafe { set_var("SERVER", "up") };
            unsafe { remove_var("TO_BE_REMOVED") };
            set_current_dir(home().join("src")).unwrap();
            before
        }

        fn test_1_without() { assert!(current_dir().unwrap() == home() && var("SERVER").is_err()); }

        fn test_2_first(server: &PathBuf) {
            assert!(var("SERVER").as_deref() == Ok("up"));
            set_current_dir("/").unwrap();
            unsafe { set_var("SERVER", "changed") };
            unsafe { set_var("TO_BE_REMOVED", "again") };
            unsafe { set_var("OF_THIS_TEST", "1") };
        }

        fn test_3_second(server: &PathBuf) {
            assert!(var("SERVER").as_deref() == Ok("up") && var("TO_BE_REMOVED").is_err() && var("OF_THIS_TEST").is_err());
            assert!(current_dir().unwrap() == home().join("src"));
            set_current_dir("/").unwrap();
        }

        // It stands, though this one does not ask for it.
        fn test_4_beside() { assert!(var("SERVER").as_deref() == Ok("up") && current_dir().unwrap() == home().join("src")); }
    }

    mod b_outside {
        use super::*;

        fn test_as_at_the_start() {
            assert!(var("SERVER").is_err() && var("LEFT_BY_TEAR_DOWN").is_err());
            assert!(var("TO_BE_REMOVED").as_deref() == Ok("1") && current_dir().unwrap() == home());
        }
    }
}
"#;

#[test]
fn what_a_set_up_makes_of_the_process_stays_as_long_as_the_fixture() {
    let project = project("lives_surroundings", SURROUNDINGS);
    let mut command = command(project.folder(), &["run", "-n", "1"]);
    command.env("TO_BE_REMOVED", "1");
    let ran = start_reporting(command).wait();
    let inside = ["test_1_without", "test_2_first", "test_3_second", "test_4_beside"];
    let verdicts: Vec<_> =
        inside.iter().map(|name| (format!("lives_surroundings::it::tests::a_inside::{name}"), Passed)).collect();
    let outside = ("lives_surroundings::it::tests::b_outside::test_as_at_the_start".to_owned(), Passed);
    ran.exits(0).has_verdicts(verdicts.into_iter().chain([outside])).leaves_nothing_behind();
}

const BETWEEN_TESTS: &str = r#"
#[testkit::tests]
mod slow {
    #[fixture(scope = "module", teardown = |_: ()| super::sleep(700))]
    fn slow() {}

    fn test_before(slow: &()) {}
}

#[testkit::tests]
mod then_checks {
    #[fixture(scope = "module", teardown = |_: ()| { testkit::check!(1 + 1 == 3); })]
    fn checks() {}

    #[timeout("400ms")]
    fn test_has_its_own_time(checks: &()) {}
}

#[testkit::tests]
mod then_exits {
    #[fixture(scope = "session", teardown = |_: ()| println!("never said"))]
    fn session() {}

    fn exit((): ()) {
        let _ = std::panic::catch_unwind(|| panic!("before"));
        std::process::exit(3)
    }

    #[fixture(scope = "module", teardown = exit)]
    fn exits() {}

    fn test_is_fine(session: &(), exits: &()) {}
}

#[testkit::tests]
mod then_innocent {
    fn test_not_to_blame() {}
}
"#;

#[test]
fn what_goes_wrong_between_tests_is_no_tests() {
    let project = project("lives_between", BETWEEN_TESTS);
    let ran = project.testkit(&["run", "-n", "1"]);
    let verdicts = ["slow::test_before", "then_checks::test_has_its_own_time", "then_exits::test_is_fine"];
    let verdicts = verdicts.iter().chain(&["then_innocent::test_not_to_blame"]).map(|name| (*name, Passed));
    ran.exits(1).has_verdicts(prefixed("lives_between", &verdicts.collect::<Vec<_>>())).leaves_nothing_behind();
    let failed = failed_between_tests(&ran);
    let names: Vec<&str> = failed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["checks", "exits"], "{}", ran.said());
    assert_eq!(failed[1].1, ["its process ended with exit code 3 before it was torn down", "before"]);
    assert_eq!(left_standing(&ran), [["session fixture `session`", "module fixture `exits`"]]);
    ran.says("assertion failed: 1 + 1 == 3").says("4 passed, 2 fixture errors in ");
}

const NEVER_ENDING: &str = r#"
#[testkit::tests]
mod first {
    #[fixture(scope = "session", teardown = |_: ()| println!("told"))]
    fn calm() {}

    #[fixture(scope = "module", teardown = |_: ()| super::sleep(3_600_000))]
    fn endless() {}

    fn test_first(calm: &(), endless: &()) {}
}

#[testkit::tests]
mod second {
    fn test_second() {}
}
"#;

/// The tear-down comes between two tests, and gets the time that tear-downs have where a run is being stopped.
#[test]
fn a_tear_down_without_end_is_ended() {
    let project = project("lives_endless", NEVER_ENDING);
    let mut run = start_reporting(command(project.folder(), &["run", "-n", "1"]));
    let is_first_over = |events: &[Event]| testkit_tests::finished(events).count() == 1;
    run.wait_until(is_first_over);
    std::thread::sleep(Duration::from_millis(100));
    let since = Instant::now();
    run.signal(Signal::INT);
    let ran = run.wait();
    assert!((Duration::from_secs(9)..Duration::from_secs(20)).contains(&since.elapsed()), "{:?}", since.elapsed());
    let verdicts = [("first::test_first", Passed), ("second::test_second", Interrupted)];
    ran.exits(2).has_verdicts(prefixed("lives_endless", &verdicts)).leaves_nothing_behind();
    let message = "its tear-down did not end within 10s, and its process was killed".to_owned();
    assert_eq!(failed_between_tests(&ran), [("endless".to_owned(), vec![message])], "{}", ran.said());
    assert_eq!(left_standing(&ran), [["session fixture `calm`", "module fixture `endless`"]]);
}

const IN_A_TEST: &str = r#"
#[testkit::tests]
mod tests {
    #[fixture(scope = "session")]
    fn calm() {}

    #[fixture(scope = "session")]
    fn starting(calm: &()) { super::sleep(3_600_000) }

    #[timeout("500ms")]
    fn test_1_half_set_up(starting: &()) {}

    #[fixture(teardown = |_: ()| super::sleep(3_600_000))]
    fn endless() {}

    #[timeout("500ms")]
    fn test_2_fails_and_hangs(endless: &()) { panic!("the reason") }

    // In no group: one for itself.
    #[fixture(scope = "group", teardown = |_: ()| assert!(1 + 1 == 3))]
    fn alone() {}

    fn test_3_has_its_own(alone: &()) {}

    #[fixture(scope = "session")]
    fn printer() { testkit::skip!("no printer") }

    fn test_4_skipped(printer: &()) {}
    fn test_5_skipped(printer: &()) {}

    struct TestGroup;

    impl TestGroup {
        fn teardown(self) {}
        fn test_6_set_up_fails(&self, broken: &()) {}
        fn test_7_refers_to_it(&self, broken: &()) {}
    }

    #[fixture(scope = "session")]
    fn broken() { panic!("no network\nat all") }
}
"#;

#[test]
fn what_goes_wrong_in_a_test_is_told_in_full_once() {
    let project = project("lives_in_a_test", IN_A_TEST);
    let ran = project.testkit(&["run", "-n", "1"]);
    let verdicts = [
        ("tests::test_1_half_set_up", TimedOut),
        ("tests::test_2_fails_and_hangs", TimedOut),
        ("tests::test_3_has_its_own", Errored),
        ("tests::test_4_skipped", Skipped),
        ("tests::test_5_skipped", Skipped),
        ("tests::TestGroup::test_6_set_up_fails", Errored),
        ("tests::TestGroup::test_7_refers_to_it", Errored),
    ];
    ran.exits(1).has_verdicts(prefixed("lives_in_a_test", &verdicts)).leaves_nothing_behind();
    assert_eq!(left_standing(&ran), [["session fixture `calm`", "session fixture `starting` (half set up)"]]);
    ran.says("session fixture `starting` (half set up)");

    let [hangs] = attempts(&ran, "lives_in_a_test::it::tests::test_2_fails_and_hangs")[..] else {
        panic!("{}", ran.said())
    };
    let messages: Vec<_> = hangs.failures.iter().filter_map(|failure| failure.message.as_deref()).collect();
    assert_eq!(messages, ["did not end within 500ms, and was killed", "the reason"]);

    // It is the test's, and is not counted again.
    assert_eq!(failed_between_tests(&ran), []);

    // What only refers to another report is not run again for it.
    let [reference] = attempts(&ran, "lives_in_a_test::it::tests::TestGroup::test_7_refers_to_it")[..] else {
        panic!("{}", ran.said())
    };
    let message = reference.failures[0].message.as_deref().unwrap();
    let want = "the session fixture `broken` could not be set up: panicked: no network\n\
                see the report of `tests::TestGroup::test_6_set_up_fails`";
    assert_eq!(message, want);
}

const ENDS_ITS_PROCESS: &str = r#"
#[testkit::tests]
mod tests {
    #[fixture(scope = "session", teardown = |_: ()| eprintln!("TORN DOWN"))]
    fn server() {}

    #[fixture(teardown = |_: ()| eprintln!("TEST TORN DOWN"))]
    fn own() -> () {}

    fn test_exits(server: &(), own: &()) { std::process::exit(3) }
}
"#;

/// A test that ends its process under libtest: other tests may be using what stands, on their threads.
#[test]
fn under_libtest_nothing_is_torn_down_in_the_midst_of_a_test() {
    let project = project("lives_exits", ENDS_ITS_PROCESS);
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project.folder()).args(["test", "--test", "it"]);
    prepare(&mut command);
    let ran = start(command).wait();
    ran.says("the process ends in the midst of a test; not torn down: session fixture `server`");
    assert!(!ran.stderr.contains("TORN DOWN"), "{}", ran.said());
    let crashed = project.testkit(&["run"]);
    crashed.exits(1).has_verdicts(prefixed("lives_exits", &[("tests::test_exits", Crashed)]));
    assert!(!crashed.stdout.contains("TORN DOWN"), "{}", crashed.said());
    assert_eq!(left_standing(&crashed), [["session fixture `server`"]]);
}

const FORKS: &str = r#"
fn fork() -> bool {
    unsafe extern "C" { fn fork() -> i32; fn waitpid(child: i32, status: *mut i32, options: i32) -> i32; }
    let child = unsafe { fork() };
    let mut status = 0;
    if child > 0 { unsafe { waitpid(child, &mut status, 0) }; }
    child == 0
}

#[testkit::tests]
mod tests {
    use std::path::PathBuf;

    fn touch(name: &str) -> PathBuf {
        let thread = std::thread::current().name().unwrap().replace(':', "_");
        let name = format!("{name}-{thread}-{}", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, "").unwrap();
        path
    }

    #[fixture(scope = "session", teardown = |path: PathBuf| std::fs::remove_file(path).unwrap())]
    fn shared() -> PathBuf { touch("shared") }

    #[fixture(teardown = |path: PathBuf| std::fs::remove_file(path).unwrap())]
    fn own() -> PathBuf { touch("own") }

    fn test_copy_returns(shared: &PathBuf, own: &PathBuf) {
        if !super::fork() { assert!(shared.exists() && own.exists()); }
    }

    fn test_copy_panics(shared: &PathBuf, own: &PathBuf) {
        if super::fork() { panic!("only a copy"); }
        assert!(shared.exists() && own.exists());
    }

    fn test_copy_exits(shared: &PathBuf, own: &PathBuf) {
        if super::fork() { std::process::exit(0); }
        assert!(shared.exists() && own.exists());
    }
}
"#;

/// A copy of the process takes down nothing that is the original's.
#[test]
fn a_copy_of_the_process_leaves_fixtures_alone() {
    let project = project("lives_forks", FORKS);
    let verdicts =
        ["tests::test_copy_returns", "tests::test_copy_panics", "tests::test_copy_exits"].map(|it| (it, Passed));
    project
        .testkit(&["run", "-n", "1"])
        .exits(0)
        .has_verdicts(prefixed("lives_forks", &verdicts))
        .leaves_nothing_behind();
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(project.folder()).args(["test", "--test", "it"]);
    prepare(&mut command);
    start(command).wait().exits(0).says("3 passed");
}

const RETRIED: &str = r#"
#[testkit::tests]
mod tests {
    #[fixture(scope = "session", teardown = |_: ()| assert!(true))]
    fn server() {}

    #[retry(2)]
    fn test_always_fails(server: &()) { panic!("each time") }

    #[isolate]
    fn test_isolated(server: &()) {}

    fn test_plain(server: &()) {}
}
"#;

/// Each process sets up its own, and takes it down.
#[test]
fn each_attempt_in_a_process_of_its_own_has_its_own_fixtures() {
    let project = project("lives_retried", RETRIED);
    let ran = project.testkit(&["run", "-n", "2"]);
    let verdicts =
        [("tests::test_always_fails", Failed), ("tests::test_isolated", Passed), ("tests::test_plain", Passed)];
    ran.exits(1).has_verdicts(prefixed("lives_retried", &verdicts)).leaves_nothing_behind();
    let steps = |wanted: Step| {
        let worker = |event: &Event| match &event.kind {
            EventKind::Fixture(FixtureStep { worker, step, .. }) if *step == wanted => Some(*worker),
            _ => None,
        };
        let mut workers: Vec<u32> = ran.events.iter().filter_map(worker).collect();
        workers.sort_unstable();
        workers
    };
    assert_eq!(steps(Step::SetUp), steps(Step::TornDown), "{}", ran.said());
    // Two more attempts, the isolated test, and what the two others began in: one process, or one each.
    assert!((4..=5).contains(&steps(Step::SetUp).len()), "{}", ran.said());
}

const FAILS_AT_THE_END: &str = r#"
#[testkit::tests]
mod tests {
    #[fixture(scope = "session", teardown = |port: u16| assert!(port == 81))]
    fn server() -> u16 { 80 }

    fn test_a(server: &u16) { assert!(*server == 80); }
    fn test_b(server: &u16) { assert!(*server == 80); }
}
"#;

/// Where libtest runs the tests for the command, it has told all of its results by then.
#[test]
fn a_tear_down_that_fails_under_libtest_fails_the_run() {
    let project = project("lives_at_the_end", FAILS_AT_THE_END);
    let verdicts = [("tests::test_a", Passed), ("tests::test_b", Passed)];
    let ran = project.testkit(&["run", "--isolation", "threads"]);
    ran.exits(1).has_verdicts(prefixed("lives_at_the_end", &verdicts));
    ran.says("ERROR at teardown of session fixture `server`").says("port == 81").says("2 passed, 1 fixture error in ");
    let ran = project.testkit(&["run", "--isolation", "threads", "--no-capture"]);
    ran.exits(1).has_verdicts(prefixed("lives_at_the_end", &verdicts));
    ran.says("error at the tear-down of the session fixture `server`:").says("1 fixture error in ");
}
