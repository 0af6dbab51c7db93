//! Results of calls that are consumed.

use std::cell::UnsafeCell;
use std::fmt::Debug;
use std::mem::MaybeUninit;
use std::ops::Deref;

use super::super::own_words::Explain;
use super::next_kind;
use super::place::{Copied, CopiedOwn, Unseen};

/// Largest value whose bits are kept, in bytes.
pub(super) const LARGEST: usize = 64;

/// Room for the bits of a value.
pub struct Slot<T>(UnsafeCell<MaybeUninit<T>>);

impl<T> Slot<T> {
    /// Room without a value in it.
    #[inline(always)]
    #[expect(clippy::new_without_default, reason = "made by expanded code only")]
    pub const fn new() -> Self {
        Self(UnsafeCell::new(MaybeUninit::uninit()))
    }

    #[inline(always)]
    pub(super) fn fill(&self, value: &T) {
        if size_of::<T>() <= LARGEST {
            // SAFETY: both are valid for a `T`, and `value` cannot overlap the slot, to which nobody else has a reference.
            unsafe { self.0.get().cast::<T>().copy_from_nonoverlapping(value, 1) };
        }
    }

    /// A copy of the value, if it is not too large.
    ///
    /// # Safety
    /// The slot has been filled.
    #[inline(always)]
    pub(super) unsafe fn copy(&self) -> Copied<T>
    where
        T: Copy,
    {
        // SAFETY: it was filled with the bits of a `T`, and copies of a `Copy` type's bits are values of it.
        unsafe { Copied::from_address(self.0.get().cast::<T>()) }
    }
}

/// Passes a value on and keeps its bits.
#[inline(always)]
pub fn snap<T>(value: T, slot: &Slot<T>) -> T {
    slot.fill(&value);
    value
}

/// A value that was passed on, where its type is `Copy` and has `Debug`.
pub struct Filled<'a, T>(FilledOwn<'a, T>);

/// The same, where it has no `Debug`, but words of its own.
pub struct FilledOwn<'a, T>(&'a Slot<T>, NotCopy);

/// A value that may be gone.
pub struct NotCopy;

/// What has become of a value that was passed on.
pub fn filled<T>(slot: &Slot<T>) -> Filled<'_, T> {
    Filled(FilledOwn(slot, NotCopy))
}

next_kind! {
    ['a, T] Filled<'a, T> => FilledOwn<'a, T>;
}

impl<T> Deref for FilledOwn<'_, T> {
    type Target = NotCopy;

    fn deref(&self) -> &NotCopy {
        &self.1
    }
}

impl<T: Copy + Debug> Filled<'_, T> {
    /// The value, if it was not too large.
    #[inline(always)]
    pub fn copy(&self) -> Copied<T> {
        self.0.copied()
    }
}

impl<T: Copy + Explain> FilledOwn<'_, T> {
    /// The value, if it was not too large.
    pub fn copy(&self) -> CopiedOwn<T> {
        CopiedOwn(self.copied())
    }
}

impl<T: Copy> FilledOwn<'_, T> {
    #[inline(always)]
    fn copied(&self) -> Copied<T> {
        // SAFETY: an assertion is told of after its whole condition has been evaluated, and the macro keeps nothing of parts
        // that may be left out.
        unsafe { self.0.copy() }
    }
}

impl NotCopy {
    /// Nothing to be seen.
    pub fn copy(&self) -> Unseen<()> {
        Unseen::new()
    }
}
