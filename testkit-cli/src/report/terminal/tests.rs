//! The live terminal, as a person sees it; and what the reporter costs.

use std::num::NonZero;
use std::time::{Duration, Instant};

use testkit_protocol::event::{AttemptEvent, AttemptFinished, AttemptStarted, PlanClosed};

use super::*;
use crate::report::tests::{Shared, events, settings};

/// What a terminal of this size shows, its lines without the white space at their ends.
fn screen(out: &Shared, rows: u16, columns: u16) -> String {
    let size = |count| NonZero::new(count).unwrap();
    let mut terminal = vt100::Parser::new(size(rows), size(columns), 0);
    terminal.process(out.text().replace('\n', "\r\n").as_bytes());
    let rows = terminal.screen().rows(0, columns);
    let lines: Vec<_> = rows.map(|row| row.trim_end().to_owned()).collect();
    lines.join("\n").trim_end().to_owned()
}

#[test]
fn live_shows_the_progress_below_the_failures() {
    let out = Shared::default();
    let settings = Settings { mode: Mode::Live(|| 80), ..settings(Verbosity::Normal) };
    let mut terminal = Terminal::new(out.clone(), settings);
    let events = events();
    let until = events.iter().position(|event| event.at_us > 681_100).unwrap();
    for event in &events[..until] {
        terminal.event(event).unwrap();
        if matches!(event.kind, EventKind::PlanClosed(_)) {
            terminal.output.draw_by_hand(650_000);
        }
    }
    terminal.output.draw_by_hand(681_100);
    insta::assert_snapshot!("live_early", screen(&out, 60, 80));

    let until = until + events[until..].iter().position(|event| event.at_us > 2_000_000).unwrap();
    for event in &events[..until] {
        if event.at_us > 681_100 {
            terminal.event(event).unwrap();
        }
    }
    terminal.output.draw_by_hand(2_200_000);
    let shown = screen(&out, 60, 80);
    let last: Vec<_> = shown.lines().rev().take(5).collect();
    insta::assert_snapshot!(last.into_iter().rev().collect::<Vec<_>>().join("\n"), @r"
        locking drawer

    [━━━━━━━━━━━━━━━━━━━━╸   ] 17/20  7 failed, 4 passed, 1 xfailed, 1 xpassed, 4 …
        1.51 s  shop::orders::test_export
        1.35 s  shop::cart::tests::test_slow_disk
    ");

    for event in &events[until..] {
        terminal.event(event).unwrap();
    }
    terminal.finish().unwrap();
    let shown = screen(&out, 60, 80);
    assert!(!shown.contains("[━"), "nothing of the progress is left: {shown}");
    assert!(shown.trim_end().ends_with("1 not run, 1 fixture error in 2.95s"), "{shown}");
}

#[test]
fn live_and_plain_say_the_same() {
    fn lines(mode: Mode) -> String {
        let out = Shared::default();
        let mut terminal = Terminal::new(out.clone(), Settings { mode, ..settings(Verbosity::Verbose) });
        for event in events() {
            terminal.event(&event).unwrap();
        }
        terminal.finish().unwrap();
        screen(&out, 300, 300)
    }
    assert_eq!(lines(Mode::Live(|| 300)), lines(Mode::Plain));
}

fn event(at_us: u64, kind: EventKind) -> Event {
    Event { at_us, kind }
}

fn attempt(at_us: u64, test: &TestId, what: AttemptEvent) -> Event {
    event(at_us, EventKind::Attempt(Attempt { test: test.clone(), attempt: 1, event: what }))
}

fn started() -> AttemptEvent {
    AttemptEvent::Started(AttemptStarted { worker: 1, position: 0, reason: AttemptReason::Planned })
}

/// A run of `count` passing tests, without its end.
fn passing(count: u64) -> Vec<Event> {
    let mut events = vec![event(0, EventKind::PlanClosed(PlanClosed { binaries: 1, selected: count, deselected: 0 }))];
    for at in 0..count {
        let test = TestId(format!("some-package::some_target::some_module::tests::test_number_{at}"));
        events.push(attempt(at, &test, started()));
        let finished = AttemptFinished::new(Outcome::Passed, 1000);
        events.push(attempt(at, &test, AttemptEvent::Finished(finished)));
        let finished = TestFinished {
            xfail_reason: None,
            test,
            verdict: Verdict::Passed,
            attempts: 1,
            duration_ns: 1000,
            location: None,
            skip_reason: None,
            fails_only_after_others: false,
        };
        events.push(event(at, EventKind::TestFinished(finished)));
    }
    events
}

#[test]
fn passing_tests_cost_next_to_nothing() {
    let events = passing(5000);
    for mode in [Mode::Plain, Mode::Live(|| 80)] {
        let mut best = Duration::MAX;
        for _ in 0..5 {
            let mut terminal = Terminal::new(io::sink(), Settings { mode, ..settings(Verbosity::Normal) });
            let began = Instant::now();
            for event in &events {
                terminal.event(event).unwrap();
            }
            best = best.min(began.elapsed());
            terminal.finish().unwrap();
        }
        // The goal is 5 ms with optimisations, on a machine that does nothing else.
        let limit = Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 20 });
        println!("{mode:?}: {best:?}");
        assert!(best < limit, "{mode:?}: {best:?}");
    }
}

