//! The rules that keep the structure clean, as tests. A rule that stands in the way is changed here, in a reviewed line,
//! not worked around.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules of the command that work on values alone: no file, process, thread, network, clock or environment.
const PURE: &[&str] = &["filter", "model", "schedule", "select", "tally", "text"];

/// What a pure module does not name.
const IMPURE: &[&str] =
    &["std::fs", "std::process", "std::thread", "std::net", "std::env", "Instant::now", "SystemTime::now", "env!("];

/// Which module of `testkit-cli` may name which others. `app` joins the parts and is not in the table; nobody names it.
///
/// `run` and `report` do not know each other: `run` hands events to a function, and `app` passes it the reporters.
const EDGES: &[(&str, &[&str])] = &[
    ("args", &[]),
    ("build", &["args", "cache_file", "model"]),
    ("cache_file", &[]),
    ("discover", &["cache_file", "model", "worker"]),
    ("error", &["build", "exit_code", "report", "select"]),
    ("exit_code", &[]),
    ("inventory", &["build", "discover", "model", "worker"]),
    ("list", &["args", "model", "words"]),
    ("model", &[]),
    ("report", &["tally", "words"]),
    ("run", &["args", "discover", "model", "schedule", "select", "worker"]),
    ("schedule", &["model"]),
    ("select", &["args", "model"]),
    ("settings", &["args", "build", "report", "words"]),
    ("signals", &[]),
    ("tally", &["exit_code"]),
    ("words", &[]),
    ("worker", &["model"]),
];

/// Where code is read from: every crate's sources and tests, the examples, and these tests.
const FOLDERS: &[&str] =
    &["testkit-protocol", "testkit-macros", "testkit-runtime", "testkit", "testkit-cli", "tests", "examples"];

/// File names that say nothing.
const EMPTY_NAMES: &[&str] = &["core.rs", "helper.rs", "helpers.rs", "imp.rs", "misc.rs", "util.rs", "utils.rs"];

