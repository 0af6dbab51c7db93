//! What a thread knows of the test that it works for, and what all threads of one test share.
//!
//! A thread works for a test if it runs it, or was started with [`crate::spawn`] or [`crate::scope`] by one that does. In a
//! worker every other thread does so too: only one test runs there, and a process with a thread left over runs no other.

use std::cell::RefCell;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use testkit_protocol::case_values;
use testkit_protocol::event::NamedValue;
#[cfg(feature = "proptest")]
use testkit_protocol::event::Section;
use testkit_protocol::failure::Failure;
pub use testkit_protocol::failure::Phase;

use super::Site;
use super::panic_hook::Panic;
use super::told::Told;
use crate::expansion;
use crate::registry::Described;

/// Failures that did not end the test.
pub(super) type Recorded = Vec<Failure>;

/// How long a test may wait for its threads before it says so.
const SILENT_WAIT: Duration = Duration::from_secs(1);

/// One running test, for all of its threads.
#[derive(Debug, Default)]
struct Test {
    facts: Mutex<Facts>,
    /// A thread has ended.
    thread_ended: Condvar,
}

#[expect(clippy::struct_excessive_bools, reason = "each is asked by itself, and most are rarely true")]
#[derive(Debug, Default)]
struct Facts {
    /// Its id; under libtest the name of its hosting test.
    name: String,
    /// Under libtest, which of the tests it is that the hosting test stands for.
    of_rows: Option<String>,
    /// Which attempt at it this is, from 1; 0 in a worker, which makes the same attempt at all its tests.
    attempt: u32,
    /// Arguments of its case that are written in the source.
    case: &'static str,
    recorded: Recorded,
    told: Told,
    /// Threads of [`crate::spawn`] that are running.
    threads: usize,
    /// A panic on any thread is a failure.
    strict_threads: bool,
    /// What is recorded now nobody reads any more.
    is_over: bool,
    /// What is recorded now is not to be told, see `Trying`.
    is_trying: bool,
    /// This is no test at all, but the tear-down of what several share: there is nothing to say of it but its failures.
    is_apart: bool,
}

impl Facts {
    fn take(&mut self) -> (Recorded, Told) {
        let mut told = std::mem::take(&mut self.told);
        told.values.splice(0..0, named(self.case));
        (std::mem::take(&mut self.recorded), told)
    }
}

