//! Finds the tests of a binary: the collected ones in its file ([`described`]), the plain ones by asking it
//! ([`plain`]), those of a `main` of its own only when they are about to run ([`ask_custom`]).

mod cache;
mod description;
mod folder;
mod listing;
mod process;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::time::Duration;

pub(crate) use cache::ListingCache;
pub(crate) use description::{Described, DescribedTest, DescriptionError, read as described};
pub(crate) use folder::{FolderChanges, FolderError, changes as folder_changes, make_stale};
pub(crate) use listing::{CustomAnswer, ListError, Listed, ask_custom};
pub(crate) use process::Finished;
use testkit_protocol::id::TestId;
use testkit_protocol::record::FolderRecord;

use crate::cache_file::FileStamp;
use crate::model::{Binary, BinaryIndex, Harness, Host, Test};

/// The tests of a binary.
#[derive(Debug)]
pub(crate) struct Discovered {
    /// Collected tests first, then the others, each in their own order.
    pub(crate) tests: Vec<Test>,
    /// Folders to be compared with what they hold today.
    pub(crate) folders: Vec<FolderRecord>,
    /// Why collected tests are only known as plain ones, if they are: for the user to read.
    pub(crate) notice: Option<DescriptionError>,
}

/// Finds all tests of a binary, in one go: its file, then the cache or the binary itself.
///
/// `limit` is for the listing process. A target with a `main` of its own is one test, unless its list is in the cache.
///
/// # Errors
/// If a libtest binary cannot be asked or does not answer with a list.
pub(crate) fn discover(
    binary: &Binary,
    index: BinaryIndex,
    cache: &ListingCache,
    limit: Duration,
) -> Result<Discovered, ListError> {
    match binary.harness {
        Harness::Custom => Ok(Discovered {
            tests: custom_tests(binary, index, cache),
            folders: Vec::new(),
            notice: None,
        }),
        Harness::Libtest => {
            let (described, notice) = match described(&binary.path) {
                Ok(described) => (described, None),
                Err(error) => (Described::default(), Some(error)),
            };
            let mut tests = collected_tests(binary, index, &described.tests);
            tests.extend(plain_tests(
                binary,
                index,
                &described.tests,
                &plain(binary, cache, limit)?,
            ));
            Ok(Discovered {
                tests,
                folders: described.folders,
                notice,
            })
        }
    }
}

/// Lists what libtest knows of a binary, the hosts of collected tests included; from the cache if it can be.
pub(crate) fn plain(binary: &Binary, cache: &ListingCache, limit: Duration) -> Result<Vec<Listed>, ListError> {
    if let Some(tests) = cache.get(&binary.path) {
        return Ok(tests);
    }
    let stamp = FileStamp::of(&binary.path);
    let tests = listing::list(binary, limit)?;
    cache.put(&binary.path, &stamp, &tests);
    Ok(tests)
}

/// Collected tests in the form of a test list.
pub(crate) fn collected_tests(binary: &Binary, index: BinaryIndex, described: &[DescribedTest]) -> Vec<Test> {
    described
        .iter()
        .map(|test| Test {
            id: TestId::new(&binary.id, &test.path),
            binary: index,
            host: match &test.carrier {
                Some(carrier) => Host::Collected {
                    path: test.path.clone(),
                    libtest: test.libtest.clone(),
                    carrier: carrier.clone(),
                },
                None => Host::Named {
                    name: test.libtest.clone(),
                },
            },
            location: Some(test.location.clone()),
            end_line: test.end_line,
            ignore: test.ignore.clone(),
            timeout: test.timeout,
        })
        .collect()
}

/// The listed tests that host no collected one, in the form of a test list.
pub(crate) fn plain_tests(
    binary: &Binary,
    index: BinaryIndex,
    described: &[DescribedTest],
    listed: &[Listed],
) -> Vec<Test> {
    let hosts: HashSet<&str> = described.iter().map(|test| test.libtest.as_str()).collect();
    listed
        .iter()
        .filter(|test| !hosts.contains(test.name.as_str()))
        .map(|test| named(binary, index, test))
        .collect()
}

/// The tests of a target with a `main` of its own, without running it: as it listed them when it last ran, else one.
pub(crate) fn custom_tests(binary: &Binary, index: BinaryIndex, cache: &ListingCache) -> Vec<Test> {
    match cache.get(&binary.path) {
        Some(listed) => listed_tests(binary, index, &listed),
        None => vec![whole(binary, index)],
    }
}

/// What a target with a `main` of its own listed, in the form of a test list.
pub(crate) fn listed_tests(binary: &Binary, index: BinaryIndex, listed: &[Listed]) -> Vec<Test> {
    listed.iter().map(|test| named(binary, index, test)).collect()
}

/// Keeps what [`ask_custom`] got, for [`custom_tests`].
pub(crate) fn keep_custom_list(binary: &Binary, cache: &ListingCache, listed: &[Listed]) {
    cache.put(&binary.path, &FileStamp::of(&binary.path), listed);
}

/// A target with a `main` of its own as one test, named after its binary.
fn whole(binary: &Binary, index: BinaryIndex) -> Test {
    Test {
        id: TestId(binary.id.as_str().to_owned()),
        binary: index,
        host: Host::Whole,
        location: None,
        end_line: None,
        ignore: None,
        timeout: None,
    }
}

fn named(binary: &Binary, index: BinaryIndex, listed: &Listed) -> Test {
    Test {
        id: TestId::new(&binary.id, &listed.name),
        binary: index,
        host: Host::Named {
            name: listed.name.clone(),
        },
        location: listed.location.clone(),
        // libtest gives the place of the name alone.
        end_line: None,
        ignore: listed.ignore.clone(),
        timeout: None,
    }
}
