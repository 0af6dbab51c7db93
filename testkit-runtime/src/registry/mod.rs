//! What the macros leave in a binary: collected modules and their tests.

mod described;
mod entry;
mod tree;

pub(crate) use described::Described;
pub use entry::{Asking, FolderEntry, ModuleEntry, ShouldPanic, TestCase};
pub(crate) use tree::Registry;
