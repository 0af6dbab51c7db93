//! The arguments of a mark, read from its tokens.

use proc_macro2::{Span, TokenStream, TokenTree};
use testkit_protocol::duration;
use testkit_protocol::package_config::PackageConfig;
use testkit_protocol::spelling::nearest;

use super::{FreeMark, Mark, MarkError, MarkName, Property, Runtime, SkipIf, Strategy, UsedFixture, Xfail};
use crate::asking::parametrize::Parametrize;
use crate::assertion;
use crate::attribute::{split_at_commas, string_value};
use crate::lists;

impl Mark {
    /// Reads the arguments of the mark `name`, which stands at `span`.
    pub(crate) fn parse(
        name: MarkName,
        arguments: TokenStream,
        span: Span,
        config: &PackageConfig,
    ) -> Result<Self, MarkError> {
        let parts: Vec<Vec<TokenTree>> =
            split_at_commas(arguments.clone()).into_iter().filter(|part| !part.is_empty()).collect();
        let malformed = |at: Option<&TokenTree>, what: &str| MarkError {
            span: at.map_or(span, TokenTree::span),
            message: format!("`#[{}]` {what}", name.word()),
            hint: Some(name.form().to_owned()),
        };
        let first = parts.first().and_then(|part| part.first());
        match name {
            MarkName::Skip => match parts.as_slice() {
                [] => Ok(Self::Skip(String::new())),
                [part] => {
                    let reason = text(part).ok_or_else(|| malformed(first, "takes its reason as a string"))?;
                    Ok(Self::Skip(reason))
                }
                [_, more, ..] => Err(malformed(more.first(), "takes a reason and nothing else")),
            },
            MarkName::SkipIf => {
                let what = "takes a condition and a reason";
                let [condition @ .., reason] = parts.as_slice() else { return Err(malformed(None, what)) };
                let reason_text = text(reason).filter(|reason| !reason.is_empty());
                let (Some(reason), false) = (reason_text, condition.is_empty()) else {
                    return Err(malformed(reason.first(), what));
                };
                // Commas outside of parentheses may stand in `a::<B, C>()`.
                let condition: Vec<String> = condition.iter().map(|part| source(part)).collect();
                let condition = condition.join(", ");
                if !condition.parse().is_ok_and(|tokens| assertion::is_expression(&tokens)) {
                    return Err(malformed(first, "has no condition that is an expression"));
                }
                Ok(Self::SkipIf(SkipIf { condition, function: String::new(), reason }))
            }
            MarkName::Xfail => xfail(&parts, &malformed),
            MarkName::Retry => retry(&parts, span, &malformed),
            MarkName::Serial => {
                let keys: Option<Vec<String>> =
                    parts.iter().map(|part| text(part).filter(|key| !key.is_empty())).collect();
                match keys {
                    Some(keys) if keys.is_empty() => Ok(Self::Serial(vec![String::new()])),
                    Some(keys) => Ok(Self::Serial(keys)),
                    None => Err(malformed(first, "takes its keys as strings")),
                }
            }
            MarkName::Exclusive | MarkName::Isolate | MarkName::StrictThreads if first.is_some() => {
                Err(malformed(first, "takes no arguments"))
            }
            MarkName::Exclusive => Ok(Self::Exclusive),
            MarkName::Isolate => Ok(Self::Isolate),
            MarkName::StrictThreads => Ok(Self::StrictThreads),
            MarkName::Timeout => timeout(arguments, span).map(Self::Timeout).map_err(|(span, message)| MarkError {
                span,
                message,
                hint: None,
            }),
            MarkName::Free => free(&parts, config, &malformed),
            MarkName::Uses => {
                let used = parts.iter().map(|part| {
                    let path = source(part).replace(' ', "");
                    let span = part.first().map_or(span, TokenTree::span);
                    if is_path(&path) {
                        return Ok(UsedFixture { path, span });
                    }
                    Err(malformed(part.first(), "takes the names of fixtures"))
                });
                match used.collect::<Result<Vec<_>, _>>()? {
                    none if none.is_empty() => Err(malformed(None, "names no fixture")),
                    used => Ok(Self::Uses(used)),
                }
            }
            MarkName::Parametrize => Parametrize::parse(arguments, span).map(|it| Self::Parametrize(Box::new(it))),
            MarkName::Property => property(&arguments, span, &malformed),
            MarkName::Runtime => runtime(&parts, &malformed),
        }
    }
}

