//! Places: variables, and fields of them.

use std::fmt::Debug;
use std::mem::MaybeUninit;

use super::super::Value;
use super::super::own_words::Explain;
use super::super::probe::{OwnWords, ShownAs, shown_as};
use super::slot::LARGEST;
use super::{Container, Seen, next_kind};

/// A place that is going to be looked at, where that is a container of the standard library with `Debug`.
pub struct Looking<'a, T: ?Sized>(LookingOwn<'a, T>);

/// The same, where it has no `Debug`, but words of its own.
pub struct LookingOwn<'a, T: ?Sized>(Copying<'a, T>);

/// A place that somebody is going to use in some way, where its type is `Copy` and has `Debug`.
pub struct Copying<'a, T: ?Sized>(CopyingOwn<'a, T>);

/// The same, where it has no `Debug`, but words of its own.
pub struct CopyingOwn<'a, T: ?Sized>(Unseen<&'a T>);

/// Of what is not kept, nothing is shown.
#[derive(Clone, Copy)]
pub struct Unseen<T>(T);

next_kind! {
    ['a, T: ?Sized] Looking<'a, T> => LookingOwn<'a, T>;
    ['a, T: ?Sized] LookingOwn<'a, T> => Copying<'a, T>;
    ['a, T: ?Sized] Copying<'a, T> => CopyingOwn<'a, T>;
    ['a, T: ?Sized] CopyingOwn<'a, T> => Unseen<&'a T>;
}

/// Keeps a place that the evaluation looks at.
#[inline(always)]
pub fn looking<T: ?Sized>(place: &T) -> Looking<'_, T> {
    Looking(LookingOwn(copying(place)))
}

/// Keeps a place of which nobody knows what the evaluation does to it.
#[inline(always)]
pub fn copying<T: ?Sized>(place: &T) -> Copying<'_, T> {
    Copying(CopyingOwn(Unseen(place)))
}

impl<'a, T: Container + Debug> Looking<'a, T> {
    /// A reference: whatever changes or moves the place in the meantime is an error of the compiler.
    #[inline(always)]
    pub fn keep(&self) -> Held<'a, T> {
        Held(self.0.0.0.0.0)
    }
}

impl<'a, T: Container + Explain> LookingOwn<'a, T> {
    /// A reference, as above.
    #[inline(always)]
    pub fn keep(&self) -> HeldOwn<'a, T> {
        HeldOwn(self.0.0.0.0)
    }
}

impl<T: Copy + Debug> Copying<'_, T> {
    /// The bits, if they are few.
    #[inline(always)]
    pub fn keep(&self) -> Copied<T> {
        // SAFETY: it is the address of a reference.
        unsafe { Copied::from_address(self.0.0.0) }
    }
}

impl<T: Copy + Explain> CopyingOwn<'_, T> {
    /// The bits, if they are few.
    #[inline(always)]
    pub fn keep(&self) -> CopiedOwn<T> {
        // SAFETY: it is the address of a reference.
        CopiedOwn(unsafe { Copied::from_address(self.0.0) })
    }
}

impl Unseen<()> {
    pub(super) const fn new() -> Self {
        Self(())
    }
}

impl<T> Unseen<T> {
    /// Nothing.
    #[inline(always)]
    pub fn keep(&self) -> Unseen<()> {
        Unseen(())
    }

    /// Nothing to be seen.
    pub fn seen(&self, _: *const OwnWords) -> Seen<'static> {
        Seen::Hidden
    }
}

/// A reference to a place.
pub struct Held<'a, T>(&'a T);

impl<T> Clone for Held<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Held<'_, T> {}

impl<T: Debug> Held<'_, T> {
    /// The place's value.
    pub fn seen<How: 'static>(&self, _: *const How) -> Seen<'_>
    where
        T: ShownAs<How>,
    {
        Seen::Value(Value::Debug(shown_as(&self.0)))
    }
}

/// A reference to a place whose value has only words of its own.
pub struct HeldOwn<'a, T>(&'a T);

impl<T> Clone for HeldOwn<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for HeldOwn<'_, T> {}

impl<T: Explain> HeldOwn<'_, T> {
    /// The place's value.
    pub fn seen(&self, _: *const OwnWords) -> Seen<'_> {
        Seen::Value(Value::Debug(shown_as::<T, OwnWords>(&self.0)))
    }
}

/// A value that was copied.
#[derive(Clone, Copy)]
pub struct Copied<T: Copy>(MaybeUninit<T>);

impl<T: Copy> Copied<T> {
    /// Copies the value at an address, if it is not too large.
    ///
    /// # Safety
    /// There is one.
    #[inline(always)]
    pub(super) const unsafe fn from_address(address: *const T) -> Self {
        let mut copied = MaybeUninit::uninit();
        if size_of::<T>() <= LARGEST {
            // SAFETY: the caller says so.
            copied.write(unsafe { *address });
        }
        Self(copied)
    }

    /// The value, if it is not too large.
    pub const fn seen<How: 'static>(&self, _: *const How) -> Seen<'_>
    where
        T: ShownAs<How, As: Sized>,
    {
        if size_of::<T>() > LARGEST {
            return Seen::Hidden;
        }
        // SAFETY: values of this size were copied when this was made.
        let value = unsafe { self.0.assume_init_ref() };
        let shown: &T::As = shown_as(&value);
        Seen::Value(Value::Debug(shown))
    }
}

