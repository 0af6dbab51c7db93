//! Turns `assert!` and its siblings in collected code into testkit's, token by token.
//!
//! An attribute cannot shadow a macro of the prelude with a `use`, so it prefixes the calls instead. A macro that the
//! code defines or imports itself keeps its meaning, and constant code keeps the standard library's macros, because
//! ours make a report at run time.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

/// The macros that are rewritten.
const NAMES: [&str; 3] = ["assert", "assert_eq", "assert_ne"];

/// Which of the macros are to be rewritten here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rewriter {
    active: [bool; 3],
}

impl Rewriter {
    /// Rewrites all of them.
    pub(crate) const fn new() -> Self {
        Self { active: [true; 3] }
    }

    /// Leaves `name` alone from now on, if it is one of them.
    pub(crate) fn leave(&mut self, name: &str) {
        if let Some(index) = NAMES.iter().position(|known| *known == name) {
            self.active[index] = false;
        }
    }

    /// Leaves alone what `use …;` imports.
    pub(crate) fn leave_imported(&mut self, tokens: impl IntoIterator<Item = TokenTree>) {
        for token in tokens {
            match token {
                TokenTree::Ident(name) => self.leave(&name.to_string()),
                TokenTree::Group(group) => self.leave_imported(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    /// The same group with its calls rewritten.
    pub(crate) fn group(self, group: Group) -> Group {
        match self.changed(group.stream()) {
            None => group,
            Some(stream) => {
                let mut changed = Group::new(group.delimiter(), stream);
                changed.set_span(group.span());
                changed
            }
        }
    }

    /// The rewritten tokens, or `None` if there is nothing to rewrite.
    fn changed(mut self, stream: TokenStream) -> Option<TokenStream> {
        if self.active == [false; 3] {
            return None;
        }
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let mut output: Option<Vec<TokenTree>> = None;
        let mut index = 0;
        while index < tokens.len() {
            let token = &tokens[index];
            let mut length = 1;
            match token {
                TokenTree::Group(group) => {
                    if let Some(stream) = self.changed(group.stream()) {
                        let mut changed = Group::new(group.delimiter(), stream);
                        changed.set_span(group.span());
                        let output = output.get_or_insert_with(|| tokens[..index].to_vec());
                        output.push(TokenTree::Group(changed));
                        index += 1;
                        continue;
                    }
                }
                TokenTree::Ident(word) => {
                    if self.is_call(word, &tokens, index) {
                        let output = output.get_or_insert_with(|| tokens[..index].to_vec());
                        push_path(output, word);
                    } else {
                        length = self.skipped(word, &tokens[index..]);
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            if let Some(output) = &mut output {
                output.extend_from_slice(&tokens[index..index + length]);
            }
            index += length;
        }
        output.map(|tokens| tokens.into_iter().collect())
    }

    fn is_call(self, word: &Ident, tokens: &[TokenTree], index: usize) -> bool {
        let Some(TokenTree::Punct(mark)) = tokens.get(index + 1) else {
            return false;
        };
        if mark.as_char() != '!' || !matches!(tokens.get(index + 2), Some(TokenTree::Group(_))) {
            return false;
        }
        let in_path = matches!(index.checked_sub(1).map(|before| &tokens[before]),
            Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), ':' | '$'));
        !in_path && NAMES.iter().zip(self.active).any(|(name, active)| active && word == name)
    }

    /// How many tokens from `word` on are to be kept as they are: more than one for constant code and macros.
    fn skipped(&mut self, word: &Ident, rest: &[TokenTree]) -> usize {
        let up_to = |ends: fn(&TokenTree) -> bool| rest.iter().position(ends).map_or(rest.len(), |last| last + 1);
        let is_brace =
            |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let is_semicolon = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
        match (word.to_string().as_str(), rest.get(1)) {
            ("const", Some(TokenTree::Group(_))) => 2,
            ("const", Some(TokenTree::Ident(next)))
                if ["fn", "unsafe", "extern", "async"].iter().any(|word| next == word) =>
            {
                up_to(is_brace)
            }
            // `*const T` is followed by no `=`; to skip it would skip code.
            ("const", Some(TokenTree::Ident(_))) if matches!(rest.get(2), Some(TokenTree::Punct(punct)) if punct.as_char() == ':') => {
                up_to(is_semicolon)
            }
            ("static", Some(TokenTree::Ident(_))) => up_to(is_semicolon),
            ("macro_rules", Some(TokenTree::Punct(_))) => up_to(|token| matches!(token, TokenTree::Group(_))),
            ("use", Some(_)) => {
                let length = up_to(is_semicolon);
                self.leave_imported(rest[..length].iter().cloned());
                length
            }
            _ => 1,
        }
    }
}

/// Appends `::testkit::`, so placed that messages and locations point at the author's `assert`.
fn push_path(tokens: &mut Vec<TokenTree>, word: &Ident) {
    let span = word.span();
    let colon = |spacing| {
        let mut punct = Punct::new(':', spacing);
        punct.set_span(span);
        TokenTree::Punct(punct)
    };
    tokens.extend([colon(Spacing::Joint), colon(Spacing::Alone)]);
    tokens.push(TokenTree::Ident(Ident::new("testkit", span)));
    tokens.extend([colon(Spacing::Joint), colon(Spacing::Alone)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_only_its_own_calls() {
        #[track_caller]
        fn check(source: &str, want: &str) {
            let source = format!("{{ {source} }}").parse::<TokenStream>().unwrap();
            let want = format!("{{ {want} }}").parse::<TokenStream>().unwrap();
            let got: TokenStream = source
                .into_iter()
                .map(|token| match token {
                    TokenTree::Group(group) => TokenTree::Group(Rewriter::new().group(group)),
                    other => other,
                })
                .collect();
            assert_eq!(got.to_string(), want.to_string());
        }
        check("assert!(a)", "::testkit::assert!(a)");
        check(
            "if x { assert_eq!(a, b); } assert_ne![c]",
            "if x { ::testkit::assert_eq!(a, b); } ::testkit::assert_ne![c]",
        );
        check(
            "std::assert!(a); debug_assert!(b); assert(c); x.assert != y",
            "std::assert!(a); debug_assert!(b); assert(c); x.assert != y",
        );
        check(
            "const { assert!(a) } const X: () = assert!(b); assert!(c)",
            "const { assert!(a) } const X: () = assert!(b); ::testkit::assert!(c)",
        );
        check(
            "const fn f() { assert!(a) } static Y: () = { assert!(b) };",
            "const fn f() { assert!(a) } static Y: () = { assert!(b) };",
        );
        check("let x: *const u8; assert!(a);", "let x: *const u8; ::testkit::assert!(a);");
        check("fn f<T>() { assert!(a) }", "fn f<T>() { ::testkit::assert!(a) }");
        check("macro_rules! m { () => { assert!(a) } } m!();", "macro_rules! m { () => { assert!(a) } } m!();");
        check(
            "use pretty_assertions::{assert_eq}; assert_eq!(a, b); assert!(c)",
            "use pretty_assertions::{assert_eq}; assert_eq!(a, b); ::testkit::assert!(c)",
        );
    }
}
