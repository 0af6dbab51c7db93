//! What is known of one value of a fixture, or of a group.

use std::collections::BTreeMap;

use testkit_protocol::fixture::Scope;

use crate::graphs::Life;
use crate::graphs::log::Number;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its set-up has begun and not come to its end; perhaps it never will.
    Making,
    Made,
    /// Its value is being torn down, or what it deferred is being done.
    Ending,
    /// Nothing is left of it, but perhaps what it deferred, if that is another one's.
    Dropped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Nobody,
    Value(Number),
    Test,
}

#[derive(Debug)]
pub(super) struct Value<'a> {
    pub(super) name: String,
    /// `None` for that of a group.
    pub(super) fixture: Option<usize>,
    /// [`Scope::Test`] for that of a group.
    pub(super) scope: Scope,
    pub(super) is_given: bool,
    pub(super) life: &'a Life,
    /// What the paths of the tests begin with that share it; `#` and the number of the attempt if it is of one.
    pub(super) key: String,
    /// The parameters that it depends on.
    pub(super) parameters: BTreeMap<usize, u32>,
    pub(super) needed: Vec<Number>,
    pub(super) owner: Owner,
    pub(super) attempt: usize,
    pub(super) state: State,
    /// How many of the deferred have not run.
    pub(super) deferred: usize,
    pub(super) is_torn_down: bool,
    pub(super) is_dropped: bool,
    /// How many values had been made before.
    pub(super) order: usize,
}

impl Value<'_> {
    pub(super) fn stands(&self) -> bool {
        matches!(self.state, State::Made | State::Ending)
    }

    /// Whether all that ask for it in its scope have the same one.
    pub(super) fn is_shared(&self) -> bool {
        !self.is_given && self.fixture.is_some()
    }

    /// Whether what it has deferred runs at its own end: else that is its owner's, or the test's.
    pub(super) fn ends_by_itself(&self) -> bool {
        self.is_shared() && self.state != State::Making
    }
}
