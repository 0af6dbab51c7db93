//! What the command is asked for: selectors, exit codes, which tests are run and how much, the list, and mistakes.

#![cfg(unix)]

use std::sync::OnceLock;

use testkit_protocol::outcome::Verdict::{Crashed, Failed, NotRun, Passed, Skipped};
use testkit_tests::command::{Ran, command, start};
use testkit_tests::project::{Project, manifest, plain_manifest};

const LIB: &str = r#"pub fn add(a: i32, b: i32) -> i32 {
    a + b
}

#[cfg(test)]
#[testkit::tests]
mod tests {
    use super::*;

    fn test_add() {
        assert!(add(2, 3) == 5);
    }

    struct TestAdd;

    impl TestAdd {
        fn test_negative(&self) {
            assert_eq!(add(2, -3), -1);
        }
        fn test_zero(&self) {
            assert_eq!(add(0, 0), 0);
        }
    }

    #[ignore = "not today"]
    fn test_ignored() {}

    #[test]
    fn ordinary() {}
}
"#;

const FILE: &str = r#"testkit::discover!();

fn test_first() {
    println!("said by the first");
}

#[test]
fn zz_plain() {}

#[cfg(feature = "extra")]
fn test_extra() {}
"#;

fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        Project::new("selection")
            .file("Cargo.toml", &manifest("selection", "[features]\nextra = []\n"))
            .file("src/lib.rs", LIB)
            .file("tests/test_file.rs", FILE)
            .file("tests/plain.rs", "#[test]\nfn plain_passes() {}\n#[test]\n#[ignore]\nfn plain_ignored() {}\n")
    })
}

const LIB_TESTS: [&str; 4] = [
    "selection::tests::test_add",
    "selection::tests::TestAdd::test_negative",
    "selection::tests::TestAdd::test_zero",
    "selection::tests::ordinary",
];

#[track_caller]
fn selects(arguments: &[&str], passed: &[&str], skipped: &[&str]) {
    let ran = project().testkit(&[&["run"], arguments].concat());
    let expected = passed.iter().map(|id| (*id, Passed)).chain(skipped.iter().map(|id| (*id, Skipped)));
    ran.exits(0).has_verdicts(expected);
}

#[test]
fn selectors() {
    let first = ["selection::test_file::test_first"];
    let in_file = ["selection::test_file::test_first", "selection::test_file::zz_plain"];
    let group = ["selection::tests::TestAdd::test_negative", "selection::tests::TestAdd::test_zero"];
    selects(&["first"], &first, &[]);
    selects(&["selection::test_file::test_first"], &first, &[]);
    selects(&["TestAdd"], &group, &[]);
    selects(&["TestAdd", "first"], &[&group[..], &first].concat(), &[]);
    selects(&["tests/test_file.rs"], &in_file, &[]);
    selects(&["./tests/test_file.rs"], &in_file, &[]);
    selects(&["tests/test_file.rs:4"], &first, &[]);
    selects(&["src/lib.rs:19"], &group[..1], &[]);
    selects(&["src/lib.rs::TestAdd::test_zero"], &group[1..], &[]);
    selects(&["src/lib.rs"], &LIB_TESTS, &["selection::tests::test_ignored"]);
    selects(&["--lib"], &LIB_TESTS, &["selection::tests::test_ignored"]);
    selects(
        &["--test", "test_file", "-F", "extra"],
        &[&in_file[..], &["selection::test_file::test_extra"]].concat(),
        &[],
    );
    selects(
        &["ignored", "--run-ignored", "only"],
        &["selection::tests::test_ignored", "selection::plain::plain_ignored"],
        &[],
    );
    selects(
        &["ignored", "--run-ignored", "all"],
        &["selection::tests::test_ignored", "selection::plain::plain_ignored"],
        &[],
    );
    selects(&["plain::"], &["selection::plain::plain_passes"], &["selection::plain::plain_ignored"]);
}

#[track_caller]
fn refuses(arguments: &[&str], code: i32, words: &[&str]) {
    let ran = start(command(project().folder(), arguments)).wait();
    ran.exits(code);
    for word in words {
        ran.says(word);
    }
}

