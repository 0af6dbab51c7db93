//! Tests of the functions, one for each idiom.

#![expect(clippy::float_cmp, reason = "the numbers here are exact")]

use idioms::{DivisionByZero, divide, mean, safe_divide};
use testkit::{assert, assert_eq, assert_err, assert_ok, assert_panics, check};

testkit::discover!();

fn test_condition_with_message() {
    let total = [1, 2, 3].iter().sum::<i32>();
    assert!(total == 6, "the total of {} numbers", 3);
}

fn test_several_conditions_in_one_test() {
    for (dividend, divisor, want) in [(6.0, 3.0, 2.0), (1.0, 4.0, 0.25)] {
        check!(divide(dividend, divisor) == want, "{dividend} / {divisor}");
    }
}

fn test_divide() {
    assert!(divide(10.0, 2.0) == 5.0);
}

fn test_divide_asserts_its_divisor() {
    assert_panics!(divide(10.0, 0.0), "divisor must not be zero");
}

#[should_panic(expected = "divisor must not be zero")]
fn test_divide_asserts_its_divisor_for_the_whole_test() {
    divide(10.0, 0.0);
}

fn test_safe_divide() {
    let quotient = assert_ok!(safe_divide(10.0, 4.0));
    assert!(quotient == 2.5);
}

fn test_safe_divide_returns_its_error() {
    let error = assert_err!(safe_divide(10.0, 0.0));
    assert!(error.to_string() == "division by zero");
}

fn test_mean() -> Result<(), DivisionByZero> {
    assert_eq!(mean(&[1.0, 2.0, 6.0])?, 3.0);
    Ok(())
}

fn test_mean_of_nothing() {
    assert!(mean(&[]) == Err(DivisionByZero));
}

#[cfg(debug_assertions)]
fn test_mean_holds_its_input_in_development() {
    assert_panics!(mean(&[f64::NAN]), "numbers must be finite");
}
