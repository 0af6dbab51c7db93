//! The fixtures that come with testkit, in whole programs: under the command and under `cargo test`.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit_protocol::event::{AttemptEvent, AttemptFinished, Event, EventKind, NamedValue};
use testkit_protocol::outcome::Verdict::{self, Failed, Flaky, Passed, Skipped};
use testkit_tests::command::{Ran, command, prepare, start, start_reporting};
use testkit_tests::project::{Project, SETTINGS};
use testkit_tests::{finished, root};

/// Each test records what it found as properties, for whoever looks at the events.
const SOURCE: &str = include_str!("../fixtures/builtin.rs");

const NAME: &str = "builtin";

/// The verdicts under the command.
const EXPECTED: &[(&str, Verdict)] = &[
    ("TestGroup::test_context[1-2]", Passed),
    ("TestGroup::test_context[named]", Passed),
    ("test_attempts", Flaky),
    ("test_cache", Passed),
    ("test_capture", Passed),
    ("test_capture_begins_anew", Passed),
    ("test_context_of_rows[a-1]", Passed),
    ("test_context_of_rows[a-20]", Passed),
    ("test_context_of_rows[b-1]", Passed),
    ("test_context_of_rows[b-20]", Passed),
    ("test_env", Failed),
    ("test_env_after", Passed),
    ("test_folder_attached", Passed),
    ("test_folder_fails", Failed),
    ("test_folder_passes", Passed),
    ("test_logs", Passed),
    ("test_logs_are_in_the_report", Failed),
    ("test_logs_of_other_threads", Passed),
    ("test_properties", Passed),
    ("test_properties_of_skipped", Skipped),
    ("test_rng", Passed),
    ("test_rng_fails", Failed),
    ("test_worker", Passed),
];

fn project(name: &str, source: &str) -> Project {
    let testkit = root().join("testkit");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [package.metadata.testkit]\nmarks = [\"slow\", \"db\"]\n\
         [dev-dependencies]\ntestkit = {{ path = \"{}\", features = [\"log\", \"tracing\"] }}\n\
         log = {{ version = \"0.4\", features = [\"std\"] }}\n\
         tracing = {{ version = \"0.1\", default-features = false, features = [\"std\"] }}\n{SETTINGS}",
        testkit.display()
    );
    Project::empty(name).file("Cargo.toml", &manifest).file("src/lib.rs", "").file("tests/test_builtin.rs", source)
}

/// Runs the command with a folder of its own for temporary files.
fn run(project: &Project, temporary: &Path, arguments: &[&str]) -> Ran {
    let mut command = command(project.folder(), &[&["run"], arguments].concat());
    command.env("TMPDIR", temporary);
    start_reporting(command).wait()
}

/// The last attempt at each test, by its path.
fn last_attempts(events: &[Event]) -> BTreeMap<String, &AttemptFinished> {
    let finished = events.iter().filter_map(|event| match &event.kind {
        EventKind::Attempt(attempt) => match &attempt.event {
            AttemptEvent::Finished(finished) => {
                Some((attempt.test.as_str().split_once("::test_builtin::")?.1.to_owned(), finished))
            }
            AttemptEvent::Started(_) | AttemptEvent::Slow { .. } => None,
        },
        _ => None,
    });
    finished.collect()
}

fn property<'a>(attempt: &'a AttemptFinished, name: &str) -> Option<&'a str> {
    attempt.properties.iter().find(|property| property.name == name).map(|property| property.value.as_str())
}

/// The text of a section that may come several times.
fn sections<'a>(attempt: &'a AttemptFinished, title: &str) -> Vec<&'a str> {
    attempt.sections.iter().filter(|section| section.title == title).map(|section| section.text.as_str()).collect()
}

#[test]
fn fixtures_give_what_they_promise_in_every_way_of_running_tests() {
    let project = project(NAME, SOURCE);
    for way in [&["-n", "1"][..], &["-n", "3"], &["--isolation", "process"], &["-n", "1", "--setup-show"]] {
        let temporary = tempfile::tempdir().unwrap();
        let ran = run(&project, temporary.path(), &[way, &["--seed", "17"]].concat());
        ran.exits(1).leaves_nothing_behind();
        ran.has_verdicts(EXPECTED.iter().map(|(test, verdict)| (format!("{NAME}::test_builtin::{test}"), *verdict)));
        let attempts = last_attempts(&ran.events);
        check_folders(&attempts, temporary.path());
        check_reports(&attempts);
        for test in ["TestGroup::test_context[1-2]", "TestGroup::test_context[named]"] {
            assert_eq!(property(attempts[test], "seed"), Some("17"));
            assert_eq!(property(attempts[test], "under_command"), Some("true"));
        }
        check_workers(&ran.events, property(attempts["test_worker"], "database").unwrap());
        ran.says("--- logs (2 lines) ---").says("--- temporary folder").says("property numbers = ");
    }
}

