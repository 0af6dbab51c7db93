//! What the command told of a run, held against what its processes have written down, and against what each test must come
//! to.

use std::collections::{BTreeMap, BTreeSet};

use testkit_protocol::event::{Attempt, AttemptEvent, AttemptFinished, AttemptReason, Event, EventKind, FixtureStep};
use testkit_protocol::fixture::{Scope, Step};
use testkit_protocol::outcome::{Outcome, Verdict};

use super::log::Number;
use super::replay::Told;
use super::{Case, Graph, Line, Mode, Problems, SetUp, Word, replay};
use crate::command::Ran;
use crate::finished;

/// What a process of the run did, as the command told it.
#[derive(Debug, Default)]
struct Worker {
    attempts: Vec<Made>,
    steps: Vec<Told>,
    left_standing: Vec<String>,
}

/// An attempt at a test.
#[derive(Debug)]
struct Made {
    path: String,
    reason: AttemptReason,
    finished: Option<AttemptFinished>,
}

/// What is said of a fixture that was being set up.
const HALF_SET_UP: &str = " (half set up)";

/// How a run was made.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// It may have been stopped before every test was run.
    pub may_stop: bool,
    /// It tells of the fixtures of single tests as well.
    pub shows_set_up: bool,
    /// What the paths of the selected tests begin with; empty if all are.
    pub selects: Vec<String>,
}

/// Everything that is wrong with a run of the test target `target` of the package `graphs`.
///
/// # Panics
/// If a test has two verdicts, or the plan says otherwise.
pub fn check_report(graph: &Graph, target: &str, ran: &Ran, log: &[Line], asked: &Asked) -> Problems {
    let prefix = format!("graphs::{target}::");
    let is_selected =
        |case: &Case| asked.selects.is_empty() || asked.selects.iter().any(|start| case.path.starts_with(start));
    let cases = graph.all_cases().into_iter().filter(is_selected);
    let cases: BTreeMap<String, Case> = cases.map(|case| (case.path.clone(), case)).collect();
    let mut problems = check_verdicts(&cases, &prefix, ran, asked);
    problems.extend(check_counts(ran));
    let workers = workers(&ran.events, &prefix);
    let lines = by_process(log);
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    for (process, lines) in &lines {
        let begun = begun_with(lines);
        if begun.is_empty() {
            problems.extend(check_copy(graph, *process, lines, log));
            continue;
        }
        let is_it = |(number, worker): &(&u32, &Worker)| !taken.contains(number) && worker.has_begun(&begun);
        if let Some((number, worker)) = workers.iter().find(is_it) {
            taken.insert(*number);
            let found = check_worker(graph, &cases, worker, lines, begun.len(), asked);
            problems.extend(found.into_iter().map(|problem| format!("worker {number}, process {process}: {problem}")));
        } else {
            let told: Vec<_> = workers.iter().filter(|(number, _)| !taken.contains(number)).collect();
            problems.push(format!("process {process} is none of those that were told: {begun:?}, {told:?}"));
        }
    }
    for (number, worker) in workers.iter().filter(|(number, _)| !taken.contains(number)) {
        let has_finished = worker.attempts.iter().any(|attempt| attempt.finished.is_some());
        if has_finished && !asked.may_stop {
            problems.push(format!("worker {number} has written nothing down: {worker:?}"));
        }
    }
    problems
}

/// The lines of each process, in the order in which they came up.
pub(super) fn by_process(log: &[Line]) -> Vec<(u32, Vec<Line>)> {
    let mut lines: Vec<(u32, Vec<Line>)> = Vec::new();
    for line in log {
        match lines.iter_mut().find(|(process, _)| *process == line.process) {
            Some((_, lines)) => lines.push(line.clone()),
            None => lines.push((line.process, vec![line.clone()])),
        }
    }
    lines
}

/// The test that begins, if one does.
pub(super) fn begun(word: &Word) -> Option<&str> {
    match word {
        Word::Begin(test) => Some(test),
        _ => None,
    }
}

