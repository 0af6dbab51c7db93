//! Properties in whole programs: what is reported of one that fails, under the command and under plain `cargo test`, and
//! what becomes of the case from then on.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::Command;

use testkit_protocol::event::AttemptFinished;
use testkit_protocol::failure::FailureKind;
use testkit_protocol::outcome::Verdict::{Failed, Passed, Skipped};
use testkit_tests::command::{Ran, prepare, start};
use testkit_tests::project::{Project, manifest};

const TESTS: &str = r#"use testkit::__private::property::{Property, run};
use testkit::assert;
use testkit::check;
use testkit::proptest::prelude::*;

testkit::discover!();

fn property(name: &'static str) -> Property {
    let manifest_directory = env!("CARGO_MANIFEST_DIR");
    Property { cases: Some(200), file: file!(), manifest_directory, name, arguments: &["numbers", "limit"] }
}

fn arguments() -> impl Strategy<Value = (Vec<u8>, u32)> {
    (prop::collection::vec(any::<u8>(), 0..5), any::<u32>())
}

fn test_asserts() {
    run(&property("test_asserts"), arguments(), |(numbers, limit)| {
        assert!(numbers.is_empty() || limit < 1000, "a case of {}", numbers.len());
    });
}

fn test_checks() {
    run(&property("test_checks"), arguments(), |(numbers, _)| {
        check!(numbers.len() < 2, "the length");
        check!(numbers.len() < 3, "the length again");
        println!("said in a case of {}", numbers.len());
    });
}

fn test_skips() {
    run(&property("test_skips"), arguments(), |(_, limit)| {
        if limit > 0 {
            testkit::skip!("as asked");
        }
    });
}

fn test_tells() {
    run(&property("test_tells"), arguments(), |(numbers, limit)| println!("got {numbers:?} {limit}"));
}
"#;

fn project(name: &str) -> Project {
    let manifest = manifest(name, "").replace("\n[workspace]", "features = [\"proptest\"]\n\n[workspace]");
    let project = Project::empty(name)
        .file("Cargo.toml", &manifest)
        .file("src/lib.rs", "")
        .file("tests/test_properties.rs", TESTS);
    drop(fs::remove_dir_all(project.folder().join("proptest-regressions")));
    project
}

fn kept(project: &Project) -> String {
    fs::read_to_string(project.folder().join("proptest-regressions/tests/test_properties.txt")).unwrap_or_default()
}

fn values(attempt: &AttemptFinished) -> Vec<(&str, &str)> {
    attempt.values.iter().map(|value| (value.name.as_str(), value.value.as_str())).collect()
}

