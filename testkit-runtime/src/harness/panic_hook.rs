//! Turns panics into data. Installed in workers only: under libtest the panics are libtest's, but for those that
//! somebody asked for, which nobody wants to read.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::Cell;
use std::panic::PanicHookInfo;
use std::sync::{Once, OnceLock};

use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::location::Location;

use super::{attempt, current};

/// A panic as the hook saw it. The backtrace is made text only if somebody will read it: that takes milliseconds.
#[derive(Debug)]
pub(super) struct Panic {
    message: String,
    failure: Failure,
    backtrace: Backtrace,
}

impl Panic {
    /// A panic that was seen before and goes on.
    pub(super) fn again(message: &str, failure: Failure) -> Self {
        Self { message: message.to_owned(), failure, backtrace: Backtrace::disabled() }
    }

    /// Whether this panic had `message`.
    pub(super) fn is(&self, message: &str) -> bool {
        self.message == message
    }

    pub(super) fn into_failure(self) -> Failure {
        // An error that was returned has come away from where it arose.
        let is_returned = matches!(self.failure.kind, FailureKind::ReturnedError(_));
        let backtrace = match self.backtrace.status() {
            BacktraceStatus::Captured if !is_returned => Some(trimmed(&self.backtrace.to_string())),
            _ => None,
        };
        Failure { backtrace, ..self.failure }
    }
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// The hook that was there before ours: the standard library's.
static STANDARD: OnceLock<Hook> = OnceLock::new();

/// Called with the failure of each panic on a test's thread, at once.
static TELL: OnceLock<fn(&Failure)> = OnceLock::new();

thread_local! {
    /// Whether this thread runs tests.
    static RUNS_TESTS: Cell<bool> = const { Cell::new(false) };
    /// Whether a panic on this thread is asked for.
    static IS_QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Makes this thread the one whose panics are a test's; `tell` gets each of them before anything unwinds.
pub(super) fn prepare(tell: fn(&Failure)) {
    STANDARD.get_or_init(std::panic::take_hook);
    TELL.get_or_init(|| tell);
    RUNS_TESTS.set(true);
}

/// Installs the hook, whatever a test put in its place.
pub(super) fn install() {
    std::panic::set_hook(Box::new(hook));
}

fn hook(info: &PanicHookInfo<'_>) {
    let is_quiet = is_quiet();
    if is_quiet || RUNS_TESTS.try_with(Cell::get).unwrap_or(false) {
        let panic = seen(info, !is_quiet);
        if let (false, Some(tell)) = (is_quiet, TELL.get()) {
            tell(&panic.failure);
        }
        return current::note_panic(panic);
    }
    // The text of a panic on another thread belongs to the test's output.
    if let Some(standard) = STANDARD.get() {
        standard(info);
    }
    if current::is_at_work() {
        return current::note_panic(seen(info, true));
    }
    // Whether this one matters is for the test to say: it may join the thread on purpose.
    let Some((test, is_strict)) = current::served() else { return };
    super::tell(&format!("(while the test `{test}` was running)"));
    if is_strict {
        current::record_of_foreign_thread(seen(info, true).into_failure());
    }
}

fn seen(info: &PanicHookInfo<'_>, with_backtrace: bool) -> Panic {
    let message = attempt::message_of(info.payload()).unwrap_or("(a payload that is no text)").to_owned();
    let failure = current::take_raised(&message).unwrap_or_else(|| Failure {
        location: info.location().map(Location::from),
        ..Failure::new(FailureKind::Panic, message.clone())
    });
    let backtrace = if with_backtrace { Backtrace::capture() } else { Backtrace::disabled() };
    Panic { message, failure: failure.of(current::phase()), backtrace }
}

fn is_quiet() -> bool {
    IS_QUIET.try_with(Cell::get).unwrap_or(false)
}

/// While this stands, the thread that runs tests does something else: a panic is told as one on any other thread.
#[cfg(feature = "tokio")]
#[derive(Debug)]
pub(crate) struct Aside {
    ran_tests: bool,
}

#[cfg(feature = "tokio")]
impl Aside {
    pub(crate) fn begin() -> Self {
        Self { ran_tests: RUNS_TESTS.replace(false) }
    }

    /// Goes back to the test for a while.
    pub(crate) fn back_to_test<T>(&self, part: impl FnOnce() -> T) -> T {
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                RUNS_TESTS.set(false);
            }
        }
        RUNS_TESTS.set(self.ran_tests);
        // A panic that goes through the test is seen before this.
        let _leave = Leave;
        part()
    }
}

#[cfg(feature = "tokio")]
impl Drop for Aside {
    fn drop(&mut self) {
        RUNS_TESTS.set(self.ran_tests);
    }
}

/// Runs `f`, of whose panics on this thread nothing is printed.
pub(crate) fn quietly<T>(f: impl FnOnce() -> T) -> T {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            IS_QUIET.set(self.0);
        }
    }
    if !super::is_worker() {
        be_quiet_under_libtest();
    }
    let _reset = Reset(IS_QUIET.replace(true));
    f()
}

