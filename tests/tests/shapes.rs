//! Shapes met in real suites: harnesses of somebody's own, odd names, every kind of target, workspaces, many tests.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use testkit_protocol::outcome::Verdict::{self, Failed, Passed, Skipped, TimedOut};
use testkit_tests::command::{command, start_reporting};
use testkit_tests::project::{Project, SETTINGS, plain_manifest};

/// A package whose targets have mains of their own.
#[test]
fn harnesses_of_somebodys_own() {
    let targets = ["mimic", "refuses", "refuses_silently", "main", "main_fails", "main_crashes", "says_nothing"];
    let table = |name: &&str| format!("[[test]]\nname = \"{name}\"\nharness = false\n");
    let tables = targets.iter().map(table).collect::<Vec<_>>().concat();
    let note = "use std::io::Write as _;\nfn note(name: &str) { \
                std::fs::File::options().append(true).create(true).open(\"runs.txt\").unwrap()\
                .write_all(format!(\"{name}\\n\").as_bytes()).unwrap(); }\n";
    let refuse = |words: &str| {
        format!(
            "{note}fn main() {{ if std::env::args().any(|argument| argument == \"--list\") {{ {words} std::process::exit(2); }} \
             note(\"refuses\"); }}\n"
        )
    };
    let project = Project::empty("harnesses")
        .file("Cargo.toml", &plain_manifest("harnesses", &tables))
        .file("src/lib.rs", "")
        .file("tests/mimic.rs", include_str!("../fixtures/harness_main.rs"))
        .file("tests/refuses.rs", &refuse("eprintln!(\"error: unexpected argument '--list' found\");"))
        .file("tests/refuses_silently.rs", &refuse("").replace("note(\"refuses\")", "note(\"silent\")"))
        .file("tests/main.rs", &format!("{note}fn main() {{ note(\"main\"); println!(\"done: 3 tests\"); }}\n"))
        .file(
            "tests/main_fails.rs",
            &format!("{note}fn main() {{ note(\"main_fails\"); panic!(\"a main's panic\"); }}\n"),
        )
        .file(
            "tests/main_crashes.rs",
            &format!("{note}fn main() {{ note(\"main_crashes\"); std::process::abort(); }}\n"),
        )
        .file("tests/says_nothing.rs", &format!("{note}fn main() {{ note(\"nothing\"); }}\n"));
    let mimic = |name: &str| format!("harnesses::mimic::{name}");
    let expected = |ignored: Verdict| {
        BTreeMap::from([
            (mimic("with spaces in it"), Passed),
            (mimic(" padded "), Passed),
            (mimic("folder/file.txt"), Passed),
            (mimic("src/lib.rs - nested::item (line 3)"), Passed),
            (mimic("a.b.c"), Passed),
            (mimic("panics - should panic"), Passed),
            (mimic("ends: test"), Passed),
            (mimic("ünïcode ✓"), Passed),
            (mimic("fails"), Failed),
            (mimic("ignored with spaces"), ignored),
            ("harnesses::refuses".to_owned(), Passed),
            // It ran with arguments that it does not know, and said so by its exit code alone.
            ("harnesses::refuses_silently".to_owned(), Failed),
            ("harnesses::main".to_owned(), Passed),
            ("harnesses::main_fails".to_owned(), Failed),
            ("harnesses::main_crashes".to_owned(), Verdict::Crashed),
            ("harnesses::says_nothing".to_owned(), Passed),
        ])
    };
    let once = "a.b.c, ends: test, fails, folder/file.txt, main, main_crashes, main_fails, nothing, padded, \
                panics - should panic, refuses, src/lib.rs - nested::item (line 3), with spaces in it, ünïcode ✓";
    for options in [&["-n", "1"][..], &["-n", "4"], &["-n", "4", "--isolation", "process"]] {
        project.remove("runs.txt");
        let ran = project.testkit(&[&["run"], options].concat());
        ran.exits(1).has_verdicts(expected(Skipped)).leaves_nothing_behind();
        assert_eq!(what_ran(&project), once, "each ran once, {options:?}");
    }
    // Listing runs none of them.
    project.remove("runs.txt");
    let listed = start_reporting_nothing(&project, &["list", "--format", "ids"]);
    listed.exits(0).says("harnesses::main");
    assert_eq!(what_ran(&project), "");
    let ran = project.testkit(&["run", "--run-ignored", "all"]);
    ran.exits(1).has_verdicts(expected(Passed));
    // By name, without knowing it yet.
    project.remove("runs.txt");
    let ran = project.testkit(&["run", "harnesses::main"]);
    ran.exits(0).has_verdicts([("harnesses::main", Passed)]);
    assert_eq!(what_ran(&project), "main");
}

