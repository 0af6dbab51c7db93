//! Failures that do not end a test: `check!`, `subtest!` and the threads of a test, in whole programs. Each test of the
//! table under the command and under plain `cargo test`, which are to agree.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;
use std::sync::OnceLock;

use testkit_protocol::event::{AttemptEvent, Event, EventKind};
use testkit_protocol::outcome::Verdict::{self, Crashed, Errored, Failed, Flaky, Passed, Skipped, TimedOut, XFailed};
use testkit_protocol::text;
use testkit_tests::command::prepare;
use testkit_tests::project::Project;

/// A test: its name, its attributes, its body, its verdict, and what its failures say, in this order and no more.
type Case = (&'static str, &'static str, &'static str, Verdict, &'static [&'static [&'static str]]);

const CASES: &[Case] = &[
    ("holds", "", "check!(1 + 1 == 2); assert!(check!(true));", Passed, &[]),
    (
        "fails_thrice",
        "",
        "for i in 0..5 { check!(i % 2 == 1, \"round {i}\"); } println!(\"the end\");",
        Failed,
        &[&["round 0", "i % 2 == 1"], &["round 2"], &["round 4"]],
    ),
    ("value", "", "if !check!(1 > 2) { panic!(\"and so on\") }", Failed, &[&["1 > 2"], &["and so on"]]),
    ("helper", "", "helper(3);", Failed, &[&["n == 4", "n = 3"]]),
    ("then_panics", "", "check!(false, \"first\"); panic!(\"second\");", Failed, &[&["first"], &["second"]]),
    ("then_skips", "", "check!(false, \"first\"); testkit::skip!(\"why\");", Failed, &[&["first"]]),
    // With `#[should_panic]`.
    ("should_panic", "#[should_panic]", "check!(true); panic!(\"asked for\");", Passed, &[]),
    (
        "should_panic_checked",
        "#[should_panic]",
        "check!(false, \"first\"); panic!(\"asked for\");",
        Failed,
        &[&["first"]],
    ),
    (
        "should_panic_checked_only",
        "#[should_panic(expected = \"asked\")]",
        "check!(false, \"asked for\");",
        Failed,
        &[&["asked for"], &["did not panic"]],
    ),
    ("should_panic_otherwise", "#[should_panic(expected = \"x\")]", "panic!(\"y\")", Failed, &[&["\"x\"", "\"y\""]]),
    // With other marks.
    ("xfail", "#[testkit::xfail(\"bug 1\")]", "check!(false);", XFailed, &[&["assertion failed: false"]]),
    ("xfail_says", "#[testkit::xfail(panics = \"round 1\")]", "check!(false, \"round 1\");", XFailed, &[&["round 1"]]),
    ("retry", "#[testkit::retry(1)]", "check!(is_second());", Flaky, &[&["is_second()"]]),
    // Subtests.
    (
        "subtests",
        "",
        "for n in [1, 2, 3, 4] { subtest!(\"n = {n}\", || { assert!(n % 2 == 1); }); } println!(\"the end\");",
        Failed,
        &[&["subtest `n = 2`", "n % 2"], &["subtest `n = 4`"]],
    ),
    (
        "subtest_values",
        "",
        "let held = subtest!(\"a {} {b}\", 1, b = 2, || check!(false, \"in it\").then_some(()).unwrap_or(())); assert!(!held); \
         assert!(subtest!(\"c\", || {}));",
        Failed,
        &[&["subtest `a 1 2`", "in it"]],
    ),
    (
        "subtest_error",
        "",
        "subtest!(\"parse\", || { \"x\".parse::<u8>()?; Ok::<_, std::num::ParseIntError>(()) });",
        Failed,
        &[&["subtest `parse`", "returned an error: invalid digit"]],
    ),
    (
        "subtests_inside",
        "",
        "subtest!(\"outer\", || { subtest!(\"inner\", || -> () { panic!(\"deep\") }); check!(false, \"after\"); });",
        Failed,
        &[&["subtest `outer` > `inner`", "deep"], &["subtest `outer`", "after"]],
    ),
    ("subtest_skips", "", "subtest!(\"a\", || -> () { testkit::skip!(\"no printer\"); });", Skipped, &[]),
    // Threads.
    (
        "thread_checks",
        "",
        "testkit::spawn(|| { check!(false, \"on it\"); }).join().unwrap();",
        Failed,
        &[&["on thread `<unnamed>`", "on it"]],
    ),
    (
        "thread_nobody_joins",
        "",
        "testkit::spawn(|| { std::thread::sleep(std::time::Duration::from_millis(50)); panic!(\"late\"); });",
        Failed,
        &[&["thread", "late"]],
    ),
    (
        "thread_panic_joined",
        "",
        "assert!(testkit::spawn(|| panic!(\"on it\")).join().is_err());",
        Failed,
        &[&["on it"]],
    ),
    (
        "thread_value",
        "",
        "assert!(testkit::spawn(|| 3).join().unwrap() == 3); assert!(testkit::scope(|s| s.spawn(|| 4).join().unwrap()) == 4);",
        Passed,
        &[],
    ),
    (
        "thread_of_thread",
        "",
        "testkit::spawn(|| { testkit::spawn(|| { check!(false, \"deep\"); }).join().unwrap(); }).join().unwrap();",
        Failed,
        &[&["deep"]],
    ),
    (
        "thread_of_subtest",
        "",
        "subtest!(\"part\", || { testkit::spawn(|| { check!(false, \"on it\"); }).join().unwrap(); });",
        Failed,
        &[&["subtest `part`", "thread", "on it"]],
    ),
    (
        "scope_checks",
        "",
        "let v = vec![1, 2]; testkit::scope(|s| { s.spawn(|| check!(v.len() == 3, \"on it\")); });",
        Failed,
        &[&["thread", "on it", "v.len() = 2"]],
    ),
    (
        "scope_panics",
        "",
        "testkit::scope(|s| { s.spawn(|| panic!(\"on it\")); });",
        Failed,
        &[&["on it"], &["a scoped thread panicked"]],
    ),
    ("plain_thread_joined", "", "assert!(std::thread::spawn(|| panic!(\"asked\")).join().is_err());", Passed, &[]),
    (
        "thread_left_by_a_failure",
        "",
        "testkit::spawn(|| std::thread::sleep(std::time::Duration::from_secs(3600))); panic!(\"first\");",
        Failed,
        &[&["first"]],
    ),
    // Panics that are asked for.
    (
        "asked_for",
        "",
        "let m = testkit::assert_panics!(panic!(\"in {}\", 1), \"in\"); assert!(m == \"in 1\"); panic!(\"another\")",
        Failed,
        &[&["another"]],
    ),
];