fn check_verdicts(cases: &BTreeMap<String, Case>, prefix: &str, ran: &Ran, asked: &Asked) -> Problems {
    let mut problems = Problems::new();
    let mut verdicts = ran.verdicts();
    for (path, case) in cases {
        match verdicts.remove(&format!("{prefix}{path}")) {
            Some(verdict) if verdict == case.verdict => {}
            Some(Verdict::NotRun | Verdict::Interrupted) if asked.may_stop => {}
            Some(verdict) => {
                problems.push(format!("{path}: {}, expected {}", verdict.word(), case.verdict.word()));
            }
            None => problems.push(format!("{path}: no verdict, expected {}", case.verdict.word())),
        }
    }
    problems.extend(verdicts.keys().map(|id| format!("{id} is not expected at all")));
    problems
}

/// The last line of the terminal's report adds up, and the exit code is the one that follows from it.
fn check_counts(ran: &Ran) -> Problems {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for test in finished(&ran.events) {
        *counts.entry(test.verdict.word().to_owned()).or_default() += 1;
    }
    let failures = finished(&ran.events).filter(|test| test.verdict.is_failure()).count();
    let of_fixtures = ran.events.iter().filter(|event| is_fixture_failure(event)).count() as u64;
    if of_fixtures > 0 {
        let word = if of_fixtures == 1 { "fixture error" } else { "fixture errors" };
        counts.insert(word.to_owned(), of_fixtures);
    }
    let is_interrupted = ran.events.iter().any(|event| matches!(event.kind, EventKind::Interrupted(_)));
    let code = if is_interrupted { 2 } else { i32::from(failures as u64 + of_fixtures > 0) };
    let mut problems = Problems::new();
    if ran.status.code() != Some(code) {
        problems.push(format!("it ended with {}, expected {code}", ran.status));
    }
    let last = ran.stdout.lines().rev().find_map(|line| line.rsplit_once(" in ")).map_or("", |(counts, _)| counts);
    let told: BTreeMap<String, u64> = last
        .split(", ")
        .filter_map(|part| part.split_once(' '))
        .filter_map(|(count, word)| Some((word.to_owned(), count.replace(',', "").parse().ok()?)))
        .collect();
    if told != counts {
        problems.push(format!("it counts {last:?}, expected {counts:?}"));
    }
    problems
}

fn is_fixture_failure(event: &Event) -> bool {
    match &event.kind {
        EventKind::Fixture(step) => {
            let is_between_tests = step.scope > Scope::Test && step.test.is_none();
            step.step == Step::TornDown && is_between_tests && !step.failures.is_empty()
        }
        _ => false,
    }
}

/// What each process did, by its number.
fn workers(events: &[Event], prefix: &str) -> BTreeMap<u32, Worker> {
    let mut workers: BTreeMap<u32, Worker> = BTreeMap::new();
    let mut current: BTreeMap<&str, u32> = BTreeMap::new();
    for event in events {
        match &event.kind {
            EventKind::Attempt(Attempt { test, event: AttemptEvent::Started(started), .. }) => {
                current.insert(test.as_str(), started.worker);
                let path = test.as_str().strip_prefix(prefix).unwrap_or(test.as_str()).to_owned();
                let made = Made { path, reason: started.reason, finished: None };
                workers.entry(started.worker).or_default().attempts.push(made);
            }
            EventKind::Attempt(Attempt { test, event: AttemptEvent::Finished(finished), .. }) => {
                let worker = current.get(test.as_str()).and_then(|worker| workers.get_mut(worker));
                let made = worker.and_then(|worker| worker.attempts.last_mut());
                if let Some(made) = made.filter(|made| test.as_str().ends_with(&made.path)) {
                    made.finished = Some(finished.clone());
                }
            }
            EventKind::Fixture(FixtureStep { worker, name, scope, step, failures, .. }) => {
                let told = (name.clone(), *scope, *step, !failures.is_empty());
                workers.entry(*worker).or_default().steps.push(told);
            }
            EventKind::WorkerReplaced(replaced) => {
                let worker = workers.entry(replaced.worker).or_default();
                worker.left_standing.extend(replaced.left_standing.iter().cloned());
            }
            _ => {}
        }
    }
    workers
}

