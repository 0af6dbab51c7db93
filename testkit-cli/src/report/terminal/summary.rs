//! The end of the report: what failed, how to run it again, what else happened, and the counts as the last line.

use std::fmt::Write as _;

use testkit_protocol::event::{
    AttemptFinished, BuildFinished, FixtureStep, Interrupted, Notice, OddEnd, RunFinished, TestFinished,
};
use testkit_protocol::location::Location;
use testkit_protocol::outcome::{Termination, Verdict};
use testkit_protocol::text;

use super::style::{Look, Style};
use super::{Settings, Verbosity, block, fixture, odd_end};
use crate::tally::Tally;
use crate::words;

/// How many ids the command that runs failures again names.
const RERUN_IDS: usize = 10;

/// How many reasons for skipping, or for expected failures, are shown.
const REASONS: usize = 5;

/// How many of the tests that a signal stopped are shown.
const RUNNING: usize = 10;

/// What is gathered for the end while the run goes on.
#[derive(Default)]
pub(super) struct Summary {
    entries: Vec<Entry>,
    /// Reasons for skipping, with how many tests give each, in the order in which they came up.
    skipped: Vec<(String, u64)>,
    /// The same of expected failures.
    xfailed: Vec<(String, u64)>,
    /// The same of tests that passed although they were expected to fail.
    xpassed: Vec<(String, u64)>,
    /// Notices, with how often each came.
    notices: Vec<(Notice, u64)>,
    interrupted: Option<Interrupted>,
    build_ns: Option<u64>,
}

/// A test, a fixture or a process that is named in the short summary.
struct Entry {
    heading: &'static str,
    look: Look,
    name: String,
    /// What is said before all else.
    remark: Option<String>,
    what: Option<String>,
    location: Option<Location>,
}

impl Summary {
    /// Remembers what the end needs of a test.
    pub(super) fn test_finished(&mut self, finished: &TestFinished, deciding: Option<&AttemptFinished>) {
        match finished.verdict {
            Verdict::Failed | Verdict::Errored | Verdict::Crashed | Verdict::TimedOut | Verdict::Flaky => {
                let failure = deciding.and_then(|attempt| attempt.failures.first());
                let after_others = finished.fails_only_after_others.then(|| "only after others".to_owned());
                let is_flaky = finished.verdict == Verdict::Flaky;
                self.entries.push(Entry {
                    heading: block::heading(finished.verdict),
                    look: if finished.verdict.is_failure() { Look::Bad } else { Look::Odd },
                    name: finished.test.to_string(),
                    remark: after_others.or(is_flaky.then(|| format!("passed at attempt {}", finished.attempts))),
                    what: failure.map(text::summary).filter(|what| !what.is_empty()),
                    location: failure
                        .and_then(|failure| failure.location.clone())
                        .or_else(|| finished.location.clone()),
                });
            }
            Verdict::Skipped => {
                let reason = finished.skip_reason.as_deref().map(words::one_line).unwrap_or_default();
                count_reason(&mut self.skipped, reason);
            }
            Verdict::XFailed | Verdict::XPassed => {
                let reason = finished.xfail_reason.as_deref().map(words::one_line).unwrap_or_default();
                let has_failed = finished.verdict == Verdict::XFailed;
                count_reason(if has_failed { &mut self.xfailed } else { &mut self.xpassed }, reason);
            }
            Verdict::Passed | Verdict::Interrupted | Verdict::NotRun => {}
        }
    }

    /// Remembers what went wrong with a fixture and is in no test's verdict.
    pub(super) fn fixture_failed(&mut self, step: &FixtureStep) {
        let failure = step.failures.first();
        self.entries.push(Entry {
            heading: block::ERROR,
            look: Look::Bad,
            name: format!("teardown of {}", fixture::name(step)),
            remark: None,
            what: failure.map(text::summary).filter(|what| !what.is_empty()),
            location: failure.and_then(|failure| failure.location.clone()),
        });
    }

    /// Remembers a process whose end is in no test's verdict.
    pub(super) fn ended_oddly(&mut self, odd: &OddEnd) {
        self.entries.push(Entry {
            heading: block::ERROR,
            look: Look::Bad,
            name: format!("end of a process of {}", odd.binary),
            remark: None,
            what: Some(odd_end::how(odd)),
            location: None,
        });
    }

