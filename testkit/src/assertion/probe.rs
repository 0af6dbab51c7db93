//! A value that may or may not have `Debug`, decided where the assertion stands.

use std::any::type_name;
use std::fmt::Debug;

/// A value to be shown. The method [`value`](Probe::value) is inherent for types with `Debug`; for others the method of
/// [`Undebuggable`] is found instead, since inherent methods come first.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a &'a T);

/// What can be shown of a value.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Its `Debug` text.
    Debug(&'a dyn Debug),
    /// The name of its type, which has no `Debug`.
    Type(&'static str),
}

impl<'a, T: Debug + ?Sized> Probe<'a, T> {
    /// The value, for its `Debug` text.
    pub fn value(&self) -> Value<'a> {
        Value::Debug(self.0)
    }
}

/// The way of showing a value without `Debug`.
pub trait Undebuggable<'a> {
    /// The name of the value's type.
    fn value(&self) -> Value<'a>;
}

impl<'a, T: ?Sized> Undebuggable<'a> for Probe<'_, T> {
    fn value(&self) -> Value<'a> {
        Value::Type(type_name::<T>())
    }
}