#[test]
fn mistakes() {
    refuses(&["run", "test_frist"], 4, &["test_frist", "test_first"]);
    refuses(&["run", "first", "no_such_test"], 4, &["no_such_test"]);
    refuses(&["run", "tests/test_flie.rs"], 4, &["tests/test_flie.rs"]);
    refuses(&["list", "no_such_test"], 4, &["no_such_test"]);
    refuses(&["run", "--iso", "process"], 4, &["--iso", "--isolation"]);
    refuses(&["run", "--isolation", "proces"], 4, &["proces", "process"]);
    refuses(&["run", "--timeout", "5 parsecs"], 4, &["5 parsecs"]);
    refuses(&["run", "-n", "0"], 4, &["0"]);
    refuses(&["run", "--report", "xml=here"], 4, &["xml", "jsonl"]);
    refuses(&["run", "--report", "jsonl"], 4, &["KIND=PATH"]);
    refuses(&["run", "--report", "jsonl=Cargo.toml/events.jsonl"], 4, &["Cargo.toml/events.jsonl"]);
    if cfg!(target_os = "linux") {
        // A report that breaks off is told, and the run is not green.
        refuses(&["run", "--report", "jsonl=/dev/full"], 3, &["/dev/full", "7 passed"]);
    }
    refuses(&["run", "-p", "no-such-package"], 101, &["no-such-package"]);
    refuses(&["run", "--test", "no_such_target"], 101, &["no_such_target"]);
    refuses(&["run", "--manifest-path", "no/Cargo.toml"], 101, &["no/Cargo.toml"]);
    refuses(&["run", "-F", "no-such-feature"], 101, &["no-such-feature"]);
    refuses(&["run", "--test", "plain", "--run-ignored", "only"], 0, &["1 passed"]);
    refuses(&["--help"], 0, &["Usage"]);
    refuses(&["--version"], 0, &["testkit"]);
    let outside = tempfile::tempdir().unwrap();
    start(command(outside.path(), &["run"])).wait().exits(101).says("could not find `Cargo.toml`");
}

#[test]
fn no_tests_at_all() {
    let project = Project::empty("nothing").file("Cargo.toml", &plain_manifest("nothing", "")).file("src/lib.rs", "");
    project.testkit(&["run"]).exits(5).has_verdicts([("", Passed); 0]);
    start(command(project.folder(), &["list"])).wait().exits(5);
}

#[test]
fn lists() {
    let list = |format: &str| start(command(project().folder(), &["list", "--format", format])).wait();
    let ids = list("ids");
    let mut lines: Vec<&str> = ids.exits(0).stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "selection::plain::plain_ignored",
            "selection::plain::plain_passes",
            "selection::test_file::test_first",
            "selection::test_file::zz_plain",
            "selection::tests::TestAdd::test_negative",
            "selection::tests::TestAdd::test_zero",
            "selection::tests::ordinary",
            "selection::tests::test_add",
            "selection::tests::test_ignored",
        ]
    );
    list("tree").exits(0).says("TestAdd").says("test_negative");
    let json = list("json");
    let document: serde_json::Value = serde_json::from_str(&json.exits(0).stdout).unwrap();
    assert_eq!(document["format"], 1);
    assert_eq!(document["test_count"], 9);
    let tests = document["tests"].as_array().unwrap();
    let find = |id: &str| tests.iter().find(|test| test["id"] == id).unwrap_or_else(|| panic!("no {id}"));
    let group = find("selection::tests::TestAdd::test_negative");
    assert_eq!((group["kind"].as_str(), group["line"].as_u64()), (Some("collected"), Some(17)));
    assert_eq!(group["file"], "src/lib.rs");
    assert_eq!(find("selection::tests::test_ignored")["ignored"], "not today");
    let plain = find("selection::plain::plain_passes");
    assert_eq!((plain["kind"].as_str(), plain["line"].as_u64()), (Some("plain"), Some(2)));
}

fn failing() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let test = |number: u32| {
            format!("fn test_{number}() {{ println!(\"said by {number}\"); assert!({number} % 2 == 0, \"odd\"); }}\n")
        };
        let lines = (0..6).map(test).collect::<Vec<_>>().concat();
        Project::new("stopping")
            .file("src/lib.rs", "")
            .file("tests/test_odd.rs", &format!("testkit::discover!();\n{lines}"))
    })
}

