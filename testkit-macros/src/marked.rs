//! What the attributes of a test say: gathered from the test, its group and its modules, as plain text.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use testkit_protocol::package_config::PackageConfig;

use crate::attribute::{Attribute, AttributeKind};
use crate::diagnostic::Diagnostics;
use crate::marks::{Mark, MarkName, Runtime, Xfail};
use crate::{expand, validate};

/// Something that holds under a `cfg` predicate, or always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conditional {
    /// The predicate, as source text.
    pub(crate) predicate: Option<String>,
    /// The reason of `#[ignore]`, the expected part of `#[should_panic]`.
    pub(crate) text: Option<String>,
}

/// A mark of testkit that holds under a `cfg` predicate, or always.
#[derive(Clone, Debug)]
pub(crate) struct Applied {
    /// The predicate, as source text.
    pub(crate) predicate: Option<String>,
    pub(crate) mark: Mark,
    /// Where it stands.
    pub(crate) span: Span,
}

/// What the attributes of a test say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    /// Predicates of `#[cfg]`, all of which must hold.
    pub(crate) conditions: Vec<String>,
    /// `#[ignore]`, plain or by `#[cfg_attr]`.
    pub(crate) ignore: Vec<Conditional>,
    /// `#[should_panic]`, plain or by `#[cfg_attr]`.
    pub(crate) should_panic: Vec<Conditional>,
    /// Marks of testkit, plain or by `#[cfg_attr]`: the test's own, then its group's, then its modules'.
    pub(crate) applied: Vec<Applied>,
}

/// Reads the marks of a test.
pub(crate) fn marks(attributes: &[Attribute], config: &PackageConfig, diagnostics: &mut Diagnostics) -> Marks {
    let mut marks = Marks::default();
    for attribute in attributes {
        let plain = || Conditional { predicate: None, text: attribute.string() };
        match attribute.kind() {
            AttributeKind::Condition => marks.conditions.extend(attribute.condition()),
            AttributeKind::Ignore => marks.ignore.push(plain()),
            AttributeKind::ShouldPanic => marks.should_panic.push(plain()),
            AttributeKind::ConditionalAttribute => {
                for (predicate, inner) in conditional(attribute) {
                    let conditional = || Conditional { predicate: Some(predicate.clone()), text: inner.string() };
                    match inner.kind() {
                        AttributeKind::Ignore => marks.ignore.push(conditional()),
                        AttributeKind::ShouldPanic => marks.should_panic.push(conditional()),
                        AttributeKind::Mark(name) => {
                            let (arguments, span) = (inner.parenthesized().unwrap_or_default(), attribute.span());
                            marks.add(name, arguments, Some(predicate), span, config, diagnostics);
                        }
                        AttributeKind::Test
                        | AttributeKind::OurTest
                        | AttributeKind::Tests
                        | AttributeKind::Fixture
                        | AttributeKind::Condition
                        | AttributeKind::ConditionalAttribute
                        | AttributeKind::Passive
                        | AttributeKind::ForeignTest
                        | AttributeKind::Other => {}
                    }
                }
            }
            AttributeKind::Mark(name) => {
                if attribute.has_odd_arguments() {
                    let message = format!("`#[{}]` takes its arguments in parentheses", name.word());
                    diagnostics.error(attribute.span(), message, name.form());
                    let mark = Mark::Unread(name);
                    marks.applied.push(Applied { predicate: None, mark, span: attribute.span() });
                } else {
                    let arguments = attribute.parenthesized().unwrap_or_default();
                    marks.add(name, arguments, None, attribute.span(), config, diagnostics);
                }
            }
            AttributeKind::OurTest => {
                validate::test_options(attribute.parenthesized().unwrap_or_default(), &mut marks, diagnostics);
            }
            AttributeKind::Test
            | AttributeKind::Tests
            | AttributeKind::Fixture
            | AttributeKind::Passive
            | AttributeKind::ForeignTest
            | AttributeKind::Other => {}
        }
    }
    innermost_first(&mut marks.applied);
    marks
}

