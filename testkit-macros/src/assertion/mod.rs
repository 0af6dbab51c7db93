//! The assertions: the expansions of `assert!`, `check!` and `eventually!`, and the rewriting of the standard ones in
//! collected code.
//!
//! `parse` splits a condition at its operators, `capture` decides which values in it are kept for the report (`variables`
//! tells what happens to each variable, `methods` what is known of the standard library), `emit` writes the code, `source`
//! the text that the report shows.

mod capture;
mod emit;
mod methods;
mod parse;
mod rewrite;
mod source;
mod variables;

pub(crate) use emit::{assert, check, eventually};
pub(crate) use rewrite::Rewriter;

/// The text of an expression as the author wrote it.
pub(crate) fn written(tokens: &proc_macro2::TokenStream) -> String {
    source::text(tokens)
}

/// Whether the tokens are one expression, as far as its parts can be told.
pub(crate) fn is_expression(tokens: &proc_macro2::TokenStream) -> bool {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    capture::whole(&tokens).is_some()
}