/// What cannot be the same under `cargo test`, where there are no limits and a process is shared.
const UNDER_THE_COMMAND: &[Case] = &[
    ("then_aborts", "", "check!(false, \"first\"); std::process::abort();", Crashed, &[&["ended by"], &["first"]]),
    ("then_exits", "", "check!(false, \"first\"); std::process::exit(0);", Crashed, &[&["exit code 0"], &["first"]]),
    (
        "then_hangs",
        "#[testkit::timeout(\"300ms\")]",
        "check!(false, \"first\"); std::thread::sleep(std::time::Duration::from_secs(3600));",
        TimedOut,
        &[&["300"], &["first"]],
    ),
    (
        "subtest_then_aborts",
        "",
        "subtest!(\"part\", || -> () { panic!(\"first\") }); std::process::abort();",
        Crashed,
        &[&["ended by"], &["subtest `part`", "first"]],
    ),
    (
        "plain_thread_checks",
        "",
        "std::thread::spawn(|| { check!(false, \"on it\"); }).join().unwrap();",
        Failed,
        &[&["thread", "on it"]],
    ),
    (
        "strict_mark",
        "#[testkit::strict_threads]",
        "assert!(std::thread::spawn(|| panic!(\"on it\")).join().is_err());",
        Failed,
        &[&["thread", "on it"]],
    ),
    (
        "strict_from_here",
        "",
        "let join = |text: &'static str| std::thread::spawn(move || panic!(\"{text}\")).join().is_err(); \
         assert!(join(\"before\")); testkit::strict_threads(); assert!(join(\"behind\"));",
        Failed,
        &[&["thread", "behind"]],
    ),
    ("not_strict_any_more", "", "assert!(std::thread::spawn(|| panic!(\"asked\")).join().is_err());", Passed, &[]),
];

const HEAD: &str = r#"#![allow(unused, unreachable_code)]
use testkit::{assert, check, subtest};
testkit::discover!();

#[track_caller]
fn helper(n: u32) { check!(n == 4); }

fn is_second() -> bool {
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(std::env::var("RUN_OF_SOFT_CHECKS").unwrap());
    std::fs::File::options().create_new(true).write(true).open(path).is_err()
}

struct TestGroup;
impl TestGroup {
    fn setup() -> Self { TestGroup }
    fn test_checks(&self) { check!(false, "in the test"); }
    fn test_panics(&self) { panic!("in the test"); }
    fn teardown(self) { println!("torn down"); check!(false, "in the teardown"); }
}

struct TestSetUp;
impl TestSetUp {
    fn setup() -> Self { check!(false, "in the set-up"); TestSetUp }
    fn test_errs(&self) {}
}
"#;

/// What comes of the groups in [`HEAD`].
const OF_GROUPS: &[Case] = &[
    ("TestGroup::test_checks", "", "", Failed, &[&["in the test"], &["in the teardown"]]),
    ("TestGroup::test_panics", "", "", Failed, &[&["in the test"], &["in the teardown"]]),
    ("TestSetUp::test_errs", "", "", Errored, &[&["in the set-up"]]),
];

