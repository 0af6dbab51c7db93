//! A running `cargo test --no-run`: its messages become binaries.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::OsString;
use std::io::BufReader;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Artifact, Message, MessageIter, PackageId, TargetKind};
use cargo_platform::Cfg;
use testkit_protocol::id::BinaryId;
use testkit_protocol::package_config;

use super::config::{Config, ConfigError, EnvEntry};
use super::facts::{Facts, FactsError, package_root};
use super::launch::{LaunchParts, Place, ScriptOutput, compose};
use super::manifest::{Manifest, ManifestError};
use super::request::BuildRequest;
use super::runner::target_runner;
use crate::model::Binary;

/// A build that runs. Dropping it kills Cargo.
pub(crate) struct Build {
    request: BuildRequest,
    child: Child,
    messages: MessageIter<BufReader<ChildStdout>>,
    killer: BuildKiller,
    started: Instant,
    phase: Phase,
    /// Integration tests and benches that wait for a program of their package: Cargo may link the test first.
    held: Vec<Artifact>,
    /// Those that wait no longer.
    released: VecDeque<Artifact>,
    /// What was asked beside the build.
    surroundings: Surroundings,
    scripts: HashMap<PackageId, Vec<ScriptOutput>>,
    /// Those of all scripts so far.
    linked_paths: Vec<Utf8PathBuf>,
    /// Binaries (not tests) built so far, by package and name.
    programs: HashMap<PackageId, BTreeMap<String, Utf8PathBuf>>,
    manifests: HashMap<Utf8PathBuf, Manifest>,
    runners: HashMap<String, Option<Vec<OsString>>>,
}

/// What a build has to say.
#[derive(Debug)]
pub(crate) enum BuildMessage {
    /// A test binary is ready to be started.
    Binary(Box<Binary>),
    /// Cargo is done; nothing follows.
    Finished {
        /// Everything was built.
        success: bool,
        /// Since Cargo was started.
        duration: Duration,
    },
}

/// The workspace's folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Workspace {
    /// Folder of the workspace's manifest; relative source paths count from here.
    pub(crate) root: Utf8PathBuf,
    /// Folder for the command's own files, `testkit` in the target directory; it may not exist yet.
    pub(crate) cache_directory: Utf8PathBuf,
}

/// Why there is no (further) word of the build.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error("failed to start `{program}`: {source}; is Cargo installed and in PATH?")]
    Start { program: String, source: std::io::Error },
    /// Cargo gave up before it built anything and has said why on stderr.
    #[error("Cargo failed ({status})")]
    Cargo { status: ExitStatus },
    #[error("failed to read Cargo's messages: {0}")]
    Read(std::io::Error),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Facts(#[from] FactsError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The table of testkit in some packages' manifests cannot be read as it stands; a line for each mistake.
    #[error("{}", .0.join("\nerror: "))]
    PackageConfig(Vec<String>),
}

/// Ends a build from any thread.
#[derive(Clone, Debug)]
pub(crate) struct BuildKiller(Arc<Mutex<Option<u32>>>);

impl BuildKiller {
    /// Asks Cargo and all its compilers to end; without effect if Cargo has ended.
    pub(crate) fn kill(&self) {
        let process = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = *process {
            terminate_group(process);
        }
    }

    /// The process is about to be waited for, so that its number may become another's.
    fn disarm(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(unix)]
fn terminate_group(process: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};

    if let Some(group) = i32::try_from(process).ok().and_then(Pid::from_raw) {
        // It may be gone already.
        let _ = kill_process_group(group, Signal::TERM);
    }
}

#[cfg(not(unix))]
fn terminate_group(_: u32) {
    // The console sends Ctrl-C to Cargo as well; dropping the build ends Cargo itself.
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Building,
    /// Cargo has said whether it succeeded.
    Said {
        success: bool,
    },
    Done,
}

/// Configuration and facts, wanted with the first binary and got on a thread of their own until then.
#[derive(Debug)]
enum Surroundings {
    Pending(JoinHandle<Result<Known, BuildError>>),
    Known(Box<Known>),
    /// Asking has failed and the error was handed out.
    Lost,
}

