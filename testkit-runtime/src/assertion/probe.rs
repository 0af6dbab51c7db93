//! A value that may or may not have `Debug`, decided where the assertion stands.

use std::any::type_name;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::Deref;

use super::own_words::{Explain, InOwnWords};

/// A value to be shown.
///
/// Its method [`value`](Probe::value) is there for types with `Debug`. For others the compiler goes on to look at what a
/// probe dereferences to: first for types that explain themselves, then for all. Traits would do the same, but to import
/// some in every assertion takes the compiler longer than all the rest of it.
///
/// `Debug` comes first although [`Explain`] says more: what the compiler tries first it also takes for types that it does not
/// know yet, as that of `text.parse().unwrap()`, and few types have the other.
#[derive(Debug)]
#[repr(transparent)]
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

impl<'a, T: ?Sized> Deref for Probe<'a, T> {
    type Target = InOwnWords<'a, T>;

    fn deref(&self) -> &InOwnWords<'a, T> {
        // SAFETY: both are `repr(transparent)` around the same reference.
        unsafe { &*(&raw const *self).cast() }
    }
}

impl<T: Explain + ?Sized> InOwnWords<'_, T> {
    /// The value, in words of its own.
    pub fn value(&self) -> Value<'_> {
        Value::Debug(self)
    }
}

/// A type that nothing can be shown of.
#[derive(Debug)]
pub struct Nameable<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Deref for InOwnWords<'_, T> {
    type Target = Nameable<T>;

    fn deref(&self) -> &Nameable<T> {
        &Nameable(PhantomData)
    }
}

impl<T: ?Sized> Nameable<T> {
    /// The name of the type.
    pub fn value(&self) -> Value<'static> {
        Value::Type(type_name::<T>())
    }
}
