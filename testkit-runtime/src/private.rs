//! What expanded code names; not an API. May change with every version: `testkit-macros` is pinned to it.

pub use inventory;

#[cfg(feature = "proptest")]
pub use crate::__case_end as case_end;
pub use crate::approx::{Actual, Expected, Near};
pub use crate::assertion::*;
pub use crate::cases::{CaseFile, FromCell, Label, Record, Shown, Source, TableKind, files, rows, table};
pub use crate::description::{join, joined_length};
pub use crate::executor::*;
pub use crate::expansion::{Axes, Needs, row};
pub use crate::fixture::{
    Fixture, FixtureEntry, FixtureInfo, Pending, Scope, WaitFuture, WaitValue, fresh, give, given, narrower, not_given,
    note_needs, of_process, of_test, parameter, shared, use_fixture,
};
pub use crate::folder::check_folder;
pub use crate::group::{GroupValue, run_group, run_group_by_value};
pub use crate::harness::{
    Phase, Site, begin, begin_asking, begin_case, begin_hosted, enter, note_case, note_values, raise, record, run,
    run_asking, run_marked, run_registered,
};
pub use crate::marks::{HoldsExclusiveTests, Marks, Retry, SkipIf, Xfail, skip};
pub use crate::registry::{FolderEntry, ModuleEntry, Registered, ShouldPanic};
pub use crate::settle::Returned;
pub use crate::subtest::run as subtest;
pub use crate::{__smol_runtime as smol_runtime, __tokio_runtime as tokio_runtime, __with_proptest as with_proptest};

/// The traits that check what a test returned, under a name of which clippy lets all be imported.
pub mod settle_prelude {
    pub use crate::settle::{SettleDebug, SettleError, SettlePointer, SettleTermination};
}

/// The trait that leaves out values without `Debug`.
pub mod cases {
    pub use crate::cases::Hidden;
}

/// What the code of a property names.
#[cfg(feature = "proptest")]
pub mod property {
    pub use crate::property::{Arguments, CaseEnd, Property, ReturnsCase, ReturnsOther, by_strategy, of_type, run};
}

/// The static descriptions of this binary, as the registry holds them.
pub fn descriptions() -> Vec<&'static [u8]> {
    let modules = inventory::iter::<ModuleEntry>.into_iter().map(|module| module.description);
    let folders = inventory::iter::<FolderEntry>.into_iter().map(|folder| folder.description);
    let fixtures = inventory::iter::<FixtureEntry>.into_iter().map(|fixture| fixture.description);
    modules.chain(folders).chain(fixtures).collect()
}

/// The modules registered in this binary.
pub fn modules() -> Vec<&'static ModuleEntry> {
    inventory::iter::<ModuleEntry>.into_iter().collect()
}
