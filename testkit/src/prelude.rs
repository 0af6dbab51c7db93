//! What a test file usually wants: `use testkit::prelude::*;`.
//!
//! The assertions are not in here: a glob import cannot stand before the standard library's `assert!`, so write
//! `use testkit::{assert, assert_eq};`, or nothing at all inside of `#[testkit::tests]`, where they are ours anyway.

pub use testkit_macros::{exclusive, isolate, mark, retry, serial, skip, skip_if, tests, timeout, xfail};