impl Test {
    fn facts(&self) -> MutexGuard<'_, Facts> {
        // Nothing panics with the lock in hand.
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The test that the worker is running: the same value for each of them, since one costs less than a microsecond.
static SERVED: OnceLock<Arc<Test>> = OnceLock::new();

/// Whether it is running one now: what comes between two tests is no test's.
static IS_SERVING: AtomicBool = AtomicBool::new(false);

/// Which attempt the worker makes at its tests.
static ATTEMPT: AtomicU32 = AtomicU32::new(1);

/// What one thread knows.
#[derive(Default)]
struct State {
    /// The test it works for, under libtest or on a thread that the test started.
    test: Option<Arc<Test>>,
    phase: Phase,
    /// Names of the subtests it is in, outermost first.
    subtests: Vec<String>,
    /// How many failures it has recorded.
    recorded: usize,
    /// Whether it is the test's own thread.
    is_own: bool,
    /// The failure that the assertion which is panicking right now raised, and the panic's text.
    raised: Option<(String, Failure)>,
    /// The last panic on this thread.
    panic: Option<Panic>,
    /// Where the test stands, if it asks for anything.
    site: Option<&'static Site>,
    /// A number of its own, for the scope of a test that is in no group.
    number: u64,
}

impl State {
    fn test(&self) -> Option<&Arc<Test>> {
        self.test.as_ref().or_else(|| SERVED.get().filter(|_| IS_SERVING.load(Ordering::Relaxed)))
    }
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Runs `f` on this thread's state; does nothing where the thread is past its thread-locals.
fn with_state<T: Default>(f: impl FnOnce(&mut State) -> T) -> T {
    STATE.try_with(|state| f(&mut state.borrow_mut())).unwrap_or_default()
}

/// Begins a test of the worker; `values` are the arguments of its case that are known.
pub(super) fn begin_served(name: &str, values: &[(&'static str, String)]) {
    with_state(|state| *state = State { is_own: true, ..State::default() });
    let mut facts = SERVED.get_or_init(Arc::default).facts();
    facts.name.clear();
    facts.name.push_str(name);
    facts.strict_threads = false;
    facts.case = "";
    facts.is_trying = false;
    facts.is_apart = false;
    facts.recorded.clear();
    facts.told = Told::default();
    facts.told.add_values(values);
    IS_SERVING.store(true, Ordering::Relaxed);
}

/// Ends a test of the worker: what was recorded, and what is to be said beside it.
pub(super) fn end_served() -> (Recorded, Told) {
    with_state(|state| state.is_own = false);
    IS_SERVING.store(false, Ordering::Relaxed);
    SERVED.get().map(|test| test.facts().take()).unwrap_or_default()
}

/// A test under libtest, which this thread works for until this is dropped.
#[derive(Debug)]
pub(super) struct Hosted(());

impl Hosted {
    /// Begins an attempt at it, for the case with an id and values if it stands for several.
    pub(super) fn begin(attempt: u32, id: Option<&str>, values: &[(&'static str, String)]) -> Self {
        let mut facts =
            Facts { name: name_of_this_thread(), of_rows: id.map(str::to_owned), attempt, ..Facts::default() };
        facts.told.add_values(values);
        let test = Arc::new(Test { facts: Mutex::new(facts), thread_ended: Condvar::new() });
        with_state(|state| *state = State { test: Some(test), is_own: true, ..State::default() });
        Self(())
    }

    /// What has been recorded, and what is to be said beside it.
    pub(super) fn take(&self) -> (Recorded, Told) {
        with_state(|state| state.test.as_ref().map(|test| test.facts().take())).unwrap_or_default()
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        if let Some(test) = with_state(std::mem::take).test {
            test.facts().is_over = true;
        }
    }
}

/// Whether this thread works for a test, of libtest or one that started it; a worker's own thread is not counted.
pub(super) fn is_at_work() -> bool {
    with_state(|state| state.test.is_some())
}

/// Waits for the threads that the test started with [`crate::spawn`]: what they find is part of it. Whether there were any.
pub(crate) fn wait_for_threads() -> bool {
    let Some(test) = with_state(|state| state.test().cloned()) else { return false };
    let mut facts = test.facts();
    if facts.threads == 0 {
        return false;
    }
    let (still, timeout) = test
        .thread_ended
        .wait_timeout_while(facts, SILENT_WAIT, |facts| facts.threads > 0)
        .unwrap_or_else(PoisonError::into_inner);
    facts = still;
    if timeout.timed_out() {
        super::tell(&format!(
            "the test is over, but for {} of its threads that `testkit::spawn` started; it waits for them",
            facts.threads
        ));
    }
    while facts.threads > 0 {
        facts = test.thread_ended.wait(facts).unwrap_or_else(PoisonError::into_inner);
    }
    true
}

/// Notes which part of the running test begins.
pub(crate) fn enter(phase: Phase) {
    with_state(|state| state.phase = phase);
}

/// The part of the test that is running on this thread.
pub(crate) fn phase() -> Phase {
    with_state(|state| state.phase)
}

/// Notes where the running test stands.
pub(super) fn enter_site(site: &'static Site) {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    with_state(|state| {
        state.site = Some(site);
        state.number = NUMBER.fetch_add(1, Ordering::Relaxed);
    });
}

/// What the ids of the tests begin with that share something with the running one.
#[derive(Debug)]
pub(crate) struct Place {
    /// Those of its group; the test alone if it is in none.
    pub(crate) group: String,
    /// Those of its module.
    pub(crate) module: String,
}

impl Site {
    /// What the paths of the module's tests begin with, the crate's name excluded: `tests::`, or nothing.
    fn module_inside(&self) -> String {
        self.module.split_once("::").map(|(_, inside)| format!("{inside}::")).unwrap_or_default()
    }
}

/// What counts as the group of a test that is in none. No id begins with this.
fn name_of_own_group(number: u64) -> String {
    format!("\0{number}")
}

/// [`Place::group`] of a test that asks for something and is in no group.
pub(crate) fn own_group() -> Option<String> {
    let number = with_state(|state| state.site.filter(|site| site.group.is_none()).map(|_| state.number));
    number.map(name_of_own_group)
}

/// Where the running test stands.
pub(crate) fn place() -> Place {
    let (site, number) = with_state(|state| (state.site, state.number));
    let module = site.map(Site::module_inside).unwrap_or_default();
    let group = match site.and_then(|site| site.group) {
        None => name_of_own_group(number),
        Some("") => module.clone(),
        Some(group) => format!("{module}{group}::"),
    };
    Place { group, module }
}

/// Whether this thread works for a test that testkit collected.
pub(crate) fn is_in_a_test() -> bool {
    with_state(|state| state.is_own || state.test.is_some()) && ThisTest::of_this_thread().is_some()
}

/// What has begun is no test, but something that can fail as one.
pub(super) fn be_apart() {
    with_facts(|facts| facts.is_apart = true);
}

/// The id of the running test as its binary knows it; under libtest the name of its thread.
pub(crate) fn name_of_test() -> String {
    let served = SERVED.get().map(|test| test.facts().name.clone());
    served.unwrap_or_else(name_of_this_thread)
}

/// The id of the test that the worker is running; none between two.
pub(super) fn name_of_running_test() -> Option<String> {
    let name = with_state(|state| state.is_own).then(|| SERVED.get().map(|test| test.facts().name.clone()));
    name.flatten().filter(|name| !name.is_empty())
}

/// Notes which attempt is made at the tests that follow.
pub(super) fn note_attempt(attempt: u32) {
    ATTEMPT.store(attempt, Ordering::Relaxed);
}

/// Notes the arguments of the running case, as they are written in the source.
pub fn note_case(values: &'static str) {
    // Whoever calls the function of a test by hand has no report.
    let _ = with_facts(|facts| facts.case = values);
}

fn named(values: &str) -> impl Iterator<Item = NamedValue> {
    case_values::read(values).map(|(name, value)| NamedValue { name: name.to_owned(), value: value.to_owned() })
}

/// Records a failure with where it came; gives it back to be told, if it is to be. An error if this thread works for no test.
pub(super) fn record(failure: Failure) -> Result<Option<Box<Failure>>, Box<Failure>> {
    let Some(test) = with_state(|state| state.test().cloned()) else { return Err(Box::new(failure)) };
    let (phase, subtest, is_own) = with_state(|state| {
        state.recorded += 1;
        (state.phase, state.subtests.clone(), state.is_own)
    });
    let thread = (!is_own && failure.thread.is_none()).then(name_of_this_thread);
    let failure = Failure { phase, subtest, thread: thread.or(failure.thread), ..failure };
    let mut facts = test.facts();
    if facts.is_over {
        drop(facts);
        super::tell("what follows came after its test had ended, and is not counted:");
    } else {
        facts.recorded.push(failure.clone());
        if facts.is_trying {
            return Ok(None);
        }
    }
    Ok(Some(Box::new(failure)))
}

/// A part of the test is run for its outcome only: while this stands, what the test records is not told.
#[cfg(feature = "proptest")]
pub(super) struct Trying {
    test: Option<Arc<Test>>,
    /// How many failures had been recorded before, in the test and by this thread.
    before: (usize, usize),
}

#[cfg(feature = "proptest")]
impl Trying {
    pub(super) fn begin() -> Self {
        let (test, by_thread) = with_state(|state| (state.test().cloned(), state.recorded));
        let in_test = test.as_ref().map(|test| {
            let mut facts = test.facts();
            facts.is_trying = true;
            facts.recorded.len()
        });
        Self { test, before: (in_test.unwrap_or_default(), by_thread) }
    }

    /// Takes out what was recorded meanwhile, and gives the first of it.
    pub(super) fn end(self) -> Option<Failure> {
        let Self { test, before: (in_test, by_thread) } = self;
        with_state(|state| state.recorded = by_thread);
        let test = test?;
        let mut facts = test.facts();
        facts.is_trying = false;
        let start = in_test.min(facts.recorded.len());
        facts.recorded.drain(start..).next()
    }
}

/// How many failures have been recorded in the running test, by all of its threads.
pub(crate) fn recorded_in_test() -> usize {
    with_state(|state| state.test().cloned()).map_or(0, |test| test.facts().recorded.len())
}

/// Runs `part`, and gives what the test has recorded meanwhile, where it stays.
pub(crate) fn recording(part: impl FnOnce()) -> Vec<Failure> {
    let before = recorded_in_test();
    part();
    let recorded = |test: Arc<Test>| {
        let facts = test.facts();
        facts.recorded.get(before..).unwrap_or_default().to_vec()
    };
    with_state(|state| state.test().cloned()).map(recorded).unwrap_or_default()
}

/// Notes with what the running test is called: names and values, the values as `{:#?}` gives them. They are shown if it
/// does not pass.
pub fn note_values(values: Vec<(String, String)>) {
    // Whoever calls the function of a test by hand has no report.
    let _ = with_told(|told| told.values.extend(values.into_iter().map(|(name, value)| NamedValue { name, value })));
}

/// Notes a text that helps to understand a failure of the running test; `title` says what it is, in a word or two.
#[cfg(feature = "proptest")]
pub(crate) fn note_section(title: &str, text: String) {
    // Whoever calls the function of a test by hand has no report.
    let _ = with_told(|told| told.sections.push(Section { title: title.to_owned(), text }));
}

/// Notes something beside the failures of the test that this thread works for. Whether there is such a test.
pub(crate) fn with_told(f: impl FnOnce(&mut Told)) -> bool {
    with_facts(|facts| f(&mut facts.told))
}

fn with_facts(f: impl FnOnce(&mut Facts)) -> bool {
    let Some(test) = with_state(|state| state.test().cloned()) else { return false };
    let mut facts = test.facts();
    if facts.is_apart {
        return false;
    }
    f(&mut facts);
    true
}

/// The test that a thread works for, for whoever speaks of it from any thread.
#[derive(Clone)]
pub(crate) struct ThisTest(Arc<Test>);

impl fmt::Debug for ThisTest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ThisTest").finish_non_exhaustive()
    }
}

impl ThisTest {
    /// The one that this thread works for.
    pub(crate) fn of_this_thread() -> Option<Self> {
        with_state(|state| state.test().cloned()).filter(|test| !test.facts().is_apart).map(Self)
    }

