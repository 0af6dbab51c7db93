//! What an expanded assertion calls when it has failed.
//!
//! The module has its name because the compiler's messages show the path of these functions where an assertion stands in
//! constant code: nothing can be told from there, and the standard library's `assert!` is what to use.

use std::fmt::Arguments;

use testkit_protocol::failure::{FailureKind, Moment};

use super::super::Value;
use super::super::explain::{Explanation, explain, shown};
use super::super::keep::Seen;
use super::super::nearest::Needle;
use super::{Kept, Site, Told, Waiting, failure, operand, parenthesized, with_message};
use crate::harness;

/// The failure of a comparison that does not hold; `texts` are the left source, the operator and the right source.
///
/// All that a failed condition says is gathered by one call, here and below: what a function keeps in registers across
/// several calls costs it pushes and pops where nothing fails.
#[cold]
#[inline(never)]
pub fn failed_comparison(
    site: &Site,
    texts: &[&'static str; 3],
    left: Value<'_>,
    right: Value<'_>,
    kept: &[Kept<'_>],
) -> Told {
    let [left_source, operator, right_source] = texts;
    let mut explanation = explain(operator, left, right);
    let operands = vec![
        operand("left", left_source, std::mem::take(&mut explanation.left), Moment::AtFailure),
        operand("right", right_source, std::mem::take(&mut explanation.right), Moment::AtFailure),
    ];
    failure(site, operands, explanation, None, kept)
}

/// The failure of a condition without operands, which may have looked for a text.
#[cold]
#[inline(never)]
pub fn failed_condition(site: &Site, needle: Option<Needle>, kept: &[Kept<'_>]) -> Told {
    failure(site, Vec::new(), Explanation::default(), needle, kept)
}

/// The failure of a value that does not match the pattern of a `let`.
#[cold]
#[inline(never)]
pub fn unmatched(site: &Site, source: &str, value: Value<'_>) -> Told {
    let operands = vec![operand("", source, shown(value), Moment::AtFailure)];
    failure(site, operands, Explanation::default(), None, &[])
}

/// The same failure with the value of a place that was there before the evaluation: [`Kept::Later`].
#[cold]
#[inline(never)]
#[must_use]
pub fn seen(failure: Told, source: &str, seen: Seen<'_>) -> Told {
    failure.seen(source, seen)
}

/// Ends the test because `assert!` does not hold.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail(message: Option<Arguments<'_>>, failure: Told) -> ! {
    harness::raise(with_message(failure, message))
}

/// Records that `check!` does not hold.
#[cold]
#[inline(never)]
#[track_caller]
pub fn note(message: Option<Arguments<'_>>, failure: Told) {
    harness::record(with_message(failure, message));
}

/// Ends the test because `assert_eq!` or `assert_ne!`, whose operator this is, does not hold.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail_equality(
    message: Option<Arguments<'_>>,
    operator: &'static str,
    [left_source, right_source]: &[&'static str; 2],
    [left, right]: [Value<'_>; 2],
) -> ! {
    let name = if operator == "==" { "assert_eq" } else { "assert_ne" };
    let failure = failed_comparison(&Site(name, "", 0, 0), &[left_source, operator, right_source], left, right, &[]);
    if let FailureKind::Assertion(assertion) = &mut failure.0.failure.kind {
        // The macro's operands may be what binds less tightly than the operator.
        let [left, right] = [left_source, right_source].map(|source| parenthesized(source));
        assertion.expression = format!("{left} {operator} {right}");
    }
    fail(message, failure)
}

/// Ends the test because `assert!` of nothing but a comparison, without a message, does not hold. In its source the
/// operator stands from `start` to `end`, in bytes: numbers cost the compiler less than a text for each part.
#[cold]
#[inline(never)]
#[track_caller]
pub fn fail_comparison(source: &'static str, start: usize, end: usize, left: Value<'_>, right: Value<'_>) -> ! {
    fail(None, whole_comparison(source, start, end, left, right))
}

/// The failure of a comparison that is all `assert!` is given.
#[cold]
#[inline(never)]
pub fn whole_comparison(source: &'static str, start: usize, end: usize, left: Value<'_>, right: Value<'_>) -> Told {
    let texts = [source[..start].trim_end(), &source[start..end], source[end..].trim_start()];
    failed_comparison(&Site("assert", source, 0, 0), &texts, left, right, &[])
}

/// Remembers why an attempt of `eventually!` failed.
#[cold]
#[inline(never)]
#[track_caller]
pub fn late(message: Option<Arguments<'_>>, waiting: &Waiting, failure: Told) {
    waiting.note(with_message(failure, message));
}
