//! The channel to a worker: requests go out, messages come back, and what it has not read can be taken back.

use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use testkit_protocol::message::Request;

/// The stream that messages come from.
pub(crate) type Reader = UnixStream;

/// Our end of a worker's channel.
#[derive(Debug)]
pub(crate) struct Channel {
    stream: UnixStream,
    /// The worker's own end, from which requests that it has not read are taken back; absent where packets are not kept
    /// apart.
    theirs: Option<UnixStream>,
}

impl Channel {
    /// A new channel, and the worker's end of it, as its standard input.
    ///
    /// # Errors
    /// If no descriptor is left.
    pub(crate) fn new() -> io::Result<(Self, Stdio)> {
        let (stream, theirs, keeps_packets) = pair()?;
        // A worker may write more than the socket holds, and reads nothing before that is taken.
        stream.set_nonblocking(true)?;
        let copy = if keeps_packets { Some(theirs.try_clone()?) } else { None };
        Ok((Self { stream, theirs: copy }, OwnedFd::from(theirs).into()))
    }

    /// The stream that messages come from; reading never blocks.
    ///
    /// # Errors
    /// If no descriptor is left.
    pub(crate) fn reader(&self) -> io::Result<Reader> {
        self.stream.try_clone()
    }

    /// Sends a request. A worker that does not take it is about to end, and its end is what counts.
    pub(crate) fn send(&mut self, request: &Request) {
        let Ok(mut line) = serde_json::to_vec(request) else { return };
        line.push(b'\n');
        let mut rest = line.as_slice();
        // A worker is never handed more than the socket takes, unless names are very long: then the rest waits until it
        // has read some.
        let deadline = Instant::now() + Duration::from_secs(5);
        while !rest.is_empty() && Instant::now() < deadline {
            match self.stream.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// Whether requests that the worker has not read can be taken back.
    pub(crate) fn can_take_back(&self) -> bool {
        self.theirs.is_some()
    }

    /// Takes back the requests that the worker has not read; the names of their tests, in order.
    pub(crate) fn take_back(&mut self) -> Vec<String> {
        let Some(theirs) = &self.theirs else { return Vec::new() };
        let mut names = Vec::new();
        let mut packet = vec![0; 64 * 1024];
        while let Ok(count @ 1..) = receive_now(theirs, &mut packet) {
            if let Ok(Request::Run { tests, .. }) = serde_json::from_slice(&packet[..count]) {
                names.extend(tests);
            }
        }
        names
    }
}

/// The two ends of a channel, and whether it keeps packets apart, so that what has not been read can be taken back.
#[cfg(target_os = "linux")]
fn pair() -> io::Result<(UnixStream, UnixStream, bool)> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    Ok((ours.into(), theirs.into(), true))
}

#[cfg(not(target_os = "linux"))]
fn pair() -> io::Result<(UnixStream, UnixStream, bool)> {
    let (ours, theirs) = UnixStream::pair()?;
    Ok((ours, theirs, false))
}

/// Reads a packet if one is there.
fn receive_now(stream: &UnixStream, packet: &mut [u8]) -> io::Result<usize> {
    let (_, count) = rustix::net::recv(stream, packet, rustix::net::RecvFlags::DONTWAIT)?;
    Ok(count)
}
