//! The report for a person: to a live terminal, or as plain lines to a pipe or a CI system.
//!
//! Failures are printed as they happen, a summary at the end. All that depends on the surroundings comes in with
//! [`Settings`]; nothing here reads the environment.

mod block;
mod captured;
mod fixture;
mod header;
mod output;
mod progress;
mod style;
mod summary;

use std::collections::HashMap;
use std::io::{self, Write};

use testkit_protocol::event::{
    Attempt, AttemptEvent, AttemptFinished, AttemptReason, Event, EventKind, FixtureStep, RunFinished, RunStarted,
    TestFinished, WorkerReplaced,
};
use testkit_protocol::id::TestId;
use testkit_protocol::outcome::{Outcome, Verdict};

use self::output::Output;
use self::style::{Look, Style};
use self::summary::Summary;
use super::Reporter;
use crate::tally::Tally;
use crate::words;

/// How the report is to look.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Where it is shown.
    pub(crate) mode: Mode,
    /// Whether to colour it.
    pub(crate) color: bool,
    /// Width of the report in columns; `usize::MAX` where there is none.
    pub(crate) columns: usize,
    /// How much is said.
    pub(crate) verbosity: Verbosity,
    /// Whether to show each fixture that is set up and torn down.
    pub(crate) setup_show: bool,
    /// Whether the first line names the seed.
    pub(crate) shows_seed: bool,
    /// How many of the slowest tests to list at the end.
    pub(crate) durations: usize,
    /// The command that runs tests again when their ids are added to it: `testkit`, `cargo testkit --release`.
    pub(crate) rerun: String,
}

/// Where the report is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mode {
    /// On a terminal whose lines can be drawn again; the function gives its width in columns as it is now.
    Live(fn() -> u16),
    /// In a pipe, a file or a CI log: each line once.
    Plain,
}

/// How much is said; each level says what those before it say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    /// The counts alone.
    Counts,
    /// Failures and the summary.
    Quiet,
    /// The header and the progress as well.
    Normal,
    /// A line for each test as well.
    Verbose,
    /// And with each line its worker and its attempts.
    Detailed,
}

impl Verbosity {
    /// From how often `-v` and `-q` were given.
    pub(crate) fn from_flags(verbose: u8, quiet: u8) -> Self {
        match (verbose, quiet) {
            (_, 2..) => Self::Counts,
            (_, 1) => Self::Quiet,
            (0, 0) => Self::Normal,
            (1, 0) => Self::Verbose,
            (2.., 0) => Self::Detailed,
        }
    }
}

/// The reporter.
pub(crate) struct Terminal<W: Write + Send + 'static> {
    settings: Settings,
    style: Style,
    output: Output<W>,
    tally: Tally,
    summary: Summary,
    run: Option<RunStarted>,
    /// What is known of tests that have begun and have no verdict.
    open: HashMap<TestId, OpenTest>,
    /// Where the text of an event is put together.
    text: String,
    /// Whether the last thing said should be set off from the summary by an empty line.
    wants_gap: bool,
}

/// A test that has no verdict yet.
#[derive(Default)]
struct OpenTest {
    /// Where the last attempt runs.
    place: Place,
    /// Why the last attempt was made.
    reason: Option<AttemptReason>,
    /// How each attempt ended, in order.
    outcomes: Vec<Outcome>,
    /// The attempts that did not pass.
    unsuccessful: Vec<Unsuccessful>,
}

/// An attempt that did not pass.
struct Unsuccessful {
    place: Place,
    finished: AttemptFinished,
}

/// Where an attempt ran.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Number of the worker.
    worker: u32,
    /// How many tests that worker had begun before.
    position: u32,
}

