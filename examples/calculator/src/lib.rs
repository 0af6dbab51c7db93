//! A calculator, and the ways to test it with testkit: functions and a group beside the code (below), and a file of
//! tests of their own (`tests/test_calculator.rs`).

/// The sum of two numbers.
pub fn add(left: i32, right: i32) -> i32 {
    left + right
}

/// How many times `divisor` goes into `dividend`; what is left over is dropped.
///
/// # Panics
/// If the divisor is zero.
pub fn divide(dividend: i32, divisor: i32) -> i32 {
    assert!(divisor != 0, "Division by zero is not allowed");
    dividend / divisor
}

#[cfg(test)]
#[testkit::tests]
mod tests {
    use super::*;

    fn test_add() {
        assert!(add(2, 3) == 5, "adding small numbers");
    }

    fn test_add_negative_numbers() {
        assert_eq!(add(-2, -3), -5);
    }

    struct TestDivide;

    impl TestDivide {
        fn test_even_division(&self) {
            assert_eq!(divide(10, 2), 5);
        }

        fn test_drops_the_remainder(&self) {
            assert_eq!(divide(7, 2), 3);
            assert_ne!(divide(-7, 2), -4, "division rounds towards zero");
        }

        #[should_panic(expected = "Division by zero is not allowed")]
        fn test_by_zero(&self) {
            divide(1, 0);
        }
    }
}
