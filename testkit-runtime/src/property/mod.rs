//! Properties: tests that are run with many made-up arguments, through proptest.
//!
//! A case that fails is made smaller without a word, then run once more as the test itself: so its failure is reported as
//! any other, with the arguments beside it. `arguments` shows those, `generated` makes them up, `case_end` says what a case
//! may return, `regressions` keeps the seeds of cases that failed, and `seed` makes the cases of a run repeatable.

mod arguments;
mod case_end;
mod generated;
mod regressions;
mod seed;

use std::cell::{Cell, RefCell};
use std::panic::{Location, resume_unwind};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::location;

use crate::assertion::{Value, shown};
use crate::harness::{self, Payload, Trial};
use regressions::{Kept, Regressions};

pub use arguments::Arguments;
pub use case_end::{CaseEnd, ReturnsCase, ReturnsOther};
pub use generated::{by_strategy, of_type};

/// What expanded code knows of a property.
#[derive(Debug)]
pub struct Property {
    /// How many cases have to pass; proptest's number, which `PROPTEST_CASES` sets, if the author says nothing.
    pub cases: Option<u32>,
    /// The file that it is in, as `file!()` gives it.
    pub file: &'static str,
    /// Folder of its package.
    pub manifest_directory: &'static str,
    /// Path of the test in its crate.
    pub name: &'static str,
    /// Names of its arguments, in the order of the values of the strategy.
    pub arguments: &'static [&'static str],
}

/// What came before the end of a run.
#[derive(Default)]
struct Progress {
    passed: Cell<u32>,
    rejected: Cell<u32>,
    /// Runs of the test since a case has failed.
    shrinking: Cell<u32>,
    /// The last failure.
    failure: RefCell<Option<Failure>>,
    /// The panic by which a case has asked for the test to be skipped.
    skipped: RefCell<Option<Payload>>,
}

/// Runs a property: `test` with values of the strategy, those that failed before first, until one fails or enough have
/// passed. Called at the place of the test in the source.
///
/// A case passes, fails or skips the test as any other test does; with `prop_assume!` it does not count.
#[track_caller]
pub fn run<S, R>(property: &Property, strategy: S, test: impl Fn(S::Value) -> R)
where
    S: Strategy,
    S::Value: Arguments,
    R: CaseEnd,
{
    let place = Location::caller();
    let mut config = Config::default();
    config.cases = property.cases.unwrap_or(config.cases);
    config.test_name = Some(property.name);
    // `PROPTEST_DISABLE_FAILURE_PERSISTENCE` takes the default away.
    let regressions = config.failure_persistence.is_some().then(|| Regressions::of(property));
    let kept = Kept::new(regressions.as_ref().map(|file| file.seeds_of(property.name)).unwrap_or_default());
    config.failure_persistence = Some(Box::new(kept.clone()));
    let seed = seed::of_run();
    let mut runner = match seed {
        Some(seed) => seed::runner(config, seed, property.name),
        None => TestRunner::new(config),
    };
    let progress = Progress::default();
    let result = runner.run(&strategy, |value| run_case(&progress, place, || test(value).into_result()));
    if let Some(payload) = progress.skipped.take() {
        resume_unwind(payload);
    }
    match result {
        Ok(()) => {}
        Err(TestError::Abort(why)) => {
            let message = progress.words_of_end(why.message(), &runner);
            let failure = Failure::new(FailureKind::Runner, message).at(location::Location::from(place));
            harness::raise(failure);
        }
        Err(TestError::Fail(_, value)) => {
            let names = property.arguments.iter().map(|&name| name.to_owned());
            let texts = value.each().into_iter().map(|argument| shown(Value::Debug(argument)));
            harness::note_values(names.zip(texts).collect());
            let line = regressions::line(property.name, property.arguments, &value);
            let mut words = progress.words();
            match (regressions, kept.new_seed()) {
                (Some(file), Some(seed)) => words.push(file.keep(&seed, &line)),
                (Some(file), None) => words.push(format!("it failed before, and is kept in {}", file.short_path())),
                (None, _) => words.push("it is kept nowhere, as PROPTEST_DISABLE_FAILURE_PERSISTENCE says".to_owned()),
            }
            words.extend(seed.map(|seed| format!("{}={seed} makes up the same cases", testkit_protocol::env::SEED)));
            harness::note_section("property", words.join("\n"));
            run_again(&progress, place, || test(value).into_result());
        }
    }
}

