//! The registry: every collected test of the binary, found by the name that messages give it.

use std::collections::HashMap;

use testkit_protocol::json::Json;

use super::lines::{self, Module};
use super::{Body, ModuleEntry, Registered, ShouldPanic};
use crate::expansion::{self, Case, Choice};
use crate::harness::Site;

/// The collected tests of the binary.
#[derive(Debug)]
pub(crate) struct Registry {
    modules: Vec<Served>,
    /// The tests that others stand for, by their names; of those that have been asked for.
    cases: HashMap<String, Found>,
}

/// A module, and how far its tests have been asked for.
#[derive(Debug)]
struct Served {
    module: Module,
    tests: &'static [Registered],
    should_panic: &'static [(&'static str, ShouldPanic)],
    sites: &'static [&'static Site],
    /// Behind the last test that was found: tests are asked for in the order of the source, so the next is likely the next.
    next: usize,
    /// How often it was another one.
    jumps: usize,
    /// What [`index_of`] has; once there have been many jumps.
    index: Option<HashMap<&'static str, &'static str>>,
}

/// As many times the lines are walked through in search of a test before all of them are indexed, which takes as long as some ten
/// walks.
const FEW_JUMPS: usize = 10;

/// A test to run.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) body: Body,
    pub(crate) should_panic: ShouldPanic,
    /// Which of the tests it is that the function stands for.
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
        Self { modules: entries.into_iter().map(Served::of).collect(), cases: HashMap::new() }
    }

    /// How many tests there are.
    pub(crate) fn len(&self) -> usize {
        self.modules.iter().flat_map(|served| served.tests).map(|registered| registered.count()).sum()
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
        if let Some(found) = self.find_static(path) {
            return Ok(found);
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
        let (found, site) = self.find_static(path).zip(self.site(path)).ok_or_else(unknown)?;
        let cases = site.axes.cases()?.into_iter();
        let cases: Vec<_> =
            cases.map(|case| NamedCase { name: expansion::name_of_case(path, &case.id), case }).collect();
        self.cases.extend(cases.iter().map(|NamedCase { name, case }| {
            let (choice, values) = (case.choice.clone(), case.values.clone());
            (name.clone(), Found { choice, values, ..found.clone() })
        }));
        Ok(cases)
    }

    fn find_static(&mut self, path: &str) -> Option<Found> {
        self.modules.iter_mut().find_map(|served| {
            let inside = served.module.inside(path)?;
            served.find(inside)
        })
    }

    fn site(&self, path: &str) -> Option<&'static Site> {
        self.modules.iter().find_map(|served| {
            let inside = served.module.inside(path)?;
            let test = served.module.tests_with(&lines::start_of(inside)).next()?;
            served.site(&test)
        })
    }

    /// The paths of tests that may stand for the one with `path`, the longest first.
    fn stems_of(&self, path: &str) -> Vec<String> {
        let path_of = |module: Module, test: &Json| match module.path {
            "" => lines::name(test).to_owned(),
            before => format!("{before}::{}", lines::name(test)),
        };
        let stems = self.modules.iter().map(|served| served.module);
        let stems = stems.flat_map(|module| module.stems_of(path).map(move |test| path_of(module, &test)));
        let mut stems: Vec<String> = stems.collect();
        stems.sort_by_key(|stem| std::cmp::Reverse(stem.len()));
        stems
    }
}

impl Served {
    fn of(entry: &'static ModuleEntry) -> Self {
        let ModuleEntry { tests, should_panic, sites, .. } = *entry;
        let (next, jumps, index) = (0, 0, None);
        Self { module: Module::of(entry), tests, should_panic, sites, next, jumps, index }
    }

    /// Where a test stands.
    fn site(&self, test: &Json) -> Option<&'static Site> {
        let number = test.get("site").and_then(Json::as_u64)?;
        self.sites.iter().copied().find(|site| site.number == number)
    }

    fn find(&mut self, name: &str) -> Option<Found> {
        let (run, case) = lines::numbers(self.behind(name)?)?;
        let body = self.tests.get(run)?.body(case)?;
        let asked = self.should_panic.iter().find(|(test, _)| *test == name);
        let should_panic = asked.map_or(ShouldPanic::No, |(_, should_panic)| *should_panic);
        Some(Found { body, should_panic, choice: Choice::default(), values: Vec::new() })
    }

    /// What stands behind the name in the line of a test.
    fn behind(&mut self, name: &str) -> Option<&'static str> {
        if let Some((line, end)) = self.module.next_test(self.next)
            && let Some(behind) = lines::behind_name(line, name)
        {
            self.next = end;
            return Some(behind);
        }
        if self.jumps < FEW_JUMPS {
            self.jumps += 1;
            return self.search(name);
        }
        let module = self.module;
        self.index.get_or_insert_with(|| index_of(module)).get(lines::start_of(name).as_str()).copied()
    }

    /// The same, wherever in the module its line is.
    fn search(&mut self, name: &str) -> Option<&'static str> {
        let mut next = 0;
        while let Some((line, end)) = self.module.next_test(next) {
            next = end;
            if let Some(behind) = lines::behind_name(line, name) {
                self.next = end;
                return Some(behind);
            }
        }
        None
    }
}

