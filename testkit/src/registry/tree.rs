//! The registry: every collected test of the binary, in one order on every machine.

use super::{ModuleEntry, TestCase};

/// A test and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegisteredTest {
    /// Its module.
    pub(crate) module: &'static ModuleEntry,
    /// The test.
    pub(crate) case: &'static TestCase,
}

impl RegisteredTest {
    /// Path without the crate, as messages name it: `tests::TestDivide::test_by_zero`.
    pub(crate) fn path(&self) -> String {
        match self.module.module.split_once("::") {
            Some((_, inside)) => format!("{inside}::{}", self.case.name),
            None => self.case.name.to_owned(),
        }
    }
}

/// Every collected test, by file, line and column: inventory itself has no order.
pub(crate) fn all() -> Vec<RegisteredTest> {
    let modules = inventory::iter::<ModuleEntry>.into_iter();
    let mut tests: Vec<_> =
        modules.flat_map(|module| module.tests.iter().map(move |case| RegisteredTest { module, case })).collect();
    tests.sort_by_key(|test| (test.module.file, test.case.line, test.case.column, test.case.name));
    tests
}
