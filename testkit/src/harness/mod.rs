//! Runs collected tests: inside libtest when Cargo or an editor starts the binary, as a worker when the command does.
//!
//! `attempt` runs one test and judges it, `panic_hook` turns panics into data; on Unix, `worker` serves the command,
//! `channel` is its line to it, and `process_state` puts back what a test changed in the process.

mod attempt;
#[cfg(unix)]
mod channel;
mod panic_hook;
#[cfg(unix)]
mod process_state;
#[cfg(unix)]
mod worker;

use std::sync::atomic::{AtomicU8, Ordering};

use testkit_protocol::failure::Failure;

pub use attempt::Phase;

/// What this process is; decided when the first collected test begins.
static ROLE: AtomicU8 = AtomicU8::new(UNDECIDED);
const UNDECIDED: u8 = 0;
const HOSTED: u8 = 1;
const WORKER: u8 = 2;

/// Runs a collected test's body; what every hosting `#[test]` function calls.
///
/// If the command started this process as a worker, the first call never returns: it serves the command and exits.
/// Inside a worker, and under libtest, it is a plain call.
pub fn run(body: fn()) {
    if ROLE.load(Ordering::Relaxed) == UNDECIDED {
        decide();
    }
    body();
}

#[cfg(unix)]
fn decide() {
    if let Some(channel) = channel::Channel::from_environment() {
        ROLE.store(WORKER, Ordering::Relaxed);
        worker::serve(channel);
    }
    ROLE.store(HOSTED, Ordering::Relaxed);
}

#[cfg(not(unix))]
fn decide() {
    ROLE.store(HOSTED, Ordering::Relaxed);
}

/// Ends the running test with a failure, by a panic whose message is the failure's text.
///
/// Under libtest the panic is all there is; in a worker the failure itself reaches the command.
#[track_caller]
pub fn raise(failure: Failure) -> ! {
    let text = testkit_protocol::text::body(&failure);
    attempt::note_raised(&text, failure);
    std::panic::panic_any(text)
}

/// Notes which part of the running test begins.
pub fn enter(phase: Phase) {
    attempt::enter(phase);
}

/// Records a failure of the running test without ending it. A failed test that has more than one reason raises the
/// last of them and records the others.
///
/// Under libtest, which knows one failure a test, the text goes to standard error.
pub fn record(failure: Failure) {
    if ROLE.load(Ordering::Relaxed) == WORKER {
        attempt::record(failure);
    } else {
        #[expect(clippy::print_stderr, reason = "libtest captures it and shows it with the test that failed")]
        {
            eprintln!("{}", testkit_protocol::text::report(&failure));
        }
    }
}

/// The failure that a panic stands for; for code that catches a test's panic to go on with something else.
pub(crate) fn failure_of_panic(payload: &(dyn std::any::Any + Send)) -> Failure {
    attempt::failure_of_panic(payload)
}

/// Goes on with a test's panic that was caught, `failure` being what it stands for.
pub(crate) fn resume(payload: Box<dyn std::any::Any + Send>, failure: Failure) -> ! {
    if let Some(message) = attempt::message_of(&*payload) {
        attempt::note_panic(panic_hook::Panic::again(message, failure));
    }
    std::panic::resume_unwind(payload)
}
