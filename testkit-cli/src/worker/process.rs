//! Starting a test process, and ending it with everything it started.

use std::ffi::OsString;
use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use testkit_protocol::env;
use testkit_protocol::outcome::Termination;

use super::RunIdentity;
use super::capture::Capture;
use crate::model::Launch;

/// Standard output and standard error of a process.
#[derive(Debug)]
pub(crate) struct Streams {
    /// `None` where they are the terminal's.
    captures: Option<(Capture, Capture)>,
}

impl Streams {
    /// New streams; captured or not.
    pub(crate) fn new(captured: bool) -> io::Result<Self> {
        let captures = if captured { Some((Capture::new()?, Capture::new()?)) } else { None };
        Ok(Self { captures })
    }

    pub(crate) fn stdout(&self) -> Option<&Capture> {
        self.captures.as_ref().map(|(stdout, _)| stdout)
    }

    pub(crate) fn stderr(&self) -> Option<&Capture> {
        self.captures.as_ref().map(|(_, stderr)| stderr)
    }

    pub(crate) fn both_mut(&mut self) -> Option<&mut (Capture, Capture)> {
        self.captures.as_mut()
    }

    /// How much has been written to each, in bytes.
    pub(crate) fn ends(&self) -> (u64, u64) {
        self.captures.as_ref().map_or((0, 0), |(stdout, stderr)| (stdout.end(), stderr.end()))
    }
}

/// A process of the run, leader of a process group of its own.
#[derive(Debug)]
pub(crate) struct Process {
    id: u32,
    /// Shared with those who wait for its end.
    child: Arc<Mutex<Child>>,
    reaped: bool,
}

impl Process {
    /// Starts `launch` with `arguments`.
    ///
    /// # Errors
    /// Whatever the system says: no such file, no permission, no more processes.
    pub(crate) fn start(
        launch: &Launch,
        arguments: impl IntoIterator<Item = OsString>,
        variables: &[(&str, OsString)],
        identity: &RunIdentity,
        stdin: Stdio,
        streams: &Streams,
    ) -> io::Result<Self> {
        let mut words = launch.command.iter();
        let program = words.next().ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        let mut command = Command::new(program);
        command.args(words).args(arguments).current_dir(&launch.directory).stdin(stdin);
        command.envs(launch.environment.iter().map(|(name, value)| (name, value)));
        command.env(env::TESTKIT, "1").env(env::RUN_ID, &identity.run_id);
        command.env(env::SEED, identity.seed.to_string());
        // Descriptors of ours that a test would otherwise find named in its environment.
        // Hosting tests leave the verdict to us, who are their parent unless a runner stands between; where a process cannot tell
        // who that is, it has to believe it.
        let can_tell = cfg!(unix) && !launch.has_runner;
        let judge = if can_tell { std::process::id().to_string() } else { "any".to_owned() };
        command.env(env::JUDGE, judge);
        for private in [env::CHANNEL, env::RESCUE, env::SHOW_SETUP, env::BUILD] {
            command.env_remove(private);
        }
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        if let (Some(stdout), Some(stderr)) = (streams.stdout(), streams.stderr()) {
            command.stdout(stdout.stdio()?).stderr(stderr.stdio()?);
        }
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn()?;
        Ok(Self { id: child.id(), child: Arc::new(Mutex::new(child)), reaped: false })
    }

    #[cfg(unix)]
    pub(super) fn id(&self) -> u32 {
        self.id
    }

    #[cfg(not(unix))]
    pub(super) fn child(&self) -> Arc<Mutex<Child>> {
        Arc::clone(&self.child)
    }

    fn locked(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the process and everything in its group, at once. Harmless if it has ended by itself.
    pub(crate) fn kill(&mut self) {
        if self.reaped {
            return;
        }
        kill_group(self.id);
        // Where there are no groups, at least the process itself.
        drop(self.locked().kill());
    }

    /// Asks the process and its group to end, as Ctrl-C on a terminal does.
    pub(crate) fn interrupt(&mut self) {
        #[cfg(unix)]
        if let (false, Some(group)) = (self.reaped, group_of(self.id)) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::INT);
        }
    }

    /// Takes the end of a process that is known to have ended, after killing what it left in its group.
    pub(crate) fn reap(&mut self) -> Termination {
        // Before the process is reaped its number cannot mean another group.
        if !self.reaped {
            kill_group(self.id);
        }
        let status = self.locked().wait();
        self.reaped = true;
        status.map_or(Termination::Exited(-1), termination)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if !self.reaped {
            self.kill();
            drop(self.locked().wait());
        }
    }
}

#[cfg(unix)]
fn group_of(id: u32) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(id).ok()?)
}

#[cfg(unix)]
fn kill_group(id: u32) {
    if let Some(group) = group_of(id) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_id: u32) {}

/// The end of a process that was killed.
#[cfg(unix)]
pub(crate) const KILLED: Termination = Termination::Signaled(rustix::process::Signal::KILL.as_raw());

/// The end of a process that was killed, as the standard library kills one.
#[cfg(not(unix))]
pub(crate) const KILLED: Termination = Termination::Exited(1);

#[cfg(unix)]
fn termination(status: ExitStatus) -> Termination {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => Termination::Exited(code),
        (None, Some(signal)) => Termination::Signaled(signal),
        (None, None) => Termination::Exited(-1),
    }
}

#[cfg(not(unix))]
fn termination(status: ExitStatus) -> Termination {
    Termination::Exited(status.code().unwrap_or(-1))
}
