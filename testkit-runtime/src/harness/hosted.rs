//! A collected test under libtest: what its marks mean there.
//!
//! libtest knows tests that pass, fail or are ignored. A skipped test passes and says so; an expected failure passes,
//! and an unexpected pass fails; retries happen in the same process. Where the command only makes use of libtest, it
//! makes the verdict itself, so a test simply fails or passes.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
#[cfg(unix)]
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use testkit_protocol::event::{Attachment, NamedValue};
use testkit_protocol::{env, text};

use super::current::{self, Hosted, Phase, Recorded};
use super::told::Told;
#[cfg(unix)]
use super::wide::{self, Ended};
use super::{Payload, Site, attempt, tell, turn};
use crate::expansion::{self, Axes, Case, Choice};
use crate::marks::{Marks, SkipIf, Skipped, Xfail};
use crate::registry::{Body, ShouldPanic};
use crate::{executor, fixture};

/// Runs a test to its end; a panic that leaves this is a failure to libtest. `site` is where it stands, if it asks for
/// anything.
pub(super) fn run(body: Body, marks: &Marks, site: Option<&'static Site>) {
    if let Some(xfail) = marks.xfail.filter(|xfail| !xfail.run && !is_judged()) {
        return say(&format!("xfailed: {} (not run)", reason_or(xfail.reason)));
    }
    let axes = site.map_or(&Axes::NONE, |site| &site.axes);
    let _turn = turn::wait(marks, axes);
    let once = |attempt| {
        let attempt = Attempt { body, marks, site, number: attempt };
        if axes.multiply() { all_cases(&attempt, axes) } else { attempt_once(&attempt, None) }
    };
    let mut result = once(1);
    for (made, retry) in (1..).zip(repeated(marks)) {
        let Err(failed) = &result else { break };
        if failed.payload.is::<Skipped>() {
            break;
        }
        let left = retry.count + 1 - made;
        let tries = if left == 1 { "once".to_owned() } else { format!("up to {left} times") };
        tell(&format!("attempt {made} failed; the test is tried again, {tries}"));
        std::thread::sleep(Duration::from_nanos(retry.delay_ns));
        result = once(made + 1);
    }
    match result {
        Err(Failed { payload, .. }) if payload.is::<Skipped>() => skipped(payload),
        result => match marks.xfail.filter(|_| !is_judged()) {
            None => result.unwrap_or_else(|failed| resume_unwind(failed.payload)),
            Some(xfail) => expect_failure(result, xfail),
        },
    }
}

/// What an attempt is made at.
#[derive(Clone, Copy)]
struct Attempt<'a> {
    body: Body,
    marks: &'a Marks,
    site: Option<&'static Site>,
    /// From 1.
    number: u32,
}

/// Why an attempt did not pass.
struct Failed {
    /// What the test panics with for libtest.
    payload: Payload,
    /// Whether its tear-down did not.
    in_tear_down: bool,
}

impl Failed {
    fn of(payload: Payload) -> Self {
        Self { payload, in_tear_down: false }
    }
}

/// One attempt at a test, or at one case of it, with its fixtures.
fn attempt_once(attempt: &Attempt<'_>, case: Option<&Case>) -> Result<(), Failed> {
    let Attempt { body, marks, site, number } = *attempt;
    let (id, values) = case.map(|case| (case.id.as_str(), case.values.as_slice())).unzip();
    let _counted = Counted::begin();
    let test = Hosted::begin(number, id, values.unwrap_or_default());
    if let Some(site) = site {
        current::enter_site(site);
    }
    let result = catch_unwind(AssertUnwindSafe(|| {
        SkipIf::check(marks.skip_if);
        body.run();
    }));
    super::leave_if_copy(result.is_ok());
    if result.is_ok() {
        current::wait_for_threads();
    }
    let phase = current::phase();
    fixture::end_test();
    executor::end_test();
    let (recorded, told) = test.take();
    let failed_in = result.is_err().then_some(phase);
    let in_tear_down = recorded.iter().map(|failure| failure.phase).chain(failed_in).any(|it| it == Phase::TearDown);
    let result = match phase {
        Phase::Test => panicked_as_asked(result, marks.should_panic),
        // A set-up is not what is to panic.
        Phase::SetUp | Phase::TearDown => result,
    };
    let result = with_recorded(result, &recorded);
    let is_fine = result.as_ref().err().is_none_or(|payload| payload.is::<Skipped>());
    super::note_judged(is_fine);
    let told = told.judged(is_fine);
    if !is_fine {
        tell_of_failed(&told);
    }
    result.map_err(|payload| Failed { payload, in_tear_down })
}

