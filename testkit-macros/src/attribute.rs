//! Attributes: which are ours, which belong to libtest, which make a function somebody else's test.

use proc_macro2::{Delimiter, Group, Punct, Spacing, Span, TokenStream, TokenTree};

use crate::marks::MarkName;

/// Last path segments of the attributes that make a function a test of another framework, `test` itself apart.
///
/// Such a function is left wholly alone: it expands to its own `#[test]`, which is found like any other. This is the
/// only place that knows them.
const FOREIGN_TESTS: &[&str] = &[
    "bench",
    "case",
    "gtest",
    "matrix",
    "parameterized",
    "quickcheck",
    "rstest",
    "rstest_reuse",
    "sim_test",
    "test_case",
    "test_log",
    "test_matrix",
    "test_resources",
    "test_strategy",
    "traced_test",
    "wasm_bindgen_test",
];

/// Crates whose `test` attribute does not take the function over: the standard library's, and ours.
const OWN_TEST_CRATES: &[&str] = &["core", "std", "testkit"];

/// `#[…]` on an item.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    hash: TokenTree,
    group: Group,
    /// Path segments joined by `::`, without a leading `::`.
    pub(crate) path: String,
    /// What follows the path: `(…)`, `= …` or nothing.
    pub(crate) arguments: Vec<TokenTree>,
    /// Its name was imported from elsewhere, so it is no mark of ours.
    is_foreign: bool,
}

/// What an attribute is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttributeKind {
    /// `#[test]`, `#[core::prelude::v1::test]`.
    Test,
    /// `#[testkit::test]`
    OurTest,
    /// `#[testkit::tests]`
    Tests,
    /// `#[testkit::fixture]`
    Fixture,
    /// `#[testkit::skip]`, `#[testkit::timeout("…")]` and their like.
    Mark(MarkName),
    /// `#[should_panic]`
    ShouldPanic,
    /// `#[ignore]`
    Ignore,
    /// `#[cfg(…)]`
    Condition,
    /// `#[cfg_attr(…, …)]`
    ConditionalAttribute,
    /// Docs and lint levels.
    Passive,
    /// An attribute of [`FOREIGN_TESTS`], or another crate's `test`.
    ForeignTest,
    /// Any other.
    Other,
}

impl Attribute {
    /// Reads the path of `#` `[…]`.
    pub(crate) fn new(hash: TokenTree, group: Group) -> Self {
        let mut path = String::new();
        let mut arguments = Vec::new();
        let mut tokens = group.stream().into_iter().peekable();
        while let Some(token) = tokens.peek() {
            match token {
                TokenTree::Ident(word) => {
                    if !path.is_empty() && !path.ends_with(':') {
                        break;
                    }
                    path.push_str(&word.to_string());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    if !path.is_empty() {
                        path.push(':');
                    }
                }
                TokenTree::Punct(_) | TokenTree::Group(_) | TokenTree::Literal(_) => break,
            }
            tokens.next();
        }
        // `#[unsafe(no_mangle)]`
        arguments.extend(tokens);
        Self { hash, group, path, arguments, is_foreign: false }
    }

    /// What it is to us.
    pub(crate) fn kind(&self) -> AttributeKind {
        let (prefix, last) = self.path.rsplit_once("::").unwrap_or(("", &self.path));
        let first = prefix.split("::").next().unwrap_or_default();
        match last {
            "test" if prefix.is_empty() => AttributeKind::Test,
            "test" if first == "testkit" => AttributeKind::OurTest,
            "test" if OWN_TEST_CRATES.contains(&first) => AttributeKind::Test,
            "test" => AttributeKind::ForeignTest,
            "tests" if prefix.is_empty() || first == "testkit" => AttributeKind::Tests,
            "fixture" if first == "testkit" || prefix.is_empty() && !self.is_foreign => AttributeKind::Fixture,
            "should_panic" => AttributeKind::ShouldPanic,
            "ignore" => AttributeKind::Ignore,
            "cfg" => AttributeKind::Condition,
            "cfg_attr" => AttributeKind::ConditionalAttribute,
            "doc" | "allow" | "warn" | "deny" | "forbid" | "expect" => AttributeKind::Passive,
            _ if FOREIGN_TESTS.contains(&last) => AttributeKind::ForeignTest,
            // rstest has a `timeout` of its own, but only beside `#[rstest]`, which is foreign as a whole.
            _ => match MarkName::of(last) {
                Some(name) if first == "testkit" || prefix.is_empty() && !self.is_of_others(name) => {
                    AttributeKind::Mark(name)
                }
                Some(_) | None => AttributeKind::Other,
            },
        }
    }

    /// Whether the mark, written without a path, is another crate's.
    fn is_of_others(&self, name: MarkName) -> bool {
        // `serial_test` writes its keys as bare words; where the name is ours after all, our macro itself says what to write.
        let is_bare_word = || {
            let arguments = self.parenthesized().into_iter().flatten().next();
            matches!(arguments, Some(TokenTree::Ident(_)))
        };
        self.is_foreign || name == MarkName::Serial && is_bare_word()
    }

