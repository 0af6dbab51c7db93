//! One thread for each process: tells the driver what the process says and when it has ended, in that order.

use std::io::{self, Read as _};
use std::sync::mpsc::Sender;
use std::time::Duration;

use testkit_protocol::message::Message;

use super::log_file::LogFile;
use super::{Input, ProcessInput, WorkerNumber};

/// Where a process says how its tests fare.
#[derive(Debug)]
pub(super) enum Source {
    /// A worker's channel.
    #[cfg(unix)]
    Channel(std::os::unix::net::UnixStream),
    /// libtest's log file, which is followed as it grows.
    Log(LogFile),
    /// Nowhere: only its end counts.
    Nowhere,
}

/// How long messages are let gather after some have come. A worker runs dozens of small tests in that time, and being
/// woken for each would cost more than the test.
const GATHER: Duration = Duration::from_millis(1);
/// How often a log file is looked at: soon after it has grown, then less and less often.
const LOOK_SOON: Duration = Duration::from_millis(1);
const LOOK_LATE: Duration = Duration::from_millis(5);
/// The longest line that is read from a worker, in bytes: a message with the text of a large value fits.
const LINE_LIMIT: usize = 64 * 1024 * 1024;

/// Watches a process on a thread of its own until it has ended. It is not reaped: that is the driver's.
pub(super) fn watch(worker: WorkerNumber, process: u32, source: Source, inputs: Sender<Input>) -> io::Result<()> {
    let watcher = Watcher { worker, ended: Ended::of(process), inputs };
    let name = format!("watch {}", worker.0);
    std::thread::Builder::new().name(name).stack_size(256 * 1024).spawn(move || match source {
        #[cfg(unix)]
        Source::Channel(stream) => watcher.channel(stream),
        Source::Log(file) => watcher.log(&file),
        Source::Nowhere => watcher.nowhere(),
    })?;
    Ok(())
}

struct Watcher {
    worker: WorkerNumber,
    ended: Ended,
    inputs: Sender<Input>,
}

impl Watcher {
    /// Tells the driver; false if it is gone.
    fn tell(&self, input: ProcessInput) -> bool {
        self.inputs.send(Input::Process(self.worker, input)).is_ok()
    }

    fn nowhere(&self) {
        while !self.ended.wait(Duration::from_secs(3600)) {}
        self.tell(ProcessInput::Ended);
    }

    fn log(&self, file: &LogFile) {
        let mut pause = LOOK_SOON;
        let mut offset = 0;
        loop {
            let ended = self.ended.wait(pause);
            let bytes = file.read_from(offset);
            offset += bytes.len() as u64;
            if bytes.is_empty() {
                pause = (pause * 2).min(LOOK_LATE);
            } else {
                pause = LOOK_SOON;
                if !self.tell(ProcessInput::Log(bytes)) {
                    return;
                }
            }
            if ended {
                self.tell(ProcessInput::Ended);
                return;
            }
        }
    }

    #[cfg(unix)]
    fn channel(&self, mut stream: std::os::unix::net::UnixStream) {
        if stream.set_nonblocking(true).is_err() {
            return self.nowhere();
        }
        let mut pending = Vec::new();
        let mut chunk = vec![0; 64 * 1024];
        let mut open = true;
        loop {
            let ended = if open {
                self.ended.wait_or_readable(&stream, Duration::from_secs(3600))
            } else {
                self.ended.wait(Duration::from_secs(3600))
            };
            while open {
                match stream.read(&mut chunk) {
                    Ok(0) => open = false,
                    Ok(count) => pending.extend_from_slice(&chunk[..count]),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => open = false,
                }
                if pending.len() > LINE_LIMIT {
                    self.tell(ProcessInput::Garbled);
                    open = false;
                }
            }
            if !self.tell_messages(&mut pending) {
                return;
            }
            if ended {
                self.tell(ProcessInput::Ended);
                return;
            }
            std::thread::sleep(GATHER);
        }
    }

    /// Tells the whole lines of `pending`, and takes them out of it.
    fn tell_messages(&self, pending: &mut Vec<u8>) -> bool {
        let Some(end) = pending.iter().rposition(|byte| *byte == b'\n') else { return true };
        let mut messages = Vec::new();
        let mut garbled = false;
        for line in pending[..end].split(|byte| *byte == b'\n') {
            if let Ok(message) = message(line) {
                messages.extend(message);
            } else {
                garbled = true;
                break;
            }
        }
        pending.drain(..=end);
        (messages.is_empty() || self.tell(ProcessInput::Messages(messages)))
            && (!garbled || self.tell(ProcessInput::Garbled))
    }
}

