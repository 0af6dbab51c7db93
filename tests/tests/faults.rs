//! The fault matrix: what a test does to its process costs that test's verdict and no other. Collected and plain tests,
//! sharing processes and each in its own, one and several at once, each compared with the verdict that it should get.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::OnceLock;

use testkit_protocol::event::{self, Attempt, AttemptEvent, EventKind};
use testkit_protocol::id::TestId;
use testkit_protocol::outcome::Termination;
use testkit_protocol::outcome::Verdict::{self, Crashed, Failed, Passed, TimedOut};
use testkit_tests::command::{Ran, command, processes, start_reporting};
use testkit_tests::project::{Project, manifest};

/// A fault: its name, the body of its test, the verdict of a collected test, and of a plain one if there is one. After
/// each comes an innocent test, which passes.
type Fault = (&'static str, &'static str, Verdict, Option<Verdict>);

const FAULTS: &[Fault] = &[
    ("passes", "", Passed, Some(Passed)),
    ("panics", "panic!(\"a panic\");", Failed, Some(Failed)),
    (
        "panics_twice",
        "struct Bad; impl Drop for Bad { fn drop(&mut self) { panic!(\"again\") } } let _bad = Bad; panic!(\"first\");",
        Crashed,
        Some(Crashed),
    ),
    ("aborts", "std::process::abort();", Crashed, Some(Crashed)),
    ("is_killed", "raise(9);", Crashed, Some(Crashed)),
    ("kills_its_group", "raise_in_group(9);", Crashed, Some(Crashed)),
    ("is_terminated", "raise(15);", Crashed, Some(Crashed)),
    ("is_interrupted", "raise(2);", Crashed, Some(Crashed)),
    ("segfaults", "segfault();", Crashed, Some(Crashed)),
    ("exits_0", "std::process::exit(0);", Crashed, Some(Crashed)),
    ("exits_1", "std::process::exit(1);", Crashed, Some(Crashed)),
    ("exits_86", "std::process::exit(86);", Crashed, Some(Crashed)),
    ("exits_101", "std::process::exit(101);", Crashed, Some(Crashed)),
    ("exits_at_once", "exit_at_once(0);", Crashed, Some(Crashed)),
    (
        "panics_and_exits",
        "let _ = std::panic::catch_unwind(|| panic!(\"before\")); std::process::exit(3);",
        Crashed,
        Some(Crashed),
    ),
    // Late enough that what is queued behind them is taken back first.
    ("passes_late", "late();", Passed, Some(Passed)),
    ("panics_late", "late(); panic!(\"a late panic\");", Failed, Some(Failed)),
    ("aborts_late", "late(); std::process::abort();", Crashed, Some(Crashed)),
    ("exits_0_late", "late(); std::process::exit(0);", Crashed, Some(Crashed)),
    ("exits_101_late", "late(); std::process::exit(101);", Crashed, Some(Crashed)),
    ("closes_all_late", "late(); close_from(0);", Passed, Some(Crashed)),
    ("writes_late", "late(); write_everywhere(b\"ok\\n\");", Passed, Some(Passed)),
    ("becomes_another", "become_another_program();", Crashed, Some(Crashed)),
    ("overflows", "assert_eq!(overflow(0), 0);", Crashed, Some(Crashed)),
    ("hangs", "hang();", TimedOut, Some(TimedOut)),
    ("spins", "spin();", TimedOut, Some(TimedOut)),
    ("hangs_without_ears", "hang_without_ears();", TimedOut, Some(TimedOut)),
    ("hangs_with_children", "hang_with_children();", TimedOut, Some(TimedOut)),
    ("stops_itself", "raise(19);", TimedOut, Some(TimedOut)),
    ("closes_all", "close_from(0);", Passed, Some(Crashed)),
    ("closes_the_channel", "close_from(3);", Passed, Some(Passed)),
    ("closes_all_and_fails", "close_from(0); panic!(\"with closed descriptors\");", Failed, Some(Crashed)),
    ("closes_the_streams", "close_streams();", Passed, Some(Passed)),
    ("occupies_all", "occupy_from(0);", Passed, Some(Crashed)),
    ("occupies_the_channel", "occupy_from(3);", Passed, Some(Passed)),
    ("occupies_and_fails", "occupy_from(3); panic!(\"with other descriptors\");", Failed, Some(Failed)),
    ("breaks_pipes", "replace_with_broken_pipes(3);", Passed, Some(Passed)),
    ("shuts_sockets", "shut_sockets_down();", Passed, Some(Passed)),
    ("shuts_sockets_and_fails", "shut_sockets_down(); panic!(\"without a socket\");", Failed, Some(Failed)),
    ("writes_everywhere", "write_everywhere(b\"{\\\"nonsense\\\": tru\\n\");", Passed, Some(Passed)),
    ("writes_without_newline", "write_everywhere(b\"no end of line\");", Passed, Some(Passed)),
    ("writes_zeros", "write_everywhere(&[0, 255, 10, 0]);", Passed, Some(Passed)),
    ("writes_and_fails", "write_everywhere(b\"ok\\nfailed\\n\"); panic!(\"after nonsense\");", Failed, Some(Failed)),
    ("truncates_everything", "truncate_everything();", Passed, None),
    ("invalid_utf8", "write_invalid_utf8();", Passed, Some(Passed)),
    ("invalid_utf8_fails", "write_invalid_utf8(); panic!(\"after bytes\");", Failed, Some(Failed)),
    ("floods", "flood(300);", Passed, Some(Passed)),
    ("floods_and_fails", "flood(200); panic!(\"after a flood\");", Failed, Some(Failed)),
    ("leaves_directory", "leave_directory();", Passed, Some(Passed)),
    ("replaces_hook", "replace_panic_hook();", Passed, Some(Passed)),
    ("fails_after_hook", "panic!(\"told in spite of a hook\");", Failed, Some(Failed)),
    ("leaves_alarm", "leave_alarm();", Passed, None),
    ("sleeps_past_the_alarm", "sleep_past_the_alarm();", Passed, Some(Passed)),
    ("changes_file_modes", "change_file_mode_mask();", Passed, Some(Passed)),
    ("leaves_thread", "leave_thread();", Passed, Some(Passed)),
    ("leaves_child", "leave_child();", Passed, Some(Passed)),
    ("leaves_daemon", "leave_daemon();", Passed, Some(Passed)),
    ("forks", "fork_and_return();", Passed, Some(Passed)),
    ("forks_and_panics", "fork_and_panic();", Passed, Some(Passed)),
    ("starts_own_binary", "start_own_binary();", Passed, Some(Passed)),
    ("says_like_libtest", "say_like_libtest();", Passed, Some(Passed)),
    // What was queued behind it is taken back, and begins there all the same, unseen.
    ("occupies_late", "late(); occupy_from(3);", Passed, Some(Passed)),
    ("says_and_fails", "say_like_libtest(); panic!(\"in spite of its words\");", Failed, Some(Failed)),
    (
        "forges_messages",
        "say_like_a_worker(\"test_001_innocent\"); panic!(\"in spite of its words\");",
        Failed,
        Some(Failed),
    ),
    ("reads_everything", "read_everything();", Passed, Some(Passed)),
    ("leaves_aborting_hook", "leave_aborting_hook();", Passed, Some(Passed)),
    // Last, since libtest puts nothing back: no child can be waited for after the second.
    ("changes_environment", "change_environment();", Passed, Some(Passed)),
    ("ignores_signals", "ignore_signals();", Passed, Some(Passed)),
];

