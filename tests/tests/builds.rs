//! What the command makes of builds: failed ones, folders with new files, descriptions and settings it cannot read.

#![cfg(unix)]

use std::process::Command;

use testkit_protocol::outcome::Verdict::{Failed, NotRun, Passed};
use testkit_tests::command::{command, prepare, start};
use testkit_tests::project::{Project, SETTINGS, manifest};

/// `cargo test` in the project's folder.
fn cargo_test(project: &Project) -> testkit_tests::command::Ran {
    let mut command = Command::new("cargo");
    command.args(["test", "--no-fail-fast"]).current_dir(project.folder());
    prepare(&mut command);
    start(command).wait()
}

#[test]
fn a_failed_build_keeps_the_results_so_far() {
    let members = SETTINGS.replace("[workspace]", "[workspace]\nresolver = \"3\"\nmembers = [\"good\", \"broken\"]");
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    // Long enough for the other package's tests to be found and run before.
    let slow = "fn main() { std::thread::sleep(std::time::Duration::from_millis(2500)); println!(\"cargo::rerun-if-changed=/no/such/file\"); }\n";
    let project = Project::empty("half_broken")
        .file("Cargo.toml", &members)
        .file("good/Cargo.toml", &package("good"))
        .file("good/src/lib.rs", "#[test] fn passes() {}\n#[test] fn fails() { panic!(\"an early failure\"); }\n")
        .file("broken/Cargo.toml", &package("broken"))
        .file("broken/build.rs", slow)
        .file("broken/src/lib.rs", "pub fn broken() -> u32 { \"not a number\" }\n");
    let ran = project.testkit(&["run"]);
    ran.exits(101).has_verdicts([("good::passes", Passed), ("good::fails", Failed)]).leaves_nothing_behind();
    assert!(ran.stderr.contains("error[E0308]") && ran.stderr.contains("broken/src/lib.rs:1:26"), "{}", ran.said());
    ran.says("an early failure");
    // Where nothing may start early, what was found is said not to have run.
    let ran = project.testkit(&["run", "--no-early"]);
    ran.exits(101);
    assert!(ran.verdicts().values().all(|verdict| *verdict == NotRun), "{}", ran.said());
    let listed = start(command(project.folder(), &["list"])).wait();
    listed.exits(101).says("error[E0308]");
    // The other package alone is fine.
    project.testkit(&["run", "-p", "good", "passes"]).exits(0).has_verdicts([("good::passes", Passed)]);
}

