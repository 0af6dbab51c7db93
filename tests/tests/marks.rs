//! Marks in whole programs: what the command makes of them in every way of running tests, and what `cargo test` does.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::process::Command;

use testkit_protocol::event::{AttemptEvent, AttemptReason, Event, EventKind};
use testkit_protocol::outcome::Verdict::{self, Errored, Failed, Flaky, Passed, Skipped, TimedOut, XFailed, XPassed};
use testkit_tests::command::{Ran, prepare};
use testkit_tests::finished;
use testkit_tests::project::{Project, manifest};

/// Every mark, on functions, groups and modules.
const OUTCOMES: &str = r#"
use testkit::prelude::*;
testkit::discover!();

fn offline() -> bool { true }

/// How often this was called in this run, by a file, since attempts have processes of their own.
fn count(name: &str) -> usize {
    use std::io::Write;
    let run = std::env::var("TESTKIT_RUN_ID").unwrap_or_else(|_| std::process::id().to_string());
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{run}"));
    let mut file = std::fs::File::options().create(true).append(true).open(&path).unwrap();
    file.write_all(b"x").unwrap();
    std::fs::metadata(&path).unwrap().len() as usize
}

fn test_before() {}

#[skip("why a")]
fn test_skip() { panic!("never run") }

#[skip("why b")]
#[ignore = "another reason"]
fn test_skip_ignored() { panic!("never run") }

#[skip_if(offline(), "why c")]
fn test_skip_if() { panic!("never run") }

#[skip_if(!offline(), "why d")]
fn test_skip_if_not() {}

fn test_skip_itself() {
    println!("words before");
    fn helper(what: &str) { testkit::skip!("no {what}") }
    helper("printer");
}

fn test_skip_without_reason() { testkit::skip!() }

#[xfail("bug 1")]
fn test_xfail() { panic!("as expected") }

#[xfail("bug 2", panics = "out of range")]
fn test_xfail_by_message() { testkit::assert!(vec![1].len() == 2, "out of range") }

#[xfail("bug 3", panics = "out of range")]
fn test_xfail_otherwise() { panic!("something else") }

#[xfail("bug 4")]
fn test_xfail_passes() {}

#[xfail("bug 5", strict = false)]
fn test_xfail_may_pass() {}

#[xfail("bug 6", run = false)]
fn test_xfail_not_run() { panic!("never run") }

#[xfail("bug 7")]
#[timeout("200ms")]
fn test_xfail_hangs() { std::thread::sleep(std::time::Duration::from_secs(1)); panic!("libtest knows no limits") }

#[xfail("bug 8")]
#[should_panic(expected = "never")]
fn test_xfail_should_panic() { panic!("other") }

#[xfail("bug 9")]
fn test_xfail_returns_error() -> Result<(), String> { Err("an error".to_owned()) }

#[retry(3, delay = "10ms")]
fn test_retry_passes() { let made = count("passes"); assert!(made == 3, "attempt {made}") }

#[retry(2)]
fn test_retry_fails() { panic!("always") }

#[retry(2)]
fn test_retry_not_needed() {}

#[isolate]
#[mark(slow, db(kind = "pg"))]
fn test_isolated() {}

struct TestGroup;

#[skip_if(offline(), "the group")]
impl TestGroup {
    fn setup() -> Self { panic!("never called") }
    fn test_method(&self) {}
}

#[testkit::tests]
#[xfail("the module")]
mod inner {
    fn test_fails() { panic!("as expected") }

    mod nested {
        struct TestNested;
        impl TestNested {
            fn test_method(&self) { panic!("as expected") }
            #[xfail("innermost", strict = false)]
            fn test_passes(&self) {}
        }
    }
}
"#;