/// Puts the `#[parametrize]` of one item into the order in which they vary: the one next to the item first.
fn innermost_first(applied: &mut [Applied]) {
    let is_one = |applied: &Applied| applied.mark.name() == MarkName::Parametrize;
    let places: Vec<usize> = (0..applied.len()).filter(|index| is_one(&applied[*index])).collect();
    for (first, last) in places.iter().zip(places.iter().rev()).take(places.len() / 2) {
        applied.swap(*first, *last);
    }
}

/// The attributes inside of `#[cfg_attr]`, each with the predicate.
fn conditional(attribute: &Attribute) -> impl Iterator<Item = (String, Attribute)> {
    let split = attribute.conditional();
    split.into_iter().flat_map(|(predicate, inner)| inner.into_iter().map(move |inner| (predicate.clone(), inner)))
}

/// Reads the marks on a module or an `impl` block, which are those of every test in it.
pub(crate) fn shared(attributes: &[Attribute], config: &PackageConfig, diagnostics: &mut Diagnostics) -> Vec<Applied> {
    let is_mark = |attribute: &&Attribute| match attribute.kind() {
        AttributeKind::Mark(_) => true,
        AttributeKind::ConditionalAttribute => {
            conditional(attribute).any(|(_, inner)| matches!(inner.kind(), AttributeKind::Mark(_)))
        }
        _ => false,
    };
    let marked: Vec<Attribute> = attributes.iter().filter(is_mark).cloned().collect();
    marks(&marked, config, diagnostics).applied
}

/// Sets the time limit from the tokens of its literal; a second one is an error.
pub(crate) fn set_timeout(marks: &mut Marks, literal: TokenStream, span: Span, diagnostics: &mut Diagnostics) {
    marks.add(MarkName::Timeout, literal, None, span, &PackageConfig::default(), diagnostics);
}

/// A function that evaluates the condition of a `#[skip_if]`, for the module that the marked item stands in.
#[derive(Clone, Debug)]
pub(crate) struct ConditionFunction {
    /// Where the mark stands.
    span: Span,
    /// Source text of all but its body.
    head: String,
    /// Source text of the condition.
    condition: String,
}

/// Makes functions of the conditions of `#[skip_if]` among `applied`. `of` tells the marked item from others of the module.
pub(crate) fn condition_functions(applied: &mut [Applied], of: &str) -> Vec<ConditionFunction> {
    let mut functions = Vec::new();
    for (index, applied) in applied.iter_mut().enumerate() {
        if let Mark::SkipIf(mark) = &mut applied.mark
            && mark.function.is_empty()
        {
            mark.function = format!("__testkit_skip_if_{of}_{index}");
            let guard =
                applied.predicate.as_ref().map_or_else(String::new, |predicate| format!("#[cfg({predicate})] "));
            // Not only under `cfg(test)`, so that `cargo check` shows errors in the condition as well.
            let head = format!("{guard}#[allow(dead_code, non_snake_case)] fn {}() -> bool", mark.function);
            functions.push(ConditionFunction { span: applied.span, head, condition: mark.condition.clone() });
        }
    }
    functions
}

/// Their tokens, each condition placed at its mark.
pub(crate) fn placed_functions(functions: &[ConditionFunction]) -> TokenStream {
    let mut tokens = TokenStream::new();
    for function in functions {
        let body = expand::placed(expand::tokens(&function.condition), function.span);
        tokens.extend(expand::tokens(&function.head));
        tokens.extend([TokenTree::Group(Group::new(Delimiter::Brace, body))]);
    }
    tokens
}

/// Their source text.
pub(crate) fn functions_text(functions: &[ConditionFunction]) -> String {
    let mut text = String::new();
    for ConditionFunction { head, condition, .. } in functions {
        write!(text, "{head} {{ {condition} }} ").expect("writing to a String cannot fail");
    }
    text
}

