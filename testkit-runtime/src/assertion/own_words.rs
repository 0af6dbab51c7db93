//! Values that explain themselves in words of their own.

use std::cell::{Ref, RefMut};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::{self, Debug, Formatter};
use std::rc::Rc;
use std::sync::{Arc, MutexGuard};

/// What assertions show of a value instead of its `Debug`, and of one that has none.
///
/// Assertions show a value by what this trait writes, if its type has it; else by `Debug`, if its type has that; else by the
/// type's name. It may write a few words, or lines, or with [`debug_struct`](Formatter::debug_struct) and its siblings a
/// structure whose differences are found part by part. It is written after a failure only.
///
/// ```
/// use std::fmt;
/// use testkit::{Explain, assert_eq, assert_panics};
///
/// #[derive(PartialEq)]
/// struct Grid(Vec<Vec<bool>>);
///
/// impl Explain for Grid {
///     fn explain(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
///         let row = |row: &Vec<bool>| row.iter().map(|cell| if *cell { '#' } else { '.' }).collect::<String>();
///         formatter.debug_list().entries(self.0.iter().map(row)).finish()
///     }
/// }
///
/// let (left, right) = (Grid(vec![vec![true, false]]), Grid(vec![vec![true, true]]));
/// let report = assert_panics!(assert_eq!(left, right));
/// std::assert!(report.contains("differs at [0]: \"#.\" ≠ \"##\""));
/// ```
///
/// # Inside of other types
///
/// What holds such values explains itself too, if it is a reference, a box, a counted pointer or a guard; an option; a result,
/// by the value that is `Ok`, if its error has `Debug`; a vector, slice, array, deque, list, heap or set; or a map, by its values,
/// if its keys have `Debug`.
///
/// Tuples and types of your own that hold such values do not: they are shown by their `Debug`, which asks for that of their
/// parts, and nobody can come between. Implement the trait for your own types as well, or let `Debug` write the same:
///
/// ```
/// # use std::fmt::{self, Debug};
/// # use testkit::{Explain, assert_eq, assert_panics};
/// # #[derive(PartialEq)]
/// # struct Cents(u32);
/// # impl Explain for Cents {
/// #     fn explain(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
/// #         write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
/// #     }
/// # }
/// impl Debug for Cents {
///     fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
///         self.explain(formatter)
///     }
/// }
///
/// let report = assert_panics!(assert_eq!(("fee", Cents(105)), ("fee", Cents(205))));
/// std::assert!(report.contains("differs at .1: 1.05 ≠ 2.05"));
/// ```
///
/// In a generic function a value explains itself if the function's bounds say that its type has this trait.
pub trait Explain {
    /// Writes what the value is; called with `{:#?}`, so that the builders write one part a line.
    ///
    /// # Errors
    /// Those of the formatter.
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result;
}

/// A value in words of its own, where `Debug` is asked for.
#[repr(transparent)]
pub struct InOwnWords<T: ?Sized>(T);

impl<T: ?Sized> InOwnWords<T> {
    /// The same value.
    pub(super) const fn of(value: &T) -> &Self {
        // SAFETY: it is `repr(transparent)` around such a value.
        unsafe { &*(&raw const *value as *const Self) }
    }
}

impl<T: Explain + ?Sized> Debug for InOwnWords<T> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.0.explain(formatter)
    }
}

macro_rules! pointers {
    ($($pointer:ty),+) => {
        $(impl<T: Explain + ?Sized> Explain for $pointer {
            fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                (**self).explain(formatter)
            }
        })+
    };
}
pointers!(&T, &mut T, Box<T>, Rc<T>, Arc<T>, Ref<'_, T>, RefMut<'_, T>, MutexGuard<'_, T>);

impl<T: Explain> Explain for Option<T> {
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.as_ref().map(InOwnWords::of).fmt(formatter)
    }
}

impl<T: Explain, E: Debug> Explain for Result<T, E> {
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.as_ref().map(InOwnWords::of).fmt(formatter)
    }
}

macro_rules! lists {
    ($([$($parameters:tt)*] $list:ty;)+) => {
        $(impl<T: Explain, $($parameters)*> Explain for $list {
            fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.debug_list().entries(self.iter().map(InOwnWords::of)).finish()
            }
        })+
    };
}
lists! {
    [] [T];
    [const N: usize] [T; N];
    [] Vec<T>;
    [] VecDeque<T>;
    [] LinkedList<T>;
    [] BinaryHeap<T>;
}

macro_rules! sets {
    ($([$($parameters:tt)*] $set:ty;)+) => {
        $(impl<T: Explain, $($parameters)*> Explain for $set {
            fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.debug_set().entries(self.iter().map(InOwnWords::of)).finish()
            }
        })+
    };
}
sets! {
    [] BTreeSet<T>;
    [S] HashSet<T, S>;
}

macro_rules! maps {
    ($([$($parameters:tt)*] $map:ty;)+) => {
        $(impl<K: Debug, T: Explain, $($parameters)*> Explain for $map {
            fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
                formatter.debug_map().entries(self.iter().map(|(key, value)| (key, InOwnWords::of(value)))).finish()
            }
        })+
    };
}
maps! {
    [] BTreeMap<K, T>;
    [S] HashMap<K, T, S>;
}
