//! Joins the parts: arguments, settings, build, discovery, run, reports, exit code.

use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write as _};
use std::process;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use camino::{Utf8Path, Utf8PathBuf};
use clap::Parser as _;
use testkit_protocol::event::{Event, EventKind, RunFinished, RunStarted};

use crate::args::{Arguments, Command, FixturesArguments, Isolation, ListArguments, ReportKind, RunArguments};
use crate::build::{BuildError, BuildKiller, BuildRequest, Workspace};
use crate::discover::{self, ListingCache};
use crate::error::CliError;
use crate::exit_code::ExitCode;
use crate::inventory::{self, Found, Wanted};
use crate::list;
use crate::model::{BinaryIndex, Host, TestIndex, TestList};
use crate::report::json_lines::JsonLines;
use crate::report::terminal::Terminal;
use crate::report::{ReporterError, Reporters};
use crate::run::{self, Input, RunSettings};
use crate::select::{self, Fate, NoMatch, Place};
use crate::settings::{self, Surroundings};
use crate::signals;
use crate::tally::Tally;
use crate::worker::RunIdentity;

/// The whole command: `arguments` as the system gives them, the program's name first.
pub fn main(arguments: Vec<OsString>) -> process::ExitCode {
    let typed: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help goes to standard output and is no error.
            drop(error.print());
            let code = if error.use_stderr() { ExitCode::Usage } else { ExitCode::Passed };
            return code.into();
        }
    };
    let done = match arguments.command {
        None => run_tests(&arguments.run, &typed),
        Some(Command::Run(arguments)) => run_tests(&arguments, &typed),
        Some(Command::List(arguments)) => list_tests(&arguments),
        Some(Command::Fixtures(arguments)) => list_fixtures(&arguments),
    };
    match done {
        Ok(code) => code.into(),
        Err(error) => {
            tell(&error);
            error.exit_code().into()
        }
    }
}

fn tell(error: &CliError) {
    if !error.is_told() {
        // Nobody is left to be told if standard error is closed.
        drop(writeln!(io::stderr(), "error: {error}"));
    }
}

/// What the lock guards; a thread that panicked has left nothing half done in any of ours.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a build is that may have to be ended.
type CurrentBuild = Arc<Mutex<Option<BuildKiller>>>;

fn surroundings() -> Result<Surroundings, CliError> {
    Surroundings::of_process().map_err(|source| CliError::System { what: "find the current folder", source })
}

fn run_tests(arguments: &RunArguments, typed: &[String]) -> Result<ExitCode, CliError> {
    let started = Instant::now();
    let surroundings = surroundings()?;
    let request = surroundings.build_request(&arguments.selection.common);
    let scratch = tempfile::Builder::new().prefix("testkit-").tempdir();
    let scratch = scratch.map_err(|source| CliError::System { what: "make a temporary folder", source })?;
    let scratch_path = Utf8PathBuf::from_path_buf(scratch.path().to_owned()).unwrap_or_else(|_| "/tmp".into());
    let identity = new_identity(arguments.seed.unwrap_or_else(settings::new_seed));
    let run_settings = RunSettings {
        workers: surroundings.workers(arguments),
        isolation: arguments.isolation,
        run_ignored: arguments.selection.run_ignored,
        capture: !arguments.no_capture,
        timeout: arguments.timeout,
        max_failures: settings::max_failures(arguments),
        early: !arguments.no_early,
        identity: identity.clone(),
        setup_show: arguments.setup_show,
        scratch: scratch_path,
    };
    let rerun = settings::rerun_command(typed, &arguments.selection.selectors);
    let reporters = reporters(arguments, &surroundings, rerun)?;
    let recorder = RefCell::new(Recorder { started, tally: Tally::new(0), reporters });

    let (sender, inputs) = channel();
    let current_build = CurrentBuild::default();
    listen_to_signals(sender.clone(), Arc::clone(&current_build))?;
    recorder.borrow_mut().record(EventKind::RunStarted(RunStarted {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: identity.run_id.clone(),
        started_unix_ms: unix_milliseconds(),
        workers: u32::try_from(run_settings.workers).unwrap_or(u32::MAX),
        workspace_root: surroundings.directory.to_string(),
        seed: identity.seed,
    }));
    // On threads of one process libtest runs what it knows, and cases are nothing that it knows.
    let cases = (arguments.isolation != Isolation::Threads).then(|| identity.clone());
    let build = build_in_background(request, Wanted::Tests { cases }, sender.clone(), current_build);
    let no_match = RefCell::new(None);
    let workspace = build.workspace;
    let choose = |list: &TestList| {
        let root = lock(&workspace).as_ref().map(|workspace| workspace.root.clone());
        match choose(&arguments.selection.selectors, &surroundings.directory, root.as_deref(), list) {
            Ok(tests) => Some(tests.into_iter().collect::<HashSet<TestIndex>>()),
            Err(error) => {
                no_match.replace(Some(error));
                None
            }
        }
    };
    let select = (!arguments.selection.selectors.is_empty()).then_some(&choose as &run::SelectTests<'_>);
    let mut record = |kind| recorder.borrow_mut().record(kind);
    let mut pause = || recorder.borrow_mut().reporters.pause();
    let end = run::run(&run_settings, select, &inputs, sender, &mut record, &mut pause);
    let recorder = recorder.into_inner();
    let build_error = if end.signal.is_none() {
        build.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)).err()
    } else {
        None
    };
    drop(scratch);
    if let Some(workspace) = &*lock(&workspace) {
        let cache = ListingCache::new(&workspace.cache_directory);
        for (binary, listed) in &end.asked {
            discover::keep_custom_list(binary, &cache, listed);
        }
    }
    if let Some(error) = no_match.into_inner() {
        recorder.abandon();
        return Err(CliError::NoMatch(error));
    }
    if let Some(error @ BuildError::PackageConfig(_)) = build_error {
        recorder.abandon();
        return Err(error.into());
    }
    let code = match &build_error {
        Some(BuildError::Cargo { .. }) | None => recorder.tally.exit_code(false),
        Some(_) => recorder.tally.exit_code(true),
    };
    let errors = recorder.finish(code);
    let code = if errors.is_empty() { code } else { ExitCode::Internal };
    for error in errors {
        tell(&error.into());
    }
    if let Some(error) = build_error.filter(|error| !matches!(error, BuildError::Cargo { .. })) {
        tell(&error.into());
    }
    Ok(code)
}

