//! Tests that are only known at run time, asked for from workers that speak by hand.

#![cfg(target_os = "linux")]

use testkit_protocol::event::{AttemptEvent, AttemptFinished, EventKind};
use testkit_protocol::outcome::Verdict::{self, Errored, Failed, Flaky, Passed, Skipped};
use testkit_tests::command::{Ran, command, start};
use testkit_tests::hand_written::{project, ran};
use testkit_tests::project::Project;

const EXPANDS: &str = r#","expands":true"#;

fn list(project: &Project, arguments: &[&str]) -> Ran {
    start(command(project.folder(), &[&["list"], arguments].concat())).wait()
}

/// The ends of the attempts at a test.
fn attempts<'a>(ran: &'a Ran, id: &str) -> Vec<&'a AttemptFinished> {
    let finished = |kind: &'a EventKind| match kind {
        EventKind::Attempt(attempt) if attempt.test.as_str() == id => match &attempt.event {
            AttemptEvent::Finished(finished) => Some(finished),
            AttemptEvent::Started(_) | AttemptEvent::Slow { .. } => None,
        },
        _ => None,
    };
    ran.events.iter().filter_map(|event| finished(&event.kind)).collect()
}

fn prefixed(prefix: &str, verdicts: &[(&str, Verdict)]) -> Vec<(String, Verdict)> {
    verdicts.iter().map(|(name, verdict)| (format!("{prefix}{name}"), *verdict)).collect()
}

#[test]
fn cases_are_tests() {
    let tests = [("test_plain", ""), ("test_q", EXPANDS), ("test_many[1]", EXPANDS)];
    let project = project("expands", &tests)
        .file("cases/test_q", "Pg near db=Pg\nMy near db=My\nfails\n")
        .file("cases/test_many[1]", "a\nb\n");
    let names = ["test_plain", "test_q[Pg]", "test_q[My]", "test_q[fails]", "test_many[1-a]", "test_many[1-b]"];
    let ids = names.map(|name| format!("expands::tests::{name}")).join("\n") + "\n";
    assert_eq!(list(&project, &["--format", "ids"]).exits(0).stdout, ids);
    let tree = list(&project, &[]);
    tree.exits(0).says("    test_q[Pg]\n    test_q[My]\n").says("6 tests in 1 binary");
    let document: serde_json::Value = serde_json::from_str(&list(&project, &["--format", "json"]).stdout).unwrap();
    let entry = &document["tests"][1];
    assert_eq!(entry["id"], "expands::tests::test_q[Pg]");
    assert_eq!((&entry["name"], &entry["line"]), (&"tests::test_q[Pg]".into(), &20.into()));

    let all: Vec<(&str, Verdict)> =
        names.iter().map(|name| (*name, if name.contains("fails") { Failed } else { Passed })).collect();
    for options in [&[][..], &["--isolation", "process"], &["-n", "1"], &["--no-capture"]] {
        let ran = project.testkit(&[&["run"], options].concat());
        ran.exits(1).has_verdicts(prefixed("expands::tests::", &all)).leaves_nothing_behind();
        ran.says("FAILED expands::tests::test_q[fails]").says("  a    = 1\n  want = 2\n  src/lib.rs:7:1\n");
        ran.says("--- logs (1 line) ---\n    WARN low on paper").says("attachment page (image/png): /tmp/page.png");
    }
    // A failed case is run again alone, as its second attempt.
    project.remove("ran");
    project.testkit(&["run", "-n", "1"]).exits(1);
    let runs = ran(&project);
    assert_eq!(runs.last().unwrap().1, "2 tests::test_q[fails]", "{runs:?}");
    assert_eq!(runs.len(), 7, "{runs:?}");
}

#[test]
fn cases_are_selected() {
    let tests = [("test_q", EXPANDS), ("test_quick", EXPANDS), ("test_other", "")];
    let project =
        project("selected", &tests).file("cases/test_q", "a\nb\n").file("cases/test_quick", "a\n").file("x.rs", "");
    let check = |selector: &str, want: &[&str]| {
        let ran = project.testkit(&["run", selector]);
        let want: Vec<(&str, Verdict)> = want.iter().map(|name| (*name, Passed)).collect();
        ran.exits(0).has_verdicts(prefixed("selected::tests::", &want));
    };
    check("selected::tests::test_q", &["test_q[a]", "test_q[b]"]);
    check("selected::tests::test_q[b]", &["test_q[b]"]);
    check("test_q", &["test_q[a]", "test_q[b]", "test_quick[a]"]);
    check("src/lib.rs:12", &["test_q[a]", "test_q[b]"]);
    check("lib.rs::test_q", &["test_q[a]", "test_q[b]"]);
    check("[a]", &["test_q[a]", "test_quick[a]"]);
    start(command(project.folder(), &["run", "test_q[c]"])).wait().exits(4).says("  selected::tests::test_q[a]\n");
}

#[test]
fn new_data_needs_no_build() {
    let project = project("data", &[("test_rows", EXPANDS)]).file("cases/test_rows", "1\n");
    let first = project.testkit(&["run"]);
    first.exits(0).has_verdicts([("data::tests::test_rows[1]", Passed)]);
    project.write("cases/test_rows", "1\n2\n");
    let second = project.testkit(&["run"]);
    second.exits(0).has_verdicts([("data::tests::test_rows[1]", Passed), ("data::tests::test_rows[2]", Passed)]);
    project.write("cases/test_rows", "");
    let third = project.testkit(&["run"]);
    third.exits(0).has_verdicts([("data::tests::test_rows", Skipped)]).says("it has no cases");
}

