//! What the macros leave in a binary: collected modules and their tests.

mod described;
mod entry;
mod lines;
mod tree;

pub(crate) use described::Described;
pub(crate) use entry::Body;
pub use entry::{FolderEntry, ModuleEntry, Registered, ShouldPanic};
pub(crate) use tree::{Found, Registry};
