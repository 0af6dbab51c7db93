//! One thread for each process: tells the driver what the process says and when it has ended, in that order.

use std::io::{self, Read as _};
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::log_file::LogFile;
use super::{Input, ProcessInput, WorkerNumber};
use crate::worker::{self, Ended, Process, Reader};

/// Where a process says how its tests fare.
#[derive(Debug)]
pub(super) enum Source {
    /// A worker's channel; reading never blocks.
    Channel(Reader),
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
pub(super) fn watch(worker: WorkerNumber, process: &Process, source: Source, inputs: Sender<Input>) -> io::Result<()> {
    let watcher = Watcher { worker, ended: Ended::of(process), inputs };
    let name = format!("watch {}", worker.0);
    std::thread::Builder::new().name(name).stack_size(256 * 1024).spawn(move || match source {
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

    fn channel(&self, mut stream: Reader) {
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
            if let Ok(message) = worker::message(line) {
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