#[derive(Debug)]
struct Known {
    facts: Facts,
    config: Config,
    env: Vec<EnvEntry>,
}

impl Known {
    fn load(request: &BuildRequest) -> Result<Self, BuildError> {
        let config = Config::load(&request.directory, &request.environment, &request.cargo.config)?;
        let facts = Facts::load(request, &config)?;
        check_package_configs(&facts)?;
        Ok(Self { facts, env: config.env(), config })
    }
}

/// Reads the table of testkit in each package's manifest, as the macros will: what is wrong there is said once and
/// clearly, before the compiler says it in its own way.
fn check_package_configs(facts: &Facts) -> Result<(), BuildError> {
    let mut mistakes = Vec::new();
    for manifest in facts.packages.keys() {
        // One that cannot be read is Cargo's to complain of.
        let Ok(text) = std::fs::read_to_string(manifest) else { continue };
        let (_, errors) = package_config::parse(&text);
        mistakes.extend(errors.into_iter().map(|(line, error)| format!("{manifest}:{line}: {error}")));
    }
    if mistakes.is_empty() { Ok(()) } else { Err(BuildError::PackageConfig(mistakes)) }
}

impl Build {
    /// Starts Cargo.
    pub(crate) fn start(request: BuildRequest) -> Result<Self, BuildError> {
        let program = request.cargo_program();
        let mut command = Command::new(&program);
        command.args(request.arguments()).current_dir(&request.directory);
        request.environment.apply_to(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        if !request.shows_progress {
            command.env("CARGO_TERM_PROGRESS_WHEN", "never");
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let started = Instant::now();
        let mut child =
            command.spawn().map_err(|source| BuildError::Start { program: program.display().to_string(), source })?;
        let killer = BuildKiller(Arc::new(Mutex::new(Some(child.id()))));
        let stdout = child.stdout.take().expect("stdout was asked to be piped");
        let (for_thread, for_mistakes) = (request.clone(), killer.clone());
        let surroundings = Surroundings::Pending(std::thread::spawn(move || {
            let known = Known::load(&for_thread);
            if matches!(known, Err(BuildError::PackageConfig(_))) {
                for_mistakes.kill();
            }
            known
        }));
        Ok(Self {
            request,
            child,
            messages: Message::parse_stream(BufReader::new(stdout)),
            killer,
            started,
            phase: Phase::Building,
            held: Vec::new(),
            released: VecDeque::new(),
            surroundings,
            scripts: HashMap::new(),
            linked_paths: Vec::new(),
            programs: HashMap::new(),
            manifests: HashMap::new(),
            runners: HashMap::new(),
        })
    }

    /// A handle that ends the build from another thread.
    pub(crate) fn killer(&self) -> BuildKiller {
        self.killer.clone()
    }

    /// The next message, blocking until Cargo has something to say; `Ok(None)` after [`BuildMessage::Finished`].
    ///
    /// After an error the build should be dropped.
    pub(crate) fn next(&mut self) -> Result<Option<BuildMessage>, BuildError> {
        loop {
            if let Some(artifact) = self.released.pop_front() {
                return Ok(Some(BuildMessage::Binary(Box::new(self.binary(artifact)?))));
            }
            if self.phase != Phase::Building {
                break;
            }
            match self.messages.next() {
                None => {
                    self.phase = Phase::Done;
                    let status = self.wait()?;
                    self.prefer_mistakes()?;
                    return Err(BuildError::Cargo { status });
                }
                Some(Err(error)) => return Err(BuildError::Read(error)),
                Some(Ok(message)) => self.take(message)?,
            }
        }
        match self.phase {
            Phase::Said { success } => {
                self.phase = Phase::Done;
                let status = self.wait()?;
                if !success {
                    self.prefer_mistakes()?;
                }
                let duration = self.started.elapsed();
                Ok(Some(BuildMessage::Finished { success: success && status.success(), duration }))
            }
            Phase::Building | Phase::Done => Ok(None),
        }
    }

    /// The workspace's folders; blocks until they are known.
    pub(crate) fn workspace(&mut self) -> Result<Workspace, BuildError> {
        let facts = &self.known()?.facts;
        Ok(Workspace { root: facts.workspace_root.clone(), cache_directory: facts.cache_directory() })
    }

    /// Fails with the mistakes in the packages' tables, if there are any: they are why a build failed or was ended.
    fn prefer_mistakes(&mut self) -> Result<(), BuildError> {
        match self.known() {
            Err(error @ BuildError::PackageConfig(_)) => Err(error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    fn wait(&mut self) -> Result<ExitStatus, BuildError> {
        self.killer.disarm();
        self.child.wait().map_err(BuildError::Read)
    }

    fn known(&mut self) -> Result<&mut Known, BuildError> {
        if matches!(self.surroundings, Surroundings::Pending(_))
            && let Surroundings::Pending(thread) = std::mem::replace(&mut self.surroundings, Surroundings::Lost)
        {
            let known = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            self.surroundings = Surroundings::Known(Box::new(known));
        }
        if let Surroundings::Lost = self.surroundings {
            self.surroundings = Surroundings::Known(Box::new(Known::load(&self.request)?));
        }
        match &mut self.surroundings {
            Surroundings::Known(known) => Ok(known),
            Surroundings::Pending(_) | Surroundings::Lost => unreachable!("both were dealt with above"),
        }
    }

    fn take(&mut self, message: Message) -> Result<(), BuildError> {
        match message {
            Message::CompilerArtifact(artifact) => self.take_artifact(artifact)?,
            Message::BuildScriptExecuted(script) => {
                self.linked_paths.extend(script.linked_paths);
                let output = ScriptOutput { out_dir: script.out_dir, environment: script.env };
                self.scripts.entry(script.package_id).or_default().push(output);
            }
            Message::BuildFinished(finished) => {
                self.phase = Phase::Said { success: finished.success };
                // A program that never came is left out by the features, unless it failed to build.
                let held = std::mem::take(&mut self.held);
                self.released.extend(held.into_iter().filter(|_| finished.success));
            }
            // Diagnostics are rendered by Cargo itself; `Message` may get more variants.
            _ => {}
        }
        Ok(())
    }

    /// Takes note of a program, or releases a test executable as soon as all that it may start is there.
    fn take_artifact(&mut self, artifact: Artifact) -> Result<(), BuildError> {
        let Some(executable) = artifact.executable.clone() else {
            return Ok(());
        };
        if artifact.profile.test {
            self.require_package(&artifact.manifest_path)?;
            self.held.push(artifact);
        } else if artifact.target.is_kind(TargetKind::Bin) {
            self.programs.entry(artifact.package_id).or_default().insert(artifact.target.name, executable);
        } else {
            return Ok(());
        }
        let all = std::mem::take(&mut self.held);
        let (released, held): (Vec<_>, Vec<_>) = all.into_iter().partition(|artifact| self.may_start(artifact));
        self.released.extend(released);
        self.held = held;
        Ok(())
    }

    /// Whether all programs that a test may start have been built.
    fn may_start(&self, artifact: &Artifact) -> bool {
        let Surroundings::Known(known) = &self.surroundings else {
            return false;
        };
        let Some(package) = known.facts.packages.get(&artifact.manifest_path) else {
            return false;
        };
        let built = self.programs.get(&artifact.package_id);
        let is_built = |name: &String| built.is_some_and(|built| built.contains_key(name));
        !starts_programs(artifact) || package.programs.iter().all(is_built)
    }

    /// Makes a binary of a test executable.
    fn binary(&mut self, artifact: Artifact) -> Result<Binary, BuildError> {
        let executable = artifact.executable.clone().expect("only executables are released");
        let kind = artifact.target.kind.first().cloned().unwrap_or(TargetKind::Test);
        let place = Place::of(&executable, &self.known()?.facts);
        let runner = self.runner(&place.triple)?;
        let harness = self.harness(&artifact, &kind)?;
        let environment = self.request.environment.clone();
        let Self { scripts, linked_paths, programs, .. } = &*self;
        let scripts = scripts.get(&artifact.package_id);
        let programs = programs.get(&artifact.package_id).filter(|_| starts_programs(&artifact));
        let Surroundings::Known(known) = &self.surroundings else { unreachable!("`known` was called above") };
        let Some(package) = known.facts.packages.get(&artifact.manifest_path) else {
            unreachable!("`require_package` was called when it was taken")
        };
        let launch = compose(&LaunchParts {
            facts: &known.facts,
            environment: &environment,
            configured: &known.env,
            runner,
            place: &place,
            executable: &executable,
            manifest: &artifact.manifest_path,
            package,
            script: scripts.and_then(|scripts| script_for(scripts, &place)),
            linked_paths,
            programs,
        });
        Ok(Binary {
            id: BinaryId::of_target(&package.name, &kind.to_string(), &artifact.target.name),
            path: executable,
            source: artifact.target.src_path,
            harness,
            launch,
        })
    }

    /// Asks anew if the package is not known: it may have joined the workspace by a pattern in `members`.
    fn require_package(&mut self, manifest: &Utf8Path) -> Result<(), BuildError> {
        if self.known()?.facts.packages.contains_key(manifest) {
            return Ok(());
        }
        let request = self.request.clone();
        let known = self.known()?;
        known.facts = Facts::ask(&request, &known.config)?;
        if known.facts.packages.contains_key(manifest) {
            return Ok(());
        }
        let workspace = known.facts.workspace_root.clone();
        Err(FactsError::NoPackage { manifest: manifest.to_owned(), workspace }.into())
    }

    fn runner(&mut self, triple: &str) -> Result<Option<Vec<OsString>>, BuildError> {
        if let Some(runner) = self.runners.get(triple) {
            return Ok(runner.clone());
        }
        let request = self.request.clone();
        let known = self.known()?;
        let sysroot = known.facts.sysroot.clone();
        let runner = target_runner(&known.config, &request.environment, &request.directory, triple, || {
            target_cfgs(&sysroot.join("bin/rustc"), triple)
        });
        self.runners.insert(triple.to_owned(), runner.clone());
        Ok(runner)
    }

    fn harness(&mut self, artifact: &Artifact, kind: &TargetKind) -> Result<crate::model::Harness, BuildError> {
        let path = &artifact.manifest_path;
        if !self.manifests.contains_key(path) {
            self.manifests.insert(path.clone(), Manifest::read(path.as_std_path())?);
        }
        let source = &artifact.target.src_path;
        let source = source.strip_prefix(package_root(path)).unwrap_or(source);
        Ok(self.manifests[path].harness(&kind.to_string(), &artifact.target.name, source.as_std_path()))
    }
}

impl Drop for Build {
    fn drop(&mut self) {
        if self.phase != Phase::Done {
            self.killer.kill();
            self.killer.disarm();
            // `kill` reaches Cargo alone; on Unix its group has been told already.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Whether a target is given the paths of its package's programs: integration tests and benches are.
fn starts_programs(artifact: &Artifact) -> bool {
    artifact.target.is_kind(TargetKind::Test) || artifact.target.is_kind(TargetKind::Bench)
}

/// The run of a package's build script that counts for binaries at `place`: with `--target` there may be one for the
/// host as well.
fn script_for<'a>(scripts: &'a [ScriptOutput], place: &Place) -> Option<&'a ScriptOutput> {
    let root = place.libraries.parent();
    let at_place = |script: &&ScriptOutput| root.is_some_and(|root| script.out_dir.starts_with(root));
    scripts.iter().rev().find(at_place).or(scripts.last())
}

/// What `rustc` says of a target, for `cfg(…)` keys; nothing if it cannot be asked, so that no key matches.
fn target_cfgs(rustc: &std::path::Path, triple: &str) -> Vec<Cfg> {
    let output = Command::new(rustc).args(["--print", "cfg", "--target", triple]).stdin(Stdio::null()).output();
    let text = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().filter_map(|line| line.parse().ok()).collect()
}
