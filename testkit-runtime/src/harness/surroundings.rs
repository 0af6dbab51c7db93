//! The working directory and the environment variables that a test finds: those of the start, and what the set-ups of wide
//! fixtures have made of them, for as long as these stand.

use std::cell::RefCell;
use std::ffi::{CString, OsString};
use std::os::unix::ffi::OsStringExt as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

unsafe extern "C" {
    /// POSIX: the variables of the process, a list of pointers that ends with a null pointer.
    static environ: *const *const libc::c_char;
}

type Variables = Vec<(OsString, OsString)>;

/// The working directory and the variables of the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// `None` if it cannot be named.
    directory: Option<CString>,
    variables: Variables,
}

/// What a set-up has made of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Change {
    directory: Option<CString>,
    /// Variables with their new values; `None` for those that it has removed.
    variables: Vec<(OsString, Option<OsString>)>,
}

/// The changes of wide fixtures that stand, each with its number, in the order of their set-ups.
static CHANGES: Mutex<Vec<(u64, Change)>> = Mutex::new(Vec::new());
/// How often [`CHANGES`] has changed.
static VERSION: AtomicU64 = AtomicU64::new(0);

fn changes() -> MutexGuard<'static, Vec<(u64, Change)>> {
    // Nothing panics with the lock in hand.
    CHANGES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps what a set-up has changed, until this is dropped.
#[derive(Debug)]
pub(crate) struct Kept(Option<u64>);

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(number) = self.0 {
            changes().retain(|(other, _)| *other != number);
            VERSION.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Keeps what has changed since `before`: tests find it so.
pub(crate) fn keep_since(before: &Surroundings) -> Kept {
    let change = before.change_to(&Surroundings::now());
    if change == Change::default() {
        return Kept(None);
    }
    let number = VERSION.fetch_add(1, Ordering::Relaxed);
    changes().push((number, change));
    Kept(Some(number))
}

impl Surroundings {
    pub(crate) fn now() -> Self {
        let directory = std::env::current_dir().ok();
        let directory = directory.and_then(|path| CString::new(path.into_os_string().into_vec()).ok());
        Self { directory, variables: std::env::vars_os().collect() }
    }

    fn change_to(&self, now: &Self) -> Change {
        let is_new = |variable: &&(OsString, OsString)| !self.variables.contains(variable);
        let set = now.variables.iter().filter(is_new).map(|(name, value)| (name.clone(), Some(value.clone())));
        let is_gone = |name: &OsString| now.variables.iter().all(|(other, _)| other != name);
        let removed = self.variables.iter().filter(|(name, _)| is_gone(name)).map(|(name, _)| (name.clone(), None));
        let directory = now.directory.clone().filter(|_| now.directory != self.directory);
        Change { directory, variables: set.chain(removed).collect() }
    }

    fn apply(&mut self, change: &Change) {
        if change.directory.is_some() {
            self.directory.clone_from(&change.directory);
        }
        for (name, value) in &change.variables {
            self.variables.retain(|(other, _)| other != name);
            self.variables.extend(value.iter().map(|value| (name.clone(), value.clone())));
        }
    }
}

/// What the next test is to find.
#[derive(Debug)]
pub(super) struct Baseline {
    at_start: Surroundings,
    expected: RefCell<Expected>,
}

#[derive(Debug)]
struct Expected {
    surroundings: Surroundings,
    /// Where the list of variables stands if it is as expected.
    list: VariableList,
    /// [`VERSION`] when this was made.
    version: u64,
}

impl Baseline {
    /// As it is now.
    pub(super) fn capture() -> Self {
        let at_start = Surroundings::now();
        let list = VariableList::now();
        let version = VERSION.load(Ordering::Relaxed);
        Self { expected: RefCell::new(Expected { surroundings: at_start.clone(), list, version }), at_start }
    }

    /// Puts back what a test may have changed: the variables anyway, the directory if it `may_be_touched`. To be called
    /// between two tests. Whether something else is expected than the last time.
    ///
    /// # Errors
    /// If the directory cannot be entered any more.
    pub(super) fn restore(&self, may_be_touched: bool) -> Result<bool, &'static str> {
        let mut expected = self.expected.borrow_mut();
        let is_new = expected.take_changes(&self.at_start);
        expected.restore_variables(is_new);
        if may_be_touched || is_new {
            expected.restore_directory()?;
        }
        Ok(is_new)
    }
}