impl<W: Write + Send + 'static> Terminal<W> {
    /// Reports to `out`.
    pub(crate) fn new(out: W, settings: Settings) -> Self {
        let style = Style { color: settings.color, columns: settings.columns };
        Self {
            style,
            output: Output::new(out, settings.mode, style),
            tally: Tally::new(settings.durations),
            summary: Summary::default(),
            run: None,
            open: HashMap::new(),
            text: String::new(),
            wants_gap: false,
            settings,
        }
    }

    fn says(&self, level: Verbosity) -> bool {
        self.settings.verbosity >= level
    }

    fn attempt(&mut self, at_us: u64, attempt: &Attempt) {
        match &attempt.event {
            AttemptEvent::Started(started) => {
                self.output.progress(|progress| progress.started(&attempt.test, at_us));
                let test = self.open.entry(attempt.test.clone()).or_default();
                test.place = Place { worker: started.worker, position: started.position };
                test.reason = Some(started.reason);
            }
            AttemptEvent::Slow { elapsed_ns } => {
                let shown = match self.settings.mode {
                    Mode::Live(_) => self.says(Verbosity::Verbose),
                    Mode::Plain => self.says(Verbosity::Normal),
                };
                if shown {
                    block::slow_line(&mut self.text, self.style, &attempt.test, *elapsed_ns);
                }
            }
            AttemptEvent::Finished(finished) => {
                self.output.progress(|progress| progress.ended(&attempt.test));
                let test = self.open.entry(attempt.test.clone()).or_default();
                test.outcomes.push(finished.outcome);
                match finished.outcome {
                    Outcome::Passed | Outcome::Skipped => {}
                    Outcome::Failed
                    | Outcome::Errored
                    | Outcome::Crashed
                    | Outcome::TimedOut
                    | Outcome::Interrupted => {
                        test.unsuccessful.push(Unsuccessful { place: test.place, finished: finished.clone() });
                    }
                }
            }
        }
    }

    fn test_finished(&mut self, finished: &TestFinished) {
        let test = self.open.remove(&finished.test).unwrap_or_default();
        self.output.progress(|progress| progress.finished(finished.verdict));
        let deciding = block::deciding(&test.unsuccessful, finished);
        self.summary.test_finished(finished, deciding.map(|attempt| &attempt.finished));
        let block = match finished.verdict {
            Verdict::Failed | Verdict::Errored | Verdict::Crashed | Verdict::TimedOut | Verdict::Flaky => {
                Verbosity::Quiet
            }
            Verdict::Interrupted => Verbosity::Verbose,
            Verdict::Passed | Verdict::Skipped | Verdict::XFailed | Verdict::XPassed | Verdict::NotRun => {
                if self.says(Verbosity::Verbose) {
                    block::line(&mut self.text, self.style, finished, &test, self.settings.verbosity);
                }
                return;
            }
        };
        if self.says(block) {
            block::push(&mut self.text, self.style, finished, &test, self.settings.verbosity);
        }
    }

    fn fixture(&mut self, step: &FixtureStep) {
        if self.settings.setup_show && self.says(Verbosity::Quiet) {
            let workers = self.run.as_ref().map_or(1, |run| run.workers);
            fixture::step_line(&mut self.text, self.style, step, workers);
        }
        if Tally::is_fixture_failure(step) {
            self.summary.fixture_failed(step);
            if self.says(Verbosity::Quiet) {
                let whole = self.says(Verbosity::Verbose);
                fixture::push(&mut self.text, self.style, step, whole);
            }
        }
    }

    fn worker_replaced(&mut self, replaced: &WorkerReplaced) {
        if !replaced.left_standing.is_empty() && self.says(Verbosity::Quiet) {
            fixture::left_standing_line(&mut self.text, self.style, replaced);
        } else if self.says(Verbosity::Verbose) {
            let after = match &replaced.after {
                Some(test) => format!(" after {}", Style::foreign_line(test.as_str())),
                None => String::new(),
            };
            let reason = Style::foreign_line(&words::one_line(&replaced.reason));
            let line = format!("worker {} was replaced{after}: {reason}", replaced.worker);
            self.text.push_str(&self.style.paint(Look::Faint, &line));
            self.text.push('\n');
        }
    }

    fn run_finished(&mut self, finished: &RunFinished) {
        self.output.progress(progress::Progress::close);
        if self.wants_gap {
            self.text.push('\n');
        }
        self.summary.push(&mut self.text, &self.settings, &self.tally, finished);
    }
}

impl<W: Write + Send + 'static> Reporter for Terminal<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        self.tally.apply(event);
        match &event.kind {
            EventKind::RunStarted(run) => {
                self.run = Some(run.clone());
                self.output.progress(|progress| progress.set_clock(event.at_us));
            }
            EventKind::BinaryListed(_) => {}
            EventKind::BuildFinished(build) => self.summary.build_finished(build),
            EventKind::PlanClosed(plan) => {
                // A build that gave nothing to run has said enough.
                let nothing = plan.selected == 0 && self.tally.build_failed();
                if self.says(Verbosity::Normal) && !nothing {
                    let shows_seed = self.settings.shows_seed;
                    header::push(&mut self.text, self.style, self.run.as_ref(), plan, shows_seed);
                    let selected = plan.selected;
                    self.output.progress(|progress| progress.open(selected));
                    self.output.start_drawing();
                }
            }
            EventKind::PlanExtended(extended) => {
                let selected = extended.selected;
                self.output.progress(|progress| progress.open(selected));
            }
            EventKind::Attempt(attempt) => self.attempt(event.at_us, attempt),
            EventKind::TestFinished(finished) => self.test_finished(finished),
            EventKind::Fixture(step) => self.fixture(step),
            EventKind::WorkerReplaced(replaced) => self.worker_replaced(replaced),
            EventKind::Notice(notice) => self.summary.notice(notice),
            EventKind::Interrupted(interrupted) => self.summary.interrupted(interrupted),
            EventKind::RunFinished(finished) => self.run_finished(finished),
        }
        if !self.text.is_empty() {
            self.wants_gap = !matches!(event.kind, EventKind::PlanClosed(_)) && !self.text.ends_with("\n\n");
        }
        self.output.event_done(event.at_us, &mut self.text)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.output.close()
    }
}

#[cfg(test)]
mod tests;
