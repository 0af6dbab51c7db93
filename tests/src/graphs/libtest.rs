//! What a test binary does under libtest, without the command: held against what each test must come to there.

use testkit_protocol::outcome::Verdict;

use super::report::{begun, by_process, check_copy};
use super::{Graph, Line, Mode, Problems, replay};
use crate::command::Ran;

/// Everything that is wrong with a run of a graph's test target, from which those tests were left out that may end their
/// process.
pub fn check_libtest(graph: &Graph, ran: &Ran, log: &[Line]) -> Problems {
    let mut problems = Problems::new();
    let mut begins = 0;
    let cases = graph.all_cases();
    for (index, test) in graph.tests.iter().enumerate().filter(|(_, test)| !test.name.ends_with("_dies")) {
        let path = graph.test_path(test);
        // Which does not depend on its parameters.
        let of_test: Vec<_> = cases.iter().filter(|case| case.test == index).collect();
        let verdict = of_test[0].verdict;
        let has_failed = matches!(verdict, Verdict::Failed | Verdict::Errored);
        let want = if has_failed { "FAILED" } else { "ok" };
        let end = format!("::{} ... {want}", test.name);
        if ran.stdout.lines().filter(|line| line.ends_with(&end)).count() != 1 {
            problems.push(format!("{path}: expected {want}"));
        }
        let attempts = if has_failed && test.is_retried { 2 } else { 1 };
        let begun = log.iter().filter(|line| begun(&line.word) == Some(&path)).count();
        if begun != attempts * of_test.len() {
            problems.push(format!("{path}: {begun} attempts at {} cases", of_test.len()));
        }
        begins += begun;
    }
    let all = log.iter().filter(|line| begun(&line.word).is_some()).count();
    if all != begins {
        problems.push(format!("{all} attempts began, and {begins} of these tests"));
    }
    let mut processes = by_process(log).into_iter();
    let Some((_, lines)) = processes.next() else { return problems };
    problems.extend(replay(graph, &lines, Mode::Threads, false).problems);
    for (process, lines) in processes {
        problems.extend(check_copy(graph, process, &lines, log));
    }
    problems
}
