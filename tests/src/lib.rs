//! What tests of the whole program share: the command under test, projects to run it on, and its event stream.

pub mod command;
pub mod graphs;
#[cfg(unix)]
pub mod hand_written;
pub mod project;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

use testkit_protocol::event::{Event, EventKind, TestFinished};

/// The root of the workspace.
///
/// # Panics
/// If this package is not in a folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in a folder of the workspace")
}

/// The command under test: what `TESTKIT` names, else built here, once a process. Blocks while Cargo builds.
///
/// # Panics
/// If it cannot be built.
pub fn testkit() -> &'static Path {
    static TESTKIT: OnceLock<PathBuf> = OnceLock::new();
    TESTKIT.get_or_init(|| env::var_os("TESTKIT").map_or_else(build_testkit, PathBuf::from))
}

fn build_testkit() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root())
        .args(["build", "--quiet", "-p", "testkit-cli", "--bin", "testkit", "--message-format", "json"])
        .output()
        .expect("cargo runs these tests, so it is there");
    assert!(output.status.success(), "cannot build the command:\n{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).expect("Cargo's messages are UTF-8");
    let mut executables = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    executables.next_back().expect("a binary was built, so Cargo names its file")
}

/// Reads a file that `--report jsonl=PATH` wrote.
///
/// # Panics
/// If there is no such file, or if a line of it is no event.
pub fn read_events(path: &Path) -> Vec<Event> {
    let text = fs::read_to_string(path).expect("the command writes its report");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The ends of tests among the events, in their order.
pub fn finished(events: &[Event]) -> impl Iterator<Item = &TestFinished> {
    events.iter().filter_map(|event| match &event.kind {
        EventKind::TestFinished(finished) => Some(finished),
        EventKind::RunStarted(_)
        | EventKind::BinaryListed(_)
        | EventKind::BuildFinished(_)
        | EventKind::PlanClosed(_)
        | EventKind::PlanExtended(_)
        | EventKind::Attempt(_)
        | EventKind::Fixture(_)
        | EventKind::WorkerReplaced(_)
        | EventKind::OddEnd(_)
        | EventKind::Notice(_)
        | EventKind::Interrupted(_)
        | EventKind::RunFinished(_) => None,
    })
}
