//! The command run on a project, and what came of it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

use testkit_protocol::event::{AttemptEvent, AttemptFinished, Event, EventKind};
use testkit_protocol::outcome::Verdict;

use crate::project::{Project, workshop};
use crate::{finished, read_events, testkit};

/// How long the command may take before a test says that it hangs. Builds of other tests may hold Cargo's lock.
const LIMIT: Duration = Duration::from_secs(240);

/// What a run of the command left.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// Its event stream; empty if it wrote none.
    pub events: Vec<Event>,
    /// The most memory it held, in bytes, as far as was seen.
    pub peak_memory: u64,
}

/// The command, still running.
#[derive(Debug)]
pub struct Started {
    child: Child,
    files: PathBuf,
    peak_memory: u64,
    since: Instant,
}

/// The command as a user would type it in the project's folder, to be changed before it is started. It builds
/// offline, into the shared target folder.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(testkit());
    command.current_dir(folder).args(arguments);
    prepare(&mut command);
    command
}

/// Gives any command the environment that the projects are built in, and takes away what Cargo told this test.
pub fn prepare(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let from_cargo = (text.starts_with("CARGO") && !["CARGO_HOME"].contains(&&*text)) || text == "RUSTUP_TOOLCHAIN";
        // Under a run of testkit itself, its children must not be taken for this test's.
        if (from_cargo && text != "RUSTUP_TOOLCHAIN") || text.starts_with("TESTKIT") || text == "CI" {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_TARGET_DIR", workshop().join("target")).env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_TERM_COLOR", "never").env_remove("RUST_BACKTRACE").env("CARGO_INCREMENTAL", "0");
}

impl Project {
    /// Runs the command in the project's folder to its end, with an event stream.
    pub fn testkit(&self, arguments: &[&str]) -> Ran {
        start_reporting(command(self.folder(), arguments)).wait()
    }
}

/// Starts a command that takes `--report`, and adds that.
pub fn start_reporting(mut command: Command) -> Started {
    let files = new_files();
    command.arg(format!("--report=jsonl={}", files.join("events.jsonl").display()));
    start_with(command, files)
}

/// Starts a command as it is.
pub fn start(command: Command) -> Started {
    start_with(command, new_files())
}

