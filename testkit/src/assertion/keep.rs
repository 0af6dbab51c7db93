//! Values inside of a condition, kept until it is known whether anybody wants to see them.
//!
//! Passing assertions pay for this, in unoptimised builds too, so keeping is next to nothing: an address, or the bits of a
//! small value. What may be read again is decided where the assertion has failed and every type is known, by method
//! resolution: the inherent method of a probe is there for types that fit, and the methods of the traits
//! [`Container`], [`Copyable`] and [`Other`] are found, in this order, for the rest.

#![expect(
    clippy::inline_always,
    reason = "only this inlines in unoptimised builds, where a call costs more than what it does here"
)]

use std::borrow::Cow;
use std::cell::{Cell, UnsafeCell};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, VecDeque};
use std::ffi::OsString;
use std::fmt::{self, Debug};
use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use super::Value;

/// What has become of a value.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// It is there.
    Value(Value<'a>),
    /// It may be there, and is not shown.
    Hidden,
    /// The evaluation moved it away.
    Moved,
}

/// The address of a place.
pub struct Place<T: ?Sized>(*const T);

/// Notes a place's address.
#[inline(always)]
pub const fn place<T: ?Sized>(place: &T) -> Place<T> {
    Place(place)
}

/// Room for the bits of a value. Larger values than `LARGEST` are not kept.
pub struct Slot<T> {
    bits: UnsafeCell<MaybeUninit<T>>,
    is_filled: Cell<bool>,
}

/// In bytes.
const LARGEST: usize = 64;

impl<T> Slot<T> {
    /// Room without a value in it.
    #[inline(always)]
    #[expect(clippy::new_without_default, reason = "made by expanded code only")]
    pub const fn new() -> Self {
        Self { bits: UnsafeCell::new(MaybeUninit::uninit()), is_filled: Cell::new(false) }
    }

    #[inline(always)]
    fn fill(&self, value: &T) {
        if size_of::<T>() <= LARGEST {
            // SAFETY: both are valid for a `T`, and `value` cannot overlap the slot, to which nobody else has a reference.
            unsafe { self.bits.get().cast::<T>().copy_from_nonoverlapping(value, 1) };
            self.is_filled.set(true);
        }
    }

    fn value(&self) -> Option<&T>
    where
        T: Copy,
    {
        // SAFETY: it was filled with the bits of a `T`, and copies of a `Copy` type's bits are values of it. Nothing fills
        // it again while the reference lives: that happens after the assertion has failed.
        self.is_filled.get().then(|| unsafe { (*self.bits.get()).assume_init_ref() })
    }
}

/// Passes a value on and keeps its bits.
#[inline(always)]
pub fn snap<T>(value: T, slot: &Slot<T>) -> T {
    slot.fill(&value);
    value
}

/// Keeps the bits of a place's value.
#[inline(always)]
pub fn copy_place<T>(place: &T, slot: &Slot<T>) {
    slot.fill(place);
}

/// The address of a temporary that a question is asked of.
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

/// The last element that an iterator gave.
pub struct Watch<T> {
    last: Slot<T>,
    count: Cell<usize>,
}

impl<T> Watch<T> {
    /// None yet.
    #[expect(clippy::new_without_default, reason = "made by expanded code only")]
    pub const fn new() -> Self {
        Self { last: Slot::new(), count: Cell::new(0) }
    }
}

/// An iterator whose elements are noted on their way.
pub struct Watched<'a, I: Iterator> {
    iterator: I,
    kept: &'a Watch<I::Item>,
}

/// Notes each element of an iterator.
pub fn watch<I: Iterator>(iterator: I, kept: &Watch<I::Item>) -> Watched<'_, I> {
    Watched { iterator, kept }
}

impl<I: Iterator> Iterator for Watched<'_, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        let element = self.iterator.next()?;
        self.kept.last.fill(&element);
        self.kept.count.set(self.kept.count.get() + 1);
        Some(element)
    }
}

/// The operands of a comparison that did not decide. Only numbers, `bool`s and characters outlive it.
#[derive(Default)]
pub struct Undecided(Cell<Option<UndecidedOperands>>);

