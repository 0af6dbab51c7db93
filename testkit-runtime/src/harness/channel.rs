//! A worker's line to the command: a socket that was inherited as standard input.
//!
//! A test can close any descriptor and open files in its place, so every use checks that the number still means the
//! socket it meant at the start. The last word of a worker that lost its socket goes into a file, found by its path.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use testkit_protocol::env;
use testkit_protocol::message::{CHANNEL_LOST_EXIT_CODE, Message, Request};

use super::process_state::{FileIdentity, high_copy};

/// The channel, and what was read from it beyond the last whole line.
#[derive(Debug)]
pub(super) struct Channel {
    stream: UnixStream,
    identity: FileIdentity,
    rescue: Option<PathBuf>,
    shows_set_up: bool,
    pending: Vec<u8>,
    /// Room for what is read in one go; kept, since making it anew would cost more than a small test.
    chunk: Vec<u8>,
    line: String,
    /// The process that it belongs to: a test may fork and let the copy return.
    process: u32,
}

/// The largest packet that is sent, in bytes.
const PACKET: usize = 32 * 1024;

/// What came from the command.
#[derive(Debug)]
pub(super) enum Received {
    /// Requests, in their order; at least one.
    Requests(Vec<Request>),
    /// The command is gone.
    Closed,
}

impl Channel {
    /// The channel that the environment names, which forgets it; `None` if this process is no worker.
    pub(super) fn from_environment() -> Option<Self> {
        let number: RawFd = std::env::var(env::CHANNEL).ok()?.parse().ok()?;
        let rescue = std::env::var_os(env::RESCUE).map(PathBuf::from);
        let shows_set_up = std::env::var_os(env::SHOW_SETUP).is_some_and(|value| value == "1");
        // A number that outlived its process may mean anything by now, or nothing.
        let identity = FileIdentity::of(number).filter(FileIdentity::is_socket)?;
        // SAFETY: libtest's main thread waits for this one and no other exists, so nobody reads the environment now.
        unsafe {
            std::env::remove_var(env::CHANNEL);
            std::env::remove_var(env::RESCUE);
            std::env::remove_var(env::SHOW_SETUP);
        }
        let copy = high_copy(number);
        if copy < 0 {
            return None;
        }
        // Tests read an empty standard input, as they do under most runners in CI.
        if let Ok(null) = File::open("/dev/null") {
            // SAFETY: both descriptors are open; from here on the channel is known by its copy alone.
            unsafe { libc::dup2(null.as_raw_fd(), number) };
        }
        // SAFETY: the descriptor was made above for us alone, and it is a socket.
        let stream = unsafe { UnixStream::from_raw_fd(copy) };
        Some(Self {
            stream,
            identity,
            rescue,
            shows_set_up,
            pending: Vec::new(),
            chunk: vec![0; 64 * 1024],
            line: String::new(),
            process: std::process::id(),
        })
    }

    /// Whether the command wants to know of each test's own fixtures.
    pub(super) fn shows_set_up(&self) -> bool {
        self.shows_set_up
    }

    /// Waits for requests. Where the channel keeps packets apart, one packet is read and no more: what this worker has
    /// not read can be taken back.
    pub(super) fn receive(&mut self) -> Received {
        // Nothing of a test has run since the last message was sent, and that looked whether the channel is ours.
        let mut requests = Vec::new();
        while requests.is_empty() {
            match self.stream.read(&mut self.chunk) {
                Ok(0) => return Received::Closed,
                Ok(count) => self.pending.extend_from_slice(&self.chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Received::Closed,
            }
            while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.pending.drain(..=end).collect();
                let request = std::str::from_utf8(&line).ok().and_then(|line| Request::read(line.trim_end()).ok());
                // A request of a newer command: there is nothing this worker could do about it. The command
                // notices by the protocol version in our greeting and does not send such.
                requests.extend(request);
            }
        }
        Received::Requests(requests)
    }

    /// Sends a message; ends the process if the channel is no longer ours.
    pub(super) fn send(&mut self, message: &Message) {
        let line = self.line_of(message);
        self.require_own(Some(&line));
        self.send_line(line);
    }

    /// Sends a message after a test that cannot have touched the channel.
    pub(super) fn send_from_untouched(&mut self, message: &Message) {
        let line = self.line_of(message);
        self.send_line(line);
    }

    /// The message as a line, in the room that is kept for it; [`Self::send_line`] gives that back.
    fn line_of(&mut self, message: &Message) -> String {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        message.write(&mut line);
        line
    }

    fn send_line(&mut self, line: String) {
        // A packet is as large as the socket's buffer at most.
        let sent = line.as_bytes().chunks(PACKET).try_for_each(|packet| self.stream.write_all(packet));
        if sent.is_err() {
            // The command is gone, or a test shut the socket down: what a file can still carry, it carries.
            self.abandon(Some(&line));
        }
        self.line = line;
    }

    /// Sends a message that is of use but not awaited: nothing happens if the channel is no longer ours.
    pub(super) fn mention(&mut self, message: &Message) {
        if self.is_own() && !self.is_in_a_copy() {
            self.send(message);
        }
    }

    /// Whether this process is a copy that a test made of the worker.
    pub(super) fn is_in_a_copy(&self) -> bool {
        std::process::id() != self.process
    }

    /// Whether the channel's number still means our socket.
    fn is_own(&self) -> bool {
        FileIdentity::of(self.stream.as_raw_fd()) == Some(self.identity)
    }

    fn require_own(&self, last_word: Option<&str>) {
        if !self.is_own() {
            self.abandon(last_word);
        }
    }

    /// Leaves, with the last word in the rescue file.
    fn abandon(&self, last_word: Option<&str>) -> ! {
        if let (Some(path), Some(line)) = (&self.rescue, last_word)
            && let Ok(mut file) = OpenOptions::new().append(true).open(path)
        {
            // If this fails too, the command runs the test again on its own.
            drop(file.write_all(line.as_bytes()));
        }
        std::process::exit(CHANNEL_LOST_EXIT_CODE);
    }
}
