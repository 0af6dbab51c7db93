//! `#[parametrize(…)]`: names of arguments, and the cases or the source that gives their values.

use std::fmt;

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use testkit_protocol::spelling::nearest;

use super::FixturePath;
use super::named::{self, Named};
use crate::assertion;
use crate::attribute::{Attribute, string_value};
use crate::lists;
use crate::marks::MarkError;

/// One `#[parametrize]`.
#[derive(Clone)]
pub(crate) struct Parametrize {
    /// The arguments that it gives values to.
    pub(crate) names: Vec<Target>,
    /// Where the values come from.
    pub(crate) values: Values,
    /// Its source text, to tell one from another.
    source: String,
}

/// An argument of the test, or of a fixture that it asks for.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `user` in `user.name`.
    pub(crate) fixture: Option<Ident>,
    pub(crate) name: Ident,
    /// How that fixture is named in code, once it has been looked for.
    pub(crate) path: Option<FixturePath>,
}

impl Target {
    /// As it is written.
    pub(crate) fn text(&self) -> String {
        match &self.fixture {
            Some(fixture) => format!("{fixture}.{}", self.name),
            None => self.name.to_string(),
        }
    }
}

/// Where values come from.
#[derive(Clone)]
pub(crate) enum Values {
    /// Cases that are written out, at least one.
    Literal(Vec<LiteralCase>),
    /// What is known at run time only.
    Rows(Source),
}

/// Rows that are known at run time.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) kind: SourceKind,
    /// `id = "{a}-{b}"`, as a literal.
    pub(crate) id: Option<TokenTree>,
    /// `allow_empty`
    pub(crate) may_be_empty: bool,
}

/// The kinds of source.
#[derive(Clone, Debug)]
pub(crate) enum SourceKind {
    /// `from = expression`
    Expression(TokenStream),
    /// `files = "tests/data/*.txt"`
    Files(TokenTree),
    /// `csv = "…"`, `json = "…"`, `toml = "…"`: the word and the path.
    Table(Ident, TokenTree),
}

/// A case that is written out.
#[derive(Clone)]
pub(crate) struct LiteralCase {
    /// `carry: (…)`
    pub(crate) name: Option<Ident>,
    /// `#[xfail("…")]` in front of it.
    pub(crate) attributes: Vec<Attribute>,
    /// An expression for each name.
    pub(crate) values: Vec<TokenStream>,
}

impl PartialEq for Parametrize {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Parametrize {}

impl fmt::Debug for Parametrize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Parametrize").field(&self.source).finish()
    }
}

const OPTIONS: &[&str] = &["from", "files", "csv", "json", "toml", "id", "allow_empty"];
const FORM: &str = "write `#[parametrize((a, b), [(1, 2), (3, 4)])]`, or `from = rows()` in the place of the list";

/// A mistake in the form of the whole.
fn problem(span: Span, message: impl Into<String>) -> MarkError {
    hinted(span, message, FORM)
}

fn hinted(span: Span, message: impl Into<String>, hint: impl Into<String>) -> MarkError {
    MarkError { span, message: message.into(), hint: Some(hint.into()) }
}

impl Parametrize {
    /// Reads the arguments of an attribute that stands at `span`.
    pub(crate) fn parse(arguments: TokenStream, span: Span) -> Result<Self, MarkError> {
        let source = arguments.to_string();
        let parts = lists::of_expressions(arguments);
        let Some((first, rest)) = parts.split_first() else {
            return Err(problem(span, "`#[parametrize]` names no arguments"));
        };
        let names = names(first)?;
        for (index, name) in names.iter().enumerate() {
            if names[..index].iter().any(|other| other.text() == name.text()) {
                let message = format!("`{}` is named twice", name.text());
                return Err(hinted(name.name.span(), message, "remove one of the two"));
            }
        }
        let values = match rest {
            [] => return Err(problem(span, "`#[parametrize]` has no values")),
            [list] if matches!(list.as_slice(), [TokenTree::Group(group)] if group.delimiter() == Delimiter::Bracket) =>
            {
                let [TokenTree::Group(group)] = list.as_slice() else { unreachable!("matched above") };
                let cases = lists::of_expressions(group.stream());
                if cases.is_empty() {
                    return Err(problem(group.span(), "`#[parametrize]` has no cases, so nothing would be tested"));
                }
                let cases: Vec<_> = cases.iter().map(|part| case(part, &names)).collect::<Result<_, _>>()?;
                named::check_names(cases.iter().filter_map(|case| case.name.as_ref()), "cases")?;
                Values::Literal(cases)
            }
            [list, option, ..] if matches!(list.as_slice(), [TokenTree::Group(_)]) => {
                let span = option.first().map_or(span, TokenTree::span);
                let hint = "a case has its name in front: `[carry: (9, 1), …]`";
                return Err(hinted(span, "options are for cases that only run time knows", hint));
            }
            options => Values::Rows(rows(options, span)?),
        };
        Ok(Self { names, values, source })
    }
}