fn start_reporting_nothing(project: &Project, arguments: &[&str]) -> testkit_tests::command::Ran {
    testkit_tests::command::start(command(project.folder(), arguments)).wait()
}

/// What harnesses noted, sorted.
fn what_ran(project: &Project) -> String {
    let noted = fs::read_to_string(project.folder().join("runs.txt")).unwrap_or_default();
    let mut noted: Vec<&str> = noted.lines().map(str::trim).collect();
    noted.sort_unstable();
    noted.join(", ")
}

fn targets() -> Project {
    let alpha = "[package]\nname = \"alpha\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
        [[bin]]\nname = \"tool\"\n[[bin]]\nname = \"untested\"\ntest = false\n\
        [[test]]\nname = \"left_alone\"\ntest = false\n[[example]]\nname = \"shown\"\ntest = true\n\
        [dependencies]\nmacros = { path = \"../macros\" }\n";
    let failing = "#[test]\nfn is_left_alone() { panic!(\"this target is not to be run\"); }\n";
    let environment = r#"
use std::env;

#[test]
fn same() {}

#[test]
fn stands_in_its_package() {
    assert_eq!(env::current_dir().unwrap().to_str(), Some(env!("CARGO_MANIFEST_DIR")));
    assert!(std::path::Path::new("Cargo.toml").exists());
}

#[test]
fn finds_its_programs() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tool")).output().unwrap();
    assert_eq!(output.stdout, b"the tool\n");
}

#[test]
fn has_cargos_variables() {
    assert_eq!(env::var("CARGO_MANIFEST_DIR").as_deref(), Ok(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(env::var("CARGO_PKG_NAME").as_deref(), Ok("alpha"));
    assert_eq!(env::var("CARGO_PKG_VERSION_MINOR").as_deref(), Ok("1"));
    assert!(env::var_os("CARGO").is_some(), "CARGO");
    assert_eq!(env!("SAID_BY_THE_BUILD"), "hello");
    assert_eq!(env::var("SAID_BY_THE_BUILD").as_deref(), Ok("hello"));
    let out = env::var("OUT_DIR").unwrap();
    assert_eq!(std::fs::read_to_string(format!("{out}/made")).unwrap(), "by the build script");
    assert!(env::var_os("RUSTC_BOOTSTRAP").is_none(), "only for listing");
}

#[test]
#[ignore = "with a reason"]
fn is_ignored() {}
"#;
    let build = r#"fn main() {
    println!("cargo::rustc-env=SAID_BY_THE_BUILD=hello");
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/made"), "by the build script").unwrap();
}
"#;
    let workspace =
        SETTINGS.replace("[workspace]", "[workspace]\nmembers = [\"alpha\", \"beta\", \"macros\"]\nresolver = \"3\"");
    Project::empty("targets")
        .file("Cargo.toml", &workspace)
        .file("alpha/Cargo.toml", alpha)
        .file("alpha/build.rs", build)
        .file("alpha/src/lib.rs", "macros::nothing!();\n#[test]\nfn same() {}\n")
        .file("alpha/src/bin/tool.rs", "fn main() { println!(\"the tool\"); }\n#[test]\nfn in_the_tool() {}\n")
        .file("alpha/src/bin/untested.rs", &format!("fn main() {{}}\n{failing}"))
        .file("alpha/examples/shown.rs", "fn main() {}\n#[test]\nfn in_an_example() {}\n")
        .file("alpha/examples/unshown.rs", &format!("fn main() {{}}\n{failing}"))
        .file("alpha/tests/environment.rs", environment)
        .file("alpha/tests/left_alone.rs", failing)
        .file("alpha/tests/empty.rs", "\n")
        .file("alpha/benches/measured.rs", failing)
        .file("beta/Cargo.toml", "[package]\nname = \"beta\"\nversion = \"0.1.0\"\nedition = \"2024\"\n")
        .file("beta/src/lib.rs", "#[cfg(test)]\nmod inner { #[test]\nfn same() {} }\n")
        .file("beta/tests/environment.rs", "#[test]\nfn same() {}\n")
        .file(
            "macros/Cargo.toml",
            "[package]\nname = \"macros\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\nproc-macro = true\n",
        )
        .file(
            "macros/src/lib.rs",
            "extern crate proc_macro;\n#[proc_macro]\npub fn nothing(_: proc_macro::TokenStream) -> \
             proc_macro::TokenStream { proc_macro::TokenStream::new() }\n#[test]\nfn in_a_macro_crate() {}\n",
        )
}