    /// Its id as its binary knows it, with the case.
    pub(crate) fn id(&self) -> String {
        let (name, of_rows) = {
            let facts = self.0.facts();
            (facts.name.clone(), facts.of_rows.clone())
        };
        if super::is_worker() {
            return name;
        }
        let hosted = Described::hosted_by(&name).map_or(name, |described| described.id());
        of_rows.map_or_else(|| hosted.clone(), |case| expansion::name_of_case(&hosted, &case))
    }

    /// Which attempt at it this is, from 1.
    pub(crate) fn attempt(&self) -> u32 {
        match self.0.facts().attempt {
            0 => ATTEMPT.load(Ordering::Relaxed),
            attempt => attempt,
        }
    }

    /// What it is called with, as far as it is known now.
    pub(crate) fn values(&self) -> Vec<NamedValue> {
        let facts = self.0.facts();
        named(facts.case).chain(facts.told.values.iter().cloned()).collect()
    }

    /// Looks at what is to be said of it, or adds to it. `f` must not run the author's code, which may ask as well.
    pub(crate) fn told<T>(&self, f: impl FnOnce(&mut Told) -> T) -> T {
        f(&mut self.0.facts().told)
    }
}

/// How many failures this thread has recorded in its test.
pub(crate) fn recorded() -> usize {
    with_state(|state| state.recorded)
}

/// The name of this thread as the standard library prints it.
fn name_of_this_thread() -> String {
    std::thread::current().name().unwrap_or("<unnamed>").to_owned()
}

/// Runs a part of the test under a name.
pub(crate) fn in_subtest<T>(name: String, part: impl FnOnce() -> T) -> T {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            with_state(|state| state.subtests.pop());
        }
    }
    with_state(|state| state.subtests.push(name));
    let _leave = Leave;
    part()
}

