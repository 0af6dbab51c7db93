//! Runs collected tests: inside libtest when Cargo or an editor starts the binary, as a worker when the command does.
//!
//! `attempt` runs one test and judges it, `hosted` does so under libtest, where `turn` says when, `panic_hook` turns panics into data; on Unix, `worker` serves the command,
//! `channel` is its line to it, and `process_state` puts back what a test changed in the process.

mod attempt;
#[cfg(unix)]
mod channel;
mod hosted;
mod panic_hook;
#[cfg(unix)]
mod process_state;
mod turn;
#[cfg(unix)]
mod worker;

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

use testkit_protocol::failure::Failure;

use crate::marks::{Marks, SkipIf};

pub use attempt::Phase;

/// What this process is; decided when the first collected test begins.
static ROLE: AtomicU8 = AtomicU8::new(UNDECIDED);
const UNDECIDED: u8 = 0;
const HOSTED: u8 = 1;
const WORKER: u8 = 2;

thread_local! {
    /// Whether this thread is inside of a test that libtest hosts.
    static HOSTS_A_TEST: Cell<bool> = const { Cell::new(false) };
}

/// Runs a collected test's body; what a hosting `#[test]` function calls that wraps the author's function.
///
/// If the command started this process as a worker, the first call never returns: it serves the command and exits.
/// Inside a worker it is a plain call; under libtest the test is ended after it, see [`begin`].
pub fn run(body: fn()) {
    if is_body_next(body) {
        body();
    }
}

/// The same for a test whose marks ask something of whoever runs it.
pub fn run_marked(body: fn(), marks: &'static Marks) {
    if is_body_next_of_marked(body, marks) {
        // The command knows the other marks.
        SkipIf::check(marks.skip_if);
        body();
    }
}

/// Stands before the body of a test that is its own hosting function, and says whether the body is to be run now.
///
/// Under libtest the answer to the outer call is no, since `test` was called again in it and is over: a test does not
/// end with its body, failures that were recorded on the way are raised after it. In a process that becomes a worker
/// the first call never returns.
#[inline(never)]
pub fn begin(test: fn()) -> bool {
    is_body_next(test)
}

fn is_body_next(test: fn()) -> bool {
    is_body_next_of_marked(test, &Marks::NONE)
}

fn is_body_next_of_marked(test: fn(), marks: &Marks) -> bool {
    if ROLE.load(Ordering::Relaxed) == UNDECIDED {
        decide();
    }
    if ROLE.load(Ordering::Relaxed) == WORKER || HOSTS_A_TEST.get() {
        return true;
    }
    hosted::run(|| host(test), marks);
    false
}

/// Runs a test under libtest, to its very end.
fn host(test: fn()) {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            HOSTS_A_TEST.set(false);
        }
    }
    HOSTS_A_TEST.set(true);
    let _reset = Reset;
    test();
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