#[test]
fn stops_after_failures() {
    let project = failing();
    let id = |number: u32| format!("stopping::test_odd::test_{number}");
    let all = [Passed, Failed, Passed, Failed, Passed, Failed];
    let expected = |verdicts: [_; 6]| (0..6).map(id).zip(verdicts).collect::<Vec<_>>();
    project.testkit(&["run", "-n", "1"]).exits(1).has_verdicts(expected(all));
    let first = [Passed, Failed, NotRun, NotRun, NotRun, NotRun];
    let one_process_each = &["run", "-n", "1", "--isolation", "process"][..];
    project.testkit(&[one_process_each, &["-x"]].concat()).exits(1).has_verdicts(expected(first));
    let second = [Passed, Failed, Passed, Failed, NotRun, NotRun];
    project.testkit(&[one_process_each, &["--maxfail", "2"]].concat()).exits(1).has_verdicts(expected(second));
    // A worker is ahead of us when it is told to stop; what it has run counts, and nothing is lost.
    for options in [&["-x"][..], &["--maxfail", "2"], &["-x", "-n", "4"]] {
        let ran = project.testkit(&[&["run"], options].concat());
        let verdicts = ran.exits(1).leaves_nothing_behind().verdicts();
        assert_eq!(verdicts.len(), 6, "{verdicts:?}");
        assert!(verdicts.values().any(|verdict| *verdict == Failed), "{verdicts:?}");
    }
}

#[test]
fn output_and_durations() {
    let project = failing();
    let captured = project.testkit(&["run", "-n", "1"]);
    captured.exits(1).says("said by 1").says("odd");
    assert!(!captured.stdout.contains("said by 0"), "what a passed test says is not shown: {}", captured.said());
    let shown = project.testkit(&["run", "--no-capture"]);
    shown.exits(1).says("said by 0").says("said by 1");
    shown.has_verdicts(
        (0..6).map(|number| {
            (format!("stopping::test_odd::test_{number}"), if number % 2 == 0 { Passed } else { Failed })
        }),
    );
    let slowest = project.testkit(&["run", "--durations", "2"]);
    slowest.exits(1).says("slowest");
}

/// Verdicts without capturing: plain tests are proved by libtest's log then.
#[test]
fn plain_tests_without_capture() {
    let source = "#[test] fn a_passes() { println!(\"test result: ok. 1 passed\"); }\n#[test] fn b_fails() { panic!(\"b\"); }\n\
        #[test] fn c_exits() { std::process::exit(0); }\n#[test] fn d_passes() {}\n#[test] fn e_aborts() { std::process::abort(); }\n\
        #[test] fn f_passes() {}\n";
    let project =
        Project::empty("uncaptured").file("Cargo.toml", &plain_manifest("uncaptured", "")).file("src/lib.rs", source);
    let verdicts = [
        ("uncaptured::a_passes", Passed),
        ("uncaptured::b_fails", Failed),
        ("uncaptured::c_exits", Crashed),
        ("uncaptured::d_passes", Passed),
        ("uncaptured::e_aborts", Crashed),
        ("uncaptured::f_passes", Passed),
    ];
    for isolation in ["worker", "process"] {
        project.testkit(&["run", "--no-capture", "--isolation", isolation]).exits(1).has_verdicts(verdicts);
    }
    project.testkit(&["run", "-n", "1"]).exits(1).has_verdicts(verdicts);
}

#[test]
fn the_cargo_form() {
    // Built beside the command itself.
    let program = testkit_tests::testkit().with_file_name("cargo-testkit");
    if !program.exists() {
        eprintln!("NOT TESTED: there is no {}", program.display());
        return;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [program.parent().unwrap().to_owned()].into_iter().chain(std::env::split_paths(&path));
    let mut command = std::process::Command::new("cargo");
    command.args(["testkit", "run", "first"]).current_dir(project().folder());
    testkit_tests::command::prepare(&mut command);
    command.env("PATH", std::env::join_paths(folders).unwrap());
    let ran: Ran = start(command).wait();
    ran.exits(0).says("1 passed");
}