/// The marks as seen from a module inside of the one that they were written for.
pub(crate) fn seen_from_inside(applied: &[Applied]) -> Vec<Applied> {
    let mut applied = applied.to_vec();
    for one in &mut applied {
        match &mut one.mark {
            Mark::SkipIf(mark) => mark.function = format!("super::{}", mark.function),
            Mark::Uses(used) => {
                for used in used.iter_mut().filter(|used| !is_rooted(&used.path)) {
                    used.path = format!("super::{}", used.path);
                    // Not at the mark: the path may be longer than its author's lints want.
                    used.span = Span::call_site();
                }
            }
            Mark::Runtime(Runtime::Function(path)) if !is_rooted(path) => *path = format!("super::{path}"),
            Mark::Skip(_)
            | Mark::Xfail(_)
            | Mark::Retry { .. }
            | Mark::Serial(_)
            | Mark::Exclusive
            | Mark::Isolate
            | Mark::StrictThreads
            | Mark::Timeout(_)
            | Mark::Free(_)
            | Mark::Parametrize(_)
            | Mark::Property(_)
            | Mark::Runtime(_)
            | Mark::Unread(_) => {}
        }
    }
    applied
}

/// The marks as seen from a module to whose outside `prefix` leads: `super::`, as often as needed.
pub(crate) fn seen_from(applied: &[Applied], prefix: &str) -> Vec<Applied> {
    let levels = prefix.matches("super::").count();
    (0..levels).fold(applied.to_vec(), |seen, _| seen_from_inside(&seen))
}

/// Whether a path looks the same from every module of the crate.
pub(crate) fn is_rooted(path: &str) -> bool {
    path.starts_with("crate::") || path.starts_with("::")
}

impl Marks {
    fn add(
        &mut self,
        name: MarkName,
        arguments: TokenStream,
        predicate: Option<String>,
        span: Span,
        config: &PackageConfig,
        diagnostics: &mut Diagnostics,
    ) {
        if predicate.is_some() && !name.may_be_conditional() {
            let message = format!("`#[{}]` cannot depend on `cfg`", name.word());
            diagnostics.error(span, message, "write the test twice, each with its `#[cfg]`");
            self.applied.push(Applied { predicate, mark: Mark::Unread(name), span });
            return;
        }
        let mark = Mark::parse(name, arguments, span, config).unwrap_or_else(|error| {
            diagnostics.mark(error);
            Mark::Unread(name)
        });
        let may_repeat = matches!(
            name,
            MarkName::SkipIf | MarkName::Serial | MarkName::Free | MarkName::Uses | MarkName::Parametrize
        );
        let is_same = |other: &Applied| other.mark.name() == name && other.predicate == predicate;
        if !may_repeat && self.applied.iter().any(is_same) {
            let message = format!("this test already has a `{}`", name.word());
            return diagnostics.error(span, message, "remove one of the two");
        }
        self.applied.push(Applied { predicate, mark, span });
    }

    /// Adds the marks of the group and of the modules; says what does not go together.
    pub(crate) fn inherit(&mut self, outer: &[Applied], name: &str, span: Span, diagnostics: &mut Diagnostics) {
        for applied in outer {
            // What the test says itself, without a condition, stands before what its surroundings say.
            self.applied.push(applied.clone());
        }
        let has = |name| self.applied.iter().any(|applied| applied.mark.name() == name);
        if has(MarkName::Xfail) && has(MarkName::Retry) {
            diagnostics.error(
                span,
                format!("the test `{name}` has both `#[xfail]` and `#[retry]`, which contradict each other"),
                "remove one of the two: a test that is expected to fail need not be tried again",
            );
        }
    }

    /// Whether the hosting function has to know the marks.
    pub(crate) fn are_hosted(&self) -> bool {
        // What a test has recorded fails it whether it panics or not, which libtest's `#[should_panic]` cannot say.
        !self.should_panic.is_empty()
            || self.applied.iter().any(|applied| match applied.mark {
                Mark::SkipIf(_)
                | Mark::Xfail(_)
                | Mark::Retry { .. }
                | Mark::Serial(_)
                | Mark::Exclusive
                | Mark::StrictThreads => true,
                Mark::Skip(_)
                | Mark::Isolate
                | Mark::Timeout(_)
                | Mark::Free(_)
                | Mark::Uses(_)
                | Mark::Parametrize(_)
                | Mark::Property(_)
                | Mark::Runtime(_)
                | Mark::Unread(_) => false,
            })
    }

