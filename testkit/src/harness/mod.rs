//! Runs collected tests: inside libtest when Cargo or an editor starts the binary, as a worker when the command does.
//!
//! `current` is what the threads of a test know of it, `attempt` runs one test and judges it, `hosted` does so under
//! libtest, where `turn` says when, and `panic_hook` turns panics into data. On Unix, `worker` serves the command,
//! `channel` is its line to it, and `process_state` puts back what a test changed in the process, `dispositions` what is
//! done about signals, but for what `adopted` lets stay.

#[cfg_attr(not(test), expect(dead_code, reason = "for the fixtures that are wider than a test"))]
mod adopted;
mod attempt;
#[cfg(unix)]
mod channel;
mod current;
#[cfg(unix)]
mod dispositions;
mod hosted;
mod panic_hook;
#[cfg(unix)]
mod process_state;
#[cfg(feature = "proptest")]
mod trial;
mod turn;
#[cfg(unix)]
mod worker;

use std::any::Any;
use std::sync::atomic::{AtomicU8, Ordering};

use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::location::Location;

use crate::marks::{Marks, SkipIf};

/// What a panic carries.
pub(crate) type Payload = Box<dyn Any + Send>;

pub(crate) use current::{Inherited, be_strict_about_threads, in_subtest, inherited, recorded};
pub use current::{Phase, note_values};
pub(crate) use panic_hook::quietly;
#[cfg(feature = "tokio")]
pub(crate) use {current::inherited_by_pool, panic_hook::Aside};
#[cfg(feature = "proptest")]
pub(crate) use {
    current::{note_section, recorded_in_test, wait_for_threads},
    trial::{Trial, trial},
};

/// What this process is; decided when the first collected test begins.
static ROLE: AtomicU8 = AtomicU8::new(UNDECIDED);
const UNDECIDED: u8 = 0;
const HOSTED: u8 = 1;
const WORKER: u8 = 2;

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
        if marks.strict_threads {
            be_strict_about_threads();
        }
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
    if is_worker() || current::is_at_work() {
        return true;
    }
    hosted::run(test, marks);
    false
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
    current::note_raised(&text, failure);
    std::panic::panic_any(text)
}

/// Notes which part of the running test begins.
pub fn enter(phase: Phase) {
    current::enter(phase);
}

/// Records a failure of the running test without ending it: it fails at its end, with all of them. Where this thread
/// works for no test, nobody would ever ask, so there it is raised at once.
///
/// Under libtest, which knows one failure a test, the text goes to standard error.
#[track_caller]
pub fn record(failure: Failure) {
    match current::record(failure) {
        Ok(Some(failure)) if is_worker() => tell_recorded(&failure),
        Ok(Some(failure)) => tell(&testkit_protocol::text::report(&failure)),
        Ok(None) => {}
        Err(mut failure) => {
            if let FailureKind::Assertion(assertion) = &mut failure.kind {
                assertion.notes.push(RECORDED_NOWHERE.to_owned());
            }
            raise(*failure)
        }
    }
}

const RECORDED_NOWHERE: &str = "it ends the test at once: only a test that testkit collects, and threads that it starts \
                                with `testkit::spawn` or `testkit::scope`, can go on after a failure";

/// Records a panic that was caught, and lets go of it. Where this thread works for no test, the panic goes on.
///
/// Under libtest its text has been printed by the standard library's hook.
pub(crate) fn record_panic(payload: Payload) {
    let failure = attempt::failure_of_panic(&*payload);
    match current::record(failure) {
        Ok(failure) => {
            match failure {
                Some(failure) if is_worker() => tell_recorded(&failure),
                Some(failure) if !failure.subtest.is_empty() => {
                    tell(&format!("this panic ended the subtest `{}`", failure.subtest.join("` > `")));
                }
                Some(_) | None => {}
            }
            attempt::drop_quietly(payload);
        }
        Err(failure) => resume(payload, *failure),
    }
}

/// Records a panic that was caught and goes on.
pub(crate) fn record_passing_panic(payload: &(dyn Any + Send)) {
    if let Ok(Some(failure)) = current::record(attempt::failure_of_panic(payload))
        && is_worker()
    {
        tell_recorded(&failure);
    }
}

fn is_worker() -> bool {
    ROLE.load(Ordering::Relaxed) == WORKER
}

#[cfg(unix)]
fn tell_recorded(failure: &Failure) {
    worker::tell_recorded(failure);
}

#[cfg(not(unix))]
fn tell_recorded(_: &Failure) {}

/// Says something beside the test's own output.
#[expect(clippy::print_stderr, reason = "whoever runs the test captures it and shows it with a test that failed")]
pub(crate) fn tell(text: &str) {
    eprintln!("{text}");
}

/// The failure that a panic stands for; for code that catches a test's panic to go on with something else.
pub(crate) fn failure_of_panic(payload: &(dyn Any + Send)) -> Failure {
    attempt::failure_of_panic(payload)
}

/// Lets go of a panic that was caught and is no failure: its message, and where it came from if that is known.
pub(crate) fn let_go(payload: Payload) -> (String, Option<Location>) {
    let message = attempt::message_of(&*payload).unwrap_or("(a payload that is no text)").to_owned();
    let location = attempt::failure_of_panic(&*payload).location;
    attempt::drop_quietly(payload);
    (message, location)
}

/// Goes on with a test's panic that was caught, `failure` being what it stands for.
pub(crate) fn resume(payload: Payload, failure: Failure) -> ! {
    if let Some(message) = attempt::message_of(&*payload) {
        current::note_panic(panic_hook::Panic::again(message, failure));
    }
    std::panic::resume_unwind(payload)
}
