//! What a failing assertion calls: it gathers the values and ends the test with a failure.

mod bounded;
mod compare;
mod explain;
mod full_values;
mod macros;
mod probe;
mod raise;

pub use probe::{Probe, Undebuggable, Value};
pub use raise::{fail_comparison, fail_condition, fail_equality};
