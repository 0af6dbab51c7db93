//! Runs collected tests: inside libtest when Cargo or an editor starts the binary, as a worker when the command does.
//!
//! `current` is what the threads of a test know of it, `told` what is said of it beside its failures, `attempt` runs one test
//! and judges it, `hosted` does so under libtest, where `turn` says when, and `panic_hook` turns panics into data. `wide` sees
//! to what outlives a test. On Unix, `worker` serves the command, `channel` is its line to it, and `process_state` puts back
//! what a test changed in the process, `dispositions` what is done about signals, but for what `adopted` and `surroundings`
//! let stay. `copies` are such as a test makes of its process.

mod adopted;
mod attempt;
#[cfg(unix)]
mod channel;
#[cfg(unix)]
mod copies;
mod current;
#[cfg(unix)]
mod dispositions;
mod hosted;
mod panic_hook;
#[cfg(unix)]
mod process_state;
#[cfg(unix)]
mod surroundings;
mod told;
#[cfg(feature = "proptest")]
mod trial;
mod turn;
mod wide;
#[cfg(unix)]
mod worker;

use std::any::Any;
#[cfg(unix)]
use std::fs::File;
#[cfg(unix)]
use std::os::fd::{AsRawFd as _, FromRawFd as _};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::time::Duration;

use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::fixture::{Scope, Step};
use testkit_protocol::location::Location;

use crate::expansion::{self, Axes};
use crate::fixture::FixtureInfo;
use crate::marks::{Marks, SkipIf};
use crate::registry::{Body, Registered};

/// What a panic carries.
pub(crate) type Payload = Box<dyn Any + Send>;

#[cfg(any(feature = "log", feature = "tracing"))]
pub(crate) use current::with_told;
pub(crate) use current::{
    Inherited, ThisTest, be_strict_about_threads, in_subtest, inherited, is_in_a_test, name_of_test, own_group, phase,
    place, recorded, recording,
};
pub use current::{Phase, note_case, note_values};
pub(crate) use panic_hook::quietly;
pub(crate) use told::Judged;
pub(crate) use wide::{Stays, sets_up_for_many, setting_up_for_many};
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

/// Where a test stands that asks for something, and what multiplies it. Made by expanded code only.
#[derive(Debug)]
pub struct Site {
    /// By which the lines of its tests refer to it, in the description of their module.
    pub number: u64,
    /// `module_path!()`
    pub module: &'static str,
    /// Its group; the empty name if the module itself is one.
    pub group: Option<&'static str>,
    /// What multiplies it.
    pub axes: Axes,
}

/// Runs a collected test's body; what a hosting `#[test]` function calls that wraps the author's function.
///
/// If the command started this process as a worker, the first call never returns: it serves the command and exits.
/// Inside a worker it is a plain call; under libtest the test is ended after it, see [`begin`].
pub fn run(body: fn()) {
    if is_body_next_of(|| Body::Test(body), &Marks::NONE, None) {
        body();
    }
}

/// The same for a test whose marks ask something of whoever runs it.
pub fn run_marked(body: fn(), marks: &'static Marks) {
    if is_body_next_of(|| Body::Test(body), marks, None) {
        // The command knows the other marks.
        SkipIf::check(marks.skip_if);
        if marks.strict_threads {
            be_strict_about_threads();
        }
        body();
    }
}

/// The same for a test that asks for something.
pub fn run_asking(body: fn(), marks: &'static Marks, site: &'static Site) {
    if is_body_next_of(|| Body::Test(body), marks, Some(site)) {
        enter_site(site);
        SkipIf::check(marks.skip_if);
        if marks.strict_threads {
            be_strict_about_threads();
        }
        body();
    }
}

/// [`begin`] for a test that asks for something.
#[inline(never)]
pub fn begin_asking(tests: &'static [Registered], number: usize, site: &'static Site) -> bool {
    begin_at(|| registered(tests, number), site)
}

/// [`begin_asking`] for a test that its hosting function alone knows.
#[inline(never)]
pub fn begin_hosted(test: fn(), site: &'static Site) -> bool {
    begin_at(|| Body::Test(test), site)
}

/// The same for a function that runs the literal cases of a test by their numbers.
#[inline(never)]
pub fn begin_case(run: fn(usize), number: usize, site: &'static Site) -> bool {
    begin_at(|| Body::Case(run, number), site)
}

fn begin_at(body: impl FnOnce() -> Body, site: &'static Site) -> bool {
    let is_next = is_body_next_of(body, &Marks::NONE, Some(site));
    if is_next {
        enter_site(site);
    }
    is_next
}

/// Begins a test that asks for something. One that stands for several cannot be run as one.
fn enter_site(site: &'static Site) {
    current::enter_site(site);
    if expansion::is_chosen() || !site.axes.multiply() {
        return;
    }
    enter(Phase::SetUp);
    let reason = match site.axes.cases() {
        Ok(cases) => format!("this stands for {} tests, and none of them was asked for", cases.len()),
        Err(reason) => reason,
    };
    raise(Failure::new(FailureKind::Runner, reason));
}

/// Stands before the body of a test that is its own hosting function, and says whether the body is to be run now.
///
/// Under libtest the answer to the outer call is no, since the test was called again in it and is over: a test does not
/// end with its body, failures that were recorded on the way are raised after it. In a process that becomes a worker
/// the first call never returns.
#[inline(never)]
pub fn begin(tests: &'static [Registered], number: usize) -> bool {
    is_body_next_of(|| registered(tests, number), &Marks::NONE, None)
}

/// Runs a test of the registry, as [`run`] does.
#[inline(never)]
pub fn run_registered(tests: &'static [Registered], number: usize) {
    if begin(tests, number) {
        registered(tests, number).run();
    }
}