#[test]
fn the_smallest_case_is_the_one_that_is_reported() {
    let project = project("properties");
    let verdicts = [
        ("properties::test_properties::test_asserts", Failed),
        ("properties::test_properties::test_checks", Failed),
        ("properties::test_properties::test_skips", Skipped),
        ("properties::test_properties::test_tells", Passed),
    ];
    let ran = project.testkit(&["run", "--workers", "1"]);
    ran.exits(1).has_verdicts(verdicts);

    let asserts = ran.attempt("test_asserts");
    assert_eq!(values(asserts), [("numbers", "[\n    0,\n]"), ("limit", "1000")]);
    let [failure] = asserts.failures.as_slice() else { panic!("one failure: {asserts:?}") };
    let FailureKind::Assertion(assertion) = &failure.kind else { panic!("an assertion: {failure:?}") };
    assert_eq!(failure.message.as_deref(), Some("a case of 1"));
    assert_eq!(assertion.expression, "numbers.is_empty() || limit < 1000");
    let operands: Vec<_> = assertion.operands.iter().map(|operand| (&*operand.source, &*operand.value)).collect();
    assert!(operands.contains(&("limit", "1000")), "{operands:?}");
    let line = TESTS.lines().position(|line| line.contains("a case of {}")).unwrap() + 1;
    let location = failure.location.as_ref().unwrap();
    assert_eq!((location.file.as_str(), location.line as usize), ("tests/test_properties.rs", line));
    // Hundreds of cases have failed on the way.
    assert_eq!((asserts.stdout.head.as_str(), asserts.stderr.head.as_str()), ("", ""));
    let [section] = asserts.sections.as_slice() else { panic!("one section: {asserts:?}") };
    let lines: Vec<_> = section.text.lines().collect();
    assert_eq!(section.title, "property");
    assert!(lines[0].ends_with(" had passed before one failed"), "{section:?}");
    assert!(lines[1].starts_with("to make its arguments smaller, it was run "), "{section:?}");
    assert_eq!(lines[2], "it is kept in proptest-regressions/tests/test_properties.txt, and run first from now on");

    // What is recorded on the way is no failure of the test, and what is recorded at its end is.
    let checks = ran.attempt("test_checks");
    let messages: Vec<_> = checks.failures.iter().map(|failure| failure.message.as_deref().unwrap()).collect();
    assert_eq!(messages, ["the length"]);
    assert_eq!(values(checks)[0], ("numbers", "[\n    0,\n    0,\n]"));
    assert!(checks.stdout.head.ends_with("said in a case of 2\n"), "{checks:?}");

    for test in ["test_skips", "test_tells"] {
        let other = ran.attempt(test);
        assert!(other.values.is_empty() && other.sections.is_empty(), "{other:?}");
    }
    let file = kept(&project);
    let cases: Vec<_> = file.lines().filter_map(|line| line.split_once(" # ")).map(|(_, case)| case).collect();
    let expected = [
        "`test_asserts` shrinks to numbers = [0], limit = 1000",
        "`test_checks` shrinks to numbers = [0, 0], limit = 0",
    ];
    assert!(expected.iter().all(|case| cases.contains(case)) && cases.len() == 2, "{file}");

    // From now on it is the first one.
    let ran = project.testkit(&["run", "--workers", "1"]);
    ran.exits(1).has_verdicts(verdicts);
    let asserts = ran.attempt("test_asserts");
    assert_eq!(values(asserts), [("numbers", "[\n    0,\n]"), ("limit", "1000")]);
    let text = &asserts.sections[0].text;
    assert!(text.starts_with("0 cases had passed before one failed\n"), "{text}");
    assert!(text.contains("it failed before, and is kept in proptest-regressions/tests/test_properties.txt"), "{text}");
    assert_eq!(kept(&project), file);
}

/// `cargo test` of one test, with a seed.
fn cargo_test(project: &Project, test: &str, seed: &str) -> Ran {
    let mut command = Command::new("cargo");
    command.args(["test", "--test", "test_properties", "--", "--nocapture", test]).current_dir(project.folder());
    prepare(&mut command);
    command.env("TESTKIT_SEED", seed);
    start(command).wait()
}

#[test]
fn plain_cargo_test_tells_the_case_once() {
    let project = project("properties_plain");
    let ran = cargo_test(&project, "test_asserts", "7");
    ran.exits(101)
        .says("case: numbers = [0], limit = 1000\n")
        .says("property:\n  ")
        .says("TESTKIT_SEED=7 makes up the same");
    assert_eq!(ran.stderr.matches("panicked at tests/test_properties.rs").count(), 1, "{}", ran.said());
    assert_eq!(ran.stderr.matches("assertion failed: ").count(), 1, "{}", ran.said());
    let ran = cargo_test(&project, "test_checks", "7");
    ran.exits(101).says("case: numbers = [0, 0], limit = 0\n");
    assert_eq!(ran.stderr.matches("assertion failed: ").count(), 1, "{}", ran.said());
    cargo_test(&project, "test_skips", "7").exits(0).says("skipped: as asked");
}

#[test]
fn the_seed_of_the_run_makes_up_the_cases() {
    let project = project("properties_seed");
    let told = |seed: &str| {
        let ran = cargo_test(&project, "test_tells", seed);
        let got: Vec<_> =
            ran.exits(0).stdout.lines().filter(|line| line.contains("got [")).map(str::to_owned).collect();
        assert_eq!(got.len(), 200, "{}", ran.said());
        got
    };
    let first = told("7");
    assert_eq!(told("7"), first);
    assert_ne!(told("8"), first);
    cargo_test(&project, "test_tells", "x").exits(101).says("TESTKIT_SEED is no number of 64 bits: x");
}
