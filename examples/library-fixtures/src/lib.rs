//! Fixtures for whoever depends on this package: public functions of an ordinary library.

use std::sync::atomic::{AtomicU32, Ordering};

use testkit::fixture;

/// Counts the tickets of all tests of a process.
#[fixture(scope = "session")]
pub fn tickets() -> AtomicU32 {
    AtomicU32::new(0)
}

/// A ticket that no other test has.
#[fixture]
pub fn ticket(tickets: &AtomicU32) -> u32 {
    tickets.fetch_add(1, Ordering::Relaxed) + 1
}
