//! Comparisons that did not decide. Only numbers, `bool`s and characters outlive them.

use std::cell::Cell;
use std::fmt::{self, Debug};
use std::ops::Deref;

/// The operands of a comparison that did not decide.
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

/// The left operand of a comparison whose right one may change it: a primitive is read before, as the compiler does it, and
/// anything else is held by reference.
pub struct Before<'a, T: ?Sized>(BeforeOther<'a, T>);

/// Any other operand.
pub struct BeforeOther<'a, T: ?Sized>(&'a T);

/// A primitive value that was read.
pub struct Read<T>(T);

/// Asks what becomes of the operand.
pub fn before<T: ?Sized>(operand: &T) -> Before<'_, T> {
    Before(BeforeOther(operand))
}

impl<'a, T: ?Sized> Deref for Before<'a, T> {
    type Target = BeforeOther<'a, T>;

    fn deref(&self) -> &BeforeOther<'a, T> {
        &self.0
    }
}

impl<T: PrimitiveType> Before<'_, T> {
    /// Its value.
    pub fn read(&self) -> Read<T> {
        Read(*self.0.0)
    }
}

impl<'a, T: ?Sized> BeforeOther<'a, T> {
    /// The operand itself.
    pub fn read(&self) -> &'a T {
        self.0
    }
}

impl<T> Deref for Read<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The operand of a comparison that does not decide, where it is primitive.
pub struct PrimitiveProbe<'a, T: ?Sized>(pub &'a T);

/// Any other operand.
pub struct NoPrimitive;

impl<T: ?Sized> Deref for PrimitiveProbe<'_, T> {
    type Target = NoPrimitive;

    fn deref(&self) -> &NoPrimitive {
        &NoPrimitive
    }
}

impl<T: PrimitiveType> PrimitiveProbe<'_, T> {
    /// Its value.
    pub fn primitive(&self) -> Option<Primitive> {
        Some((*self.0).primitive())
    }
}

impl NoPrimitive {
    /// Nothing.
    pub fn primitive(&self) -> Option<Primitive> {
        None
    }
}
