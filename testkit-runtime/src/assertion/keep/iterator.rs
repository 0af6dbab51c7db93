//! The elements that an iterator gives: the last of them breaks the rule of `all`.

use std::cell::Cell;
use std::fmt::Debug;
use std::iter::{Chain, Cloned, Copied, Enumerate, Filter, FilterMap, FlatMap, Map, Rev, Skip, Take, Zip};
use std::ops::{Range, RangeInclusive};

use super::super::own_words::Explain;
use super::super::probe::{OwnWords, ShownAs};
use super::place::{self, Unseen};
use super::slot::Slot;
use super::{Seen, next_kind};

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

/// An iterator of the standard library: without an `all` of its own.
pub trait KnownIterator: Iterator {}

macro_rules! known {
    ($([$($parameters:tt)*] $name:ty;)+) => {
        $(impl<$($parameters)*> KnownIterator for $name where Self: Iterator {})+
    };
}

known! {
    [T] std::slice::Iter<'_, T>;
    [T] std::slice::Windows<'_, T>;
    [T] std::slice::Chunks<'_, T>;
    [T] std::vec::IntoIter<T>;
    [T] std::vec::Drain<'_, T>;
    [T, const N: usize] std::array::IntoIter<T, N>;
    [T] std::option::IntoIter<T>;
    [T] std::option::Iter<'_, T>;
    [T] std::collections::vec_deque::Iter<'_, T>;
    [T] std::collections::vec_deque::IntoIter<T>;
    [T] std::collections::btree_set::Iter<'_, T>;
    [T] std::collections::btree_set::IntoIter<T>;
    [K, V] std::collections::btree_map::Iter<'_, K, V>;
    [K, V] std::collections::btree_map::IntoIter<K, V>;
    [K, V] std::collections::btree_map::Keys<'_, K, V>;
    [K, V] std::collections::btree_map::Values<'_, K, V>;
    [K, V] std::collections::btree_map::IntoKeys<K, V>;
    [K, V] std::collections::btree_map::IntoValues<K, V>;
    [T] std::collections::hash_set::Iter<'_, T>;
    [T] std::collections::hash_set::IntoIter<T>;
    [K, V] std::collections::hash_map::Iter<'_, K, V>;
    [K, V] std::collections::hash_map::IntoIter<K, V>;
    [K, V] std::collections::hash_map::Keys<'_, K, V>;
    [K, V] std::collections::hash_map::Values<'_, K, V>;
    [K, V] std::collections::hash_map::IntoKeys<K, V>;
    [K, V] std::collections::hash_map::IntoValues<K, V>;
    [] std::str::Chars<'_>;
    [] std::str::Bytes<'_>;
    [] std::str::CharIndices<'_>;
    [] std::str::Lines<'_>;
    [] std::str::SplitWhitespace<'_>;
    [T] Range<T>;
    [T] RangeInclusive<T>;
    [I, J] Chain<I, J>;
    [I] Cloned<I>;
    [I] Copied<I>;
    [I] Enumerate<I>;
    [I, P] Filter<I, P>;
    [I, F] FilterMap<I, F>;
    [I, U: IntoIterator, F] FlatMap<I, U, F>;
    [I, F] Map<I, F>;
    [I] Rev<I>;
    [I] Skip<I>;
    [I] Take<I>;
    [I, J] Zip<I, J>;
}

/// An iterator that is going to be asked, if the standard library knows it.
pub struct Watching<I>(WatchingOther<I>);
/// Anything else with such a method.
pub struct WatchingOther<I>(Cell<Option<I>>);

next_kind! {
    [I] Watching<I> => WatchingOther<I>;
}

/// Takes what is going to be asked for its elements.
pub fn watching<I>(iterator: I) -> Watching<I> {
    Watching(WatchingOther(Cell::new(Some(iterator))))
}

impl<I: KnownIterator> Watching<I> {
    /// The iterator, whose elements are noted on their way.
    pub fn watch<'a>(&self, kept: &'a Watch<I::Item>) -> Watched<'a, I> {
        Watched { iterator: self.0.watch(&Watch::new()), kept }
    }
}

impl<I> WatchingOther<I> {
    /// The same value; nothing is noted.
    pub fn watch(&self, _: &Watch<()>) -> I {
        self.0.take().expect("it is asked once")
    }
}

/// An iterator whose elements are noted on their way.
pub struct Watched<'a, I: Iterator> {
    iterator: I,
    kept: &'a Watch<I::Item>,
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

/// The last element of an iterator, where its type is `Copy` and has `Debug`.
pub struct LastElement<'a, T>(LastOwn<'a, T>);
/// The same, where it has no `Debug`, but words of its own.
pub struct LastOwn<'a, T>(LastOther<'a, T>);
/// The same for all other types.
pub struct LastOther<'a, T>(&'a Watch<T>);

next_kind! {
    ['a, T] LastElement<'a, T> => LastOwn<'a, T>;
    ['a, T] LastOwn<'a, T> => LastOther<'a, T>;
}

/// What the last element was that an iterator gave.
pub fn last_element<T>(kept: &Watch<T>) -> LastElement<'_, T> {
    LastElement(LastOwn(LastOther(kept)))
}

impl<T: Copy + Debug> LastElement<'_, T> {
    /// The element, if there was one.
    pub fn copy(&self) -> LastCopied<T> {
        self.0.0.copied()
    }
}

impl<T: Copy + Explain> LastOwn<'_, T> {
    /// The element, if there was one.
    pub fn copy(&self) -> LastCopiedOwn<T> {
        LastCopiedOwn(self.0.copied())
    }
}

/// A copy of the last element.
pub struct LastCopied<T: Copy>(Option<place::Copied<T>>);

impl<T: Copy> LastCopied<T> {
    /// The element.
    pub fn seen<How: 'static>(&self, how: *const How) -> Seen<'_>
    where
        T: ShownAs<How, As: Sized>,
    {
        self.0.as_ref().map_or(Seen::Hidden, |element| element.seen(how))
    }
}

/// A copy of the last element, which has only words of its own.
pub struct LastCopiedOwn<T: Copy>(LastCopied<T>);

impl<T: Copy + Explain> LastCopiedOwn<T> {
    /// The element.
    pub fn seen(&self, how: *const OwnWords) -> Seen<'_> {
        self.0.seen(how)
    }
}

impl<T: Copy> LastOther<'_, T> {
    fn copied(&self) -> LastCopied<T> {
        // SAFETY: every element that is counted has filled the slot.
        LastCopied(self.index().map(|_| unsafe { self.0.last.copy() }))
    }
}

impl<T> LastOther<'_, T> {
    /// Nothing to be seen.
    pub fn copy(&self) -> Unseen<()> {
        Unseen::new()
    }

    /// Which one it is, from 0; nothing if there was none.
    pub fn index(&self) -> Option<usize> {
        self.0.count.get().checked_sub(1)
    }
}
