//! The first line: what is going to run.

use std::fmt::Write as _;

use testkit_protocol::event::{PlanClosed, RunStarted};

use super::style::{Look, Style};
use crate::words;

/// Appends `testkit 0.1.0: 120 tests in 3 binaries, 2 workers, seed 7 (30 deselected)`.
pub(super) fn push(text: &mut String, style: Style, run: Option<&RunStarted>, plan: &PlanClosed, shows_seed: bool) {
    let name = run.map_or_else(|| "testkit".to_owned(), |run| format!("testkit {}", Style::foreign_line(&run.version)));
    text.push_str(&style.paint(Look::Strong, &name));
    text.push_str(": ");
    text.push_str(&words::count(plan.selected, "test", "tests"));
    text.push_str(" in ");
    text.push_str(&words::count(plan.binaries, "binary", "binaries"));
    if let Some(run) = run {
        text.push_str(", ");
        text.push_str(&words::count(run.workers.into(), "worker", "workers"));
        if shows_seed {
            write!(text, ", seed {}", run.seed).expect("writing to a String cannot fail");
        }
    }
    if plan.deselected > 0 {
        write!(text, " ({} deselected)", words::number(plan.deselected)).expect("writing to a String cannot fail");
    }
    text.push('\n');
}