/// What a test does to the end of its process: name, body, the verdicts of a collected test that shares a worker, which has
/// given them before it ends, and of one in a process of its own, and that of a plain test in either.
type OddEnd = (&'static str, &'static str, Verdict, Verdict, Verdict);

/// In targets of their own, since whoever ends a process meets what the tests before left to do at its end.
const ODD_ENDS: &[OddEnd] = &[
    ("aborts", "at_exit(abort_now);", Passed, Crashed, Crashed),
    ("segfaults", "at_exit(segfault_now);", Passed, Crashed, Crashed),
    ("leaves_with_23", "at_exit(leave_with_23);", Passed, Crashed, Crashed),
    ("leaves_with_0", "at_exit(leave_with_0);", Passed, Passed, Passed),
    ("fails_and_leaves_with_0", "at_exit(leave_with_0); panic!(\"a panic\");", Failed, Failed, Failed),
    ("fails_and_aborts", "at_exit(abort_now); panic!(\"a panic\");", Failed, Failed, Failed),
    // A worker leaves after such a test, which has its verdict afterwards.
    ("leaves_thread_and_aborts", "leave_thread(); at_exit(abort_now);", Crashed, Crashed, Crashed),
];

/// The same of one that keeps its process from ending.
const LINGERS: OddEnd = ("lingers", "at_exit(hang_now);", Passed, Crashed, TimedOut);

