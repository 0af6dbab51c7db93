//! Which values can be compared within a tolerance, and how.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Debug, Formatter};
use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use super::table::Table;
use super::tolerance::{Tolerance, Unit};

/// A value that others can be compared with within a tolerance.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no tolerance",
    label = "`approx` takes `f64`, `f32`, `Duration`, and `Vec`s, arrays, slices, `Option`s and maps of them"
)]
pub trait Expected {
    /// What an absolute tolerance is given in.
    type Unit: Unit;

    /// Writes the value with its tolerance.
    ///
    /// # Errors
    /// Those of the formatter.
    fn describe(&self, tolerance: &Tolerance, formatter: &mut Formatter<'_>) -> fmt::Result;
}

/// A value that can be compared with an expected one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with an approximate `{E}`",
    note = "numbers are compared with numbers of their own type, sequences and maps with those of such numbers"
)]
pub trait Near<E: ?Sized> {
    /// Whether it is equal within the tolerance.
    fn is_near(&self, expected: &E, tolerance: &Tolerance) -> bool;

    /// Adds the parts that are not to the table.
    fn tabulate(&self, expected: &E, tolerance: &Tolerance, table: &mut Table);
}

/// A value with its tolerance, for `Debug`.
pub(super) struct Within<'a, E: ?Sized>(pub(super) &'a E, pub(super) &'a Tolerance);

impl<E: Expected + ?Sized> Debug for Within<'_, E> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.0.describe(self.1, formatter)
    }
}

macro_rules! float {
    ($float:ident, $bits:ident) => {
        impl Expected for $float {
            type Unit = Self;

            fn describe(&self, tolerance: &Tolerance, formatter: &mut Formatter<'_>) -> fmt::Result {
                write!(formatter, "{self:?}")?;
                tolerance.describe(
                    self.number(),
                    |difference, formatter| {
                        let two_digits: f64 = format!("{difference:.1e}").parse().unwrap_or(difference);
                        write!(formatter, "{two_digits:?}")
                    },
                    formatter,
                )
            }
        }

        impl Near<Self> for $float {
            #[expect(clippy::float_cmp, reason = "numbers that are equal are near, infinite ones too")]
            fn is_near(&self, expected: &Self, tolerance: &Tolerance) -> bool {
                if self == expected {
                    return true;
                }
                if self.is_nan() || expected.is_nan() {
                    return tolerance.nan_ok && self.is_nan() && expected.is_nan();
                }
                // Numbers in the order of their values, one step apart each.
                let place = |number: Self| {
                    let bits = number.to_bits();
                    let size = bits & !(1 << ($bits::BITS - 1));
                    if number.is_sign_negative() { -i128::from(size) } else { i128::from(size) }
                };
                let steps = place(*self).abs_diff(place(*expected));
                let steps = u64::try_from(steps).unwrap_or(u64::MAX);
                let difference = (self.number() - expected.number()).abs();
                self.is_finite() && expected.is_finite() && tolerance.allows(difference, expected.number(), steps)
            }

            fn tabulate(&self, expected: &Self, tolerance: &Tolerance, table: &mut Table) {
                let is_near = self.is_near(expected, tolerance);
                table.number(is_near, self.number(), expected.number(), &self, &Within(expected, tolerance));
            }
        }
    };
}
float!(f64, u64);
float!(f32, u32);

impl Expected for Duration {
    type Unit = Self;

    fn describe(&self, tolerance: &Tolerance, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self:?}")?;
        let shown = |seconds: f64, formatter: &mut Formatter<'_>| match Self::try_from_secs_f64(seconds) {
            Ok(difference) => write!(formatter, "{difference:?}"),
            Err(_) => write!(formatter, "{seconds:.1e} s"),
        };
        tolerance.describe(self.number(), shown, formatter)
    }
}

impl Near<Self> for Duration {
    fn is_near(&self, expected: &Self, tolerance: &Tolerance) -> bool {
        let difference = self.abs_diff(*expected);
        let steps = u64::try_from(difference.as_nanos()).unwrap_or(u64::MAX);
        self == expected || tolerance.allows(difference.number(), expected.number(), steps)
    }

    fn tabulate(&self, expected: &Self, tolerance: &Tolerance, table: &mut Table) {
        table.duration(self.is_near(expected, tolerance), *self, *expected, &Within(expected, tolerance));
    }
}

/// Values one after another.
pub trait Sequence {
    /// One of them.
    type Item;

    /// All of them.
    fn items(&self) -> &[Self::Item];
}