/// Lines of code in one file, tests beside the code included, blank lines and comments excluded.
const LONGEST_FILE: usize = 500;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every `.rs` file below a folder, UI test cases and snapshots excluded, with its path from the root.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() && !["target", "ui", "snapshots"].contains(&name.as_str()) {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let short = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((short, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The lines of code of a source, with their numbers: no blank lines, no comments.
fn code_lines(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = source.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
}

/// The module of the command that a file belongs to: `report` for `testkit-cli/src/report/terminal/bar.rs`.
fn module_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("testkit-cli/src/")?;
    let first = inside.split('/').next()?;
    let module = first.strip_suffix(".rs").unwrap_or(first);
    (!["lib", "bin"].contains(&module)).then_some(module)
}

/// The modules that a line of code names as `crate::NAME` or `crate::{NAME::…, NAME}`.
fn named_modules(line: &str) -> Vec<&str> {
    let mut modules = Vec::new();
    for (start, _) in line.match_indices("crate::") {
        // `$crate::` and names that end in `crate` are not paths of this crate.
        if line[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let path = &line[start + "crate::".len()..];
        match path.strip_prefix('{') {
            Some(group) => modules.extend(members_of_group(group).map(leading_name)),
            None => modules.push(leading_name(path)),
        }
    }
    modules.retain(|module| !module.is_empty());
    modules
}

/// `model::{Test, TestList}` and `words` of `model::{Test, TestList}, words};`.
fn members_of_group(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_i32;
    let separator = move |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        (c == ',' && depth == 0) || depth < 0
    };
    group.split(separator).map(str::trim)
}

/// The name in lower case that a path begins with; empty for the name of a type.
fn leading_name(path: &str) -> &str {
    let end = path.find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')).unwrap_or(path.len());
    &path[..end]
}

/// Fails with all offences at once, one a line.
#[track_caller]
fn no_offences(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}\n{}", offences.join("\n"));
}

#[test]
fn reads_named_modules() {
    #[track_caller]
    fn check(line: &str, want: &[&str]) {
        assert_eq!(named_modules(line), want, "line: {line}");
    }
    check("use crate::model::Test;", &["model"]);
    check("let x = crate::duration::parse(text);", &["duration"]);
    check("use crate::{args, model::Test, tally};", &["args", "model", "tally"]);
    check("use crate::{model::{Test, TestList}, words};", &["model", "words"]);
    check("$crate::private!()", &[]);
    check("use testkit_protocol::id::TestId;", &[]);
    check("use crate::Thing;", &[]);
}

#[test]
fn pure_modules_stay_pure() {
    let mut offences = Vec::new();
    for (path, source) in sources("testkit-cli/src").into_iter().chain(sources("testkit-protocol/src")) {
        let protocol_text = path.starts_with("testkit-protocol/src/text");
        if !protocol_text && !module_of(&path).is_some_and(|module| PURE.contains(&module)) {
            continue;
        }
        if path.ends_with("/tests.rs") {
            continue; // tests may measure
        }
        for (number, line) in code_lines(&source) {
            for word in IMPURE.iter().filter(|word| line.contains(**word)) {
                offences.push(format!("{path}:{number}: names `{word}`"));
            }
        }
    }
    no_offences("pure modules get files, processes, time and randomness as values:", &offences);
}

#[test]
fn modules_name_only_the_modules_they_may() {
    let mut offences = Vec::new();
    for (path, source) in sources("testkit-cli/src") {
        let Some(module) = module_of(&path) else { continue };
        if path.ends_with("/tests.rs") {
            continue; // tests may make what they need with other parts
        }
        let allowed = EDGES.iter().find(|(from, _)| *from == module).map(|(_, to)| *to);
        for (number, line) in code_lines(&source) {
            for named in named_modules(line) {
                let may = match allowed {
                    _ if named == module => true,
                    _ if named == "app" => false,
                    Some(to) => to.contains(&named),
                    None => module == "app",
                };
                if !may {
                    offences.push(format!("{path}:{number}: `{module}` names `{named}`"));
                }
            }
        }
        if allowed.is_none() && module != "app" {
            offences.push(format!("{path}: `{module}` is not in the table"));
        }
    }
    offences.dedup();
    no_offences("edges between modules stand in the table of tests/tidy.rs:", &offences);
}

#[test]
fn the_table_of_edges_has_no_cycle() {
    // A module may come once everything it names has come.
    let mut done = BTreeSet::new();
    while done.len() < EDGES.len() {
        let ready: Vec<&str> = EDGES
            .iter()
            .filter(|(from, to)| !done.contains(from) && to.iter().all(|module| done.contains(module)))
            .map(|(from, _)| *from)
            .collect();
        let left: Vec<&str> = EDGES.iter().map(|(from, _)| *from).filter(|from| !done.contains(from)).collect();
        assert!(
            !ready.is_empty(),
            "these modules name each other in a circle, or one that is not in the table: {left:?}"
        );
        done.extend(ready);
    }
}

#[test]
fn files_are_short() {
    let mut offences = Vec::new();
    for (path, source) in FOLDERS.iter().flat_map(|folder| sources(folder)) {
        let count = code_lines(&source).count();
        if count > LONGEST_FILE {
            offences.push(format!("{path}: {count} lines of code"));
        }
    }
    no_offences(&format!("a file has at most {LONGEST_FILE} lines of code:"), &offences);
}

#[test]
fn file_names_say_something() {
    let mut offences = Vec::new();
    for (path, _) in FOLDERS.iter().flat_map(|folder| sources(folder)) {
        if EMPTY_NAMES.iter().any(|name| path.ends_with(&format!("/{name}"))) {
            offences.push(path);
        }
    }
    no_offences("these file names say nothing of what is inside:", &offences);
}

#[test]
fn lints_are_expected_not_allowed() {
    let attribute = ["#[allow", "("].concat();
    let mut offences = Vec::new();
    for (path, source) in ["testkit-protocol/src", "testkit-runtime/src", "testkit/src", "testkit-cli/src"]
        .iter()
        .flat_map(|f| sources(f))
    {
        // Whether a lint fires in what a macro expands to depends on what the caller wrote.
        let is_expanded = path.ends_with("/macros.rs");
        for (number, line) in code_lines(&source).filter(|(_, line)| line.starts_with(&attribute)) {
            if !(is_expanded && line.contains("reason = \"")) {
                offences.push(format!("{path}:{number}: {line}"));
            }
        }
    }
    no_offences("write #[expect(lint, reason = \"…\")]:", &offences);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut offences = Vec::new();
    let mut documents: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].iter().map(|name| root().join(name)).collect();
    for folder in ["docs", "docs/decisions"] {
        let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        documents.extend(entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            let is_local = !path.is_empty() && !path.contains("://");
            if is_local && !document.parent().unwrap().join(path).exists() {
                offences.push(format!("{}: {link}", document.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    no_offences("these links lead nowhere:", &offences);
}

#[test]
fn every_crate_has_the_workspaces_version() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let version = workspace.lines().find_map(|line| line.strip_prefix("version = ")).unwrap().trim_matches('"');
    let mut offences = Vec::new();
    for line in workspace.lines().filter(|line| line.starts_with("testkit") && line.contains("path = ")) {
        let exact = line.starts_with("testkit-");
        let want = if exact { format!("version = \"={version}\"") } else { format!("version = \"{version}\"") };
        if !line.contains(&want) {
            offences.push(format!("Cargo.toml: `{line}` has not `{want}`"));
        }
    }
    let members = workspace.split_once("members = [").unwrap().1.split_once(']').unwrap().0;
    for member in members.split('"').skip(1).step_by(2) {
        let manifest = fs::read_to_string(root().join(member).join("Cargo.toml")).unwrap();
        for key in ["version", "edition", "rust-version", "license"] {
            let is_about_editions = key == "edition" && member.starts_with("tests/edition-");
            if !is_about_editions && !manifest.contains(&format!("{key}.workspace = true")) {
                offences.push(format!("{member}/Cargo.toml: `{key}` is not the workspace's"));
            }
        }
    }
    no_offences("crates share the workspace's version and edition; ours depend on each other exactly:", &offences);
}