#[test]
fn whoever_cannot_say_its_cases_fails_alone() {
    let tests = [
        ("test_before", EXPANDS),
        ("test_exit", EXPANDS),
        ("test_fail", EXPANDS),
        ("test_garble", EXPANDS),
        ("test_after", EXPANDS),
        ("test_twice", EXPANDS),
        ("test_skipped", r#","expands":true,"skip":"later""#),
        ("test_plain", ""),
    ];
    let project = project("misdeeds", &tests)
        .file("cases/test_before", "a\n")
        .file("cases/test_exit", "!exit")
        .file("cases/test_fail", "!fail")
        .file("cases/test_garble", "!garble")
        .file("cases/test_after", "a\nb\n")
        .file("cases/test_twice", "a\na\n")
        .file("cases/test_skipped", "!fail");
    let verdicts = [
        ("test_before[a]", Passed),
        ("test_exit", Errored),
        ("test_fail", Errored),
        ("test_garble", Errored),
        ("test_after[a]", Passed),
        ("test_after[b]", Passed),
        ("test_twice", Errored),
        ("test_skipped", Skipped),
        ("test_plain", Passed),
    ];
    let ran = project.testkit(&["run"]);
    ran.exits(1).has_verdicts(prefixed("misdeeds::tests::", &verdicts)).leaves_nothing_behind();
    ran.says("asked for its cases, its process ended with exit code 3").says("about to leave");
    ran.says("rows.csv: no such file").says("two cases have the name `tests::test_twice[a]`");
    ran.says("something wrote into the worker's channel when it was asked for its cases");
    let [exit] = attempts(&ran, "misdeeds::tests::test_exit")[..] else { panic!("one attempt: {}", ran.said()) };
    assert_eq!(exit.stderr.head, "about to leave\n");
    let listed = list(&project, &["--format", "ids"]);
    listed.exits(0).says("misdeeds::tests::test_after[b]\n").says("misdeeds::tests::test_exit\n");
    listed.says("note: the cases of `misdeeds::tests::test_fail` are not known: rows.csv: no such file");
}

#[test]
fn without_a_worker_all_cases_are_one_test() {
    let project = project("unserved", &[("test_q", EXPANDS), ("test_plain", "")]).file("cases/test_q", "a\nb\n");
    let one = [("test_q", Passed), ("test_plain", Passed)];
    let threads = project.testkit(&["run", "--isolation", "threads"]);
    threads.exits(0).has_verdicts(prefixed("unserved::tests::", &one));
    project.write("refuses", "");
    let refused = project.testkit(&["run"]);
    project.remove("refuses");
    refused.exits(0).has_verdicts(prefixed("unserved::tests::", &one));
    refused.says("no worker of `unserved` can be asked for its tests' cases: it ended with exit code 9");
    refused.says("this binary serves nobody");
}

#[test]
fn attempts_are_numbered() {
    let retry = r#","expands":true,"retry":{"count":2}"#;
    let project = project("retried", &[("test_q", retry)]).file("cases/test_q", "fails_then_passes\nfails\n");
    let run = project.testkit(&["run"]);
    let verdicts = [("test_q[fails_then_passes]", Flaky), ("test_q[fails]", Failed)];
    run.exits(1).has_verdicts(prefixed("retried::tests::", &verdicts));
    let mut tests: Vec<String> = ran(&project).into_iter().map(|(_, test)| test).collect();
    tests.sort();
    let wanted = ["1 tests::test_q[fails]", "1 tests::test_q[fails_then_passes]", "2 tests::test_q[fails]"];
    assert_eq!(tests[..3], wanted);
    assert_eq!(tests[3..], ["2 tests::test_q[fails_then_passes]", "3 tests::test_q[fails]"]);
}

#[test]
fn what_is_near_follows_each_other() {
    let near = "Pg near db=Pg\nMy near db=My\nLite near db=Lite\n";
    let project = project("near", &[("test_q", EXPANDS), ("test_r", EXPANDS)])
        .file("cases/test_q", near)
        .file("cases/test_r", near);
    project.testkit(&["run", "-n", "1"]).exits(0);
    let order: Vec<String> = ran(&project).into_iter().map(|(_, test)| test).collect();
    let want = ["q[Pg]", "r[Pg]", "q[My]", "r[My]", "q[Lite]", "r[Lite]"].map(|name| format!("1 tests::test_{name}"));
    assert_eq!(order, want);
}

#[test]
fn the_seed_is_every_tests() {
    let project = project("seeded", &[("test_fails", ""), ("test_q", EXPANDS)]).file("cases/test_q", "fails\n");
    let ran = project.testkit(&["run", "--seed", "4711"]);
    ran.exits(1).says(", seed 4711\n").says("property seed = 4711");
    for id in ["seeded::tests::test_fails", "seeded::tests::test_q[fails]"] {
        assert!(attempts(&ran, id).iter().all(|attempt| attempt.properties[0].value == "4711"), "{}", ran.said());
    }
    let seed = |ran: &Ran| match &ran.events[0].kind {
        EventKind::RunStarted(started) => started.seed,
        other => panic!("{other:?}"),
    };
    assert_eq!(seed(&ran), 4711);
    let (one, other) = (project.testkit(&["run"]), project.testkit(&["run", "-v"]));
    assert_ne!(seed(&one), seed(&other));
    assert!(!one.stdout.contains("seed 4") && !one.stdout.contains(", seed "), "{}", one.said());
    other.says(&format!(", seed {}", seed(&other)));
}