fn sequence_is_near<A: Near<E>, E>(actual: &[A], expected: &[E], tolerance: &Tolerance) -> bool {
    let mut pairs = actual.iter().zip(expected);
    actual.len() == expected.len() && pairs.all(|(actual, expected)| actual.is_near(expected, tolerance))
}

fn tabulate_sequence<A: Near<E>, E>(actual: &[A], expected: &[E], tolerance: &Tolerance, table: &mut Table) {
    if actual.len() != expected.len() {
        let elements = if actual.len() == 1 { "element" } else { "elements" };
        table.say(&format!("{} {elements}, expected {}", actual.len(), expected.len()));
    }
    for (index, (actual, expected)) in actual.iter().zip(expected).enumerate() {
        table.within(&format!("[{index}]"), |table| actual.tabulate(expected, tolerance, table));
    }
}

macro_rules! sequence {
    ($([$($parameters:tt)*] $sequence:ty;)*) => {$(
        impl<T, $($parameters)*> Sequence for $sequence {
            type Item = T;

            fn items(&self) -> &[T] {
                self
            }
        }

        impl<T: Expected, $($parameters)*> Expected for $sequence {
            type Unit = T::Unit;

            fn describe(&self, tolerance: &Tolerance, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.debug_list().entries(self.iter().map(|item| Within(item, tolerance))).finish()
            }
        }

        impl<T: Near<E::Item>, E: Sequence, $($parameters)*> Near<E> for $sequence {
            fn is_near(&self, expected: &E, tolerance: &Tolerance) -> bool {
                sequence_is_near(self, expected.items(), tolerance)
            }

            fn tabulate(&self, expected: &E, tolerance: &Tolerance, table: &mut Table) {
                tabulate_sequence(self, expected.items(), tolerance, table);
            }
        }
    )*};
}
sequence! {
    [] Vec<T>;
    [const N: usize] [T; N];
    [] &[T];
}

impl<T: Expected> Expected for Option<T> {
    type Unit = T::Unit;

    fn describe(&self, tolerance: &Tolerance, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.as_ref().map(|value| Within(value, tolerance)).fmt(formatter)
    }
}

impl<A: Near<E>, E: Expected> Near<Option<E>> for Option<A> {
    fn is_near(&self, expected: &Option<E>, tolerance: &Tolerance) -> bool {
        match (self, expected) {
            (Some(actual), Some(expected)) => actual.is_near(expected, tolerance),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    fn tabulate(&self, expected: &Option<E>, tolerance: &Tolerance, table: &mut Table) {
        match (self, expected) {
            (Some(actual), Some(expected)) => actual.tabulate(expected, tolerance, table),
            (None, None) => {}
            (Some(_), None) => table.say("a value where there should be none"),
            (None, Some(_)) => table.say("no value where there should be one"),
        }
    }
}

macro_rules! map {
    ($([$($parameters:tt)*] $map:ident<$($arguments:ident),*> with $($bounds:path),+; $($others:ident)?;)*) => {$(
        impl<K: Debug, V: Expected, $($parameters)*> Expected for $map<$($arguments),*> {
            type Unit = V::Unit;

            fn describe(&self, tolerance: &Tolerance, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.debug_map().entries(self.iter().map(|(key, value)| (key, Within(value, tolerance)))).finish()
            }
        }

        impl<K: Debug $(+ $bounds)+, V: Near<E>, E: Expected, $($parameters)*> Near<$map<K, E $(, $others)?>>
            for $map<$($arguments),*>
        {
            fn is_near(&self, expected: &$map<K, E $(, $others)?>, tolerance: &Tolerance) -> bool {
                let is_near = |(key, expected)| {
                    self.get(key).is_some_and(|actual| actual.is_near(expected, tolerance))
                };
                self.len() == expected.len() && expected.iter().all(is_near)
            }

            fn tabulate(&self, expected: &$map<K, E $(, $others)?>, tolerance: &Tolerance, table: &mut Table) {
                for key in self.keys().filter(|key| !expected.contains_key(*key)) {
                    table.say(&format!("[{key:?}] should not be there"));
                }
                for (key, expected) in expected {
                    match self.get(key) {
                        Some(actual) => {
                            table.within(&format!("[{key:?}]"), |table| actual.tabulate(expected, tolerance, table));
                        }
                        None => table.say(&format!("[{key:?}] is missing")),
                    }
                }
            }
        }
    )*};
}
map! {
    [] BTreeMap<K, V> with Ord;;
    [S: BuildHasher] HashMap<K, V, S> with Eq, Hash; S;
}