fn names(part: &[TokenTree]) -> Result<Vec<Target>, MarkError> {
    if let [TokenTree::Group(group)] = part
        && group.delimiter() == Delimiter::Parenthesis
    {
        let names = lists::of_expressions(group.stream());
        if names.is_empty() {
            return Err(problem(group.span(), "`#[parametrize]` names no arguments"));
        }
        return names.iter().map(|name| target(name)).collect();
    }
    Ok(vec![target(part)?])
}

fn target(part: &[TokenTree]) -> Result<Target, MarkError> {
    match part {
        [TokenTree::Ident(name)] => Ok(Target { fixture: None, name: name.clone(), path: None }),
        [TokenTree::Ident(fixture), TokenTree::Punct(dot), TokenTree::Ident(name)] if dot.as_char() == '.' => {
            Ok(Target { fixture: Some(fixture.clone()), name: name.clone(), path: None })
        }
        other => {
            let span = other.first().map_or_else(Span::call_site, TokenTree::span);
            Err(problem(span, "`#[parametrize]` begins with the names of arguments, and this is none"))
        }
    }
}

fn case(part: &[TokenTree], names: &[Target]) -> Result<LiteralCase, MarkError> {
    let named = Named::of(part);
    named.check()?;
    let Named { attributes, name, value: rest } = named;
    let span = rest.first().or(part.first()).map_or_else(Span::call_site, TokenTree::span);
    let values: Vec<TokenStream> = match (names, rest) {
        ([_], _) => vec![rest.iter().cloned().collect()],
        (_, [TokenTree::Group(group)]) if group.delimiter() == Delimiter::Parenthesis => {
            lists::of_expressions(group.stream()).into_iter().map(|value| value.into_iter().collect()).collect()
        }
        (names, _) => {
            return Err(problem(span, format!("a case for {} arguments is written in parentheses", names.len())));
        }
    };
    if values.len() != names.len() {
        let list: Vec<String> = names.iter().map(|name| format!("`{}`", name.text())).collect();
        let message = format!(
            "this case has {} {}, and there are {} names: {}",
            values.len(),
            if values.len() == 1 { "value" } else { "values" },
            names.len(),
            list.join(", ")
        );
        return Err(hinted(span, message, "write one value for each name, in their order"));
    }
    if let Some(value) = values.iter().find(|value| !assertion::is_expression(value)) {
        let span = value.clone().into_iter().next().map_or(span, |token| token.span());
        return Err(hinted(span, "this value is no expression", "write a value for each name, such as `(1, \"one\")`"));
    }
    Ok(LiteralCase { name, attributes, values })
}

