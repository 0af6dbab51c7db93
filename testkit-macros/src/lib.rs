//! The procedural macros of testkit. Use them through the `testkit` crate, which documents and re-exports them.
//!
//! This file holds the entries only. What is a test is in `collect`, what cannot be one in `validate`, and what
//! stands in the place of each macro in `expand`. The assertions are in `assertion`.

mod assertion;
mod ast;
mod attribute;
mod collect;
mod config;
mod diagnostic;
mod duration;
mod expand;
mod pattern;
mod source;
mod validate;

use proc_macro::TokenStream;
use proc_macro2::Span;

/// Collects the tests of an inline module, or of one `impl` block.
#[proc_macro_attribute]
pub fn tests(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::module::expand(&options.into(), item.into()).into()
}

/// Makes a function of any name a test.
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::function::expand(options.into(), item.into()).into()
}

/// Limits the time that a test may take.
#[proc_macro_attribute]
pub fn timeout(literal: TokenStream, item: TokenStream) -> TokenStream {
    expand::timeout::expand(literal.into(), item.into()).into()
}

/// Collects the tests of the module that it stands in.
#[proc_macro]
pub fn discover(input: TokenStream) -> TokenStream {
    expand::discover::expand(&input.into(), Span::call_site()).into()
}

/// Makes every test file beside this one a module, and collects its tests.
#[proc_macro]
pub fn discover_files(input: TokenStream) -> TokenStream {
    expand::discover_files::expand(&input.into(), Span::call_site()).into()
}

/// Asserts that a condition holds; a comparison that does not shows both values.
#[proc_macro]
pub fn assert(input: TokenStream) -> TokenStream {
    assertion::expand(input.into()).into()
}
