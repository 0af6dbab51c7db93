//! The marks of a test as the constant value that its hosting function hands to the library.

use std::fmt::Write as _;

use super::{all_of, literal};
use crate::collect::Test;
use crate::marked::{ALWAYS, Applied, Marks, first_that_holds};
use crate::marks::{Mark, SkipIf, Xfail};

/// Source text of the call that runs `body`, a closure or function, under libtest.
pub(crate) fn run_text(body: &str, marks: &Marks) -> String {
    if marks.are_hosted() {
        format!("::testkit::__private::run_marked({body}, {})", value(marks))
    } else {
        format!("::testkit::__private::run({body})")
    }
}

/// Source text of a `&'static Marks`.
pub(crate) fn value(marks: &Marks) -> String {
    if !marks.are_hosted() {
        return "&::testkit::__private::Marks::NONE".to_owned();
    }
    let (mut skip_if, mut serial) = (String::new(), String::new());
    let (mut exclusive, mut strict_threads) = (Vec::new(), Vec::new());
    for Applied { predicate, mark, .. } in &marks.applied {
        let guard = predicate.as_ref().map_or_else(String::new, |predicate| format!("#[cfg({predicate})] "));
        match mark {
            Mark::SkipIf(SkipIf { function, reason, .. }) => {
                push(&mut skip_if, &format!("{guard}SkipIf {{ condition: {function}, reason: {} }},", literal(reason)));
            }
            Mark::Serial(keys) => {
                for key in keys {
                    push(&mut serial, &format!("{guard}{},", literal(key)));
                }
            }
            Mark::Exclusive => exclusive.push(predicate.as_deref().unwrap_or(ALWAYS)),
            Mark::StrictThreads => strict_threads.push(predicate.as_deref().unwrap_or(ALWAYS)),
            Mark::Skip(_)
            | Mark::Xfail(_)
            | Mark::Retry { .. }
            | Mark::Isolate
            | Mark::Timeout(_)
            | Mark::Free(_)
            | Mark::Uses(_)
            | Mark::Parametrize(_)
            | Mark::Property(_)
            | Mark::Runtime(_)
            | Mark::Unread(_) => {}
        }
    }
    let mut fields = format!("skip_if: &[{skip_if}], serial: &[{serial}],");
    push(&mut fields, &format!("exclusive: ::core::cfg!(any({})),", exclusive.join(", ")));
    push(&mut fields, &format!("strict_threads: ::core::cfg!(any({})),", strict_threads.join(", ")));
    let of = |applied: &Applied| match &applied.mark {
        Mark::Xfail(Xfail { reason, strict, panics, run }) => {
            let panics = panics.as_ref().map_or_else(|| NONE.to_owned(), |panics| some(&literal(panics)));
            let reason = literal(reason);
            Some(some(&format!("Xfail {{ reason: {reason}, strict: {strict}, panics: {panics}, run: {run} }}")))
        }
        _ => None,
    };
    push(&mut fields, &format!("xfail: {},", first(&marks.applied, of)));
    let of = |applied: &Applied| match &applied.mark {
        Mark::Retry { count, delay_ns } => {
            Some(some(&format!("Retry {{ count: {count}, delay_ns: {} }}", delay_ns.unwrap_or(0))))
        }
        _ => None,
    };
    push(&mut fields, &format!("retry: {},", first(&marks.applied, of)));
    push(&mut fields, &format!("should_panic: {}", should_panic(marks)));
    format!(
        "const {{ #[allow(unused_imports)] use ::testkit::__private::{{Marks, Retry, ShouldPanic, SkipIf, Xfail}}; \
         &Marks {{ {fields} }} }}"
    )
}

const NONE: &str = "::core::option::Option::None";

fn some(value: &str) -> String {
    format!("::core::option::Option::Some({value})")
}

/// The value of the first mark that has one and whose predicate holds.
fn first(applied: &[Applied], of: impl Fn(&Applied) -> Option<String>) -> String {
    let values = applied.iter().filter_map(|applied| Some((applied.predicate.as_deref(), of(applied)?)));
    choice(values, NONE)
}

/// Source text of what `#[should_panic]` asks for.
pub(crate) fn should_panic(marks: &Marks) -> String {
    let values = marks.should_panic.iter().map(|mark| {
        let value = match &mark.text {
            None => "ShouldPanic::Yes".to_owned(),
            Some(expected) => format!("ShouldPanic::Containing({})", literal(expected)),
        };
        (mark.predicate.as_deref(), value)
    });
    choice(values, "ShouldPanic::No")
}

fn choice<'a>(values: impl Iterator<Item = (Option<&'a str>, String)>, otherwise: &str) -> String {
    let mut text = otherwise.to_owned();
    for (predicate, value) in values.collect::<Vec<_>>().into_iter().rev() {
        text = match predicate {
            None => value,
            Some(predicate) => format!("if ::core::cfg!({predicate}) {{ {value} }} else {{ {text} }}"),
        };
    }
    text
}

