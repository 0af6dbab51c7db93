//! testkit
#![doc = ""]

// Expanded code names `::testkit`, also in this crate's own tests.
extern crate self as testkit;

mod assertion;
mod description;
mod folder;
mod group;
mod harness;
mod registry;
mod settle;

pub mod prelude;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use testkit_macros::{assert, discover, discover_files, test, tests, timeout};