    /// Remembers how long the build took.
    pub(super) fn build_finished(&mut self, build: &BuildFinished) {
        self.build_ns = Some(build.duration_ns);
    }

    /// Remembers a notice.
    pub(super) fn notice(&mut self, notice: &Notice) {
        match self.notices.iter_mut().find(|(known, _)| known == notice) {
            Some((_, count)) => *count += 1,
            None => self.notices.push((notice.clone(), 1)),
        }
    }

    /// Remembers what stopped the run.
    pub(super) fn interrupted(&mut self, interrupted: &Interrupted) {
        self.interrupted.get_or_insert_with(|| interrupted.clone());
    }

    /// Appends the end of the report.
    pub(super) fn push(&self, out: &mut String, settings: &Settings, tally: &Tally, finished: &RunFinished) {
        let style = Style { color: settings.color, columns: settings.columns };
        if settings.verbosity >= Verbosity::Quiet {
            push_slowest(out, style, tally);
            self.push_entries(out, style);
            push_rerun(out, style, &settings.rerun, tally);
            self.push_interrupted(out, style);
            self.push_notices(out, style);
            push_reasons(out, style, "skipped", &self.skipped);
            push_reasons(out, style, "xfailed", &self.xfailed);
            push_reasons(out, style, "xpassed", &self.xpassed);
        }
        self.push_counts(out, style, tally, finished, settings.verbosity >= Verbosity::Verbose);
    }

    fn push_entries(&self, out: &mut String, style: Style) {
        if self.entries.is_empty() {
            return;
        }
        line(out, &style.paint(Look::Strong, "short summary:"));
        let width = self.entries.iter().map(|entry| entry.heading.len()).max().unwrap_or_default();
        for entry in &self.entries {
            let padding = " ".repeat(width - entry.heading.len() + 1);
            let mut text = format!("  {}{padding}", style.paint(entry.look, entry.heading));
            text.push_str(&Style::foreign_line(&entry.name));
            if let Some(remark) = &entry.remark {
                text.push_str(" - ");
                text.push_str(remark);
            }
            if let Some(what) = &entry.what {
                text.push_str(" - ");
                text.push_str(&Style::foreign_line(&words::one_line(what)));
            }
            if let Some(location) = &entry.location {
                let place = format!(" at {}", Style::foreign_line(&location.to_string()));
                text.push_str(&style.paint(Look::Place, &place));
            }
            line(out, &text);
        }
        out.push('\n');
    }

    fn push_interrupted(&self, out: &mut String, style: Style) {
        let Some(interrupted) = &self.interrupted else { return };
        let signal = Termination::signal_name(interrupted.signal)
            .map_or_else(|| format!("signal {}", interrupted.signal), str::to_owned);
        let running = match interrupted.running.len() {
            0 => "no test was running".to_owned(),
            count => format!("{} running:", words::count(count as u64, "test was", "tests were")),
        };
        line(out, &format!("{} by {signal}; {running}", style.paint(Look::Bad, "interrupted")));
        for test in interrupted.running.iter().take(RUNNING) {
            line(out, &format!("  {}", Style::foreign_line(test.as_str())));
        }
        if interrupted.running.len() > RUNNING {
            line(out, &format!("  … and {} more", interrupted.running.len() - RUNNING));
        }
        out.push('\n');
    }

    fn push_notices(&self, out: &mut String, style: Style) {
        for (notice, count) in &self.notices {
            let times = if *count > 1 { format!(" ({count} times)") } else { String::new() };
            let message = Style::foreign_line(&words::one_line(&notice.message));
            line(out, &format!("{} {message}{times}", style.paint(Look::Odd, "notice:")));
            if let Some(hint) = &notice.hint {
                line(out, &format!("  hint: {}", Style::foreign_line(&words::one_line(hint))));
            }
        }
        if !self.notices.is_empty() {
            out.push('\n');
        }
    }

