//! Runs a test binary to its end and keeps what it says, within a time limit.

use std::ffi::OsString;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::model::Launch;

/// A process that has ended, by itself or by the time limit.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// All of its standard output.
    pub(crate) stdout: Vec<u8>,
    /// All of its standard error.
    pub(crate) stderr: Vec<u8>,
    /// It was killed at the time limit.
    pub(crate) timed_out: bool,
}

/// How long what is still in the pipes is waited for after the process ended; its children may hold them open.
const GRACE: Duration = Duration::from_millis(200);

enum Word {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    StdoutEnd,
    StderrEnd,
    /// The process can be waited for.
    #[cfg_attr(not(unix), expect(dead_code, reason = "nobody announces it"))]
    Ended,
}

/// Starts a binary with `arguments` and, beside its launch's, the variables of `environment`; blocks until it ends.
///
/// At `limit` the process and its group are killed.
///
/// # Errors
/// If the process cannot be started or waited for.
pub(crate) fn run(
    launch: &Launch,
    arguments: &[&str],
    environment: &[(OsString, OsString)],
    limit: Duration,
) -> std::io::Result<Finished> {
    let (program, leading) = launch.command.split_first().expect("a launch names at least the binary");
    let mut command = Command::new(program);
    command.args(leading).args(arguments).current_dir(&launch.directory);
    command.envs(launch.environment.iter().map(|(name, value)| (name, value)));
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let deadline = Instant::now() + limit;
    let mut child = command.spawn()?;
    let (sender, words) = channel();
    forward(child.stdout.take(), sender.clone(), Word::Stdout, Word::StdoutEnd);
    forward(child.stderr.take(), sender.clone(), Word::Stderr, Word::StderrEnd);
    announce_end(&child, sender);

    let mut output = Output::default();
    // Where nobody announces the end, that of both streams is taken for it.
    let ended = output.take(&words, deadline, |output| output.has_ended || cfg!(not(unix)) && output.is_complete());
    if !ended {
        kill_group(&mut child);
    }
    // Also where the process has ended: its pipes may hold more.
    output.take(&words, Instant::now() + GRACE, Output::is_complete);
    let status = child.wait()?;
    Ok(Finished { status, stdout: output.stdout, stderr: output.stderr, timed_out: !ended })
}

#[derive(Default)]
struct Output {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    ends: u32,
    has_ended: bool,
}

impl Output {
    fn is_complete(&self) -> bool {
        self.ends == 2
    }

    /// Takes words until `is_enough` or `deadline`; says which.
    fn take(&mut self, words: &Receiver<Word>, deadline: Instant, is_enough: impl Fn(&Self) -> bool) -> bool {
        while !is_enough(self) {
            match words.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(Word::Stdout(bytes)) => self.stdout.extend(bytes),
                Ok(Word::Stderr(bytes)) => self.stderr.extend(bytes),
                Ok(Word::StdoutEnd | Word::StderrEnd) => self.ends += 1,
                Ok(Word::Ended) => self.has_ended = true,
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => return is_enough(self),
            }
        }
        true
    }
}

fn forward(
    stream: Option<impl Read + Send + 'static>,
    sender: Sender<Word>,
    word: impl Fn(Vec<u8>) -> Word + Send + 'static,
    end: Word,
) {
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        if let Some(mut stream) = stream {
            while let Ok(size) = stream.read(&mut buffer)
                && size > 0
                && sender.send(word(buffer[..size].to_vec())).is_ok()
            {}
        }
        // Nobody listens any more once the grace is over.
        let _ = sender.send(end);
    });
}

/// Says when the child can be waited for, without waiting for it: its number stays its own until then.
#[cfg(unix)]
fn announce_end(child: &Child, sender: Sender<Word>) {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

    let process = Pid::from_child(child);
    std::thread::spawn(move || {
        while waitid(WaitId::Pid(process), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT)
            .is_err_and(|error| error == rustix::io::Errno::INTR)
        {}
        let _ = sender.send(Word::Ended);
    });
}

#[cfg(not(unix))]
fn announce_end(_: &Child, _: Sender<Word>) {}

#[cfg(unix)]
fn kill_group(child: &mut Child) {
    // It may be gone already.
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
}

#[cfg(not(unix))]
fn kill_group(child: &mut Child) {
    let _ = child.kill();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Launch {
        Launch {
            command: ["sh", "-c", script].map(OsString::from).to_vec(),
            directory: "/".into(),
            environment: vec![("A".into(), "a".into())],
            has_runner: false,
        }
    }

    #[test]
    fn keeps_output_and_status() {
        let script = "echo out $A$B; echo err >&2; exit 3";
        let finished = run(&shell(script), &[], &[("B".into(), "b".into())], Duration::from_secs(10)).unwrap();
        assert_eq!(finished.stdout, b"out ab\n");
        assert_eq!(finished.stderr, b"err\n");
        assert_eq!(finished.status.code(), Some(3));
        assert!(!finished.timed_out);
    }

    #[test]
    fn a_hanging_process_is_killed_with_its_children() {
        let started = Instant::now();
        let finished = run(&shell("echo so far; sleep 60 & sleep 60"), &[], &[], Duration::from_millis(200)).unwrap();
        assert!(finished.timed_out);
        assert_eq!(finished.stdout, b"so far\n");
        assert!(started.elapsed() < Duration::from_secs(10), "took {:?}", started.elapsed());
    }

    #[test]
    fn a_child_that_holds_the_pipes_is_not_waited_for() {
        let started = Instant::now();
        let finished = run(&shell("echo done; sleep 3 &"), &[], &[], Duration::from_secs(60)).unwrap();
        assert_eq!(finished.stdout, b"done\n");
        assert!(!finished.timed_out);
        assert!(started.elapsed() < Duration::from_secs(3), "took {:?}", started.elapsed());
    }
}
