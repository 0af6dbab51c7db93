//! Waiting for the end of a process without reaping it, so that its number stays its own.

use std::time::Duration;

use super::{Process, Reader};

/// Whether a process has ended.
pub(crate) struct Ended {
    #[cfg(target_os = "linux")]
    descriptor: Option<std::os::fd::OwnedFd>,
    #[cfg(unix)]
    process: u32,
    /// The end of a process that somebody holds does not go away when it is looked at.
    #[cfg(not(unix))]
    child: std::sync::Arc<std::sync::Mutex<std::process::Child>>,
}

/// How often the end of a process is looked for where it cannot be waited for beside a stream.
const LOOK_FOR_END: Duration = Duration::from_millis(5);

impl Ended {
    /// Of a process that is not reaped while this is in use.
    pub(crate) fn of(process: &Process) -> Self {
        Self {
            #[cfg(target_os = "linux")]
            descriptor: i32::try_from(process.id())
                .ok()
                .and_then(rustix::process::Pid::from_raw)
                .and_then(|process| rustix::process::pidfd_open(process, rustix::process::PidfdFlags::empty()).ok()),
            #[cfg(unix)]
            process: process.id(),
            #[cfg(not(unix))]
            child: process.child(),
        }
    }

    /// Waits for the end, or for `limit`; true if the process has ended.
    pub(crate) fn wait(&self, limit: Duration) -> bool {
        #[cfg(target_os = "linux")]
        if let Some(descriptor) = &self.descriptor {
            use rustix::event::{PollFd, PollFlags};
            return poll(&mut [PollFd::new(descriptor, PollFlags::IN)], limit)[0];
        }
        self.look_repeatedly(limit, || false)
    }

    /// Waits for the end, for something to read, or for `limit`; true if the process has ended.
    #[cfg(unix)]
    pub(crate) fn wait_or_readable(&self, stream: &Reader, limit: Duration) -> bool {
        use rustix::event::{PollFd, PollFlags};
        #[cfg(target_os = "linux")]
        if let Some(descriptor) = &self.descriptor {
            let fds = &mut [PollFd::new(descriptor, PollFlags::IN), PollFd::new(stream, PollFlags::IN)];
            return poll(fds, limit)[0];
        }
        self.look_repeatedly(limit, || poll(&mut [PollFd::new(stream, PollFlags::IN)], Duration::ZERO)[0])
    }

    /// Nothing can be read.
    #[cfg(not(unix))]
    pub(crate) fn wait_or_readable(&self, _: &Reader, limit: Duration) -> bool {
        self.wait(limit)
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
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        child.try_wait().map_or(true, |status| status.is_some())
    }
}

/// Which of the descriptors are ready within `limit`.
#[cfg(unix)]
fn poll<const N: usize>(descriptors: &mut [rustix::event::PollFd<'_>; N], limit: Duration) -> [bool; N] {
    let limit = rustix::event::Timespec { tv_sec: limit.as_secs().cast_signed(), tv_nsec: limit.subsec_nanos().into() };
    let ready = rustix::event::poll(descriptors, Some(&limit));
    std::array::from_fn(|index| ready.is_ok() && !descriptors[index].revents().is_empty())
}
