//! Random graphs of fixtures, in every way of running tests: what is set up is torn down, once, in the right order, at the
//! right time, whatever fails and whoever dies; and the command tells just that.
//!
//! One graph is the same every time, the other one is new. A failure names its seed: with that in `FIXTURE_GRAPHS_SEED`, the
//! new one is the same again.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use rustix::process::Signal;
use testkit_tests::command::{Ran, Started, command, prepare, start, start_reporting};
use testkit_tests::finished;
use testkit_tests::graphs::{
    Asked, Choices, Graph, Line, Problems, check_libtest, check_report, generate, read, source,
};
use testkit_tests::project::{Project, manifest};
use testkit_tests::root;

/// The seed of the graph that is the same every time, and how many modules it has.
const KNOWN: (u64, usize) = (1, 24);
/// How many modules the other one has.
const NEW_MODULES: usize = 8;

struct Graphs {
    project: Project,
    known: Graph,
    new: Graph,
    new_seed: u64,
}

/// Both graphs as test targets of one project.
fn graphs() -> &'static Graphs {
    static GRAPHS: OnceLock<Graphs> = OnceLock::new();
    GRAPHS.get_or_init(|| {
        let by_time = || u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos());
        let new_seed = env::var("FIXTURE_GRAPHS_SEED").map_or_else(|_| by_time(), |seed| seed.parse().unwrap());
        let known = generate(&mut Choices::new(KNOWN.0), KNOWN.1);
        let new = generate(&mut Choices::new(new_seed), NEW_MODULES);
        let more = "[dependencies]\nlibc = \"0.2\"\ntestkit.path = ".to_owned();
        let more = format!("{more}\"{}\"\n", root().join("testkit").display());
        let project = Project::new("graphs")
            .file("Cargo.toml", &manifest("graphs", &more))
            .file("src/lib.rs", include_str!("../fixtures/fixture_graphs.rs"))
            .file("tests/known.rs", &source(&known))
            .file("tests/new.rs", &source(&new));
        Graphs { project, known, new, new_seed }
    })
}

/// Runs side by side would fight over two processors and over time limits.
fn alone() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A run whose processes write down what they do.
struct Logged {
    log: PathBuf,
    started: Started,
}

impl Logged {
    fn start(name: &str, mut command: Command, start: impl Fn(Command) -> Started) -> Self {
        let log = graphs().project.folder().join(format!("{name}.log"));
        drop(fs::remove_file(&log));
        command.env("GRAPHS_LOG", &log);
        Self { started: start(command), log }
    }

    fn testkit(name: &str, target: &str, arguments: &[&str]) -> Self {
        let arguments = [&["run", "--test", target], arguments].concat();
        Self::start(name, command(graphs().project.folder(), &arguments), start_reporting)
    }

    #[track_caller]
    fn wait(self) -> (Ran, Vec<Line>) {
        let ran = self.started.wait();
        (ran, read(&fs::read_to_string(&self.log).unwrap_or_default()))
    }
}

#[track_caller]
fn none(problems: &Problems, ran: &Ran) {
    let shown = problems.iter().take(30).map(String::as_str).collect::<Vec<_>>().join("\n");
    let seed = graphs().new_seed;
    assert!(
        problems.is_empty(),
        "{} problems with FIXTURE_GRAPHS_SEED={seed}:\n{shown}\n{}",
        problems.len(),
        ran.said()
    );
}

fn graph_of(target: &str) -> &'static Graph {
    if target == "known" { &graphs().known } else { &graphs().new }
}

/// Runs the command, and holds what it tells and what its processes did against the model.
#[track_caller]
fn check(name: &str, target: &str, arguments: &[&str], asked: &Asked) {
    let (ran, log) = Logged::testkit(name, target, arguments).wait();
    none(&check_report(graph_of(target), target, &ran, &log, asked), &ran);
    ran.leaves_nothing_behind();
}

/// The same without the command: tests on several threads of one process.
#[track_caller]
fn check_under_libtest(target: &str) {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(graphs().project.folder());
    command.args(["test", "--test", target, "--", "--test-threads=4", "--skip", "dies"]);
    prepare(&mut command);
    let (ran, log) = Logged::start(&format!("libtest_{target}"), command, start).wait();
    none(&check_libtest(graph_of(target), &ran, &log), &ran);
}

#[test]
fn one_worker() {
    let _alone = alone();
    check("one", "known", &["-n", "1", "--setup-show"], &Asked { shows_set_up: true, ..Asked::default() });
}

#[test]
fn two_workers() {
    let _alone = alone();
    check("two", "known", &["-n", "2"], &Asked::default());
}

#[test]
fn under_libtest() {
    let _alone = alone();
    check_under_libtest("known");
}

#[test]
fn a_new_graph() {
    let _alone = alone();
    check("new", "new", &["-n", "2"], &Asked::default());
    check("process", "new", &["--isolation", "process", "-n", "2"], &Asked::default());
    check_under_libtest("new");
}

#[test]
fn until_the_first_failure() {
    let _alone = alone();
    let may_stop = Asked { may_stop: true, ..Asked::default() };
    // Each time it is another one that comes first.
    for (name, module) in [("first_0", "m00"), ("first_7", "m07"), ("first_12", "m12"), ("first_18", "m18")] {
        let selects = vec![format!("{module}::")];
        check(name, "known", &["-n", "2", "-x", module], &Asked { selects, ..may_stop.clone() });
    }
}

#[test]
fn until_ctrl_c() {
    let _alone = alone();
    // Without those that hang: a run that is stopped lets what has begun have its own time.
    let modules: Vec<String> = (12..KNOWN.1).map(|module| format!("m{module}")).collect();
    let modules: Vec<&str> = modules.iter().map(String::as_str).collect();
    let mut run = Logged::testkit("stopped", "known", &[&["-n", "2"], modules.as_slice()].concat());
    run.started.wait_until(|events| finished(events).count() > 40);
    run.started.signal(Signal::INT);
    let (ran, log) = run.wait();
    let selects = modules.iter().map(|module| format!("{module}::")).collect();
    let asked = Asked { may_stop: true, selects, ..Asked::default() };
    none(&check_report(&graphs().known, "known", &ran, &log, &asked), &ran);
    ran.exits(2).leaves_nothing_behind();
}
