//! What expanded code names; not an API. May change with every version: `testkit-macros` is pinned to it.

pub use inventory;

pub use crate::harness::{Phase, enter, failure_of_panic, raise, record, run};
pub use crate::registry::{ModuleEntry, ShouldPanic, TestCase};