/// Their source texts and values.
#[derive(Clone, Copy)]
pub(crate) struct UndecidedOperands {
    pub(crate) sources: [&'static str; 2],
    pub(crate) values: [Option<Primitive>; 2],
}

impl Undecided {
    /// None yet.
    pub const fn new() -> Self {
        Self(Cell::new(None))
    }

    /// Notes both; `texts` are the left source, the operator and the right source.
    pub fn note(&self, texts: &[&'static str; 3], left: Option<Primitive>, right: Option<Primitive>) {
        self.0.set(Some(UndecidedOperands { sources: [texts[0], texts[2]], values: [left, right] }));
    }

    pub(crate) fn operands(&self) -> Option<UndecidedOperands> {
        self.0.get()
    }
}

/// A value that borrows from nothing.
#[derive(Clone, Copy)]
pub enum Primitive {
    /// A signed integer.
    Signed(i128),
    /// An unsigned integer.
    Unsigned(u128),
    /// A float.
    Float(f64),
    /// An `f32`, which is shown with fewer digits.
    Single(f32),
    /// A truth value.
    Boolean(bool),
    /// A character.
    Character(char),
}

impl Debug for Primitive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(value) => value.fmt(formatter),
            Self::Unsigned(value) => value.fmt(formatter),
            Self::Float(value) => value.fmt(formatter),
            Self::Single(value) => value.fmt(formatter),
            Self::Boolean(value) => value.fmt(formatter),
            Self::Character(value) => Debug::fmt(value, formatter),
        }
    }
}

/// A type of primitive values.
pub trait PrimitiveType: Copy {
    /// The value.
    fn primitive(self) -> Primitive;
}

macro_rules! primitives {
    ($($kind:ident: $($name:ty)+;)+) => {
        $($(impl PrimitiveType for $name {
            fn primitive(self) -> Primitive {
                Primitive::$kind(self.into())
            }
        })+)+
    };
}

primitives! {
    Signed: i8 i16 i32 i64 i128;
    Unsigned: u8 u16 u32 u64 u128;
    Float: f64;
    Single: f32;
    Boolean: bool;
    Character: char;
}

impl PrimitiveType for usize {
    fn primitive(self) -> Primitive {
        Primitive::Unsigned(self as u128)
    }
}

impl PrimitiveType for isize {
    fn primitive(self) -> Primitive {
        Primitive::Signed(self as i128)
    }
}

/// The operand of a comparison that does not decide.
pub struct PrimitiveProbe<'a, T: ?Sized>(pub &'a T);

impl<T: PrimitiveType> PrimitiveProbe<'_, T> {
    /// Its value.
    pub fn primitive(&self) -> Option<Primitive> {
        Some((*self.0).primitive())
    }
}

/// The fallback of [`PrimitiveProbe`].
pub trait NoPrimitive {
    /// Nothing.
    fn primitive(&self) -> Option<Primitive>;
}

impl<T: ?Sized> NoPrimitive for PrimitiveProbe<'_, T> {
    fn primitive(&self) -> Option<Primitive> {
        None
    }
}

/// A place that was only looked at.
pub struct Looked<'a, T: ?Sized>(pub &'a Place<T>);
/// A place whose value was consumed.
pub struct Consumed<'a, T: ?Sized>(pub &'a Place<T>);
/// A value whose bits were kept.
pub struct Copied<'a, T>(pub &'a Slot<T>);
/// A temporary that a question was asked of.
pub struct Asked<'a, T: ?Sized>(pub &'a Peek<T>);
/// The last element of an iterator.
pub struct LastElement<'a, T>(pub &'a Watch<T>);

impl<'a, T: Copy + Debug> Looked<'a, T> {
    /// The place's value: nobody can have moved it.
    pub const fn value(&self) -> Seen<'a> {
        // SAFETY: the place is in scope around the assertion, and its type is `Copy`, so no use of it has moved it.
        Seen::Value(Value::Debug(unsafe { &*self.0.0 }))
    }
}

impl<'a, T: Copy + Debug> Consumed<'a, T> {
    /// The place's value: to consume it was to copy it.
    pub const fn value(&self) -> Seen<'a> {
        // SAFETY: as for `Looked`.
        Seen::Value(Value::Debug(unsafe { &*self.0.0 }))
    }
}

