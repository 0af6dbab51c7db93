//! Places: variables, and fields of them.

use std::fmt::Debug;
use std::mem::MaybeUninit;

use super::super::Value;
use super::slot::LARGEST;
use super::{Container, Seen, next_kind};

/// A place that is going to be looked at, where that is a container of the standard library.
pub struct Looking<'a, T: ?Sized>(Copying<'a, T>);

/// A place that somebody is going to use in some way, where its type is `Copy`.
pub struct Copying<'a, T: ?Sized>(Unseen<&'a T>);

/// Of what is not kept, nothing is shown.
pub struct Unseen<T>(T);

next_kind! {
    ['a, T: ?Sized] Looking<'a, T> => Copying<'a, T>;
    ['a, T: ?Sized] Copying<'a, T> => Unseen<&'a T>;
}

/// Keeps a place that the evaluation looks at.
#[inline(always)]
pub fn looking<T: ?Sized>(place: &T) -> Looking<'_, T> {
    Looking(copying(place))
}

/// Keeps a place of which nobody knows what the evaluation does to it.
#[inline(always)]
pub fn copying<T: ?Sized>(place: &T) -> Copying<'_, T> {
    Copying(Unseen(place))
}

impl<'a, T: Container + Debug> Looking<'a, T> {
    /// A reference: whatever changes or moves the place in the meantime is an error of the compiler.
    #[inline(always)]
    pub fn keep(&self) -> Held<'a, T> {
        Held(self.0.0.0)
    }
}

impl<T: Copy + Debug> Copying<'_, T> {
    /// The bits, if they are few.
    #[inline(always)]
    pub fn keep(&self) -> Copied<T> {
        let mut copied = MaybeUninit::uninit();
        if size_of::<T>() <= LARGEST {
            copied.write(*self.0.0);
        }
        Copied(copied)
    }
}

impl<T> Unseen<T> {
    /// Nothing.
    #[inline(always)]
    pub fn keep(&self) -> Unseen<()> {
        Unseen(())
    }

    /// Nothing to be seen.
    pub fn seen(&self) -> Seen<'static> {
        Seen::Hidden
    }
}

/// A reference to a place.
pub struct Held<'a, T>(&'a T);

impl<T: Debug> Held<'_, T> {
    /// The place's value.
    pub fn seen(&self) -> Seen<'_> {
        Seen::Value(Value::Debug(self.0))
    }
}

/// The value that a place had.
pub struct Copied<T>(MaybeUninit<T>);

impl<T: Copy + Debug> Copied<T> {
    /// The value, if it is not too large.
    pub fn seen(&self) -> Seen<'_> {
        if size_of::<T>() > LARGEST {
            return Seen::Hidden;
        }
        // SAFETY: values of this size were copied when this was made.
        Seen::Value(Value::Debug(unsafe { self.0.assume_init_ref() }))
    }
}

/// The address of a place.
pub struct Place<T: ?Sized>(*const T);

/// Notes the address of a place that the evaluation consumes, or changes.
#[inline(always)]
pub const fn place<T: ?Sized>(place: *const T) -> Place<T> {
    Place(place)
}

/// A place that was consumed, where its type is `Copy` and has `Debug`.
pub struct Consumed<'a, T: ?Sized>(ConsumedCopy<'a, T>);
/// A place that was consumed, where its type is `Copy`.
pub struct ConsumedCopy<'a, T: ?Sized>(ConsumedReference<'a, T>);
/// A place that was consumed, where it is a `&mut` reference: it may have been borrowed from instead.
pub struct ConsumedReference<'a, T: ?Sized>(Gone<'a, T>);
/// A place that was moved away.
pub struct Gone<'a, T: ?Sized>(&'a Place<T>);

next_kind! {
    ['a, T: ?Sized] Consumed<'a, T> => ConsumedCopy<'a, T>;
    ['a, T: ?Sized] ConsumedCopy<'a, T> => ConsumedReference<'a, T>;
    ['a, T: ?Sized] ConsumedReference<'a, T> => Gone<'a, T>;
}

/// What has become of a place that was consumed.
pub const fn consumed<T: ?Sized>(place: &Place<T>) -> Consumed<'_, T> {
    Consumed(ConsumedCopy(ConsumedReference(Gone(place))))
}

impl<'a, T: Copy + Debug> Consumed<'a, T> {
    /// The place's value: to consume it was to copy it.
    pub const fn seen(&self) -> Seen<'a> {
        // SAFETY: the place is in scope around the assertion, its type is `Copy`, so no use of it has moved it, and nothing
        // in the assertion changes it.
        Seen::Value(Value::Debug(unsafe { &*self.0.0.0.0.0 }))
    }
}

impl<T: Copy> ConsumedCopy<'_, T> {
    /// It is there, and has no `Debug`.
    pub fn seen(&self) -> Seen<'static> {
        Seen::Hidden
    }
}

impl<T: ?Sized> ConsumedReference<'_, &mut T> {
    /// Nobody knows whether it was moved.
    pub fn seen(&self) -> Seen<'static> {
        Seen::Hidden
    }
}

impl<T: ?Sized> Gone<'_, T> {
    /// It was moved.
    pub fn seen(&self) -> Seen<'static> {
        Seen::Moved
    }
}

/// A place that the evaluation changed, where that is a container of the standard library.
pub struct Altered<'a, T: ?Sized>(&'a Place<T>, Unseen<()>);

impl<T: ?Sized> std::ops::Deref for Altered<'_, T> {
    type Target = Unseen<()>;

    fn deref(&self) -> &Unseen<()> {
        &self.1
    }
}

/// What a place is after the evaluation changed it.
pub fn altered<T: ?Sized>(place: &Place<T>) -> Altered<'_, T> {
    Altered(place, Unseen(()))
}

impl<'a, T: Container + Debug> Altered<'a, T> {
    /// The place's value.
    pub fn seen(&self) -> Seen<'a> {
        // SAFETY: the place is in scope around the assertion; methods that change a container do not move it, and what they
        // have returned is not used any more.
        Seen::Value(Value::Debug(unsafe { &*self.0.0 }))
    }
}
