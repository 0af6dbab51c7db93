//! Other testing libraries inside of collected tests, and other frameworks' tests beside them: `examples/interplay` under
//! the command. What a library prints of a failure must arrive unmangled.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::process::Command;

use testkit_protocol::event::{AttemptEvent, Event, EventKind};
use testkit_protocol::outcome::Verdict;
use testkit_protocol::text;
use testkit_tests::{finished, read_events, root, testkit};

fn run(options: &[&str]) -> Vec<Event> {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("events.jsonl");
    let mut command = Command::new(testkit());
    command.current_dir(root()).args(["run", "-p", "interplay", "--color", "never"]).args(options);
    command.arg(format!("--report=jsonl={}", report.display()));
    // Libraries write new snapshots only where nobody forbids it, and colour their words only where they may.
    command.env("INSTA_UPDATE", "no").env("NO_COLOR", "1").env_remove("RUST_BACKTRACE");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    read_events(&report)
}

/// What is told of a test: the texts of its failures, and what it wrote.
fn told(events: &[Event], id: &str) -> String {
    let mut told = String::new();
    for event in events {
        let EventKind::Attempt(attempt) = &event.kind else { continue };
        let AttemptEvent::Finished(finished) = &attempt.event else { continue };
        if attempt.test.as_str() == id {
            told.extend(finished.failures.iter().map(|failure| text::report(failure) + "\n"));
            told += &finished.stdout.head;
            told += &finished.stderr.head;
        }
    }
    without_colours(&told)
}

/// `pretty_assertions` colours its words wherever they go.
fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)).collect::<String>()
}

#[test]
fn each_library_says_its_own_words() {
    let events = run(&["--test", "test_libraries"]);
    let verdicts: BTreeMap<String, Verdict> =
        finished(&events).map(|test| (test.test.to_string(), test.verdict)).collect();
    assert_eq!(verdicts.len(), 14);
    for (id, verdict) in &verdicts {
        let want = if id.contains("_fails") { Verdict::Failed } else { Verdict::Passed };
        assert_eq!(*verdict, want, "{id}:\n{}", told(&events, id));
    }
    let check = |name: &str, words: &[&str]| {
        let told = told(&events, &format!("interplay::test_libraries::{name}"));
        for word in words {
            assert!(told.contains(word), "{name} does not say {word:?}:\n{told}");
        }
    };
    check(
        "test_pretty_assertions_fails",
        &["two points", "Diff < left / right >", "<    y: 2,", "test_libraries.rs:23:5"],
    );
    check("test_assert2_fails", &["reversed(12) == 22", "21 == 22"]);
    check("test_assert2_check_fails", &["reversed(12) == 22"]);
    check("test_googletest_fails", &["Expected: contains a substring \"wurld\"", "Actual: \"hello world\""]);
    check("test_insta_fails", &["snapshot assertion", "y: 3"]);
    check("test_proptest_fails", &["minimal failing input: number = ", "  left: `", " right: `"]);
    check("test_mockall_fails_for_a_call_too_few", &["MockShop::of", "called 1 time", "expected 2"]);
    check("test_mockall_fails_for_another_argument", &["MockShop::of", "No matching expectation found"]);
}

#[test]
fn each_framework_runs_beside_collected_tests() {
    use Verdict::{Failed, Passed};

    let id = |name: &str| format!("interplay::test_frameworks::{name}");
    let expected = BTreeMap::from([
        (id("test_collected"), Passed),
        (id("plain"), Passed),
        (id("test_with_a_fixture"), Passed),
        (id("test_with_cases::case_1"), Passed),
        (id("test_with_cases::case_2_fails"), Failed),
        (id("test_of_test_case::test_case_1_two_digits"), Passed),
        (id("test_of_test_case::test_case_2_fails"), Failed),
        (id("test_of_tokio"), Passed),
        (id("test_of_serial_test"), Passed),
        (id("test_of_proptest"), Passed),
    ]);
    for options in [&["-n", "1"][..], &["-n", "4"], &["--isolation", "process"]] {
        let events = run(&[&["--test", "test_frameworks"], options].concat());
        let verdicts: BTreeMap<String, Verdict> =
            finished(&events).map(|test| (test.test.to_string(), test.verdict)).collect();
        assert_eq!(verdicts, expected, "{options:?}");
    }
}
