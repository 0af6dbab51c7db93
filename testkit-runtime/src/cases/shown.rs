//! The text of a case's value, which may or may not have `Debug`, decided where the macro stands.

use std::fmt::Debug;

use super::LONGEST_VALUE;
use crate::assertion::line;

/// A value to be shown. The method [`text`](Shown::text) is inherent for types with `Debug`; for others the method of
/// [`Hidden`] is found instead, since inherent methods come first.
#[derive(Debug)]
pub struct Shown<'a, T: ?Sized>(pub &'a T);

impl<T: Debug + ?Sized> Shown<'_, T> {
    /// Its `Debug` text on one line, cut if it is long.
    pub fn text(&self) -> Option<String> {
        Some(line(&self.0, LONGEST_VALUE))
    }
}

/// The way of a value without `Debug`.
pub trait Hidden {
    /// Nothing.
    fn text(&self) -> Option<String>;
}

impl<T: ?Sized> Hidden for Shown<'_, T> {
    fn text(&self) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Opaque;

    #[test]
    fn shows_what_has_debug() {
        assert_eq!(Shown(&Some(1)).text().as_deref(), Some("Some(1)"));
        assert_eq!(Shown("a\nb").text().as_deref(), Some(r#""a\nb""#));
        assert_eq!(Shown(&Opaque).text(), None);
        let cut = Shown(&[7; 1_000]).text().unwrap();
        assert!(cut.len() < LONGEST_VALUE + 4 && cut.starts_with("[7, 7") && cut.ends_with('…'), "{cut}");
    }
}