fn registered(tests: &[Registered], number: usize) -> Body {
    let body = tests.get(number).and_then(|registered| registered.body(None));
    body.unwrap_or_else(|| unreachable!("the test and its number are from one expansion"))
}

/// `test` is asked for under libtest only: a worker measures what it calls, so little may stand before the body there.
fn is_body_next_of(test: impl FnOnce() -> Body, marks: &Marks, site: Option<&'static Site>) -> bool {
    if ROLE.load(Ordering::Relaxed) == UNDECIDED {
        decide();
    }
    if is_worker() || current::is_at_work() {
        return true;
    }
    hosted::run(test(), marks, site);
    false
}

#[cfg(unix)]
fn decide() {
    capture_logs();
    if let Some(channel) = channel::Channel::from_environment() {
        SHOWS_SET_UP.store(channel.shows_set_up(), Ordering::Relaxed);
        ROLE.store(WORKER, Ordering::Relaxed);
        worker::serve(channel);
    }
    copies::watch();
    ROLE.store(HOSTED, Ordering::Relaxed);
}

#[cfg(not(unix))]
fn decide() {
    capture_logs();
    ROLE.store(HOSTED, Ordering::Relaxed);
}

/// From the first collected test on.
fn capture_logs() {
    #[cfg(any(feature = "log", feature = "tracing"))]
    crate::logging::install();
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

/// Who runs the tests of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    /// The command, in a worker.
    Worker,
    /// The command, by way of libtest.
    CommandThroughLibtest,
    /// libtest, for somebody else.
    Libtest,
}

pub(crate) fn runner() -> Runner {
    if is_worker() {
        Runner::Worker
    } else if hosted::is_judged() {
        Runner::CommandThroughLibtest
    } else {
        Runner::Libtest
    }
}

/// What the running test has written to one of its streams so far; `None` where that cannot be seen.
pub(crate) fn written(to_stderr: bool) -> Option<String> {
    let bytes = written_bytes(to_stderr)?;
    Some(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

#[cfg(unix)]
fn written_bytes(to_stderr: bool) -> Option<Vec<u8>> {
    flush_streams();
    process_state::written(to_stderr)
}

#[cfg(not(unix))]
fn written_bytes(_: bool) -> Option<Vec<u8>> {
    None
}

/// The same open file under a high number, so that a test that counts on low ones finds them.
#[cfg(unix)]
pub(crate) fn out_of_the_way(file: File) -> File {
    let copy = process_state::high_copy(file.as_raw_fd());
    // SAFETY: the descriptor was made above for us alone.
    if copy < 0 { file } else { unsafe { File::from_raw_fd(copy) } }
}

/// How many tests of this process have failed.
static FAILED: AtomicU32 = AtomicU32::new(0);

fn note_judged(is_fine: bool) {
    if !is_fine {
        FAILED.fetch_add(1, Ordering::Relaxed);
    }
}

/// How many tests of this process have failed so far.
pub(crate) fn failed_tests() -> u32 {
    FAILED.load(Ordering::Relaxed)
}

/// Whether the command wants to know of each test's own fixtures.
static SHOWS_SET_UP: AtomicBool = AtomicBool::new(false);

pub(crate) fn shows_set_up() -> bool {
    SHOWS_SET_UP.load(Ordering::Relaxed)
}

/// Tells the command of a fixture, if there is one.
pub(crate) fn tell_fixture(name: String, scope: Scope, step: Step, duration: Duration, failures: Vec<Failure>) {
    if is_worker() {
        tell_fixture_step(name, scope, step, duration, failures);
    }
}

/// The failure that a caught panic stands for; lets go of the panic.
#[cfg(unix)]
fn take_failure(payload: Payload) -> Failure {
    let failure = attempt::failure_of_panic(&*payload);
    attempt::drop_quietly(payload);
    failure
}

/// Sees to it that fixtures of a process are taken down at its end, where nobody else does that.
pub(crate) fn end_scopes_with_the_process() {
    if !is_worker() {
        hosted::end_scopes_with_the_process();
    }
}

#[cfg(unix)]
fn tell_set_up_begins(info: &FixtureInfo) {
    if is_worker() {
        worker::tell_fixture_begins(info.name_with_parameter(), info.scope, Step::SetUp);
    }
}

#[cfg(not(unix))]
fn tell_set_up_begins(_: &FixtureInfo) {}

#[cfg(unix)]
fn tell_fixture_step(name: String, scope: Scope, step: Step, duration: Duration, failures: Vec<Failure>) {
    worker::tell_fixture(name, scope, step, duration, failures);
}

#[cfg(not(unix))]
fn tell_fixture_step(_: String, _: Scope, _: Step, _: Duration, _: Vec<Failure>) {}

/// Ends this process if it is a copy that a test has made by `fork` and that comes to the end of the test: what is set up, and
/// what is to be told, is the original's. `passed` becomes its exit code.
pub(crate) fn leave_if_copy(passed: bool) {
    #[cfg(unix)]
    if copies::is_copy() {
        copies::leave(passed);
    }
    #[cfg(not(unix))]
    let _ = passed;
}

#[cfg(unix)]
fn tell_recorded(failure: &Failure) {
    worker::tell_recorded(failure);
}

#[cfg(not(unix))]
fn tell_recorded(_: &Failure) {}

/// Pushes out what Rust's and C's buffers hold.
#[cfg(unix)]
fn flush_streams() {
    use std::io::Write as _;
    // A stream that a test closed has nothing to push out to.
    drop(std::io::stdout().flush());
    // SAFETY: a null pointer asks for all of C's open output streams.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}

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
