//! Lists, taken apart at their commas.
//!
//! Tokens do not say which `<` begins the arguments of a type and which compares, nor which `|` begins those of a closure.
//! In a list of types every `<` is of the first kind; in one of expressions, what stands before it tells.

use proc_macro2::{Spacing, TokenStream, TokenTree};

/// The parts of `name: Type, name: Type`, or of the inside of `<…>`. Empty parts are left out.
pub(crate) fn of_types(stream: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut depth = 0_i32;
    split(stream, |before, token| {
        depth += angle_step(before, token);
        depth > 0
    })
}

/// The parts of a list of expressions, each of which may have a name or attributes in front. Empty parts are left out.
pub(crate) fn of_expressions(stream: TokenStream) -> Vec<Vec<TokenTree>> {
    let (mut depth, mut is_in_closure) = (0_i32, false);
    split(stream, |before, token| {
        let TokenTree::Punct(punct) = token else { return depth > 0 || is_in_closure };
        match punct.as_char() {
            '<' if depth > 0 || begins_types(before) => depth += 1,
            '>' => depth = (depth + angle_step(before, token)).max(0),
            '|' if is_in_closure => is_in_closure = false,
            '|' => is_in_closure = begins_expression(before),
            _ => {}
        }
        depth > 0 || is_in_closure
    })
}

/// Splits at the commas that are not inside of something; `is_inside` is told each token, with the one before it.
fn split(
    stream: TokenStream,
    mut is_inside: impl FnMut(Option<&TokenTree>, &TokenTree) -> bool,
) -> Vec<Vec<TokenTree>> {
    let mut parts: Vec<Vec<TokenTree>> = vec![Vec::new()];
    for token in stream {
        let Some(part) = parts.last_mut() else { break };
        let goes_on = is_inside(part.last(), &token);
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == ',' && !goes_on => parts.push(Vec::new()),
            _ => part.push(token),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// How a token changes the depth of `<…>`: the `>` of `->` and `=>` does not.
pub(crate) fn angle_step(previous: Option<&TokenTree>, token: &TokenTree) -> i32 {
    let TokenTree::Punct(punct) = token else { return 0 };
    match punct.as_char() {
        '<' => 1,
        '>' => match previous {
            Some(TokenTree::Punct(before))
                if matches!(before.as_char(), '-' | '=') && before.spacing() == proc_macro2::Spacing::Joint =>
            {
                0
            }
            Some(_) | None => -1,
        },
        _ => 0,
    }
}

/// Whether a `<` behind this token begins the arguments of a type: `Vec<`, `f::<`, or `<T as Trait>::`.
fn begins_types(before: Option<&TokenTree>) -> bool {
    match before {
        Some(TokenTree::Ident(word)) => {
            let word = word.to_string();
            let is_type = word.starts_with(char::is_uppercase);
            // `MAX < 3`
            is_type && (word.chars().count() == 1 || word.contains(char::is_lowercase))
        }
        Some(TokenTree::Punct(punct)) => !matches!(punct.as_char(), '<' | '?' | '>'),
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => false,
        None => true,
    }
}

/// Whether a `|` behind this token begins a closure.
fn begins_expression(before: Option<&TokenTree>) -> bool {
    match before {
        Some(TokenTree::Ident(word)) => ["async", "move", "return", "static", "const"].iter().any(|it| word == it),
        Some(TokenTree::Punct(punct)) => match punct.as_char() {
            '?' | '>' => false,
            // The second one of `a || b`.
            '|' => punct.spacing() != Spacing::Joint,
            _ => true,
        },
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => false,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: fn(TokenStream) -> Vec<Vec<TokenTree>>, source: &str, want: &[&str]) {
        let plain = |text: &str| text.replace(' ', "");
        let got = of(source.parse().unwrap());
        let got: Vec<_> = got.into_iter().map(|part| part.into_iter().collect::<TokenStream>().to_string()).collect();
        assert_eq!(
            got.iter().map(|part| plain(part)).collect::<Vec<_>>(),
            want.iter().map(|part| plain(part)).collect::<Vec<_>>(),
            "{source}"
        );
    }

    #[test]
    fn splits_types() {
        check(of_types, "", &[]);
        check(of_types, "a: u8, b: &str,", &["a: u8", "b: &str"]);
        check(of_types, "a: map<u8, u16>, b: (u8, u8)", &["a: map<u8, u16>", "b: (u8, u8)"]);
        check(of_types, "f: fn(u8, u8) -> Vec<u8>, b: u8", &["f: fn(u8, u8) -> Vec<u8>", "b: u8"]);
    }

    #[test]
    fn splits_expressions() {
        check(of_expressions, "1, [2, 3], (4, 5),", &["1", "[2, 3]", "(4, 5)"]);
        check(of_expressions, "f::<u8, u16>(), 1", &["f::<u8, u16>()", "1"]);
        check(of_expressions, "<A<u8, u8> as B>::c(), 1", &["<A<u8, u8> as B>::c()", "1"]);
        check(of_expressions, "a as Map<u8, u8>, 1", &["a as Map<u8, u8>", "1"]);
        check(of_expressions, "1 < 2, x > 3, MAX < 4, a() <= 5", &["1 < 2", "x > 3", "MAX < 4", "a() <= 5"]);
        check(of_expressions, "1 << 2, 3 >> 1", &["1 << 2", "3 >> 1"]);
        check(of_expressions, "|a, b| a + b, || 1, move |a, b| a", &["|a, b| a + b", "|| 1", "move |a, b| a"]);
        check(of_expressions, "a | b, c || d, 1", &["a | b", "c || d", "1"]);
        check(of_expressions, "|x: Vec<(u8, u8)>| x, 2", &["|x: Vec<(u8, u8)>| x", "2"]);
        check(of_expressions, "carry: |a, b| a, #[xfail(\"x\")] n: 3", &["carry: |a, b| a", "#[xfail(\"x\")] n: 3"]);
        check(of_expressions, "teardown = |a, b| (), autouse", &["teardown = |a, b| ()", "autouse"]);
    }
}