fn xfail(
    parts: &[Vec<TokenTree>],
    malformed: &dyn Fn(Option<&TokenTree>, &str) -> MarkError,
) -> Result<Mark, MarkError> {
    let mut mark = Xfail { reason: String::new(), strict: true, panics: None, run: true };
    for (index, part) in parts.iter().enumerate() {
        let first = part.first();
        match (part.as_slice(), index) {
            ([TokenTree::Literal(_)], 0) => {
                mark.reason = text(part).ok_or_else(|| malformed(first, "takes its reason as a string"))?;
            }
            ([TokenTree::Ident(option), TokenTree::Punct(equals), value @ ..], _) if equals.as_char() == '=' => {
                let option = option.to_string();
                let flag = match value {
                    [TokenTree::Ident(word)] if word == "true" => Some(true),
                    [TokenTree::Ident(word)] if word == "false" => Some(false),
                    _ => None,
                };
                match (option.as_str(), flag, text(value)) {
                    ("strict", Some(flag), _) => mark.strict = flag,
                    ("run", Some(flag), _) => mark.run = flag,
                    ("panics", _, Some(part)) => mark.panics = Some(part),
                    ("strict" | "run", ..) => {
                        return Err(malformed(first, &format!("takes `{option}` as true or false")));
                    }
                    ("panics", ..) => return Err(malformed(first, "takes `panics` as a string")),
                    _ => {
                        let near = nearest(&option, &["strict", "panics", "run"]);
                        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                        return Err(malformed(first, &format!("has no option `{option}`{near}")));
                    }
                }
            }
            _ => return Err(malformed(first, "takes a reason first, then options")),
        }
    }
    if !mark.run && mark.panics.is_some() {
        return Err(malformed(None, "with `run = false` cannot have `panics`, since the test never runs"));
    }
    Ok(Mark::Xfail(mark))
}

fn retry(
    parts: &[Vec<TokenTree>],
    span: Span,
    malformed: &dyn Fn(Option<&TokenTree>, &str) -> MarkError,
) -> Result<Mark, MarkError> {
    let first = parts.first().and_then(|part| part.first());
    let count = match parts.first().map(Vec::as_slice) {
        Some([TokenTree::Literal(literal)]) => literal.to_string().parse::<u32>().ok().filter(|count| *count > 0),
        Some(_) | None => None,
    };
    let count = count.ok_or_else(|| malformed(first, "takes how many more attempts to make, at least 1"))?;
    let delay_ns = match parts.get(1).map(Vec::as_slice) {
        None => None,
        Some([TokenTree::Ident(option), TokenTree::Punct(equals), value @ ..])
            if option == "delay" && equals.as_char() == '=' && parts.len() == 2 =>
        {
            let text = text(value).ok_or_else(|| malformed(value.first(), "takes `delay` as a string with a unit"))?;
            let nanoseconds = duration::parse(&text).map(|delay| u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX));
            let span = value.first().map_or(span, TokenTree::span);
            Some(nanoseconds.map_err(|message| MarkError { span, message, hint: None })?)
        }
        Some(part) => return Err(malformed(part.first(), "takes a number and `delay` only")),
    };
    Ok(Mark::Retry { count, delay_ns })
}