/// A value that was copied, and has only words of its own.
#[derive(Clone, Copy)]
pub struct CopiedOwn<T: Copy>(pub(super) Copied<T>);

impl<T: Copy + Explain> CopiedOwn<T> {
    /// The value, if it is not too large.
    pub fn seen(&self, how: *const OwnWords) -> Seen<'_> {
        self.0.seen(how)
    }
}

/// The address of a place.
pub struct Place<T: ?Sized>(*const T);

impl<T: ?Sized> Clone for Place<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Place<T> {}

/// Notes the address of a place that the evaluation consumes, or changes.
#[inline(always)]
pub const fn place<T: ?Sized>(place: *const T) -> Place<T> {
    Place(place)
}

/// A place that was consumed, where its type is `Copy` and has `Debug`.
pub struct Consumed<T: ?Sized>(ConsumedOwn<T>);
/// A place that was consumed, where its type is `Copy` and has no `Debug`, but words of its own.
pub struct ConsumedOwn<T: ?Sized>(ConsumedCopy<T>);
/// A place that was consumed, where its type is `Copy`.
pub struct ConsumedCopy<T: ?Sized>(ConsumedReference<T>);
/// A place that was consumed, where it is a `&mut` reference: it may have been borrowed from instead.
pub struct ConsumedReference<T: ?Sized>(ConsumedOther<T>);
/// Any other place that was consumed.
pub struct ConsumedOther<T: ?Sized>(Place<T>);

next_kind! {
    [T: ?Sized] Consumed<T> => ConsumedOwn<T>;
    [T: ?Sized] ConsumedOwn<T> => ConsumedCopy<T>;
    [T: ?Sized] ConsumedCopy<T> => ConsumedReference<T>;
    [T: ?Sized] ConsumedReference<T> => ConsumedOther<T>;
}

/// What has become of a place that was consumed.
#[inline(always)]
pub const fn consumed<T: ?Sized>(place: Place<T>) -> Consumed<T> {
    Consumed(ConsumedOwn(ConsumedCopy(ConsumedReference(ConsumedOther(place)))))
}

impl<T: Copy + Debug> Consumed<T> {
    /// The place's value: to consume it was to copy it.
    #[inline(always)]
    pub const fn copy(&self) -> Copied<T> {
        self.0.0.copied()
    }
}

impl<T: Copy + Explain> ConsumedOwn<T> {
    /// The place's value: to consume it was to copy it.
    pub const fn copy(&self) -> CopiedOwn<T> {
        CopiedOwn(self.0.copied())
    }
}

impl<T: Copy> ConsumedCopy<T> {
    #[inline(always)]
    const fn copied(&self) -> Copied<T> {
        // SAFETY: the place is in scope around the assertion, its type is `Copy`, so no use of it has moved it, and nothing
        // in the assertion changes it.
        unsafe { Copied::from_address(self.0.0.0.0) }
    }

    /// It is there, and nothing can be shown of it.
    pub fn copy(&self) -> Unseen<()> {
        Unseen(())
    }
}

impl<T: ?Sized> ConsumedReference<&mut T> {
    /// Nobody knows whether it was moved.
    pub fn copy(&self) -> Unseen<()> {
        Unseen(())
    }
}

impl<T: ?Sized> ConsumedOther<T> {
    /// It was moved.
    pub fn copy(&self) -> Gone {
        Gone
    }
}

/// A value that was moved away.
pub struct Gone;

impl Gone {
    /// It was moved.
    pub fn seen(&self, _: *const OwnWords) -> Seen<'static> {
        Seen::Moved
    }
}

/// A place that the evaluation changed, where that is a container of the standard library with `Debug`.
pub struct Altered<'a, T: ?Sized>(AlteredOwn<'a, T>);

/// The same, where it has no `Debug`, but words of its own.
pub struct AlteredOwn<'a, T: ?Sized>(&'a Place<T>);

next_kind! {
    ['a, T: ?Sized] Altered<'a, T> => AlteredOwn<'a, T>;
}

impl<T: ?Sized> std::ops::Deref for AlteredOwn<'_, T> {
    type Target = Unseen<()>;

    fn deref(&self) -> &Unseen<()> {
        &Unseen(())
    }
}

/// What a place is after the evaluation changed it.
pub fn altered<T: ?Sized>(place: &Place<T>) -> Altered<'_, T> {
    Altered(AlteredOwn(place))
}

impl<'a, T: Container + Debug> Altered<'a, T> {
    /// The place's value.
    pub fn seen<How: 'static>(&self, _: *const How) -> Seen<'a>
    where
        T: ShownAs<How, As: Sized>,
    {
        self.0.shown()
    }
}

impl<'a, T: Container + Explain> AlteredOwn<'a, T> {
    /// The place's value.
    pub fn seen(&self, _: *const OwnWords) -> Seen<'a> {
        self.shown::<OwnWords>()
    }
}

impl<'a, T> AlteredOwn<'a, T> {
    fn shown<How: 'static>(&self) -> Seen<'a>
    where
        T: ShownAs<How, As: Sized>,
    {
        // SAFETY: the place is in scope around the assertion; methods that change a container do not move it, and what they
        // have returned is not used any more.
        let value: &'a T = unsafe { &*self.0.0 };
        let shown: &'a T::As = shown_as(&value);
        Seen::Value(Value::Debug(shown))
    }
}
