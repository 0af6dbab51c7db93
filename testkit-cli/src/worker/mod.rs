//! Processes of test binaries: how one is started and ended, where its output goes, and how a worker is spoken to.
//!
//! What is asked of a process, and what its answers mean, is for [`crate::run`] and [`crate::discover`].

mod capture;
#[cfg_attr(not(unix), path = "no_channel.rs")]
mod channel;
mod ended;
mod message;
mod process;

use std::time::Duration;

pub(crate) use capture::{Capture, read_at};
pub(crate) use channel::{Channel, Reader};
pub(crate) use ended::Ended;
pub(crate) use message::message;
pub(crate) use process::{KILLED, Process, Streams};

/// Whether there are workers: they take a channel, which is handed to a process as a descriptor. Elsewhere libtest runs every
/// test.
pub(crate) const WORKERS_EXIST: bool = cfg!(unix);

/// What makes the processes of one run the processes of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunIdentity {
    /// Different from that of any other run on the machine.
    pub(crate) run_id: String,
    /// Seed of everything random in the run.
    pub(crate) seed: u64,
}

/// How long a worker may take to leave that has nothing to tear down: its exit handlers may have coverage to write.
pub(crate) const LEAVING_LIMIT: Duration = Duration::from_secs(10);

/// The arguments that start a worker: they run one test of libtest, the one that is named, which then serves us instead.
pub(crate) fn arguments(carrier: &str) -> Vec<std::ffi::OsString> {
    ["--exact", carrier, "--include-ignored", "--nocapture", "--test-threads=1"].map(Into::into).to_vec()
}
