//! `testkit::discover!()` at the root of a file.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![expect(clippy::pedantic, reason = "the tests are written as users write theirs")]

use testkit::prelude::*;
use testkit::{assert, assert_eq};

testkit::discover!();

fn test_add() {
    assert!(1 + 1 == 2);
}

#[timeout("2s")]
#[ignore = "slow"]
fn test_marked() {}

#[should_panic]
fn test_panics() {
    assert_eq!(1, 2);
}

#[test]
fn plain() {}

#[cfg(any())]
fn test_absent() {}

fn test_result() -> Result<(), String> {
    Ok(())
}

struct TestUnit;

impl TestUnit {
    fn test_method(&self) {}
}

#[derive(Default)]
struct TestDefault;

impl TestDefault {
    #[timeout("1m")]
    fn test_method(&self) {}
}

#[testkit::test]
#[timeout("1s")]
fn registers_itself() {}

#[timeout("1s")]
#[testkit::test]
fn registers_itself_in_the_other_order() {}

#[testkit::tests]
mod nested {
    fn test_inner() {}
}

struct TestAlone;

#[testkit::tests]
impl TestAlone {
    fn test_method(&self) {}
}