#[test]
fn every_kind_of_target_and_no_other() {
    let project = targets();
    let alpha = [
        ("alpha::same", Passed),
        ("alpha::bin/tool::in_the_tool", Passed),
        ("alpha::example/shown::in_an_example", Passed),
        ("alpha::environment::same", Passed),
        ("alpha::environment::stands_in_its_package", Passed),
        ("alpha::environment::finds_its_programs", Passed),
        ("alpha::environment::has_cargos_variables", Passed),
        ("alpha::environment::is_ignored", Skipped),
    ];
    let others =
        [("beta::inner::same", Passed), ("beta::environment::same", Passed), ("macros::in_a_macro_crate", Passed)];
    for options in [&["-n", "4"][..], &["--isolation", "process"], &["--isolation", "threads"]] {
        let ran = project.testkit(&[&["run"], options].concat());
        ran.exits(0).has_verdicts(alpha.iter().chain(&others).copied()).leaves_nothing_behind();
    }
    // Below a member, Cargo means that member.
    let ran = start_reporting(command(&project.folder().join("alpha/src/bin"), &["run"])).wait();
    ran.exits(0).has_verdicts(alpha);
    let ran = start_reporting(command(&project.folder().join("alpha/src"), &["run", "--workspace"])).wait();
    ran.exits(0).has_verdicts(alpha.iter().chain(&others).copied());
    // Paths of files count from where the command stands.
    let ran = start_reporting(command(&project.folder().join("alpha"), &["run", "tests/environment.rs"])).wait();
    ran.exits(0).has_verdicts(alpha.iter().filter(|(id, _)| id.starts_with("alpha::environment")).copied());
    let ran = project.testkit(&["run", "-p", "beta", "--lib"]);
    ran.exits(0).has_verdicts([others[0]]);
    let ran = project.testkit(&["run", "-p", "alpha", "--test", "left_alone"]);
    ran.exits(1).has_verdicts([("alpha::left_alone::is_left_alone", Failed)]);
}

/// Tests that can only pass while others of their binary run in the same process.
#[test]
fn tests_that_meet() {
    let source = "use std::sync::Barrier;\nstatic ALL: Barrier = Barrier::new(3);\n\
        #[test] fn meets_1() { ALL.wait(); }\n#[test] fn meets_2() { ALL.wait(); }\n#[test] fn meets_3() { ALL.wait(); }\n\
        #[test] fn panics() { panic!(\"beside others\"); }\n";
    let hanging =
        "#[test] fn a_passes() {}\n#[test] fn b_hangs() { loop { std::thread::park(); } }\n#[test] fn c_passes() {}\n";
    let project = Project::empty("meeting")
        .file("Cargo.toml", &plain_manifest("meeting", ""))
        .file("src/lib.rs", "")
        .file("tests/barrier.rs", source)
        .file("tests/stuck.rs", hanging);
    let expected = [
        ("meeting::barrier::meets_1", Passed),
        ("meeting::barrier::meets_2", Passed),
        ("meeting::barrier::meets_3", Passed),
        ("meeting::barrier::panics", Failed),
        ("meeting::stuck::a_passes", Passed),
        ("meeting::stuck::b_hangs", TimedOut),
        ("meeting::stuck::c_passes", Passed),
    ];
    let ran = project.testkit(&["run", "--isolation", "threads", "-n", "4", "--timeout", "2s"]);
    ran.exits(1).has_verdicts(expected).leaves_nothing_behind();
    ran.says("beside others");
    // One at a time they cannot meet, and that is said of each.
    let ran = project.testkit(&["run", "--timeout", "1s", "-n", "2", "meets"]);
    ran.exits(1).has_verdicts(expected[..3].iter().map(|(id, _)| (*id, TimedOut)));
}

