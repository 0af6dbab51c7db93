//! How far the run is: what a progress line says.

use std::fmt::Write as _;

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
    /// Tests that have passed and have no verdict yet: those of a process that has not ended.
    passed: u64,
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

    /// A test has passed for the first time.
    pub(super) fn passed(&mut self) {
        self.passed += 1;
    }

    /// A test has its verdict; `has_passed` is whether [`Self::passed`] was told of it.
    pub(super) fn finished(&mut self, verdict: Verdict, has_passed: bool) {
        self.passed -= u64::from(has_passed);
        self.counts.add(verdict);
    }

    fn total_done(&self) -> u64 {
        self.counts.total() + self.passed
    }

    /// Tests done and tests in all, while the progress is shown.
    pub(super) fn done(&self) -> Option<(u64, u64)> {
        self.total.map(|total| (self.total_done(), total))
    }

    /// What stands beside and below the bar: `430/5,000  2 failed, 428 passed`, then a line for each test that takes long.
    ///
    /// `beside` and `below` are the columns there are.
    pub(super) fn beside_bar(&self, now_us: u64, beside: usize, below: usize, style: Style) -> String {
        let done = format!("{}/{}", words::number(self.total_done()), words::number(self.total.unwrap_or_default()));
        let part = |count: u64, word: &str| (count > 0).then(|| format!("{} {word}", words::number(count)));
        let failed = part(self.counts.failures(), "failed");
        let passed = self.counts.of(Verdict::Passed) + self.counts.of(Verdict::Flaky) + self.passed;
        let passed = part(passed, "passed");
        let others = [Verdict::XFailed, Verdict::XPassed, Verdict::Skipped];
        let others: Vec<_> =
            others.into_iter().filter_map(|verdict| part(self.counts.of(verdict), verdict.word())).collect();
        let join = |failed: Option<String>| {
            let parts: Vec<_> = [failed, passed.clone()].into_iter().flatten().chain(others.iter().cloned()).collect();
            format!("{done}  {}", parts.join(", "))
        };
        let plain = join(failed.clone());
        let mut text = if plain.chars().count() <= beside {
            join(failed.map(|failed| style.paint(Look::Bad, &failed)))
        } else {
            fit(&plain, beside)
        };
        let long: Vec<_> = self.long_running(now_us).collect();
        for &(test, elapsed_us) in long.iter().take(NAMED) {
            let time = words::duration(elapsed_us * 1000);
            let line = format!("{time:>10}  {}", Style::foreign_line(test.as_str()));
            text.push('\n');
            text.push_str(&fit(&line, below));
        }
        if long.len() > NAMED {
            text.push('\n');
            text.push_str(&fit(&format!("{:>10}  and {} more", "…", long.len() - NAMED), below));
        }
        text
    }

    /// The progress as a line of a log: `430 of 5,000 tests done, 2 failed; running for 12.30 s: id`.
    pub(super) fn line(&self, now_us: u64) -> Option<String> {
        let (done, total) = self.done()?;
        let mut text = format!("{} of {} done", words::number(done), words::count(total, "test", "tests"));
        for (verdict, count) in self.counts.present().filter(|(verdict, _)| verdict.is_failure()) {
            write!(text, ", {} {}", words::number(count), verdict.word()).expect("writing to a String cannot fail");
        }
        if let Some((test, elapsed_us)) = self.long_running(now_us).next() {
            let id = Style::foreign_line(test.as_str());
            let elapsed = words::duration(elapsed_us * 1000);
            write!(text, "; running for {elapsed}: {id}").expect("writing to a String cannot fail");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_counts_before_its_process_has_ended() {
        let style = Style { color: false, columns: usize::MAX };
        let mut progress = Progress::default();
        progress.open(2);
        progress.passed();
        assert_eq!(progress.done(), Some((1, 2)));
        assert_eq!(progress.beside_bar(0, 80, 80, style), "1/2  1 passed");
        progress.finished(Verdict::Crashed, true);
        progress.finished(Verdict::Passed, false);
        assert_eq!(progress.beside_bar(0, 80, 80, style), "2/2  1 failed, 1 passed");
    }
}