impl Worker {
    /// Whether these are the tests that it began. The last one of which it is told may not have got so far.
    fn has_begun(&self, begun: &[Begun<'_>]) -> bool {
        let is_cut = |finished: &AttemptFinished| finished.outcome == Outcome::Interrupted;
        let is_open = self.attempts.last().is_some_and(|last| last.finished.as_ref().is_none_or(is_cut));
        let told = self.attempts.len();
        let count_is_right = told == begun.len() || (is_open && told == begun.len() + 1);
        count_is_right && self.attempts.iter().zip(begun).all(|(made, begun)| begun.may_be(&made.path))
    }
}

/// An attempt as a process has written it down.
#[derive(Debug)]
struct Begun<'a> {
    test: &'a str,
    parameters: Vec<u32>,
}

impl Begun<'_> {
    fn may_be(&self, path: &str) -> bool {
        let (test, case) = path.split_once('[').unwrap_or((path, ""));
        let of_case: Vec<&str> = case.trim_end_matches(']').split('-').collect();
        test == self.test && self.parameters.iter().all(|it| of_case.contains(&it.to_string().as_str()))
    }
}

/// The attempts of a process.
fn begun_with(lines: &[Line]) -> Vec<Begun<'_>> {
    let mut all: Vec<Begun<'_>> = Vec::new();
    for line in lines {
        match (&line.word, all.last_mut()) {
            (Word::Begin(test), _) => all.push(Begun { test, parameters: Vec::new() }),
            (Word::Making { parameter, .. }, Some(last)) if *parameter > 0 => last.parameters.push(*parameter),
            _ => {}
        }
    }
    all
}

fn check_worker(
    graph: &Graph,
    cases: &BTreeMap<String, Case>,
    worker: &Worker,
    lines: &[Line],
    begun: usize,
    asked: &Asked,
) -> Problems {
    let of_attempts: Vec<&Case> = worker.attempts.iter().filter_map(|made| cases.get(&made.path)).collect();
    let is_cut = |outcome: Outcome| matches!(outcome, Outcome::Crashed | Outcome::TimedOut | Outcome::Interrupted);
    let last = worker.attempts.get(begun - 1).and_then(|made| made.finished.as_ref());
    let died = last.is_none_or(|finished| is_cut(finished.outcome));
    let replayed = replay(graph, lines, Mode::Worker(&of_attempts), died);
    let mut problems = replayed.problems;
    let mut steps = replayed.steps;
    steps.retain(|(_, scope, ..)| asked.shows_set_up || *scope > Scope::Test);
    let mut standing = if died || replayed.ended_by_teardown { replayed.standing } else { Vec::new() };
    let is_killed = last.is_none_or(|finished| finished.outcome == Outcome::Interrupted);
    if is_killed && steps.len() == worker.steps.len() + 1 {
        // It has been set up, and the process was killed before that was told.
        steps.pop();
        standing.pop();
    }
    if steps != worker.steps {
        problems.push(format!("told of these fixtures:\n    {:?}\n  expected:\n    {steps:?}", worker.steps));
    }
    let is_half = |name: &&String| name.ends_with(HALF_SET_UP);
    let (half, whole): (Vec<&String>, Vec<&String>) = worker.left_standing.iter().partition(is_half);
    // Before it come those that need it.
    let is_right = half_set_up(graph, half.last().copied(), replayed.died_in, &replayed.failed) || is_killed;
    if whole != standing.iter().collect::<Vec<_>>() || !is_right {
        let expected = (standing, replayed.died_in.map(|fixture| graph.fixture_path(fixture)));
        problems.push(format!("told that it left {:?} standing, expected {expected:?}", worker.left_standing));
    }
    for (index, made) in worker.attempts.iter().take(begun).enumerate() {
        let (Some(finished), Some(case)) = (&made.finished, cases.get(&made.path)) else { continue };
        if is_cut(finished.outcome) {
            continue;
        }
        let had_body = replayed.bodies.iter().any(|(of, _)| *of == index);
        if had_body != case.has_body {
            problems.push(format!("{}: its body was run: {had_body}", made.path));
        }
        if finished.outcome != Outcome::Errored || had_body {
            continue;
        }
        let says = |text: &str| {
            finished.failures.iter().any(|it| it.message.as_ref().is_some_and(|message| message.contains(text)))
        };
        let refers = says("see the report of");
        let tells = |(name, of): &&(String, usize)| {
            let path = worker.attempts.get(*of).map_or("", |made| made.path.as_str());
            says(&format!("set-up of {name}")) && (*of == index) != (refers && says(&format!("`{path}`")))
        };
        if !is_cut_by_skip(graph, &replayed.failed, index) && !replayed.failed.iter().any(|it| tells(&it)) {
            problems.push(format!("{} does not tell of its set-up, or where that is told: {finished:?}", made.path));
        }
        let is_repeated = worker.attempts.iter().skip(index + 1).any(|later| later.path == made.path);
        if refers && (is_repeated || made.reason != AttemptReason::Planned) {
            problems.push(format!("{} is made more than once, for what is told elsewhere", made.path));
        }
    }
    problems
}

