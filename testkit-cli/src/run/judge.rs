//! What a test's marks make of one attempt. Pure: an attempt and a mark come in, a verdict comes out.

use testkit_protocol::env;
use testkit_protocol::event::AttemptFinished;
use testkit_protocol::failure::{Failure, FailureKind, Phase};
use testkit_protocol::outcome::{Outcome, Verdict};
use testkit_protocol::record::{RetryRecord, XfailRecord};
use testkit_protocol::text;

/// Whether an attempt failed in a way that can be the test's own doing.
pub(super) fn has_failed(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Failed | Outcome::Errored | Outcome::Crashed | Outcome::TimedOut => true,
        Outcome::Passed | Outcome::Skipped | Outcome::Interrupted => false,
    }
}

/// Whether another attempt follows, where so many have failed, this one included.
pub(super) fn is_tried_again(retry: Option<&RetryRecord>, failed: u32) -> bool {
    retry.is_some_and(|retry| failed <= retry.count)
}

/// Whether an attempt failed for nothing but a fixture that could not be set up for an earlier test, whose report tells why:
/// to make it again alone would tell the same once more.
pub(super) fn is_told_elsewhere(attempt: &AttemptFinished) -> bool {
    !attempt.failures.is_empty() && attempt.failures.iter().all(|failure| failure.kind == FailureKind::Fixture)
}

/// The reason that a test hosted by libtest gave for skipping itself: it can only say so by a panic.
pub(super) fn told_skip(attempt: &AttemptFinished) -> Option<&str> {
    let mut messages = attempt.failures.iter().filter_map(|failure| failure.message.as_deref());
    let told = messages.find_map(|message| message.strip_prefix(env::SKIPPED));
    told.filter(|_| attempt.outcome == Outcome::Failed)
}

/// Makes a failed attempt a skipped one.
pub(super) fn skip(attempt: &mut AttemptFinished, reason: String) {
    attempt.outcome = Outcome::Skipped;
    attempt.skip_reason = Some(reason);
    attempt.failures.clear();
    attempt.termination = None;
}

/// Holds an attempt against `#[xfail]`: the verdict if that decides, `None` if the attempt counts as it is. What
/// contradicts the mark is added to the attempt.
pub(super) fn expect_failure(xfail: &XfailRecord, attempt: &mut AttemptFinished) -> Option<Verdict> {
    match attempt.outcome {
        Outcome::Passed if xfail.lenient => Some(Verdict::XPassed),
        Outcome::Passed => {
            attempt.outcome = Outcome::Failed;
            attempt.failures.push(Failure::new(FailureKind::Xfail, text::unexpected_pass(&xfail.reason)));
            Some(Verdict::Failed)
        }
        Outcome::Failed | Outcome::Errored | Outcome::Crashed | Outcome::TimedOut => {
            // What went wrong between the processes is not the test's failure.
            if attempt.failures.iter().any(|failure| failure.kind == FailureKind::Runner) {
                return None;
            }
            let Some(expected) = &xfail.panics else { return Some(Verdict::XFailed) };
            let of_the_test = matches!(attempt.outcome, Outcome::Failed | Outcome::Errored);
            // A tear-down is no part of what the mark expects; a set-up is, as the test needs what it makes.
            let (of_end, of_test): (Vec<_>, Vec<_>) =
                attempt.failures.iter().partition(|failure| failure.phase == Phase::TearDown);
            let is_expected = of_the_test && of_test.iter().any(|failure| says(failure, expected));
            let text = match (is_expected, of_end.is_empty()) {
                (true, true) => return Some(Verdict::XFailed),
                (false, true) => text::other_failure(expected),
                (true, false) => {
                    // What is left to hold against it is no doing of the test itself.
                    attempt.outcome = Outcome::Errored;
                    text::unexpected_tear_down().to_owned()
                }
                (false, false) => text::unexpected_tear_down().to_owned(),
            };
            attempt.failures.push(Failure::new(FailureKind::Xfail, text));
            None
        }
        Outcome::Skipped | Outcome::Interrupted => None,
    }
}

fn says(failure: &Failure, expected: &str) -> bool {
    failure.message.as_deref().is_some_and(|message| message.contains(expected))
        || text::body(failure).contains(expected)
}

#[cfg(test)]
mod tests {
    use testkit_protocol::failure::Phase;

    use super::*;

    fn attempt(outcome: Outcome, failures: &[(FailureKind, &str)]) -> AttemptFinished {
        let failures = failures.iter().map(|(kind, message)| Failure::new(kind.clone(), *message)).collect();
        AttemptFinished { failures, ..AttemptFinished::new(outcome, 1) }
    }