/// The verdicts of [`OUTCOMES`], and the reason that comes with some of them.
const EXPECTED: &[(&str, Verdict, Option<&str>)] = &[
    ("TestGroup::test_method", Skipped, Some("the group")),
    ("inner::nested::TestNested::test_method", XFailed, Some("the module")),
    ("inner::nested::TestNested::test_passes", XPassed, Some("innermost")),
    ("inner::test_fails", XFailed, Some("the module")),
    ("test_before", Passed, None),
    ("test_isolated", Passed, None),
    ("test_retry_fails", Failed, None),
    ("test_retry_not_needed", Passed, None),
    ("test_retry_passes", Flaky, None),
    ("test_skip", Skipped, Some("why a")),
    ("test_skip_if", Skipped, Some("why c")),
    ("test_skip_if_not", Passed, None),
    ("test_skip_ignored", Skipped, Some("why b")),
    ("test_skip_itself", Skipped, Some("no printer")),
    ("test_skip_without_reason", Skipped, Some("")),
    ("test_xfail", XFailed, Some("bug 1")),
    ("test_xfail_by_message", XFailed, Some("bug 2")),
    ("test_xfail_hangs", XFailed, Some("bug 7")),
    ("test_xfail_may_pass", XPassed, Some("bug 5")),
    ("test_xfail_not_run", XFailed, Some("bug 6")),
    ("test_xfail_otherwise", Failed, None),
    ("test_xfail_passes", Failed, None),
    ("test_xfail_returns_error", XFailed, Some("bug 9")),
    ("test_xfail_should_panic", XFailed, Some("bug 8")),
];

const DECLARED: &str = "[package.metadata.testkit]\nmarks = [\"slow\", \"db: needs a database\"]\n";

fn project(name: &str, source: &str) -> Project {
    Project::empty(name)
        .file("Cargo.toml", &manifest(name, DECLARED))
        .file("src/lib.rs", "")
        .file("tests/test_marks.rs", source)
}

/// Fails unless verdicts and reasons are those of [`EXPECTED`].
#[track_caller]
fn check_outcomes(name: &str, ran: &Ran) {
    ran.exits(1);
    let verdicts: Vec<_> =
        EXPECTED.iter().map(|(test, verdict, _)| (format!("{name}::test_marks::{test}"), *verdict)).collect();
    ran.has_verdicts(verdicts);
    for test in finished(&ran.events) {
        let path = test.test.as_str().strip_prefix(&format!("{name}::test_marks::")).unwrap();
        let (_, _, want) = EXPECTED.iter().find(|(expected, ..)| *expected == path).unwrap();
        let reason = test.skip_reason.as_ref().or(test.xfail_reason.as_ref());
        assert_eq!(reason.map(String::as_str), *want, "{path}: {}", ran.said());
    }
    ran.says("remove the mark if what it waits for is done").says("so this is another one").leaves_nothing_behind();
}

/// The attempts at a test: why each was made, and in which process.
fn attempts(events: &[Event], name: &str) -> Vec<(AttemptReason, u32, u32)> {
    let started = events.iter().filter_map(|event| match &event.kind {
        EventKind::Attempt(attempt) if attempt.test.as_str().ends_with(name) => match &attempt.event {
            AttemptEvent::Started(started) => Some((started.reason, started.worker, started.position)),
            AttemptEvent::Slow { .. } | AttemptEvent::Finished(_) => None,
        },
        _ => None,
    });
    started.collect()
}

#[test]
fn outcomes_are_the_same_in_every_way_of_running_tests() {
    let project = project("marks-outcomes", OUTCOMES);
    let ways: &[&[&str]] = &[
        &["-n", "1"],
        &["-n", "4"],
        &["--isolation", "process"],
        &["-n", "1", "--run-ignored", "all"],
        &["--no-capture", "-n", "2"],
    ];
    for way in ways {
        let ran = project.testkit(&[&["run"], *way].concat());
        check_outcomes("marks-outcomes", &ran);
        let passes = attempts(&ran.events, "test_retry_passes");
        let reasons: Vec<_> = passes.iter().map(|(reason, ..)| *reason).collect();
        assert_eq!(reasons, [AttemptReason::Planned, AttemptReason::Retry, AttemptReason::Retry], "{way:?}");
        assert!(passes[1..].iter().all(|(_, _, position)| *position == 0), "{passes:?}");
        assert!(passes[1].1 != passes[0].1 && passes[2].1 != passes[1].1, "{passes:?}");
        assert_eq!(attempts(&ran.events, "test_retry_fails").len(), 3, "{way:?}");
        assert_eq!(attempts(&ran.events, "test_isolated").iter().map(|it| it.2).collect::<Vec<_>>(), [0], "{way:?}");
        assert_eq!(attempts(&ran.events, "test_xfail_not_run"), [], "{way:?}");
    }
}

