//! Which types of the standard library are looked at by the methods that `assert!` knows by name.

use std::borrow::Cow;
use std::cell::{Ref, RefMut};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, MutexGuard, RwLockReadGuard, RwLockWriteGuard};

/// A type whose own methods take it by shared reference where `assert!` thinks so (`methods` in the macros' crate).
///
/// A pointer is one only if what it points at is one: others may have methods that take the pointer itself.
pub trait Container {}

macro_rules! containers {
    ($([$($parameters:tt)*] $name:ty;)+) => {
        $(impl<$($parameters)*> Container for $name {})+
    };
}

containers! {
    [] String;
    [] str;
    [] PathBuf;
    [] Path;
    [] OsString;
    [] OsStr;
    [T] Vec<T>;
    [T] [T];
    [T, const N: usize] [T; N];
    [T] VecDeque<T>;
    [T] LinkedList<T>;
    [T] BinaryHeap<T>;
    [T] Option<T>;
    [T, E] Result<T, E>;
    [T, S] HashSet<T, S>;
    [K, V, S] HashMap<K, V, S>;
    [T] BTreeSet<T>;
    [K, V] BTreeMap<K, V>;
    [T: ToOwned<Owned: Container> + Container + ?Sized] Cow<'_, T>;
    [T: Container + ?Sized] Box<T>;
    [T: Container + ?Sized] Rc<T>;
    [T: Container + ?Sized] Arc<T>;
    [T: Container + ?Sized] &mut T;
    [T: Container + ?Sized] Ref<'_, T>;
    [T: Container + ?Sized] RefMut<'_, T>;
    [T: Container + ?Sized] MutexGuard<'_, T>;
    [T: Container + ?Sized] RwLockReadGuard<'_, T>;
    [T: Container + ?Sized] RwLockWriteGuard<'_, T>;
}
