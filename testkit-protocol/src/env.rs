//! Environment variables by which the command and a test binary find each other.
//!
//! Variables that start with `TESTKIT_INTERNAL_` are private to one version of the protocol and are removed from a
//! worker's environment before any test runs; [`JUDGE`], which a test's own children are not meant by, may stay. The others are for tests to read.

/// The number of the descriptor on which a worker talks to the command, a stream socket; its presence asks a test
/// binary to become a worker.
pub const CHANNEL: &str = "TESTKIT_INTERNAL_CHANNEL";

/// Path of a file into which a worker writes its last message when a test has closed the channel.
pub const RESCUE: &str = "TESTKIT_INTERNAL_RESCUE";

/// Number of the command's process, in processes whose verdicts the command makes itself: in a child of that process,
/// hosting tests neither turn an expected failure into a pass nor try again, and say that they were skipped by a panic
/// that begins with [`SKIPPED`]. `any` where a target runner stands between the two,
/// and on systems where a process cannot tell its parent.
pub const JUDGE: &str = "TESTKIT_INTERNAL_JUDGE";

/// What the message of such a panic begins with; the reason follows.
pub const SKIPPED: &str = "skipped by testkit: ";

/// `1` in every process that the command starts to run tests.
pub const TESTKIT: &str = "TESTKIT";

/// An identifier of the run, equal in all its processes and different from that of any other run on the machine.
pub const RUN_ID: &str = "TESTKIT_RUN_ID";

/// The seed of the run, a decimal number of 64 bits: equal in all its processes, and given again to repeat them.
pub const SEED: &str = "TESTKIT_SEED";

/// The number of a process among those of the run that run tests, from 1: no two have the same.
pub const WORKER: &str = "TESTKIT_WORKER";

/// `1` asks a worker to tell of the fixtures of single tests, too.
pub const SHOW_SETUP: &str = "TESTKIT_INTERNAL_SHOW_SETUP";

/// `1` in Cargo and what Cargo starts for the command. What it leaves running (a compiler cache's server, say) is not the
/// tests', and stays.
pub const BUILD: &str = "TESTKIT_INTERNAL_BUILD";