fn property(
    arguments: &TokenStream,
    span: Span,
    malformed: &dyn Fn(Option<&TokenTree>, &str) -> MarkError,
) -> Result<Mark, MarkError> {
    let mut mark = Property { cases: None, strategies: Vec::new(), span };
    for part in lists::of_expressions(arguments.clone()) {
        let [TokenTree::Ident(name), TokenTree::Punct(equals), value @ ..] = part.as_slice() else {
            return Err(malformed(part.first(), "takes options as `name = value`"));
        };
        if equals.as_char() != '=' || value.is_empty() {
            return Err(malformed(part.first(), "takes options as `name = value`"));
        }
        if name == "cases" {
            if source(value).replace('_', "").parse::<u32>().is_ok_and(|count| count > 0) {
                mark.cases = Some(source(value));
                continue;
            }
            return Err(malformed(value.first(), "takes `cases` as a number, at least 1"));
        }
        if mark.strategies.iter().any(|strategy| *name == strategy.name) {
            return Err(malformed(part.first(), &format!("has two strategies for `{name}`")));
        }
        mark.strategies.push(Strategy {
            name: name.to_string(),
            value: value.iter().cloned().collect(),
            span: name.span(),
        });
    }
    Ok(Mark::Property(mark))
}

fn runtime(
    parts: &[Vec<TokenTree>],
    malformed: &dyn Fn(Option<&TokenTree>, &str) -> MarkError,
) -> Result<Mark, MarkError> {
    let Some((first, options)) = parts.split_first() else {
        return Err(malformed(None, "names no runtime"));
    };
    let name = source(first).replace(' ', "");
    if name != "tokio" {
        if let Some(option) = options.first() {
            return Err(malformed(option.first(), "has options for `tokio` only"));
        }
        return match name.as_str() {
            "smol" => Ok(Mark::Runtime(Runtime::Smol)),
            path if is_path(path) => Ok(Mark::Runtime(Runtime::Function(name))),
            _ => Err(malformed(first.first(), "takes `tokio`, `smol` or the path of a function")),
        };
    }
    let (mut is_multi_thread, mut worker_threads, mut start_paused) = (false, None, false);
    for option in options {
        let [TokenTree::Ident(word), TokenTree::Punct(equals), value @ ..] = option.as_slice() else {
            return Err(malformed(option.first(), "takes options as `name = value`"));
        };
        let (word, is_equals) = (word.to_string(), equals.as_char() == '=');
        match (word.as_str(), source(value).as_str(), text(value).as_deref()) {
            ("flavor", _, Some("current_thread")) if is_equals => is_multi_thread = false,
            ("flavor", _, Some("multi_thread")) if is_equals => is_multi_thread = true,
            ("flavor", ..) => {
                return Err(malformed(option.first(), "knows the flavors \"current_thread\" and \"multi_thread\""));
            }
            ("worker_threads", count, _) if is_equals && count.parse::<usize>().is_ok_and(|count| count > 0) => {
                worker_threads = Some(count.to_owned());
            }
            ("worker_threads", ..) => {
                return Err(malformed(option.first(), "takes `worker_threads` as a number, at least 1"));
            }
            ("start_paused", "true", _) if is_equals => start_paused = true,
            ("start_paused", "false", _) if is_equals => start_paused = false,
            ("start_paused", ..) => return Err(malformed(option.first(), "takes `start_paused` as true or false")),
            _ => {
                let near = nearest(&word, &["flavor", "worker_threads", "start_paused"]);
                let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                return Err(malformed(option.first(), &format!("has no option `{word}`{near}")));
            }
        }
    }
    if is_multi_thread && start_paused {
        return Err(malformed(None, "can start with its clock paused on one thread only"));
    }
    if worker_threads.is_some() && !is_multi_thread {
        return Err(malformed(None, "has `worker_threads` with `flavor = \"multi_thread\"` only"));
    }
    Ok(Mark::Runtime(Runtime::Tokio { is_multi_thread, worker_threads, start_paused }))
}

/// Whether the text is `a::b::c`.
fn is_path(text: &str) -> bool {
    let is_word = |word: &str| {
        let mut characters = word.trim_start_matches("r#").chars();
        characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && characters.all(|character| character.is_alphanumeric() || character == '_')
    };
    text.trim_start_matches("::").split("::").all(is_word)
}

