//! Values inside of a condition, kept until it is known whether anybody wants to see them.
//!
//! Passing assertions pay for this, in unoptimised builds too, so keeping is next to nothing: a reference, an address, or
//! the bits of a small value. What can be kept depends on the type, which the macro does not know. The compiler is asked
//! by method resolution: a wrapper has the method for the types that fit, and dereferences to a wrapper that has it for
//! the next kind of types, down to one that takes all. That needs no trait in scope, and importing one in every assertion
//! would take the compiler longer than all the rest.

#![expect(
    clippy::inline_always,
    reason = "only this inlines in unoptimised builds, where a call costs more than what it does here"
)]

mod asked;
mod container;
mod iterator;
mod place;
mod primitive;
mod slot;

use container::Container;

use super::Value;

pub use asked::{Peek, asked, asking, peek};
pub use iterator::{Watch, last_element, watching};
pub use place::{altered, consumed, copying, looking, place};
pub use primitive::{PrimitiveProbe, Undecided, before};
pub use slot::{Slot, filled, snap};

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

/// A wrapper that dereferences to the next one: `wrapper => next`.
macro_rules! next_kind {
    ($([$($parameters:tt)*] $wrapper:ty => $next:ty;)+) => {
        $(impl<$($parameters)*> std::ops::Deref for $wrapper {
            type Target = $next;

            #[inline(always)]
            fn deref(&self) -> &$next {
                &self.0
            }
        })+
    };
}
pub(crate) use next_kind;