/// Plain tests that do nothing bad alone, and the process that both have run does.
const TOGETHER: &str = "#![cfg(unix)]\nuse faults::*;\n#[test] fn a_together() { end_badly_together(); }\n\
    #[test] fn b_innocent() {}\n#[test] fn c_together() { end_badly_together(); }\n";

/// A target of its own for what empties libtest's log file: the tests before may be run again for it.
const TRUNCATED: &str = "#![cfg(unix)]\nuse faults::*;\n#[test] fn a_innocent() {}\n\
    #[test] fn b_truncates() { truncate_everything(); }\n#[test] fn c_fails() { panic!(\"c\"); }\n#[test] fn d_innocent() {}\n";

/// One project for the whole matrix. Numbers in the names make libtest's order that of the table.
fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let head = "#![cfg(unix)]\n#![allow(unused, unreachable_code)]\nuse faults::*;\n";
        let mut collected = format!("{head}testkit::discover!();\n");
        let mut plain = head.to_owned();
        for (index, (name, body, _, plain_verdict)) in FAULTS.iter().enumerate() {
            let number = 2 * index;
            writeln!(collected, "fn test_{number:03}_{name}() {{ {body} }}").unwrap();
            writeln!(
                collected,
                "fn test_{:03}_innocent() {{ check_untouched(env!(\"CARGO_MANIFEST_DIR\")); }}",
                number + 1
            )
            .unwrap();
            if plain_verdict.is_none() {
                continue;
            }
            writeln!(plain, "#[test] fn t{number:03}_{name}() {{ {body} }}").unwrap();
            // libtest puts nothing back between tests: here it is enough to run and to be heard.
            writeln!(plain, "#[test] fn t{:03}_innocent() {{ println!(\"out\"); }}", number + 1).unwrap();
        }
        // Its own limit comes before that of the command.
        collected.push_str(
            "#[testkit::timeout(\"300ms\")]\nfn test_900_own_limit() { hang(); }\nfn test_901_innocent() {}\n",
        );
        let mut odd_collected = format!("{head}testkit::discover!();\n");
        let mut odd_plain = head.to_owned();
        for (index, (name, body, ..)) in ODD_ENDS.iter().enumerate() {
            writeln!(odd_collected, "fn test_{index}_{name}() {{ {body} }}\nfn test_{index}_x_innocent() {{}}")
                .unwrap();
            writeln!(odd_plain, "#[test] fn t{index}_{name}() {{ {body} }}\n#[test] fn t{index}_x_innocent() {{}}")
                .unwrap();
        }
        let (name, body, ..) = LINGERS;
        Project::new("faults")
            .file("tests/test_odd_ends.rs", &odd_collected)
            .file("tests/odd_ends.rs", &odd_plain)
            .file("tests/test_lingers.rs", &format!("{head}testkit::discover!();\nfn test_{name}() {{ {body} }}\n"))
            .file("tests/lingers.rs", &format!("{head}#[test] fn {name}() {{ {body} }}\n"))
            .file("tests/together.rs", TOGETHER)
            .file("tests/taken_back.rs", TAKEN_BACK)
            .file("Cargo.toml", &manifest("faults", "[dependencies]\nlibc = \"0.2\"\n"))
            .file("src/lib.rs", include_str!("../fixtures/faults.rs"))
            .file("tests/test_collected.rs", &collected)
            .file("tests/plain.rs", &plain)
            .file("tests/truncated.rs", TRUNCATED)
    })
}