fn rows(options: &[Vec<TokenTree>], span: Span) -> Result<Source, MarkError> {
    let (mut kind, mut id, mut may_be_empty) = (None, None, false);
    for option in options {
        let Some(TokenTree::Ident(word)) = option.first() else {
            let span = option.first().map_or(span, TokenTree::span);
            return Err(problem(span, "after the names `#[parametrize]` has a list of cases in brackets, or options"));
        };
        let name = word.to_string();
        let value = match option.get(1) {
            Some(TokenTree::Punct(equals)) if equals.as_char() == '=' => &option[2..],
            Some(_) | None => &[],
        };
        let text = || match value {
            [literal @ TokenTree::Literal(it)] if string_value(&it.to_string()).is_some() => Ok(literal.clone()),
            _ => Err(hinted(word.span(), format!("`{name}` is a string"), format!("write `{name} = \"…\"`"))),
        };
        let new = match name.as_str() {
            "from" if value.is_empty() => {
                return Err(hinted(word.span(), "`from` is an expression that gives rows", "write `from = rows()`"));
            }
            "from" => SourceKind::Expression(value.iter().cloned().collect()),
            "files" => SourceKind::Files(text()?),
            "csv" | "json" | "toml" => SourceKind::Table(word.clone(), text()?),
            "id" => {
                id = Some(text()?);
                continue;
            }
            "allow_empty" if option.len() == 1 => {
                may_be_empty = true;
                continue;
            }
            // pytest's names for the cases of a list.
            "ids" => {
                let hint = "a case has its name in front: `[carry: (9, 1), …]`; rows are named by `id = \"{a}-{b}\"`";
                return Err(hinted(word.span(), "`#[parametrize]` has no option `ids`", hint));
            }
            other => {
                let near = nearest(other, OPTIONS).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let hint = "the options are `from`, `files`, `csv`, `json`, `toml`, `id` and `allow_empty`";
                return Err(hinted(word.span(), format!("`#[parametrize]` has no option `{other}`{near}"), hint));
            }
        };
        if kind.replace(new).is_some() {
            return Err(hinted(
                word.span(),
                "this `#[parametrize]` has a source of rows already",
                "remove one of the two",
            ));
        }
    }
    let kind = kind.ok_or_else(|| problem(span, "`#[parametrize]` has no values"))?;
    Ok(Source { kind, id, may_be_empty })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms() {
        #[track_caller]
        fn check(source: &str, want: Result<(&[&str], usize), &str>) {
            let got = Parametrize::parse(source.parse().unwrap(), Span::call_site());
            let got = got.map(|it| {
                let names: Vec<String> = it.names.iter().map(Target::text).collect();
                let cases = match &it.values {
                    Values::Literal(cases) => cases.len(),
                    Values::Rows(_) => 0,
                };
                (names, cases)
            });
            let want = want.map(|(names, cases)| (names.iter().map(|name| (*name).to_owned()).collect(), cases));
            assert_eq!(got.map_err(|error| error.message), want.map_err(str::to_owned), "{source}");
        }
        check("n, [1, 2, -3]", Ok((&["n"], 3)));
        check("(a, b), [(1, f::<u8, u8>()), carry: (2, 3)]", Ok((&["a", "b"], 2)));
        check("(user.name, want), [#[xfail(\"bug\")] ann: (\"Ann\", 1)]", Ok((&["user.name", "want"], 1)));
        check("n, [Kind::Pg, a::b()]", Ok((&["n"], 2)));
        check("n, from = rows()", Ok((&["n"], 0)));
        check("n, files = \"tests/*.txt\", id = \"{n}\", allow_empty", Ok((&["n"], 0)));
        check("", Err("`#[parametrize]` names no arguments"));
        check("n", Err("`#[parametrize]` has no values"));
        check("n, []", Err("`#[parametrize]` has no cases, so nothing would be tested"));
        check("(a, b), [1]", Err("a case for 2 arguments is written in parentheses"));
        check("(a, b), [(1,)]", Err("this case has 1 value, and there are 2 names: `a`, `b`"));
        check("(a, a), [(1, 2)]", Err("`a` is named twice"));
        check("n, [x: 1, x: 2]", Err("two cases have the name `x`"));
        check("n, form = rows()", Err("`#[parametrize]` has no option `form`; did you mean `from`?"));
        check("n, files = 3", Err("`files` is a string"));
        check("n, [1], id = \"{n}\"", Err("options are for cases that only run time knows"));
        check("n, ids = [\"a\"]", Err("`#[parametrize]` has no option `ids`"));
        check("(f, n), [(|a, b| a < b, 1 < 2)]", Ok((&["f", "n"], 1)));
        check("n, [if]", Err("this value is no expression"));
        check("n, id = \"x\"", Err("`#[parametrize]` has no values"));
        check("1, [1]", Err("`#[parametrize]` begins with the names of arguments, and this is none"));
    }
}