/// Turns what happens into events, counts them and hands them to the reporters.
struct Recorder {
    started: Instant,
    tally: Tally,
    reporters: Reporters,
}

impl Recorder {
    fn record(&mut self, kind: EventKind) {
        let at_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let event = Event { at_us, kind };
        self.tally.apply(&event);
        self.reporters.event(&event);
    }

    fn finish(mut self, code: ExitCode) -> Vec<ReporterError> {
        let duration_ns = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let exit_code = i32::from(code.number());
        self.record(EventKind::RunFinished(RunFinished { duration_ns, exit_code }));
        self.reporters.finish()
    }

    /// Ends the reports of a run that never began; another message tells why.
    fn abandon(self) {
        drop(self.reporters);
    }
}

fn reporters(arguments: &RunArguments, surroundings: &Surroundings, rerun: String) -> Result<Reporters, CliError> {
    let mut reporters = Reporters::default();
    for request in &arguments.reports {
        match request.kind {
            ReportKind::Jsonl => {
                let path = surroundings.directory.join(&request.path);
                let reporter =
                    JsonLines::create(&path).map_err(|source| CliError::Report { path: path.to_string(), source })?;
                reporters.add(path, reporter);
            }
        }
    }
    reporters.add("the terminal", Terminal::new(io::stdout(), surroundings.terminal(arguments, rerun)));
    Ok(reporters)
}

fn listen_to_signals(sender: Sender<Input>, current_build: CurrentBuild) -> Result<(), CliError> {
    let take = move |signal| {
        if let Some(build) = &*lock(&current_build) {
            build.kill();
        }
        // Without a receiver the run is over and the command about to leave.
        drop(sender.send(Input::Signal(signal)));
    };
    signals::listen(take).map_err(|source| CliError::System { what: "listen to signals", source })
}

/// A build on a thread of its own.
struct BackgroundBuild {
    thread: std::thread::JoinHandle<Result<(), BuildError>>,
    /// Known as soon as the first binary is.
    workspace: Arc<Mutex<Option<Workspace>>>,
}

fn build_in_background(
    request: BuildRequest,
    wanted: Wanted,
    sender: Sender<Input>,
    current: CurrentBuild,
) -> BackgroundBuild {
    let workspace = Arc::new(Mutex::new(None));
    let known = Arc::clone(&workspace);
    let thread = std::thread::spawn(move || {
        let sender = Mutex::new(sender);
        let send = |input| drop(lock(&sender).send(input));
        let building = |killer| *lock(&current) = Some(killer);
        let tell = |found| match found {
            Found::Workspace(workspace) => *lock(&known) = Some(workspace),
            Found::Binary(binary) => send(Input::Binary(binary)),
            Found::Tests { binary, tests, last } => send(Input::Tests { binary, tests, last }),
            // Nobody asked for them.
            Found::Fixtures(_) => {}
            Found::Unlisted { binary, reason } => send(Input::Unlisted { binary, reason }),
            Found::Notice(notice) => send(Input::Notice(notice)),
            Found::Built { success, duration } => send(Input::BuildFinished { success, duration }),
        };
        let taken = inventory::take(&request, &wanted, &building, &tell);
        if taken.is_err() {
            send(Input::BuildFinished { success: false, duration: std::time::Duration::ZERO });
        }
        send(Input::ListClosed);
        taken
    });
    BackgroundBuild { thread, workspace }
}

/// The tests that the selectors mean.
fn choose(
    selectors: &[String],
    directory: &Utf8Path,
    workspace_root: Option<&Utf8Path>,
    list: &TestList,
) -> Result<Vec<TestIndex>, NoMatch> {
    select::select(selectors, place(directory, workspace_root), list)
}