/// With two places each gets every second test. The second is soon idle, and what waits behind the first test is taken back
/// from the other; but that test takes the log away, so that libtest goes on and does not tell.
const TAKEN_BACK: &str = "#![cfg(unix)]\nuse faults::*;\n#[test] fn a_occupies() { late(); occupy_from(3); }\n\
    #[test] fn b_innocent() {}\n#[test] fn c_fails() { panic!(\"c\"); }\n#[test] fn d_innocent() {}\n\
    #[test] fn e_innocent() {}\n#[test] fn f_innocent() {}\n";

fn expected_of_taken_back() -> impl Iterator<Item = (String, Verdict)> {
    let names = ["a_occupies", "b_innocent", "c_fails", "d_innocent", "e_innocent", "f_innocent"];
    names
        .into_iter()
        .map(|name| (format!("faults::taken_back::{name}"), if name == "c_fails" { Failed } else { Passed }))
}

fn expected(isolation: &str) -> Vec<(String, Verdict)> {
    let mut expected: Vec<_> = expected_of_taken_back().collect();
    let of_collected = |shared, alone| if isolation == "process" { alone } else { shared };
    for (index, (name, _, shared, alone, plain)) in ODD_ENDS.iter().enumerate() {
        expected.push((format!("faults::test_odd_ends::test_{index}_{name}"), of_collected(*shared, *alone)));
        expected.push((format!("faults::test_odd_ends::test_{index}_x_innocent"), Passed));
        expected.push((format!("faults::odd_ends::t{index}_{name}"), *plain));
        expected.push((format!("faults::odd_ends::t{index}_x_innocent"), Passed));
    }
    let (name, _, shared, alone, plain) = LINGERS;
    expected.push((format!("faults::test_lingers::test_{name}"), of_collected(shared, alone)));
    // libtest has told that it passed, where that is asked for.
    expected.push((format!("faults::lingers::{name}"), if isolation == "process" { plain } else { Passed }));
    for name in ["a_together", "b_innocent", "c_together"] {
        expected.push((format!("faults::together::{name}"), Passed));
    }
    for (index, (name, _, collected, plain)) in FAULTS.iter().enumerate() {
        let (number, next) = (2 * index, 2 * index + 1);
        expected.push((format!("faults::test_collected::test_{number:03}_{name}"), *collected));
        expected.push((format!("faults::test_collected::test_{next:03}_innocent"), Passed));
        if let Some(plain) = plain {
            expected.push((format!("faults::plain::t{number:03}_{name}"), *plain));
            expected.push((format!("faults::plain::t{next:03}_innocent"), Passed));
        }
    }
    for (name, verdict) in
        [("a_innocent", Passed), ("b_truncates", Passed), ("c_fails", Failed), ("d_innocent", Passed)]
    {
        expected.push((format!("faults::truncated::{name}"), verdict));
    }
    expected.push(("faults::test_collected::test_900_own_limit".to_owned(), TimedOut));
    expected.push(("faults::test_collected::test_901_innocent".to_owned(), Passed));
    expected
}

fn is_beyond_suspicion(test: &TestId) -> bool {
    test.as_str().ends_with("_innocent") && !test.as_str().contains("::truncated::")
}

