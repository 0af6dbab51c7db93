//! Tests in a file of their own, which see the crate as its users do.

use std::num::ParseIntError;

use calculator::{add, divide};
use testkit::assert;

testkit::discover!();

fn test_add_numbers_from_text() -> Result<(), ParseIntError> {
    let left: i32 = "20".parse()?;
    let right: i32 = "22".parse()?;
    assert!(add(left, right) == 42);
    Ok(())
}

#[should_panic(expected = "Division by zero")]
fn test_divide_by_zero() {
    divide(1, 0);
}

#[ignore = "takes a while: run it with `--run-ignored all`"]
fn test_add_many_times() {
    let sum = (0..1_000_000).fold(0, |sum, _| add(sum, 1));
    assert!(sum == 1_000_000);
}

/// Every test of a group gets a fresh value from `setup`.
struct TestRunningTotal {
    total: i32,
}

impl TestRunningTotal {
    fn setup() -> Self {
        Self { total: add(40, 2) }
    }

    fn test_starts_with_the_sum(&self) {
        assert!(self.total == 42);
    }

    fn test_can_be_divided(&mut self) {
        self.total = divide(self.total, 2);
        assert!(self.total == 21, "half of 42");
    }
}