/// What paths in selectors are relative to.
fn place<'a>(directory: &'a Utf8Path, workspace_root: Option<&'a Utf8Path>) -> Place<'a> {
    let workspace_root = workspace_root.unwrap_or(directory);
    Place { workspace_root, folder: directory.strip_prefix(workspace_root).unwrap_or(Utf8Path::new("")) }
}

fn list_tests(arguments: &ListArguments) -> Result<ExitCode, CliError> {
    let surroundings = surroundings()?;
    let selection = &arguments.selection;
    let cases = Some(new_identity(settings::new_seed()));
    let (thread, found) = look(surroundings.build_request(&selection.common), Wanted::Tests { cases });
    let mut list = TestList::default();
    let mut tests_of: Vec<Vec<crate::model::Test>> = Vec::new();
    let mut workspace_root = None;
    let mut success = true;
    let mut unlisted = Vec::new();
    for found in found {
        match found {
            Found::Workspace(workspace) => workspace_root = Some(workspace.root),
            Found::Binary(binary) => {
                list.add_binary(*binary);
                tests_of.push(Vec::new());
            }
            Found::Tests { binary: BinaryIndex(binary), tests, .. } => tests_of[binary].extend(tests),
            Found::Unlisted { binary, reason } => {
                unlisted.push(CliError::Unlisted { binary: list.binary(binary).id.to_string(), reason });
            }
            Found::Fixtures(_) => {}
            Found::Notice(notice) => note(&notice.message),
            Found::Built { success: built, .. } => success = built,
        }
    }
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    for test in tests_of.into_iter().flatten() {
        list.add_test(test);
    }
    if !success {
        return Ok(ExitCode::BuildFailed);
    }
    let chosen = choose(&selection.selectors, &surroundings.directory, workspace_root.as_deref(), &list);
    let mut chosen = chosen.map_err(CliError::NoMatch)?;
    chosen.retain(|test| select::fate(list.test(*test), selection.run_ignored) != Fate::LeaveOut);
    written(list::write(&list, &chosen, arguments.format, stdout()))?;
    for test in chosen.iter().map(|test| list.test(*test)) {
        if let Host::Unknown { attempt, .. } = &test.host {
            let why = attempt.failures.first().map(testkit_protocol::text::summary).unwrap_or_default();
            note(&format!("the cases of `{}` are not known: {why}", test.id));
        }
    }
    for error in &unlisted {
        tell(error);
    }
    Ok(match (unlisted.is_empty(), chosen.is_empty()) {
        (false, _) => ExitCode::Internal,
        (true, true) => ExitCode::NoTests,
        (true, false) => ExitCode::Passed,
    })
}

/// A look into everything that is built, on a thread of its own.
fn look(request: BuildRequest, wanted: Wanted) -> (std::thread::JoinHandle<Result<(), BuildError>>, Receiver<Found>) {
    let (sender, found) = channel();
    let thread = std::thread::spawn(move || {
        let sender = Mutex::new(sender);
        let tell = |found| drop(lock(&sender).send(found));
        inventory::take(&request, &wanted, &|_| {}, &tell)
    });
    (thread, found)
}

fn list_fixtures(arguments: &FixturesArguments) -> Result<ExitCode, CliError> {
    let surroundings = surroundings()?;
    let (thread, found) = look(surroundings.build_request(&arguments.common), Wanted::Fixtures);
    let mut all = Vec::new();
    let mut workspace_root = None;
    let mut success = true;
    for found in found {
        match found {
            Found::Workspace(workspace) => workspace_root = Some(workspace.root),
            Found::Fixtures(fixtures) => all.extend(fixtures),
            Found::Binary(_) | Found::Tests { .. } | Found::Unlisted { .. } => {}
            Found::Notice(notice) => note(&notice.message),
            Found::Built { success: built, .. } => success = built,
        }
    }
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    if !success {
        return Ok(ExitCode::BuildFailed);
    }
    // Binaries come in the order in which they happen to be built.
    let all = list::in_order(all);
    let place = place(&surroundings.directory, workspace_root.as_deref());
    let chosen = select::fixtures(&arguments.selectors, place, &all).map_err(CliError::NoMatch)?;
    let chosen: Vec<_> = chosen.into_iter().map(|index| all[index].clone()).collect();
    written(list::write_fixtures(&chosen, arguments.format, stdout()))?;
    Ok(ExitCode::Passed)
}

fn stdout() -> impl io::Write {
    BufWriter::with_capacity(1024 * 1024, io::stdout().lock())
}

/// What became of writing a list. Whoever reads it may have had enough of it.
fn written(result: io::Result<()>) -> Result<(), CliError> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(|source| CliError::System { what: "write the list", source }),
    }
}

/// Says something beside a list.
fn note(message: &str) {
    // Nobody is left to be told if standard error is closed.
    drop(writeln!(io::stderr(), "note: {message}"));
}

fn new_identity(seed: u64) -> RunIdentity {
    RunIdentity { run_id: format!("{}-{}", process::id(), unix_milliseconds()), seed }
}

fn unix_milliseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