fn free(
    parts: &[Vec<TokenTree>],
    config: &PackageConfig,
    malformed: &dyn Fn(Option<&TokenTree>, &str) -> MarkError,
) -> Result<Mark, MarkError> {
    if parts.is_empty() {
        return Err(malformed(None, "names no mark"));
    }
    let known: Vec<&str> = config.marks.iter().map(|mark| mark.name.as_str()).collect();
    let mut marks = Vec::new();
    for part in parts {
        let (name, arguments) = match part.as_slice() {
            [TokenTree::Ident(name)] => (name, None),
            [TokenTree::Ident(name), TokenTree::Group(group)] => (name, Some(group.stream().to_string())),
            _ => return Err(malformed(part.first(), "takes names, each with arguments in parentheses if it has any")),
        };
        let word = name.to_string();
        if !known.contains(&word.as_str()) {
            let hint = if let Some(near) = nearest(&word, &known) {
                format!("did you mean `{near}`? if not, add {word:?} to `marks`")
            } else {
                let list: Vec<String> = known.iter().chain([&word.as_str()]).map(|name| format!("{name:?}")).collect();
                format!("write `marks = [{}]`", list.join(", "))
            };
            return Err(MarkError {
                span: name.span(),
                message: format!("the mark `{word}` is not declared"),
                hint: Some(format!("{hint} in [package.metadata.testkit] of Cargo.toml")),
            });
        }
        marks.push(FreeMark { name: word, arguments });
    }
    Ok(Mark::Free(marks))
}

/// Reads `"5s"`, in nanoseconds. The error points at the literal.
fn timeout(literal: TokenStream, span: Span) -> Result<u64, (Span, String)> {
    let mut tokens = literal.into_iter();
    let form = "a timeout is one string with a unit, as in `#[testkit::timeout(\"5s\")]`";
    let (Some(TokenTree::Literal(literal)), None) = (tokens.next(), tokens.next()) else {
        return Err((span, form.to_owned()));
    };
    let text = string_value(&literal.to_string());
    let text = text.ok_or_else(|| (literal.span(), form.to_owned()))?;
    let limit = duration::parse(&text).map_err(|message| (literal.span(), message))?;
    u64::try_from(limit.as_nanos()).map_err(|_| (literal.span(), format!("`{text}` is too long")))
}

/// The value of a lone string literal.
fn text(part: &[TokenTree]) -> Option<String> {
    match part {
        [TokenTree::Literal(literal)] => string_value(&literal.to_string()),
        _ => None,
    }
}

fn source(part: &[TokenTree]) -> String {
    part.iter().cloned().collect::<TokenStream>().to_string()
}

#[cfg(test)]
mod tests {
    use testkit_protocol::package_config::DeclaredMark;

    use super::*;

    fn parse(name: MarkName, arguments: &str) -> Result<Mark, String> {
        let declared = |name: &str| DeclaredMark { name: name.to_owned(), description: String::new() };
        let config = PackageConfig { marks: vec![declared("slow"), declared("db")], ..PackageConfig::default() };
        Mark::parse(name, arguments.parse().unwrap(), Span::call_site(), &config)
            .map_err(|error| [Some(error.message), error.hint].into_iter().flatten().collect::<Vec<_>>().join(" / "))
    }

