//! The arguments of a function, read from tokens.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

use crate::assertion::written;
use crate::ast::Function;
use crate::diagnostic::Diagnostics;
use crate::lists;

/// `name: Type`
#[derive(Clone, Debug)]
pub(crate) struct Argument {
    /// Its name.
    pub(crate) name: Ident,
    /// `mut name`
    pub(crate) is_mutable: bool,
    /// Whether the type is a `&T`.
    pub(crate) is_reference: bool,
    /// The type.
    pub(crate) of_type: Vec<TokenTree>,
}

impl Argument {
    /// What it asks for: an underscore says that the value itself is not used.
    pub(crate) fn asks_for(&self) -> String {
        let name = self.name.to_string();
        match name.strip_prefix('_') {
            Some(rest) if rest.starts_with(char::is_alphabetic) => rest.to_owned(),
            Some(_) | None => name,
        }
    }

    /// The last word of the type's path, if it is one: `TmpPath` for `&testkit::TmpPath`.
    pub(crate) fn type_name(&self) -> Option<String> {
        let path =
            self.of_type.iter().take_while(|token| !matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<'));
        path.filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word.to_string()),
            _ => None,
        })
        .last()
    }

    /// The type, as text that tells it from others. One by one, tokens are printed without asking the compiler.
    pub(crate) fn type_text(&self) -> String {
        self.of_type.iter().fold(String::new(), |text, token| format!("{text} {token}"))
    }

    pub(crate) fn span(&self) -> Span {
        self.name.span()
    }
}

/// The arguments of `function`, which is called `of`, a receiver left out; `None` if one of them cannot be asked for.
pub(crate) fn arguments(function: &Function, of: &str, diagnostics: &mut Diagnostics) -> Option<Vec<Argument>> {
    let mut arguments = Vec::new();
    let mut are_sound = true;
    for (index, part) in function.argument_list().iter().enumerate() {
        let is_receiver = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "self");
        let before_type =
            part.iter().position(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':'));
        if index == 0 && part[..before_type.unwrap_or(part.len())].iter().any(is_receiver) {
            continue;
        }
        match argument(part, of) {
            Ok(argument) => arguments.push(argument),
            Err((span, message, hint)) => {
                diagnostics.error(span, message, hint);
                are_sound = false;
            }
        }
    }
    are_sound.then_some(arguments)
}

/// The place of a mistake, what it is, and what to write; `of` is the function.
type Problem = (Span, String, String);

fn argument(part: &[TokenTree], of: &str) -> Result<Argument, Problem> {
    let span = part.first().map_or_else(Span::call_site, TokenTree::span);
    let (is_mutable, rest) = match part {
        [TokenTree::Ident(word), rest @ ..] if word == "mut" => (true, rest),
        rest => (false, rest),
    };
    let (name, of_type) = match rest {
        [TokenTree::Ident(name), TokenTree::Punct(colon), of_type @ ..]
            if colon.as_char() == ':' && !of_type.is_empty() =>
        {
            (name, of_type)
        }
        _ => {
            let message = format!("an argument of `{of}` is a pattern, so there is no name to ask for");
            return Err((span, message, "write `name: Type`, and take the value apart in the body".to_owned()));
        }
    };
    if name == "_" {
        let message = format!("an argument of `{of}` has no name, so there is nothing to ask for");
        return Err((span, message, "write `_name: &Type` for a fixture whose value is not used".to_owned()));
    }
    if is_nameless(of_type) {
        let message = format!("the argument `{name}` of `{of}` has a type without a name");
        let at = of_type.first().map_or(span, TokenTree::span);
        return Err((at, message, "write the type of the value in the place of `impl …`".to_owned()));
    }
    let is_reference = matches!(&of_type[0], TokenTree::Punct(punct) if punct.as_char() == '&');
    if let Some(behind) = mutable_referent(of_type) {
        let own: TokenStream = behind.iter().cloned().collect();
        let message = format!("the argument `{name}` of `{of}` is a `&mut`, and others may see the same value");
        return Err((span, message, format!("ask for a value of its own: `mut {name}: {}`", written(&own))));
    }
    Ok(Argument { name: name.clone(), is_mutable, is_reference, of_type: of_type.to_vec() })
}