/// Items that tell the library that the binary has exclusive tests; nothing if none of `tests` is one.
pub(crate) fn exclusive_entries(tests: &[Test]) -> String {
    let mut predicates: Vec<String> = Vec::new();
    for test in tests {
        for applied in test.marks.applied.iter().filter(|applied| applied.mark == Mark::Exclusive) {
            let all: Vec<String> = test.marks.conditions.iter().chain(&applied.predicate).cloned().collect();
            predicates.push(all_of(&all).unwrap_or_else(|| ALWAYS.to_owned()));
        }
    }
    if predicates.is_empty() {
        return String::new();
    }
    format!(
        "#[cfg(any({}))] const _: () = {{ \
         ::testkit::__private::inventory::submit! {{ ::testkit::__private::HoldsExclusiveTests }} }};",
        predicates.join(", ")
    )
}

/// The fields of a test's record that its marks fill: a text for each predicate under which it holds.
pub(crate) fn record_fields(marks: &Marks) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    if marks.applied.is_empty() && marks.ignore.is_empty() {
        return fields;
    }
    let reasons = marks.ignore.iter().map(|it| {
        let reason = it.text.as_deref().unwrap_or_default();
        (it.predicate.as_deref(), format!(",\"ignore\":{}", json(reason)))
    });
    fields.extend(first_that_holds(reasons));
    let of: [fn(&Mark) -> Option<String>; 6] = [
        |mark| match mark {
            Mark::Skip(reason) => Some(format!(",\"skip\":{}", json(reason))),
            _ => None,
        },
        |mark| match mark {
            Mark::Xfail(xfail) => Some(format!(",\"xfail\":{{{}}}", xfail_fields(xfail))),
            _ => None,
        },
        |mark| match mark {
            Mark::Retry { count, delay_ns } => {
                let delay = delay_ns.map(|delay| format!(",\"delay_ns\":{delay}")).unwrap_or_default();
                Some(format!(",\"retry\":{{\"count\":{count}{delay}}}"))
            }
            _ => None,
        },
        |mark| match mark {
            Mark::Timeout(nanoseconds) => Some(format!(",\"timeout_ns\":{nanoseconds}")),
            _ => None,
        },
        |mark| (*mark == Mark::Exclusive).then(|| ",\"exclusive\":true".to_owned()),
        |mark| (*mark == Mark::Isolate).then(|| ",\"isolate\":true".to_owned()),
    ];
    for of in of {
        let values =
            marks.applied.iter().filter_map(|applied| Some((applied.predicate.as_deref(), of(&applied.mark)?)));
        fields.extend(first_that_holds(values));
    }
    let serial = |mark: &Mark| match mark {
        Mark::Serial(keys) => keys.iter().map(|key| json(key)).collect(),
        _ => Vec::new(),
    };
    push_list("serial", &marks.applied, serial, &mut fields);
    let free = |mark: &Mark| match mark {
        Mark::Free(marks) => marks
            .iter()
            .map(|mark| {
                let arguments = mark.arguments.as_ref().map(|text| format!(",\"arguments\":{}", json(text)));
                format!("{{\"name\":{}{}}}", json(&mark.name), arguments.unwrap_or_default())
            })
            .collect(),
        _ => Vec::new(),
    };
    push_list("marks", &marks.applied, free, &mut fields);
    fields
}

fn xfail_fields(xfail: &Xfail) -> String {
    let Xfail { reason, strict, panics, run } = xfail;
    let fields = [
        (!reason.is_empty()).then(|| format!("\"reason\":{}", json(reason))),
        (!strict).then(|| "\"lenient\":true".to_owned()),
        panics.as_ref().map(|panics| format!("\"panics\":{}", json(panics))),
        (!run).then(|| "\"not_run\":true".to_owned()),
    ];
    fields.into_iter().flatten().collect::<Vec<_>>().join(",")
}

/// A field with a list, each element of which may stand under a predicate.
fn push_list(key: &str, applied: &[Applied], of: impl Fn(&Mark) -> Vec<String>, fields: &mut Vec<(String, String)>) {
    let elements: Vec<(Option<&str>, String)> = applied
        .iter()
        .flat_map(|applied| of(&applied.mark).into_iter().map(|text| (applied.predicate.as_deref(), text)))
        .collect();
    if elements.is_empty() {
        return;
    }
    fields.push((ALWAYS.to_owned(), format!(",\"{key}\":[")));
    for (index, (predicate, text)) in elements.iter().enumerate() {
        let predicate = predicate.unwrap_or(ALWAYS);
        let later = &elements[index + 1..];
        if later.is_empty() {
            fields.push((predicate.to_owned(), text.clone()));
        } else if later.iter().any(|(predicate, _)| predicate.is_none()) {
            fields.push((predicate.to_owned(), format!("{text},")));
        } else {
            // The comma depends on whether another element follows.
            let any: Vec<&str> = later.iter().filter_map(|(predicate, _)| *predicate).collect();
            let any = format!("any({})", any.join(", "));
            fields.push((format!("all({predicate}, {any})"), format!("{text},")));
            fields.push((format!("all({predicate}, not({any}))"), text.clone()));
        }
    }
    fields.push((ALWAYS.to_owned(), "]".to_owned()));
}