/// What stands behind the name in the line of each test, by what is before that.
fn index_of(module: Module) -> HashMap<&'static str, &'static str> {
    let split = |line: &'static str| line.split_at_checked(lines::start_of_line(line)?.len());
    module.tests().filter_map(split).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::cases::Label;
    use crate::expansion::{Axes, Labels};

    thread_local! {
        static RAN: RefCell<String> = RefCell::default();
    }

    fn ran(what: &str) {
        RAN.with_borrow_mut(|ran| ran.push_str(what));
    }

    static ROOT: &[Registered] = &[Registered::Test(|| ran("a")), Registered::Test(|| ran("outer b"))];
    static INNER: &[Registered] = &[
        Registered::Cases(|case| ran(&format!("case {case}")), 2),
        Registered::Test(|| ran("b")),
        Registered::Absent,
        Registered::Test(|| ran("c")),
        Registered::Test(|| ran("many")),
    ];
    static SITE: Site =
        Site { number: 3, module: "demo::tests", group: None, axes: Axes { rows: &[rows], fixtures: &[] } };

    static SITES: &[&Site] = &[&SITE];

    #[expect(clippy::unnecessary_wraps, reason = "the rows of other tests may not be there")]
    fn rows() -> Labels {
        Ok(["x", "y"].map(|id| Label { id: id.to_owned(), values: Vec::new() }).into())
    }

    fn registry() -> Registry {
        let root = "{\"module\":{}}\n{\"test\":{\"name\":\"test_a\",\"run\":0}}\n\
                    {\"test\":{\"name\":\"tests::test_b\",\"run\":1}}\n";
        let inner = "{\"module\":{}}\n{\"site\":{\"number\":3}}\n{\"test\":{\"name\":\"test_b\",\"run\":1}}\n\
                     {\"test\":{\"name\":\"test_q[1]\",\"run\":0,\"case\":0}}\n\
                     {\"test\":{\"name\":\"test_q[\\\"2\\\"]\",\"run\":0,\"case\":1}}\n\
                     {\"test\":{\"name\":\"TestGroup::test_c\",\"run\":3}}\n\
                     {\"test\":{\"name\":\"test_many\",\"run\":4,\"site\":3}}\n";
        let served = |path, text, tests, should_panic, sites| Served {
            module: Module { path, text },
            tests,
            should_panic,
            sites,
            next: 0,
            jumps: 0,
            index: None,
        };
        let modules = vec![
            served("", root, ROOT, &[("test_a", ShouldPanic::Yes)] as &[_], &[] as &[_]),
            served("tests", inner, INNER, &[], SITES),
        ];
        Registry { modules, cases: HashMap::new() }
    }

    #[test]
    fn finds_tests_by_their_paths_in_any_order() {
        #[track_caller]
        fn check(registry: &mut Registry, path: &str, want: Option<&str>) {
            RAN.take();
            let found = registry.find(path).ok().map(|found| found.body.run());
            assert_eq!(found.map(|()| RAN.take()).as_deref(), want, "{path}");
        }
        let mut registry = registry();
        check(&mut registry, "test_a", Some("a"));
        check(&mut registry, "tests::TestGroup::test_c", Some("c"));
        check(&mut registry, "tests::test_b", Some("outer b"));
        check(&mut registry, "tests::test_q[\"2\"]", Some("case 1"));
        check(&mut registry, "tests::TestGroup::test_c", Some("c"));
        check(&mut registry, "tests::test_x", None);
        check(&mut registry, "tests::test_q[1]", Some("case 0"));
        check(&mut registry, "tests::test_q[\"2\"]", Some("case 1"));
        check(&mut registry, "test_d", None);
        check(&mut registry, "tests::test_", None);
        check(&mut registry, "", None);
        check(&mut registry, "tests::test_many[x]", Some("many"));
        check(&mut registry, "tests::test_many[z]", None);
        check(&mut registry, "tests::test_many", Some("many"));
        for _ in 0..FEW_JUMPS {
            check(&mut registry, "tests::test_q[\"2\"]", Some("case 1"));
            check(&mut registry, "tests::test_b", Some("outer b"));
            check(&mut registry, "tests::TestGroup::test_c", Some("c"));
            check(&mut registry, "tests::test_x", None);
        }
        assert!(registry.modules[1].index.is_some());
        assert_eq!(registry.len(), 7);
    }

    #[test]
    fn knows_what_is_to_panic() {
        let mut registry = registry();
        assert_eq!(registry.find("test_a").unwrap().should_panic, ShouldPanic::Yes);
        assert_eq!(registry.find("tests::test_b").unwrap().should_panic, ShouldPanic::No);
    }
}
