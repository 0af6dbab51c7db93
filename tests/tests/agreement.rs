//! The same tests with the same verdicts as `cargo test` and `cargo nextest run`, on a project with some of everything.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

use testkit_protocol::outcome::Verdict;
use testkit_tests::command::{Ran, prepare, start};
use testkit_tests::project::Project;

const LIB: &str = r#"
#[cfg(test)]
#[testkit::tests]
mod inline {
    fn test_inline_passes() {}
    fn test_inline_fails() { assert!(1 + 1 == 3); }
    #[ignore] fn test_inline_is_ignored() {}
    #[should_panic(expected = "this")] fn test_inline_should_panic() { panic!("this and that"); }
    #[should_panic] fn test_inline_should_have() {}
    struct TestGroup;
    impl TestGroup { fn test_in_a_group(&self) {} fn test_in_a_group_fails(&self) { panic!("group"); } }
    #[test] fn ordinary_inline() {}
    mod deeper { fn test_deeper() -> Result<(), String> { Err("an error".to_owned()) } }
}
#[cfg(test)]
mod plain {
    #[test] fn plain_passes() { println!("test plain::other ... FAILED"); }
    #[test] fn plain_fails() { panic!("plain"); }
    #[test] #[ignore = "why"] fn plain_is_ignored() {}
    #[test] #[should_panic] fn plain_should_panic() { panic!("as it should"); }
    #[test] fn plain_returns() -> Result<(), std::num::ParseIntError> { "x".parse::<u8>().map(drop) }
}
"#;

const FILE: &str = r#"
testkit::discover!();
fn test_file_passes() {}
fn test_file_fails() { panic!("file"); }
#[cfg(any())] fn test_file_is_not_there() {}
#[test] fn plain_in_file() {}
#[testkit::tests]
mod nested { fn test_nested() {} struct TestNested; impl TestNested { fn test_nested_method(&self) {} } }
"#;

fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        Project::new("mixed")
            .file("src/lib.rs", LIB)
            .file("src/main.rs", "fn main() {}\n#[test] fn in_main() {}\n")
            .file("tests/test_file.rs", FILE)
            .file("tests/all/main.rs", "testkit::discover_files!();\n")
            .file(
                "tests/all/test_in_folder.rs",
                "fn test_in_folder() {}\nfn test_in_folder_fails() { panic!(\"folder\"); }\n",
            )
    })
}

fn run(arguments: &[&str]) -> Ran {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(project().folder());
    prepare(&mut command);
    start(command).wait()
}

/// By the last part of its name, which is unique in this project: libtest knows collected tests by other modules.
fn last_part(name: &str) -> String {
    name.rsplit("::").next().unwrap().to_owned()
}

/// Verdicts by that name; a name that comes twice makes no map.
fn by_last_part<'a>(tests: impl Iterator<Item = (&'a str, &'static str)>) -> BTreeMap<String, &'static str> {
    let mut verdicts = BTreeMap::new();
    for (name, word) in tests {
        assert_eq!(verdicts.insert(last_part(name), word), None, "{name} comes twice");
    }
    verdicts
}

fn of_testkit() -> BTreeMap<String, &'static str> {
    let ran = project().testkit(&["run"]);
    let verdicts = ran.exits(1).verdicts();
    by_last_part(verdicts.iter().map(|(id, verdict)| {
        let word = match verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Skipped => "ignored",
            other => panic!("{id}: {other:?}"),
        };
        (id.as_str(), word)
    }))
}

#[test]
fn with_cargo_test() {
    let ran = run(&["test", "--no-fail-fast", "--", "--test-threads=1"]);
    ran.exits(101);
    let lines = ran.stdout.lines().filter_map(|line| line.strip_prefix("test ")?.split_once(" ... "));
    let verdicts = by_last_part(lines.map(|(name, result)| {
        let word = match result.split([' ', ',']).next().unwrap() {
            "ok" => "passed",
            "FAILED" => "failed",
            "ignored" => "ignored",
            other => panic!("{name}: {other}"),
        };
        (name.strip_suffix(" - should panic").unwrap_or(name), word)
    }));
    assert!(verdicts.len() >= 20, "{verdicts:?}");
    assert_eq!(of_testkit(), verdicts);
}

#[test]
fn with_nextest() {
    let is_there =
        Command::new("cargo").args(["nextest", "--version"]).output().is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!("NOT COMPARED: there is no cargo-nextest here; `cargo install cargo-nextest` gets it");
        return;
    }
    let ran = run(&["nextest", "run", "--no-fail-fast", "--status-level", "all", "--final-status-level", "none"]);
    ran.exits(100);
    let mut ids = BTreeMap::new();
    for line in ran.stderr.lines() {
        let Some((status, rest)) = line.trim().split_once(" [") else { continue };
        let word = match status.trim() {
            "PASS" => "passed",
            "FAIL" => "failed",
            "SKIP" => "ignored",
            _ => continue,
        };
        // `[ 0.004s] (1/20) mixed::test_file nested::test_nested`
        let mut words = rest
            .split_once(']')
            .unwrap()
            .1
            .split_whitespace()
            .filter(|word| !word.starts_with('(') && !word.ends_with(')'));
        let binary = words.next().unwrap();
        ids.insert(format!("{binary}::{}", words.next().unwrap()), word);
    }
    let verdicts = by_last_part(ids.iter().map(|(id, word)| (id.as_str(), *word)));
    assert!(verdicts.len() >= 20, "{}", ran.said());
    assert_eq!(of_testkit(), verdicts);
    // Ids of plain tests are nextest's own.
    let own = project().testkit(&["run"]).verdicts();
    for id in ids.keys().filter(|id| id.contains("plain_") || id.contains("in_main")) {
        assert!(own.contains_key(id) || id.contains("plain_in_file"), "{id} is not in {own:?}");
    }
}