    #[test]
    fn an_expected_failure_is_none() {
        /// Verdict, outcome of the attempt afterwards, and whether a failure of the mark's own was added.
        type Want = (Option<Verdict>, Outcome, bool);
        #[track_caller]
        fn check(xfail: &XfailRecord, outcome: Outcome, failures: &[(FailureKind, &str)], want: Want) {
            let mut attempt = attempt(outcome, failures);
            let verdict = expect_failure(xfail, &mut attempt);
            let added = attempt.failures.iter().any(|failure| failure.kind == FailureKind::Xfail);
            assert_eq!((verdict, attempt.outcome, added), want, "{xfail:?} {outcome:?} {failures:?}");
        }
        use FailureKind::{Crash, Panic, Runner, Timeout};
        use Outcome::{Crashed, Errored, Failed, Interrupted, Passed, Skipped, TimedOut};
        let plain = XfailRecord::default();
        check(&plain, Passed, &[], (Some(Verdict::Failed), Failed, true));
        check(&plain, Failed, &[(Panic, "a")], (Some(Verdict::XFailed), Failed, false));
        check(&plain, Errored, &[(Panic, "a")], (Some(Verdict::XFailed), Errored, false));
        check(&plain, Errored, &[(Runner, "cannot start")], (None, Errored, false));
        check(&plain, Crashed, &[(Crash, "signal")], (Some(Verdict::XFailed), Crashed, false));
        check(&plain, TimedOut, &[(Timeout, "slow")], (Some(Verdict::XFailed), TimedOut, false));
        check(&plain, Skipped, &[], (None, Skipped, false));
        check(&plain, Interrupted, &[], (None, Interrupted, false));
        let lenient = XfailRecord { lenient: true, ..plain.clone() };
        check(&lenient, Passed, &[], (Some(Verdict::XPassed), Passed, false));
        check(&lenient, Failed, &[(Panic, "a")], (Some(Verdict::XFailed), Failed, false));
        let panics = XfailRecord { panics: Some("range".into()), ..plain };
        check(&panics, Passed, &[], (Some(Verdict::Failed), Failed, true));
        check(&panics, Failed, &[(Panic, "out of range")], (Some(Verdict::XFailed), Failed, false));
        check(&panics, Failed, &[(Panic, "a"), (Panic, "range")], (Some(Verdict::XFailed), Failed, false));
        check(&panics, Failed, &[(Panic, "other")], (None, Failed, true));
        check(&panics, Crashed, &[(Crash, "range")], (None, Crashed, true));
        check(&panics, TimedOut, &[(Timeout, "range")], (None, TimedOut, true));
    }

    #[test]
    fn no_tear_down_is_expected_to_fail() {
        /// Verdict, outcome of the attempt afterwards, and what was added.
        #[track_caller]
        fn check(
            panics: Option<&str>,
            outcome: Outcome,
            failures: &[(Phase, &str)],
            want: (Option<Verdict>, Outcome, Option<&str>),
        ) {
            let failure = |(phase, message): &(Phase, &str)| Failure::new(FailureKind::Panic, *message).of(*phase);
            let failures: Vec<Failure> = failures.iter().map(failure).collect();
            let mut attempt = AttemptFinished { failures, ..AttemptFinished::new(outcome, 1) };
            let xfail = XfailRecord { panics: panics.map(str::to_owned), ..XfailRecord::default() };
            let verdict = expect_failure(&xfail, &mut attempt);
            let added = attempt.failures.iter().find(|failure| failure.kind == FailureKind::Xfail);
            let added = added.and_then(|failure| failure.message.as_deref()?.split(',').next());
            assert_eq!((verdict, attempt.outcome, added), want);
        }
        use Outcome::{Crashed, Errored, Failed};
        use Phase::{SetUp, TearDown, Test};
        let tear_down = Some("its tear-down failed");
        let range = Some("range");
        check(range, Failed, &[(Test, "out of range"), (TearDown, "lost")], (None, Errored, tear_down));
        check(range, Failed, &[(Test, "other"), (TearDown, "range")], (None, Failed, tear_down));
        check(range, Errored, &[(TearDown, "range")], (None, Errored, tear_down));
        check(range, Errored, &[(SetUp, "range")], (Some(Verdict::XFailed), Errored, None));
        check(range, Errored, &[(SetUp, "range"), (TearDown, "lost")], (None, Errored, tear_down));
        check(range, Crashed, &[(Test, "range"), (TearDown, "lost")], (None, Crashed, tear_down));
        // Any failure is meant.
        check(None, Failed, &[(Test, "a"), (TearDown, "b")], (Some(Verdict::XFailed), Failed, None));
        check(None, Errored, &[(SetUp, "a")], (Some(Verdict::XFailed), Errored, None));
    }

    #[test]
    fn a_hosted_test_says_by_a_panic_that_it_was_skipped() {
        let said = format!("{}no printer", env::SKIPPED);
        assert_eq!(told_skip(&attempt(Outcome::Failed, &[(FailureKind::Panic, &said)])), Some("no printer"));
        assert_eq!(told_skip(&attempt(Outcome::Failed, &[(FailureKind::Panic, "no printer")])), None);
        assert_eq!(
            told_skip(&attempt(Outcome::Crashed, &[(FailureKind::Crash, "x"), (FailureKind::Panic, &said)])),
            None
        );
    }

    #[test]
    fn what_an_earlier_test_tells_is_not_tried_again_alone() {
        use FailureKind::{Fixture, Panic};
        assert!(is_told_elsewhere(&attempt(Outcome::Errored, &[(Fixture, "see")])));
        assert!(!is_told_elsewhere(&attempt(Outcome::Errored, &[(Fixture, "see"), (Panic, "own")])));
        assert!(!is_told_elsewhere(&attempt(Outcome::Failed, &[])));
    }

    #[test]
    fn a_test_is_tried_again_as_often_as_its_mark_says() {
        let retry = RetryRecord { count: 2, delay_ns: None };
        assert_eq!([1, 2, 3].map(|failed| is_tried_again(Some(&retry), failed)), [true, true, false]);
        assert!(!is_tried_again(None, 1));
    }
}
