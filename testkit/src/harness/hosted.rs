//! A collected test under libtest: what its marks mean there.
//!
//! libtest knows tests that pass, fail or are ignored. A skipped test passes and says so; an expected failure passes,
//! and an unexpected pass fails; retries happen in the same process. Where the command only makes use of libtest, it
//! makes the verdict itself, so a test simply fails or passes.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use testkit_protocol::env;

use super::{attempt, turn};
use crate::marks::{Marks, SkipIf, Skipped, Xfail};
use crate::registry::ShouldPanic;

type Payload = Box<dyn Any + Send>;

/// Runs a test to its end; a panic that leaves this is a failure to libtest.
pub(super) fn run(body: impl Fn(), marks: &Marks) {
    let is_judged = is_judged();
    if let Some(xfail) = marks.xfail.filter(|xfail| !xfail.run && !is_judged) {
        return say(&format!("xfailed: {} (not run)", reason_or(xfail.reason)));
    }
    let _turn = turn::wait(marks);
    let once = || {
        catch_unwind(AssertUnwindSafe(|| {
            SkipIf::check(marks.skip_if);
            body();
        }))
    };
    let mut result = panicked_as_asked(once(), marks.should_panic);
    for (made, retry) in (1..).zip(repeated(marks, is_judged)) {
        let Err(payload) = &result else { break };
        if payload.is::<Skipped>() {
            break;
        }
        let left = retry.count + 1 - made;
        let tries = if left == 1 { "once".to_owned() } else { format!("up to {left} times") };
        tell_failure(&format!("attempt {made} failed; the test is tried again, {tries}"));
        std::thread::sleep(Duration::from_nanos(retry.delay_ns));
        result = panicked_as_asked(once(), marks.should_panic);
    }
    match result {
        Err(payload) if payload.is::<Skipped>() => skipped(payload, is_judged),
        result => match marks.xfail.filter(|_| !is_judged) {
            None => result.unwrap_or_else(|payload| resume_unwind(payload)),
            Some(xfail) => expect_failure(result, xfail),
        },
    }
}

/// The mark once for each further attempt that it allows; the command makes those itself.
fn repeated(marks: &Marks, is_judged: bool) -> impl Iterator<Item = crate::marks::Retry> {
    marks.retry.filter(|_| !is_judged).into_iter().flat_map(|retry| std::iter::repeat_n(retry, retry.count as usize))
}

/// Whether the command makes the verdict: it is our parent, and has said so.
fn is_judged() -> bool {
    let Some(judge) = std::env::var_os(env::JUDGE) else { return false };
    if judge == "any" {
        return true;
    }
    #[cfg(unix)]
    {
        // A child of a test has the variable too, and another parent.
        judge.to_str() == Some(&std::os::unix::process::parent_id().to_string())
    }
    #[cfg(not(unix))]
    {
        false
    }
}

/// What the result is once `#[should_panic]` has been asked.
fn panicked_as_asked(result: Result<(), Payload>, should_panic: ShouldPanic) -> Result<(), Payload> {
    let message = match (&result, should_panic) {
        (_, ShouldPanic::No) => return result,
        (Ok(()), ShouldPanic::Yes | ShouldPanic::Containing(_)) => {
            "did not panic, but has `#[should_panic]`".to_owned()
        }
        (Err(payload), _) if payload.is::<Skipped>() => return result,
        (Err(_), ShouldPanic::Yes) => return Ok(()),
        (Err(payload), ShouldPanic::Containing(expected)) => {
            let came = attempt::message_of(&**payload).unwrap_or_default();
            if came.contains(expected) {
                return Ok(());
            }
            format!("panicked with {came:?}, but `#[should_panic]` expects {expected:?} in it")
        }
    };
    tell_failure(&message);
    Err(Box::new(message))
}

fn skipped(payload: Payload, is_judged: bool) {
    let reason = payload.downcast::<Skipped>().map(|skipped| skipped.reason).unwrap_or_default();
    if is_judged {
        // The command reads the text of the panic.
        std::panic::panic_any(format!("{}{reason}", env::SKIPPED));
    }
    say(&if reason.is_empty() { "skipped".to_owned() } else { format!("skipped: {reason}") });
}

/// Turns an expected failure into a pass and, if it is strict, a pass into a failure.
fn expect_failure(result: Result<(), Payload>, xfail: Xfail) {
    match (result, xfail.panics) {
        (Ok(()), _) if xfail.strict => std::panic::panic_any(testkit_protocol::text::unexpected_pass(xfail.reason)),
        (Ok(()), _) => say(&format!("xpassed: {}", reason_or(xfail.reason))),
        (Err(payload), Some(expected))
            if !attempt::message_of(&*payload).is_some_and(|came| came.contains(expected)) =>
        {
            tell_failure(&testkit_protocol::text::other_failure(expected));
            resume_unwind(payload)
        }
        (Err(_), _) => say(&format!("xfailed: {}", reason_or(xfail.reason))),
    }
}

fn reason_or(reason: &str) -> &str {
    if reason.is_empty() { "no reason given" } else { reason }
}

#[expect(clippy::print_stdout, reason = "libtest captures it and shows it with the test")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "libtest captures it and shows it with the test that failed")]
fn tell_failure(text: &str) {
    eprintln!("{text}");
}