#[test]
fn a_long_silence_is_broken_in_plain_mode() {
    let out = Shared::default();
    let mut terminal = Terminal::new(out.clone(), settings(Verbosity::Normal));
    for event in &passing(3)[..7] {
        terminal.event(event).unwrap();
    }
    let hanging = TestId("some::test_that_hangs".to_owned());
    terminal.event(&attempt(1_000_000, &hanging, started())).unwrap();
    terminal.event(&attempt(31_000_000, &TestId("some::other".to_owned()), started())).unwrap();
    insta::assert_snapshot!(out.text(), @r"
    testkit: 3 tests in 1 binary
    2 of 3 tests done; running for 30.00 s: some::test_that_hangs
    ");
}

#[test]
fn the_last_line_says_what_the_run_amounts_to() {
    #[track_caller]
    fn check(events: Vec<Event>, exit_code: i32, want: &str) {
        let out = Shared::default();
        let mut terminal = Terminal::new(out.clone(), settings(Verbosity::Counts));
        for event in events {
            terminal.event(&event).unwrap();
        }
        let end = RunFinished { duration_ns: 210_000_000, exit_code };
        terminal.event(&event(210_000, EventKind::RunFinished(end))).unwrap();
        terminal.finish().unwrap();
        assert_eq!(out.text(), format!("{want}\n"));
    }
    check(passing(120), 0, "120 passed in 0.21s");
    check(passing(1234), 0, "1,234 passed in 0.21s");
    check(Vec::new(), 5, "no tests ran in 0.21s");
    let build = testkit_protocol::event::BuildFinished { success: false, duration_ns: 1 };
    check(vec![event(1, EventKind::BuildFinished(build))], 101, "build failed, no tests ran in 0.21s");
}

#[test]
fn many_failures_are_not_all_named_in_the_command() {
    let out = Shared::default();
    let mut terminal = Terminal::new(out.clone(), settings(Verbosity::Normal));
    for mut event in passing(22) {
        if let EventKind::TestFinished(finished) = &mut event.kind {
            finished.test =
                TestId(finished.test.as_str().replace("some-package::some_target::some_module::tests", "p"));
            finished.verdict = Verdict::Failed;
        }
        terminal.event(&event).unwrap();
    }
    terminal.event(&event(1, EventKind::RunFinished(RunFinished { duration_ns: 1, exit_code: 1 }))).unwrap();
    let text = out.text();
    insta::assert_snapshot!(&text[text.find("rerun:").unwrap()..], @r"
    rerun: testkit p::test_number_0 p::test_number_1 p::test_number_2 p::test_number_3 p::test_number_4 p::test_number_5 p::test_number_6 p::test_number_7 p::test_number_8 p::test_number_9
           … and 12 more

    22 failed in 0.00s
    ");
}
