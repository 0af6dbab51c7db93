//! That testkit's assertions evaluate what the standard ones do: as often, in the same order, dropping each value at the
//! same point, and asking for no `Debug` before they have failed.

#![allow(
    unused,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    reason = "the table holds what people write, good or bad, used or not"
)]

use std::cell::RefCell;
use std::cmp::Ordering;
use std::fmt;
use std::panic;

mod with_std {
    include!("forms/evaluation.rs");
}

mod with_testkit {
    use testkit::{assert, assert_eq, assert_ne};

    include!("forms/evaluation.rs");
}

thread_local! {
    static LOG: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn log(event: &str) {
    LOG.with_borrow_mut(|log| log.push(event.to_owned()));
}

/// A value that tells what is done with it.
struct Tracked(u32);

fn tracked(id: u32) -> Tracked {
    log(&format!("make {id}"));
    Tracked(id)
}

impl Tracked {
    fn id(&self) -> u32 {
        log(&format!("id {}", self.0));
        self.0
    }

    fn is(&self, id: u32) -> bool {
        log(&format!("is {} {id}", self.0));
        self.0 == id
    }

    fn plus(&self, more: u32) -> Tracked {
        log(&format!("plus {} {more}", self.0));
        tracked(self.0 + more)
    }

    fn into_id(self) -> u32 {
        log(&format!("into {}", self.0));
        self.0
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        log(&format!("drop {}", self.0));
    }
}

impl PartialEq for Tracked {
    fn eq(&self, other: &Self) -> bool {
        log(&format!("eq {} {}", self.0, other.0));
        self.0 == other.0
    }
}

impl PartialOrd for Tracked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        log(&format!("cmp {} {}", self.0, other.0));
        self.0.partial_cmp(&other.0)
    }
}

impl fmt::Debug for Tracked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        log(&format!("debug {}", self.0));
        write!(formatter, "Tracked({})", self.0)
    }
}

/// What a case leaves, and whether it panicked.
fn trace(case: fn()) -> (Vec<String>, bool) {
    LOG.take();
    let panicked = panic::catch_unwind(case).is_err();
    (LOG.take(), panicked)
}

#[test]
fn evaluation_leaves_the_same_trace() {
    let without_debug = |trace: &[String]| -> Vec<String> {
        trace.iter().filter(|event| !event.starts_with("debug")).cloned().collect()
    };
    for ((name, std), (_, ours)) in with_std::CASES.iter().zip(with_testkit::CASES) {
        let (want, want_panic) = trace(*std);
        let (got, panicked) = trace(*ours);
        std::assert_eq!(panicked, want_panic, "{name}");
        if !panicked {
            // Nothing asks for `Debug` while all is well.
            std::assert_eq!(got, want, "{name}");
            continue;
        }
        // Values are shown in the order and number that the report needs.
        std::assert_eq!(without_debug(&got), without_debug(&want), "{name}");
    }
}

#[test]
fn an_attempt_of_eventually_and_a_check_evaluate_the_same() {
    let asserted = || {
        testkit::assert!(tracked(1).is(1) && tracked(2) == tracked(2));
    };
    let checked = || {
        testkit::check!(tracked(1).is(1) && tracked(2) == tracked(2));
    };
    let waited = || {
        testkit::eventually!(tracked(1).is(1) && tracked(2) == tracked(2));
    };
    let want = trace(asserted);
    std::assert_eq!(trace(checked), want);
    std::assert_eq!(trace(waited), want);
}
