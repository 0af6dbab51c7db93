//! What a failure looks like: each test of `examples/failing/tests/test_reports.rs` under the command and under plain
//! `cargo test`, compared with the reviewed reports in `examples/failing/reports`.
//!
//! `UPDATE=1 cargo test -p testkit-tests --test reports` writes them anew; read the difference before it is kept.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use testkit_tests::{root, testkit};

/// Widest report allowed, in lines: every difference must be seen without scrolling through all that is equal.
const LONGEST: usize = 60;

fn command(program: &Path, arguments: &[&str], columns: &str) -> String {
    let mut command = Command::new(program);
    command.current_dir(root()).args(arguments);
    command.env("CARGO_TERM_COLOR", "never").env("NO_COLOR", "1").env("RUST_BACKTRACE", "0").env("COLUMNS", columns);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The texts that begin with a line for which `name_of` has a name, up to the next such line.
fn blocks(text: &str, name_of: impl Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
    let mut blocks: BTreeMap<String, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        if let Some(name) = name_of(line) {
            blocks.insert(name.clone(), String::new());
            current = Some(name);
        } else if let Some(block) = current.as_ref().and_then(|name| blocks.get_mut(name)) {
            block.push_str(line.trim_end());
            block.push('\n');
        }
    }
    blocks
}

/// Numbers that differ from run to run become words: of threads and processes, and times that were measured.
fn stable(text: &str) -> String {
    let mut stable = String::new();
    for line in text.trim_matches('\n').lines() {
        let mut line = line.replace(root().to_str().unwrap(), "ROOT");
        if let Some(at) = line.find("/testkit/values/") {
            // Wherever Cargo's target folder is.
            let path = line[..at].rfind(' ').map_or(0, |blank| blank + 1);
            line.replace_range(path.., "ROOT/target/testkit/values/NAME");
        }
        for word in ["thread '", " after "] {
            let Some(at) = line.find(word) else { continue };
            let (before, rest) = line.split_at(at + word.len());
            let mut kept = String::new();
            let mut in_number = false;
            for character in rest.chars() {
                match (character.is_ascii_digit() || in_number && character == '.', in_number) {
                    (true, false) => kept.push('N'),
                    (true, true) => {}
                    (false, _) => kept.push(character),
                }
                in_number = character.is_ascii_digit() || in_number && character == '.';
            }
            line = format!("{before}{kept}");
        }
        stable.push_str(&line);
        stable.push('\n');
    }
    stable
}

fn compare(folder: &str, reports: &BTreeMap<String, String>) {
    let folder: PathBuf = root().join("examples/failing/reports").join(folder);
    let path = |name: &str| folder.join(format!("{name}.txt"));
    if std::env::var_os("UPDATE").is_some() {
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        for (name, report) in reports {
            fs::write(path(name), stable(report)).unwrap();
        }
        return;
    }
    let mut problems = Vec::new();
    for (name, report) in reports {
        let (want, got) = (fs::read_to_string(path(name)).unwrap_or_default(), stable(report));
        if want != got {
            problems.push(format!("{}\n--- reviewed\n{want}--- printed\n{got}", path(name).display()));
        }
    }
    for entry in fs::read_dir(&folder).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_stem().unwrap().to_str().unwrap();
        if !reports.contains_key(name) {
            problems.push(format!("{}: no test prints this any more", file.display()));
        }
    }
    assert!(problems.is_empty(), "{}\nUPDATE=1 writes them anew", problems.join("\n"));
}

/// The names of the tests that fail, from their source.
fn tests() -> Vec<String> {
    let source = fs::read_to_string(root().join("examples/failing/tests/test_reports.rs")).unwrap();
    let names = source.lines().filter_map(|line| line.strip_prefix("fn test_")?.split('(').next());
    names.map(|name| format!("test_{name}")).collect()
}

#[track_caller]
fn check_complete(reports: &BTreeMap<String, String>) {
    for name in tests() {
        let report = reports.get(&name).unwrap_or_else(|| panic!("{name} has no report"));
        let lines = report.trim_matches('\n').lines().count();
        assert!((1..=LONGEST).contains(&lines), "the report of {name} has {lines} lines:\n{report}");
    }
    assert_eq!(reports.len(), tests().len(), "a report of no test");
}

/// The reports of the command in a width.
fn reports_within(columns: &str) -> BTreeMap<String, String> {
    let arguments =
        ["run", "-p", "failing", "--test", "test_reports", "--workers", "1", "--color", "never", "--timeout", "20s"];
    let text = command(testkit(), &arguments, columns);
    let (text, _) = text.split_once("\nshort summary:\n").unwrap();
    // Tests run while the build ends: the line that counts them all may come behind the first of them.
    let text: Vec<_> = text.lines().filter(|line| !line.starts_with("testkit ")).collect();
    blocks(&text.join("\n"), |line| {
        let (word, rest) = line.split_once(' ')?;
        let id = rest.strip_prefix("failing::test_reports::")?;
        (word == "FAILED").then(|| id.split(' ').next().unwrap().to_owned())
    })
}

#[test]
fn under_the_command() {
    let reports = reports_within("100");
    check_complete(&reports);
    compare("testkit", &reports);
}

#[test]
fn in_any_width() {
    // Of a report, lines that do not depend on its width.
    let facts = |report: &str| -> Vec<String> {
        let lines = stable(report);
        let is_fact = |line: &&str| {
            let line = line.trim_start();
            ["assertion failed", "differs at", "note:"].iter().any(|start| line.starts_with(start))
        };
        lines.lines().filter(is_fact).map(str::to_owned).collect()
    };
    let wide = reports_within("0");
    for width in [80, 120] {
        let reports = reports_within(&width.to_string());
        check_complete(&reports);
        for (name, report) in &reports {
            let values = report.lines().filter(|line| line.trim_start().starts_with(['l', 'r']) && line.contains(": "));
            for line in values {
                // A value keeps room for 30 columns, whatever stands before it.
                let is_narrow = line.split(" = ").last().unwrap().chars().count() <= 31;
                assert!(is_narrow || line.chars().count() <= width, "{name} in {width} columns:\n{line}");
            }
            let are_broken_anew = [
                "test_long_line",
                "test_eventually",
                "test_conjunction",
                "test_enum_variants",
                "test_let_chain_of_three",
            ];
            if !are_broken_anew.contains(&&**name) {
                assert_eq!(facts(report), facts(&wide[name]), "{name} in {width} columns");
            }
        }
    }
}

#[test]
fn under_cargo_test() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["test", "--quiet", "-p", "failing", "--test", "test_reports", "--", "--test-threads=1"];
    let text = command(Path::new(&cargo), &arguments, "100");
    let (_, text) = text.split_once("\nfailures:\n").unwrap();
    let (text, _) = text.split_once("\nfailures:\n").unwrap();
    let reports = blocks(text, |line| {
        let name = line.strip_prefix("---- discovered::")?.strip_suffix(" stdout ----")?;
        Some(name.trim_end_matches(" - should panic").to_owned())
    });
    check_complete(&reports);
    compare("cargo-test", &reports);
}
