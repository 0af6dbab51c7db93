//! Random graphs of fixtures, and a model of what has to happen to them.
//!
//! `generate` makes a [`Graph`] of a seed, `source` the test binary that it stands for; `expect` says which tests it has and
//! which verdict each must get. What the binary's fixtures and tests do is in `tests/fixtures/fixture_graphs.rs`: they write
//! every step into a `log`, which `replay` holds against the rules of their lives, `report` against what the command told,
//! and `libtest` against what libtest did. Nothing of this knows how testkit does it.

mod expect;
mod generate;
mod libtest;
mod log;
mod replay;
mod report;
mod source;

pub use expect::Case;
pub use generate::{Choices, generate};
pub use libtest::check_libtest;
pub use log::{Line, Word, read};
pub use replay::{Mode, Problems, replay};
pub use report::{Asked, check_report};
pub use source::source;

use testkit_protocol::fixture::Scope;

/// Modules of tests with fixtures that need each other.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// An outer one comes before its inner ones.
    pub modules: Vec<Module>,
    /// Each needs only such as come before it.
    pub fixtures: Vec<Fixture>,
    /// Those of all modules.
    pub groups: Vec<Group>,
    /// Those of all modules and groups.
    pub tests: Vec<Test>,
}

/// A module of tests.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its path in the crate: `m03::inner`.
    pub path: String,
    /// The one around it.
    pub outer: Option<usize>,
    /// Whether it is a group, by its name.
    pub is_group: bool,
}

/// How a set-up ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// With a value.
    Works,
    /// It returns an error.
    Fails,
    /// It panics.
    Panics,
    /// It skips the test.
    Skips,
    /// It ends the process by a signal.
    Aborts,
    /// It ends the process in the ordinary way.
    Exits,
}

/// How something at the end of a value's life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As it should.
    Works,
    /// It panics.
    Panics,
    /// It returns an error. Only of a tear-down function.
    Fails,
    /// It asks for the test to be skipped, which is an error. Only of a tear-down function.
    Skips,
    /// It ends the process. Only of a tear-down function.
    Aborts,
}

/// How a value is made and taken down.
#[derive(Clone, Debug)]
pub struct Life {
    /// How making it ends.
    pub set_up: SetUp,
    /// What it defers, in this order.
    pub deferred: Vec<End>,
    /// The function that takes it down.
    pub teardown: Option<End>,
    /// How its `Drop` ends.
    pub drop: End,
    /// Whether it is made by an `async fn`, and taken down by one.
    pub is_async: bool,
}

/// A fixture.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// Its name in the report; no other has it.
    pub name: String,
    /// Where it stands.
    pub module: usize,
    /// How long it lives.
    pub scope: Scope,
    /// Its parameters; none for most. No other fixture has one of these.
    pub parameters: Vec<u32>,
    /// The fixtures that it asks for.
    pub needs: Vec<usize>,
    /// How it is made and taken down.
    pub life: Life,
    /// Whether all tests of its module have it.
    pub is_autouse: bool,
    /// Whether it is asked for by value only: whoever asks owns one of its own.
    pub is_given: bool,
    /// The group whose `setup_group` it is.
    pub of_group: Option<usize>,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub module: usize,
    /// The fixture that its `setup_group` is.
    pub shared: Option<usize>,
    /// Its `setup` and `teardown`: what the former asks for, and the life of the value.
    pub value: Option<(Vec<usize>, Life)>,
}

/// What a test does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Nothing.
    Passes,
    /// It returns an error.
    Fails,
    /// It panics.
    Panics,
    /// It skips itself.
    Skips,
    /// A soft check fails.
    Checks,
    /// It defers something.
    Defers,
    /// A copy of the process returns from the test as well.
    Forks,
    /// A copy of the process exits.
    ForksAndExits,
    /// It ends the process by a signal.
    Aborts,
    /// It ends the process in the ordinary way.
    Exits,
    /// Its process is killed.
    IsKilled,
    /// It has no end, but a time limit.
    Hangs,
}

/// How a test is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `fn test() {}`
    Plain,
    /// `fn test() -> Result<(), Error> {}`
    Fallible,
    /// `async fn test() {}`
    Async,
}

/// A test.
#[derive(Clone, Debug)]
pub struct Test {
    /// Its name below the module, or below the group.
    pub name: String,
    /// Where it stands.
    pub module: usize,
    /// The group that it is in.
    pub group: Option<usize>,
    /// The fixture of its `#[uses]`.
    pub uses: Option<usize>,
    /// The fixtures that are its arguments.
    pub needs: Vec<usize>,
    /// What it does when it has them.
    pub what: What,
    /// How it is written.
    pub form: Form,
    /// Whether it has `#[isolate]`.
    pub is_isolated: bool,
    /// Whether it has `#[retry(1)]`.
    pub is_retried: bool,
}

impl Graph {
    /// The path of a group: `m03::TestG4`.
    pub fn group_path(&self, group: usize) -> String {
        let Group { name, module, .. } = &self.groups[group];
        format!("{}::{name}", self.modules[*module].path)
    }

    /// The path of a test without its case.
    pub fn test_path(&self, test: &Test) -> String {
        match test.group {
            Some(group) => format!("{}::{}", self.group_path(group), test.name),
            None => format!("{}::{}", self.modules[test.module].path, test.name),
        }
    }

    /// The name of a fixture that no other has: with the path of its module.
    pub fn fixture_path(&self, fixture: usize) -> String {
        let Fixture { name, module, .. } = &self.fixtures[fixture];
        format!("{}::{name}", self.modules[*module].path)
    }

    /// Whether `outer` is the module `inner`, or one around it.
    pub fn is_around(&self, outer: usize, inner: usize) -> bool {
        outer == inner || self.modules[inner].outer.is_some_and(|next| self.is_around(outer, next))
    }
}
