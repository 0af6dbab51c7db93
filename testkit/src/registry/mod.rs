//! What the macros leave in a binary: collected modules and their tests.

mod entry;
mod tree;

pub use entry::{Asking, FolderEntry, ModuleEntry, ShouldPanic, TestCase};
pub(crate) use tree::Registry;
