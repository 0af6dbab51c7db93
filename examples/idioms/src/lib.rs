//! Functions that state what they expect, in the ways that Rust has for it.

use std::error::Error;
use std::fmt;

/// The quotient of two numbers; a zero divisor is a mistake of the caller.
///
/// # Panics
/// If `divisor` is zero.
pub fn divide(dividend: f64, divisor: f64) -> f64 {
    assert!(divisor != 0.0, "divisor must not be zero");
    dividend / divisor
}

/// Why [`safe_divide`] has no quotient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DivisionByZero;

impl fmt::Display for DivisionByZero {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("division by zero")
    }
}

impl Error for DivisionByZero {}

/// The quotient of two numbers that may come from anywhere.
///
/// # Errors
/// [`DivisionByZero`] if `divisor` is zero.
pub fn safe_divide(dividend: f64, divisor: f64) -> Result<f64, DivisionByZero> {
    if divisor == 0.0 { Err(DivisionByZero) } else { Ok(dividend / divisor) }
}

/// The mean of some numbers.
///
/// # Errors
/// [`DivisionByZero`] if there are none.
pub fn mean(numbers: &[f64]) -> Result<f64, DivisionByZero> {
    // Held in development only, as Python's `assert` is: release builds leave it out.
    debug_assert!(numbers.iter().all(|number| number.is_finite()), "numbers must be finite");
    #[expect(clippy::cast_precision_loss, reason = "no slice is that long")]
    safe_divide(numbers.iter().sum(), numbers.len() as f64)
}
