//! Where the arguments of a property come from: in between, so that what is wrong with one is one error in our words.

use std::fmt::Debug;

use proptest::arbitrary::{Arbitrary, any};
use proptest::strategy::{BoxedStrategy, Strategy};

/// A type whose values can be made up.
#[diagnostic::on_unimplemented(
    message = "nothing makes up values of the type `{Self}`",
    label = "an argument of a property by value is made up",
    note = "name what makes them up, `#[property(argument = strategy)]`, or implement `proptest::arbitrary::Arbitrary`"
)]
pub trait MadeUp: Arbitrary<Strategy: 'static> {}

#[diagnostic::do_not_recommend]
impl<T: Arbitrary<Strategy: 'static>> MadeUp for T {}

/// What makes up values of a type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes up no values of the type `{T}`",
    label = "a strategy of proptest for values of the type `{T}` is wanted",
    note = "a range of numbers needs their type: `0..10_u8`"
)]
pub trait MakesUp<T>: Strategy<Value = T> {}

#[diagnostic::do_not_recommend]
impl<T, S: Strategy<Value = T>> MakesUp<T> for S {}

/// The strategy of a type. What it returns says nothing of how, so that it can be named where there is none.
pub fn of_type<T: MadeUp>() -> BoxedStrategy<T> {
    any::<T>().boxed()
}

/// The strategy that the author has named for an argument.
pub fn by_strategy<T: Debug>(strategy: impl MakesUp<T> + 'static) -> BoxedStrategy<T> {
    strategy.boxed()
}
