//! What libtest's processes say when they end: collected tests that it hosts may share fixtures, which are taken down then.
//!
//! No test is running any more that could fail with one of those, and libtest has told its results.

use testkit_protocol::event::{Captured, EventKind, FixtureStep};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::fixture::{Scope, Step};
use testkit_protocol::outcome::Termination;
use testkit_protocol::text;

use super::batch::LIBTEST_FAILED;
use super::driver::Driver;
use super::jobs::Running;

/// How much of the end of standard error is looked at, in bytes.
const END: u64 = 256 * 1024;

impl Driver<'_> {
    /// Tells the tear-downs that failed when a process ended that has run its tests; whether there were any.
    pub(super) fn take_hosted_tear_downs(&mut self, running: &Running, termination: Termination) -> bool {
        if termination != LIBTEST_FAILED {
            return false;
        }
        let failed = match running.streams.stderr() {
            Some(stderr) => {
                let end = stderr.end();
                let said = stderr.read_bytes(running.from.1.max(end.saturating_sub(END)), end);
                failed_tear_downs(&String::from_utf8_lossy(&said))
            }
            // It went to the terminal. libtest itself leaves so only if a test has failed.
            None if running.has_failed || !self.holds_collected(running) => Vec::new(),
            None => {
                vec![(Scope::Session, "?".to_owned(), "the output says which one it is, and what failed".to_owned())]
            }
        };
        let is_told = !failed.is_empty();
        for (scope, name, told) in failed {
            self.emit(EventKind::Fixture(FixtureStep {
                worker: running.worker.0,
                name,
                scope,
                step: Step::TornDown,
                duration_ns: 0,
                test: None,
                failures: vec![Failure::new(FailureKind::Runner, told)],
                stdout: Captured::default(),
                stderr: Captured::default(),
            }));
        }
        is_told
    }
}

/// Each with what follows its heading.
fn failed_tear_downs(said: &str) -> Vec<(Scope, String, String)> {
    let mut found: Vec<(Scope, String, String)> = Vec::new();
    for line in said.lines() {
        if let Some((scope, name)) = text::read_failed_tear_down(line) {
            found.push((scope, name.to_owned(), String::new()));
        } else if let Some((.., told)) = found.last_mut() {
            let separator = if told.is_empty() { "" } else { "\n" };
            told.push_str(separator);
            told.push_str(line);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tear_downs_are_told_with_what_follows() {
        let server = text::failed_tear_down(Scope::Session, "server");
        let database = text::failed_tear_down(Scope::Module, "db[Pg]");
        let said = format!("a test's words\n{database}\n  panicked: no\n  again\n{server}\nsrc/lib.rs:1:1\n");
        let told = [
            (Scope::Module, "db[Pg]".to_owned(), "  panicked: no\n  again".to_owned()),
            (Scope::Session, "server".to_owned(), "src/lib.rs:1:1".to_owned()),
        ];
        assert_eq!(failed_tear_downs(&said), told);
        assert_eq!(failed_tear_downs("error at the tear-down of something\n"), []);
    }
}
