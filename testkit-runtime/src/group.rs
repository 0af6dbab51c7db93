//! Groups: a fresh value for every test, made before it and taken down after it, also if it failed.

use std::panic::{self, AssertUnwindSafe};

use crate::harness::{self, Phase};

/// How the value of a group without `fn setup()` is made.
#[diagnostic::on_unimplemented(
    message = "no value of the group `{Self}` can be made",
    label = "each test of a group gets a fresh value of it",
    note = "write `fn setup() -> Self` in its `impl`, derive `Default` for it, or make it a unit struct"
)]
pub trait GroupValue: Sized {
    /// A fresh value.
    fn new() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> GroupValue for T {
    fn new() -> Self {
        Self::default()
    }
}

/// Runs one test of a group that borrows the group's value.
pub fn run_group<G>(setup: fn() -> G, test: fn(&mut G), teardown: Option<fn(G)>) {
    harness::enter(Phase::SetUp);
    let mut group = setup();
    harness::enter(Phase::Test);
    let Some(teardown) = teardown else {
        return test(&mut group);
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| test(&mut group)));
    harness::leave_if_copy(outcome.is_ok());
    // What the test asks for is set up in it.
    let phase = harness::phase();
    harness::enter(Phase::TearDown);
    match outcome {
        Ok(()) => teardown(group),
        Err(payload) => {
            let failure = harness::failure_of_panic(&*payload);
            if let Err(second) = panic::catch_unwind(AssertUnwindSafe(|| teardown(group))) {
                harness::record_panic(second);
            }
            // The failure that came first is the one that counts.
            harness::enter(phase);
            harness::resume(payload, failure);
        }
    }
}

/// Runs one test of a group that consumes the group's value.
pub fn run_group_by_value<G>(setup: fn() -> G, test: fn(G)) {
    harness::enter(Phase::SetUp);
    let group = setup();
    harness::enter(Phase::Test);
    test(group);
}
