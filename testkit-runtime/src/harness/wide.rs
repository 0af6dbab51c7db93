//! Set-ups and tear-downs of what outlives a test: they make changes in the process that are no test's, and what fails when no
//! test is running is told by itself.

use std::cell::Cell;
use std::time::{Duration, Instant};

use testkit_protocol::failure::Failure;
use testkit_protocol::fixture::Scope;

use super::adopted::{self, Adopted};
use super::current::{self, Hosted};
#[cfg(unix)]
use super::surroundings::{Kept, Surroundings, keep_since};
use super::{is_worker, record_panic};
use crate::fixture::{FixtureInfo, Over};
use crate::{executor, fixture};

/// What the set-up of a wide fixture has made of the process; it stays so while this is kept.
#[derive(Debug)]
pub(crate) struct Stays {
    _adopted: Adopted,
    #[cfg(unix)]
    _kept: Option<Kept>,
}

/// Makes a value that outlives its test: the threads and processes that it starts are not that test's, and other tests find
/// the working directory and the variables that it sets, as long as what comes back with it is kept.
pub(crate) fn setting_up_for_many<T>(info: &FixtureInfo, set_up: impl FnOnce() -> T) -> (T, Stays) {
    struct Reset(bool);
    impl Drop for Reset {
        fn drop(&mut self) {
            SETS_UP_FOR_MANY.set(self.0);
        }
    }
    super::tell_set_up_begins(info);
    let before = adopted::before_set_up();
    // Only a worker puts them back.
    #[cfg(unix)]
    let surroundings = is_worker().then(Surroundings::now);
    let reset = Reset(SETS_UP_FOR_MANY.replace(true));
    let value = set_up();
    drop(reset);
    let stays = Stays {
        _adopted: adopted::adopt_since(&before),
        #[cfg(unix)]
        _kept: surroundings.as_ref().map(keep_since),
    };
    (value, stays)
}

thread_local! {
    static SETS_UP_FOR_MANY: Cell<bool> = const { Cell::new(false) };
}

/// Whether what this thread makes now outlives its test.
pub(crate) fn sets_up_for_many() -> bool {
    SETS_UP_FOR_MANY.get()
}

/// A fixture that has been taken down.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) duration: Duration,
    pub(super) failures: Vec<Failure>,
}

/// Takes fixtures down when no test is running, and tells of each at once: the next one may end the process. Whether there
/// were any.
pub(super) fn tear_down(over: Vec<Over>, begins: fn(&str, Scope), ended: &mut dyn FnMut(Ended)) -> bool {
    let had_any = !over.is_empty();
    for over in over {
        let (name, scope, started) = (over.name().to_owned(), over.scope(), Instant::now());
        begins(&name, scope);
        let failures = apart_from_tests(|| over.tear_down(&mut record_panic));
        ended(Ended { name, scope, duration: started.elapsed(), failures });
    }
    had_any
}

/// Runs a part that belongs to no test; gives what it has recorded.
fn apart_from_tests(part: impl FnOnce()) -> Vec<Failure> {
    let hosted = (!is_worker()).then(|| Hosted::begin(1, None, &[]));
    if hosted.is_none() {
        current::begin_served("", &[]);
    }
    current::be_apart();
    part();
    current::wait_for_threads();
    fixture::end_test();
    executor::end_test();
    let (recorded, _) = hosted.map_or_else(current::end_served, |hosted| hosted.take());
    recorded
}
