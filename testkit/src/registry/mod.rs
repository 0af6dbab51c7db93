//! What the macros leave in a binary: collected modules and their tests.

mod entry;
mod tree;

pub use entry::{FolderEntry, ModuleEntry, ShouldPanic, TestCase};
pub(crate) use tree::Registry;
