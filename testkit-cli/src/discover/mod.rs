//! Finds the tests of a binary: the collected ones in its file ([`described`]), the plain ones by asking it
//! ([`plain`]), those of a `main` of its own only when they are about to run ([`custom_list`]). A collected test that
//! stands for others is taken apart by a worker ([`expand`]).

mod asking;
mod cache;
mod description;
mod expansion;
mod folder;
mod listing;
mod process;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use asking::expand;
pub(crate) use cache::ListingCache;
pub(crate) use description::{Described, DescribedTest, read as described};
pub(crate) use expansion::Expansions;
pub(crate) use folder::{changes as folder_changes, make_stale};
pub(crate) use listing::{ListError, Listed, TERSE_LIST, custom_list};
use testkit_protocol::id::TestId;

use crate::cache_file::FileStamp;
use crate::model::{Binary, BinaryIndex, Bond, Host, Test};

/// Lists what libtest knows of a binary beside the hosts of its collected tests; from the cache if it can be.
pub(crate) fn plain(
    binary: &Binary,
    described: &[DescribedTest],
    cache: &ListingCache,
    limit: Duration,
) -> Result<Vec<Listed>, ListError> {
    if let Some(tests) = cache.get(&binary.path) {
        return Ok(tests);
    }
    let stamp = FileStamp::of(&binary.path);
    let mut tests = listing::list(binary, limit)?;
    let hosts: HashSet<&str> = described.iter().map(|test| test.libtest.as_str()).collect();
    tests.retain(|test| !hosts.contains(test.name.as_str()));
    cache.put(&binary.path, &stamp, &tests);
    Ok(tests)
}

/// Collected tests in the form of a test list; those whose cases are in `expansions` are there as their cases.
pub(crate) fn collected_tests(
    binary: &Binary,
    index: BinaryIndex,
    described: &[DescribedTest],
    expansions: &Expansions,
) -> Vec<Test> {
    let mut tests = Vec::with_capacity(described.len());
    for test in described {
        let of = collected(binary, index, test);
        match expansions.get(&test.path) {
            None => tests.push(of),
            Some(expansion) => expansion.add_to(&mut tests, of, &binary.id, test),
        }
    }
    tests
}

fn collected(binary: &Binary, index: BinaryIndex, test: &DescribedTest) -> Test {
    Test {
        id: TestId::new(&binary.id, &test.path),
        binary: index,
        host: match &test.carrier {
            Some(carrier) => {
                Host::Collected { path: test.path.clone(), libtest: test.libtest.clone(), carrier: carrier.clone() }
            }
            None => Host::Named { name: test.libtest.clone() },
        },
        location: Some(test.location.clone()),
        end_line: test.end_line,
        ignore: test.ignore.clone(),
        timeout: test.timeout,
        marks: test.marks.clone(),
        bond: test.together.clone().map(|key| Arc::new(Bond { together: Some(key), near: None })),
    }
}

/// The tests of a target with a `main` of its own, without running it: as it listed them when it last ran, else one.
pub(crate) fn custom_tests(binary: &Binary, index: BinaryIndex, cache: &ListingCache) -> Vec<Test> {
    match cache.get(&binary.path) {
        Some(listed) => listed_tests(binary, index, &listed),
        None => vec![Test::whole(binary, index)],
    }
}

/// What a binary listed, in the form of a test list.
pub(crate) fn listed_tests(binary: &Binary, index: BinaryIndex, listed: &[Listed]) -> Vec<Test> {
    listed.iter().map(|test| named(binary, index, test)).collect()
}

/// Keeps what [`custom_list`] got, for [`custom_tests`].
pub(crate) fn keep_custom_list(binary: &Binary, cache: &ListingCache, listed: &[Listed]) {
    cache.put(&binary.path, &FileStamp::of(&binary.path), listed);
}

fn named(binary: &Binary, index: BinaryIndex, listed: &Listed) -> Test {
    Test {
        id: TestId::new(&binary.id, &listed.name),
        binary: index,
        host: Host::Named { name: listed.name.clone() },
        location: listed.location.clone(),
        // libtest gives the place of the name alone.
        end_line: None,
        ignore: listed.ignore.clone(),
        timeout: None,
        marks: None,
        bond: None,
    }
}
