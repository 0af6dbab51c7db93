//! Mistakes that only a test build shows: what the compiler says in the functions that host tests, and what it says of
//! features. Most others are in `testkit/tests/ui`, where test functions vanish.
//!
//! One mistake a file in `tests/ui`, with the expected text beside it. Rewrite those with
//! `TRYBUILD=overwrite cargo test -p testkit-tests --test compile_errors`, and read the difference.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use testkit_tests::command::prepare;
use testkit_tests::project::{Project, manifest};
use testkit_tests::root;

/// The `.rs` files of a folder, by the names of the targets that they become.
fn cases(folder: &Path) -> BTreeMap<String, PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    sources.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path)).collect()
}

/// What the compiler says of each target, errors and warnings.
fn said(project: &Project) -> BTreeMap<String, String> {
    let mut command = Command::new("cargo");
    command.args(["check", "--tests", "--keep-going", "--quiet", "--message-format", "json"]);
    command.current_dir(project.folder());
    prepare(&mut command);
    let output = command.output().unwrap();
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let level = message["message"]["level"].as_str().unwrap_or_default();
        let is_of_target = message["target"]["kind"][0] == "test" && ["error", "warning"].contains(&level);
        // Counts, which are not in one place.
        let is_somewhere = message["message"]["spans"].as_array().is_some_and(|spans| !spans.is_empty());
        if is_of_target && is_somewhere {
            let target = message["target"]["name"].as_str().unwrap().to_owned();
            let text = message["message"]["rendered"].as_str().unwrap();
            let of_target = said.entry(target).or_default();
            // What a macro is told twice, people see once.
            if !of_target.contains(text) {
                of_target.push_str(text);
            }
        }
    }
    assert!(!said.is_empty(), "cargo says nothing:\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A text in which nothing depends on where this is, or on lines of files that change for other reasons.
fn normalized(text: &str, project: &Project) -> String {
    let folder = format!("{}/", project.folder().display());
    let root = format!("{}/", root().display());
    let mut lines: Vec<String> = Vec::new();
    // Whether what is shown is code of ours or of a dependency.
    let mut is_elsewhere = false;
    for line in text.replace('\\', "/").replace(&folder, "").replace(&root, "").lines() {
        let content = line.trim_start();
        let shows_code = content.starts_with(|first: char| first.is_ascii_digit()) || content.starts_with(['|', '.']);
        if let Some(place) = content.strip_prefix("--> ").or_else(|| content.strip_prefix("::: ")) {
            is_elsewhere = !place.starts_with("tests/");
            if is_elsewhere {
                let file = place.split(':').next().unwrap();
                let file = file.rsplit_once("/src/").map_or(file, |(_, below)| below);
                lines.push(format!("  --> {file}"));
                continue;
            }
        } else if !shows_code {
            is_elsewhere = false;
        }
        if !(is_elsewhere && shows_code) {
            lines.push(line.trim_end().to_owned());
        }
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

/// Holds what the compiler says of the files of a folder against the texts beside them.
fn check(project: Project, folder: &str) {
    let cases = cases(&root().join("tests/ui").join(folder));
    assert!(!cases.is_empty());
    let project = cases.iter().fold(project, |project, (name, path)| {
        project.file(&format!("tests/{name}.rs"), &fs::read_to_string(path).unwrap())
    });
    for old in fs::read_dir(project.folder().join("tests")).unwrap().map(|entry| entry.unwrap().path()) {
        if !cases.contains_key(old.file_stem().unwrap().to_str().unwrap()) {
            fs::remove_file(old).unwrap();
        }
    }
    let mut said = said(&project);
    let mut differences = Vec::new();
    for (name, path) in &cases {
        let got = normalized(&said.remove(name).unwrap_or_default(), &project);
        let expected = path.with_extension("stderr");
        if std::env::var_os("TRYBUILD").is_some_and(|word| word == "overwrite") {
            fs::write(&expected, &got).unwrap();
        }
        let want = fs::read_to_string(&expected).unwrap_or_default();
        if got != want {
            differences.push(format!("=== {name}, expected:\n{want}\n=== {name}, got:\n{got}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn mistakes_are_told_in_test_builds() {
    let project = Project::new("mistakes").file("src/lib.rs", "pub fn helper() -> u8 {\n    1\n}\n");
    check(project, "");
}

#[test]
fn mistakes_in_properties_are_told() {
    let manifest = manifest("mistakes_in_properties", "");
    let (before, after) = manifest.split_once("[dev-dependencies.testkit]\n").unwrap();
    let manifest = format!("{before}[dev-dependencies.testkit]\nfeatures = [\"proptest\"]\n{after}");
    check(Project::empty("mistakes_in_properties").file("Cargo.toml", &manifest).file("src/lib.rs", ""), "properties");
}