/// A folder is there as long as somebody may want to look into it.
#[track_caller]
fn check_folders(attempts: &BTreeMap<String, &AttemptFinished>, temporary: &Path) {
    let folder = |test: &str, name: &str| PathBuf::from(property(attempts[test], name).unwrap());
    let passed = folder("test_folder_passes", "folder");
    assert!(passed.starts_with(temporary.canonicalize().unwrap()) && !passed.exists(), "{}", passed.display());
    assert_eq!(passed.file_name().unwrap(), "test_folder_passes-0");
    let (failed, shared) = (folder("test_folder_fails", "folder"), folder("test_folder_fails", "shared"));
    assert!(failed.join("file").is_file() && shared.join("shared").is_file());
    assert_eq!(sections(attempts["test_folder_fails"], "temporary folder"), [failed.to_str().unwrap()]);
    assert_eq!(sections(attempts["test_folder_passes"], "temporary folder"), Vec::<&str>::new());
    let [page, log] = attempts["test_folder_attached"].attachments.as_slice() else { panic!("two attachments") };
    assert_eq!((page.name.as_str(), page.media_type.as_deref()), ("the page", Some("image/png")));
    assert_eq!(fs::read_to_string(&page.path).unwrap(), "x");
    assert_eq!((log.name.as_str(), log.media_type.as_deref()), ("server.log", Some("text/plain")));
    assert_eq!(fs::read_to_string(&log.path).unwrap(), "listening");
}