    /// Says that it is not ours if its name is one of `names`.
    pub(crate) fn disown(&mut self, names: &[String]) {
        self.is_foreign |= names.contains(&self.path);
    }

    /// Whether something other than parentheses follows its path.
    pub(crate) fn has_odd_arguments(&self) -> bool {
        !self.arguments.is_empty() && self.parenthesized().is_none()
    }

    /// `#[cfg_attr(…)]` without the attributes in it that `is_unwanted`; `None` if no other is left.
    pub(crate) fn without_conditional(self, is_unwanted: impl Fn(AttributeKind) -> bool) -> Option<Self> {
        let Some(stream) = self.parenthesized() else { return Some(self) };
        let mut parts = split_at_commas(stream).into_iter();
        let mut kept: Vec<TokenTree> = parts.next().unwrap_or_default();
        let (mut is_changed, mut is_empty) = (false, true);
        for part in parts.filter(|part| !part.is_empty()) {
            let group = Group::new(Delimiter::Bracket, part.iter().cloned().collect());
            let inner = Self { is_foreign: self.is_foreign, ..Self::new(self.hash.clone(), group) };
            if is_unwanted(inner.kind()) {
                is_changed = true;
            } else {
                is_empty = false;
                kept.push(TokenTree::Punct(Punct::new(',', Spacing::Alone)));
                kept.extend(part);
            }
        }
        if !is_changed {
            return Some(self);
        }
        if is_empty {
            return None;
        }
        let mut tokens: Vec<TokenTree> = self.group.stream().into_iter().take(1).collect();
        tokens.push(TokenTree::Group(Group::new(Delimiter::Parenthesis, kept.into_iter().collect())));
        let mut group = Group::new(Delimiter::Bracket, tokens.into_iter().collect());
        group.set_span(self.group.span());
        Some(Self::new(self.hash, group))
    }

    /// `#[fixture]` as `#[::testkit::fixture]`, which needs no import; any other attribute as it is.
    pub(crate) fn with_path_of_fixture(self) -> Self {
        if self.kind() != AttributeKind::Fixture || self.path.contains("::") {
            return self;
        }
        let word: Vec<TokenTree> = self.group.stream().into_iter().take(1).collect();
        let span = word.first().map_or_else(Span::call_site, TokenTree::span);
        let mut tokens: Vec<TokenTree> = Vec::new();
        let colons = || {
            [Spacing::Joint, Spacing::Alone].map(|spacing| {
                let mut colon = Punct::new(':', spacing);
                colon.set_span(span);
                TokenTree::Punct(colon)
            })
        };
        tokens.extend(colons());
        tokens.push(TokenTree::Ident(proc_macro2::Ident::new("testkit", span)));
        tokens.extend(colons());
        tokens.extend(word);
        tokens.extend(self.arguments.iter().cloned());
        let mut group = Group::new(Delimiter::Bracket, tokens.into_iter().collect());
        group.set_span(self.group.span());
        Self::new(self.hash, group)
    }

    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        self.group.span()
    }

    /// The first line of it, from 1.
    pub(crate) fn line(&self) -> usize {
        self.hash.span().start().line
    }

    /// The attribute as it came.
    pub(crate) fn into_tokens(self) -> [TokenTree; 2] {
        [self.hash, TokenTree::Group(self.group)]
    }

    /// The tokens inside `(…)`, if that is what follows the path.
    pub(crate) fn parenthesized(&self) -> Option<TokenStream> {
        match self.arguments.as_slice() {
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
            _ => None,
        }
    }

    /// The text after `=`, or in `(expected = …)`, or alone in `(…)`: whatever holds a string literal last.
    pub(crate) fn string(&self) -> Option<String> {
        string_of(&self.arguments)
    }

    /// Splits `#[cfg_attr(predicate, attribute, …)]`; `None` if it is malformed, which rustc reports.
    pub(crate) fn conditional(&self) -> Option<(String, Vec<Attribute>)> {
        let mut parts = split_at_commas(self.parenthesized()?).into_iter();
        let predicate = parts.next()?.into_iter().collect::<TokenStream>().to_string();
        let inner = parts.filter(|part| !part.is_empty()).map(|part| {
            let group = Group::new(Delimiter::Bracket, part.into_iter().collect());
            Attribute::new(self.hash.clone(), group)
        });
        Some((predicate, inner.collect()))
    }

    /// The predicate of `#[cfg(predicate)]`, as source text.
    pub(crate) fn condition(&self) -> Option<String> {
        self.parenthesized().map(|tokens| tokens.to_string())
    }
}

/// The tokens between commas outside of groups.
pub(crate) fn split_at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => parts.push(Vec::new()),
            _ => {
                if let Some(part) = parts.last_mut() {
                    part.push(token);
                }
            }
        }
    }
    parts
}

fn string_of(tokens: &[TokenTree]) -> Option<String> {
    match tokens.last()? {
        TokenTree::Literal(literal) => string_value(&literal.to_string()),
        TokenTree::Group(group) => string_of(&group.stream().into_iter().collect::<Vec<_>>()),
        TokenTree::Ident(_) | TokenTree::Punct(_) => None,
    }
}

