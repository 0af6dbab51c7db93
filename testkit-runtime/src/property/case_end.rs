//! What a case may return, and how one that returns a failure is reported.

use std::panic::Location;
use std::path::Path;

use proptest::test_runner::TestCaseError;
use testkit_protocol::failure::{Failure, FailureKind, ReturnedError};
use testkit_protocol::location;

use crate::settle::Returned;

/// What the code of a case gives back.
pub trait CaseEnd {
    /// How the case came out.
    ///
    /// # Errors
    /// That it failed, or does not count.
    fn into_result(self) -> Result<(), TestCaseError>;
}

impl CaseEnd for () {
    fn into_result(self) -> Result<(), TestCaseError> {
        Ok(())
    }
}

impl CaseEnd for Result<(), TestCaseError> {
    fn into_result(self) -> Result<(), TestCaseError> {
        self
    }
}

/// For a test that returns proptest's own result, found by method resolution before [`ReturnsOther`].
pub trait ReturnsCase {
    /// The result.
    fn case(&self) -> Option<Result<(), TestCaseError>>;
}

impl<T> ReturnsCase for &Returned<Result<T, TestCaseError>> {
    fn case(&self) -> Option<Result<(), TestCaseError>> {
        Some(self.take().map(drop))
    }
}

/// For a test that returns anything else, to be settled as that of any test.
pub trait ReturnsOther {
    /// Nothing.
    fn case(&self) -> Option<Result<(), TestCaseError>>;
}

impl<T> ReturnsOther for Returned<T> {
    fn case(&self) -> Option<Result<(), TestCaseError>> {
        None
    }
}

/// What a test returned that is run with many cases, as a [`CaseEnd`]: `__case_end!(VALUE, FILE, LINE, COLUMN)`, the place
/// being that of the test.
#[doc(hidden)]
#[macro_export]
macro_rules! __case_end {
    ($value:expr, $file:expr, $line:expr, $column:expr) => {{
        use $crate::__private::property::{ReturnsCase as _, ReturnsOther as _};
        use $crate::__private::settle_prelude::*;
        let returned = $crate::__private::Returned::new($value);
        (&&returned).case().unwrap_or_else(|| {
            (&&&&returned).settle($file, $line, $column);
            ::core::result::Result::Ok(())
        })
    }};
}

/// The failure of a case that returned one; at `place` unless the message ends with one, as `prop_assert!` makes it.
pub(super) fn failure(message: &str, place: &Location<'_>) -> Failure {
    let kind = FailureKind::ReturnedError(ReturnedError { sources: Vec::new() });
    let (message, location) = match split_place(message) {
        Some((message, location)) => (message, location),
        None => (message, location::Location::from(place)),
    };
    Failure::new(kind, message).at(location)
}

/// Takes ` at src/lib.rs:12` off the end of a text.
fn split_place(text: &str) -> Option<(&str, location::Location)> {
    let (message, place) = text.rsplit_once(" at ")?;
    let (file, line) = place.rsplit_once(':')?;
    let is_source = Path::new(file).extension().is_some_and(|extension| extension == "rs") && !file.contains('\n');
    let line = line.parse().ok().filter(|_| is_source)?;
    Some((message, location::Location::new(file, line, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_at_the_end_is_that_of_the_failure() {
        #[track_caller]
        fn check(text: &str, want: Option<(&str, &str, u32)>) {
            let got = split_place(text);
            let got = got.as_ref().map(|(message, location)| (*message, location.file.as_str(), location.line));
            assert_eq!(got, want, "{text}");
        }
        check("assertion failed: n < 3 at src/lib.rs:12", Some(("assertion failed: n < 3", "src/lib.rs", 12)));
        check("look at this at tests/a b.rs:1", Some(("look at this", "tests/a b.rs", 1)));
        check("look at this", None);
        check("not found at localhost:80", None);
    }
}
