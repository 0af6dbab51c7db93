//! The registry: every collected test of the binary, found by the name that messages give it.

use super::{ModuleEntry, TestCase};

/// The collected tests of the binary.
#[derive(Debug)]
pub(crate) struct Registry {
    modules: Vec<Module>,
}

#[derive(Debug)]
struct Module {
    /// Path of the module inside the crate; empty for the root.
    path: &'static str,
    tests: &'static [TestCase],
    /// Where the last test was found: tests are asked for in the order of the source, so the next is likely the next.
    next: usize,
}

impl Registry {
    /// Every module that was submitted, by file and path: inventory itself has no order.
    ///
    /// Nothing is built for the single test: a worker of thousands of tests has to start in a millisecond.
    pub(crate) fn collect() -> Self {
        let mut entries: Vec<&'static ModuleEntry> = inventory::iter::<ModuleEntry>.into_iter().collect();
        entries.sort_by_key(|entry| (entry.file, entry.module));
        let module = |entry: &'static ModuleEntry| {
            let path = entry.module.split_once("::").map_or("", |(_, inside)| inside);
            Module { path, tests: entry.tests, next: 0 }
        };
        Self { modules: entries.into_iter().map(module).collect() }
    }

    /// How many tests there are.
    pub(crate) fn len(&self) -> usize {
        self.modules.iter().map(|module| module.tests.len()).sum()
    }

    /// The test with `path`, crate name excluded: `tests::TestDivide::test_by_zero`.
    pub(crate) fn find(&mut self, path: &str) -> Option<&'static TestCase> {
        self.modules.iter_mut().find_map(|module| {
            let inside = path.strip_prefix(module.path)?;
            module.find(if module.path.is_empty() { inside } else { inside.strip_prefix("::")? })
        })
    }
}

impl Module {
    fn find(&mut self, name: &str) -> Option<&'static TestCase> {
        let (before, after) = self.tests.split_at(self.next);
        let ahead = after.iter().position(|case| case.name == name).map(|position| position + before.len());
        let found = ahead.or_else(|| before.iter().position(|case| case.name == name))?;
        self.next = found + 1;
        self.tests.get(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::ShouldPanic;

    const fn case(name: &'static str) -> TestCase {
        TestCase { name, line: 1, column: 1, run: || {}, should_panic: ShouldPanic::No }
    }

    static ROOT: &[TestCase] = &[case("test_a"), case("tests::test_b")];
    static INNER: &[TestCase] = &[case("test_b"), case("TestGroup::test_c"), case("test_d")];

    #[test]
    fn finds_tests_by_their_paths_in_any_order() {
        #[track_caller]
        fn check(registry: &mut Registry, path: &str, want: Option<&str>) {
            assert_eq!(registry.find(path).map(|case| case.name), want, "{path}");
        }
        let module = |path, tests| Module { path, tests, next: 0 };
        let mut registry = Registry { modules: vec![module("", ROOT), module("tests", INNER)] };
        check(&mut registry, "test_a", Some("test_a"));
        check(&mut registry, "tests::test_d", Some("test_d"));
        check(&mut registry, "tests::TestGroup::test_c", Some("TestGroup::test_c"));
        check(&mut registry, "tests::test_d", Some("test_d"));
        check(&mut registry, "tests::test_x", None);
        check(&mut registry, "test_d", None);
        check(&mut registry, "", None);
        assert_eq!(registry.len(), 5);
    }
}
