//! The registry: every collected test of the binary, found by the name that messages give it.

use std::collections::HashMap;

use super::{Asking, ModuleEntry, TestCase};
use crate::expansion::{self, Case, Choice};

/// The collected tests of the binary.
#[derive(Debug)]
pub(crate) struct Registry {
    modules: Vec<Module>,
    /// The tests that others stand for, by their names; of those that have been asked for.
    cases: HashMap<String, Found>,
}

#[derive(Debug)]
struct Module {
    /// Path of the module inside the crate; empty for the root.
    path: &'static str,
    tests: &'static [TestCase],
    asking: &'static [Asking],
    /// Where the last test was found: tests are asked for in the order of the source, so the next is likely the next.
    next: usize,
}

/// A test to run.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) test: &'static TestCase,
    /// Which of the tests it is that `test` stands for.
    pub(crate) choice: Choice,
    /// The arguments of that one.
    pub(crate) values: Vec<(&'static str, String)>,
}

/// One of the tests that a test stands for.
#[derive(Clone, Debug)]
pub(crate) struct NamedCase {
    /// Its name: `tests::test_q[Pg]`.
    pub(crate) name: String,
    pub(crate) case: Case,
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
            Module { path, tests: entry.tests, asking: entry.asking, next: 0 }
        };
        Self { modules: entries.into_iter().map(module).collect(), cases: HashMap::new() }
    }

    /// How many tests there are.
    pub(crate) fn len(&self) -> usize {
        self.modules.iter().map(|module| module.tests.len()).sum()
    }

    /// The test with `path`, crate name excluded: `tests::TestDivide::test_by_zero`, or `tests::test_q[Pg]` for one of those
    /// that `tests::test_q` stands for.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn find(&mut self, path: &str) -> Result<Found, String> {
        if let Some(found) = self.cases.get(path) {
            return Ok(found.clone());
        }
        if let Some(test) = self.find_static(path) {
            return Ok(Found { test, choice: Choice::default(), values: Vec::new() });
        }
        let stems = self.stems_of(path);
        for stem in &stems {
            self.cases(stem)?;
            if let Some(found) = self.cases.get(path) {
                return Ok(found.clone());
            }
        }
        Err(match stems.first() {
            Some(stem) => format!("`{stem}` has no such case any more; have its data changed during the run?"),
            None => format!("the worker has no test `{path}`; was the binary built anew during the run?"),
        })
    }

    /// The tests that `path` stands for.
    ///
    /// # Errors
    /// If it stands for itself alone, or if that cannot be known.
    pub(crate) fn cases(&mut self, path: &str) -> Result<Vec<NamedCase>, String> {
        let unknown = || format!("`{path}` stands for itself alone");
        let (test, asking) = self.find_static(path).zip(self.asking(path)).ok_or_else(unknown)?;
        let cases = asking.site.axes.cases()?.into_iter();
        let cases: Vec<_> =
            cases.map(|case| NamedCase { name: expansion::name_of_case(path, &case.id), case }).collect();
        self.cases.extend(cases.iter().map(|NamedCase { name, case }| {
            (name.clone(), Found { test, choice: case.choice.clone(), values: case.values.clone() })
        }));
        Ok(cases)
    }

    fn find_static(&mut self, path: &str) -> Option<&'static TestCase> {
        self.modules.iter_mut().find_map(|module| {
            let inside = module.inside(path)?;
            module.find(inside)
        })
    }

    fn asking(&self, path: &str) -> Option<&'static Asking> {
        self.modules.iter().find_map(|module| {
            let inside = module.inside(path)?;
            module.asking.iter().find(|asking| asking.name == inside)
        })
    }

    /// The paths of tests that may stand for the one with `path`, the longest first.
    fn stems_of(&self, path: &str) -> Vec<String> {
        let mut stems = Vec::new();
        for module in &self.modules {
            let Some(inside) = module.inside(path) else { continue };
            let may_be = |asking: &&Asking| expansion::may_be_case(asking.name, inside);
            let before = &path[..path.len() - inside.len()];
            stems.extend(module.asking.iter().filter(may_be).map(|asking| format!("{before}{}", asking.name)));
        }
        stems.sort_by_key(|stem| std::cmp::Reverse(stem.len()));
        stems
    }
}

impl Module {
    /// What is left of a path in this module.
    fn inside<'path>(&self, path: &'path str) -> Option<&'path str> {
        let inside = path.strip_prefix(self.path)?;
        if self.path.is_empty() { Some(inside) } else { inside.strip_prefix("::") }
    }

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
    use crate::cases::Label;
    use crate::expansion::{Axes, Labels};
    use crate::harness::Site;
    use crate::registry::ShouldPanic;

    const fn case(name: &'static str) -> TestCase {
        TestCase { name, line: 1, column: 1, run: || {}, should_panic: ShouldPanic::No }
    }

    static ROOT: &[TestCase] = &[case("test_a"), case("tests::test_b")];
    static INNER: &[TestCase] = &[case("test_b"), case("TestGroup::test_c"), case("test_d"), case("test_many")];
    static SITE: Site = Site { module: "demo::tests", group: None, axes: Axes { rows: &[rows], fixtures: &[] } };
    static ASKING: &[Asking] = &[Asking { name: "test_many", site: &SITE }];

    #[expect(clippy::unnecessary_wraps, reason = "the rows of other tests may not be there")]
    fn rows() -> Labels {
        Ok(["x", "y"].map(|id| Label { id: id.to_owned(), values: Vec::new() }).into())
    }

    #[test]
    fn finds_tests_by_their_paths_in_any_order() {
        #[track_caller]
        fn check(registry: &mut Registry, path: &str, want: Option<&str>) {
            assert_eq!(registry.find(path).ok().map(|found| found.test.name), want, "{path}");
        }
        let module = |path, tests, asking| Module { path, tests, asking, next: 0 };
        let modules = vec![module("", ROOT, &[]), module("tests", INNER, ASKING)];
        let mut registry = Registry { modules, cases: HashMap::new() };
        check(&mut registry, "test_a", Some("test_a"));
        check(&mut registry, "tests::test_d", Some("test_d"));
        check(&mut registry, "tests::TestGroup::test_c", Some("TestGroup::test_c"));
        check(&mut registry, "tests::test_d", Some("test_d"));
        check(&mut registry, "tests::test_x", None);
        check(&mut registry, "test_d", None);
        check(&mut registry, "", None);
        check(&mut registry, "tests::test_many[x]", Some("test_many"));
        check(&mut registry, "tests::test_many[z]", None);
        check(&mut registry, "tests::test_many", Some("test_many"));
        assert_eq!(registry.len(), 6);
    }
}