impl<'a, T: Copy + Debug> Copied<'a, T> {
    /// The value, if it was not too large.
    pub fn value(&self) -> Seen<'a> {
        self.0.value().map_or(Seen::Hidden, |value| Seen::Value(Value::Debug(value)))
    }
}

impl<'a, T: Debug> Asked<'a, T> {
    /// The temporary.
    pub fn value(&self) -> Seen<'a> {
        // SAFETY: the temporary lives to the end of the `match` on the condition, whose arm this is called in.
        self.0.0.get().map_or(Seen::Hidden, |value| Seen::Value(Value::Debug(unsafe { &*value })))
    }
}

impl<'a, T: Copy + Debug> LastElement<'a, T> {
    /// The element.
    pub fn value(&self) -> Seen<'a> {
        self.0.last.value().map_or(Seen::Hidden, |value| Seen::Value(Value::Debug(value)))
    }
}

impl<T> LastElement<'_, T> {
    /// Which one it is, from 0; nothing if there was none.
    pub fn index(&self) -> Option<usize> {
        self.0.count.get().checked_sub(1)
    }
}

/// Places that hold a container of the standard library, of which a method that only looks has not moved anything.
pub trait Container<'a> {
    /// The place's value.
    fn value(&self) -> Seen<'a>;
}

macro_rules! containers {
    ($([$($parameters:tt)*] $name:ty;)+) => {
        $(impl<'a, $($parameters)*> Container<'a> for Looked<'a, $name> {
            fn value(&self) -> Seen<'a> {
                // SAFETY: the place is in scope around the assertion, and the methods that were called on it are inherent
                // ones of this type that take it by shared reference: the macro knows them by name.
                Seen::Value(Value::Debug(unsafe { &*self.0.0 }))
            }
        })+
    };
}

containers! {
    [] String;
    [] PathBuf;
    [] OsString;
    [T: Debug] Vec<T>;
    [T: Debug] VecDeque<T>;
    [T: Debug] BinaryHeap<T>;
    [T: Debug] Option<T>;
    [T: Debug, E: Debug] Result<T, E>;
    [T: Debug, const N: usize] [T; N];
    [T: Debug + ?Sized] Box<T>;
    [T: Debug + ?Sized] Rc<T>;
    [T: Debug + ?Sized] Arc<T>;
    [T: Debug + ?Sized] &mut T;
    [T: Debug + ToOwned<Owned: Debug> + ?Sized] Cow<'_, T>;
    [T: Debug, S] HashSet<T, S>;
    [K: Debug, V: Debug, S] HashMap<K, V, S>;
    [T: Debug] BTreeSet<T>;
    [K: Debug, V: Debug] BTreeMap<K, V>;
}

/// Values that are `Copy` and have no `Debug`: not moved, and nothing to be seen.
pub trait Copyable<'a> {
    /// Nothing to be seen.
    fn value(&self) -> Seen<'a>;
}

impl<'a, T: Copy> Copyable<'a> for Consumed<'a, T> {
    fn value(&self) -> Seen<'a> {
        Seen::Hidden
    }
}

/// The rest.
pub trait Other<'a> {
    /// What can be said of it.
    fn value(&self) -> Seen<'a>;
}

impl<'a, T: ?Sized> Other<'a> for &Looked<'a, T> {
    fn value(&self) -> Seen<'a> {
        Seen::Hidden
    }
}

impl<'a, T: ?Sized> Other<'a> for &Consumed<'a, T> {
    fn value(&self) -> Seen<'a> {
        Seen::Moved
    }
}

impl<'a, T> Other<'a> for &Copied<'a, T> {
    fn value(&self) -> Seen<'a> {
        Seen::Hidden
    }
}

impl<'a, T: ?Sized> Other<'a> for &Asked<'a, T> {
    fn value(&self) -> Seen<'a> {
        Seen::Value(Value::Type(std::any::type_name::<T>()))
    }
}

impl<'a, T> Other<'a> for &LastElement<'a, T> {
    fn value(&self) -> Seen<'a> {
        Seen::Hidden
    }
}