/// What a thread takes along from the one that starts it.
#[derive(Debug)]
pub(crate) struct Inherited {
    test: Option<Arc<Test>>,
    phase: Phase,
    subtests: Vec<String>,
    /// Whether the test waits for the thread.
    is_awaited: bool,
}

/// What this thread gives to one that it starts; the test waits for it at its end if `is_awaited`.
pub(crate) fn inherited(is_awaited: bool) -> Inherited {
    let (test, phase, subtests) = with_state(|state| (state.test().cloned(), state.phase, state.subtests.clone()));
    if let (Some(test), true) = (&test, is_awaited) {
        test.facts().threads += 1;
    }
    Inherited { test, phase, subtests, is_awaited }
}

/// What the threads of a pool take along that the test has made for itself. `None` where they need nothing: in a worker,
/// any thread that nobody knows is the running test's.
#[cfg(feature = "tokio")]
pub(crate) fn inherited_by_pool() -> Option<Inherited> {
    (!super::is_worker()).then(|| inherited(false)).filter(|inherited| inherited.test.is_some())
}

impl Inherited {
    /// Makes this thread, one of a pool, work for the test until it ends.
    #[cfg(feature = "tokio")]
    pub(crate) fn work_in_pool(&self) {
        let Self { test, phase, subtests, is_awaited: _ } = self;
        let (test, subtests) = (test.clone(), subtests.clone());
        with_state(|state| *state = State { test, phase: *phase, subtests, ..State::default() });
    }

