//! What a failed assertion says of its values: their texts, and how two of them differ.

use std::panic::{self, AssertUnwindSafe};

use testkit_protocol::failure::Comparison;

use super::Value;

/// What is said of the operands of a comparison that does not hold.
#[derive(Debug, Default)]
pub(crate) struct Explanation {
    /// Text of the left value.
    pub(crate) left: String,
    /// Text of the right value.
    pub(crate) right: String,
    /// How they differ, if they were to be equal.
    pub(crate) comparison: Option<Comparison>,
    /// What else is to be said.
    pub(crate) notes: Vec<String>,
}

/// Explains why `left operator right` does not hold.
pub(crate) fn explain(_operator: &str, left: Value<'_>, right: Value<'_>) -> Explanation {
    Explanation { left: shown(left), right: shown(right), ..Explanation::default() }
}

/// The value's text; a panic in the author's `Debug` must not hide the failure itself.
pub(crate) fn shown(value: Value<'_>) -> String {
    let text = panic::catch_unwind(AssertUnwindSafe(|| value.text()));
    text.unwrap_or_else(|_| "<its Debug panicked>".to_owned())
}