#[test]
fn outcomes_are_the_same_where_libtest_runs_the_tests() {
    // No worker can be had: what would make one is taken away before it begins.
    let mute = format!(
        "{OUTCOMES}\n#[used]\n#[unsafe(link_section = \".init_array\")]\nstatic MUTE: extern \"C\" fn() = mute;\n\
         extern \"C\" fn mute() {{ unsafe {{ std::env::remove_var(\"TESTKIT_INTERNAL_CHANNEL\") }} }}\n"
    );
    let ran = project("marks-mute", &mute).testkit(&["run", "-n", "2"]);
    ran.says("run through libtest");
    check_outcomes("marks-mute", &ran);
    // A target runner, through which no descriptor is sure to come.
    let runner = "[target.'cfg(all())']\nrunner = [\"env\", \"THROUGH_A_RUNNER=1\"]\n";
    let project = project("marks-runner", OUTCOMES).file(".cargo/config.toml", runner);
    check_outcomes("marks-runner", &project.testkit(&["run", "-n", "2"]));
}

#[test]
fn outcomes_are_the_same_on_threads() {
    // There the whole process has to be killed for a test that hangs, and its neighbours with it.
    let source = OUTCOMES.replace("#[timeout(\"200ms\")]\n", "");
    let ran = project("marks-threads", &source).testkit(&["run", "--isolation", "threads", "-n", "4"]);
    check_outcomes("marks-threads", &ran);
}

/// A crash and a time-out are what was expected, unless a message was.
#[test]
fn crashes_and_time_outs_can_be_expected() {
    let source = r#"
use testkit::prelude::*;
testkit::discover!();
#[xfail("a")]
fn test_crash() { std::process::abort() }
#[xfail("b", panics = "SIGABRT")]
fn test_crash_for_a_message() { std::process::abort() }
#[xfail("c", panics = "did not end")]
#[timeout("100ms")]
fn test_hang_for_a_message() { std::thread::sleep(std::time::Duration::from_secs(60)) }
#[retry(1)]
#[timeout("100ms")]
fn test_hang_twice() { std::thread::sleep(std::time::Duration::from_secs(60)) }
"#;
    let project = project("marks-crashes", source);
    for workers in ["1", "4"] {
        let ran = project.testkit(&["run", "-n", workers]);
        ran.exits(1).has_verdicts([
            ("marks-crashes::test_marks::test_crash", XFailed),
            ("marks-crashes::test_marks::test_crash_for_a_message", Verdict::Crashed),
            ("marks-crashes::test_marks::test_hang_for_a_message", TimedOut),
            ("marks-crashes::test_marks::test_hang_twice", TimedOut),
        ]);
        assert_eq!(attempts(&ran.events, "test_hang_twice").len(), 2);
    }
}

#[test]
fn skipped_tests_are_left_out_where_only_ignored_ones_are_asked_for() {
    let source = "use testkit::prelude::*;\ntestkit::discover!();\n#[skip]\nfn test_a() {}\n#[ignore]\nfn test_b() {}\n\
                  #[skip(\"c\")]\n#[ignore]\nfn test_c() {}\n";
    let ran = project("marks-ignored", source).testkit(&["run", "--run-ignored", "only"]);
    ran.exits(0)
        .has_verdicts([("marks-ignored::test_marks::test_b", Passed), ("marks-ignored::test_marks::test_c", Skipped)]);
}

/// Each test writes when it begins and ends; the file says whether two of them met.
const APART: &str = r#"
use testkit::prelude::*;
testkit::discover!();

fn busy(name: &str) {
    use std::io::Write;
    let log = |what: &str| {
        let path = std::env::var("APART_LOG").unwrap();
        let mut file = std::fs::File::options().create(true).append(true).open(path).unwrap();
        file.write_all(format!("{what} {name}\n").as_bytes()).unwrap();
    };
    log("begin");
    std::thread::sleep(std::time::Duration::from_millis(20));
    log("end");
}