    /// Makes this thread work for the test, until the value that comes back is dropped.
    pub(crate) fn work(mut self) -> Option<Working> {
        // Whoever started a thread outside of tests wants an ordinary one.
        let test = Arc::clone(self.test.as_ref()?);
        let subtests = std::mem::take(&mut self.subtests);
        let (test, phase) = (Some(test), self.phase);
        with_state(|state| *state = State { test, phase, subtests, ..State::default() });
        Some(Working { _inherited: self })
    }
}

impl Drop for Inherited {
    fn drop(&mut self) {
        if let (Some(test), true) = (&self.test, self.is_awaited) {
            test.facts().threads -= 1;
            test.thread_ended.notify_all();
        }
    }
}

/// This thread works for a test that started it.
#[derive(Debug)]
pub(crate) struct Working {
    /// The test waits until this is gone.
    _inherited: Inherited,
}

/// Makes a panic on any thread a failure of the running test.
pub(crate) fn be_strict_about_threads() {
    if let Some(test) = with_state(|state| state.test().cloned()) {
        test.facts().strict_threads = true;
    }
}

/// The test that the worker is running, for a thread that nobody knows, and whether it is strict about those.
pub(super) fn served() -> Option<(String, bool)> {
    let facts = SERVED.get()?.facts();
    (!facts.is_apart).then(|| (facts.name.clone(), facts.strict_threads))
}

/// Records what happened on a thread that is neither the test's own nor one of [`crate::spawn`].
pub(super) fn record_of_foreign_thread(failure: Failure) {
    if let Some(test) = SERVED.get() {
        test.facts().recorded.push(Failure { thread: Some(name_of_this_thread()), ..failure });
    }
}

pub(super) fn note_raised(text: &str, failure: Failure) {
    with_state(|state| state.raised = Some((text.to_owned(), failure)));
}

/// The raised failure whose panic has `message`, if it is that panic which is under way.
pub(super) fn take_raised(message: &str) -> Option<Failure> {
    with_state(|state| state.raised.take_if(|(text, _)| text == message)).map(|(_, failure)| failure)
}

pub(super) fn note_panic(panic: Panic) {
    with_state(|state| state.panic = Some(panic));
}

/// The last panic that the hook saw on this thread.
pub(super) fn take_panic() -> Option<Panic> {
    with_state(|state| state.panic.take())
}
