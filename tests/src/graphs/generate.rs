//! Random graphs.

use testkit_protocol::fixture::Scope;

use super::{End, Fixture, Form, Graph, Group, Life, Module, SetUp, Test, What};

/// A source of choices: the same for the same seed.
///
/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014 (`SplitMix64`).
#[derive(Debug)]
pub struct Choices(u64);

impl Choices {
    /// The choices of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 if `end` is.
    ///
    /// # Panics
    /// Never: what is below a `usize` is one.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("it is below a usize")
    }

    /// Whether something happens that does in so many of a hundred cases.
    fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several, each as often as its weight says.
    fn weighted<T: Copy>(&mut self, choices: &[(usize, T)]) -> T {
        let mut left = self.below(choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            if left < *weight {
                return *choice;
            }
            left -= weight;
        }
        unreachable!("the number is below the sum of all weights")
    }
}

/// So many cases a test has at most.
const MOST_CASES: usize = 4;
/// So many tests hang: each takes its time limit, in every run.
const MOST_HANGING: usize = 3;

/// A graph of so many modules, some of them with inner ones. The first one has fixtures that others use as well.
pub fn generate(choices: &mut Choices, modules: usize) -> Graph {
    let mut graph = Graph::default();
    for number in 0..modules {
        let path = format!("m{number:02}");
        let module = graph.add_module(path.clone(), None);
        graph.fill(choices, module);
        if choices.percent(35) {
            let name = if choices.percent(40) { "test_inner" } else { "inner" };
            let inner = graph.add_module(format!("{path}::{name}"), Some(module));
            graph.fill(choices, inner);
        }
    }
    graph
}

impl Graph {
    fn add_module(&mut self, path: String, outer: Option<usize>) -> usize {
        let is_group = path.rsplit("::").next().is_some_and(|name| name.starts_with("test_"));
        self.modules.push(Module { path, outer, is_group });
        self.modules.len() - 1
    }

    fn fill(&mut self, choices: &mut Choices, module: usize) {
        let is_inner = self.modules[module].outer.is_some();
        for _ in 0..if is_inner { 2 + choices.below(2) } else { 5 + choices.below(5) } {
            self.add_fixture(choices, module);
        }
        let free = 2 + choices.below(if is_inner { 3 } else { 5 });
        for _ in 0..free {
            self.add_test(choices, module, None);
        }
        for _ in 0..if is_inner { choices.below(2) } else { choices.below(3) } {
            let group = self.add_group(choices, module);
            for _ in 0..=choices.below(4) {
                self.add_test(choices, module, Some(group));
            }
        }
        // Some after the groups, so that these are left and entered again.
        for _ in 0..choices.below(3) {
            self.add_test(choices, module, None);
        }
    }

    fn add_fixture(&mut self, choices: &mut Choices, module: usize) {
        let number = self.fixtures.len();
        let is_given = choices.percent(15);
        let scope =
            choices.weighted(&[(40, Scope::Test), (15, Scope::Group), (25, Scope::Module), (20, Scope::Session)]);
        let scope = if is_given { Scope::Test } else { scope };
        let needs = self.some_fixtures(choices, module, scope, 3);
        let parameters: Vec<u32> = if choices.percent(15) {
            let first = u32::try_from(number * 10 + 1).expect("there are few fixtures");
            vec![first, first + 1]
        } else {
            Vec::new()
        };
        let mut life = Life::random(choices);
        if is_given {
            // Whoever owns it drops it, perhaps in the midst of a panic; what it defers is its owner's.
            (life.teardown, life.drop) = (None, End::Works);
            life.deferred.fill(End::Works);
        }
        let is_autouse = !is_given && life.set_up == SetUp::Works && choices.percent(8);
        let name = format!("f{number}");
        let fixture = Fixture { name, module, scope, parameters, needs, life, is_autouse, is_given, of_group: None };
        self.fixtures.push(fixture);
        if self.cases_of_fixture(number) > MOST_CASES {
            self.fixtures[number].parameters.clear();
        }
        if self.cases_of_fixture(number) > MOST_CASES {
            self.fixtures[number].needs.clear();
        }
    }

    /// Up to `most` fixtures that something of a module may ask for whose own value lives as long as `scope` says.
    fn some_fixtures(&self, choices: &mut Choices, module: usize, scope: Scope, most: usize) -> Vec<usize> {
        let may = |index: &usize| {
            let fixture = &self.fixtures[*index];
            let is_shared_by_all = fixture.module == 0 && fixture.scope == Scope::Session;
            (self.is_around(fixture.module, module) || is_shared_by_all)
                && fixture.of_group.is_none()
                && self.borrows(*index) >= scope
        };
        let candidates: Vec<usize> = (0..self.fixtures.len()).filter(may).collect();
        let mut found: Vec<usize> = Vec::new();
        for _ in 0..choices.below(most + 1) {
            if let Some(&candidate) = candidates.get(choices.below(candidates.len()))
                && !found.contains(&candidate)
            {
                found.push(candidate);
            }
        }
        found
    }