/// Runs a case for its outcome.
fn run_case(
    progress: &Progress,
    place: &Location<'_>,
    case: impl FnOnce() -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let add_one = |count: &Cell<u32>| count.set(count.get().saturating_add(1));
    if progress.skipped.borrow().is_some() {
        // proptest knows no other end: what is left passes, without being run.
        return Ok(());
    }
    let is_first_failure = progress.failure.borrow().is_none();
    if !is_first_failure {
        add_one(&progress.shrinking);
    }
    let failure = match harness::trial(case) {
        Trial::Ended(Ok(())) => {
            if is_first_failure {
                add_one(&progress.passed);
            }
            return Ok(());
        }
        Trial::Ended(Err(TestCaseError::Reject(why))) => {
            if is_first_failure {
                add_one(&progress.rejected);
            }
            return Err(TestCaseError::Reject(why));
        }
        Trial::Skipped(payload) => {
            progress.skipped.replace(Some(payload));
            return Ok(());
        }
        Trial::Ended(Err(TestCaseError::Fail(why))) => case_end::failure(why.message(), place),
        Trial::Failed(failure) => *failure,
    };
    let why = failure.message.clone().unwrap_or_default();
    progress.failure.replace(Some(failure));
    Err(TestCaseError::fail(why))
}

/// Runs the smallest case that fails as the test itself, which ends with its failure.
fn run_again(progress: &Progress, place: &Location<'_>, case: impl FnOnce() -> Result<(), TestCaseError>) {
    let before = harness::recorded_in_test();
    let end = case();
    harness::wait_for_threads();
    if let Err(TestCaseError::Fail(why)) = end {
        harness::raise(case_end::failure(why.message(), place));
    }
    if harness::recorded_in_test() > before {
        return;
    }
    let mut failure = progress.failure.take().unwrap_or_else(|| Failure::new(FailureKind::Runner, ""));
    let words = "with the same arguments it passed when it was run again: it depends on something else";
    match &mut failure.kind {
        FailureKind::Assertion(assertion) => assertion.notes.push(words.to_owned()),
        FailureKind::Panic
        | FailureKind::ReturnedError(_)
        | FailureKind::DidNotPanic
        | FailureKind::WrongPanic { .. }
        | FailureKind::Xfail
        | FailureKind::Fixture
        | FailureKind::Crash
        | FailureKind::Timeout
        | FailureKind::Runner => {
            let message = failure.message.get_or_insert_default();
            message.push('\n');
            message.push_str(words);
        }
    }
    harness::raise(failure);
}

impl Progress {
    /// How it came to an end without a failure.
    fn words_of_end(&self, why: &str, runner: &TestRunner) -> String {
        let (passed, rejected) = (self.passed.get(), self.rejected.get());
        let mut words =
            format!("the property gave up: {why}; {passed} of its cases passed, and {rejected} were rejected");
        // proptest alone knows the places, and tells them so.
        for place in runner.to_string().lines().filter(|line| line.contains(" times at ")) {
            words.push_str("\n  ");
            words.push_str(place.trim());
        }
        words
    }

    /// How it came to the failure.
    fn words(&self) -> Vec<String> {
        let cases = |count: u32| if count == 1 { "1 case".to_owned() } else { format!("{count} cases") };
        let rejected = match self.rejected.get() {
            0 => String::new(),
            count => format!(" and {count} were rejected"),
        };
        let before = format!("{} had passed{rejected} before one failed", cases(self.passed.get()));
        let times = match self.shrinking.get() {
            0 => "its arguments are the smallest that there are".to_owned(),
            1 => "to make its arguments smaller, it was run once more".to_owned(),
            count => format!("to make its arguments smaller, it was run {count} times more"),
        };
        vec![before, times]
    }
}
