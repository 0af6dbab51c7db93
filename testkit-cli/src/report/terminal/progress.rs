//! How far the run is: what a progress line says.

use testkit_protocol::id::TestId;
use testkit_protocol::outcome::Verdict;

use super::style::{Look, Style};
use crate::tally::Counts;
use crate::words;

/// Tests that have been running for less are not named, in microseconds.
const LONG_US: u64 = 1_000_000;

/// How many running tests are named.
const NAMED: usize = 6;

/// How far the run is.
#[derive(Default)]
pub(super) struct Progress {
    /// How many tests there are, while the progress is to be shown.
    total: Option<u64>,
    counts: Counts,
    /// What is running, with the time it began in microseconds of the run; oldest first.
    running: Vec<(TestId, u64)>,
    /// Added to the time since the reporter began, this makes the time of the run, in microseconds.
    clock_us: u64,
}

impl Progress {
    /// Says what time it is in the run.
    pub(super) fn set_clock(&mut self, at_us: u64) {
        self.clock_us = at_us;
    }

    /// The time of the run, `since_us` microseconds after the clock was set.
    pub(super) fn now_us(&self, since_us: u64) -> u64 {
        self.clock_us + since_us
    }

    /// The plan is closed: the progress can be shown.
    pub(super) fn open(&mut self, total: u64) {
        self.total = Some(total);
    }

    /// The run is over: it is shown no more.
    pub(super) fn close(&mut self) {
        self.total = None;
    }

    /// An attempt began.
    pub(super) fn started(&mut self, test: &TestId, at_us: u64) {
        self.running.push((test.clone(), at_us));
    }

    /// An attempt ended.
    pub(super) fn ended(&mut self, test: &TestId) {
        if let Some(at) = self.running.iter().position(|(running, _)| running == test) {
            self.running.remove(at);
        }
    }

    /// A test has its verdict.
    pub(super) fn finished(&mut self, verdict: Verdict) {
        self.counts.add(verdict);
    }

    /// Tests done and tests in all, while the progress is shown.
    pub(super) fn done(&self) -> Option<(u64, u64)> {
        self.total.map(|total| (self.counts.total(), total))
    }

    /// What stands beside and below the bar: `430/5,000  2 failed, 428 passed`, then a line for each test that takes long.
    pub(super) fn beside_bar(&self, now_us: u64, columns: usize, style: Style) -> String {
        let total = self.total.unwrap_or_default();
        let mut text = format!("{}/{}", words::number(self.counts.total()), words::number(total));
        for (at, (verdict, count)) in self.counts.present().enumerate() {
            text.push_str(if at == 0 { "  " } else { ", " });
            let part = format!("{} {}", words::number(count), verdict.word());
            text.push_str(&if verdict.is_failure() { style.paint(Look::Bad, &part) } else { part });
        }
        let long: Vec<_> = self.long_running(now_us).collect();
        for &(test, elapsed_us) in long.iter().take(NAMED) {
            let time = words::duration(elapsed_us * 1000);
            let line = format!("{time:>10}  {}", Style::foreign_line(test.as_str()));
            text.push('\n');
            text.push_str(&fit(&line, columns));
        }
        if long.len() > NAMED {
            text.push_str(&format!("\n{:>10}  and {} more", "…", long.len() - NAMED));
        }
        text
    }

    /// The progress as a line of a log: `430 of 5,000 tests done, 2 failed; running for 12.30 s: id`.
    pub(super) fn line(&self, now_us: u64) -> Option<String> {
        let (done, total) = self.done()?;
        let mut text = format!("{} of {} done", words::number(done), words::count(total, "test", "tests"));
        for (verdict, count) in self.counts.present().filter(|(verdict, _)| verdict.is_failure()) {
            text.push_str(&format!(", {} {}", words::number(count), verdict.word()));
        }
        if let Some((test, elapsed_us)) = self.long_running(now_us).next() {
            let id = Style::foreign_line(test.as_str());
            text.push_str(&format!("; running for {}: {id}", words::duration(elapsed_us * 1000)));
        }
        text.push('\n');
        Some(text)
    }

    fn long_running(&self, now_us: u64) -> impl Iterator<Item = (&TestId, u64)> {
        self.running
            .iter()
            .map(move |(test, started_us)| (test, now_us.saturating_sub(*started_us)))
            .filter(|&(_, elapsed_us)| elapsed_us >= LONG_US)
    }
}

/// The line, cut to `columns` characters.
fn fit(line: &str, columns: usize) -> String {
    if line.chars().count() <= columns {
        return line.to_owned();
    }
    line.chars().take(columns.saturating_sub(1)).chain(['…']).collect()
}
