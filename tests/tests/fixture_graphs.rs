//! Random graphs of fixtures, in every way of running tests: what is set up is torn down, once, in the right order, at the
//! right time, whatever fails and whoever dies; and the command tells just that.
//!
//! `FIXTURE_GRAPHS_SEED` makes another graph, as the message of a failure says.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use testkit_tests::command::{Ran, command, start_reporting};
use testkit_tests::graphs::{Asked, Choices, Graph, Line, check_report, generate, read, source};
use testkit_tests::project::{Project, manifest};
use testkit_tests::root;

const MODULES: usize = 24;

fn seed() -> u64 {
    std::env::var("FIXTURE_GRAPHS_SEED").map_or(1, |seed| seed.parse().unwrap())
}

struct Graphs {
    project: Project,
    graph: Graph,
}

fn graphs() -> &'static Graphs {
    static GRAPHS: OnceLock<Graphs> = OnceLock::new();
    GRAPHS.get_or_init(|| {
        let graph = generate(&mut Choices::new(seed()), MODULES);
        let testkit = root().join("testkit");
        let more = format!("[dependencies]\nlibc = \"0.2\"\ntestkit = {{ path = \"{}\" }}\n", testkit.display());
        let project = Project::new("graphs")
            .file("Cargo.toml", &manifest("graphs", &more))
            .file("src/lib.rs", include_str!("../fixtures/fixture_graphs.rs"))
            .file("tests/random.rs", &source(&graph));
        Graphs { project, graph }
    })
}

/// Runs the command, and gives what its processes have written down as well.
fn run(name: &str, arguments: &[&str]) -> (Ran, Vec<Line>) {
    let project = &graphs().project;
    let log: PathBuf = project.folder().join(format!("{name}.log"));
    drop(fs::remove_file(&log));
    let mut command = command(project.folder(), &[&["run", "--test", "random"], arguments].concat());
    command.env("GRAPHS_LOG", &log);
    let ran = start_reporting(command).wait();
    let log = read(&fs::read_to_string(&log).unwrap_or_default());
    (ran, log)
}

#[track_caller]
fn check(name: &str, arguments: &[&str], asked: Asked) {
    let (ran, log) = run(name, arguments);
    let problems = check_report(&graphs().graph, "random", &ran, &log, asked);
    let file = graphs().project.folder().join(format!("{name}.said"));
    if !problems.is_empty() {
        fs::write(&file, ran.said()).unwrap();
        let seed = seed();
        panic!(
            "{} problems with FIXTURE_GRAPHS_SEED={seed}; it said {}:\n{}",
            problems.len(),
            file.display(),
            problems.join("\n")
        );
    }
    ran.leaves_nothing_behind();
}

#[test]
fn one_worker() {
    check("one", &["-n", "1", "--setup-show"], Asked { shows_set_up: true, ..Asked::default() });
}
