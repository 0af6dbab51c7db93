//! Compile errors, gathered so that all of them come at once.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::marks::{MarkError, MarkName};

/// The errors found so far in one expansion.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    errors: Vec<(Span, String)>,
}

/// How much had been said at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Said(usize);

impl Diagnostics {
    /// Adds an error at `span`, with a hint on a line of its own.
    pub(crate) fn error(&mut self, span: Span, message: impl AsRef<str>, hint: impl AsRef<str>) {
        self.plain(span, format!("{}\nhint: {}", message.as_ref(), hint.as_ref()));
    }

    /// Adds an error that needs no hint. What many tests share is looked at for each, and said once.
    pub(crate) fn plain(&mut self, span: Span, message: impl Into<String>) {
        let (message, start) = (message.into(), span.start());
        if !self.errors.iter().any(|(other, text)| *text == message && other.start() == start) {
            self.errors.push((span, message));
        }
    }

    /// Adds the errors of another.
    pub(crate) fn extend(&mut self, other: Self) {
        for (span, message) in other.errors {
            self.plain(span, message);
        }
    }

    /// How much has been said.
    pub(crate) fn said(&self) -> Said {
        Said(self.errors.len())
    }

    /// Adds what is wrong with a mark.
    pub(crate) fn mark(&mut self, error: MarkError) {
        match error.hint {
            Some(hint) => self.error(error.span, error.message, hint),
            None => self.plain(error.span, error.message),
        }
    }

    /// Adds that a mark stands on the function `name`, which is no test, but perhaps a fixture.
    pub(crate) fn mark_on_no_test(&mut self, span: Span, mark: MarkName, name: &str, is_fixture: bool) {
        let what = if is_fixture { "the fixture " } else { "" };
        let hint = match mark {
            _ if !is_fixture => "name it `test_…`, or put `#[test]` on it",
            MarkName::Uses => {
                "a fixture asks for others by its arguments: `_name: &Type` for one whose value it does not use"
            }
            MarkName::Parametrize => "write `#[fixture(params = [first, second])]`, with an argument `param: Type`",
            MarkName::Skip | MarkName::SkipIf => {
                "put it on the tests that ask for it, or call `testkit::skip!` in the fixture"
            }
            MarkName::Runtime => "put it on the tests that ask for it: their runtime is the fixture's, too",
            MarkName::Xfail
            | MarkName::Retry
            | MarkName::Serial
            | MarkName::Exclusive
            | MarkName::Isolate
            | MarkName::StrictThreads
            | MarkName::Timeout
            | MarkName::Free
            | MarkName::Property => "put it on the tests that ask for it",
        };
        let and_so = if is_fixture { "" } else { ", which is no test" };
        self.error(span, format!("`#[{}]` on {what}`{name}`{and_so}", mark.word()), hint);
    }

    /// Whether nothing went wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The errors in the order of the source.
    fn sorted(mut self) -> Vec<(Span, String)> {
        self.errors.sort_by_key(|(span, _)| (span.start().line, span.start().column));
        self.errors
    }

    /// The texts, each with its place in `file` in front: for errors in a text that the compiler has not lexed.
    pub(crate) fn into_located(self, file: &str) -> Vec<String> {
        let located = self.sorted().into_iter().map(|(span, text)| {
            let start = span.start();
            format!("{file}:{}:{}: {text}", start.line, start.column + 1)
        });
        located.collect()
    }

    /// One `compile_error!` for each error.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let mut tokens = TokenStream::new();
        for (span, text) in self.sorted() {
            tokens.extend(quote_spanned! {span=> ::core::compile_error!{ #text } });
        }
        tokens
    }
}
