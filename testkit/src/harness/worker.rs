//! The worker: serves the command inside a test binary that libtest started, and never returns to libtest.
//!
//! Tests run one after another on this thread, so that a crash, an output byte or a time limit belongs to exactly one
//! of them. `docs/protocol.md` shows the conversation.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use testkit_protocol::PROTOCOL_VERSION;
use testkit_protocol::event::{AttemptFinished, Captured};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::message::{Finished, Hello, Message, Request};
use testkit_protocol::outcome::Outcome;

use super::channel::{Channel, Received};
use super::process_state::ProcessState;
use super::{attempt, panic_hook};
use crate::registry::{self, TestCase};

thread_local! {
    /// The worker's channel, for the panic hook, which nobody can hand anything to.
    static CHANNEL: RefCell<Option<Rc<RefCell<Channel>>>> = const { RefCell::new(None) };
}

/// Serves the command until it says [`Request::Exit`] or is gone.
pub(super) fn serve(channel: Channel) -> ! {
    let channel = Rc::new(RefCell::new(channel));
    CHANNEL.set(Some(Rc::clone(&channel)));
    end_with_the_command();
    panic_hook::prepare(tell_panic);
    let tests: HashMap<String, &'static TestCase> =
        registry::all().into_iter().map(|test| (test.path(), test.case)).collect();
    let state = ProcessState::capture();
    channel.borrow_mut().send(&Message::Hello(Hello {
        protocol: PROTOCOL_VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        panic_aborts: cfg!(panic = "abort"),
        tests: tests.len() as u64,
        stdout_end: state.stdout_end(),
        stderr_end: state.stderr_end(),
    }));
    let mut queue: VecDeque<String> = VecDeque::new();
    loop {
        let received = channel.borrow_mut().receive(queue.is_empty());
        let Received::Requests(requests) = received else { leave() };
        for request in requests {
            match request {
                Request::Run { tests } => queue.extend(tests),
                Request::Release => {
                    let tests = std::mem::take(&mut queue).into();
                    channel.borrow_mut().send(&Message::Released { tests });
                }
                Request::Exit => leave(),
            }
        }
        if let Some(test) = queue.pop_front() {
            let finished = run_one(&state, &tests, test);
            if channel.borrow().is_in_a_copy() {
                leave_copy(finished.attempt.outcome);
            }
            let replace = finished.replace.is_some();
            channel.borrow_mut().send(&Message::Finished(finished));
            if replace {
                leave();
            }
        }
    }
}

/// Asks the system to kill this process should the command die: a test that hangs would never notice.
fn end_with_the_command() {
    #[cfg(target_os = "linux")]
    // SAFETY: sets an attribute of this process; no memory is involved.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
}

/// Leaves as a program does that is done: exit handlers run, coverage profiles are written.
fn leave() -> ! {
    std::process::exit(0)
}

/// Ends a copy of the worker that a test forked and let return: the worker itself speaks for the test, and under
/// libtest such a copy would just end as well.
fn leave_copy(outcome: Outcome) -> ! {
    let code = if outcome == Outcome::Passed { 0 } else { 101 };
    // SAFETY: ends the process without running what was registered for the end of the worker.
    unsafe { libc::_exit(code) }
}

fn run_one(state: &ProcessState, tests: &HashMap<String, &'static TestCase>, test: String) -> Finished {
    let not_restored = state.restore().err();
    panic_hook::install();
    let attempt = match (tests.get(&test), not_restored) {
        (Some(case), None) => attempt::attempt(case),
        (None, _) => errored(format!("the worker has no test `{test}`; was the binary built anew during the run?")),
        (Some(_), Some(reason)) => errored(format!("the process could not be restored before this test: {reason}")),
    };
    flush_streams();
    let replace = not_restored.or_else(|| state.leftover()).map(str::to_owned);
    Finished { test, attempt, stdout_end: state.stdout_end(), stderr_end: state.stderr_end(), replace }
}

fn errored(message: String) -> AttemptFinished {
    AttemptFinished {
        outcome: Outcome::Errored,
        duration_ns: 0,
        failures: vec![Failure::new(FailureKind::Runner, message)],
        termination: None,
        stdout: Captured::default(),
        stderr: Captured::default(),
    }
}

/// Pushes out what Rust's and C's buffers hold, so that it counts as this test's output.
fn flush_streams() {
    use std::io::Write as _;
    // A stream that a test closed has nothing to push out to.
    drop(std::io::stdout().flush());
    // SAFETY: a null pointer asks for all of C's open output streams.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}

/// Sends a panic at once: the process may not survive it. A test that took the channel away still goes on to its end.
fn tell_panic(failure: &Failure) {
    let channel = CHANNEL.try_with(|channel| channel.try_borrow().ok().and_then(|channel| channel.clone()));
    if let Ok(Some(channel)) = channel
        && let Ok(mut channel) = channel.try_borrow_mut()
    {
        channel.mention(&Message::Panicked(failure.clone()));
    }
}
