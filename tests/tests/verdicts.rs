//! Runs `examples/failing`, whose tests end in every way a test can end, and compares each verdict with the expected one.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use testkit_protocol::event::Event;
use testkit_protocol::outcome::Verdict;
use testkit_tests::command::check_nothing_is_left_behind;
use testkit_tests::{finished, read_events, root, testkit};

/// Tests whose verdict depends on whether the test before ran in the same process.
const DEPEND_ON_THE_TEST_BEFORE: &[&str] = &[
    "failing::plain::directory_2_is_the_packages",
    "failing::plain::order_2_fails_after_the_mark",
    "failing::test_endings::test_fails_after_the_mark",
];

/// `expected-verdicts.txt`: a test id and a verdict a line.
fn expected() -> BTreeMap<String, Verdict> {
    let text = fs::read_to_string(root().join("examples/failing/expected-verdicts.txt")).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (id, word) = line.rsplit_once(' ').unwrap();
            let verdict = serde_json::from_value(word.into()).unwrap_or_else(|error| panic!("{error}: {line}"));
            (id.to_owned(), verdict)
        })
        .collect()
}

/// Runs the example with some options more. The exit code is 1 whatever they are: tests failed.
#[track_caller]
fn run(options: &[&str]) -> Vec<Event> {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("events.jsonl");
    let output = Command::new(testkit())
        .current_dir(root())
        .args(["run", "-p", "failing", "--timeout", "10s", "--color", "never"])
        .args(options)
        .arg(format!("--report=jsonl={}", report.display()))
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "stdout:\n{stdout}\nstderr:\n{stderr}");
    read_events(&report)
}

/// Every test has one verdict, and it is the expected one; those of `may_pass` may also have passed.
#[track_caller]
fn check_verdicts(events: &[Event], may_pass: &[&str]) {
    let mut got = BTreeMap::new();
    for test in finished(events) {
        let twice = got.insert(test.test.to_string(), test.verdict);
        assert_eq!(twice, None, "a second verdict of {}", test.test);
    }
    let mut problems = Vec::new();
    let expected = expected();
    for (id, want) in &expected {
        match got.get(id) {
            Some(verdict) if verdict == want => {}
            Some(Verdict::Passed) if may_pass.contains(&id.as_str()) => {}
            Some(verdict) => problems.push(format!("{id}: {}, expected {}", verdict.word(), want.word())),
            None => problems.push(format!("{id}: no verdict, expected {}", want.word())),
        }
    }
    let unknown = got.keys().filter(|id| !expected.contains_key(*id));
    problems.extend(unknown.map(|id| format!("{id}: not among the expected verdicts")));
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn one_worker() {
    let events = run(&["--workers", "1"]);
    check_verdicts(&events, &[]);
    check_nothing_is_left_behind(&events);
    let order: Vec<&str> =
        finished(&events).filter(|test| test.fails_only_after_others).map(|test| test.test.as_str()).collect();
    for id in DEPEND_ON_THE_TEST_BEFORE {
        assert!(order.contains(id), "{id} fails only after others; those found: {order:?}");
    }
}

#[test]
fn several_workers() {
    let events = run(&["--workers", "3"]);
    check_verdicts(&events, DEPEND_ON_THE_TEST_BEFORE);
    check_nothing_is_left_behind(&events);
}

#[test]
fn one_process_a_test() {
    let events = run(&["--workers", "2", "--isolation", "process"]);
    check_verdicts(&events, DEPEND_ON_THE_TEST_BEFORE);
    check_nothing_is_left_behind(&events);
}