#[track_caller]
fn check_reports(attempts: &BTreeMap<String, &AttemptFinished>) {
    assert_eq!(
        sections(attempts["test_logs_are_in_the_report"], "logs"),
        ["WARN  net: no answer\nINFO  db: trying again port=80"]
    );
    assert_eq!(sections(attempts["test_folder_fails"], "logs"), Vec::<&str>::new());
    assert_eq!(sections(attempts["test_rng_fails"], "rng"), ["seed 17; for the same numbers, rerun with `--seed 17`"]);
    let all: Vec<(&str, &str)> = attempts["test_properties"]
        .properties
        .iter()
        .map(|NamedValue { name, value }| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(all, [("twice", "1"), ("twice", "2")]);
    assert_eq!(property(attempts["test_properties_of_skipped"], "before"), Some("the end"));
    assert_eq!(property(attempts["test_attempts"], "attempt"), Some("2"));
}

/// The name of the database is that of a process which ran the test.
#[track_caller]
fn check_workers(events: &[Event], database: &str) {
    let workers = events.iter().filter_map(|event| match &event.kind {
        EventKind::Attempt(attempt) if attempt.test.as_str().ends_with("::test_worker") => match &attempt.event {
            AttemptEvent::Started(started) => Some(format!("shop_{}", started.worker)),
            AttemptEvent::Slow { .. } | AttemptEvent::Finished(_) => None,
        },
        _ => None,
    });
    assert_eq!(workers.collect::<Vec<_>>(), [database]);
}

#[test]
fn random_numbers_depend_on_the_seed_and_the_test_alone() {
    let project = project("builtin-rng", SOURCE);
    let temporary = tempfile::tempdir().unwrap();
    let numbers = |arguments: &[&str]| {
        let ran = run(&project, temporary.path(), &[arguments, &["test_rng"]].concat());
        let attempts = last_attempts(&ran.events);
        ["test_rng", "test_rng_fails"].map(|test| property(attempts[test], "numbers").unwrap().to_owned())
    };
    let of_17 = numbers(&["--seed", "17", "-n", "1"]);
    assert_eq!(numbers(&["--seed", "17", "-n", "2"]), of_17);
    assert_ne!(numbers(&["--seed", "18"]), of_17);
    assert_ne!(numbers(&[]), numbers(&[]));
    assert_ne!(of_17[0].split(' ').next(), of_17[1].split(' ').next());
    // And under libtest.
    let output = cargo_test(&project, temporary.path(), &[("TESTKIT_SEED", "17")], &["test_rng"]);
    assert!(output.contains(&format!("property numbers = {}\n", of_17[1])), "{output}");
    assert!(output.contains("rng:\n  seed 17; for the same numbers, rerun with `TESTKIT_SEED=17`\n"), "{output}");
    let output = cargo_test(&project, temporary.path(), &[("TESTKIT_SEED", "many")], &["test_rng"]);
    assert!(output.contains("TESTKIT_SEED is no number of 64 bits: many"), "{output}");
}

/// Standard output of `cargo test`, the tests one after another.
fn cargo_test(project: &Project, temporary: &Path, variables: &[(&str, &str)], filter: &[&str]) -> String {
    let mut command = Command::new("cargo");
    prepare(&mut command);
    command.current_dir(project.folder()).env("TMPDIR", temporary).envs(variables.iter().copied());
    command.args(["test", "-q", "--test", "test_builtin", "--"]).args(filter);
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn fixtures_give_what_they_promise_under_cargo_test() {
    let project = project("builtin-libtest", SOURCE);
    let temporary = tempfile::tempdir().unwrap();
    let output = cargo_test(&project, temporary.path(), &[], &["--show-output"]);
    assert!(output.contains("test result: FAILED. 16 passed; 4 failed; 0 ignored"), "{output}");
    for failed in ["test_env", "test_folder_fails", "test_logs_are_in_the_report", "test_rng_fails"] {
        assert!(output.contains(&format!("    discovered::{failed}\n")), "{failed}: {output}");
    }
    for text in [
        "skipped: needs the testkit command\n",
        "logs:\n  WARN  net: no answer\n  INFO  db: trying again port=80\n",
        "temporary folder:\n  ",
        "rerun with `TESTKIT_SEED=",
        "skipped: enough\n",
    ] {
        assert!(output.contains(text), "it does not say {text:?}: {output}");
    }
    // One folder of the user, one of the run; what is left is what failed, or was attached.
    let only = |folder: &Path| {
        let entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        let [one] = entries.as_slice() else { panic!("{entries:?}") };
        one.clone()
    };
    let user = only(temporary.path());
    fs::remove_file(user.join("looked-for-older-runs")).unwrap();
    let left = only(&user);
    let mut left: Vec<_> =
        fs::read_dir(left).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    let tests: Vec<&str> = left.iter().map(|name| name.rsplit_once('-').unwrap().0).collect();
    // The second folder of the failed test is the session's.
    assert_eq!(
        tests,
        ["test_env", "test_folder_attached", "test_folder_attached", "test_folder_fails", "test_folder_fails"]
    );
}

#[test]
fn values_are_kept_from_run_to_run() {
    let project = project("builtin-cache", SOURCE);
    let temporary = tempfile::tempdir().unwrap();
    let runs = || {
        let ran = run(&project, temporary.path(), &["test_cache"]);
        let attempts = last_attempts(&ran.exits(0).events);
        property(attempts["test_cache"], "runs").unwrap().parse::<u32>().unwrap()
    };
    let first = runs();
    assert_eq!(runs(), first + 1);
}

#[test]
fn output_can_be_seen_by_workers_alone() {
    let project = project("builtin-capture", SOURCE);
    let temporary = tempfile::tempdir().unwrap();
    for (way, reason) in [
        (&["--no-capture", "-n", "1"][..], "needs captured output: leave `--no-capture` away"),
        (&["--isolation", "threads"], "needs a worker of the testkit command, and libtest runs this"),
    ] {
        let ran = run(&project, temporary.path(), &[way, &["test_capture"]].concat());
        ran.exits(0).has_verdicts([
            ("builtin-capture::test_builtin::test_capture", Skipped),
            ("builtin-capture::test_builtin::test_capture_begins_anew", Skipped),
        ]);
        for test in finished(&ran.events) {
            assert_eq!(test.skip_reason.as_deref(), Some(reason));
        }
    }
}

#[test]
fn folders_of_older_runs_are_removed() {
    let project = project("builtin-prune", SOURCE);
    let temporary = tempfile::tempdir().unwrap();
    run(&project, temporary.path(), &["test_folder_fails"]).exits(1);
    let user = fs::read_dir(temporary.path()).unwrap().next().unwrap().unwrap().path();
    for old in ["1-1", "2-2", "3-3", "4-4"] {
        fs::create_dir_all(user.join(old).join("test_a-0")).unwrap();
    }
    fs::create_dir(user.join("somebody's")).unwrap();
    run(&project, temporary.path(), &["test_folder"]).exits(1);
    let is_there = |name: &str| user.join(name).exists();
    assert!(!is_there("1-1") && !is_there("2-2") && !is_there("3-3"), "older than the last three");
    assert!(is_there("somebody's"));
    assert_eq!(fs::read_dir(&user).unwrap().count(), 4, "two runs, the last of the old ones, and what is no run's");
}

/// A logger that is there before the first test stays.
#[test]
fn no_logger_is_replaced() {
    let source = r#"
testkit::discover!();

struct Own;

impl log::Log for Own {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool { true }
    fn log(&self, record: &log::Record<'_>) { println!("own logger: {}", record.args()); }
    fn flush(&self) {}
}

#[used]
#[unsafe(link_section = ".init_array")]
static INSTALL: extern "C" fn() = install;
extern "C" fn install() {
    log::set_logger(&Own).unwrap();
    log::set_max_level(log::LevelFilter::Info);
}

fn test_own_logger() {
    log::info!("to the own one");
    tracing::info!("to the test");
    panic!("look at the logs");
}
"#;
    let project = project("builtin-logger", source);
    let temporary = tempfile::tempdir().unwrap();
    let ran = run(&project, temporary.path(), &["-n", "1"]);
    let attempts = last_attempts(&ran.exits(1).events);
    assert_eq!(
        sections(attempts["test_own_logger"], "logs"),
        ["(without records of `log`: another receiver was installed first)\nINFO  test_builtin: to the test"]
    );
    ran.says("own logger: to the own one");
}

#[test]
fn which_records_are_taken_can_be_said() {
    let project = project("builtin-levels", SOURCE);
    let temporary = tempfile::tempdir().unwrap();
    let mut command = command(project.folder(), &["run", "-n", "1", "test_logs_are_in_the_report"]);
    command.env("TMPDIR", temporary.path()).env("TESTKIT_LOG", "off,db=info");
    let ran = start_reporting(command).wait();
    let attempts = last_attempts(&ran.exits(1).events);
    assert_eq!(sections(attempts["test_logs_are_in_the_report"], "logs"), ["INFO  db: trying again port=80"]);
}

#[test]
fn the_command_lists_them() {
    let project = project("builtin-list", SOURCE);
    let ran = start(command(project.folder(), &["fixtures"])).wait();
    let text = &ran.exits(0).stdout;
    let (own, built_in) = text.split_once("\nbuilt in\n").unwrap_or_else(|| panic!("{}", ran.said()));
    assert!(own.contains("  shared_folder [session]") && own.contains("    asks for: tmp_path\n"), "{own}");
    for (name, scope, says) in [
        ("attachments", "test", "Files that the test leaves"),
        ("cache", "session", "Values that are kept"),
        ("capture", "test", "needs the testkit command"),
        ("cx", "test", "also under the name request"),
        ("env", "test", "the working directory"),
        ("free_port", "test", "nobody listens on"),
        ("logs", "test", "Log records"),
        ("properties", "test", "records about itself"),
        ("rng", "test", "Random numbers"),
        ("tmp_path", "test", "An empty folder"),
        ("worker_id", "session", "Which of the processes"),
    ] {
        let (_, after) =
            built_in.split_once(&format!("  {name} [{scope}]\n    ")).unwrap_or_else(|| panic!("{built_in}"));
        assert!(after.lines().next().unwrap().contains(says), "{name}: {built_in}");
    }
}

/// A test may fork, and let the copy of the worker return: the folder is still that of the test.
#[test]
fn a_copy_of_the_process_removes_nothing() {
    let source = r#"
use testkit::prelude::*;
use testkit::assert;
testkit::discover!();

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
}

fn test_forks(tmp_path: &TmpPath) {
    std::fs::write(tmp_path.join("file"), "x").unwrap();
    let copy = unsafe { fork() };
    if copy > 0 {
        let mut status = -1;
        assert!(unsafe { waitpid(copy, &mut status, 0) } == copy);
        assert!(status == 0 && tmp_path.join("file").exists());
    }
}
"#;
    let project = project("builtin-fork", source);
    let temporary = tempfile::tempdir().unwrap();
    let ran = run(&project, temporary.path(), &["-n", "1"]);
    ran.exits(0).has_verdicts([("builtin-fork::test_builtin::test_forks", Passed)]).leaves_nothing_behind();
}

/// What a wide fixture says of itself when no test is running is said of none.
#[test]
fn between_two_tests_there_is_no_test_to_speak_of() {
    let source = r#"
use testkit::prelude::*;
testkit::discover!();

#[testkit::tests]
mod inner {
    #[fixture(scope = "module", teardown = |_: u8| { testkit::check!(1 + 1 == 3, "at the end of the module"); })]
    fn checked() -> u8 { 1 }

    fn test_checked(checked: &u8) { assert!(*checked == 1); }
}

#[fixture(scope = "session", teardown = |_: u8| testkit::property("late", 1))]
fn told() -> u8 { 1 }

fn test_told(told: &u8) { std::assert!(*told == 1); }
"#;
    let project = project("builtin-between", source);
    let temporary = tempfile::tempdir().unwrap();
    let ran = run(&project, temporary.path(), &["-n", "1"]);
    ran.exits(1).has_verdicts([
        ("builtin-between::test_builtin::inner::test_checked", Passed),
        ("builtin-between::test_builtin::test_told", Passed),
    ]);
    let failures = ran.events.iter().filter_map(|event| match &event.kind {
        EventKind::Fixture(step) => Some((step.name.as_str(), step.failures.first()?.message.as_deref()?)),
        _ => None,
    });
    let mut failures: Vec<_> = failures.collect();
    failures.sort_unstable();
    assert_eq!(
        failures,
        [
            ("checked", "at the end of the module"),
            ("told", "`testkit::property` outside of a test that testkit collects")
        ]
    );
}
