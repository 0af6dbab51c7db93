//! What runs the tests of a module: a list of functions, by whose numbers a worker finds them, and functions that take such a
//! number.

use std::cell::{Cell, RefCell};

use super::{PRIVATE, all_of, concatenated};
use crate::collect::Registered;

/// The list of one module.
#[derive(Default)]
pub(crate) struct Entries {
    /// What tells it from those of other expansions in the same module.
    of: String,
    /// Conditions and source text of each, by its number.
    numbered: RefCell<Vec<(Vec<String>, String)>>,
    /// Whether functions of the module name the list.
    is_named: Cell<bool>,
    /// Whether the function that begins a test by its number is called, and the one that runs it.
    begins: Cell<bool>,
    runs: Cell<bool>,
}

/// The list, as the registration has it.
pub(crate) struct List {
    /// The name of the static.
    pub(crate) name: String,
    /// Source text of it, where no function of the module names it as well: several registrations of a module may have one.
    pub(crate) item: String,
}

impl Entries {
    /// None yet; `of` tells them from those of other expansions in the same module.
    pub(crate) fn of(of: &str) -> Self {
        Self { of: of.to_owned(), ..Self::default() }
    }

    /// Registers the `fn()` of this source text, as seen from the module.
    pub(crate) fn register(&self, run: &str, conditions: &[String]) -> Registered {
        Registered { number: self.add(format!("__Test({run})"), conditions), case: None }
    }

    /// Registers the `fn(usize)` that runs so many cases by their numbers; its number.
    pub(crate) fn register_cases(&self, dispatcher: &str, count: usize, conditions: &[String]) -> usize {
        self.add(format!("__Cases({dispatcher}, {count})"), conditions)
    }

    fn add(&self, entry: String, conditions: &[String]) -> usize {
        let mut entries = self.numbered.borrow_mut();
        entries.push((conditions.to_vec(), entry));
        entries.len() - 1
    }

    /// The name of the list, for a function of the module.
    pub(crate) fn name(&self) -> String {
        self.is_named.set(true);
        self.static_name()
    }

    /// The name of the function that begins a test by its number: such a call costs the compiler less than one with a path and
    /// the test itself.
    pub(crate) fn begin(&self) -> String {
        self.begins.set(true);
        self.is_named.set(true);
        format!("__testkit_begin_{}", self.of)
    }

    /// The name of the function that runs a test by its number.
    pub(crate) fn run(&self) -> String {
        self.runs.set(true);
        self.is_named.set(true);
        format!("__testkit_run_{}", self.of)
    }

    /// What the registration names, once all tests are known.
    pub(crate) fn list(&self) -> List {
        let name = self.static_name();
        let item = if self.is_named.get() { String::new() } else { self.item("non_upper_case_globals") };
        List { name, item }
    }

    fn static_name(&self) -> String {
        format!("__TESTKIT_TESTS_{}", self.of)
    }

    /// The static, with these lints allowed.
    fn item(&self, lints: &str) -> String {
        let entries = self.numbered.borrow();
        let entries = concatenated(entries.iter(), |(conditions, entry)| match all_of(conditions) {
            None => format!("{entry},"),
            // The numbers of those behind it are the same with it and without it.
            Some(all) => format!("#[cfg({all})] {entry}, #[cfg(not({all}))] __Absent,"),
        });
        format!(
            "#[allow({lints})] static {name}: &[{PRIVATE}::Registered] = {{ \
               #[allow(unused_imports)] use {PRIVATE}::Registered::{{Absent as __Absent, Cases as __Cases, Test as __Test}}; \
               &[{entries}] }};",
            name = self.static_name()
        )
    }

    /// The static, where functions of the module name it, and those that take a number of it.
    pub(crate) fn items(&self) -> String {
        if !self.is_named.get() {
            return String::new();
        }
        let list = self.static_name();
        // All of the tests may be left out by a `#[cfg]`.
        let lints = "dead_code, non_snake_case, non_upper_case_globals";
        let begin = self.begins.get().then(|| {
            let name = self.begin();
            let call = format!("{PRIVATE}::begin({list}, number)");
            format!("#[cfg(test)] #[allow({lints})] fn {name}(number: usize) -> bool {{ {call} }}")
        });
        let run = self.runs.get().then(|| {
            let name = self.run();
            let call = format!("{PRIVATE}::run_registered({list}, number);");
            format!("#[cfg(test)] #[allow({lints})] fn {name}(number: usize) {{ {call} }}")
        });
        let list = format!("#[cfg(test)] {}", self.item(lints));
        concatenated([Some(list), begin, run].into_iter().flatten(), |item| item)
    }
}
