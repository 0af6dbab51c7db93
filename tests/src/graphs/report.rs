//! What the command told of a run, held against what its processes have written down, and against what each test must come
//! to.

use std::collections::{BTreeMap, BTreeSet};

use testkit_protocol::event::{Attempt, AttemptEvent, AttemptFinished, AttemptReason, Event, EventKind, FixtureStep};
use testkit_protocol::fixture::{Scope, Step};
use testkit_protocol::outcome::{Outcome, Verdict};

use super::replay::Told;
use super::{Case, Graph, Line, Mode, Problems, Word, replay};
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

/// How a run was made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked {
    /// It may have been stopped before every test was run.
    pub may_stop: bool,
    /// It tells of the fixtures of single tests as well.
    pub shows_set_up: bool,
}

/// Everything that is wrong with a run of the test target `target` of the package `graphs`.
///
/// # Panics
/// If a test has two verdicts, or the plan says otherwise.
pub fn check_report(graph: &Graph, target: &str, ran: &Ran, log: &[Line], asked: Asked) -> Problems {
    let prefix = format!("graphs::{target}::");
    let cases: BTreeMap<String, Case> = graph.all_cases().into_iter().map(|case| (case.path.clone(), case)).collect();
    let mut problems = check_verdicts(&cases, &prefix, ran, asked);
    problems.extend(check_counts(ran));
    let workers = workers(&ran.events, &prefix);
    let mut lines: Vec<(u32, Vec<Line>)> = Vec::new();
    for line in log {
        match lines.iter_mut().find(|(process, _)| *process == line.process) {
            Some((_, lines)) => lines.push(line.clone()),
            None => lines.push((line.process, vec![line.clone()])),
        }
    }
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    for (process, lines) in &lines {
        let begun: Vec<&str> = lines.iter().filter_map(|line| begun(&line.word)).collect();
        if begun.is_empty() {
            problems.extend(check_copy(graph, *process, lines));
            continue;
        }
        let is_it = |(number, worker): &(&u32, &Worker)| !taken.contains(number) && worker.has_begun(&begun);
        match workers.iter().find(is_it) {
            Some((number, worker)) => {
                taken.insert(*number);
                let found = check_worker(graph, &cases, worker, lines, begun.len(), asked);
                problems
                    .extend(found.into_iter().map(|problem| format!("worker {number}, process {process}: {problem}")));
            }
            None => problems.push(format!("process {process} is none of those that were told: {begun:?}")),
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

fn begun(word: &Word) -> Option<&str> {
    match word {
        Word::Begin(test) => Some(test),
        _ => None,
    }
}

fn check_verdicts(cases: &BTreeMap<String, Case>, prefix: &str, ran: &Ran, asked: Asked) -> Problems {
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
            step.step == Step::TornDown && step.scope > Scope::Test && !step.failures.is_empty()
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
    fn has_begun(&self, tests: &[&str]) -> bool {
        let told: Vec<&str> = self.attempts.iter().map(|it| it.path.split('[').next().unwrap_or_default()).collect();
        let is_open = self.attempts.last().is_some_and(|last| last.finished.is_none());
        told == tests || (is_open && told[..told.len() - 1] == *tests)
    }
}

fn check_worker(
    graph: &Graph,
    cases: &BTreeMap<String, Case>,
    worker: &Worker,
    lines: &[Line],
    begun: usize,
    asked: Asked,
) -> Problems {
    let of_attempts: Vec<&Case> = worker.attempts.iter().filter_map(|made| cases.get(&made.path)).collect();
    let is_cut = |outcome: Outcome| matches!(outcome, Outcome::Crashed | Outcome::TimedOut | Outcome::Interrupted);
    let last = worker.attempts.get(begun - 1).and_then(|made| made.finished.as_ref());
    let died = last.is_none_or(|finished| is_cut(finished.outcome));
    let replayed = replay(graph, lines, Mode::Worker(&of_attempts), died);
    let mut problems = replayed.problems;
    let steps: Vec<Told> =
        replayed.steps.into_iter().filter(|(_, scope, ..)| asked.shows_set_up || *scope > Scope::Test).collect();
    if steps != worker.steps {
        problems.push(format!("told of these fixtures:\n    {:?}\n  expected:\n    {steps:?}", worker.steps));
    }
    let standing = if died || replayed.ended_by_teardown { replayed.standing } else { Vec::new() };
    if standing != worker.left_standing {
        problems.push(format!("told that it left {:?} standing, expected {standing:?}", worker.left_standing));
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
        let own = replayed.failed.iter().find(|(_, of)| *of == index).map(|(name, _)| name);
        let says =
            |text: &str| finished.failures.iter().any(|it| it.message.as_ref().is_some_and(|it| it.contains(text)));
        match own {
            Some(name) if says(&format!("set-up of {name}")) && !says("see the report of") => {}
            Some(name) => problems.push(format!("{} does not tell of {name}: {finished:?}", made.path)),
            None => {
                let earlier = replayed.failed.iter().filter(|(_, of)| *of < index);
                let mut references = earlier.map(|(name, of)| (name, &worker.attempts[*of].path));
                let is_told = references.any(|(name, path)| {
                    says(&format!("could not be set up: set-up of {name}"))
                        && says(&format!("see the report of `{path}`"))
                });
                if !is_told {
                    problems.push(format!("{} does not say where its failure is told: {finished:?}", made.path));
                }
            }
        }
    }
    problems
}

/// A copy of a process that a test made: what was set up is not its own.
fn check_copy(graph: &Graph, process: u32, lines: &[Line]) -> Problems {
    let is_its_own = |line: &&Line| match &line.word {
        Word::Left(_) => true,
        // A value that is the body's own is dropped at its end.
        Word::Drop(_) => graph.fixtures.iter().any(|fixture| fixture.is_given),
        _ => false,
    };
    let others = lines.iter().filter(|line| !is_its_own(line));
    others.map(|line| format!("process {process} is a copy, and did {:?}", line.word)).collect()
}
