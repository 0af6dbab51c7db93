//! The assertions: the expansion of `assert!`, and the rewriting of the standard ones in collected code.

mod condition;
mod rewrite;
mod source;

pub(crate) use condition::expand;
pub(crate) use rewrite::Rewriter;
