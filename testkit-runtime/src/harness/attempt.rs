//! One attempt at one test: runs it under `catch_unwind` and judges what came.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use testkit_protocol::event::AttemptFinished;
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::outcome::Outcome;

use super::current::{self, Phase};
use super::told::Told;
use crate::marks::Skipped;
use crate::registry::{Found, ShouldPanic};
use crate::{executor, fixture};

/// Runs the test with this name once, on this thread. Panics do not leave it.
pub(super) fn attempt(found: &Found, test: &str) -> AttemptFinished {
    current::begin_served(test, &found.values);
    let body = found.body;
    let started = Instant::now();
    let result = catch_unwind(|| body.run());
    // Before anything else is done: whether a test can have changed the process is told by its time.
    let mut duration = started.elapsed();
    super::leave_if_copy(result.is_ok());
    let had_threads = result.is_ok() && current::wait_for_threads();
    let mut skipped = None;
    let panic = match result.map_err(Box::<dyn Any + Send>::downcast::<Skipped>) {
        Ok(()) => None,
        Err(Ok(reason)) => {
            skipped = Some(reason.reason);
            None
        }
        Err(Err(payload)) => {
            // Now, since another panic may come while the fixtures are taken down.
            let failure = failure_of_panic(&*payload);
            // A payload may panic again when it is dropped; that is one more thing that went wrong in the test.
            drop_quietly(payload);
            Some(failure.of(current::phase()))
        }
    };
    let had_fixtures = fixture::end_test();
    let had_runtime = executor::end_test();
    if had_threads || had_fixtures || had_runtime {
        duration = started.elapsed();
    }
    let (recorded, told) = current::end_served();
    // A failure that was recorded counts for more than the wish to skip the rest.
    let skip_reason = skipped.filter(|_| recorded.is_empty());
    let (outcome, failures) = match skip_reason {
        Some(_) => (Outcome::Skipped, Vec::new()),
        None => judge(found.should_panic, panic, recorded),
    };
    let is_fine = matches!(outcome, Outcome::Passed | Outcome::Skipped);
    super::note_judged(is_fine);
    let Told { values, sections, properties, attachments, .. } = told.judged(is_fine);
    AttemptFinished { skip_reason, values, sections, properties, attachments, ..finished(outcome, failures, duration) }
}

fn finished(outcome: Outcome, failures: Vec<Failure>, duration: Duration) -> AttemptFinished {
    let duration_ns = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    AttemptFinished { failures, ..AttemptFinished::new(outcome, duration_ns) }
}

pub(super) fn drop_quietly(payload: Box<dyn Any + Send>) {
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
}

/// The failure that a caught panic stands for: what the hook saw, or what the payload itself tells.
pub(super) fn failure_of_panic(payload: &(dyn Any + Send)) -> Failure {
    if let Some(Skipped { reason }) = payload.downcast_ref() {
        let message = format!("`testkit::skip!` came when it was too late to skip the test: {reason}");
        return Failure::new(FailureKind::Panic, message);
    }
    let message = message_of(payload);
    match current::take_panic() {
        // `resume_unwind` does not call the hook: then the last panic seen was another one.
        Some(panic) if message.is_none_or(|message| panic.is(message)) => panic.into_failure(),
        // Under libtest there is no hook of ours.
        _ => message
            .and_then(current::take_raised)
            .unwrap_or_else(|| Failure::new(FailureKind::Panic, message.unwrap_or("(a payload that is no text)"))),
    }
}