/// Reads a message; `None` if it is of a kind that only a newer library knows.
fn message(line: &[u8]) -> Result<Option<Message>, serde_json::Error> {
    const KNOWN: [&str; 3] = ["hello", "panicked", "finished"];
    let error = match serde_json::from_slice(line) {
        Ok(message) => return Ok(Some(message)),
        Err(error) => error,
    };
    match serde_json::from_slice(line) {
        Ok(serde_json::Value::Object(members)) if members.keys().all(|kind| !KNOWN.contains(&kind.as_str())) => {
            Ok(None)
        }
        Ok(serde_json::Value::String(_)) => Ok(None),
        _ => Err(error),
    }
}

/// Whether a process has ended.
struct Ended {
    #[cfg(target_os = "linux")]
    descriptor: Option<std::os::fd::OwnedFd>,
    process: u32,
}

/// How often the end of a process is looked for where it cannot be waited for beside a stream.
const LOOK_FOR_END: Duration = Duration::from_millis(5);

impl Ended {
    fn of(process: u32) -> Self {
        Self {
            #[cfg(target_os = "linux")]
            descriptor: i32::try_from(process)
                .ok()
                .and_then(rustix::process::Pid::from_raw)
                .and_then(|process| rustix::process::pidfd_open(process, rustix::process::PidfdFlags::empty()).ok()),
            process,
        }
    }

    /// Waits for the end, or for `limit`; true if the process has ended.
    fn wait(&self, limit: Duration) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(descriptor) = &self.descriptor {
            use rustix::event::{PollFd, PollFlags};
            return poll(&mut [PollFd::new(descriptor, PollFlags::IN)], limit)[0];
        }
        self.look_repeatedly(limit, || false)
    }

    /// Waits for the end, for something to read, or for `limit`; true if the process has ended.
    #[cfg(unix)]
    fn wait_or_readable(&self, stream: &std::os::unix::net::UnixStream, limit: Duration) -> bool {
        use rustix::event::{PollFd, PollFlags};
        #[cfg(target_os = "linux")]
        if let Some(descriptor) = &self.descriptor {
            let fds = &mut [PollFd::new(descriptor, PollFlags::IN), PollFd::new(stream, PollFlags::IN)];
            return poll(fds, limit)[0];
        }
        self.look_repeatedly(limit, || poll(&mut [PollFd::new(stream, PollFlags::IN)], Duration::ZERO)[0])
    }

    fn look_repeatedly(&self, limit: Duration, readable: impl Fn() -> bool) -> bool {
        let deadline = std::time::Instant::now() + limit;
        loop {
            if self.has_ended() {
                return true;
            }
            if readable() || std::time::Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(LOOK_FOR_END.min(limit));
        }
    }

    /// Looks without reaping.
    #[cfg(unix)]
    fn has_ended(&self) -> bool {
        use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
        let Some(process) = i32::try_from(self.process).ok().and_then(Pid::from_raw) else { return true };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // An error means that there is no such child any more.
        waitid(WaitId::Pid(process), options).map_or(true, |status| status.is_some())
    }

    #[cfg(not(unix))]
    fn has_ended(&self) -> bool {
        // Windows runs tests through `cargo test`: no process of ours is ever watched there.
        self.process == 0
    }
}

/// Which of the descriptors are ready within `limit`.
#[cfg(unix)]
fn poll<const N: usize>(descriptors: &mut [rustix::event::PollFd<'_>; N], limit: Duration) -> [bool; N] {
    let limit = rustix::event::Timespec { tv_sec: limit.as_secs().cast_signed(), tv_nsec: limit.subsec_nanos().into() };
    let ready = rustix::event::poll(descriptors, Some(&limit));
    std::array::from_fn(|index| ready.is_ok() && !descriptors[index].revents().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_newer_libraries_are_skipped_and_nonsense_is_not() {
        #[track_caller]
        fn check(line: &str, want: Result<bool, ()>) {
            let got = message(line.as_bytes()).map(|message| message.is_some()).map_err(|_| ());
            assert_eq!(got, want, "{line}");
        }
        check("\"pong\"", Ok(true));
        check("{\"told\":{\"much\":1}}", Ok(false));
        check("\"waiting\"", Ok(false));
        check("{\"finished\":{\"test\":1}}", Err(()));
        check("17", Err(()));
        check("{\"told\":", Err(()));
        check("", Err(()));
    }
}