fn source(cases: &[Case]) -> String {
    let mut text = HEAD.to_owned();
    for (name, attributes, body, ..) in cases {
        writeln!(text, "{attributes}\nfn test_{name}() {{ {body} }}").unwrap();
    }
    text
}

fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        Project::new("soft_checks")
            .file("src/lib.rs", "")
            .file("tests/test_both.rs", &source(CASES))
            .file("tests/test_command.rs", &source(UNDER_THE_COMMAND))
    })
}

/// The cases of a file with their names in it.
fn named(cases: &[Case]) -> impl Iterator<Item = (String, Verdict, &'static [&'static [&'static str]])> {
    let of_cases = cases.iter().map(|(name, _, _, verdict, says)| (format!("test_{name}"), *verdict, *says));
    of_cases.chain(OF_GROUPS.iter().map(|(name, _, _, verdict, says)| ((*name).to_owned(), *verdict, *says)))
}

/// The reports of a test's first attempt, and its output.
fn told(events: &[Event], id: &str) -> (Vec<String>, String) {
    let attempts = events.iter().filter_map(|event| match &event.kind {
        EventKind::Attempt(attempt) if attempt.test.as_str() == id => Some(attempt),
        _ => None,
    });
    for attempt in attempts {
        if let AttemptEvent::Finished(finished) = &attempt.event {
            let reports = finished.failures.iter().map(text::report).collect();
            return (reports, format!("{}{}", finished.stdout.head, finished.stderr.head));
        }
    }
    (Vec::new(), String::new())
}

fn runs_under_the_command(isolation: &str) {
    let mut command =
        testkit_tests::command::command(project().folder(), &["run", "--isolation", isolation, "-n", "1"]);
    command.env("RUN_OF_SOFT_CHECKS", format!("{isolation}-{}", std::process::id()));
    let ran = testkit_tests::command::start_reporting(command).wait();
    let files = [("test_both", CASES), ("test_command", UNDER_THE_COMMAND)];
    let all = || {
        files.into_iter().flat_map(|(file, cases)| {
            named(cases).map(move |(name, verdict, says)| (format!("soft_checks::{file}::{name}"), verdict, says))
        })
    };
    ran.exits(1).has_verdicts(all().map(|(id, verdict, _)| (id, verdict))).leaves_nothing_behind();
    for (id, _, says) in all() {
        let (reports, _) = told(&ran.events, &id);
        assert_eq!(reports.len(), says.len(), "{id}: {reports:#?}");
        for (report, words) in reports.iter().zip(says) {
            let missing: Vec<_> = words.iter().filter(|word| !report.contains(**word)).collect();
            assert!(missing.is_empty(), "{id} does not say {missing:?}:\n{report}");
        }
    }
    let output = |name: &str| told(&ran.events, &format!("soft_checks::test_both::test_{name}")).1;
    assert!(output("fails_thrice").contains("the end"), "the test goes on behind a check");
    assert!(output("subtests").contains("the end"), "the test goes on behind a subtest");
    assert!(!output("asked_for").contains("in 1"), "a panic that was asked for is not printed");
    let strict = told(&ran.events, "soft_checks::test_command::test_strict_mark").1;
    assert!(strict.contains("(while the test `test_strict_mark` was running)"), "{strict}");
}

#[test]
fn shared_workers() {
    runs_under_the_command("worker");
}

#[test]
fn a_process_for_each_test() {
    runs_under_the_command("process");
}

#[test]
fn under_cargo_test() {
    let mut command = Command::new("cargo");
    command.current_dir(project().folder()).args(["test", "--test", "test_both", "--no-fail-fast"]);
    prepare(&mut command);
    command.env("RUN_OF_SOFT_CHECKS", format!("cargo-{}", std::process::id()));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let results: BTreeMap<&str, bool> = said
        .lines()
        .filter_map(|line| line.strip_prefix("test ")?.rsplit_once(" ... "))
        .map(|(name, result)| (name, result == "ok"))
        .collect();
    for (name, verdict, says) in named(CASES) {
        let name = format!("discovered::{name}").replace("TestGroup", "test_group").replace("TestSetUp", "test_set_up");
        let should_pass = matches!(verdict, Passed | Skipped | XFailed | Flaky);
        assert_eq!(
            results.get(&*name),
            Some(&should_pass),
            "{name}:\n{said}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let Some((_, own)) = said.split_once(&format!("---- {name} stdout ----\n")) else {
            assert!(should_pass, "{name} says nothing:\n{said}");
            continue;
        };
        let own = own.split("\n---- ").next().unwrap().split("\nfailures:\n").next().unwrap();
        let missing: Vec<_> =
            says.iter().copied().flatten().filter(|word| !own.contains(*word) && **word != "thread").collect();
        assert!(missing.is_empty(), "{name} does not say {missing:?}:\n{own}");
    }
    assert!(!said.contains("in 1"), "a panic that was asked for is not printed:\n{said}");
}