/// All cases of a test, which is one test to libtest: it fails if one of them does, after all have run.
fn all_cases(attempt: &Attempt<'_>, axes: &Axes) -> Result<(), Failed> {
    let cases = axes.cases().map_err(|message| {
        tell(&message);
        Failed::of(Box::new(message))
    })?;
    let (count, mut failed, mut skipped, mut passed) = (cases.len(), Vec::new(), None, 0);
    let mut any_in_tear_down = false;
    for case in cases {
        expansion::choose(case.choice.clone());
        let id = &case.id;
        match attempt_once(attempt, Some(&case)) {
            Ok(()) => passed += 1,
            Err(Failed { payload, .. }) if payload.is::<Skipped>() => skipped = Some(payload),
            Err(Failed { payload, in_tear_down }) => {
                any_in_tear_down |= in_tear_down;
                tell(&format!("the case [{id}] failed"));
                let message = attempt::message_of(&*payload).unwrap_or("(a payload that is no text)");
                failed.push(format!("[{id}] {message}"));
                attempt::drop_quietly(payload);
            }
        }
    }
    expansion::choose(Choice::default());
    match skipped {
        _ if !failed.is_empty() => {
            let summary = format!("{} of {count} cases failed", failed.len());
            tell(&summary);
            let message = format!("{summary}:\n{}", failed.join("\n"));
            Err(Failed { payload: Box::new(message), in_tear_down: any_in_tear_down })
        }
        // Skipped as a whole only if no case has run.
        Some(payload) if passed == 0 => Err(Failed::of(payload)),
        Some(_) | None => Ok(()),
    }
}

/// How many attempts are being made.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// An attempt that is being made, until this is dropped.
struct Counted;

