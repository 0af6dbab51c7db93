//! The error for selectors that match nothing, and what comes nearest to them.

use std::fmt;

use super::file::{FileSelector, Part, SourceFiles};
use crate::model::{TestIndex, TestList};

/// Some selectors match nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoMatch {
    /// What is selected: `test` or `fixture`.
    pub(crate) kind: &'static str,
    /// Each of them, in the order they were given.
    pub(crate) unmatched: Vec<Unmatched>,
}

/// A selector that matches nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unmatched {
    /// Which of the selectors, from 1.
    pub(crate) position: usize,
    /// As it was typed.
    pub(crate) selector: String,
    /// What was not found.
    pub(crate) reason: NoMatchReason,
    /// What could take its place, nearest first: full ids, or paths of files if the file was not found.
    pub(crate) nearest: Vec<String>,
}

/// What was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoMatchReason {
    /// No id holds the text.
    Id,
    /// No test stands in such a file.
    File,
    /// The file has tests, none of them there.
    Line,
    /// The lines of the file's tests are not known.
    UnknownLines,
    /// The file has tests, none with that path.
    Path,
}

impl NoMatchReason {
    /// What there is to say to it of a `kind` of thing.
    fn text(self, kind: &str) -> String {
        match self {
            Self::Id => format!("matches no {kind}"),
            Self::File => format!("names a file without {kind}s"),
            Self::Line => format!("names a line outside of any {kind}"),
            Self::UnknownLines => format!("names a line, but the lines of this file's {kind}s are not known"),
            Self::Path => "names nothing in that file".to_owned(),
        }
    }
}

impl fmt::Display for NoMatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, unmatched) in self.unmatched.iter().enumerate() {
            if at > 0 {
                formatter.write_str("\n")?;
            }
            let reason = unmatched.reason.text(self.kind);
            write!(formatter, "selector {} `{}` {reason}", unmatched.position, unmatched.selector)?;
            for (at, name) in unmatched.nearest.iter().enumerate() {
                write!(formatter, "\n  {} {name}", if at == 0 { "nearest:" } else { "        " })?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for NoMatch {}

/// How many names are offered for a selector.
const OFFERED: usize = 3;

/// How many names are compared with care, after a quick look at all.
const SHORT_LIST: usize = 64;

/// Names less alike than this, from 0 to 1, are not worth showing.
const ALIKE: f64 = 0.55;

/// Nor are names that are by so much less alike than the best one.
const CLOSE: f64 = 0.2;

/// Why the selector at position `at` (from 0) matches nothing, and what comes nearest.
pub(super) fn explain(at: usize, selector: &str, files: &SourceFiles<'_>, list: &TestList) -> Unmatched {
    let ids = |tests: &[TestIndex]| tests.iter().map(|&index| list.test(index).id.as_str()).collect::<Vec<_>>();
    let (reason, nearest) = match FileSelector::parse(selector) {
        None => {
            let all: Vec<&str> = list.tests.iter().map(|test| test.id.as_str()).collect();
            (NoMatchReason::Id, nearest(selector, "::", &all))
        }
        Some(file) => {
            let in_files = files.matching(&file, list).in_files;
            match file.part {
                _ if in_files.is_empty() => {
                    let typed = file.file.replace('\\', "/");
                    (NoMatchReason::File, nearest(&typed, "/", &files.names().collect::<Vec<_>>()))
                }
                Part::Line(line) => by_line(&in_files, line, list),
                Part::Path(path) => (NoMatchReason::Path, nearest(path, "::", &ids(&in_files))),
                Part::All => (NoMatchReason::File, Vec::new()),
            }
        }
    };
    Unmatched { position: at + 1, selector: selector.to_owned(), reason, nearest }
}

/// The tests that begin nearest to a line.
fn by_line(tests: &[TestIndex], line: u32, list: &TestList) -> (NoMatchReason, Vec<String>) {
    let mut known: Vec<_> = tests
        .iter()
        .map(|&index| list.test(index))
        .filter_map(|test| test.location.as_ref().map(|location| (location.line.abs_diff(line), test)))
        .collect();
    if known.is_empty() {
        return (NoMatchReason::UnknownLines, Vec::new());
    }
    known.sort_by_key(|(distance, _)| *distance);
    let name = |test: &crate::model::Test| match (&test.location, test.end_line) {
        (Some(location), Some(end)) => format!("{} (lines {} to {end})", test.id, location.line),
        (Some(location), None) => format!("{} (from line {})", test.id, location.line),
        (None, _) => test.id.to_string(),
    };
    (NoMatchReason::Line, known.into_iter().take(OFFERED).map(|(_, test)| name(test)).collect())
}

/// The names most like `typed`, best first. `typed` is compared with as many of a name's last parts as it has itself,
/// and with the whole name.
fn nearest(typed: &str, separator: &str, names: &[&str]) -> Vec<String> {
    let depth = typed.matches(separator).count() + 1;
    let typed = typed.to_lowercase();
    let alike = |name: &str, compare: fn(&str, &str) -> f64| {
        let lower = name.to_lowercase();
        compare(&typed, last_parts(&lower, separator, depth)).max(compare(&typed, &lower))
    };
    let mut quick: Vec<(f64, &str)> = names.iter().map(|name| (alike(name, strsim::jaro_winkler), *name)).collect();
    if quick.len() > SHORT_LIST {
        quick.select_nth_unstable_by(SHORT_LIST, |a, b| b.0.total_cmp(&a.0));
        quick.truncate(SHORT_LIST);
    }
    let mut careful: Vec<(f64, &str)> =
        quick.into_iter().map(|(_, name)| (alike(name, strsim::normalized_damerau_levenshtein), name)).collect();
    let best = careful.iter().map(|(score, _)| *score).fold(0.0, f64::max);
    careful.retain(|(score, _)| *score >= ALIKE.max(best - CLOSE));
    careful.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    careful.dedup_by(|a, b| a.1 == b.1);
    careful.into_iter().take(OFFERED).map(|(_, name)| name.to_owned()).collect()
}

/// The last `depth` parts of a name, without its case.
fn last_parts<'a>(name: &'a str, separator: &str, depth: usize) -> &'a str {
    let name = &name[..name.find('[').unwrap_or(name.len())];
    name.rmatch_indices(separator).nth(depth - 1).map_or(name, |(at, _)| &name[at + separator.len()..])
}
