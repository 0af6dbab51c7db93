//! What is printed of a process that ended in another way than the results of its tests say.

use testkit_protocol::event::OddEnd;
use testkit_protocol::id::TestId;

use super::style::{Look, Style};
use super::{Verbosity, block, captured};
use crate::words;

/// Appends the block of such an end, which is in no test's verdict.
pub(super) fn push(out: &mut String, style: Style, odd: &OddEnd, verbosity: Verbosity) {
    let label = style.paint(Look::Bad, block::ERROR);
    let binary = style.paint(Look::Strong, &Style::foreign_line(&odd.binary.0));
    block::push_line(out, &format!("{label} at the end of a process of {binary} (worker {})", odd.worker));
    block::push_line(out, &format!("{}{}", block::INDENT, how(odd)));
    let names: Vec<String> = odd.after.iter().map(|test| Style::foreign_line(TestId::as_str(test))).collect();
    let more = odd.tests.saturating_sub(odd.after.len() as u64);
    let before = if more > 0 { format!("{} and ", words::count(more, "other", "others")) } else { String::new() };
    if !names.is_empty() {
        block::push_line(out, &format!("{}it had run {before}{}", block::INDENT, names.join(", ")));
    }
    let said = if odd.cleared {
        "those that had passed were run again, each alone, and none of them did it"
    } else {
        "hint: with `--isolation process`, the test whose doing it is gets the verdict"
    };
    block::push_line(out, &format!("{}{}", block::INDENT, style.paint(Look::Faint, said)));
    captured::push(out, style, "stderr", &odd.stderr, verbosity >= Verbosity::Verbose);
    out.push('\n');
}

/// How it ended: `ended with signal 11 (SIGSEGV) after its 2 tests had ended`.
pub(super) fn how(odd: &OddEnd) -> String {
    let tests = words::count(odd.tests, "test", "tests");
    if odd.killed {
        return format!("did not leave after its {tests} had ended, and was killed");
    }
    format!("ended with {} after its {tests} had ended", odd.termination)
}