    #[test]
    fn reads_marks() {
        #[track_caller]
        fn check(name: MarkName, arguments: &str, want: Mark) {
            assert_eq!(parse(name, arguments), Ok(want), "{}: {arguments}", name.word());
        }
        check(MarkName::Skip, "", Mark::Skip(String::new()));
        check(MarkName::Skip, "\"why\"", Mark::Skip("why".into()));
        let plain = Xfail { reason: String::new(), strict: true, panics: None, run: true };
        check(MarkName::Xfail, "", Mark::Xfail(plain.clone()));
        check(
            MarkName::Xfail,
            "\"bug 12\", strict = false, panics = \"x\"",
            Mark::Xfail(Xfail { reason: "bug 12".into(), strict: false, panics: Some("x".into()), ..plain.clone() }),
        );
        check(MarkName::Xfail, "run = false", Mark::Xfail(Xfail { run: false, ..plain }));
        check(MarkName::Retry, "3", Mark::Retry { count: 3, delay_ns: None });
        check(MarkName::Retry, "1, delay = \"2ms\",", Mark::Retry { count: 1, delay_ns: Some(2_000_000) });
        check(MarkName::Serial, "", Mark::Serial(vec![String::new()]));
        check(MarkName::Serial, "\"a\", \"b\"", Mark::Serial(vec!["a".into(), "b".into()]));
        let free = |name: &str, arguments: Option<&str>| FreeMark {
            name: name.into(),
            arguments: arguments.map(str::to_owned),
        };
        check(
            MarkName::Free,
            "slow, db(kind = \"pg\")",
            Mark::Free(vec![free("slow", None), free("db", Some("kind = \"pg\""))]),
        );
        let condition =
            |condition: &str| SkipIf { condition: condition.into(), function: String::new(), reason: "why".into() };
        check(MarkName::SkipIf, "a (), \"why\"", Mark::SkipIf(condition("a ()")));
    }

    #[test]
    fn says_what_is_wrong_and_what_to_write() {
        #[track_caller]
        fn check(name: MarkName, arguments: &str, want: &str) {
            let got = parse(name, arguments).unwrap_err();
            assert!(got.starts_with(want), "{}({arguments}): {got}", name.word());
        }
        check(MarkName::Skip, "3", "`#[skip]` takes its reason as a string / write `#[skip]` or");
        check(MarkName::Skip, "\"a\", \"b\"", "`#[skip]` takes a reason and nothing else");
        check(MarkName::SkipIf, "", "`#[skip_if]` takes a condition and a reason");
        check(MarkName::SkipIf, "true", "`#[skip_if]` takes a condition and a reason");
        check(MarkName::SkipIf, "true, \"\"", "`#[skip_if]` takes a condition and a reason");
        check(MarkName::SkipIf, "if, \"x\"", "`#[skip_if]` has no condition that is an expression");
        check(MarkName::Xfail, "strikt = true", "`#[xfail]` has no option `strikt`; did you mean `strict`?");
        check(MarkName::Xfail, "strict = 1", "`#[xfail]` takes `strict` as true or false");
        check(MarkName::Xfail, "panics = x", "`#[xfail]` takes `panics` as a string");
        check(MarkName::Xfail, "run = false, \"why\"", "`#[xfail]` takes a reason first, then options");
        check(MarkName::Xfail, "run = false, panics = \"x\"", "`#[xfail]` with `run = false` cannot have `panics`");
        check(MarkName::Retry, "", "`#[retry]` takes how many more attempts to make");
        check(MarkName::Retry, "0", "`#[retry]` takes how many more attempts to make");
        check(MarkName::Retry, "1, delay = 3", "`#[retry]` takes `delay` as a string with a unit");
        check(MarkName::Retry, "1, delay = \"3\"", "`3` has no unit");
        check(MarkName::Retry, "1, pause = \"3s\"", "`#[retry]` takes a number and `delay` only");
        check(MarkName::Serial, "db", "`#[serial]` takes its keys as strings");
        check(MarkName::Exclusive, "x", "`#[exclusive]` takes no arguments");
        check(MarkName::Isolate, "x", "`#[isolate]` takes no arguments");
        check(MarkName::StrictThreads, "x", "`#[strict_threads]` takes no arguments");
        check(MarkName::Timeout, "5", "a timeout is one string with a unit");
        check(MarkName::Free, "", "`#[mark]` names no mark");
        check(MarkName::Free, "\"slow\"", "`#[mark]` takes names");
        check(MarkName::Free, "slo", "the mark `slo` is not declared / did you mean `slow`?");
        check(
            MarkName::Free,
            "network",
            "the mark `network` is not declared / write `marks = [\"slow\", \"db\", \"network\"]`",
        );
    }
}
