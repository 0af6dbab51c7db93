//! Async tests and fixtures in whole programs: what goes on between tests, what is left behind, and what is said where no
//! runtime is enabled.

#![cfg(target_os = "linux")]

use std::process::Command;

use testkit_protocol::event::EventKind;
use testkit_protocol::outcome::Verdict::{Failed, Passed};
use testkit_tests::command::{Ran, prepare, start};
use testkit_tests::project::{Project, manifest};

fn project(name: &str) -> Project {
    let more = "features = [\"smol\", \"tokio\"]\n\n[dev-dependencies]\nsmol = \"2\"\n\
                tokio = { version = \"1\", features = [\"io-util\", \"net\", \"signal\"] }\n";
    Project::empty(name)
        .file("Cargo.toml", &manifest(name, "").replace("\n[workspace]", &format!("{more}\n[workspace]")))
        .file("src/lib.rs", "")
        .file("tests/test_runtimes.rs", include_str!("../fixtures/runtimes.rs"))
}

#[test]
fn what_tests_leave_behind_and_what_fixtures_keep() {
    let project = project("runtimes");
    let ran = project.testkit(&["run", "--workers", "1"]);
    ran.exits(1).leaves_nothing_behind();
    let verdicts = ran.verdicts();
    assert_eq!(verdicts.len(), 15, "{verdicts:?}");
    for (test, verdict) in &verdicts {
        let want = if test.contains("panic_in_a_task") { Failed } else { Passed };
        assert_eq!(*verdict, want, "{test}: {}", ran.said());
    }
    let replaced: Vec<(String, &str)> = ran
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::WorkerReplaced(replaced) => {
                let test = replaced.after.as_ref().unwrap().to_string();
                Some((test.rsplit("::").next().unwrap().to_owned(), replaced.reason.as_str()))
            }
            _ => None,
        })
        .collect();
    let expected = [
        ("test_05_leaves_a_thread", "a thread was left running"),
        ("test_06_leaves_a_handler", "a signal handler was left behind"),
        ("test_07_another_counts_on_it", "a signal handler was left behind"),
        ("test_08_leaves_blocking_code", "a thread was left running"),
        ("test_11_leaves_a_child", "a child process was left behind"),
    ];
    let got: Vec<_> = replaced.iter().map(|(test, reason)| (test.as_str(), *reason)).collect();
    assert_eq!(got, expected, "{}", ran.said());

    let told = ran.attempt("test_14_panic_in_a_task");
    assert!(told.stderr.head.contains("told of a task\n"), "{told:?}");
    assert!(told.stderr.head.contains("test_14_panic_in_a_task` was running)"), "{told:?}");
    let strict = ran.attempt("test_15_panic_in_a_task_that_nobody_joins");
    let messages: Vec<_> = strict.failures.iter().filter_map(|failure| failure.message.as_deref()).collect();
    assert_eq!(messages, ["found in a task"]);
}

/// `cargo test` with arguments for libtest.
fn cargo_test(project: &Project, arguments: &[&str]) -> Ran {
    let mut command = Command::new("cargo");
    command.args(["test", "--"]).args(arguments).current_dir(project.folder());
    prepare(&mut command);
    start(command).wait()
}

#[test]
fn an_async_teardown_at_the_end_of_a_plain_process() {
    let project = project("runtimes_plain");
    for threads in ["--test-threads=1", "--test-threads=4"] {
        let ran = cargo_test(&project, &[threads, "test_01", "test_02"]);
        ran.exits(0).says("2 passed").says("the server has stopped");
    }
}

#[test]
fn without_a_runtime() {
    let source = "testkit::discover!();\nuse testkit::prelude::*;\n\
                  #[fixture] async fn number() -> u32 { 3 }\n\
                  async fn test_number(number: &u32) { assert_eq!(*number, 3); }\n";
    let project = Project::new("no_runtime").file("src/lib.rs", "").file("tests/test_plain.rs", source);
    project.testkit(&["run"]).exits(0).has_verdicts([("no_runtime::test_plain::test_number", Passed)]);
    for (runtime, feature) in [("tokio", "tokio"), ("tokio, flavor = \"multi_thread\"", "tokio"), ("smol", "smol")] {
        let marked = source.replace("async fn test_", &format!("#[runtime({runtime})]\nasync fn test_"));
        project.write("tests/test_plain.rs", &marked);
        let ran = project.testkit(&["run"]);
        ran.exits(101).says(&format!(
            "`#[runtime({feature})]` needs the feature `{feature}` of testkit: run `cargo add --dev testkit --features {feature}`"
        ));
        assert_eq!(ran.stderr.matches("error: ").count(), 2, "one, and that it cannot be compiled: {}", ran.said());
    }
}
