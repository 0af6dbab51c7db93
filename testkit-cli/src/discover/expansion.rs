//! Tests that stand for others, which only their binary can name: a worker of it is asked for the cases.
//!
//! Never from a cache: cases come from data that may have changed, and from code that may look at anything.

use std::collections::HashMap;
use std::sync::Arc;

use testkit_protocol::event::AttemptFinished;
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::id::{BinaryId, TestId};
use testkit_protocol::message::{Case, Cases};
use testkit_protocol::outcome::Outcome;

use super::DescribedTest;
use crate::model::{Bond, Host, Test};

/// What has come of asking, by the path of the test that stands for others.
pub(crate) type Expansions = HashMap<String, Expansion>;

/// What has come of asking for the cases of one test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expansion {
    /// Its cases.
    Cases(Vec<Case>),
    /// They cannot be known.
    Unknown(Box<AttemptFinished>),
    /// There is no worker that could be asked: libtest runs all of them as one test.
    Unserved,
}

impl Expansion {
    pub(super) fn of(answer: Cases) -> Self {
        if let Some(failure) = answer.failure {
            return Self::failed(vec![failure]);
        }
        let mut names: Vec<&str> = answer.cases.iter().map(|case| case.name.as_str()).collect();
        names.sort_unstable();
        if let Some([twice, ..]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            let message = format!("two cases have the name `{twice}`");
            return Self::failed(vec![Failure::new(FailureKind::Runner, message)]);
        }
        Self::Cases(answer.cases)
    }

    pub(super) fn failed(failures: Vec<Failure>) -> Self {
        Self::Unknown(Box::new(AttemptFinished { failures, ..AttemptFinished::new(Outcome::Errored, 0) }))
    }

    /// Adds what takes the place of the test `of` in a list.
    pub(super) fn add_to(&self, tests: &mut Vec<Test>, of: Test, binary: &BinaryId, described: &DescribedTest) {
        match self {
            Self::Unserved => {
                let host = Host::Named { name: described.libtest.clone() };
                tests.push(Test { host, ..of });
            }
            Self::Unknown(attempt) => {
                let (path, libtest) = (described.path.clone(), described.libtest.clone());
                let host = Host::Unknown { path, libtest, attempt: Arc::new(attempt.as_ref().clone()) };
                tests.push(Test { host, ..of });
            }
            // It would be gone without a trace.
            Self::Cases(cases) if cases.is_empty() => {
                let mut marks = of.marks.as_deref().cloned().unwrap_or_default();
                marks.skip.get_or_insert_with(|| NO_CASES.to_owned());
                tests.push(Test { marks: Some(Arc::new(marks)), ..of });
            }
            Self::Cases(cases) => {
                let Some(carrier) = &described.carrier else { return };
                let (path, libtest): (Arc<str>, Arc<str>) =
                    (described.path.as_str().into(), described.libtest.as_str().into());
                let mut bonds = Bonds::default();
                tests.extend(cases.iter().map(|case| Test {
                    id: TestId::new(binary, &case.name),
                    host: Host::Case {
                        path: case.name.clone(),
                        of: Arc::clone(&path),
                        libtest: Arc::clone(&libtest),
                        carrier: Arc::clone(carrier),
                    },
                    bond: bonds.bond(described.together.as_deref(), case.near.as_deref()),
                    ..of.clone()
                }));
            }
        }
    }
}

/// Why a test without cases is skipped.
const NO_CASES: &str = "it has no cases";

/// The bonds of one test's cases, each made once.
#[derive(Default)]
struct Bonds<'a>(HashMap<(Option<&'a str>, Option<&'a str>), Arc<Bond>>);

impl<'a> Bonds<'a> {
    fn bond(&mut self, together: Option<&'a str>, near: Option<&'a str>) -> Option<Arc<Bond>> {
        if together.is_none() && near.is_none() {
            return None;
        }
        let make = || Arc::new(Bond { together: together.map(str::to_owned), near: near.map(str::to_owned) });
        Some(Arc::clone(self.0.entry((together, near)).or_insert_with(make)))
    }
}
