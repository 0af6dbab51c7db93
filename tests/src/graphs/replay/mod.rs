//! The rules of the lives of fixtures, held against what one process has written down.
//!
//! - A shared fixture is set up once in each instance of its scope, with each choice of parameters.
//! - What was set up is torn down once: by its tear-down function, then by its `Drop`, then what it deferred in reverse order.
//! - That comes at the end of its scope, neither before nor after, in reverse order of the set-ups.
//! - While a value stands, so does everything that it needs. What is torn down is used by nobody.
//! - Only a process that did not come to its own end leaves something standing.

mod value;

use std::collections::BTreeMap;

use testkit_protocol::fixture::{Scope, Step};

use self::value::{Owner, State, Value};
use super::log::Number;
use super::{Case, End, Graph, Life, Line, SetUp, What, Word};

/// How a process ran its tests.
#[derive(Clone, Copy, Debug)]
pub enum Mode<'a> {
    /// One after another; these are the cases that it was given, in that order.
    Worker(&'a [&'a Case]),
    /// On several threads; what outlives a test ends with the process.
    Threads,
}

/// What is wrong, a sentence each.
pub type Problems = Vec<String>;

/// What a process did with a fixture, as the command should tell it: name, scope, what, and whether it failed.
pub(super) type Told = (String, Scope, Step, bool);

/// What a process has left.
#[derive(Debug, Default)]
pub struct Replayed {
    /// What is wrong.
    pub problems: Problems,
    /// What happened to shared fixtures, those of single tests included.
    pub steps: Vec<Told>,
    /// Fixtures wider than a test that stand at the end: ``session fixture `f3` ``.
    pub standing: Vec<String>,
    /// The fixture whose set-up has ended the process.
    pub died_in: Option<usize>,
    /// Paths of the tests whose bodies began, one for each attempt that had one.
    pub bodies: Vec<(usize, String)>,
    /// Set-ups that failed: the path of the fixture, and during which attempt.
    pub failed: Vec<(String, usize)>,
    /// Whether a tear-down ended the process.
    pub ended_by_teardown: bool,
}

/// The attempt that a thread is making.
#[derive(Clone, Debug)]
struct Attempt<'a> {
    /// From 0, in the process.
    number: usize,
    test: usize,
    case: Option<&'a Case>,
    /// Values that the body uses, while it runs.
    body: Option<Vec<Number>>,
    /// Whether something is left that the body deferred.
    has_deferred: bool,
}

struct Process<'a> {
    graph: &'a Graph,
    mode: Mode<'a>,
    values: BTreeMap<Number, Value<'a>>,
    attempts: BTreeMap<u32, Attempt<'a>>,
    begun: usize,
    made: usize,
    /// The place in the order of set-ups of what was torn down last, since a test began.
    last_torn_down: Option<usize>,
    replayed: Replayed,
}

/// Holds the lines of one process against the rules. `died` says that it did not come to its own end.
pub fn replay(graph: &Graph, lines: &[Line], mode: Mode<'_>, died: bool) -> Replayed {
    let (values, attempts, replayed) = (BTreeMap::new(), BTreeMap::new(), Replayed::default());
    let mut process = Process { graph, mode, values, attempts, begun: 0, made: 0, last_torn_down: None, replayed };
    for line in lines {
        process.take(line);
    }
    process.end(died)
}

