//! Projects whose test binary speaks the protocol by hand: `tests/fixtures/hand_written_worker.rs` says what it can do.

use std::fmt::Write as _;
use std::fs;

use crate::project::{Project, plain_manifest};
use crate::root;

/// A project with these tests: their names, and further fields of their records (`,"expands":true`). Each begins at a line
/// of its own: 10, 20 …
///
/// # Panics
/// If the source of the binary is not there.
pub fn project(name: &str, tests: &[(&str, &str)]) -> Project {
    let module = format!(r#""protocol":1,"version":"hand","module":"{name}::tests","file":"src/lib.rs""#);
    let mut records = format!("{{\"module\":{{{module}}}}}\n");
    let mut hosts = String::new();
    for (at, (test, fields)) in tests.iter().enumerate() {
        let host = test.replace(['[', ']'], "_");
        let line = (at + 1) * 10;
        let place = format!(r#""libtest":"{host}","line":{line},"column":4,"end_line":{}"#, line + 5);
        writeln!(records, r#"{{"test":{{"name":"{test}",{place}{fields}}}}}"#).expect("it is a String");
        writeln!(hosts, "#[test] fn {host}() {{ crate::host(\"tests::{test}\") }}").expect("it is a String");
    }
    let source = fs::read_to_string(root().join("tests/fixtures/hand_written_worker.rs"));
    let source = source.expect("it is in the repository").replace("// HOSTS", &hosts);
    let project = Project::empty(name)
        .file("Cargo.toml", &plain_manifest(name, ""))
        .file("src/lib.rs", &source)
        .file("src/records", &records);
    for file in ["ran", "refuses", "tear_down"] {
        project.remove(file);
    }
    project
}

/// The tests that were run, as `ATTEMPT NAME`, in their order, and by which process each.
///
/// # Panics
/// If the file of those is not what the source of the binary writes.
pub fn ran(project: &Project) -> Vec<(u32, String)> {
    let text = fs::read_to_string(project.folder().join("ran")).unwrap_or_default();
    let run = |line: &str| {
        let (process, test) = line.split_once(' ').expect("a line has a process and a test");
        (process.parse().expect("processes have numbers"), test.to_owned())
    };
    text.lines().map(run).collect()
}
