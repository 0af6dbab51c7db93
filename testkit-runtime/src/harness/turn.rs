//! Whose turn it is under libtest, which runs tests on several threads: `#[serial]` and `#[exclusive]`, and fixtures that
//! change what all threads see.
//!
//! Under the command a test is alone in its process, and the command's scheduler sees to the rest.

use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::expansion::Axes;
use crate::marks::{HoldsExclusiveTests, Marks};
use crate::registry::ModuleEntry;

/// The tests of this process that are running.
#[derive(Debug, Default)]
struct Running {
    /// Keys of the serial ones.
    keys: Vec<&'static str>,
    /// How many there are, serial or not.
    count: usize,
    /// One of them is exclusive.
    exclusive: bool,
    /// Exclusive tests that wait: no other may begin before them, or they would wait for ever.
    waiting: usize,
}

static RUNNING: Mutex<Running> = Mutex::new(Running { keys: Vec::new(), count: 0, exclusive: false, waiting: 0 });
static CHANGED: Condvar = Condvar::new();

/// A test's turn, which ends when this is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    keys: &'static [&'static str],
    exclusive: bool,
}

fn running() -> MutexGuard<'static, Running> {
    // Nothing panics with the lock in hand.
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for the turn of a test with these marks and axes; `None` if nothing in this binary could stand in its way.
pub(super) fn wait(marks: &Marks, axes: &Axes) -> Option<Turn> {
    static HAS_EXCLUSIVE: OnceLock<bool> = OnceLock::new();
    if marks.serial.is_empty() && !*HAS_EXCLUSIVE.get_or_init(has_exclusive_tests) {
        return None;
    }
    let (keys, exclusive) = (marks.serial, marks.exclusive || axes.are_exclusive());
    let mut state = running();
    state.waiting += usize::from(exclusive);
    while !may_begin(&state, keys, exclusive) {
        state = CHANGED.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    state.waiting -= usize::from(exclusive);
    state.count += 1;
    state.exclusive = exclusive;
    state.keys.extend(keys);
    Some(Turn { keys, exclusive })
}

/// Whether the binary has tests beside which no other may run: by a mark, or by a fixture that they ask for.
fn has_exclusive_tests() -> bool {
    let mut sites = inventory::iter::<ModuleEntry>.into_iter().flat_map(|module| module.sites);
    inventory::iter::<HoldsExclusiveTests>.into_iter().next().is_some() || sites.any(|site| site.axes.are_exclusive())
}

fn may_begin(state: &Running, keys: &[&str], exclusive: bool) -> bool {
    if exclusive {
        return state.count == 0;
    }
    !state.exclusive && state.waiting == 0 && keys.iter().all(|key| !state.keys.contains(key))
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = running();
        state.count -= 1;
        state.exclusive &= !self.exclusive;
        state.keys.retain(|key| !self.keys.contains(key));
        drop(state);
        CHANGED.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decides_who_may_begin() {
        #[track_caller]
        fn check(state: &Running, keys: &[&str], exclusive: bool, want: bool) {
            assert_eq!(may_begin(state, keys, exclusive), want, "{keys:?} {exclusive} beside {state:?}");
        }
        let idle = Running::default();
        check(&idle, &[], false, true);
        check(&idle, &["a"], false, true);
        check(&idle, &[], true, true);
        let serial = Running { keys: vec!["a"], count: 1, ..Running::default() };
        check(&serial, &[], false, true);
        check(&serial, &["a"], false, false);
        check(&serial, &["b"], false, true);
        check(&serial, &["b", "a"], false, false);
        check(&serial, &[], true, false);
        let exclusive = Running { count: 1, exclusive: true, ..Running::default() };
        check(&exclusive, &[], false, false);
        check(&exclusive, &[], true, false);
        let waited_for = Running { count: 1, waiting: 1, ..Running::default() };
        check(&waited_for, &[], false, false);
    }
}