/// The value of a string literal from its source text; `None` for other literals.
pub(crate) fn string_value(source: &str) -> Option<String> {
    let source = source.trim();
    if let Some(raw) = source.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw[hashes..].strip_prefix('"')?;
        return inner.strip_suffix(&raw[..hashes])?.strip_suffix('"').map(str::to_owned);
    }
    unescaped(source.strip_prefix('"')?.strip_suffix('"')?)
}

/// The text that the inside of a string literal stands for.
///
/// Source: the Rust reference, <https://doc.rust-lang.org/reference/tokens.html#string-literals>.
fn unescaped(inner: &str) -> Option<String> {
    let mut value = String::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\\' {
            value.push(character);
            continue;
        }
        match characters.next()? {
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            '0' => value.push('\0'),
            quoted @ ('\\' | '\'' | '"') => value.push(quoted),
            'x' => {
                let digits: String = characters.by_ref().take(2).collect();
                value.push(char::from(u8::from_str_radix(&digits, 16).ok()?));
            }
            'u' => {
                let digits: String = characters.by_ref().skip(1).take_while(|digit| *digit != '}').collect();
                value.push(char::from_u32(u32::from_str_radix(&digits.replace('_', ""), 16).ok()?)?);
            }
            // A line that goes on: white space up to the next word is left out.
            '\n' => while characters.next_if(|next| next.is_whitespace()).is_some() {},
            _ => return None,
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast;

    fn attribute(source: &str) -> Attribute {
        let mut items = ast::scan(format!("{source}\nfn a() {{}}").parse().unwrap());
        items.items.remove(0).attributes.remove(0)
    }

    #[test]
    fn knows_whose_attribute_it_is() {
        #[track_caller]
        fn check(source: &str, want: AttributeKind) {
            assert_eq!(attribute(source).kind(), want, "attribute: {source}");
        }
        check("#[test]", AttributeKind::Test);
        check("#[core::prelude::v1::test]", AttributeKind::Test);
        check("#[::std::prelude::v1::test]", AttributeKind::Test);
        check("#[testkit::test(timeout = \"1s\")]", AttributeKind::OurTest);
        check("#[::testkit::tests]", AttributeKind::Tests);
        check("#[tokio::test(flavor = \"multi_thread\")]", AttributeKind::ForeignTest);
        check("#[rstest]", AttributeKind::ForeignTest);
        check("#[rstest::rstest]", AttributeKind::ForeignTest);
        check("#[timeout(\"1s\")]", AttributeKind::Mark(MarkName::Timeout));
        check("#[testkit::prelude::skip]", AttributeKind::Mark(MarkName::Skip));
        check("#[serial_test::serial]", AttributeKind::Other);
        check("#[should_panic(expected = \"x\")]", AttributeKind::ShouldPanic);
        check("#[ignore = \"x\"]", AttributeKind::Ignore);
        check("#[cfg_attr(x, ignore)]", AttributeKind::ConditionalAttribute);
        check("/// docs", AttributeKind::Passive);
        check("#[serial]", AttributeKind::Mark(MarkName::Serial));
        check("#[serial(\"db\")]", AttributeKind::Mark(MarkName::Serial));
        check("#[serial(db)]", AttributeKind::Other);
        check("#[unsafe(no_mangle)]", AttributeKind::Other);
    }

    #[test]
    fn reads_the_string() {
        #[track_caller]
        fn check(source: &str, want: Option<&str>) {
            assert_eq!(attribute(source).string().as_deref(), want, "attribute: {source}");
        }
        check("#[ignore]", None);
        check("#[ignore = \"a\\\"b\"]", Some("a\"b"));
        check("#[should_panic(expected = r#\"x\"#)]", Some("x"));
        check("#[timeout(\"5s\")]", Some("5s"));
        check("#[timeout(5)]", None);
    }

    #[test]
    fn takes_unwanted_attributes_out_of_conditions() {
        #[track_caller]
        fn check(source: &str, want: Option<&str>) {
            let is_unwanted = |kind| matches!(kind, AttributeKind::Mark(_) | AttributeKind::Ignore);
            let left = attribute(source).without_conditional(is_unwanted).map(|left| left.group.to_string());
            let plain = |text: &str| text.replace(' ', "");
            assert_eq!(left.as_deref().map(plain).as_deref(), want, "{source}");
        }
        check("#[cfg_attr(all(a, b), ignore = \"x\", allow(c), skip(\"y\"))]", Some("[cfg_attr(all(a,b),allow(c))]"));
        check("#[cfg_attr(a, ignore)]", None);
        check("#[cfg_attr(a, allow(b), c)]", Some("[cfg_attr(a,allow(b),c)]"));
    }

    #[test]
    fn splits_conditional_attributes() {
        let (predicate, inner) =
            attribute("#[cfg_attr(all(a, b), ignore = \"x\", should_panic)]").conditional().unwrap();
        assert_eq!(predicate, "all (a , b)");
        assert_eq!(
            inner.iter().map(Attribute::kind).collect::<Vec<_>>(),
            [AttributeKind::Ignore, AttributeKind::ShouldPanic]
        );
        assert_eq!(inner[0].string().as_deref(), Some("x"));
    }
}
