//! The fixtures that come with testkit, in whole programs: under the command and under `cargo test`.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit_protocol::event::{AttemptEvent, AttemptFinished, Event, EventKind, NamedValue};
use testkit_protocol::outcome::Verdict::{Failed, Passed, Skipped};
use testkit_tests::command::{Ran, command, prepare, start, start_reporting};
use testkit_tests::finished;
use testkit_tests::project::{Project, SETTINGS};
use testkit_tests::root;

/// Each test records what it found as properties, for whoever looks at the events.
const SOURCE: &str = r#"
use std::process::Command;
use testkit::prelude::*;
use testkit::{Cache, Capture, Context, Env, Logs, Properties, Rng, WorkerId, assert};
testkit::discover!();

fn test_folder_passes(tmp_path: &TmpPath) {
    std::fs::write(tmp_path.join("file"), "x").unwrap();
    testkit::property("folder", tmp_path.display());
}

#[fixture(scope = "session")]
fn shared_folder(tmp_path: TmpPath) -> TmpPath {
    tmp_path
}

fn test_folder_fails(tmp_path: &TmpPath, shared_folder: &TmpPath) {
    std::fs::write(tmp_path.join("file"), "x").unwrap();
    std::fs::write(shared_folder.join("shared"), "x").unwrap();
    testkit::property("folder", tmp_path.display());
    testkit::property("shared", shared_folder.display());
    panic!("look into the folder");
}

fn test_folder_attached(tmp_path: &TmpPath) {
    std::fs::write(tmp_path.join("page.png"), "x").unwrap();
    testkit::attach("the page", tmp_path.join("page.png"));
    testkit::attach_text("server.log", "listening");
}

fn test_capture(capture: &Capture) {
    assert!(capture.stdout() == "");
    print!("half a line,");
    assert!(capture.stdout() == "half a line,");
    std::thread::spawn(|| println!(" by a thread")).join().unwrap();
    Command::new("sh").args(["-c", "echo child; echo to stderr >&2"]).status().unwrap();
    eprintln!("more");
    assert!(capture.stdout() == "half a line, by a thread\nchild\n");
    assert!(capture.stderr() == "to stderr\nmore\n");
    assert!(capture.stdout().len() == 31, "asking takes nothing away");
}

fn test_capture_begins_anew(capture: &Capture) {
    assert!(capture.stdout() == "" && capture.stderr() == "");
    println!("new");
    assert!(capture.stdout() == "new\n");
}

fn test_logs(logs: &Logs) {
    log::info!(target: "net", "connected to {}", 1);
    let span = tracing::info_span!("request", id = 7);
    let inner = tracing::debug_span!(parent: &span, "query", table = "users");
    inner.in_scope(|| tracing::warn!(rows = 3, kind = "slow", "took {}ms", 5));
    span.in_scope(|| tracing::error!("done"));
    tracing::trace!("nobody takes this");
    testkit::spawn(|| log::debug!(target: "thread", "from a thread")).join().unwrap();
    assert!(logs.text() == "INFO  net: connected to 1\n\
         WARN  test_builtin: request{id=7}:query{table=\"users\"}: took 5ms rows=3 kind=\"slow\"\n\
         ERROR test_builtin: request{id=7}: done\n\
         DEBUG thread: from a thread\n");
    assert!(logs.contains("connected") && !logs.contains("nobody"));
    let record = &logs.records()[1];
    assert!(record.level() == testkit::fixtures::Level::Warn && record.spans() == "request{id=7}:query{table=\"users\"}");
}

fn test_logs_of_other_threads(logs: &Logs, cx: &Context) {
    std::thread::spawn(|| log::info!("from a thread that nobody knows")).join().unwrap();
    assert!(logs.contains("nobody knows") == cx.is_under_command(), "elsewhere other tests run beside");
}

fn test_logs_are_in_the_report() {
    log::warn!(target: "net", "no answer");
    tracing::info!(target: "db", port = 80, "trying again");
    panic!("look at the logs");
}

