//! What a test file usually wants: `use testkit::prelude::*;`.
//!
//! `assert!`, `assert_eq!` and `assert_ne!` are not in here: a glob import cannot stand before the standard library's, so
//! write `use testkit::{assert, assert_eq};`, or nothing at all inside of `#[testkit::tests]`, where they are ours anyway.

pub use testkit_macros::{
    check, eventually, exclusive, fixture, isolate, mark, parametrize, property, retry, runtime, serial, skip, skip_if,
    strict_threads, tests, timeout, uses, xfail,
};

pub use crate::{
    TmpPath, approx, assert_err, assert_error_chain, assert_matches, assert_none, assert_ok, assert_panics,
    assert_some, fail, subtest,
};
