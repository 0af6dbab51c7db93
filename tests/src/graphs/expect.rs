//! Which tests a graph has, and which verdict each of them must get.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use testkit_protocol::fixture::Scope;
use testkit_protocol::outcome::Verdict;

use super::{End, Fixture, Graph, Life, SetUp, Test, What};

/// One of the tests that a test is, with a parameter for each fixture that has some.
#[derive(Clone, Debug)]
pub struct Case {
    /// Number of the test.
    pub test: usize,
    /// Its path, with its case: `m03::test_17[11-32]`.
    pub path: String,
    /// The parameters, by the number of their fixture.
    pub parameters: BTreeMap<usize, u32>,
    /// What it comes to.
    pub verdict: Verdict,
    /// Whether its set-ups let it come to its body.
    pub has_body: bool,
}

/// Why a test does not get to its end.
enum Stop {
    Errored,
    Skipped,
    Crashed,
}

/// One attempt at a test, as it should go.
struct Attempt<'a> {
    graph: &'a Graph,
    test: &'a Test,
    /// Shared fixtures that it has.
    has: Vec<usize>,
    /// What comes at the end of the test: of its fixtures, and of what its values have deferred.
    ends: Vec<End>,
}

impl Graph {
    /// Every test, each of its cases for itself.
    pub fn all_cases(&self) -> Vec<Case> {
        (0..self.tests.len()).flat_map(|index| self.cases_of_test(index)).collect()
    }

    fn cases_of_test(&self, index: usize) -> Vec<Case> {
        let test = &self.tests[index];
        let (verdict, has_body) = self.verdict(test);
        let case = |parameters: Vec<(usize, u32)>| {
            let ids: Vec<String> = parameters.iter().map(|(_, parameter)| parameter.to_string()).collect();
            let id = if ids.is_empty() { String::new() } else { format!("[{}]", ids.join("-")) };
            let path = format!("{}{id}", self.test_path(test));
            Case { test: index, path, parameters: parameters.into_iter().collect(), verdict, has_body }
        };
        self.cases(test).into_iter().map(case).collect()
    }

    /// One choice of parameters for each case of a test, in the order in which its id names them: the widest fixture first.
    pub(super) fn cases(&self, test: &Test) -> Vec<Vec<(usize, u32)>> {
        let mut fixtures = Vec::new();
        for fixture in self.asks_for(test) {
            self.add_parametrized(fixture, &mut fixtures);
        }
        fixtures.sort_by_key(|fixture| Reverse(self.fixtures[*fixture].scope));
        let mut cases = vec![Vec::new()];
        for fixture in fixtures {
            let with = |case: &Vec<(usize, u32)>, parameter: u32| [case.as_slice(), &[(fixture, parameter)]].concat();
            let parameters = &self.fixtures[fixture].parameters;
            cases = cases.iter().flat_map(|case| parameters.iter().map(|it| with(case, *it))).collect();
        }
        cases
    }

    /// How many cases a test has that needs one fixture alone.
    pub(super) fn cases_of_fixture(&self, fixture: usize) -> usize {
        let mut fixtures = Vec::new();
        self.add_parametrized(fixture, &mut fixtures);
        fixtures.iter().map(|fixture| self.fixtures[*fixture].parameters.len()).product()
    }

    fn add_parametrized(&self, fixture: usize, found: &mut Vec<usize>) {
        for need in &self.fixtures[fixture].needs {
            self.add_parametrized(*need, found);
        }
        if !self.fixtures[fixture].parameters.is_empty() && !found.contains(&fixture) {
            found.push(fixture);
        }
    }

    /// What a test asks for, in that order.
    fn asks_for(&self, test: &Test) -> Vec<usize> {
        let group = test.group.map(|group| &self.groups[group]);
        let of_setup = group.and_then(|group| group.value.as_ref()).map_or(&[][..], |(needs, _)| needs);
        let all = [&self.used(test), of_setup, &test.needs];
        all.into_iter().flatten().copied().collect()
    }

    /// What it asks for without having the value: what is for all, the widest first, what its group shares, what it names
    /// itself.
    fn used(&self, test: &Test) -> Vec<usize> {
        let is_for_it =
            |(_, fixture): &(usize, &Fixture)| fixture.is_autouse && self.is_around(fixture.module, test.module);
        let mut for_all: Vec<(usize, &Fixture)> = self.fixtures.iter().enumerate().filter(is_for_it).collect();
        // An outer module has the lower number.
        for_all.sort_by_key(|(_, fixture)| (Reverse(fixture.scope), fixture.module));
        let number = |(index, _): &(usize, &Fixture)| *index;
        let wider = for_all.iter().filter(|(_, fixture)| fixture.scope > Scope::Group).map(number);
        let others = for_all.iter().filter(|(_, fixture)| fixture.scope <= Scope::Group).map(number);
        let shared = test.group.and_then(|group| self.groups[group].shared);
        wider.chain(shared).chain(others).chain(test.uses).collect()
    }

