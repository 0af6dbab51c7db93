//! Named parts of a test.

use std::fmt::Arguments;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::harness;
use crate::marks::Skipped;

/// Runs a part of the running test under a name; what fails in it is recorded, and the test goes on behind it.
///
/// Whether nothing failed in it on this thread.
pub fn run(name: Arguments<'_>, part: impl FnOnce()) -> bool {
    let before = harness::recorded();
    harness::in_subtest(name.to_string(), || {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(part)) {
            if payload.is::<Skipped>() {
                resume_unwind(payload);
            }
            harness::record_panic(payload);
        }
    });
    harness::recorded() == before
}

/// Runs a named part of a test: the name as for `format!`, then a closure.
///
/// What fails in it is reported with the name, and the test goes on behind it; the test itself is counted once, and fails
/// at its end. The value says whether the part held, so that what builds on it can be left out. Parts may stand inside
/// of others, and may return what a test may return.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     use testkit::subtest;
///
///     fn test_parsing() {
///         for (text, want) in [("1", 1), ("-2", -2)] {
///             subtest!("{text:?}", || {
///                 let number: i32 = text.parse()?;
///                 assert!(number == want);
///                 Ok::<_, std::num::ParseIntError>(())
///             });
///         }
///     }
/// }
/// ```
///
/// In a function that no test of testkit has called, the first failure ends it as any other panic does.
#[macro_export]
macro_rules! subtest {
    ($name:literal, $($rest:tt)+) => {
        $crate::__subtest!($name [] $($rest)+)
    };
}

/// Looks for the last of the arguments: `"name" [arguments of the name] rest`.
#[doc(hidden)]
#[macro_export]
macro_rules! __subtest {
    ($name:literal [$($arguments:tt)*] $argument:ident = $value:expr, $($rest:tt)+) => {
        $crate::__subtest!($name [$($arguments)*, $argument = $value] $($rest)+)
    };
    ($name:literal [$($arguments:tt)*] $part:expr $(,)?) => {
        $crate::__private::subtest(::core::format_args!($name $($arguments)*), || {
            use $crate::__private::settle_prelude::*;
            let part = $part;
            (&&&&$crate::__private::Returned::new(part())).settle(::core::file!(), ::core::line!(), ::core::column!());
        })
    };
    ($name:literal [$($arguments:tt)*] $argument:expr, $($rest:tt)+) => {
        $crate::__subtest!($name [$($arguments)*, $argument] $($rest)+)
    };
}