    /// Whether `#[ignore]` or `#[should_panic]` of the hosting function are not those of the author's.
    pub(crate) fn change_the_host(&self) -> bool {
        self.are_hosted() || self.applied.iter().any(|applied| applied.mark.name() == MarkName::Skip)
    }

    /// Why libtest must not run the test: `#[skip]` and `#[xfail(run = false)]` first, then `#[ignore]`.
    fn reasons_to_ignore(&self) -> Vec<Conditional> {
        let of_mark = |applied: &Applied| {
            let text = match &applied.mark {
                Mark::Skip(reason) | Mark::Xfail(Xfail { reason, run: false, .. }) => reason.clone(),
                _ => return None,
            };
            Some(Conditional { predicate: applied.predicate.clone(), text: Some(text).filter(|text| !text.is_empty()) })
        };
        self.applied.iter().filter_map(of_mark).chain(self.ignore.iter().cloned()).collect()
    }

    /// The `#[ignore]` and `#[should_panic]` of a hosting function, as source text.
    pub(crate) fn libtest_attributes(&self) -> String {
        let mut text = String::new();
        let mut add = |predicate: &str, attribute: &str| {
            let written = match predicate {
                ALWAYS => write!(text, "#[{attribute}] "),
                predicate => write!(text, "#[cfg_attr({predicate}, {attribute})] "),
            };
            written.expect("writing to a String cannot fail");
        };
        let reasons = self.reasons_to_ignore();
        for (predicate, reason) in first_that_holds(reasons.iter().map(|it| (it.predicate.as_deref(), it))) {
            match &reason.text {
                None => add(&predicate, "ignore"),
                Some(reason) => add(&predicate, &format!("ignore = {reason:?}")),
            }
        }
        if !self.are_hosted() {
            for panic in &self.should_panic {
                let predicate = panic.predicate.as_deref().unwrap_or(ALWAYS);
                match &panic.text {
                    None => add(predicate, "should_panic"),
                    Some(expected) => add(predicate, &format!("should_panic(expected = {expected:?})")),
                }
            }
        }
        text
    }

    /// The `#[cfg]` attributes, as source text.
    pub(crate) fn cfg_attributes(&self) -> String {
        expand::concatenated(&self.conditions, |condition| format!("#[cfg({condition})] "))
    }

    /// All attributes of a hosting function that stands apart from the author's, as source text.
    pub(crate) fn host_attributes(&self) -> String {
        self.cfg_attributes() + &self.libtest_attributes()
    }
}

/// The predicate that always holds.
pub(crate) const ALWAYS: &str = "all()";

/// Of values under predicates, the first whose predicate holds is meant: each with a predicate that holds for it alone.
pub(crate) fn first_that_holds<'a, T>(values: impl IntoIterator<Item = (Option<&'a str>, T)>) -> Vec<(String, T)> {
    let mut earlier: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for (predicate, value) in values {
        let mut all = earlier.clone();
        all.extend(predicate.map(str::to_owned));
        let joined = match all.as_slice() {
            [] => ALWAYS.to_owned(),
            [one] => one.clone(),
            more => format!("all({})", more.join(", ")),
        };
        found.push((joined, value));
        match predicate {
            None => break,
            Some(predicate) => earlier.push(format!("not({predicate})")),
        }
    }
    found
}

/// Whether an attribute of the author's function belongs on the function that libtest sees.
pub(crate) fn is_hosted(kind: AttributeKind) -> bool {
    match kind {
        AttributeKind::ShouldPanic
        | AttributeKind::Ignore
        | AttributeKind::Condition
        | AttributeKind::ConditionalAttribute
        | AttributeKind::Passive => true,
        AttributeKind::Test
        | AttributeKind::OurTest
        | AttributeKind::Tests
        | AttributeKind::Fixture
        | AttributeKind::Mark(_)
        | AttributeKind::ForeignTest
        | AttributeKind::Other => false,
    }
}

