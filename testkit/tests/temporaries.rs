//! What a failing condition has locked or borrowed is free again when its values are shown and its message is made.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use testkit::{assert, check};

/// Its `Debug` takes the lock that its methods hand out.
#[derive(Default)]
struct Store {
    items: Mutex<Vec<u8>>,
}

impl Store {
    fn items(&self) -> MutexGuard<'_, Vec<u8>> {
        self.items.lock().unwrap()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Store of {}", self.items().len())
    }
}

/// The report of a failing case, which must not wait for itself.
#[track_caller]
fn report(case: impl FnOnce() + Send + 'static) -> String {
    let (sender, failures) = channel();
    std::thread::spawn(move || {
        let payload = catch_unwind(AssertUnwindSafe(case)).expect_err("it does not hold");
        let text = payload.downcast_ref::<String>().cloned();
        sender.send(text.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string))).unwrap();
    });
    failures.recv_timeout(Duration::from_secs(20)).expect("it ends").unwrap_or_default()
}

#[test]
fn values_are_shown_when_locks_are_free() {
    let text = report(|| {
        let store = &Store::default();
        assert!(store.items().len() == 3);
    });
    std::assert!(text.contains("Store of 0"), "{text}");
    let text = report(|| {
        let store = &Store::default();
        assert!(3 == store.items().len());
    });
    std::assert!(text.contains("Store of 0"), "{text}");
    let text = report(|| {
        let store = &Store::default();
        assert!(!store.items().is_empty());
    });
    std::assert!(text.contains("store.items()"), "{text}");
    let text = report(|| {
        let store = Arc::new(Store::default());
        let (left, right) = (&*store, &Store::default());
        assert!(left.items().len() == right.items().len() + 1);
    });
    std::assert!(text.contains("Store of 0"), "{text}");
}

#[test]
fn messages_are_made_when_borrows_are_over() {
    let text = report(|| {
        let cell = RefCell::new(vec![1]);
        assert!(let Some(2) = cell.borrow_mut().pop(), "left are {:?}", cell.borrow());
    });
    std::assert!(text.contains("left are []"), "{text}");
    let text = report(|| {
        let cell = RefCell::new(vec![1, 5]);
        assert!(let Some(n) = cell.borrow_mut().pop() && n == 1, "left are {}", cell.try_borrow().is_ok());
    });
    std::assert!(text.contains("left are"), "{text}");
}

#[test]
fn a_failure_by_pattern_does_not_poison() {
    let shared = Arc::new(Mutex::new(vec![1]));
    let mutex = Arc::clone(&shared);
    report(move || assert!(let Some(2) = mutex.lock().unwrap().pop()));
    std::assert!(!shared.is_poisoned());
}

#[test]
fn what_stands_behind_a_pattern_may_leave() {
    fn first(all: &[Option<u8>]) -> u8 {
        for one in all {
            assert!(let Some(n) = one && match *n { 0 | 1 => continue, n => return n });
        }
        0
    }
    std::assert_eq!(first(&[Some(1), Some(2)]), 2);
    std::assert!(check!(let Some(1) = Some(1)));
}