/// Puts a hook before the one that is there, for good: which thread took it away again could not be said.
fn be_quiet_under_libtest() {
    static PUT: Once = Once::new();
    // The standard library forbids it while a thread unwinds.
    if std::thread::panicking() {
        return;
    }
    PUT.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if is_quiet() {
                current::note_panic(seen(info, false));
            } else {
                before(info);
            }
        }));
    });
}

/// Frames at the top of a backtrace that belong to the panic and to whatever raised it.
const RAISING: [&str; 9] = [
    "core::panicking::",
    "std::panicking::",
    "std::panic::panic_any",
    "rust_begin_unwind",
    "std::backtrace",
    "testkit_runtime::assertion::",
    "testkit_runtime::harness::panic_hook::",
    "testkit_runtime::harness::raise",
    "testkit_runtime::settle::",
];
/// Frames with which the runner begins.
const RUNNING: [&str; 4] = [
    "testkit_runtime::harness::run",
    "testkit_runtime::harness::attempt::attempt",
    "testkit_runtime::group::run_group",
    "testkit_runtime::threads::",
];
/// Frames of the standard library that stand between the runner and what it calls.
const CALLING: [&str; 4] =
    ["__rust_try", "core::ops::function::FnOnce", "std::panicking::catch_unwind", "std::panic::catch_unwind"];

/// Parts of the names of functions that our macros make, and of the one of the compiler's that has no place.
const BETWEEN: [&str; 3] = ["::__testkit_", " as testkit_runtime::fixture::Fixture>::", "__rust_try"];

/// Parts of the places of code that is not the user's: the standard library's and that of packages from a registry.
const FOREIGN_PLACES: [&str; 3] = ["at /rustc/", "/rustlib/src/rust/", "/registry/src/"];

/// A backtrace without the frames of the panic at its top and of the runner at its bottom, and of those in between that are
/// not the user's.
fn trimmed(backtrace: &str) -> String {
    // A frame is a line `  N: path`, followed by lines `      at file:line:column`.
    let mut frames: Vec<Vec<&str>> = Vec::new();
    for line in backtrace.lines() {
        let is_place = line.trim_start().starts_with("at ");
        match frames.last_mut() {
            Some(frame) if is_place => frame.push(line),
            _ => frames.push(vec![line]),
        }
    }
    let is_one_of = |frame: &Vec<&str>, paths: &[&str]| paths.iter().any(|path| frame[0].contains(path));
    let mut end = frames.iter().position(|frame| is_one_of(frame, &RUNNING)).unwrap_or(frames.len());
    while end > 0 && is_one_of(&frames[end - 1], &CALLING) {
        end -= 1;
    }
    // What catches panics has its frames below those of the code that raises them, in a subtest for example.
    let is_raising = |frame: &Vec<&str>| is_one_of(frame, &RAISING) && !frame[0].contains("catch_unwind");
    let start = frames[..end].iter().rposition(is_raising).map_or(0, |last| last + 1);
    let is_foreign = |frame: &&Vec<&str>| {
        let is_ours = frame[0].contains(": testkit_runtime::") || frame[0].contains(": <testkit_runtime::");
        let is_between = is_one_of(frame, &BETWEEN);
        is_ours || is_between || frame[1..].iter().any(|place| FOREIGN_PLACES.iter().any(|part| place.contains(part)))
    };
    let of_user: Vec<_> = frames[start..end].iter().filter(|frame| !is_foreign(frame)).cloned().collect();
    let kept = if of_user.is_empty() { &frames[start..end] } else { &of_user };
    kept.concat().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backtrace_keeps_the_users_frames() {
        let full = "   0: std::backtrace::Backtrace::create\n             at /rustc/x/backtrace.rs:331:13\n   1: \
                    std::panicking::begin_panic_handler\n   2: core::panicking::panic_fmt\n   3: demo::inner\n             \
                    at ./src/lib.rs:3:5\n   4: demo::tests::test_it\n   5: \
                    core::ops::function::FnOnce::call_once\n   6: std::panicking::catch_unwind::do_call\n   7: __rust_try\n   8: testkit_runtime::harness::attempt::attempt\n   9: main";
        assert_eq!(trimmed(full), "   3: demo::inner\n             at ./src/lib.rs:3:5\n   4: demo::tests::test_it");
        assert_eq!(trimmed("   0: demo::inner"), "   0: demo::inner");
        let mixed = "   0: alloc::vec::map\n             at /rustc/x/vec.rs:1:1\n   1: demo::a\n             at \
                     ./src/lib.rs:3:5\n   2: tokio::block_on\n             at /h/.cargo/registry/src/i/tokio-1/a.rs:1:1\n   \
                     3: testkit_runtime::property::run\n             at ./p.rs:1:1\n   4: demo::b\n   5: demo::__testkit_run_test_c\n   \
                     6: __rust_try";
        assert_eq!(trimmed(mixed), "   1: demo::a\n             at ./src/lib.rs:3:5\n   4: demo::b");
        let caught = "   0: std::panicking::panic_any\n   1: demo::part\n   2: std::panicking::catch_unwind::do_call\n   3: demo::test_it";
        assert_eq!(trimmed(caught), caught.split_once('\n').unwrap().1);
    }
}