/// The text of a panic's payload, if it is one.
pub(super) fn message_of(payload: &(dyn Any + Send)) -> Option<&str> {
    payload.downcast_ref::<&'static str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What an attempt amounts to. `panic` is the failure that ended it.
fn judge(should_panic: ShouldPanic, panic: Option<Failure>, recorded: Vec<Failure>) -> (Outcome, Vec<Failure>) {
    let ending = match (should_panic, panic) {
        (ShouldPanic::No, panic) => panic,
        (ShouldPanic::Yes | ShouldPanic::Containing(_), None) => {
            Some(Failure { message: None, ..Failure::new(FailureKind::DidNotPanic, "") })
        }
        (ShouldPanic::Yes, Some(Failure { phase: Phase::Test, .. })) => None,
        (ShouldPanic::Containing(expected), Some(failure @ Failure { phase: Phase::Test, .. })) => {
            let came = message_text(&failure);
            (!came.contains(expected)).then(|| {
                let kind = FailureKind::WrongPanic { expected: expected.to_owned() };
                Failure { kind, message: Some(came), ..failure }
            })
        }
        (ShouldPanic::Yes | ShouldPanic::Containing(_), other @ Some(_)) => other,
    };
    let mut all: Vec<_> = recorded.into_iter().chain(ending).collect();
    // What the teardown records comes while the test's own panic waits to go on.
    all.sort_by_key(|failure| failure.phase);
    let outcome = if all.is_empty() {
        Outcome::Passed
    } else if all.iter().all(|failure| !failure.phase.is_test()) {
        Outcome::Errored
    } else {
        Outcome::Failed
    };
    (outcome, all)
}

/// The text that `#[should_panic(expected = "…")]` is held against: what the panic's message was.
fn message_text(failure: &Failure) -> String {
    match &failure.kind {
        FailureKind::Panic => failure.message.clone().unwrap_or_default(),
        _ => testkit_protocol::text::body(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panic(message: &str) -> Failure {
        Failure::new(FailureKind::Panic, message)
    }

    #[test]
    fn judges_every_combination() {
        #[track_caller]
        fn check(
            should_panic: ShouldPanic,
            ending: Option<(Phase, &str)>,
            recorded: &[(Phase, &str)],
            want: Outcome,
            want_kinds: &[FailureKind],
        ) {
            let recorded = recorded.iter().map(|(phase, message)| panic(message).of(*phase)).collect();
            let ending = ending.map(|(phase, message)| panic(message).of(phase));
            let (outcome, failures) = judge(should_panic, ending, recorded);
            assert_eq!(outcome, want);
            assert_eq!(failures.into_iter().map(|failure| failure.kind).collect::<Vec<_>>(), want_kinds);
        }
        use FailureKind::{DidNotPanic, Panic, WrongPanic};
        use Phase::{SetUp, TearDown, Test};
        use ShouldPanic::{Containing, No, Yes};
        check(No, None, &[], Outcome::Passed, &[]);
        check(No, Some((Test, "boom")), &[], Outcome::Failed, &[Panic]);
        check(No, Some((SetUp, "boom")), &[], Outcome::Errored, &[Panic]);
        check(No, Some((TearDown, "boom")), &[], Outcome::Errored, &[Panic]);
        check(No, Some((TearDown, "b")), &[(Test, "a")], Outcome::Failed, &[Panic, Panic]);
        check(No, None, &[(Test, "a")], Outcome::Failed, &[Panic]);
        check(Yes, Some((Test, "boom")), &[], Outcome::Passed, &[]);
        check(Yes, None, &[], Outcome::Failed, &[DidNotPanic]);
        check(Yes, Some((SetUp, "boom")), &[], Outcome::Errored, &[Panic]);
        check(Yes, Some((Test, "boom")), &[(TearDown, "b")], Outcome::Errored, &[Panic]);
        check(Containing("oo"), Some((Test, "boom")), &[], Outcome::Passed, &[]);
        check(Containing("x"), Some((Test, "boom")), &[], Outcome::Failed, &[WrongPanic { expected: "x".into() }]);
    }

    #[test]
    fn a_payload_that_is_no_text_is_still_a_failure() {
        let failure = failure_of_panic(&17_u32);
        assert_eq!(failure.message.as_deref(), Some("(a payload that is no text)"));
    }
}