/// What is behind `&mut`, whose lifetime may be named.
fn mutable_referent(of_type: &[TokenTree]) -> Option<&[TokenTree]> {
    let is_mark = |token: &TokenTree, mark| matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark);
    let behind = match of_type {
        [and, tick, TokenTree::Ident(_), rest @ ..] if is_mark(and, '&') && is_mark(tick, '\'') => rest,
        [and, rest @ ..] if is_mark(and, '&') => rest,
        _ => return None,
    };
    match behind {
        [TokenTree::Ident(word), rest @ ..] if word == "mut" => Some(rest),
        _ => None,
    }
}

/// The type that a function returns, without the arrow; `None` for `()` by silence.
pub(crate) fn returned(output: &[TokenTree]) -> Option<&[TokenTree]> {
    match output {
        [TokenTree::Punct(dash), TokenTree::Punct(arrow), rest @ ..]
            if dash.as_char() == '-' && arrow.as_char() == '>' =>
        {
            Some(rest)
        }
        _ => None,
    }
}

/// The type of the value in a `Result<T, …>`.
pub(crate) fn value_of_result(of_type: &[TokenTree]) -> Option<Vec<TokenTree>> {
    let open = of_type.iter().position(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<'))?;
    let is_result = matches!(of_type[..open].last(), Some(TokenTree::Ident(word)) if word == "Result");
    let is_whole = matches!(of_type.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == '>');
    if !is_result || !is_whole {
        return None;
    }
    let inner: TokenStream = of_type[open + 1..of_type.len() - 1].iter().cloned().collect();
    lists::of_types(inner).into_iter().next()
}

/// Whether a type mentions `impl`, so that it has no name.
pub(crate) fn is_nameless(of_type: &[TokenTree]) -> bool {
    of_type.iter().any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => {
            group.delimiter() != Delimiter::Brace && is_nameless(&group.stream().into_iter().collect::<Vec<_>>())
        }
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::{self, ItemKind};

    fn function(arguments: &str) -> Function {
        let source: TokenStream = format!("fn test_a({arguments}) {{}}").parse().unwrap();
        match ast::scan(source).items.remove(0).kind {
            ItemKind::Function(function) => *function,
            other => panic!("no function: {other:?}"),
        }
    }

    #[test]
    fn reads_arguments() {
        #[track_caller]
        fn check(source: &str, want: Option<&[(&str, bool, Option<&str>)]>) {
            let mut diagnostics = Diagnostics::default();
            let got = arguments(&function(source), "test_a", &mut diagnostics);
            let got: Option<Vec<_>> =
                got.map(|all| all.iter().map(|it| (it.asks_for(), it.is_reference, it.type_name())).collect());
            let want = want.map(|all| {
                all.iter()
                    .map(|(name, is_reference, of_type)| {
                        ((*name).to_owned(), *is_reference, of_type.map(str::to_owned))
                    })
                    .collect::<Vec<_>>()
            });
            assert_eq!(got, want, "{source}");
            assert_eq!(diagnostics.is_empty(), want.is_some());
        }
        check("", Some(&[]));
        check("&self, db: &Db,", Some(&[("db", true, Some("Db"))]));
        check("self: &Self, mut db: Db", Some(&[("db", false, Some("Db"))]));
        check("a: HashMap<u8, u16>, _b: &a::B", Some(&[("a", false, Some("HashMap")), ("b", true, Some("B"))]));
        check("f: fn(u8) -> Vec<u8>, b: u8", Some(&[("f", false, Some("Vec")), ("b", false, Some("u8"))]));
        check("(a, b): (u8, u8)", None);
        check("a: &mut Db", None);
        check("a: &'a mut Db", None);
        check("_: &Db", None);
        check("a: &impl Clone", None);
        check("a: &'a Db", Some(&[("a", true, Some("Db"))]));
    }

    #[test]
    fn takes_results_apart() {
        #[track_caller]
        fn check(source: &str, want: Option<&str>) {
            let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
            let got = value_of_result(&tokens).map(|part| part.into_iter().collect::<TokenStream>().to_string());
            assert_eq!(got.as_deref(), want, "{source}");
        }
        check("Result<Db, Error>", Some("Db"));
        check("anyhow::Result<Vec<(u8, u8)>>", Some("Vec < (u8 , u8) >"));
        check("Option<Db>", None);
        check("Db", None);
    }
}
