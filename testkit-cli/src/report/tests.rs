//! One run with every kind of event and every verdict in it, as each reporter shows it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use testkit_protocol::event::{Event, EventKind};
use testkit_protocol::outcome::Verdict;

use super::json_lines::JsonLines;
use super::terminal::{Mode, Settings, Terminal, Verbosity};
use super::{Reporter, Reporters};
use crate::tally::Tally;

/// The canonical run.
pub(super) fn events() -> Vec<Event> {
    let script = include_str!("../../tests/events.jsonl");
    script.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// A writer whose bytes stay in reach.
#[derive(Clone, Default)]
pub(super) struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub(super) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn settings(verbosity: Verbosity) -> Settings {
    Settings {
        mode: Mode::Plain,
        color: false,
        columns: 100,
        verbosity,
        setup_show: false,
        shows_seed: false,
        durations: 0,
        rerun: "testkit".to_owned(),
    }
}

fn report(settings: Settings, events: &[Event]) -> String {
    let out = Shared::default();
    let mut terminal = Terminal::new(out.clone(), settings);
    for event in events {
        terminal.event(event).unwrap();
    }
    terminal.finish().unwrap();
    out.text()
}

#[test]
fn the_canonical_run_has_everything_in_it() {
    let events = events();
    let mut tally = Tally::new(0);
    let mut kinds = Vec::new();
    for event in &events {
        tally.apply(event);
        let kind = format!("{:?}", event.kind);
        kinds.push(kind[..kind.find('(').unwrap()].to_owned());
    }
    kinds.sort();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "Attempt",
            "BinaryListed",
            "BuildFinished",
            "Fixture",
            "Interrupted",
            "Notice",
            "OddEnd",
            "PlanClosed",
            "PlanExtended",
            "RunFinished",
            "RunStarted",
            "TestFinished",
            "WorkerReplaced"
        ]
    );
    for verdict in Verdict::ALL {
        assert!(tally.counts().of(verdict) > 0, "{verdict:?}");
    }
    assert_eq!(tally.fixture_failures(), 1);
    assert_eq!(Some(tally.counts().total()), tally.plan().map(|plan| plan.selected));
    let Some(EventKind::RunFinished(finished)) = events.last().map(|event| &event.kind) else { panic!("no end") };
    assert_eq!(finished.exit_code, i32::from(tally.exit_code(false).number()));
}

#[test]
fn plain() {
    insta::assert_snapshot!(report(settings(Verbosity::Normal), &events()));
}

#[test]
fn plain_detailed() {
    let settings = Settings { durations: 3, ..settings(Verbosity::Detailed) };
    insta::assert_snapshot!(report(settings, &events()));
}

#[test]
fn plain_with_set_ups() {
    let is_theirs = |event: &Event| match &event.kind {
        EventKind::Fixture(_) | EventKind::PlanClosed(_) | EventKind::RunStarted(_) => true,
        _ => matches!(&event.kind, EventKind::RunFinished(_)),
    };
    let events: Vec<Event> = events().into_iter().filter(is_theirs).collect();
    let settings = Settings { setup_show: true, shows_seed: true, ..settings(Verbosity::Normal) };
    insta::assert_snapshot!(report(settings, &events));
}

#[test]
fn plain_counts() {
    insta::assert_snapshot!(report(settings(Verbosity::Counts), &events()), @"5 failed, 1 errored, 1 crashed, 1 timed out, 1 interrupted, 1 flaky, 3 passed, 1 xfailed, 1 xpassed, 4 skipped, 1 not run, 1 fixture error, 1 process error in 2.95s");
}

#[test]
fn plain_in_color() {
    let settings = Settings { color: true, ..settings(Verbosity::Normal) };
    insta::assert_snapshot!(report(settings, &events()).replace('\x1b', "␛"));
}

#[test]
fn quiet_is_normal_without_header_and_progress() {
    let normal = report(settings(Verbosity::Normal), &events());
    let said_now_and_then = |line: &&str| !line.starts_with("testkit 0.1.0:") && !line.starts_with("SLOW");
    let want: Vec<_> = normal.lines().filter(said_now_and_then).collect();
    let quiet = report(settings(Verbosity::Quiet), &events());
    assert_eq!(quiet.lines().collect::<Vec<_>>(), want);
}

#[test]
fn json_lines() {
    let out = Shared::default();
    let mut reporter = JsonLines::new(out.clone());
    for event in events() {
        reporter.event(&event).unwrap();
        if let EventKind::TestFinished(finished) = &event.kind
            && finished.verdict.is_failure()
        {
            let last: Event = serde_json::from_str(out.text().lines().last().unwrap()).unwrap();
            assert_eq!(last, event, "a failure is in the file at once");
        }
    }
    reporter.finish().unwrap();
    assert!(out.text() == include_str!("../../tests/events.jsonl"), "the events come back as they were");
}

#[test]
fn json_lines_make_the_folders_of_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = camino::Utf8Path::from_path(folder.path()).unwrap().join("a/b/events.jsonl");
    JsonLines::create(&path).unwrap().finish().unwrap();
    assert!(path.is_file());
}

/// Takes so many bytes, then answers that the disk is full.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reporter_that_fails_stops_no_other() {
    let out = Shared::default();
    let mut reporters = Reporters::default();
    reporters.add("full.jsonl", JsonLines::new(Full(2000)));
    reporters.add("the terminal", Terminal::new(Full(10), settings(Verbosity::Normal)));
    let live = Settings { mode: Mode::Live(|| 80), ..settings(Verbosity::Normal) };
    reporters.add("the live terminal", Terminal::new(Full(10), live));
    reporters.add("events.jsonl", JsonLines::new(out.clone()));
    for event in events() {
        reporters.event(&event);
    }
    let mut errors: Vec<_> = reporters.finish().iter().map(ToString::to_string).collect();
    errors.sort();
    assert_eq!(
        errors,
        [
            "failed to write the report to full.jsonl: no storage space",
            "failed to write the report to the live terminal: no storage space",
            "failed to write the report to the terminal: no storage space"
        ]
    );
    assert!(out.text() == include_str!("../../tests/events.jsonl"), "the events come back as they were");
}
