//! A value that may or may not have `Debug`, or words of its own, decided where the assertion stands.

use std::any::type_name;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr;

use super::own_words::{Explain, InOwnWords};

/// A value to be shown.
///
/// Its method [`value`](Probe::value) is there for types with `Debug`. For others the compiler goes on to look at what a
/// probe dereferences to: first for types that explain themselves, then for all. Traits would do the same, but to import
/// some in every assertion takes the compiler longer than all the rest of it.
///
/// `Debug` is asked for first, although what has [`Explain`] is shown by that: what the compiler tries first it also takes for
/// types that it does not know yet, as that of a `None`, and nearly all of those turn out to have `Debug`. Between the two
/// decides `ShownAs`, later.
#[derive(Debug)]
#[repr(transparent)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// What can be shown of a value.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Its `Debug` text, or its own words.
    Debug(&'a dyn Debug),
    /// The name of its type, which has neither.
    Type(&'static str),
}

/// That a value is shown in words of its own.
#[derive(Debug)]
pub struct OwnWords;

/// That a value is shown by its `Debug` text.
#[derive(Debug)]
pub struct DebugText;

/// What assertions pass for the way in which a value is shown, cast to a pointer at they do not say what.
pub const OWN_WORDS: *const OwnWords = ptr::null();

/// What a value is shown as, in this way.
///
/// Assertions ask for a way that the compiler finds, by the argument `OWN_WORDS as *const _`. Where one of the implementations
/// fits, that is the way, and the argument is cast to it. Where both do, the compiler leaves it open until it has found all
/// other types in the function. Only then it looks at casts, and one to a pointer at something of which nothing is known keeps
/// its type: so what has both is shown in its own words. This works as well for a value whose type is known only from code
/// behind the assertion.
pub trait ShownAs<How> {
    /// A type with the same values.
    type As: Debug + ?Sized;
}

impl<T: Explain + ?Sized> ShownAs<OwnWords> for T {
    type As = InOwnWords<T>;
}

impl<T: Debug + ?Sized> ShownAs<DebugText> for T {
    type As = T;
}

/// A value as what it is shown as.
pub(super) const fn shown_as<'a, 'b, T, How: 'static>(value: &'a &'b T) -> &'a &'b T::As
where
    T: ShownAs<How> + ?Sized,
{
    // SAFETY: it is the same type, or one that is `repr(transparent)` around it.
    unsafe { &*(&raw const *value).cast() }
}

impl<T: Debug + ?Sized> Probe<'_, T> {
    /// The value, for its own words or its `Debug` text.
    pub const fn value<How: 'static>(&self, _: *const How) -> Value<'_>
    where
        T: ShownAs<How>,
    {
        Value::Debug(shown_as(&self.0))
    }
}

/// A value whose type has no `Debug`.
#[derive(Debug)]
#[repr(transparent)]
pub struct Undebuggable<'a, T: ?Sized>(&'a T);

impl<'a, T: ?Sized> Deref for Probe<'a, T> {
    type Target = Undebuggable<'a, T>;

    fn deref(&self) -> &Undebuggable<'a, T> {
        // SAFETY: both are `repr(transparent)` around the same reference.
        unsafe { &*(&raw const *self).cast() }
    }
}

impl<T: Explain + ?Sized> Undebuggable<'_, T> {
    /// The value, in words of its own.
    pub fn value(&self, _: *const OwnWords) -> Value<'_> {
        Value::Debug(shown_as::<T, OwnWords>(&self.0))
    }
}

/// A type that nothing can be shown of.
#[derive(Debug)]
pub struct Nameable<T: ?Sized>(PhantomData<T>);

impl<T: ?Sized> Deref for Undebuggable<'_, T> {
    type Target = Nameable<T>;

    fn deref(&self) -> &Nameable<T> {
        &Nameable(PhantomData)
    }
}

impl<T: ?Sized> Nameable<T> {
    /// The name of the type.
    pub fn value(&self, _: *const OwnWords) -> Value<'static> {
        Value::Type(type_name::<T>())
    }
}