    /// How long the shortest of what a value refers to lives: the value itself if it is shared, else what it needs.
    fn borrows(&self, fixture: usize) -> Scope {
        let Fixture { scope, is_given, needs, .. } = &self.fixtures[fixture];
        if !is_given {
            return *scope;
        }
        needs.iter().map(|need| self.borrows(*need)).min().unwrap_or(Scope::Session)
    }

    fn add_group(&mut self, choices: &mut Choices, module: usize) -> usize {
        let number = self.groups.len();
        let name = format!("TestG{number}");
        let shared = choices.percent(45).then(|| {
            let needs = self.some_fixtures(choices, module, Scope::Group, 2);
            let (name, parameters) = (format!("{name}::setup_group"), Vec::new());
            let life = Life::random(choices);
            self.fixtures.push(Fixture {
                name,
                module,
                scope: Scope::Group,
                parameters,
                needs,
                life,
                is_autouse: false,
                is_given: false,
                of_group: Some(number),
            });
            self.fixtures.len() - 1
        });
        let value = choices.percent(60).then(|| {
            let life = Life::random(choices);
            // Without `teardown` it is dropped where the test ends, perhaps in the midst of a panic.
            let drop = if life.teardown.is_some() { life.drop } else { End::Works };
            (self.some_fixtures(choices, module, Scope::Test, 2), Life { drop, ..life })
        });
        self.groups.push(Group { name, module, shared, value });
        number
    }

    fn add_test(&mut self, choices: &mut Choices, module: usize, group: Option<usize>) {
        let hanging = self.tests.iter().filter(|test| test.what == What::Hangs).count();
        let what = choices.weighted(&[
            (52, What::Passes),
            (8, What::Panics),
            (7, What::Fails),
            (6, What::Skips),
            (5, What::Checks),
            (5, What::Defers),
            (3, What::Forks),
            (3, What::ForksAndExits),
            (2, What::Aborts),
            (3, What::Exits),
            (2, What::IsKilled),
            (if hanging < MOST_HANGING { 2 } else { 0 }, What::Hangs),
        ]);
        let form = choices.weighted(&[(50, Form::Plain), (25, Form::Fallible), (25, Form::Async)]);
        let form = if what == What::Fails { Form::Fallible } else { form };
        let shared = |found: Vec<usize>| found.into_iter().find(|fixture| !self.fixtures[*fixture].is_given);
        let uses = shared(self.some_fixtures(choices, module, Scope::Test, 1));
        let needs = self.some_fixtures(choices, module, Scope::Test, 3);
        let (is_isolated, is_retried) = (choices.percent(3), what != What::Hangs && choices.percent(4));
        let name = String::new();
        let mut test = Test { name, module, group, uses, needs, what, form, is_isolated, is_retried };
        while self.cases(&test).len() > MOST_CASES && test.needs.pop().is_some() {}
        if self.cases(&test).len() > MOST_CASES {
            test.uses = None;
        }
        // By which those are left out where all tests share one process.
        let dies = if self.may_end_its_process(&test) { "_dies" } else { "" };
        test.name = format!("test_{}{dies}", self.tests.len());
        self.tests.push(test);
    }
}

impl Life {
    fn random(choices: &mut Choices) -> Self {
        let set_up = choices.weighted(&[
            (90, SetUp::Works),
            (3, SetUp::Fails),
            (3, SetUp::Panics),
            (2, SetUp::Skips),
            (1, SetUp::Aborts),
            (1, SetUp::Exits),
        ]);
        let ends = |choices: &mut Choices| choices.weighted(&[(90, End::Works), (10, End::Panics)]);
        let mut deferred: Vec<End> = (0..choices.below(3)).map(|_| ends(choices)).collect();
        if set_up == SetUp::Skips {
            // Else whoever comes first would fail, and others be skipped.
            deferred.fill(End::Works);
        }
        let teardown = choices.percent(50).then(|| {
            choices.weighted(&[(85, End::Works), (5, End::Panics), (6, End::Fails), (2, End::Skips), (2, End::Aborts)])
        });
        let drop = choices.weighted(&[(95, End::Works), (5, End::Panics)]);
        Self { set_up, deferred, teardown, drop, is_async: choices.percent(20) }
    }
}