/// Attributes without those that `is_unwanted`, also inside of `#[cfg_attr]`.
pub(crate) fn without(attributes: Vec<Attribute>, is_unwanted: impl Fn(AttributeKind) -> bool) -> Vec<Attribute> {
    let kept = attributes.into_iter().filter_map(|attribute| match attribute.kind() {
        AttributeKind::ConditionalAttribute => attribute.without_conditional(&is_unwanted),
        kind => (!is_unwanted(kind)).then_some(attribute),
    });
    kept.collect()
}

/// The attribute of fixtures, which other frameworks have as well.
pub(crate) const FIXTURE: &str = "fixture";

/// The words of marks that `use` declarations take from elsewhere: `use serial_test::serial;`.
pub(crate) fn foreign_words(tokens: &[TokenTree]) -> Vec<String> {
    let mut words: Vec<(String, bool)> = Vec::new();
    let mut has_glob = false;
    leaves(tokens.iter().cloned(), &mut words, &mut has_glob);
    let mut words = words.into_iter().skip_while(|(word, _)| word == "pub" || word == "use").peekable();
    match words.peek().map(|(root, _)| root.as_str()) {
        // What comes through a module of the author's may well be ours.
        None | Some("testkit" | "crate" | "super" | "self") => Vec::new(),
        Some("serial_test") if has_glob => vec![MarkName::Serial.word().to_owned()],
        Some("rstest") if has_glob => vec![FIXTURE.to_owned()],
        Some(_) => {
            let leaves = words.filter(|(word, is_leaf)| *is_leaf && (word == FIXTURE || MarkName::of(word).is_some()));
            leaves.map(|(word, _)| word).collect()
        }
    }
}

/// The words among tokens of a `use`, each with whether it ends a path.
fn leaves(tokens: impl IntoIterator<Item = TokenTree>, words: &mut Vec<(String, bool)>, has_glob: &mut bool) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push((word.to_string(), true)),
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                if let Some(last) = words.last_mut() {
                    last.1 = false;
                }
            }
            TokenTree::Punct(punct) => *has_glob |= punct.as_char() == '*',
            TokenTree::Group(group) => leaves(group.stream(), words, has_glob),
            TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_marks_of_others_by_their_imports() {
        #[track_caller]
        fn check(source: &str, want: &[&str]) {
            let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
            assert_eq!(foreign_words(&tokens), want, "{source}");
        }
        check("use serial_test::serial;", &["serial"]);
        check("use ::serial_test::{parallel, serial};", &["serial"]);
        check("use serial_test::*;", &["serial"]);
        check("use testkit::prelude::*;", &[]);
        check("use testkit::{serial, xfail};", &[]);
        check("use super::serial;", &[]);
        check("use retry::delay::Fixed;", &[]);
        check("use retry::{retry, delay};", &["retry"]);
        check("use std::collections::*;", &[]);
        check("use rstest::*;", &["fixture"]);
        check("use rstest::{fixture, rstest};", &["fixture"]);
    }

    #[test]
    fn takes_the_first_that_holds() {
        #[track_caller]
        fn check(values: &[Option<&str>], want: &[(&str, usize)]) {
            let got = first_that_holds(values.iter().enumerate().map(|(index, predicate)| (*predicate, index)));
            let want: Vec<_> = want.iter().map(|(predicate, index)| ((*predicate).to_owned(), *index)).collect();
            assert_eq!(got, want);
        }
        check(&[], &[]);
        check(&[None], &[(ALWAYS, 0)]);
        check(&[Some("x")], &[("x", 0)]);
        check(&[Some("x"), None, Some("y")], &[("x", 0), ("not(x)", 1)]);
        check(&[Some("x"), Some("y")], &[("x", 0), ("all(not(x), y)", 1)]);
    }
}