struct TestGroup;

#[mark(slow)]
impl TestGroup {
    fn setup(cx: &Context) -> Self {
        assert!(cx.group() == Some("TestGroup") && cx.module() == "");
        Self
    }

    #[mark(db(kind = "pg"))]
    #[parametrize((a, b), [(1, 2), named: (3, 4)])]
    fn test_context(&self, a: u8, b: u8, cx: &Context, request: &Context) {
        let case = if a == 1 { "1-2" } else { "named" };
        assert!(b == a + 1 && std::ptr::eq(cx, request));
        assert!(cx.id() == format!("TestGroup::test_context[{case}]"));
        assert!(cx.name() == format!("test_context[{case}]") && cx.group() == Some("TestGroup"));
        let marks: Vec<_> = cx.marks().iter().map(|mark| (mark.name(), mark.arguments())).collect();
        assert!(marks == [("db", Some("kind = \"pg\"")), ("slow", None)]);
        assert!(cx.mark("db").is_some() && cx.mark("other").is_none());
        assert!(cx.values() == [("a".to_owned(), a.to_string()), ("b".to_owned(), b.to_string())]);
        testkit::property("seed", cx.seed());
        testkit::property("under_command", cx.is_under_command());
    }
}

#[fixture(params = [1, 20])]
fn number(param: u32) -> u32 { param }

#[parametrize(word, from = ["a", "b"])]
fn test_context_of_rows(cx: &Context, number: &u32, word: &str) {
    assert!(cx.id() == format!("test_context_of_rows[{word}-{number}]"));
    assert!(cx.module() == "" && cx.group() == None && cx.marks().is_empty());
    assert!(cx.values() == [("word".to_owned(), format!("{word:?}")), ("number".to_owned(), number.to_string())]);
}

#[retry(2)]
fn test_attempts(cx: &Context) {
    testkit::property("attempt", cx.attempt());
    assert!(cx.attempt() == 2);
}

fn test_env(env: &Env, tmp_path: &TmpPath) {
    env.set("BUILT_IN", "1");
    env.set_current_dir(tmp_path);
    panic!("put it back nevertheless");
}

fn test_env_after() {
    assert!(std::env::var_os("BUILT_IN") == None);
    assert!(std::path::Path::new("tests/test_builtin.rs").exists());
}

fn test_properties(properties: &Properties) {
    properties.add("twice", 1);
    properties.add("twice", 2);
}

fn test_properties_of_skipped() {
    testkit::property("before", "the end");
    testkit::skip!("enough");
}

fn test_cache(cache: &Cache) {
    let runs: u32 = cache.get_parsed("built-in/runs").unwrap_or(0);
    cache.set("built-in/runs", runs + 1);
    testkit::property("runs", runs + 1);
}

fn test_rng(mut rng: Rng) {
    testkit::property("numbers", format!("{} {}", rng.next_u64(), rng.range(0..1000)));
}

fn test_rng_fails(mut rng: Rng) {
    testkit::property("numbers", rng.next_u64());
    panic!("always");
}

#[fixture(scope = "session")]
fn database(worker_id: &WorkerId) -> String { format!("shop_{worker_id}") }

fn test_worker(database: &String, free_port: u16) {
    testkit::property("database", database);
    std::net::TcpListener::bind(("127.0.0.1", free_port)).unwrap();
}
"#;

const NAME: &str = "builtin";

/// The verdicts under the command.
const EXPECTED: &[(&str, testkit_protocol::outcome::Verdict)] = &[
    ("TestGroup::test_context[1-2]", Passed),
    ("TestGroup::test_context[named]", Passed),
    ("test_attempts", testkit_protocol::outcome::Verdict::Flaky),
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
    assert!(passed.starts_with(temporary.canonicalize().unwrap()) && !passed.exists(), "{passed:?}");
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