    /// Appends the last line: `2 failed, 117 passed, 3 skipped in 1.23s`.
    fn push_counts(&self, out: &mut String, style: Style, tally: &Tally, finished: &RunFinished, detailed: bool) {
        let fixtures = Some(tally.fixture_failures()).filter(|count| *count > 0);
        let fixtures = fixtures.map(|count| words::count(count, "fixture error", "fixture errors"));
        let tests = tally.counts().present();
        let tests = tests.map(|(verdict, count)| format!("{} {}", words::number(count), verdict.word()));
        let ends = Some(tally.odd_ends()).filter(|count| *count > 0);
        let ends = ends.map(|count| words::count(count, "process error", "process errors"));
        let ran: Vec<_> = tests.chain(fixtures).chain(ends).collect();
        let mut text = String::new();
        if tally.build_failed() {
            text.push_str("build failed, ");
        }
        text.push_str(&if ran.is_empty() { "no tests ran".to_owned() } else { ran.join(", ") });
        write!(text, " in {}", words::run_duration(finished.duration_ns)).expect("writing to a String cannot fail");
        if let Some(build_ns) = self.build_ns.filter(|_| detailed) {
            write!(text, " (build {})", words::run_duration(build_ns)).expect("writing to a String cannot fail");
        }
        let look = match finished.exit_code {
            0 if tally.counts().of(Verdict::Passed) == 0 || tally.counts().of(Verdict::Flaky) > 0 => Look::Odd,
            0 => Look::Good,
            _ => Look::Bad,
        };
        line(out, &style.paint(look, &text));
    }
}

fn count_reason(reasons: &mut Vec<(String, u64)>, reason: String) {
    match reasons.iter_mut().find(|(known, _)| *known == reason) {
        Some((_, count)) => *count += 1,
        None => reasons.push((reason, 1)),
    }
}

/// Appends `3 skipped: needs network (2), slow (1)`, if any test gives a reason.
fn push_reasons(out: &mut String, style: Style, word: &str, reasons: &[(String, u64)]) {
    if reasons.iter().all(|(reason, _)| reason.is_empty()) {
        return;
    }
    let total: u64 = reasons.iter().map(|(_, count)| count).sum();
    let mut reasons: Vec<_> = reasons.iter().collect();
    reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut parts: Vec<_> = reasons
        .iter()
        .take(REASONS)
        .map(|(reason, count)| {
            let reason = if reason.is_empty() { "no reason given" } else { reason };
            format!("{} ({})", Style::foreign_line(reason), words::number(*count))
        })
        .collect();
    if reasons.len() > REASONS {
        parts.push(format!("{} other reasons", reasons.len() - REASONS));
    }
    let text = format!("{} {word}: {}", words::number(total), parts.join(", "));
    line(out, &style.paint(Look::Faint, &text));
}

fn push_slowest(out: &mut String, style: Style, tally: &Tally) {
    let slowest = tally.slowest();
    if slowest.is_empty() {
        return;
    }
    let heading = match slowest.len() {
        1 => "slowest test:".to_owned(),
        count => format!("slowest {count} tests:"),
    };
    line(out, &style.paint(Look::Strong, &heading));
    let times: Vec<_> = slowest.iter().map(|(nanoseconds, _)| words::duration(*nanoseconds)).collect();
    let width = times.iter().map(String::len).max().unwrap_or_default();
    for (time, (_, test)) in times.iter().zip(&slowest) {
        line(out, &format!("  {time:>width$}  {}", Style::foreign_line(test.as_str())));
    }
    out.push('\n');
}

fn push_rerun(out: &mut String, style: Style, command: &str, tally: &Tally) {
    let failed = tally.failed();
    if failed.is_empty() {
        return;
    }
    let ids: Vec<_> = failed.iter().take(RERUN_IDS).map(|test| words::shell_word(test.as_str())).collect();
    let rerun = Style::foreign_line(&format!("{command} {}", ids.join(" ")));
    let mut text = format!("{} {rerun}", style.paint(Look::Strong, "rerun:"));
    if failed.len() > RERUN_IDS {
        let more = format!("\n       … and {} more", words::number((failed.len() - RERUN_IDS) as u64));
        text.push_str(&style.paint(Look::Faint, &more));
    }
    line(out, &text);
    out.push('\n');
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
