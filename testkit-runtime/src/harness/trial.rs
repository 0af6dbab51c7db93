//! A part of a test that is run for its outcome only, such as one of many cases: nothing that fails in it is told.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use testkit_protocol::failure::Failure;

use super::{Payload, attempt, current, panic_hook};
use crate::marks::Skipped;

/// How such a part came out.
#[derive(Debug)]
pub(crate) enum Trial<T> {
    /// It came to its end.
    Ended(T),
    /// It failed, by a panic or by what it recorded.
    Failed(Box<Failure>),
    /// It asked for the test to be skipped; to be handed on.
    Skipped(Payload),
}

/// Runs a part of the test, with the threads that it starts.
///
/// Where a panic is the end of the process, it is told as any other.
pub(crate) fn trial<T>(part: impl FnOnce() -> T) -> Trial<T> {
    if cfg!(panic = "abort") {
        return Trial::Ended(part());
    }
    let trying = current::Trying::begin();
    let result = panic_hook::quietly(|| catch_unwind(AssertUnwindSafe(part)));
    if result.is_ok() {
        current::wait_for_threads();
    }
    let recorded = trying.end();
    match (result.map_err(Box::<dyn Any + Send>::downcast::<Skipped>), recorded) {
        (Ok(_) | Err(Ok(_)), Some(failure)) => Trial::Failed(Box::new(failure)),
        (Ok(value), None) => Trial::Ended(value),
        (Err(Ok(skipped)), None) => Trial::Skipped(skipped),
        (Err(Err(payload)), _) => {
            let failure = attempt::failure_of_panic(&*payload);
            attempt::drop_quietly(payload);
            Trial::Failed(Box::new(failure))
        }
    }
}
