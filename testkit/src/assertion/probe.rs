//! A value that may or may not have `Debug`, decided where the assertion stands.

use std::any::type_name;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::Deref;

/// A value to be shown.
///
/// Its method [`value`](Probe::value) is there for types with `Debug`. For others the compiler goes on to look at what a
/// probe dereferences to, and finds the one of [`Undebuggable`]. A trait would do the same, but to import one in every
/// assertion takes the compiler longer than all the rest of it.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// What can be shown of a value.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Its `Debug` text.
    Debug(&'a dyn Debug),
    /// The name of its type, which has no `Debug`.
    Type(&'static str),
}

impl<T: Debug + ?Sized> Probe<'_, T> {
    /// The value, for its `Debug` text.
    pub const fn value(&self) -> Value<'_> {
        Value::Debug(&self.0)
    }
}

/// A type without `Debug`.
#[derive(Debug)]
pub struct Undebuggable<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Undebuggable<T> {
    /// The name of the type.
    pub fn value(&self) -> Value<'static> {
        Value::Type(type_name::<T>())
    }
}

impl<T: ?Sized> Deref for Probe<'_, T> {
    type Target = Undebuggable<T>;

    fn deref(&self) -> &Undebuggable<T> {
        &Undebuggable(PhantomData)
    }
}
