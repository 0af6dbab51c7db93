//! The worker: serves the command inside a test binary that libtest started, and never returns to libtest.
//!
//! Tests run one after another on this thread, so that a crash, an output byte or a time limit belongs to exactly one
//! of them. `docs/protocol.md` shows the conversation.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use testkit_protocol::PROTOCOL_VERSION;
use testkit_protocol::event::AttemptFinished;
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::fixture::{Scope, Step};
use testkit_protocol::message::{self, Cases, Finished, FixtureBegins, FixtureMessage, Hello, Message, Request};
use testkit_protocol::outcome::Outcome;

use super::channel::{Channel, Received};
use super::process_state::ProcessState;
use super::wide::{self, Ended};
use super::{attempt, copies, current, panic_hook};
use crate::expansion;
use crate::fixture::{self, Over};
use crate::registry::Registry;

thread_local! {
    /// The worker's channel, for the panic hook, which nobody can hand anything to.
    static CHANNEL: RefCell<Option<Rc<RefCell<Channel>>>> = const { RefCell::new(None) };
}

/// Serves the command until it says [`Request::Exit`] or is gone.
pub(super) fn serve(channel: Channel) -> ! {
    let channel = Rc::new(RefCell::new(channel));
    CHANNEL.set(Some(Rc::clone(&channel)));
    end_with_the_command();
    copies::watch();
    panic_hook::prepare(tell_panic);
    let mut registry = Registry::collect();
    let state = ProcessState::capture();
    let begin = state.settle();
    channel.borrow_mut().send(&Message::Hello(Hello {
        protocol: PROTOCOL_VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        panic_aborts: cfg!(panic = "abort"),
        tests: registry.len() as u64,
        stdout_end: begin.stdout_end,
        stderr_end: begin.stderr_end,
    }));
    loop {
        let received = channel.borrow_mut().receive();
        let Received::Requests(requests) = received else { leave(&state) };
        for request in requests {
            let tests = match request {
                Request::Run { tests, attempt } => {
                    current::note_attempt(attempt);
                    tests
                }
                Request::Expand { tests } => {
                    panic_hook::install();
                    for test in tests {
                        let cases = cases_of(&mut registry, test);
                        channel.borrow_mut().send(&Message::Cases(cases));
                    }
                    continue;
                }
                Request::Ping => {
                    channel.borrow_mut().send(&Message::Pong);
                    continue;
                }
                Request::Exit => leave(&state),
            };
            for test in tests {
                let (finished, untouched) = run_one(&state, &mut registry, test);
                if untouched {
                    channel.borrow_mut().send_from_untouched(&Message::Finished(finished));
                    continue;
                }
                // One that was not noticed before.
                if channel.borrow().is_in_a_copy() {
                    copies::leave(finished.attempt.outcome == Outcome::Passed);
                }
                let replace = finished.replace.is_some();
                channel.borrow_mut().send(&Message::Finished(finished));
                if replace {
                    leave(&state);
                }
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

/// Leaves as a program does that is done: fixtures are taken down, exit handlers run, coverage profiles are written.
fn leave(state: &ProcessState) -> ! {
    let over = fixture::scopes_over(None);
    if !over.is_empty() {
        // What cannot be put back, their tear-downs have to do without.
        let _ = state.restore();
        panic_hook::install();
        tear_down(state, over);
    }
    std::process::exit(0)
}

/// Takes down fixtures whose scope is over; whether there were any. What each has written is its own, and not the next test's.
fn tear_down(state: &ProcessState, over: Vec<Over>) -> bool {
    let begins = |name: &str, scope| tell_fixture_begins(name.to_owned(), scope, Step::TornDown);
    wide::tear_down(over, begins, &mut |Ended { name, scope, duration, failures }| {
        super::flush_streams();
        let (stdout_end, stderr_end) = state.settle_output();
        mention(&Message::Fixture(FixtureMessage {
            stdout_end: Some(stdout_end),
            stderr_end: Some(stderr_end),
            ..fixture_message(name, scope, Step::TornDown, duration, failures)
        }));
    })
}

/// The tests that a test stands for.
fn cases_of(registry: &mut Registry, test: String) -> Cases {
    let known = catch_unwind(AssertUnwindSafe(|| registry.cases(&test)));
    let failure = match known {
        Ok(Ok(cases)) => {
            let cases =
                cases.iter().map(|case| message::Case { name: case.name.clone(), near: case.case.near.clone() });
            let cases = cases.collect();
            return Cases { test, cases, failure: None };
        }
        Ok(Err(reason)) => Failure::new(FailureKind::Runner, reason),
        Err(payload) => super::take_failure(payload),
    };
    Cases { test, cases: Vec::new(), failure: Some(failure) }
}

/// Runs one test; also says whether it left the process as it was, for certain.
fn run_one(state: &ProcessState, registry: &mut Registry, test: String) -> (Finished, bool) {
    let mut not_restored = state.restore().err();
    panic_hook::install();
    let found = catch_unwind(AssertUnwindSafe(|| registry.find(&test)));
    if let (Ok(Ok(found)), None) = (&found, not_restored)
        && tear_down(state, fixture::scopes_over(Some((&test, &found.choice))))
    {
        not_restored = state.restore_all().err();
        panic_hook::install();
    }
    let attempt = match (found, not_restored) {
        (Ok(Ok(found)), None) => {
            expansion::choose(found.choice.clone());
            attempt::attempt(&found, &test)
        }
        (Ok(Err(reason)), _) => errored(Failure::new(FailureKind::Runner, reason)),
        // The rows of a test are made by the author's code.
        (Err(payload), _) => errored(super::take_failure(payload)),
        (Ok(Ok(_)), Some(reason)) => {
            let message = format!("the process could not be restored before this test: {reason}");
            errored(Failure::new(FailureKind::Runner, message))
        }
    };
    // So that it counts as this test's output.
    super::flush_streams();
    let untouched = attempt.outcome == Outcome::Passed
        && not_restored.is_none()
        && !state.can_have_called(Duration::from_nanos(attempt.duration_ns));
    let settled = if untouched { state.settle_untouched() } else { state.settle() };
    let replace = not_restored.or(settled.leftover).map(str::to_owned);
    let (stdout_end, stderr_end) = (settled.stdout_end, settled.stderr_end);
    (Finished { test, attempt, stdout_end, stderr_end, replace }, untouched)
}

fn errored(failure: Failure) -> AttemptFinished {
    AttemptFinished { failures: vec![failure], ..AttemptFinished::new(Outcome::Errored, 0) }
}

/// Sends a panic at once: the process may not survive it.
fn tell_panic(failure: &Failure) {
    mention(&Message::Panicked(failure.clone()));
}

/// Sends a failure that the running test has recorded, for the same reason.
pub(super) fn tell_recorded(failure: &Failure) {
    mention(&Message::Recorded(failure.clone()));
}

/// Sends what is about to happen to a fixture.
pub(super) fn tell_fixture_begins(name: String, scope: Scope, step: Step) {
    mention(&Message::FixtureBegins(FixtureBegins { name, scope, step }));
}

/// Sends what happened to a fixture.
pub(super) fn tell_fixture(name: String, scope: Scope, step: Step, duration: Duration, failures: Vec<Failure>) {
    mention(&Message::Fixture(fixture_message(name, scope, step, duration, failures)));
}

fn fixture_message(
    name: String,
    scope: Scope,
    step: Step,
    duration: Duration,
    failures: Vec<Failure>,
) -> FixtureMessage {
    FixtureMessage {
        name,
        scope,
        step,
        duration_ns: u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX),
        test: current::name_of_running_test(),
        failures,
        stdout_end: None,
        stderr_end: None,
    }
}

/// Sends a message from the thread that runs tests. A test that took the channel away still goes on to its end.
fn mention(message: &Message) {
    let channel = CHANNEL.try_with(|channel| channel.try_borrow().ok().and_then(|channel| channel.clone()));
    if let Ok(Some(channel)) = channel
        && let Ok(mut channel) = channel.try_borrow_mut()
    {
        channel.mention(message);
    }
}
