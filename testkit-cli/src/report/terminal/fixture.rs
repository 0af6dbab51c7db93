//! What is printed of fixtures: each step where it is asked for, and what went wrong between tests.

use std::fmt::Write as _;

use testkit_protocol::event::{FixtureStep, WorkerReplaced};
use testkit_protocol::fixture::{Scope, Step};

use super::style::{Look, Style};
use super::{block, captured};
use crate::words;

/// Appends the line of a step: `SETUP    S server (12 ms)`, further to the right the narrower the scope.
pub(super) fn step_line(out: &mut String, style: Style, step: &FixtureStep, workers: u32) {
    let label = match step.step {
        Step::SetUp => "SETUP   ",
        Step::TornDown => "TEARDOWN",
    };
    let (indent, letter) = match step.scope {
        Scope::Session => ("", "S"),
        Scope::Module => ("  ", "M"),
        Scope::Group => ("    ", "G"),
        Scope::Test => ("      ", "T"),
    };
    let has_failed = !step.failures.is_empty();
    let name = Style::foreign_line(&step.name);
    let failed = if has_failed { style.paint(Look::Bad, " FAILED") } else { String::new() };
    write!(out, "{indent}{} {letter} {name}{failed}", style.paint(Look::Strong, label))
        .expect("writing to a String cannot fail");
    let mut remarks = format!(" ({}", words::duration(step.duration_ns));
    if workers > 1 {
        write!(remarks, ", worker {}", step.worker).expect("writing to a String cannot fail");
    }
    remarks.push(')');
    if let Some(test) = &step.test {
        write!(remarks, " for {}", Style::foreign_line(test.as_str())).expect("writing to a String cannot fail");
    }
    block::push_line(out, &style.paint(Look::Faint, &remarks));
}

/// Appends the block of a tear-down that failed and is in no test's verdict; `whole` if long output is not to be shortened.
pub(super) fn push(out: &mut String, style: Style, step: &FixtureStep, whole: bool) {
    let label = style.paint(Look::Bad, block::ERROR);
    let what = style.paint(Look::Strong, &Style::foreign_line(&name(step)));
    let time = words::duration(step.duration_ns);
    block::push_line(out, &format!("{label} at teardown of {what} ({time}, in worker {})", step.worker));
    block::push_failures(out, style, &step.failures);
    captured::push(out, style, "stdout", &step.stdout, whole);
    captured::push(out, style, "stderr", &step.stderr, whole);
    out.push('\n');
}

/// ``session fixture `server` ``.
pub(super) fn name(step: &FixtureStep) -> String {
    format!("{} fixture `{}`", step.scope, step.name)
}

/// Appends the line of a process in which fixtures were left standing.
pub(super) fn left_standing_line(out: &mut String, style: Style, replaced: &WorkerReplaced) {
    let names = Style::foreign_line(&replaced.left_standing.join(", "));
    let after = match &replaced.after {
        Some(test) => format!(" by {}", Style::foreign_line(test.as_str())),
        None => String::new(),
    };
    let reason = Style::foreign_line(&words::one_line(&replaced.reason));
    let label = style.paint(Look::Odd, "LEFT STANDING");
    block::push_line(out, &format!("{label}{after} in worker {}: {names} ({reason})", replaced.worker));
}
