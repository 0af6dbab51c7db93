//! testkit
#![doc = ""]

// Expanded code names `::testkit`, also in this crate's own tests.
extern crate self as testkit;

mod harness;
mod registry;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
