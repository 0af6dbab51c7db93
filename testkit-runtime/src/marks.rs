//! What the marks of a test ask of whoever runs it, as constant data that expanded code makes, and `testkit::skip!`.

use std::fmt::Arguments;

use crate::registry::ShouldPanic;

/// The marks of one test that the hosting side acts on. Made by expanded code only, and only for tests that have some.
#[derive(Debug)]
pub struct Marks {
    /// `#[skip_if]`, in the order of the source.
    pub skip_if: &'static [SkipIf],
    /// `#[xfail]`
    pub xfail: Option<Xfail>,
    /// `#[retry]`
    pub retry: Option<Retry>,
    /// Keys of `#[serial]`.
    pub serial: &'static [&'static str],
    /// `#[exclusive]`
    pub exclusive: bool,
    /// `#[strict_threads]`
    pub strict_threads: bool,
    /// `#[should_panic]`, where the hosting function has given it up to us.
    pub should_panic: ShouldPanic,
}

impl Marks {
    /// No marks at all.
    pub const NONE: Self = Self {
        skip_if: &[],
        xfail: None,
        retry: None,
        serial: &[],
        exclusive: false,
        strict_threads: false,
        should_panic: ShouldPanic::No,
    };
}

/// `#[skip_if(condition, "why")]`
#[derive(Clone, Copy, Debug)]
pub struct SkipIf {
    /// Evaluates the condition.
    pub condition: fn() -> bool,
    /// Why.
    pub reason: &'static str,
}

/// `#[xfail]`
#[derive(Clone, Copy, Debug)]
pub struct Xfail {
    /// Why; may be empty.
    pub reason: &'static str,
    /// A pass is a failure.
    pub strict: bool,
    /// What the failure's message has to contain.
    pub panics: Option<&'static str>,
    /// Whether the test is run at all.
    pub run: bool,
}

/// `#[retry]`
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Attempts after the first one.
    pub count: u32,
    /// Pause before each of them, in nanoseconds.
    pub delay_ns: u64,
}

/// A binary with an exclusive test: only there do the other tests ask whether one is running. Made by expanded code.
#[derive(Debug)]
pub struct HoldsExclusiveTests;

inventory::collect!(HoldsExclusiveTests);

/// The panic that ends a skipped test. A payload of its own, so that destructors run and nothing is printed.
#[derive(Debug)]
pub(crate) struct Skipped {
    /// Why; may be empty.
    pub(crate) reason: String,
}

/// Ends the running test as skipped.
#[cold]
#[inline(never)]
pub fn skip(reason: Option<Arguments<'_>>) -> ! {
    let reason = reason.map(|reason| reason.to_string()).unwrap_or_default();
    std::panic::resume_unwind(Box::new(Skipped { reason }))
}

impl SkipIf {
    /// Ends the running test as skipped by the first condition that holds.
    pub(crate) fn check(all: &[Self]) {
        if let Some(mark) = all.iter().find(|mark| (mark.condition)()) {
            skip(Some(format_args!("{}", mark.reason)));
        }
    }
}

/// Ends the running test as skipped, with a reason that is known only now; from the test or from what it calls.
///
/// Takes nothing, or what `format!` takes. Values are dropped as at a panic. Under the `testkit` command the verdict is
/// `skipped`; under libtest, which knows no such end, the test passes and its output says `skipped: why`. Call it on the
/// test's own thread. In a test with `#[should_panic]`, use `#[skip_if]` instead.
///
/// For what is known before the test begins, write the mark `#[skip("why")]`, which is in `testkit::prelude`.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     fn test_upload() {
///         let Ok(server) = std::env::var("UPLOAD_SERVER") else {
///             testkit::skip!("no server in the environment");
///         };
///         assert!(!server.is_empty());
///     }
/// }
/// ```
#[macro_export]
macro_rules! skip {
    () => {
        $crate::__private::skip(::core::option::Option::None)
    };
    ($($reason:tt)+) => {
        $crate::__private::skip(::core::option::Option::Some(::core::format_args!($($reason)+)))
    };
}