#[track_caller]
fn check(isolation: &str, workers: &str) -> Ran {
    let arguments = ["run", "--isolation", isolation, "-n", workers, "--timeout", "3s"];
    let mut command = command(project().folder(), &arguments);
    command.env("FAULTS_RUN_BY", std::process::id().to_string());
    let ran = start_reporting(command).wait();
    ran.exits(1).has_verdicts(expected(isolation)).leaves_nothing_behind();
    // Also none that has lost its environment: see the durations in the fixture.
    let sleepers = processes(|folder| {
        let words = std::fs::read(folder.join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&words).ends_with(&format!(".{}\0", std::process::id()))
    });
    assert!(sleepers.is_empty(), "processes left behind: {sleepers:?}");
    // Ends that are in no verdict are told, and no others.
    let mut odd_ends: BTreeSet<&str> = odd_ends(&ran).map(|odd| odd.binary.0.as_str()).collect();
    if isolation == "worker" && workers != "1" {
        // Side by side, the two may meet or not.
        odd_ends.remove("faults::together");
    }
    let mut want = BTreeSet::from(["faults::test_odd_ends"]);
    if isolation == "worker" {
        want.extend(["faults::lingers", "faults::test_lingers"]);
        want.extend((workers == "1").then_some("faults::together"));
    }
    assert_eq!(odd_ends, want);
    // An innocent test is never suspected, and never pays for the one before by being run again.
    let suspected = ran.events.iter().filter_map(|event| match &event.kind {
        EventKind::WorkerReplaced(replaced) => replaced.after.as_ref().filter(|test| is_beyond_suspicion(test)),
        _ => None,
    });
    assert_eq!(suspected.collect::<Vec<_>>(), Vec::<&TestId>::new());
    for test in testkit_tests::finished(&ran.events).filter(|test| test.test.as_str().contains("floods")) {
        assert!(test.duration_ns < 10_000_000_000, "{} took {} ns", test.test, test.duration_ns);
    }
    let limit = 100 * 1024 * 1024;
    assert!(ran.peak_memory < limit, "the command held {} bytes", ran.peak_memory);
    ran
}

fn odd_ends(ran: &Ran) -> impl Iterator<Item = &event::OddEnd> {
    ran.events.iter().filter_map(|event| match &event.kind {
        EventKind::OddEnd(odd) => Some(odd),
        _ => None,
    })
}

/// A failure of another test is not taken for one of the test that keeps libtest from telling it.
#[test]
fn what_is_taken_back_from_a_test_without_its_log() {
    let _alone = alone();
    let ran = project().testkit(&["run", "-n", "2", "faults::taken_back"]);
    ran.exits(1).has_verdicts(expected_of_taken_back()).leaves_nothing_behind();
}

/// The messages of all failures of a test.
fn messages(ran: &Ran, id: &str) -> Vec<String> {
    let attempts = ran.events.iter().filter_map(|event| match &event.kind {
        EventKind::Attempt(Attempt { test, event: AttemptEvent::Finished(finished), .. }) if test.as_str() == id => {
            Some(finished.failures.iter().map(|failure| failure.message.clone().unwrap_or_default()))
        }
        _ => None,
    });
    attempts.flatten().collect()
}

/// Tests of the matrix run side by side would fight over two processors and over time limits.
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

fn alone() -> std::sync::MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[test]
fn shared_processes_one_at_a_time() {
    let _alone = alone();
    let ran = check("worker", "1");
    for (index, (name, body, collected, _)) in FAULTS.iter().enumerate() {
        let id = format!("faults::test_collected::test_{:03}_{name}", 2 * index);
        // The author's words come through, whatever else the test did.
        let words = body.split("panic!(\"").last().and_then(|rest| rest.split('"').next());
        if let (Failed, Some(words)) = (collected, words) {
            let got = messages(&ran, &id);
            assert!(got.iter().any(|message| message == words), "{id}: {got:?}");
        }
    }
    let got = messages(&ran, "faults::odd_ends::t2_leaves_with_23");
    assert_eq!(got, ["the test passed, and its process then ended with exit code 23"]);
    let together = odd_ends(&ran).find(|odd| odd.binary.0 == "faults::together").unwrap();
    let after: Vec<&str> = together.after.iter().map(TestId::as_str).collect();
    assert_eq!(after, ["faults::together::a_together", "faults::together::b_innocent", "faults::together::c_together"]);
    assert_eq!((together.tests, together.cleared, together.killed), (3, true, false));
    assert_eq!(together.termination, Termination::Signaled(6));
    let lingers = odd_ends(&ran).find(|odd| odd.binary.0 == "faults::lingers").unwrap();
    assert_eq!((lingers.tests, lingers.cleared, lingers.killed), (1, false, true));
}

#[test]
fn shared_processes_side_by_side() {
    let _alone = alone();
    check("worker", "4");
}

#[test]
fn own_processes_one_at_a_time() {
    let _alone = alone();
    check("process", "1");
}

#[test]
fn own_processes_side_by_side() {
    let _alone = alone();
    check("process", "4");
}