/// A folder for what one run writes.
fn new_files() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = workshop().join("runs").join(format!("{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

fn start_with(mut command: Command, files: PathBuf) -> Started {
    let file = |name: &str| fs::File::create(files.join(name)).expect("the target folder can be written");
    command.stdin(Stdio::null()).stdout(file("stdout")).stderr(file("stderr"));
    let child = command.spawn().expect("the command can be started");
    Started { child, files, peak_memory: 0, since: Instant::now() }
}

impl Started {
    /// The events so far; a line that is being written is left out.
    pub fn events_so_far(&self) -> Vec<Event> {
        let text = fs::read_to_string(self.files.join("events.jsonl")).unwrap_or_default();
        text.lines().map_while(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Waits until `is_so` of the events so far.
    ///
    /// # Panics
    /// If that takes too long, or the command ends before.
    #[track_caller]
    pub fn wait_until(&mut self, is_so: impl Fn(&[Event]) -> bool) {
        while !is_so(&self.events_so_far()) {
            assert!(self.since.elapsed() < LIMIT, "it did not come to that; its events: {:#?}", self.events_so_far());
            let ended = self.child.try_wait().expect("it is our child");
            let may_come = ended.is_none() || is_so(&self.events_so_far());
            assert!(may_come, "it ended before: {ended:?}, {:#?}", self.events_so_far());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it is gone.
    #[cfg(unix)]
    pub fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, signal).expect("it is running");
    }

    /// Waits for the end of one that was killed, whose report may end anywhere.
    ///
    /// # Panics
    /// If the system forgot it.
    pub fn wait_for_death(mut self) -> ExitStatus {
        let status = self.child.wait().expect("it is our child");
        drop(fs::remove_dir_all(&self.files));
        status
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it hangs; it is killed then.
    #[track_caller]
    pub fn wait(mut self) -> Ran {
        let status = loop {
            if let Some(kilobytes) = high_water(self.child.id()) {
                self.peak_memory = self.peak_memory.max(kilobytes * 1024);
            }
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                break status;
            }
            if self.since.elapsed() > LIMIT {
                drop(self.child.kill());
                drop(self.child.wait());
                panic!("the command hangs; its output is in {}", self.files.display());
            }
            thread::sleep(Duration::from_millis(10));
        };
        let text =
            |name: &str| String::from_utf8_lossy(&fs::read(self.files.join(name)).unwrap_or_default()).into_owned();
        let report = self.files.join("events.jsonl");
        let events = if report.exists() { read_events(&report) } else { Vec::new() };
        let ran = Ran { status, stdout: text("stdout"), stderr: text("stderr"), events, peak_memory: self.peak_memory };
        drop(fs::remove_dir_all(&self.files));
        ran
    }
}

/// The most memory a process has held so far, in kilobytes. Source: proc(5), `VmHWM`.
fn high_water(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

impl Ran {
    /// What everything it said looks like in a failed test.
    pub fn said(&self) -> String {
        let short = |text: &str| text.chars().take(20_000).collect::<String>();
        format!("{}\nstdout:\n{}\nstderr:\n{}", self.status, short(&self.stdout), short(&self.stderr))
    }

    /// Fails unless it left with this exit code.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.status.code(), Some(code), "{}", self.said());
        self
    }

    /// Fails unless one of the streams says `text`.
    ///
    /// # Panics
    /// If neither does.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text) || self.stderr.contains(text), "it does not say `{text}`: {}", self.said());
        self
    }

    /// The end of the first attempt at the test whose id ends with `test`.
    ///
    /// # Panics
    /// If none has ended.
    #[track_caller]
    pub fn attempt(&self, test: &str) -> &AttemptFinished {
        let mut attempts = self.events.iter().filter_map(|event| match &event.kind {
            EventKind::Attempt(attempt) if attempt.test.to_string().ends_with(test) => match &attempt.event {
                AttemptEvent::Finished(finished) => Some(finished),
                _ => None,
            },
            _ => None,
        });
        attempts.next().unwrap_or_else(|| panic!("`{test}` did not end: {}", self.said()))
    }

    /// Each test's verdict.
    ///
    /// # Panics
    /// If a test has two, or one after the end of the run, or if the counts of the plan say otherwise.
    #[track_caller]
    pub fn verdicts(&self) -> BTreeMap<String, Verdict> {
        let mut verdicts = BTreeMap::new();
        for test in finished(&self.events) {
            let twice = verdicts.insert(test.test.to_string(), test.verdict);
            assert_eq!(twice, None, "a second verdict of {}", test.test);
        }
        let is_end = |event: &Event| matches!(event.kind, EventKind::RunFinished(_));
        assert_eq!(self.events.iter().position(is_end), self.events.len().checked_sub(1), "{}", self.said());
        let selected = self.events.iter().rev().find_map(|event| match &event.kind {
            EventKind::PlanExtended(extended) => Some(extended.selected),
            EventKind::PlanClosed(closed) => Some(closed.selected),
            _ => None,
        });
        if let Some(selected) = selected {
            assert_eq!(selected, verdicts.len() as u64, "as many verdicts as selected tests: {verdicts:#?}");
        }
        verdicts
    }

    /// Fails unless the verdicts are just these.
    ///
    /// # Panics
    /// If one is missing, different or not expected.
    #[track_caller]
    pub fn has_verdicts<Id: AsRef<str>>(&self, expected: impl IntoIterator<Item = (Id, Verdict)>) -> &Self {
        let mut got = self.verdicts();
        let mut problems = Vec::new();
        for (id, want) in expected {
            let id = id.as_ref();
            match got.remove(id) {
                Some(verdict) if verdict == want => {}
                Some(verdict) => problems.push(format!("{id}: {}, expected {}", verdict.word(), want.word())),
                None => problems.push(format!("{id}: no verdict, expected {}", want.word())),
            }
        }
        problems.extend(got.iter().map(|(id, verdict)| format!("{id}: {}, not expected at all", verdict.word())));
        assert!(problems.is_empty(), "{}\n{}", problems.join("\n"), self.said());
        self
    }

    /// Fails if a process of the run is alive: one with its `TESTKIT_RUN_ID`.
    ///
    /// # Panics
    /// If there is one.
    #[track_caller]
    pub fn leaves_nothing_behind(&self) -> &Self {
        check_nothing_is_left_behind(&self.events);
        self
    }
}

/// No process of the run is alive: none has its `TESTKIT_RUN_ID`.
///
/// # Panics
/// If there is one.
#[track_caller]
pub fn check_nothing_is_left_behind(events: &[Event]) {
    let left = run_processes(events);
    assert!(left.is_empty(), "processes left behind:\n{}", left.join("\n"));
}

/// The processes of the run, by its `TESTKIT_RUN_ID` in their environment.
///
/// # Panics
/// If the events do not tell it.
pub fn run_processes(events: &[Event]) -> Vec<String> {
    let run_id = events.iter().find_map(|event| match &event.kind {
        EventKind::RunStarted(started) => Some(&started.run_id),
        _ => None,
    });
    let variable = format!("{}={}", testkit_protocol::env::RUN_ID, run_id.expect("a run begins with its id"));
    processes(|file| {
        let Ok(environment) = fs::read(file.join("environ")) else { return false };
        environment.split(|&byte| byte == 0).any(|entry| entry == variable.as_bytes())
    })
}

/// The command lines of processes, found by their folder below `/proc`; those that have ended are left out.
pub fn processes(is_meant: impl Fn(&Path) -> bool) -> Vec<String> {
    let entries = fs::read_dir("/proc").map(|entries| entries.flatten().collect::<Vec<_>>()).unwrap_or_default();
    let folders = entries.into_iter().map(|entry| entry.path());
    let numbered =
        folders.filter(|path| path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.parse::<u32>().is_ok()));
    let words = |path: PathBuf| {
        let line = String::from_utf8_lossy(&fs::read(path.join("cmdline")).unwrap_or_default()).replace('\0', " ");
        format!("{}: {line}", path.display())
    };
    numbered.filter(|path| is_meant(path)).map(words).collect()
}