impl Counted {
    fn begin() -> Self {
        RUNNING.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Takes down what outlives the tests when the process ends.
pub(super) fn end_scopes_with_the_process() {
    #[cfg(unix)]
    {
        extern "C" fn at_exit() {
            // In a copy of the process, they are not its own.
            if super::copies::is_copy() {
                return;
            }
            // The standard library's idea of this thread is gone by now, and tear-downs may need it.
            let ended = std::thread::Builder::new().name("tear-down".to_owned()).spawn(tear_down_all);
            if ended.is_ok_and(|thread| thread.join().is_ok_and(|failed| failed)) {
                // SAFETY: ends the process; every handler that was registered after this one has run.
                unsafe { libc::_exit(LIBTEST_FAILED) };
            }
        }
        static REGISTERED: Once = Once::new();
        // SAFETY: the function lives as long as the process, and no panic leaves it: each tear-down's is caught.
        REGISTERED.call_once(|| unsafe {
            libc::atexit(at_exit);
        });
    }
}

/// Takes everything down; whether something failed. A failure there has no test any more that it could fail, so the process
/// ends with libtest's exit code for failed tests.
#[cfg(unix)]
fn tear_down_all() -> bool {
    if RUNNING.load(Ordering::SeqCst) > 0 {
        // Whoever ended the process, tests on its threads may still be using what stands.
        let standing = fixture::standing();
        let names: Vec<String> = standing.iter().map(|(scope, name)| format!("{scope} fixture `{name}`")).collect();
        if !names.is_empty() {
            tell(&format!("the process ends in the midst of a test; not torn down: {}", names.join(", ")));
        }
        return false;
    }
    let mut has_failed = false;
    wide::tear_down(fixture::scopes_over(None), |_, _| {}, &mut |ended| {
        let Ended { name, scope, failures, .. } = ended;
        if !failures.is_empty() {
            has_failed = true;
            tell(&text::failed_tear_down(scope, &name));
            for failure in &failures {
                tell(&text::report(failure));
            }
        }
    });
    has_failed
}

/// What libtest exits with if a test has failed.
#[cfg(unix)]
const LIBTEST_FAILED: i32 = 101;

/// The mark once for each further attempt that it allows; the command makes those itself.
fn repeated(marks: &Marks) -> impl Iterator<Item = crate::marks::Retry> {
    marks.retry.filter(|_| !is_judged()).into_iter().flat_map(|retry| std::iter::repeat_n(retry, retry.count as usize))
}

/// Whether the command makes the verdict: it is our parent, and has said so.
pub(super) fn is_judged() -> bool {
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
    tell(&message);
    Err(Box::new(message))
}

/// What the result is once failures have been recorded: they count for more than the wish to skip the rest.
fn with_recorded(result: Result<(), Payload>, recorded: &Recorded) -> Result<(), Payload> {
    match result {
        _ if recorded.is_empty() => result,
        Err(payload) if !payload.is::<Skipped>() => Err(payload),
        Ok(()) | Err(_) => {
            let count = recorded.len();
            tell(&format!(
                "the test failed in {}",
                if count == 1 { "one part".into() } else { format!("{count} parts") }
            ));
            let reports: Vec<_> = recorded.iter().map(text::report).collect();
            Err(Box::new(reports.join("\n")))
        }
    }
}

/// Says what there is to say of a test that failed, beside its failures.
fn tell_of_failed(told: &Told) {
    if !told.values.is_empty() {
        tell(&case(&told.values));
    }
    for section in &told.sections {
        tell(&format!("{}:\n  {}", section.title, indented(&section.text)));
    }
    for NamedValue { name, value } in &told.properties {
        tell(&format!("property {name} = {value}"));
    }
    for Attachment { name, path, .. } in &told.attachments {
        tell(&format!("attachment {name}: {path}"));
    }
}

/// `case: a = 1, b = 2`; values that are long stand on lines of their own.
fn case(values: &[NamedValue]) -> String {
    let short =
        |value: &NamedValue| Some(format!("{} = {}", value.name, text::compact(&value.value, text::DEFAULT_COLUMNS)?));
    let line = values.iter().map(short).collect::<Option<Vec<_>>>().map(|all| all.join(", "));
    if let Some(line) = line.filter(|line| line.len() <= text::DEFAULT_COLUMNS) {
        return format!("case: {line}");
    }
    let lines = values.iter().map(|NamedValue { name, value }| format!("\n  {name} = {}", indented(value)));
    format!("case:{}", lines.collect::<String>())
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}

fn skipped(payload: Payload) {
    let reason = payload.downcast::<Skipped>().map(|skipped| skipped.reason).unwrap_or_default();
    if is_judged() {
        // The command reads the text of the panic.
        std::panic::panic_any(format!("{}{reason}", env::SKIPPED));
    }
    say(&if reason.is_empty() { "skipped".to_owned() } else { format!("skipped: {reason}") });
}

/// Turns an expected failure into a pass and, if it is strict, a pass into a failure.
fn expect_failure(result: Result<(), Failed>, xfail: Xfail) {
    match (result, xfail.panics) {
        (Ok(()), _) if xfail.strict => std::panic::panic_any(text::unexpected_pass(xfail.reason)),
        (Ok(()), _) => say(&format!("xpassed: {}", reason_or(xfail.reason))),
        (Err(Failed { payload, in_tear_down: true }), Some(_)) => {
            tell(text::unexpected_tear_down());
            resume_unwind(payload)
        }
        (Err(Failed { payload, in_tear_down: false }), Some(expected))
            if !attempt::message_of(&*payload).is_some_and(|came| came.contains(expected)) =>
        {
            tell(&text::other_failure(expected));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_told_on_one_line_if_it_has_room() {
        #[track_caller]
        fn check(values: &[(&str, &str)], want: &str) {
            let named = |&(name, value): &(&str, &str)| NamedValue { name: name.to_owned(), value: value.to_owned() };
            assert_eq!(case(&values.iter().map(named).collect::<Vec<_>>()), want);
        }
        check(&[("a", "1"), ("b", "Point {\n    x: 1,\n}")], "case: a = 1, b = Point { x: 1 }");
        check(&[("a", "by hand,\nso"), ("b", "2")], "case:\n  a = by hand,\n  so\n  b = 2");
        let long = "\"a text that is rather long\"".repeat(4);
        check(&[("a", "[\n    1,\n]"), ("b", &long)], &format!("case:\n  a = [\n      1,\n  ]\n  b = {long}"));
    }
}