    /// Every fixture that a test needs, by whatever way.
    fn all_needed(&self, test: &Test) -> Vec<usize> {
        let mut found = self.asks_for(test);
        let mut at = 0;
        while at < found.len() {
            found.extend(&self.fixtures[found[at]].needs);
            at += 1;
        }
        found
    }

    /// Whether a process in which the test runs may end by it, then or later.
    pub(super) fn may_end_its_process(&self, test: &Test) -> bool {
        let ends =
            |life: &Life| matches!(life.set_up, SetUp::Aborts | SetUp::Exits) || life.teardown == Some(End::Aborts);
        let group = test.group.and_then(|group| self.groups[group].value.as_ref());
        matches!(test.what, What::Aborts | What::Exits | What::IsKilled | What::Hangs)
            || group.is_some_and(|(_, life)| ends(life))
            || self.all_needed(test).iter().any(|fixture| ends(&self.fixtures[*fixture].life))
    }

    /// What a test comes to, and whether it comes to its body.
    fn verdict(&self, test: &Test) -> (Verdict, bool) {
        let mut attempt = Attempt { graph: self, test, has: Vec::new(), ends: Vec::new() };
        let reached = attempt.run();
        let is_over = matches!(reached, Ok(Verdict::Crashed | Verdict::TimedOut) | Err(Stop::Crashed));
        let (aborts, ends_badly) =
            (attempt.ends.contains(&End::Aborts), attempt.ends.iter().any(|end| *end != End::Works));
        let verdict = match &reached {
            _ if !is_over && aborts => Verdict::Crashed,
            Ok(verdict @ (Verdict::Crashed | Verdict::TimedOut | Verdict::Failed)) => *verdict,
            Err(Stop::Crashed) => Verdict::Crashed,
            Err(Stop::Errored) => Verdict::Errored,
            Ok(_) | Err(Stop::Skipped) if ends_badly => Verdict::Errored,
            Ok(verdict) => *verdict,
            Err(Stop::Skipped) => Verdict::Skipped,
        };
        (verdict, reached.is_ok())
    }
}

impl Attempt<'_> {
    /// What the test itself comes to.
    fn run(&mut self) -> Result<Verdict, Stop> {
        for fixture in self.graph.used(self.test) {
            self.request(fixture, true)?;
        }
        if let Some((needs, life)) = self.test.group.and_then(|group| self.graph.groups[group].value.as_ref()) {
            for need in needs {
                self.request(*need, true)?;
            }
            self.ends.extend(&life.deferred);
            Self::set_up(life)?;
            self.ends.extend(life.teardown.into_iter().chain([life.drop]));
        }
        for fixture in &self.test.needs {
            self.request(*fixture, true)?;
        }
        Ok(match self.test.what {
            What::Passes | What::Defers | What::Forks | What::ForksAndExits => Verdict::Passed,
            What::Fails | What::Panics | What::Checks => Verdict::Failed,
            What::Skips => Verdict::Skipped,
            What::Aborts | What::Exits | What::IsKilled => Verdict::Crashed,
            What::Hangs => Verdict::TimedOut,
        })
    }

    /// Asks for a fixture; `is_of_test` says whether what it defers belongs to the test.
    fn request(&mut self, index: usize, is_of_test: bool) -> Result<(), Stop> {
        let fixture = &self.graph.fixtures[index];
        if !fixture.is_given && self.has.contains(&index) {
            return Ok(());
        }
        let is_of_test = match fixture.scope {
            Scope::Test if fixture.is_given => is_of_test,
            Scope::Test => true,
            // Without a group, the test is one for itself.
            Scope::Group => self.test.group.is_none() && !self.graph.modules[self.test.module].is_group,
            Scope::Module | Scope::Session => false,
        };
        for need in &fixture.needs {
            self.request(*need, is_of_test)?;
        }
        let life = &fixture.life;
        if is_of_test {
            self.ends.extend(&life.deferred);
        }
        Self::set_up(life)?;
        if is_of_test {
            self.ends.extend(life.teardown.into_iter().chain([life.drop]));
        }
        if !fixture.is_given {
            self.has.push(index);
        }
        Ok(())
    }

    fn set_up(life: &Life) -> Result<(), Stop> {
        match life.set_up {
            SetUp::Works => Ok(()),
            SetUp::Fails | SetUp::Panics => Err(Stop::Errored),
            SetUp::Skips => Err(Stop::Skipped),
            SetUp::Aborts | SetUp::Exits => Err(Stop::Crashed),
        }
    }
}