#[serial("a")] fn test_a1() { busy("a1") }
#[serial("a")] fn test_a2() { busy("a2") }
#[serial("a", "b")] fn test_ab() { busy("ab") }
#[serial("b")] fn test_b1() { busy("b1") }
#[serial("b")] #[isolate] fn test_b2() { busy("b2") }
#[serial] fn test_s1() { busy("s1") }
#[serial] fn test_s2() { busy("s2") }
fn test_f1() { busy("f1") }
fn test_f2() { busy("f2") }
fn test_f3() { busy("f3") }
#[exclusive] fn test_x1() { busy("x1") }
#[exclusive] #[serial("a")] fn test_x2() { busy("x2") }
"#;

/// Fails if two tests met that must not; returns how many tests ran at once at most.
#[track_caller]
fn check_apart(log: &str) -> usize {
    let (mut running, mut most): (Vec<&str>, usize) = (Vec::new(), 0);
    for line in log.lines() {
        let (what, name) = line.split_once(' ').unwrap();
        if what == "end" {
            running.retain(|other| *other != name);
            continue;
        }
        for other in &running {
            let keys = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
            let (one, two) = (keys(name), keys(other));
            let meet = one != "f" && two != "f" && one.chars().any(|key| two.contains(key));
            assert!(!meet && one != "x" && two != "x", "{name} beside {other}:\n{log}");
        }
        running.push(name);
        most = most.max(running.len());
    }
    assert_eq!(log.lines().filter(|line| line.starts_with("end")).count() % 12, 0, "{log}");
    most
}

