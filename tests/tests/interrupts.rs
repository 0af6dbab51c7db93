//! Signals to the command: once it stops and says what was running, twice it kills; nothing is left behind.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use testkit_protocol::event::{AttemptEvent, Event, EventKind};
use testkit_protocol::outcome::Verdict::{self, Interrupted, NotRun, Passed};
use testkit_tests::command::{Ran, command, start, start_reporting};
use testkit_tests::project::Project;

const ENDLESS: &str = "loop { std::thread::sleep(std::time::Duration::from_secs(3600)); }";

fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let deaf = "unsafe extern \"C\" { fn signal(number: i32, handler: usize) -> usize; }\n";
        let child = "std::process::Command::new(\"sleep\").arg(\"7301\").spawn().unwrap();";
        let collected = format!(
            "testkit::discover!();\n{deaf}fn test_1_passes() {{}}\n\
             fn test_2_hangs() {{ unsafe {{ signal(2, 1) }}; {child} {ENDLESS} }}\nfn test_3_waits() {{}}\n"
        );
        let plain = format!(
            "{deaf}#[test] fn a_passes() {{}}\n#[test] fn b_hangs() {{ unsafe {{ signal(2, 1) }}; {child} {ENDLESS} }}\n\
             #[test] fn c_waits() {{}}\n"
        );
        Project::new("endless")
            .file("src/lib.rs", "")
            .file("tests/test_collected.rs", &collected)
            .file("tests/plain.rs", &plain)
    })
}

fn has_begun(events: &[Event], id: &str) -> bool {
    events.iter().any(|event| match &event.kind {
        EventKind::Attempt(attempt) => attempt.test.as_str() == id && matches!(attempt.event, AttemptEvent::Started(_)),
        _ => false,
    })
}

const VERDICTS: [(&str, Verdict); 6] = [
    ("endless::test_collected::test_1_passes", Passed),
    ("endless::test_collected::test_2_hangs", Interrupted),
    ("endless::test_collected::test_3_waits", NotRun),
    ("endless::plain::a_passes", Passed),
    ("endless::plain::b_hangs", Interrupted),
    ("endless::plain::c_waits", NotRun),
];

/// Runs until both hang, sends the signals, and waits for the end.
#[track_caller]
fn interrupted(options: &[&str], signals: &[Signal]) -> (Ran, Duration) {
    let mut started = start_reporting(command(project().folder(), &[&["run", "-n", "2"], options].concat()));
    started.wait_until(|events| VERDICTS.iter().all(|(id, verdict)| *verdict != Interrupted || has_begun(events, id)));
    std::thread::sleep(Duration::from_millis(200));
    let since = Instant::now();
    for signal in signals {
        started.signal(*signal);
        std::thread::sleep(Duration::from_millis(50));
    }
    let ran = started.wait();
    (ran, since.elapsed())
}

#[track_caller]
fn check(ran: &Ran, number: i32) {
    ran.exits(2).leaves_nothing_behind();
    let verdicts = ran.verdicts();
    assert_eq!(verdicts.len(), VERDICTS.len(), "{verdicts:?}");
    for (id, want) in VERDICTS {
        // What waits for its turn may have had it, where tests are short.
        assert!(verdicts[id] == want || (want == NotRun && verdicts[id] == Passed), "{id}: {:?}", verdicts[id]);
    }
    let told = ran.events.iter().find_map(|event| match &event.kind {
        EventKind::Interrupted(interrupted) => Some(interrupted),
        _ => None,
    });
    let told = told.unwrap();
    assert_eq!(told.signal, number);
    let running: Vec<&str> = told.running.iter().map(testkit_protocol::id::TestId::as_str).collect();
    assert_eq!(running, ["endless::plain::b_hangs", "endless::test_collected::test_2_hangs"]);
    // A person is told as well.
    ran.says("endless::plain::b_hangs").says("endless::test_collected::test_2_hangs");
}

#[test]
fn once() {
    for (signal, number) in [(Signal::INT, 2), (Signal::TERM, 15), (Signal::HUP, 1)] {
        let (ran, took) = interrupted(&[], &[signal]);
        check(&ran, number);
        assert!(took < Duration::from_secs(10), "took {took:?}");
    }
    let (ran, _) = interrupted(&["--isolation", "process"], &[Signal::INT]);
    check(&ran, 2);
}

/// On threads of its own a binary is alone, so only one of the two hangs.
#[test]
fn once_with_threads() {
    let mut started = start_reporting(command(project().folder(), &["run", "-n", "2", "--isolation", "threads"]));
    let hangs = VERDICTS.map(|(id, _)| id).into_iter().filter(|id| id.contains("hangs")).collect::<Vec<_>>();
    started.wait_until(|events| hangs.iter().any(|id| has_begun(events, id)));
    std::thread::sleep(Duration::from_millis(200));
    started.signal(Signal::INT);
    let ran = started.wait();
    let verdicts = ran.exits(2).leaves_nothing_behind().verdicts();
    assert_eq!(verdicts.len(), VERDICTS.len(), "{verdicts:?}");
    assert_eq!(verdicts.values().filter(|verdict| **verdict == Interrupted).count(), 1, "{verdicts:?}");
}

#[test]
fn twice() {
    let (ran, took) = interrupted(&[], &[Signal::INT, Signal::INT]);
    check(&ran, 2);
    assert!(took < Duration::from_millis(900), "killed at once, not after {took:?}");
}

/// While Cargo builds: no test of ours may go on, and no compiler.
#[test]
fn during_the_build() {
    let slow = "fn main() { std::thread::sleep(std::time::Duration::from_secs(7302)); }\n";
    let project = Project::new("slow_build").file("build.rs", slow).file("src/lib.rs", "#[test] fn unreached() {}\n");
    let started = start_reporting(command(project.folder(), &["run"]));
    let deadline = Instant::now() + Duration::from_secs(100);
    let builds = || {
        testkit_tests::command::processes(|folder| {
            let words = std::fs::read(folder.join("cmdline")).unwrap_or_default();
            let words = String::from_utf8_lossy(&words).into_owned();
            words.contains("slow_build") && words.contains("build-script-build") && !words.contains("rustc")
        })
    };
    while builds().is_empty() {
        assert!(Instant::now() < deadline, "the build script did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    started.signal(Signal::INT);
    let ran = started.wait();
    ran.exits(2);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(builds(), Vec::<String>::new(), "the build goes on");
}

/// The command is killed: its workers go with it, since they would wait for it for ever.
#[test]
fn killed() {
    let mut started = start_reporting(command(project().folder(), &["run", "-n", "2", "test_2_hangs"]));
    started.wait_until(|events| has_begun(events, "endless::test_collected::test_2_hangs"));
    std::thread::sleep(Duration::from_millis(100));
    let events = started.events_so_far();
    started.signal(Signal::KILL);
    let status = start(std::process::Command::new("true"));
    drop(status.wait());
    assert!(started.wait_for_death().code().is_none());
    std::thread::sleep(Duration::from_millis(300));
    let binaries = testkit_tests::command::run_processes(&events);
    let workers: Vec<_> = binaries.iter().filter(|line| line.contains("test_collected")).collect();
    assert!(workers.is_empty(), "{workers:?}");
    // What a test itself started nobody can end now.
    for line in binaries {
        let number = line.split(&['/', ':'][..]).nth(2).and_then(|number| number.parse().ok()).unwrap();
        let _ = rustix::process::kill_process(rustix::process::Pid::from_raw(number).unwrap(), Signal::KILL);
    }
}