/// Whether the innermost fixture that was told to be half set up is right: the process has died in its set-up or in that of
/// something it needs, or that has failed, and the process has died before the end of the test.
fn half_set_up(graph: &Graph, told: Option<&String>, died_in: Option<usize>, failed: &[(String, usize)]) -> bool {
    let Some(told) = told else { return died_in.is_none_or(|fixture| graph.fixtures[fixture].scope == Scope::Test) };
    let name = told.split('`').nth(1).and_then(|name| name.split('[').next()).unwrap_or_default();
    let mut needed: Vec<usize> = graph.fixtures.iter().position(|fixture| fixture.name == name).into_iter().collect();
    while let Some(fixture) = needed.pop() {
        let has_failed = failed.iter().any(|(name, _)| *name == graph.fixture_path(fixture));
        if Some(fixture) == died_in || (died_in.is_none() && has_failed) {
            return true;
        }
        needed.extend(&graph.fixtures[fixture].needs);
    }
    false
}

/// Whether it was a set-up that asked to be skipped that ended an attempt; that failed then for another reason.
fn is_cut_by_skip(graph: &Graph, failed: &[(String, usize)], index: usize) -> bool {
    let skips = |name: &str| {
        let fixture = (0..graph.fixtures.len()).find(|fixture| graph.fixture_path(*fixture) == name);
        let group = (0..graph.groups.len()).find(|group| graph.group_path(*group) == name);
        let of_group = group.and_then(|group| graph.groups[group].value.as_ref()).map(|(_, life)| life);
        let life = fixture.map(|fixture| &graph.fixtures[fixture].life).or(of_group);
        life.is_some_and(|life| life.set_up == SetUp::Skips)
    };
    // A skipped set-up of an earlier attempt skips this one as well, and leaves no line.
    let is_of_it = |(name, of): &&(String, usize)| *of == index && !skips(name);
    failed.iter().any(|(name, of)| *of <= index && skips(name)) && !failed.iter().any(|it| is_of_it(&it))
}

/// A copy of a process that a test made: what was set up is not its own, but for what the test holds.
pub(super) fn check_copy(graph: &Graph, process: u32, lines: &[Line], log: &[Line]) -> Problems {
    let is_held = |line: &Line, dropped: Number| match &line.word {
        Word::Making { number, name, scope, .. } => {
            let fixture = (0..graph.fixtures.len()).find(|fixture| graph.fixture_path(*fixture) == *name);
            let is_given = fixture.is_some_and(|fixture| graph.fixtures[fixture].is_given);
            *number == dropped && (is_given || scope == "value")
        }
        _ => false,
    };
    let is_its_own = |line: &&Line| match line.word {
        Word::Left(_) => true,
        Word::Drop(number) => log.iter().any(|line| is_held(line, number)),
        _ => false,
    };
    let others = lines.iter().filter(|line| !is_its_own(line));
    others.map(|line| format!("process {process} is a copy, and did {:?}", line.word)).collect()
}
