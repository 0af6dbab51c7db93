//! What a `use` brings in.

use proc_macro2::TokenTree;

use crate::attribute::split_at_commas;

/// One name, or all names of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// Segments of the path, a leading `::` left out.
    pub(crate) path: Vec<String>,
    /// The name under which it is brought in; `None` for `*`.
    pub(crate) name: Option<String>,
}

/// The imports of the tokens of a `use` item.
pub(crate) fn imports(tokens: &[TokenTree]) -> Vec<Import> {
    let is_use = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "use");
    let is_end = |token: &&TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
    let begin = tokens.iter().position(is_use).map_or(0, |index| index + 1);
    let tree: Vec<TokenTree> = tokens[begin..].iter().take_while(|token| !is_end(token)).cloned().collect();
    let mut found = Vec::new();
    add(&tree, &[], &mut found);
    found
}

/// Adds the imports of one tree, whose paths begin with `before`.
fn add(tree: &[TokenTree], before: &[String], found: &mut Vec<Import>) {
    let mut path = before.to_vec();
    let mut rest = tree;
    loop {
        match rest {
            [TokenTree::Punct(colon), after @ ..] if colon.as_char() == ':' => rest = after,
            [TokenTree::Punct(star), ..] if star.as_char() == '*' => {
                found.push(Import { path, name: None });
                return;
            }
            [TokenTree::Group(group), ..] => {
                for part in split_at_commas(group.stream()) {
                    add(&part, &path, found);
                }
                return;
            }
            [TokenTree::Ident(word), TokenTree::Ident(name), ..] if word == "as" => {
                found.push(Import { path, name: Some(name.to_string()) });
                return;
            }
            [TokenTree::Ident(word), after @ ..] => {
                let word = word.to_string();
                // `a::{self}` brings in `a`.
                if word != "self" || path.is_empty() {
                    path.push(word);
                }
                rest = after;
            }
            _ => break,
        }
    }
    if path.len() > before.len() || !tree.is_empty() {
        let name = path.last().cloned();
        found.push(Import { path, name });
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    use super::*;

    #[test]
    fn takes_trees_apart() {
        #[track_caller]
        fn check(source: &str, want: &[(&str, Option<&str>)]) {
            let stream: TokenStream = source.parse().unwrap();
            let got = imports(&stream.into_iter().collect::<Vec<_>>());
            let got: Vec<_> = got.iter().map(|it| (it.path.join("::"), it.name.as_deref())).collect();
            let want: Vec<_> = want.iter().map(|(path, name)| ((*path).to_owned(), *name)).collect();
            assert_eq!(got, want, "{source}");
        }
        check("use super::*;", &[("super", None)]);
        check("use a::b;", &[("a::b", Some("b"))]);
        check("use ::a::b as c;", &[("a::b", Some("c"))]);
        check("pub(crate) use a;", &[("a", Some("a"))]);
        check("use a as _;", &[("a", Some("_"))]);
        check(
            "use a::{self, b::{c, d as e}, f::*,};",
            &[("a", Some("a")), ("a::b::c", Some("c")), ("a::b::d", Some("e")), ("a::f", None)],
        );
        check("use {a::b, self::c};", &[("a::b", Some("b")), ("self::c", Some("c"))]);
        check("use self::a::{};", &[]);
    }
}