impl Expected {
    /// Takes over what wide fixtures that stand have changed; whether that is not what it was.
    fn take_changes(&mut self, at_start: &Surroundings) -> bool {
        let version = VERSION.load(Ordering::Relaxed);
        if version == self.version {
            return false;
        }
        self.version = version;
        self.surroundings.clone_from(at_start);
        for (_, change) in changes().iter() {
            self.surroundings.apply(change);
        }
        true
    }

    fn restore_directory(&self) -> Result<(), &'static str> {
        let Some(directory) = &self.surroundings.directory else { return Ok(()) };
        // SAFETY: the pointer is to a text that ends with a zero byte and lives through the call.
        let changed = unsafe { libc::chdir(directory.as_ptr()) } == 0;
        if changed { Ok(()) } else { Err("the working directory is gone or cannot be entered") }
    }

    fn restore_variables(&mut self, is_new: bool) {
        if !is_new && self.list.is_unchanged() {
            return;
        }
        let wanted = &self.surroundings.variables;
        let now: Variables = std::env::vars_os().collect();
        // SAFETY: between two tests no thread of theirs is left running, see `process_state`. Those of a wide fixture are in
        // the hands of whoever changed a variable while they were running, and are asked for no more than then.
        unsafe {
            for (name, _) in now.iter().filter(|(name, _)| !wanted.iter().any(|(kept, _)| kept == name)) {
                std::env::remove_var(name);
            }
            for (name, value) in wanted {
                if std::env::var_os(name).as_ref() != Some(value) {
                    std::env::set_var(name, value);
                }
            }
        }
        self.list = VariableList::now();
    }
}

/// The list of the process's variables: where it stands and what it points to. Whoever sets or removes a variable
/// makes the C library change a pointer of the list, or move the list.
#[derive(Debug)]
struct VariableList {
    start: usize,
    /// Addresses of the variables, the closing zero included.
    pointers: Vec<usize>,
}

impl VariableList {
    fn now() -> Self {
        let mut pointers = Vec::new();
        // SAFETY: `environ` is null or a list that ends with null, and nobody changes it while this thread reads: it is
        // between two tests.
        let start = unsafe {
            let mut entry = environ;
            while !entry.is_null() && !(*entry).is_null() {
                pointers.push(*entry as usize);
                entry = entry.add(1);
            }
            environ as usize
        };
        pointers.push(0);
        Self { start, pointers }
    }

    /// Compares without looking at the texts; a few nanoseconds.
    fn is_unchanged(&self) -> bool {
        // SAFETY: reads a pointer; nobody changes it, since this thread is between two tests.
        let now = unsafe { environ };
        if now as usize != self.start || now.is_null() {
            return false;
        }
        // SAFETY: a list that has not moved still has room for what was in it: the C library never makes it smaller.
        let difference =
            unsafe { libc::memcmp(now.cast(), self.pointers.as_ptr().cast(), size_of_val(self.pointers.as_slice())) };
        difference == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings(directory: &str, variables: &[(&str, &str)]) -> Surroundings {
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Surroundings { directory: Some(CString::new(directory).unwrap()), variables }
    }

    #[test]
    fn a_change_is_what_differs_and_nothing_else() {
        let before = surroundings("/a", &[("KEPT", "1"), ("SET", "1"), ("REMOVED", "1")]);
        let after = surroundings("/b", &[("KEPT", "1"), ("SET", "2"), ("NEW", "1")]);
        let change = before.change_to(&after);
        // A test has changed other things meanwhile.
        let mut other = surroundings("/c", &[("KEPT", "3"), ("REMOVED", "1")]);
        other.apply(&change);
        assert_eq!(other, surroundings("/b", &[("KEPT", "3"), ("SET", "2"), ("NEW", "1")]));
        assert_eq!(before.change_to(&before), Change::default());
        let mut same = before.clone();
        same.apply(&Change::default());
        assert_eq!(same, before);
    }
}
