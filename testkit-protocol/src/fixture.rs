//! Fixtures: how far one reaches, and what can be told of its life.

use std::fmt;

/// How long one instance of a fixture lives, and who shares it.
///
/// In the order of their width: what is later in it outlives what is earlier, and may not ask for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Scope {
    /// One for each attempt at a test.
    #[default]
    Test,
    /// One for the tests of a group that follow each other in a worker; a test that is in no group is one for itself.
    Group,
    /// The same for the tests of a module.
    Module,
    /// One for each worker process, torn down when that leaves.
    Session,
}

impl Scope {
    /// Every scope, the narrowest first.
    pub const ALL: [Self; 4] = [Self::Test, Self::Group, Self::Module, Self::Session];

    /// The word for it, in attributes, messages and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Group => "group",
            Self::Module => "module",
            Self::Session => "session",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// What happened to an instance of a fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Step {
    /// It was built.
    SetUp,
    /// Its tear-down is over, whether that succeeded or not.
    TornDown,
}

impl Step {
    /// The word for it on the wire.
    pub(crate) fn wire_word(self) -> &'static str {
        match self {
            Self::SetUp => "set_up",
            Self::TornDown => "torn_down",
        }
    }
}
