//! A value in a list, which may have attributes and a name in front: `#[xfail("bug")] carry: (9, 1)`.
//!
//! Cases of `#[parametrize]` and parameters of a fixture are written alike. What the value is to be, and which attributes
//! there may be, each of the two knows for itself.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};
use testkit_protocol::case_id;

use crate::assertion;
use crate::attribute::Attribute;
use crate::marks::MarkError;

/// One part of such a list, taken apart.
pub(crate) struct Named<'a> {
    /// `#[xfail("…")]` in front of it.
    pub(crate) attributes: Vec<Attribute>,
    /// `carry: …`
    pub(crate) name: Option<Ident>,
    /// What is left.
    pub(crate) value: &'a [TokenTree],
}

impl<'a> Named<'a> {
    /// Takes a part apart; whatever its value is.
    pub(crate) fn of(part: &'a [TokenTree]) -> Self {
        let mut attributes = Vec::new();
        let mut value = part;
        while let [hash @ TokenTree::Punct(punct), TokenTree::Group(group), after @ ..] = value {
            if punct.as_char() != '#' || group.delimiter() != Delimiter::Bracket {
                break;
            }
            attributes.push(Attribute::new(hash.clone(), group.clone()));
            value = after;
        }
        let mut name = None;
        if let [TokenTree::Ident(word), colon, after @ ..] = value
            && is_colon(value.first(), colon)
            && word != "_"
        {
            name = Some(word.clone());
            value = after;
        }
        Self { attributes, name, value }
    }

    /// Checks that its name, if there is one, is a word with a value behind it.
    pub(crate) fn check(&self) -> Result<(), MarkError> {
        let error = |span, message, hint| Err(MarkError { span, message, hint: Some(hint) });
        match (&self.name, self.value) {
            (Some(name), []) => error(
                name.span(),
                format!("there is no value behind the name `{name}`"),
                format!("write `{name}: value`"),
            ),
            (_, [first, ..]) if self.begins_with_no_name() => {
                let message = "what stands before this `:` is no name".to_owned();
                error(first.span(), message, "a name is one word, without quotes: `name: value`".to_owned())
            }
            (Some(_) | None, _) => Ok(()),
        }
    }

    /// Whether the value is none, and has a `:` somewhere, as in `a b: 1` and `"one": 1`.
    fn begins_with_no_name(&self) -> bool {
        let has_colon = (1..self.value.len()).any(|index| is_colon(Some(&self.value[index - 1]), &self.value[index]));
        has_colon && !assertion::is_expression(&self.value.iter().cloned().collect::<TokenStream>())
    }
}

/// Whether `token`, behind `before`, is a `:` that is no half of a `::`.
fn is_colon(before: Option<&TokenTree>, token: &TokenTree) -> bool {
    let is_half = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == Spacing::Joint);
    let is_single = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':' && punct.spacing() == Spacing::Alone);
    is_single(token) && !before.is_some_and(is_half)
}

/// The id that a name gives.
pub(crate) fn id(name: &Ident) -> String {
    case_id::harmless(name.to_string().trim_start_matches("r#"))
}

/// Checks that no two `things` of a list have one name.
pub(crate) fn check_names<'a>(names: impl Iterator<Item = &'a Ident>, things: &str) -> Result<(), MarkError> {
    let mut seen: Vec<&Ident> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            let message = format!("two {things} have the name `{name}`");
            let hint = "give one of them another name, or none";
            return Err(MarkError { span: name.span(), message, hint: Some(hint.to_owned()) });
        }
        seen.push(name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_values_apart() {
        /// The number of attributes, the name and the value; or what is wrong with the name.
        #[track_caller]
        fn check(source: &str, want: Result<(usize, &str, &str), &str>) {
            let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
            let named = Named::of(&tokens);
            let name = named.name.as_ref().map(id).unwrap_or_default();
            let value = assertion::written(&named.value.iter().cloned().collect());
            let got = named.check().map(|()| (named.attributes.len(), name.as_str(), value.as_str()));
            assert_eq!(got.map_err(|error| error.message), want.map_err(str::to_owned), "{source}");
        }
        check("1", Ok((0, "", "1")));
        check("carry: 1", Ok((0, "carry", "1")));
        check("r#type: 1", Ok((0, "type", "1")));
        check("#[skip] #[xfail(\"x\")] carry: (1, 2)", Ok((2, "carry", "(1, 2)")));
        check("Kind::Pg", Ok((0, "", "Kind::Pg")));
        check("lite: Kind::Sqlite", Ok((0, "lite", "Kind::Sqlite")));
        check("|x: u8| x", Ok((0, "", "|x: u8| x")));
        check("Kind::A { x: 1 }", Ok((0, "", "Kind::A { x: 1 }")));
        check("if", Ok((0, "", "if")));
        check("carry:", Err("there is no value behind the name `carry`"));
        check("#[skip] carry:", Err("there is no value behind the name `carry`"));
        check("a b: 1", Err("what stands before this `:` is no name"));
        check("\"one\": 1", Err("what stands before this `:` is no name"));
        check("_: 1", Err("what stands before this `:` is no name"));
        check("a: b: 1", Err("what stands before this `:` is no name"));
        check("a::b: 1", Err("what stands before this `:` is no name"));
    }
}
