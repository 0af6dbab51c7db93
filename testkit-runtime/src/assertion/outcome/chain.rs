//! The texts of an error and its sources, found by method resolution as in `settle`: an error first, then what points at
//! one, then anything else, of which there are none.

use std::error::Error;
use std::ops::Deref;

use crate::settle::ErrorObject;

/// What may be an error.
#[derive(Debug)]
pub struct Chain<'a, E: ?Sized>(pub &'a E);

/// For errors.
pub trait OfError {
    /// The text of the error and those of its sources, outermost first.
    fn texts(&self) -> Vec<String>;
}

impl<E: Error> OfError for &&Chain<'_, E> {
    fn texts(&self) -> Vec<String> {
        texts(self.0)
    }
}

/// For what points at an error, such as `Box<dyn Error>`.
pub trait OfPointer {
    /// The text of the error and those of its sources, outermost first.
    fn texts(&self) -> Vec<String>;
}

impl<E: Deref<Target: ErrorObject>> OfPointer for &Chain<'_, E> {
    fn texts(&self) -> Vec<String> {
        texts((*self.0).error())
    }
}

/// For everything else.
pub trait OfAnything {
    /// No texts.
    fn texts(&self) -> Vec<String>;
}

impl<T: ?Sized> OfAnything for Chain<'_, T> {
    fn texts(&self) -> Vec<String> {
        Vec::new()
    }
}

fn texts(error: &dyn Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(source) = next {
        texts.push(source.to_string());
        next = source.source();
    }
    texts
}
