//! Marks under libtest, on functions, groups and modules.

use std::sync::atomic::{AtomicU32, Ordering};

use testkit::prelude::*;

testkit::discover!();

fn is_here() -> bool {
    MADE.load(Ordering::SeqCst) < 100
}

#[skip("never")]
fn test_skipped() {
    panic!("it is never run");
}

#[skip_if(is_here(), "not here")]
fn test_skipped_if() {
    panic!("the condition holds");
}

#[xfail("bug 1")]
fn test_xfails() {
    panic!("as expected");
}

#[xfail("bug 2", panics = "overflow")]
#[should_panic(expected = "never")]
fn test_xfails_for_not_panicking_as_asked() {
    panic!("overflow");
}

#[xfail(strict = false)]
fn test_xpasses() {}

#[xfail("hangs", run = false)]
fn test_not_run() {
    panic!("it is never run");
}

static MADE: AtomicU32 = AtomicU32::new(0);

#[retry(3, delay = "1ms")]
fn test_passes_at_the_third_attempt() {
    assert!(MADE.fetch_add(1, Ordering::SeqCst) == 2);
}

#[serial]
fn test_serial() {}

#[exclusive]
fn test_exclusive() {}

#[isolate]
#[timeout("1m")]
fn test_isolated() {}

#[cfg_attr(all(), xfail("bug 3"))]
fn test_conditional() {
    panic!("as expected");
}

fn test_skips_itself() {
    let dropped = DropFlag;
    helper();
    drop(dropped);
}

struct DropFlag;

impl Drop for DropFlag {
    fn drop(&mut self) {}
}

fn helper() {
    testkit::skip!("no {} here", "printer");
}

struct TestGroup;

#[serial("group")]
#[skip_if(is_here(), "the whole group")]
impl TestGroup {
    fn setup() -> Self {
        panic!("the condition comes before the set-up");
    }

    fn test_one(&self) {}

    #[xfail("bug 4")]
    fn test_two(&self) {}
}

#[testkit::tests]
#[skip_if(condition(), "the whole module")]
mod inline {
    fn condition() -> bool {
        true
    }

    fn test_function() {
        panic!("the condition holds");
    }

    mod nested {
        struct TestNested;

        #[retry(2)]
        impl TestNested {
            fn test_method(&self) {
                panic!("the condition holds");
            }
        }

        #[cfg_attr(all(), serial("x"), doc = "documented")]
        #[should_panic]
        fn test_function() {}
    }
}

#[testkit::test]
#[xfail]
fn any_name() {
    panic!("as expected");
}
