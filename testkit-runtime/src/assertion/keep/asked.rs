//! Temporaries that a question is asked of: `find_user(7).is_some()`.

use std::any::type_name;
use std::cell::Cell;
use std::fmt::Debug;

use super::super::Value;
use super::super::own_words::Explain;
use super::super::probe::{OwnWords, ShownAs, shown_as};
use super::{Container, Seen, next_kind};

/// The address of a temporary.
pub struct Peek<T: ?Sized>(Cell<Option<*const T>>);

impl<T: ?Sized> Peek<T> {
    /// None yet.
    #[inline(always)]
    #[expect(clippy::new_without_default, reason = "made by expanded code only")]
    pub const fn new() -> Self {
        Self(Cell::new(None))
    }
}

/// Passes a reference on and keeps the address.
#[inline(always)]
pub fn peek<'a, T: ?Sized>(value: &'a T, kept: &Peek<T>) -> &'a T {
    kept.0.set(Some(value));
    value
}

/// A temporary that is asked by a method which may take it by reference or by value: by reference, where it is a container
/// of the standard library.
pub struct Asking<T>(AskingCopy<T>);
/// The same, where its type is `Copy`.
pub struct AskingCopy<T>(AskingOther<T>);
/// The same for all other types.
pub struct AskingOther<T>(Cell<Option<T>>);

next_kind! {
    [T] Asking<T> => AskingCopy<T>;
    [T] AskingCopy<T> => AskingOther<T>;
}

/// Takes a temporary that is going to be asked, to be dropped where it would have been.
#[inline(always)]
pub fn asking<T>(value: T) -> Asking<T> {
    Asking(AskingCopy(AskingOther(Cell::new(Some(value)))))
}

impl<T> AskingOther<T> {
    #[inline(always)]
    fn value(&self) -> &T {
        // SAFETY: only the method below changes the cell, and just one method of a wrapper is called once.
        unsafe { &*self.0.as_ptr() }.as_ref().expect("nobody has taken it")
    }

    /// The temporary itself; nothing of it is kept.
    #[inline(always)]
    pub fn ask(&self, _: &Peek<T>) -> T {
        self.0.take().expect("it is asked once")
    }
}

impl<T: Container> Asking<T> {
    /// A reference to the temporary.
    #[inline(always)]
    pub fn ask(&self, kept: &Peek<T>) -> &T {
        peek(self.value(), kept)
    }
}

impl<T: Copy> AskingCopy<T> {
    /// A copy of the temporary.
    #[inline(always)]
    pub fn ask(&self, kept: &Peek<T>) -> T {
        *peek(self.value(), kept)
    }
}

/// A temporary that was asked, where it has `Debug`.
pub struct Asked<'a, T: ?Sized>(AskedOwn<'a, T>);
/// The same, where it has only words of its own.
pub struct AskedOwn<'a, T: ?Sized>(AskedOther<'a, T>);
/// The same for all other types.
pub struct AskedOther<'a, T: ?Sized>(&'a Peek<T>);

next_kind! {
    ['a, T: ?Sized] Asked<'a, T> => AskedOwn<'a, T>;
    ['a, T: ?Sized] AskedOwn<'a, T> => AskedOther<'a, T>;
}

/// What a temporary was that was asked.
pub fn asked<T: ?Sized>(kept: &Peek<T>) -> Asked<'_, T> {
    Asked(AskedOwn(AskedOther(kept)))
}

impl<'a, T: Debug> Asked<'a, T> {
    /// The temporary.
    pub fn seen<How: 'static>(&self, _: *const How) -> Seen<'a>
    where
        T: ShownAs<How, As: Sized>,
    {
        self.0.0.shown()
    }
}

impl<'a, T: Explain> AskedOwn<'a, T> {
    /// The temporary.
    pub fn seen(&self, _: *const OwnWords) -> Seen<'a> {
        self.0.shown::<OwnWords>()
    }
}

impl<'a, T> AskedOther<'a, T> {
    fn shown<How: 'static>(&self) -> Seen<'a>
    where
        T: ShownAs<How, As: Sized>,
    {
        let Some(address) = self.0.0.get() else { return Seen::Hidden };
        // SAFETY: the temporary lives to the end of the `match` on the condition, whose arm this is called in.
        let value: &'a T = unsafe { &*address };
        let shown: &'a T::As = shown_as(&value);
        Seen::Value(Value::Debug(shown))
    }
}

impl<T: ?Sized> AskedOther<'_, T> {
    /// The name of its type.
    pub fn seen(&self, _: *const OwnWords) -> Seen<'static> {
        self.0.0.get().map_or(Seen::Hidden, |_| Seen::Value(Value::Type(type_name::<T>())))
    }
}
