//! From a condition that does not hold to a [`Failure`].

pub mod in_constants_use_std_assert;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt::Arguments;
use std::panic::Location;
use std::time::{Duration, Instant};

use testkit_protocol::failure::{Assertion, Failure, FailureKind, Moment, Operand, TextRange};
use testkit_protocol::location;

use super::explain::{Explanation, in_report, shown, side_text};
use super::keep::{Seen, Undecided};
use super::nearest::{Needle, Search};
use super::pause::Pause;
use crate::{executor, harness};

/// What the macro knows of a condition: its own name, the source of the condition, and where in it the part stands that
/// decided, as a range of bytes; an empty range where that is the whole.
#[derive(Clone, Copy, Debug)]
pub struct Site(pub &'static str, pub &'static str, pub u32, pub u32);

/// A failure on its way, to be handed on with one of the functions below. It needs no destructor: code that drops one,
/// around every assertion, takes the compiler longer than all the rest of it.
#[derive(Debug)]
pub struct Told(&'static mut Draft);

/// A failure that is being put together.
#[derive(Debug)]
struct Draft {
    failure: Failure,
    search: Option<Search>,
}

impl Told {
    fn new(failure: Failure, search: Option<Search>) -> Self {
        Self(Box::leak(Box::new(Draft { failure, search })))
    }

    /// The same with the value of a place that was there before the evaluation.
    fn seen(self, source: &str, seen: Seen<'_>) -> Self {
        let Draft { failure, search } = &mut *self.0;
        if let FailureKind::Assertion(assertion) = &mut failure.kind {
            let is_it = |operand: &Operand| {
                operand.moment == Moment::AtFailure && operand.value.is_empty() && operand.source == source
            };
            if let Some(index) = assertion.operands.iter().position(is_it) {
                match operand_of(source, &seen, search.as_mut()) {
                    Some(operand) => assertion.operands[index] = operand,
                    None => drop(assertion.operands.remove(index)),
                }
            }
        }
        self
    }

    /// The same with the value that a place has after the evaluation.
    #[cold]
    #[must_use]
    pub fn changed(self, source: &str, seen: Seen<'_>) -> Self {
        if let FailureKind::Assertion(assertion) = &mut self.0.failure.kind {
            let is_later = |operand: &Operand| operand.moment == Moment::AfterEvaluation && operand.source == source;
            match seen {
                Seen::Value(value) => {
                    if let Some(operand) = assertion.operands.iter_mut().find(|operand| is_later(operand)) {
                        operand.value = shown(value);
                    }
                }
                Seen::Hidden | Seen::Moved => assertion.operands.retain(|operand| !is_later(operand)),
            }
        }
        self
    }

    fn into_failure(self) -> Failure {
        // SAFETY: the reference is that of a leaked box, which nobody else has.
        let Draft { mut failure, search } = *unsafe { Box::from_raw(self.0) };
        if let (FailureKind::Assertion(assertion), Some(search)) = (&mut failure.kind, search) {
            assertion.notes.extend(search.note());
        }
        failure
    }
}

/// A value that was kept.
pub enum Kept<'a> {
    /// What has become of the value with this source.
    Seen(&'static str, Seen<'a>),
    /// A place that was there before the evaluation: its value is told by [`in_constants_use_std_assert::seen`].
    Later(&'static str),
    /// A place that the evaluation may have changed: its value is told by [`Told::changed`].
    Changed(&'static str),
    /// An element of the iterator with this source.
    Element(&'static str, Option<usize>, Seen<'a>),
    /// A comparison that did not decide.
    Undecided(&'a Undecided),
}

/// The source of an operand, in parentheses if another comparison or a logical operator stands in it outside of any.
fn parenthesized(source: &str) -> Cow<'_, str> {
    const LOOSER: [&str; 10] = ["==", "!=", "<=", ">=", "<", ">", "&&", "||", "=", ".."];
    let mut depth = 0_i32;
    let binds_less = source.split_whitespace().any(|word| {
        let is_outside = depth == 0;
        let count = |brackets: &[char]| i32::try_from(word.matches(brackets).count()).unwrap_or(0);
        depth += count(&['(', '[', '{']) - count(&[')', ']', '}']);
        is_outside && (LOOSER.contains(&word) || word.starts_with('|'))
    });
    if binds_less && !source.contains('"') { Cow::Owned(format!("({source})")) } else { Cow::Borrowed(source) }
}

/// The failure of a condition. Its message and its place are added later, when what the condition borrowed is free again.
fn failure(
    site: &Site,
    mut operands: Vec<Operand>,
    explanation: Explanation,
    needle: Option<Needle>,
    kept: &[Kept<'_>],
) -> Told {
    let Site(macro_name, expression, start, end) = *site;
    let Explanation { comparison, notes, .. } = explanation;
    let mut search = needle.map(Search::new);
    for kept in kept {
        push(kept, &mut operands, search.as_mut());
    }
    let assertion = Assertion {
        macro_name: macro_name.to_owned(),
        expression: expression.to_owned(),
        decided: (end > start).then_some(TextRange { start, end }),
        operands,
        comparison,
        notes,
    };
    Told::new(Failure { message: None, ..Failure::new(FailureKind::Assertion(assertion), "") }, search)
}

#[track_caller]
fn with_message(failure: Told, message: Option<Arguments<'_>>) -> Failure {
    let failure = failure.into_failure();
    Failure { message: message.map(|message| message.to_string()), ..failure }
        .at(location::Location::from(Location::caller()))
}

fn operand(role: &str, source: &str, value: String, moment: Moment) -> Operand {
    Operand { role: role.to_owned(), source: source.to_owned(), value, moment }
}

/// What is shown of a value that was kept, if anything is.
fn operand_of(source: &str, seen: &Seen<'_>, search: Option<&mut Search>) -> Option<Operand> {
    match seen {
        Seen::Value(value) => {
            let text = side_text(*value);
            if let Some(search) = search {
                search.offer(source, &text.text);
            }
            let text = in_report(&text);
            // A literal says itself what it is.
            let is_literal = testkit_protocol::text::compact(&text, source.len()).as_deref() == Some(source);
            (!is_literal).then(|| operand("", source, text, Moment::AtFailure))
        }
        Seen::Moved => Some(operand("", source, String::new(), Moment::Moved)),
        Seen::Hidden => None,
    }
}

fn push(kept: &Kept<'_>, operands: &mut Vec<Operand>, search: Option<&mut Search>) {
    match kept {
        Kept::Seen(source, seen) => operands.extend(operand_of(source, seen, search)),
        Kept::Element(source, Some(index), seen) => {
            operands.extend(operand_of(&format!("element {index} of {source}"), seen, search));
        }
        Kept::Element(_, None, _) => {}
        Kept::Later(source) => operands.push(operand("", source, String::new(), Moment::AtFailure)),
        Kept::Changed(source) => operands.push(operand("", source, String::new(), Moment::AfterEvaluation)),
        Kept::Undecided(undecided) => {
            let Some(noted) = undecided.operands() else { return };
            for (source, value) in noted.sources.iter().zip(&noted.values) {
                let Some(value) = value else { continue };
                let text = format!("{value:?}");
                let is_known = operands.iter().any(|operand| operand.source == *source);
                if *source != text && !is_known {
                    operands.push(operand("", source, text, Moment::AtFailure));
                }
            }
        }
    }
}

/// What is said where a task of the same runtime may have been what was waited for.
const STOOD_STILL: &str = "the tasks of this test's runtime stood still meanwhile: with an `.await` in the condition, such as \
                           `async { … }.await`, they go on between the attempts";

/// The attempts of `eventually!`.
pub struct Waiting {
    started: Instant,
    within: Duration,
    every: Duration,
    attempts: Cell<u32>,
    /// Why the last attempt failed.
    last: RefCell<Option<Failure>>,
}

impl Waiting {
    /// Waits from now on; times in nanoseconds.
    pub fn new(within_ns: u64, every_ns: u64) -> Self {
        Self {
            started: Instant::now(),
            within: Duration::from_nanos(within_ns),
            every: Duration::from_nanos(every_ns),
            attempts: Cell::new(0),
            last: RefCell::new(None),
        }
    }

    /// Remembers why an attempt failed.
    fn note(&self, failure: Failure) {
        self.attempts.set(self.attempts.get() + 1);
        self.last.replace(Some(failure));
    }

    /// Waits before the next attempt, or ends the test if there is no time for one.
    #[track_caller]
    pub fn pause(&self) {
        std::thread::sleep(self.before_next(executor::stands_still));
    }

    /// The same in async code, where others go on meanwhile: to be awaited.
    #[track_caller]
    pub fn pause_of_task(&self) -> Pause {
        Pause::of(self.before_next(|| false))
    }

    /// How long to wait before the next attempt. Ends the test if there is no time for one; `stood_still` says whether the runtime
    /// of the test had no part in the pauses.
    #[track_caller]
    fn before_next(&self, stood_still: impl Fn() -> bool) -> Duration {
        let waited = self.started.elapsed();
        let attempts = self.attempts.get();
        if waited < self.within {
            // The last attempt comes when the time is over, not a pause before.
            return self.every.min(self.within.saturating_sub(waited));
        }
        let mut failure = self.last.take().unwrap_or_else(|| {
            let assertion = Assertion { macro_name: "eventually".to_owned(), ..Assertion::default() };
            Failure::new(FailureKind::Assertion(assertion), "")
        });
        if let FailureKind::Assertion(assertion) = &mut failure.kind {
            assertion.notes.push(format!("still so after {waited:.1?} and {attempts} attempts"));
            if stood_still() {
                assertion.notes.push(STOOD_STILL.to_owned());
            }
        }
        harness::raise(failure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operands_that_bind_less_are_parenthesized() {
        #[track_caller]
        fn check(source: &str, want: &str) {
            assert_eq!(parenthesized(source), want);
        }
        check("a + b", "a + b");
        check("a == b", "(a == b)");
        check("a && b", "(a && b)");
        check("f(a == b)", "f(a == b)");
        check("v.iter().map(|x| x > 3)", "v.iter().map(|x| x > 3)");
        check("|x| x + 1", "(|x| x + 1)");
        check("a as u8", "a as u8");
        check("\"a == b\"", "\"a == b\"");
        check("[1, 2]", "[1, 2]");
    }
}
