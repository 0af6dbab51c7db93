//! What a test returned, checked by method resolution: the most specific kind of value that fits is found first.
//!
//! The expansion calls `(&&&&Returned::new(value)).settle(…)` with the traits of this module in scope. Each trait is
//! implemented for one reference less than the one before it, so the compiler tries them in this order: an error with
//! sources, something that dereferences to one (`Box<dyn Error>`, anyhow, eyre), an error with `Debug` alone, and any
//! other value that `main` could return.

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::ops::Deref;
use std::process::{ExitCode, Termination};

use testkit_protocol::failure::{Failure, FailureKind, ReturnedError};
use testkit_protocol::location::Location;

use crate::harness;

/// The value that a test returned, to be taken once.
pub struct Returned<T>(Cell<Option<T>>);

impl<T> Returned<T> {
    /// Wraps the value.
    pub fn new(value: T) -> Self {
        Self(Cell::new(Some(value)))
    }

    pub(crate) fn take(&self) -> T {
        self.0.take().expect("a returned value is settled once")
    }
}

/// A trait object behind a pointer that is an error.
pub trait ErrorObject {
    /// The error itself.
    fn error(&self) -> &(dyn Error + 'static);
}

impl ErrorObject for dyn Error + 'static {
    fn error(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl ErrorObject for dyn Error + Send + 'static {
    fn error(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl ErrorObject for dyn Error + Send + Sync + 'static {
    fn error(&self) -> &(dyn Error + 'static) {
        self
    }
}

/// For `Result<_, E>` where `E` is an error.
pub trait SettleError {
    /// Ends the test with a failure if the value is an error.
    fn settle(&self, file: &str, line: u32, column: u32);
}

impl<T: Termination, E: Error + 'static> SettleError for &&&Returned<Result<T, E>> {
    #[track_caller]
    fn settle(&self, file: &str, line: u32, column: u32) {
        let location = Location::new(file, line, column);
        match self.take() {
            Ok(value) => settle_code(value.report(), location),
            Err(error) => raise_error(&error, location),
        }
    }
}

/// For `Result<_, E>` where `E` points at an error.
pub trait SettlePointer {
    /// Ends the test with a failure if the value is an error.
    fn settle(&self, file: &str, line: u32, column: u32);
}

impl<T: Termination, E: Deref<Target: ErrorObject>> SettlePointer for &&Returned<Result<T, E>> {
    #[track_caller]
    fn settle(&self, file: &str, line: u32, column: u32) {
        let location = Location::new(file, line, column);
        match self.take() {
            Ok(value) => settle_code(value.report(), location),
            Err(error) => raise_error(error.deref().error(), location),
        }
    }
}

/// For `Result<_, E>` where `E` has `Debug` alone.
pub trait SettleDebug {
    /// Ends the test with a failure if the value is an error.
    fn settle(&self, file: &str, line: u32, column: u32);
}

impl<T: Termination, E: Debug> SettleDebug for &Returned<Result<T, E>> {
    #[track_caller]
    fn settle(&self, file: &str, line: u32, column: u32) {
        let location = Location::new(file, line, column);
        match self.take() {
            Ok(value) => settle_code(value.report(), location),
            Err(error) => raise(format!("{error:?}"), Vec::new(), location),
        }
    }
}

/// What `main` could return.
#[diagnostic::on_unimplemented(
    message = "testkit cannot tell from a `{Self}` whether it is a failure",
    label = "returns a `{Self}`",
    note = "return nothing, or a `Result` whose error has `Debug`"
)]
pub trait Tells: Termination {}

#[diagnostic::do_not_recommend]
impl<T: Termination> Tells for T {}

/// For everything else. That it can be told from the value is asked of the call: of an `impl` it would not be told in our words.
pub trait SettleTermination<T> {
    /// Ends the test with a failure if the value's exit code is not success.
    fn settle(&self, file: &str, line: u32, column: u32)
    where
        T: Tells;
}

impl<T> SettleTermination<T> for Returned<T> {
    #[track_caller]
    fn settle(&self, file: &str, line: u32, column: u32)
    where
        T: Tells,
    {
        settle_code(self.take().report(), Location::new(file, line, column));
    }
}

#[track_caller]
fn settle_code(code: ExitCode, location: Location) {
    if code != ExitCode::SUCCESS {
        let number: String = format!("{code:?}").chars().filter(char::is_ascii_digit).collect();
        raise(format!("exit code {number}"), Vec::new(), location);
    }
}

#[track_caller]
fn raise_error(error: &(dyn Error + 'static), location: Location) {
    let mut sources = Vec::new();
    let mut next = error.source();
    while let Some(source) = next {
        sources.push(source.to_string());
        next = source.source();
    }
    raise(error.to_string(), sources, location);
}

#[track_caller]
fn raise(message: String, sources: Vec<String>, location: Location) {
    let kind = FailureKind::ReturnedError(ReturnedError { sources });
    harness::raise(Failure::new(kind, message).at(location));
}