/// `text` as a JSON string.
fn json(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    testkit_protocol::json::write_string(&mut quoted, text);
    quoted
}

fn push(text: &mut String, more: &str) {
    write!(text, "{more}").expect("writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    /// What the fields come to where exactly the predicates `holding` hold; combined ones are made of single letters.
    fn evaluated(fields: &[(String, String)], holding: &[&str]) -> String {
        fn holds(predicate: &str, holding: &[&str]) -> bool {
            let Some((word, inner)) = predicate.split_once('(') else { return holding.contains(&predicate) };
            let inner = inner.strip_suffix(')').unwrap();
            let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
            for (index, character) in inner.char_indices() {
                match character {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    ',' if depth == 0 => {
                        parts.push(inner[start..index].trim());
                        start = index + 1;
                    }
                    _ => {}
                }
            }
            parts.extend(Some(inner[start..].trim()).filter(|part| !part.is_empty()));
            match word {
                "all" => parts.iter().all(|part| holds(part, holding)),
                "any" => parts.iter().any(|part| holds(part, holding)),
                _ => !holds(parts[0], holding),
            }
        }
        fields.iter().filter(|(predicate, _)| holds(predicate, holding)).map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn lists_have_their_commas_whatever_holds() {
        #[track_caller]
        fn check(applied: &[Applied], holding: &[&str], want: &str) {
            let marks = Marks { applied: applied.to_vec(), ..Marks::default() };
            assert_eq!(evaluated(&record_fields(&marks), holding), want, "{holding:?}");
        }
        let serial = |predicate: Option<&str>, key: &str| Applied {
            predicate: predicate.map(str::to_owned),
            mark: Mark::Serial(vec![key.to_owned()]),
            span: Span::call_site(),
        };
        let conditional = [serial(Some("x"), "1"), serial(Some("y"), "2"), serial(Some("z"), "3")];
        check(&conditional, &[], ",\"serial\":[]");
        check(&conditional, &["x"], ",\"serial\":[\"1\"]");
        check(&conditional, &["y"], ",\"serial\":[\"2\"]");
        check(&conditional, &["x", "z"], ",\"serial\":[\"1\",\"3\"]");
        check(&conditional, &["x", "y", "z"], ",\"serial\":[\"1\",\"2\",\"3\"]");
        let mixed = [serial(Some("x"), "1"), serial(None, "2"), serial(Some("y"), "3")];
        check(&mixed, &[], ",\"serial\":[\"2\"]");
        check(&mixed, &["x", "y"], ",\"serial\":[\"1\",\"2\",\"3\"]");
    }

    #[test]
    fn the_innermost_mark_that_holds_is_meant() {
        let retry = |predicate: Option<&str>, count, delay_ns| Applied {
            predicate: predicate.map(str::to_owned),
            mark: Mark::Retry { count, delay_ns },
            span: Span::call_site(),
        };
        let applied = vec![retry(Some("x"), 1, Some(5)), retry(None, 2, None), retry(None, 3, None)];
        let fields = record_fields(&Marks { applied, ..Marks::default() });
        assert_eq!(evaluated(&fields, &["x"]), ",\"retry\":{\"count\":1,\"delay_ns\":5}");
        assert_eq!(evaluated(&fields, &[]), ",\"retry\":{\"count\":2}");
    }

    #[test]
    fn every_mark_has_its_field() {
        let xfail = Xfail { reason: "b\"g".into(), strict: false, panics: Some("x".into()), run: true };
        let free = crate::marks::FreeMark { name: "db".into(), arguments: Some("kind = \"pg\"".into()) };
        let marks = [
            Mark::Skip(String::new()),
            Mark::Xfail(xfail),
            Mark::Timeout(7),
            Mark::Exclusive,
            Mark::Isolate,
            Mark::Free(vec![free]),
        ];
        let applied =
            marks.into_iter().map(|mark| Applied { predicate: None, mark, span: Span::call_site() }).collect();
        let fields = record_fields(&Marks { applied, ..Marks::default() });
        assert_eq!(
            evaluated(&fields, &[]),
            ",\"skip\":\"\",\"xfail\":{\"reason\":\"b\\\"g\",\"lenient\":true,\"panics\":\"x\"},\"timeout_ns\":7,\
             \"exclusive\":true,\"isolate\":true,\"marks\":[{\"name\":\"db\",\"arguments\":\"kind = \\\"pg\\\"\"}]"
        );
    }
}