impl Process<'_> {
    fn problem(&mut self, text: String) {
        self.replayed.problems.push(text);
    }

    fn take(&mut self, line: &Line) {
        if self.replayed.ended_by_teardown {
            self.problem(format!("goes on after a tear-down has ended it: {line:?}"));
        }
        match &line.word {
            Word::Begin(test) => self.begin(line.thread, test),
            Word::Making { number, name, scope, parameter, needed, owned } => {
                self.making(line.thread, *number, (name, scope), *parameter, needed, owned);
            }
            Word::Made(number) => self.made(*number),
            Word::Deferred { number, index } => self.deferred(*number, *index),
            Word::TearDown(number) => self.tear_down(*number),
            Word::Drop(number) => self.drop(*number),
            Word::Body { test, needed, owned } => self.body(line.thread, test, needed, owned),
            Word::DeferredByTest(test) => {
                let attempt = self.attempts.get_mut(&line.thread);
                if !attempt.is_some_and(|attempt| std::mem::take(&mut attempt.has_deferred)) {
                    self.problem(format!("{test} did not defer this, or it has run before"));
                }
            }
            Word::Left(_) => {
                if let Some(attempt) = self.attempts.get_mut(&line.thread) {
                    attempt.body = None;
                    attempt.has_deferred = self.graph.tests[attempt.test].what == What::Defers;
                }
            }
        }
    }

    fn begin(&mut self, thread: u32, path: &str) {
        self.end_attempt(thread);
        let Some(test) = self.graph.tests.iter().position(|test| self.graph.test_path(test) == path) else {
            return self.problem(format!("there is no test {path}"));
        };
        let case = match self.mode {
            Mode::Worker(cases) => cases.get(self.begun).copied(),
            Mode::Threads => None,
        };
        if case.is_some_and(|case| case.test != test) {
            self.problem(format!("{path} begins out of order"));
        }
        self.attempts.insert(thread, Attempt { number: self.begun, test, case, body: None, has_deferred: false });
        self.begun += 1;
        if matches!(self.mode, Mode::Worker(_)) {
            self.leave_scopes(path, case);
        }
        self.last_torn_down = None;
    }

    /// Whether it ends with the attempt that it was made in: what is given away is as long-lived as whoever owns it, what was
    /// never made has only what it deferred.
    fn is_of_one_attempt(&self, value: &Value<'_>) -> bool {
        match value.owner {
            Owner::Value(owner) if value.is_given => {
                self.values.get(&owner).is_none_or(|owner| self.is_of_one_attempt(owner))
            }
            Owner::Value(_) | Owner::Nobody | Owner::Test => value.key.starts_with('#') || value.state == State::Making,
        }
    }

    /// What is of one attempt only has to be gone with it.
    fn end_attempt(&mut self, thread: u32) {
        let Some(attempt) = self.attempts.remove(&thread) else { return };
        if attempt.has_deferred {
            self.problem(format!("what {} deferred has not run", self.graph.tests[attempt.test].name));
        }
        let is_left = |(_, value): &(&Number, &Value<'_>)| {
            value.attempt == attempt.number && (value.stands() || value.deferred > 0) && self.is_of_one_attempt(value)
        };
        let left = self.values.iter().filter(is_left);
        let left: Vec<String> =
            left.map(|(_, value)| format!("{} is not at its end when its test is ({value:?})", value.name)).collect();
        self.replayed.problems.extend(left);
        self.note_failed(attempt.number);
    }

    fn note_failed(&mut self, attempt: usize) {
        let failed = self.values.values().filter(|value| value.attempt == attempt && value.state == State::Making);
        self.replayed.failed.extend(failed.map(|value| (value.name.clone(), attempt)));
    }

    /// A test begins: what it is outside of has to be gone, what it is inside of has to stand.
    fn leave_scopes(&mut self, path: &str, case: Option<&Case>) {
        let is_inside = |value: &Value<'_>| {
            let differs = |(fixture, parameter): (&usize, &u32)| {
                case.and_then(|case| case.parameters.get(fixture)).is_some_and(|chosen| chosen != parameter)
            };
            !value.key.starts_with('#') && path.starts_with(&value.key) && !value.parameters.iter().any(differs)
        };
        let mut problems = Problems::new();
        for value in self.values.values().filter(|value| !value.is_given && value.fixture.is_some()) {
            if !is_inside(value) && value.stands() {
                problems.push(format!("{} still stands when {path} begins, which is outside of its scope", value.name));
            }
            if is_inside(value) && matches!(value.state, State::Ending | State::Dropped) {
                problems.push(format!("{} is torn down before {path}, which is inside of its scope", value.name));
            }
        }
        self.replayed.problems.extend(problems);
        let mut kept: Vec<Number> = Vec::new();
        // An owner is made later than what it owns.
        for (number, value) in self.values.iter().rev() {
            let is_kept = match value.owner {
                Owner::Value(owner) if value.is_given => kept.contains(&owner),
                Owner::Value(_) | Owner::Nobody | Owner::Test => is_inside(value),
            };
            kept.extend(is_kept.then_some(*number));
        }
        self.values.retain(|number, _| kept.contains(number));
    }

    fn making(
        &mut self,
        thread: u32,
        number: Number,
        (name, scope_word): (&str, &str),
        parameter: u32,
        needed: &[Number],
        owned: &[Number],
    ) {
        let graph = self.graph;
        let fixture = (0..graph.fixtures.len()).find(|fixture| graph.fixture_path(*fixture) == name);
        let group = (0..graph.groups.len()).find(|group| graph.group_path(*group) == name);
        let Some(attempt) = self.attempts.get(&thread).cloned() else {
            return self.problem(format!("{name} is set up outside of any test"));
        };
        let (life, scope, needs) = match (fixture, group.and_then(|group| graph.groups[group].value.as_ref())) {
            (Some(fixture), _) => {
                let fixture = &graph.fixtures[fixture];
                (&fixture.life, fixture.scope, &fixture.needs)
            }
            (None, Some((needs, life))) => (life, Scope::Test, needs),
            (None, None) => return self.problem(format!("there is no fixture {name}")),
        };
        let is_given = fixture.is_some_and(|fixture| graph.fixtures[fixture].is_given);
        let key = self.key(&attempt, scope);
        let mut parameters = BTreeMap::new();
        if let Some(fixture) = fixture.filter(|fixture| !graph.fixtures[*fixture].parameters.is_empty()) {
            parameters.insert(fixture, parameter);
        }
        self.use_values(&attempt, name, needs, needed, owned, &mut parameters, &Owner::Value(number));
        if let Some(case) = attempt.case
            && parameters.iter().any(|(fixture, parameter)| case.parameters.get(fixture) != Some(parameter))
        {
            self.problem(format!("{name} is set up with {parameters:?} for {}", case.path));
        }
        if scope_word != if fixture.is_some() { scope.word() } else { "value" } {
            self.problem(format!("{name} has the scope {scope_word}"));
        }
        let is_again = |value: &Value<'_>| {
            value.fixture == fixture && !value.is_given && value.key == key && value.parameters == parameters
        };
        if !is_given && self.values.values().any(is_again) {
            self.problem(format!("{name} is set up a second time in its scope {key:?}"));
        }
        let value = Value {
            name: name.to_owned(),
            fixture,
            scope,
            is_given,
            life,
            key,
            parameters,
            needed: needed.to_vec(),
            owner: Owner::Nobody,
            attempt: attempt.number,
            state: State::Making,
            deferred: life.deferred.len(),
            is_torn_down: false,
            is_dropped: false,
            order: 0,
        };
        if self.values.insert(number, value).is_some() {
            self.problem(format!("there are two values {number}"));
        }
    }

    fn key(&self, attempt: &Attempt<'_>, scope: Scope) -> String {
        let test = &self.graph.tests[attempt.test];
        let module = &self.graph.modules[test.module];
        match (scope, test.group) {
            (Scope::Session, _) => String::new(),
            (Scope::Group, Some(group)) => format!("{}::", self.graph.group_path(group)),
            (Scope::Group, None) if module.is_group => format!("{}::", module.path),
            (Scope::Module, _) => format!("{}::", module.path),
            (Scope::Test | Scope::Group, _) => format!("#{}", attempt.number),
        }
    }

    /// Somebody, who asks for the fixtures `needs`, has got these values.
    #[expect(clippy::too_many_arguments, reason = "what the two lines that call it say")]
    fn use_values(
        &mut self,
        attempt: &Attempt<'_>,
        who: &str,
        needs: &[usize],
        needed: &[Number],
        owned: &[Number],
        parameters: &mut BTreeMap<usize, u32>,
        owner: &Owner,
    ) {
        let graph = self.graph;
        let (given, shared): (Vec<usize>, Vec<usize>) =
            needs.iter().copied().partition(|need| graph.fixtures[*need].is_given);
        let mut problems = Problems::new();
        for (want, numbers) in [(shared, needed), (given, owned)] {
            let got: Vec<Option<usize>> =
                numbers.iter().map(|number| self.values.get(number).and_then(|value| value.fixture)).collect();
            if got != want.iter().map(|fixture| Some(*fixture)).collect::<Vec<_>>() {
                problems.push(format!("{who} has got the fixtures {got:?}, and asked for {want:?}"));
            }
        }
        for number in needed.iter().chain(owned) {
            let Some(value) = self.values.get(number) else {
                problems.push(format!("{who} has got the value {number}, which is not known any more"));
                continue;
            };
            if value.state != State::Made {
                problems.push(format!("{who} has got {} in the state {:?}", value.name, value.state));
            }
            if value.key != self.key(attempt, value.scope) {
                problems.push(format!("{who} has got {} of another scope: {:?}", value.name, value.key));
            }
            for (fixture, parameter) in &value.parameters {
                if parameters.insert(*fixture, *parameter).is_some_and(|other| other != *parameter) {
                    problems.push(format!("{who} has got values with different parameters"));
                }
            }
        }
        self.replayed.problems.extend(problems);
        for number in owned {
            if let Some(value) = self.values.get_mut(number) {
                if value.owner != Owner::Nobody {
                    let text = format!("{} is given away twice", value.name);
                    self.replayed.problems.push(text);
                }
                value.owner = owner.clone();
            }
        }
    }

    fn made(&mut self, number: Number) {
        let order = self.made;
        self.made += 1;
        let Some(value) = self.values.get_mut(&number) else {
            return self.problem(format!("{number} was never begun"));
        };
        (value.state, value.order) = (State::Made, order);
        self.tell(number, Step::SetUp, false);
    }

    fn tell(&mut self, number: Number, step: Step, failed: bool) {
        let value = &self.values[&number];
        let Some(fixture) = value.fixture.filter(|_| !value.is_given) else { return };
        let name = self.name_in_report(fixture, value);
        self.replayed.steps.push((name, value.scope, step, failed));
    }

    fn name_in_report(&self, fixture: usize, value: &Value<'_>) -> String {
        let name = &self.graph.fixtures[fixture].name;
        value.parameters.get(&fixture).map_or_else(|| name.clone(), |parameter| format!("{name}[{parameter}]"))
    }

    fn deferred(&mut self, number: Number, index: usize) {
        let Some(value) = self.values.get(&number) else {
            return self.problem(format!("{number} has deferred nothing"));
        };
        let (name, is_next) = (value.name.clone(), value.deferred == index + 1);
        let (is_own, is_dropped) = (value.ends_by_itself(), value.is_dropped);
        if !is_next {
            self.problem(format!("what {name} has deferred runs out of order: {index}"));
        }
        self.values.entry(number).and_modify(|value| value.deferred = index);
        // What it deferred is its owner's, or the test's, if it is given away or was never made.
        if !is_own {
            return;
        }
        if !is_dropped {
            self.problem(format!("what {name} has deferred runs before its value is dropped"));
        }
        if index == 0 {
            self.gone(number);
        }
    }

    /// Nothing is left to be done for a value.
    fn gone(&mut self, number: Number) {
        let Some(value) = self.values.get_mut(&number) else { return };
        value.state = State::Dropped;
        let life = value.life;
        let is_bad = |end: &End| *end != End::Works;
        let failed = life.deferred.iter().chain(&life.teardown).chain([&life.drop]).any(is_bad);
        self.tell(number, Step::TornDown, failed);
    }

    fn tear_down(&mut self, number: Number) {
        self.begin_end(number);
        let Some(value) = self.values.get_mut(&number) else { return };
        let (name, life) = (value.name.clone(), value.life);
        if std::mem::replace(&mut value.is_torn_down, true) || life.teardown.is_none() {
            self.problem(format!("{name} is torn down twice, or has no tear-down"));
        }
        if life.teardown == Some(End::Aborts) {
            self.replayed.ended_by_teardown = true;
            // At the end of a test it is the test that tells.
            if !self.values[&number].key.starts_with('#') {
                self.tell(number, Step::TornDown, true);
            }
        }
    }

    fn drop(&mut self, number: Number) {
        self.begin_end(number);
        let Some(value) = self.values.get_mut(&number) else { return };
        let (name, life, is_torn_down) = (value.name.clone(), value.life, value.is_torn_down);
        let was_made = value.state == State::Ending && !std::mem::replace(&mut value.is_dropped, true);
        let is_whole = value.deferred == life.deferred.len() || !value.ends_by_itself();
        if !was_made || (life.teardown.is_some() && !is_torn_down) || !is_whole {
            self.problem(format!("{name} is dropped twice, or before it was torn down, or after what it deferred"));
        }
        if life.deferred.is_empty() || !self.values[&number].ends_by_itself() {
            self.gone(number);
        }
    }

    /// The end of a value begins, if it has not.
    fn begin_end(&mut self, number: Number) {
        let Some(value) = self.values.get(&number) else {
            return self.problem(format!("the value {number} is torn down, and is not known any more"));
        };
        let name = value.name.clone();
        match value.state {
            State::Ending => return,
            State::Made => {}
            State::Making | State::Dropped => {
                return self.problem(format!("{name} is torn down when it does not stand"));
            }
        }
        let mut problems = Problems::new();
        let mut is_in_use = |user: &str| problems.push(format!("{name} is torn down while {user} needs it"));
        for other in self.values.values().filter(|other| other.stands() && other.needed.contains(&number)) {
            is_in_use(&other.name);
        }
        for attempt in
            self.attempts.values().filter(|attempt| attempt.body.as_ref().is_some_and(|it| it.contains(&number)))
        {
            is_in_use(&self.graph.tests[attempt.test].name);
        }
        if let Owner::Value(owner) = value.owner
            && self.values.get(&owner).is_some_and(|owner| owner.state == State::Made)
        {
            is_in_use("its owner");
        }
        let is_shared = value.is_shared();
        let is_later = |other: &&Value<'_>| {
            let is_like_it = other.key == value.key && other.scope == value.scope;
            is_like_it
                && other.state == State::Made
                && other.order > value.order
                && !other.is_given
                && other.fixture.is_some()
        };
        // What several tests share may end before for another parameter's sake; there the order of one moment counts.
        if is_shared
            && value.key.starts_with('#')
            && let Some(later) = self.values.values().find(is_later)
        {
            problems.push(format!("{name} is torn down before {}, which was set up later", later.name));
        }
        if is_shared && !value.key.starts_with('#') {
            // On threads beside each other, what does not need one another may be done in one order and noted in the other.
            let is_in_order = !matches!(self.mode, Mode::Threads);
            if is_in_order && self.last_torn_down.is_some_and(|last| last < value.order) {
                problems.push(format!("{name} is torn down after something that was set up before"));
            }
            self.last_torn_down = Some(value.order);
            if self.attempts.values().any(|attempt| attempt.body.is_some()) {
                problems.push(format!("{name} is torn down in the midst of a test"));
            }
            let of_test = |other: &&Value<'_>| other.stands() && self.is_of_one_attempt(other);
            if let Some(other) = self.values.values().find(of_test) {
                problems.push(format!("{name} is torn down while {} stands", other.name));
            }
        }
        if is_shared && self.attempts.values().any(|attempt| attempt.number == value.attempt && attempt.has_deferred) {
            problems.push(format!("{name} is torn down before what the test deferred has run"));
        }
        self.replayed.problems.extend(problems);
        self.values.entry(number).and_modify(|value| value.state = State::Ending);
    }

    fn body(&mut self, thread: u32, path: &str, needed: &[Number], owned: &[Number]) {
        let Some(attempt) = self.attempts.get(&thread).cloned() else {
            return self.problem(format!("the body of {path} begins before its attempt"));
        };
        let test = &self.graph.tests[attempt.test];
        if self.graph.test_path(test) != path || self.replayed.bodies.iter().any(|(of, _)| *of == attempt.number) {
            self.problem(format!("the body of {path} begins twice, or for another test"));
        }
        let mut parameters = BTreeMap::new();
        self.use_values(&attempt, path, &test.needs, needed, owned, &mut parameters, &Owner::Test);
        if let Some(case) = attempt.case
            && parameters.iter().any(|(fixture, parameter)| case.parameters.get(fixture) != Some(parameter))
        {
            self.problem(format!("{path} has got {parameters:?} as {}", case.path));
        }
        self.replayed.bodies.push((attempt.number, path.to_owned()));
        if let Some(attempt) = self.attempts.get_mut(&thread) {
            attempt.body = Some(needed.to_vec());
        }
    }

    fn end(mut self, died: bool) -> Replayed {
        let died = died || self.replayed.ended_by_teardown;
        if died {
            for attempt in self.attempts.values().map(|attempt| attempt.number).collect::<Vec<_>>() {
                self.note_failed(attempt);
            }
        } else {
            for thread in self.attempts.keys().copied().collect::<Vec<_>>() {
                self.end_attempt(thread);
            }
            let left: Vec<String> =
                self.values.values().filter(|value| value.stands()).map(|value| value.name.clone()).collect();
            if !left.is_empty() {
                self.problem(format!("these were never torn down: {}", left.join(", ")));
            }
        }
        let mut standing: Vec<&Value<'_>> =
            self.values.values().filter(|value| value.stands() && value.scope > Scope::Test).collect();
        standing.sort_by_key(|value| value.order);
        let name = |value: &Value<'_>| {
            value.fixture.map(|fixture| format!("{} fixture `{}`", value.scope, self.name_in_report(fixture, value)))
        };
        let standing = standing.into_iter().filter_map(name).collect();
        let last = self.values.last_key_value().map(|(_, value)| value);
        let last = last.filter(|value| died && value.state == State::Making && ends_its_process(value.life));
        Replayed { standing, died_in: last.and_then(|value| value.fixture), ..self.replayed }
    }
}

fn ends_its_process(life: &Life) -> bool {
    matches!(life.set_up, SetUp::Aborts | SetUp::Exits)
}