#[test]
fn serial_and_exclusive_tests_are_kept_apart_in_all_processes() {
    let project = project("marks-apart", APART).file("tests/test_more.rs", &APART.replace("test_", "test_more_"));
    let ways: &[&[&str]] =
        &[&["-n", "1"], &["-n", "4"], &["-n", "4", "--isolation", "process"], &["-n", "4", "--isolation", "threads"]];
    for way in ways {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = testkit_tests::command::command(project.folder(), &[&["run"], *way].concat());
        command.env("APART_LOG", &log);
        let ran = testkit_tests::command::start_reporting(command).wait();
        ran.exits(0);
        assert_eq!(ran.verdicts().len(), 24);
        let most = check_apart(&std::fs::read_to_string(&log).unwrap());
        assert_eq!(most > 1, way.contains(&"4"), "{way:?}: so many at once: {most}");
    }
    // And under libtest, on the threads of each binary.
    for target in ["test_marks", "test_more"] {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut command = Command::new("cargo");
        prepare(&mut command);
        command.current_dir(project.folder()).env("APART_LOG", &log).args(["test", "-q", "--test", target]);
        let output = command.args(["--", "--test-threads=4"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        assert!(check_apart(&std::fs::read_to_string(&log).unwrap()) > 1, "nothing ran side by side");
    }
}

/// What libtest says of each test, and what the test printed.
#[test]
fn cargo_test_gives_each_mark_its_best_meaning() {
    let project = project("marks-hosted", OUTCOMES);
    let mut command = Command::new("cargo");
    prepare(&mut command);
    command.current_dir(project.folder()).args(["test", "--test", "test_marks", "--", "--show-output"]);
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let results: BTreeMap<&str, &str> =
        stdout.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... ")).collect();
    for (test, verdict, reason) in EXPECTED {
        let name = match *test {
            "TestGroup::test_method" => "discovered::test_group::test_method".to_owned(),
            inner if inner.starts_with("inner") => inner.replace("TestNested", "test_nested"),
            free => format!("discovered::{free}"),
        };
        let want = match (*test, *verdict) {
            ("test_skip" | "test_skip_ignored" | "test_xfail_not_run", _) => format!("ignored, {}", reason.unwrap()),
            (_, Failed) => "FAILED".to_owned(),
            _ => "ok".to_owned(),
        };
        assert_eq!(results.get(name.as_str()).copied(), Some(want.as_str()), "{test}: {stdout}");
    }
    for text in [
        "skipped: no printer\n",
        "skipped: the group\n",
        "xfailed: bug 1\n",
        "xfailed: the module\n",
        "xpassed: bug 5\n",
        "attempt 2 failed; the test is tried again, up to 2 times\n",
        "passed, but is marked `#[xfail]`: \"bug 4\"",
        "so this is another one\n",
    ] {
        assert!(stdout.contains(text), "it does not say {text:?}: {stdout}");
    }
}

#[test]
fn the_list_shows_marks() {
    let project = project("marks-list", OUTCOMES);
    let ran =
        testkit_tests::command::start(testkit_tests::command::command(project.folder(), &["list", "--format", "json"]))
            .wait();
    let document: serde_json::Value = serde_json::from_str(&ran.exits(0).stdout).unwrap();
    let test = |name: &str| {
        let tests = document["tests"].as_array().unwrap();
        tests.iter().find(|test| test["name"] == name).unwrap_or_else(|| panic!("no {name}")).clone()
    };
    assert_eq!(
        test("test_isolated")["marks"],
        serde_json::json!([
            {"name": "slow"}, {"name": "db", "arguments": "kind = \"pg\""}
        ])
    );
    assert_eq!(test("test_isolated")["isolate"], true);
    assert_eq!(test("test_skip")["skip"], "why a");
    assert_eq!(
        test("test_xfail_by_message")["xfail"],
        serde_json::json!({"reason": "bug 2", "panics": "out of range"})
    );
    assert_eq!(test("test_retry_passes")["retry"], serde_json::json!({"count": 3, "delay_ns": 10_000_000}));
    assert_eq!(test("test_before").get("marks"), None);
}

/// With `panics`, the test or its set-up is what is expected to fail.
const BESIDE: &str = r#"
use testkit::prelude::*;
testkit::discover!();

#[fixture(teardown = |it: u8| if it == 1 { panic!("index out of range, still open") })]
fn unclean() -> u8 { 1 }

#[fixture]
fn broken() -> u8 { panic!("index out of range at the beginning") }

#[xfail(panics = "out of range")]
fn test_clean() { panic!("index out of range") }

#[xfail(panics = "out of range")]
fn test_tear_down(unclean: &u8) { panic!("index out of range {unclean}") }

#[xfail(panics = "out of range")]
fn test_tear_down_alone(_unclean: &u8) {}

#[xfail(panics = "out of range")]
fn test_other_and_tear_down(_unclean: &u8) { panic!("something else") }

#[xfail(panics = "out of range")]
fn test_set_up(_broken: &u8) {}

#[xfail]
fn test_any(_unclean: &u8) { panic!("index out of range") }

#[xfail(panics = "out of range")]
#[parametrize(n, from = [1, 2])]
fn test_rows(_unclean: &u8, n: u8) { assert!(n == 0, "out of range") }
"#;

#[test]
fn a_tear_down_that_fails_was_not_expected() {
    let project = project("marks-beside", BESIDE);
    let verdicts = [
        ("test_any", XFailed),
        ("test_clean", XFailed),
        ("test_other_and_tear_down", Failed),
        ("test_rows[1]", Errored),
        ("test_rows[2]", Errored),
        ("test_set_up", XFailed),
        ("test_tear_down", Errored),
        ("test_tear_down_alone", Errored),
    ];
    for way in [&["-n", "1"][..], &["--isolation", "process"]] {
        let ran = project.testkit(&[&["run"], way].concat());
        ran.exits(1).has_verdicts(verdicts.map(|(test, want)| (format!("marks-beside::test_marks::{test}"), want)));
        ran.says("tests/test_marks.rs:5:44, in the tear-down\n    panicked: index out of range, still open\n");
        ran.says("its tear-down failed, and `#[xfail(panics = …)]` expects another failure\n");
        assert!(!ran.stdout.contains("attempts differed"), "{}", ran.said());
    }

    let mut command = Command::new("cargo");
    prepare(&mut command);
    let output = command.current_dir(project.folder()).args(["test", "--test", "test_marks"]).output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    for (test, verdict) in verdicts {
        let test = test.split('[').next().unwrap();
        let word = if verdict == XFailed { "ok" } else { "FAILED" };
        assert!(stdout.contains(&format!("test discovered::{test} ... {word}\n")), "{test}: {stdout}");
    }
    assert!(stdout.contains("its tear-down failed, and `#[xfail(panics = …)]` expects"), "{stdout}");
}
