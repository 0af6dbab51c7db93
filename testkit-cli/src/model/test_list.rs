//! Every test of a run, and the binaries they are in.

use std::sync::Arc;
use std::time::Duration;

use testkit_protocol::event::AttemptFinished;
use testkit_protocol::id::TestId;
use testkit_protocol::location::Location;

use super::{Binary, TestMarks};

/// Index of a binary in a [`TestList`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BinaryIndex(pub(crate) usize);

/// Index of a test in a [`TestList`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TestIndex(pub(crate) usize);

/// A test, selected or not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test {
    /// Its id, unique in the list.
    pub(crate) id: TestId,
    /// The binary it is in.
    pub(crate) binary: BinaryIndex,
    /// How it is run.
    pub(crate) host: Host,
    /// Where it stands, if known.
    pub(crate) location: Option<Location>,
    /// Its last line, where known; the first one is the location's.
    pub(crate) end_line: Option<u32>,
    /// `#[ignore]`, with its reason or an empty text.
    pub(crate) ignore: Option<String>,
    /// Its own time limit.
    pub(crate) timeout: Option<Duration>,
    /// Its other marks, if it has any.
    pub(crate) marks: Option<Arc<TestMarks>>,
    /// What it shares with others of its binary, if anything.
    pub(crate) bond: Option<Arc<Bond>>,
}

impl Test {
    /// A target with a `main` of its own as one test, named after its binary.
    pub(crate) fn whole(binary: &Binary, index: BinaryIndex) -> Self {
        Self {
            id: TestId(binary.id.as_str().to_owned()),
            binary: index,
            host: Host::Whole,
            location: None,
            end_line: None,
            ignore: None,
            timeout: None,
            marks: None,
            bond: None,
        }
    }
}

/// What a test shares with others of its binary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bond {
    /// Those with an equal text are run one after another by one worker.
    pub(crate) together: Option<String>,
    /// Those with an equal text are best run next to each other.
    pub(crate) near: Option<String>,
}

/// How a test can be run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Host {
    /// By a worker, which knows it by `path`; or through libtest, which knows it by `libtest`.
    Collected {
        /// Path without the crate: `tests::TestDivide::test_by_zero`.
        path: String,
        /// Name of the libtest test that hosts it.
        libtest: String,
        /// Which worker: the libtest name of the carrier, equal for all tests of one library version in a binary.
        carrier: Arc<str>,
    },
    /// By a worker alone: one of the cases that it made of a test when it was asked.
    Case {
        /// Path without the crate, the case included: `tests::test_q[Pg]`.
        path: String,
        /// Path without the crate of the test that it is a case of.
        of: Arc<str>,
        /// Name of the libtest test that runs all cases.
        libtest: Arc<str>,
        /// As of collected tests.
        carrier: Arc<str>,
    },
    /// Not at all: a collected test whose cases cannot be known. It stands for them, and fails.
    Unknown {
        /// Path without the crate.
        path: String,
        /// Name of the libtest test that hosts it.
        libtest: String,
        /// What became of asking for the cases.
        attempt: Arc<AttemptFinished>,
    },
    /// By libtest, or by another harness that takes `--exact NAME`; `name` is exactly what it lists.
    Named {
        /// The name, spaces and all.
        name: String,
    },
    /// By running the whole binary once: a target with a `main` of its own that has not been asked for a list.
    Whole,
}

/// The binaries found so far and their tests.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestList {
    pub(crate) binaries: Vec<Binary>,
    /// Tests of one binary stand together, in the binary's own order.
    pub(crate) tests: Vec<Test>,
}

impl TestList {
    /// Adds a binary; its tests are added with [`Self::add_test`].
    pub(crate) fn add_binary(&mut self, binary: Binary) -> BinaryIndex {
        self.binaries.push(binary);
        BinaryIndex(self.binaries.len() - 1)
    }

    /// Adds a test.
    pub(crate) fn add_test(&mut self, test: Test) -> TestIndex {
        self.tests.push(test);
        TestIndex(self.tests.len() - 1)
    }

    pub(crate) fn binary(&self, index: BinaryIndex) -> &Binary {
        &self.binaries[index.0]
    }

    pub(crate) fn test(&self, index: TestIndex) -> &Test {
        &self.tests[index.0]
    }

    /// Every test with its index.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (TestIndex, &Test)> {
        self.tests.iter().enumerate().map(|(index, test)| (TestIndex(index), test))
    }
}
