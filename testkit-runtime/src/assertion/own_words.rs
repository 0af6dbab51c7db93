//! Values that explain themselves in words of their own.

use std::fmt::{self, Debug, Formatter};
use std::rc::Rc;
use std::sync::Arc;

/// What assertions show of a value whose type has no `Debug`, or should have none.
///
/// A type with `Debug` is shown by that. Without it, assertions show the type's name, or what this trait writes: a few words,
/// or lines, or with [`debug_struct`](Formatter::debug_struct) and its siblings a structure whose differences are found part by
/// part. It is written after a failure only.
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
/// References, boxes, options, vectors, slices and arrays of such values explain themselves too.
pub trait Explain {
    /// Writes what the value is; called with `{:#?}`, so that the builders write one part a line.
    ///
    /// # Errors
    /// Those of the formatter.
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result;
}

/// A value in words of its own, where `Debug` is asked for.
#[repr(transparent)]
pub struct InOwnWords<'a, T: ?Sized>(&'a T);

impl<T: Explain + ?Sized> Debug for InOwnWords<'_, T> {
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
pointers!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: Explain> Explain for Option<T> {
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.as_ref().map(InOwnWords).fmt(formatter)
    }
}

impl<T: Explain> Explain for [T] {
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(InOwnWords)).finish()
    }
}

impl<T: Explain> Explain for Vec<T> {
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.as_slice().explain(formatter)
    }
}

impl<T: Explain, const N: usize> Explain for [T; N] {
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        self.as_slice().explain(formatter)
    }
}
