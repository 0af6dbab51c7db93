//! Environment variables by which the command and a test binary find each other.
//!
//! Variables that start with `TESTKIT_INTERNAL_` are private to one version of the protocol and are removed from a
//! worker's environment before any test runs. The others are for tests to read.

/// The number of the descriptor on which a worker talks to the command, a stream socket; its presence asks a test
/// binary to become a worker.
pub const CHANNEL: &str = "TESTKIT_INTERNAL_CHANNEL";

/// Path of a file into which a worker writes its last message when a test has closed the channel.
pub const RESCUE: &str = "TESTKIT_INTERNAL_RESCUE";

/// `1` in every process that the command starts to run tests.
pub const TESTKIT: &str = "TESTKIT";

/// An identifier of the run, equal in all its processes and different from that of any other run on the machine.
pub const RUN_ID: &str = "TESTKIT_RUN_ID";

/// `1` in Cargo and what Cargo starts for the command. What it leaves running (a compiler cache's server, say) is not the
/// tests', and stays.
pub const BUILD: &str = "TESTKIT_INTERNAL_BUILD";
