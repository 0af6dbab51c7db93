//! Numbers that need to be equal only within a tolerance.
//!
//! The defaults and how tolerances combine are those of pytest's `approx`,
//! <https://docs.pytest.org/en/stable/reference/reference.html#pytest-approx>.
//!
//! No type of the standard library gets an implementation of `PartialEq` here: `x == text.parse().unwrap()` compiles only
//! while the compiler knows one type that `x` can be compared with. So `Approx` implements the comparison with numbers at its
//! right, and testkit's assertions wrap the operand at the left of an `approx(…)` in [`Actual`].

mod near;
mod table;
mod tolerance;

use std::fmt::{self, Debug, Formatter};

pub use near::{Expected, Near};
pub(crate) use table::take_note;
use tolerance::{Tolerance, Unit as _};

/// A value that others are compared with by [`approx`].
#[derive(Clone, Copy)]
pub struct Approx<E> {
    expected: E,
    tolerance: Tolerance,
}

/// The value, within a tolerance: for `f64`, `f32` and `Duration`, and for `Vec`s, arrays, slices, `Option`s and maps of them.
///
/// A number is equal if it differs by at most a millionth of the expected one, or by at most 1e-12. [`rel`](Approx::rel),
/// [`abs`](Approx::abs) and [`ulps`](Approx::ulps) say something else; with `abs` or `ulps` alone, nothing but that counts.
/// NaN is equal to nothing, but for [`nan_ok`](Approx::nan_ok), and infinity to itself.
///
/// ```
/// use std::time::Duration;
/// use testkit::{approx, assert, assert_eq};
///
/// assert!(0.1 + 0.2 == approx(0.3));
/// assert!(100.4 == approx(100.0).rel(0.005));
/// assert_eq!(vec![0.1 + 0.2, 0.6], approx([0.3, 0.6]));
/// assert!(Duration::from_millis(998) == approx(Duration::from_secs(1)).abs(Duration::from_millis(5)));
/// ```
///
/// In the assertions of testkit it stands on either side of `==` and `!=`, written out there as `approx(…)`. Elsewhere it
/// stands at the left:
///
/// ```
/// use testkit::{approx, assert};
///
/// let third = approx(1.0 / 3.0).abs(0.01);
/// assert!([0.33, 0.335].iter().all(|number| third == *number));
/// ```
///
/// ```should_panic
/// use testkit::{approx, assert_eq};
///
/// assert_eq!(vec![1.0, 2.0, 3.1], approx([1.0, 2.5, 3.0]));
/// ```
pub fn approx<E: Expected>(expected: E) -> Approx<E> {
    Approx { expected, tolerance: Tolerance::default() }
}

impl<E: Expected> Approx<E> {
    /// Allows a difference of this part of the expected number.
    ///
    /// # Panics
    /// If it is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn rel(mut self, part: f64) -> Self {
        assert!(part >= 0.0, "a relative tolerance is not negative: {part}");
        self.tolerance.relative = Some(part);
        self
    }

    /// Allows this difference.
    ///
    /// # Panics
    /// If it is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn abs(mut self, difference: E::Unit) -> Self {
        let difference = difference.number();
        assert!(difference >= 0.0, "an absolute tolerance is not negative: {difference}");
        self.tolerance.absolute = Some(difference);
        self
    }

    /// Allows this many steps from one representable number to the next (units in the last place). Numbers on both sides
    /// of zero are counted through it; durations have steps of a nanosecond.
    #[must_use]
    pub fn ulps(mut self, steps: u64) -> Self {
        self.tolerance.ulps = Some(steps);
        self
    }

    /// Lets NaN be equal to NaN.
    #[must_use]
    pub fn nan_ok(mut self) -> Self {
        self.tolerance.nan_ok = true;
        self
    }
}

impl<E: Expected> Debug for Approx<E> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.expected.describe(&self.tolerance, formatter)
    }
}

impl<A: Near<E> + ?Sized, E: Expected> PartialEq<A> for Approx<E> {
    fn eq(&self, actual: &A) -> bool {
        actual.is_near(&self.expected, &self.tolerance)
    }
}

/// The value at the left of an `approx(…)` in an assertion, which wants to know why it is not equal.
pub struct Actual<'a, A: ?Sized>(pub &'a A);

impl<A: Debug + ?Sized> Debug for Actual<'_, A> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What may stand at the right of an [`Actual`]: `Approx`, and what a function named `approx` that is not ours may return.
#[diagnostic::on_unimplemented(
    message = "`{A}` is not within a tolerance of `{Self}`",
    label = "the assertions of testkit take `approx(…)` at the right for `testkit::approx`",
    note = "put `approx(…)` at the left, or give a function of your own another name"
)]
pub trait ComparesWith<A: ?Sized> {
    /// Whether `actual` is equal to this.
    fn is_equal_to(&self, actual: &A) -> bool;
}

impl<A: Near<E> + ?Sized, E: Expected> ComparesWith<A> for Approx<E> {
    fn is_equal_to(&self, actual: &A) -> bool {
        let is_equal = self == actual;
        if !is_equal {
            table::note(self, actual);
        }
        is_equal
    }
}

macro_rules! compares_with_itself {
    ($($number:ty)*) => {
        $(impl ComparesWith<Self> for $number {
            #[expect(clippy::float_cmp, reason = "it is the author's comparison")]
            fn is_equal_to(&self, actual: &Self) -> bool {
                actual == self
            }
        })*
    };
}
compares_with_itself!(f32 f64);

impl<A: ?Sized, W: ComparesWith<A>> PartialEq<W> for Actual<'_, A> {
    fn eq(&self, wanted: &W) -> bool {
        wanted.is_equal_to(self.0)
    }
}