#[test]
fn a_new_file_in_a_collected_folder() {
    let one = "use testkit::prelude::*;\nfn test_one() {}\n";
    let project = Project::new("folder")
        .file("src/lib.rs", "")
        .file("tests/all.rs", "testkit::discover_files!();\n")
        .file("tests/one/test_one.rs", one);
    // `tests/one` is no target of its own; what an earlier run of this test left is gone.
    project.remove("tests/one/test_two.rs");
    project.remove("tests/one/three_test.rs");
    let first = project.testkit(&["run"]);
    let id = first.exits(0).verdicts().keys().find(|id| id.ends_with("::test_one")).unwrap().clone();
    let count = first.verdicts().len();
    project.write("tests/one/test_two.rs", &one.replace("one", "two"));
    // Cargo sees nothing new, so the binary itself has to say it.
    let ran = cargo_test(&project);
    ran.exits(101).says("test_two.rs");
    let second = project.testkit(&["run"]);
    let verdicts = second.exits(0).verdicts();
    assert!(
        verdicts.contains_key(&id.replace("one", "two").replace("folder::all::two", "folder::all::one")),
        "{verdicts:?}"
    );
    assert_eq!(verdicts.len(), count + 1, "{verdicts:?}");
    cargo_test(&project).exits(0);
    // The list notices as well, also by the other pattern; and a file that is gone is gone.
    project.write("tests/one/three_test.rs", &one.replace("one", "three"));
    let listed = start(command(project.folder(), &["list", "--format", "ids"])).wait();
    listed.exits(0).says("test_three");
    project.remove("tests/one/test_two.rs");
    let last = project.testkit(&["run"]);
    let verdicts = last.exits(0).verdicts();
    assert!(!verdicts.keys().any(|id| id.contains("test_two")), "{verdicts:?}");
    assert_eq!(verdicts.len(), count + 1, "{verdicts:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_description_of_another_protocol() {
    let blob = concat!(
        r#"{"module":{"protocol":9,"version":"7.0.0","module":"later","file":"src/lib.rs"}}"#,
        "\n",
        r#"{"test":{"name":"test_of_later","line":1}}"#,
        "\n"
    );
    let source = |blob: &str| {
        format!(
            "#[used]\n#[unsafe(link_section = \"testkit\")]\nstatic BLOB: [u8; {}] = *b{blob:?};\n\
             #[test] fn test_of_later() {{}}\n#[test] fn test_fails() {{ panic!(\"plainly\"); }}\n",
            blob.len()
        )
    };
    let project = Project::new("later").file("src/lib.rs", &source(blob));
    let expected = [("later::test_of_later", Passed), ("later::test_fails", Failed)];
    let ran = project.testkit(&["run"]);
    ran.exits(1).has_verdicts(expected).says("7.0.0").says("protocol 9").says("run as plain ones");
    // A description that is no description.
    let garbage = project.file("src/lib.rs", &source("{\"module\":{\"protocol\":1,\"vers\n"));
    garbage.testkit(&["run"]).exits(1).has_verdicts(expected).says("malformed");
}

/// A description of this protocol whose binary cannot serve: the tests run through libtest.
#[test]
#[cfg(target_os = "linux")]
fn a_binary_that_cannot_serve() {
    let blob = concat!(
        r#"{"module":{"protocol":1,"version":"0.1.0","module":"mute","file":"src/lib.rs"}}"#,
        "\n",
        r#"{"test":{"name":"zeta","line":1}}"#,
        "\n",
        r#"{"test":{"name":"alpha","line":2}}"#,
        "\n",
        r#"{"test":{"name":"beta","line":3}}"#,
        "\n"
    );
    let source = format!(
        "#[used]\n#[unsafe(link_section = \"testkit\")]\nstatic BLOB: [u8; {}] = *b{blob:?};\n#[test] fn zeta() {{}}\n\
         #[test] fn alpha() {{ panic!(\"the first letter\"); }}\n#[test] fn beta() {{ std::process::abort(); }}\n",
        blob.len()
    );
    let project = Project::new("mute").file("src/lib.rs", &source);
    for options in [&["-n", "1"][..], &["-n", "4"], &["--isolation", "process"]] {
        let ran = project.testkit(&[&["run"], options].concat());
        ran.exits(1).has_verdicts([
            ("mute::zeta", Passed),
            ("mute::alpha", Failed),
            ("mute::beta", testkit_protocol::outcome::Verdict::Crashed),
        ]);
        ran.says("run through libtest");
    }
}

#[test]
fn settings_that_make_no_sense() {
    let with = |settings: &str| {
        Project::new("settings")
            .file("Cargo.toml", &manifest("settings", &format!("[package.metadata.testkit]\n{settings}\n")))
            .file("src/lib.rs", "")
            .file("tests/test_a.rs", "testkit::discover!();\nfn test_a() {}\nfn check_b() {}\n")
    };
    let unknown = start(command(with("functons = [\"check_*\"]").folder(), &["run"])).wait();
    unknown.exits(4).says("Cargo.toml:6: unknown key `functons`").says("did you mean `functions`?");
    let wrong = start(command(with("functions = 7").folder(), &["run"])).wait();
    wrong.exits(4).says("Cargo.toml:6: `functions` must be a list of patterns");
    let listed = start(command(with("functions = 7").folder(), &["list"])).wait();
    listed.exits(4).says("Cargo.toml:6: `functions` must be a list of patterns");
    let ran = with("functions = [\"check_*\"]").testkit(&["run"]);
    ran.exits(0).has_verdicts([("settings::test_a::check_b", Passed)]);
    let ran = with("").testkit(&["run"]);
    ran.exits(0).has_verdicts([("settings::test_a::test_a", Passed)]);
}