/// A target runner starts every test binary: descriptors need not reach through it, so results are exit codes and text.
#[test]
fn through_a_target_runner() {
    use std::os::unix::fs::PermissionsExt as _;

    let collected = "testkit::discover!();\nfn test_passes() {}\nfn test_fails() { testkit::assert!(1 + 1 == 3); }\n";
    let plain =
        "#[test] fn passes() {}\n#[test] fn aborts() { std::process::abort(); }\n#[test] #[ignore] fn waits() {}\n";
    // It lets no descriptor through but the three streams, and none of the command's variables, like one that runs its
    // program on another machine.
    let runner = "#!/bin/bash\necho \"$1\" >> \"$(dirname \"$0\")/runs.txt\"\n\
        for name in $(compgen -e TESTKIT); do unset \"$name\"; done\n\
        for descriptor in /proc/self/fd/*; do n=${descriptor##*/}; ((n > 2 && n < 250)) && eval \"exec $n>&-\"; done\n\
        exec \"$@\" </dev/null\n";
    let project = Project::new("runner")
        .file("src/lib.rs", "")
        .file(".cargo/config.toml", "[target.'cfg(unix)']\nrunner = \"./runner.sh\"\n")
        .file("runner.sh", runner)
        .file("tests/test_collected.rs", collected)
        .file("tests/plain.rs", plain);
    let script = project.folder().join("runner.sh");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let ran = project.testkit(&["run", "-n", "2"]);
    ran.exits(1).has_verdicts([
        ("runner::test_collected::test_passes", Passed),
        ("runner::test_collected::test_fails", Failed),
        ("runner::plain::passes", Passed),
        ("runner::plain::aborts", Verdict::Crashed),
        ("runner::plain::waits", Skipped),
    ]);
    ran.says("1 + 1 == 3").leaves_nothing_behind();
    assert!(fs::read_to_string(project.folder().join("runs.txt")).unwrap().contains("test_collected"));
}

#[test]
fn seven_thousand_plain_tests_and_two_thousand_collected() {
    let mut plain = String::new();
    (0..7000).for_each(|number| writeln!(plain, "#[test] fn plain_{number:04}() {{}}").unwrap());
    let mut collected = "testkit::discover!();\n".to_owned();
    (0..2000).for_each(|number| writeln!(collected, "fn test_{number:04}() {{}}").unwrap());
    let project = Project::new("many")
        .file("src/lib.rs", "")
        .file("tests/plain.rs", &plain)
        .file("tests/test_collected.rs", &collected);
    let expected: Vec<(String, Verdict)> = (0..7000)
        .map(|number| (format!("many::plain::plain_{number:04}"), Passed))
        .chain((0..2000).map(|number| (format!("many::test_collected::test_{number:04}"), Passed)))
        .collect();
    for workers in ["1", "4"] {
        let ran = project.testkit(&["run", "-n", workers]);
        ran.exits(0).has_verdicts(expected.iter().map(|(id, verdict)| (id, *verdict)));
        let run = ran.events.last().unwrap().at_us;
        // Far from what it takes, and far below a process a test.
        assert!(Duration::from_micros(run) < Duration::from_secs(30), "took {run} us");
        assert!(ran.peak_memory < 150 * 1024 * 1024, "held {} bytes", ran.peak_memory);
    }
}

/// What waits behind a slow test is taken back and run by a worker that has nothing to do.
#[test]
fn a_slow_test_holds_nobody_up() {
    let mut source =
        "testkit::discover!();\nfn test_00_slow() { std::thread::sleep(std::time::Duration::from_millis(1500)); }\n"
            .to_owned();
    (1..60).for_each(|number| writeln!(source, "fn test_{number:02}_quick() {{}}").unwrap());
    let project = Project::new("slow").file("src/lib.rs", "").file("tests/test_slow.rs", &source);
    let ran = project.testkit(&["run", "-n", "2"]);
    assert_eq!(ran.exits(0).verdicts().len(), 60);
    let last = testkit_tests::finished(&ran.events).last().unwrap();
    assert!(last.test.as_str().ends_with("test_00_slow"), "the slow test is the last to end, not {}", last.test);
}
