//! Which tests a user's selectors mean.
//!
//! Pure: folders come in as values, and the answer depends on the list alone. A selector is a full id (which means that
//! test alone, or all its cases if it stands without one), a source file, a line or a path in one, or else part of an id;
//! several mean all tests that any of them means.

mod file;
mod fixtures;
mod nearest;

use std::collections::HashMap;

use camino::Utf8Path;

use self::file::{FileSelector, SourceFiles};
pub(crate) use self::fixtures::fixtures;
pub(crate) use self::nearest::NoMatch;
use crate::args::RunIgnored;
use crate::model::{Host, Test, TestIndex, TestList};

/// What paths in selectors are relative to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// Root of the workspace, absolute: the locations of tests are relative to it.
    pub(crate) workspace_root: &'a Utf8Path,
    /// The folder that the user is in, relative to the root; empty at the root itself.
    pub(crate) folder: &'a Utf8Path,
}

/// What selectors mean in a list that may still grow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Matching {
    /// The tests, each once, in the order of the list.
    pub(crate) tests: Vec<TestIndex>,
    /// Positions of the selectors that match nothing, from 0.
    pub(crate) unmatched: Vec<usize>,
}

/// The tests that `selectors` mean, each once, in the order of the list; all of them if there is no selector.
///
/// # Errors
/// [`NoMatch`], which names every selector that matches nothing, and what comes nearest to it.
pub(crate) fn select(selectors: &[String], place: Place<'_>, list: &TestList) -> Result<Vec<TestIndex>, NoMatch> {
    let Matching { tests, unmatched } = matching(selectors, place, list);
    if unmatched.is_empty() {
        return Ok(tests);
    }
    let files = SourceFiles::of(list, place);
    Err(NoMatch {
        kind: "test",
        unmatched: unmatched.iter().map(|&at| nearest::explain(at, &selectors[at], &files, list)).collect(),
    })
}

/// As [`select`], for a list that is not complete: selectors without a match are no error yet.
pub(crate) fn matching(selectors: &[String], place: Place<'_>, list: &TestList) -> Matching {
    if selectors.is_empty() {
        return Matching { tests: list.iter().map(|(index, _)| index).collect(), unmatched: Vec::new() };
    }
    let mut chosen = vec![false; list.tests.len()];
    let mut matched = vec![false; selectors.len()];
    mark_full_ids(selectors, list, &mut chosen, &mut matched);

    let mut files = None;
    for (selector, matched) in selectors.iter().zip(&mut matched) {
        if *matched {
            continue;
        }
        if let Some(selector) = FileSelector::parse(selector) {
            let files = files.get_or_insert_with(|| SourceFiles::of(list, place));
            for index in files.matching(&selector, list).tests {
                chosen[index.0] = true;
                *matched = true;
            }
        }
        if !*matched {
            // The names of some tests are paths of files: what is no source file may still be part of an id.
            for (test, chosen) in list.tests.iter().zip(&mut chosen) {
                let is_in_stem = || stem_with_case(test).is_some_and(|stem| stem.contains(selector.as_str()));
                if test.id.as_str().contains(selector.as_str()) || is_in_stem() {
                    *chosen = true;
                    *matched = true;
                }
            }
        }
    }
    Matching {
        tests: positions(&chosen, true).map(TestIndex).collect(),
        unmatched: positions(&matched, false).collect(),
    }
}

/// One pass over the list for all selectors at once: a rerun may name thousands of tests.
fn mark_full_ids(selectors: &[String], list: &TestList, chosen: &mut [bool], matched: &mut [bool]) {
    let mut wanted: HashMap<&str, Vec<usize>> = HashMap::with_capacity(selectors.len());
    for (at, selector) in selectors.iter().enumerate() {
        wanted.entry(selector).or_default().push(at);
    }
    for (test, chosen) in list.tests.iter().zip(chosen) {
        let (id, stem) = (test.id.as_str(), stem_with_case(test));
        let names = [Some(id), stem_without_case(test), stem.as_deref()];
        for &at in names.into_iter().flatten().filter_map(|name| wanted.get(name)).flatten() {
            *chosen = true;
            matched[at] = true;
        }
    }
}

/// The id of the test that this one is a case of, without any case: `pkg::tests::test_add` for all of its cases.
fn stem_without_case(test: &Test) -> Option<&str> {
    let path = match &test.host {
        Host::Collected { path, .. } | Host::Case { path, .. } => path,
        // What brackets mean in other names is not known.
        Host::Unknown { .. } | Host::Named { .. } | Host::Whole => return None,
    };
    let case = path.len() - path.find('[')?;
    Some(&test.id.as_str()[..test.id.as_str().len() - case])
}

/// The id of the test that this one is a case of, where that is itself a case: `pkg::tests::test_add[1]` for the case
/// `pkg::tests::test_add[1-Pg]`.
fn stem_with_case(test: &Test) -> Option<String> {
    match &test.host {
        Host::Case { path, of, .. } if of.ends_with(']') => {
            let id = test.id.as_str();
            Some(format!("{}{of}", &id[..id.len() - path.len()]))
        }
        Host::Case { .. } | Host::Collected { .. } | Host::Unknown { .. } | Host::Named { .. } | Host::Whole => None,
    }
}

fn positions(flags: &[bool], want: bool) -> impl Iterator<Item = usize> {
    flags.iter().enumerate().filter(move |&(_, &flag)| flag == want).map(|(at, _)| at)
}

/// What `--run-ignored` makes of a selected test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate<'a> {
    /// It runs.
    Run,
    /// It gets the verdict `skipped` without being run.
    Skip {
        /// The reason in its `#[skip]` or `#[ignore]`; may be empty.
        reason: &'a str,
    },
    /// It is no part of the run, as if it had not been selected.
    LeaveOut,
}

/// What `which` makes of a selected test. One with `#[skip]` is never run.
pub(crate) fn fate(test: &Test, which: RunIgnored) -> Fate<'_> {
    let skip = test.marks.as_ref().and_then(|marks| marks.skip.as_ref());
    if let Some(reason) = skip.filter(|_| which != RunIgnored::Only || test.ignore.is_some()) {
        return Fate::Skip { reason };
    }
    match (&test.ignore, which) {
        (None, RunIgnored::Default | RunIgnored::All) | (Some(_), RunIgnored::Only | RunIgnored::All) => Fate::Run,
        (Some(reason), RunIgnored::Default) => Fate::Skip { reason },
        (None, RunIgnored::Only) => Fate::LeaveOut,
    }
}

#[cfg(test)]
mod tests;
