//! Pretty `Debug` text on one line, or on a few.

use super::literal::unescaped;
use super::visible;

/// How the line begins that says of a value that it is not whole.
const SHORTENED: &str = "(shortened: ";

/// The line below a value of which the middle was left out; `words` say how long it is and where the rest can be found.
pub fn shortened_by(words: &str) -> String {
    format!("{SHORTENED}{words})")
}

/// What [`shortened_by`] is told of a value that has more to say than anybody has read.
pub fn more_than(bytes: usize) -> String {
    format!("{MORE_THAN}{bytes} bytes")
}

const MORE_THAN: &str = "more than ";

/// Whether a value says only how it begins.
pub(super) fn is_open_ended(value: &str) -> bool {
    split_note(value).1.is_some_and(|note| note[SHORTENED.len()..].starts_with(MORE_THAN))
}

/// The value itself, and the line of [`shortened_by`] if there is one.
pub(super) fn split_note(value: &str) -> (&str, Option<&str>) {
    match value.rsplit_once('\n') {
        Some((value, note)) if note.starts_with(SHORTENED) => (value, Some(note)),
        Some(_) | None => (value, None),
    }
}

/// The lines of a text of several lines, whose `Debug` text this is; `None` for anything else, and for a text of one line.
pub(super) fn text_lines(value: &str) -> Option<Vec<String>> {
    let text = unescaped(value)?;
    let inner = text.strip_suffix('\n').unwrap_or(&text);
    inner.contains('\n').then(|| text.split('\n').map(visible::line).collect())
}

/// A value that has begun and not ended.
struct Open {
    /// Whether its parts stand apart from the brackets: `Name { field }`, but `Name(part)`.
    spaced: bool,
    /// Whether it is a tuple without a name, which keeps its comma where it has one part only.
    nameless_tuple: bool,
    parts: usize,
}

/// The value whose `{:#?}` text this is, as `{:?}` gives it. `None` if it is longer than `limit` characters, or not a text
/// of the standard library's builders.
pub fn compact(value: &str, limit: usize) -> Option<String> {
    let (text, whole) = join(value, limit)?;
    let short = text.len() <= limit || text.chars().count() <= limit;
    (whole && short).then_some(text)
}

/// The beginning of the value on one line, `limit` characters at most.
pub(super) fn line_start(value: &str, limit: usize) -> String {
    let line = match join(value, limit) {
        Some((text, _)) => text,
        None => value.split_whitespace().take(limit).collect::<Vec<_>>().join(" "),
    };
    line.chars().take(limit).collect()
}

/// A list or set of plain values, with as many on each line as have room in `columns`; `None` for anything else.
pub(super) fn wrapped(value: &str, columns: usize) -> Option<String> {
    let (first, rest) = value.split_once('\n')?;
    let plain = |line: &str| line.starts_with("    ") && line.ends_with(',') && !line.starts_with("     ");
    let (parts, _) = rest.rsplit_once('\n')?;
    if !matches!(first, "[" | "{") || !parts.split('\n').all(plain) {
        return None;
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in compact(value, value.len())?.split_inclusive(", ") {
        if !line.is_empty() && visible::columns(&line) + visible::columns(word.trim_end()) > columns {
            lines.push(line.trim_end().to_owned());
            line = String::from(" ");
        }
        line.push_str(word);
    }
    lines.push(line);
    Some(lines.join("\n"))
}

/// Joins the lines of a text, until it is surely longer than `limit` characters; says whether it came to the end. `None`
/// if it is not a text of the standard library's builders.
fn join(value: &str, limit: usize) -> Option<(String, bool)> {
    let longest = limit.saturating_mul(4);
    let mut lines = value.split('\n');
    let mut text = lines.next()?.to_owned();
    let mut open: Vec<Open> = Vec::new();
    if value.contains('\n') {
        open.push(opening(&text)?);
    }
    for line in lines {
        if text.len() > longest {
            return Some((text, false));
        }
        let line = line.trim_start_matches(' ');
        if line.starts_with(['}', ')', ']']) {
            let closed = open.pop()?;
            let keeps_comma = closed.nameless_tuple && closed.parts == 1 && line.starts_with(')');
            if !keeps_comma && text.ends_with(',') {
                text.pop();
            }
            if closed.spaced {
                text.push(' ');
            }
        } else {
            let inner = open.last_mut()?;
            inner.parts += 1;
            match text.chars().last()? {
                ',' => text.push(' '),
                '{' | '(' | '[' => text.push_str(if inner.spaced { " " } else { "" }),
                _ => return None,
            }
        }
        text.push_str(line);
        if line.ends_with(['{', '(', '[']) {
            open.push(opening(line)?);
        } else if !line.ends_with(',') && line != ".." && !open.is_empty() {
            return None;
        }
    }
    open.is_empty().then_some((text, true))
}

/// The value that begins at the end of a line.
fn opening(line: &str) -> Option<Open> {
    let before = line.strip_suffix(['{', '(', '['])?;
    let nameless = before.is_empty() || before.ends_with(": ");
    Some(Open { spaced: line.ends_with('{') && !nameless, nameless_tuple: line.ends_with('(') && nameless, parts: 0 })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fmt::Debug;

    use super::*;

    #[derive(Debug)]
    #[expect(dead_code, reason = "only shown")]
    enum Shape {
        Unit,
        Tuple(i32, Vec<String>),
        Named { point: (f32,), inside: Option<Box<Shape>> },
    }

    #[test]
    fn pretty_text_becomes_what_debug_gives_on_one_line() {
        #[track_caller]
        fn check(value: &dyn Debug) {
            assert_eq!(compact(&format!("{value:#?}"), 1_000), Some(format!("{value:?}")));
        }
        check(&5);
        check(&"two\nlines, {");
        check(&Shape::Unit);
        check(&Shape::Tuple(1, vec!["a, ".into(), "b {".into(), "]".into()]));
        check(&Shape::Named { point: (1.5,), inside: Some(Box::new(Shape::Tuple(-1, vec![]))) });
        check(&(1, (2,), [(); 3]));
        check(&BTreeMap::from([("a: {", BTreeSet::from([1, 2])), ("b", BTreeSet::new())]));
        check(&BTreeMap::from([((1, 2), Some("x"))]));
    }

    #[test]
    fn other_texts_and_long_ones_stay_as_they_are() {
        assert_eq!(compact("two\nlines", 100), None);
        assert_eq!(compact("{\n    a\n}", 100), None);
        assert_eq!(compact("{\n    a,\n", 100), None);
        assert_eq!(compact("]\n]", 100), None);
        assert_eq!(compact("[\n    1,\n    2,\n]", 6), Some("[1, 2]".to_owned()));
        assert_eq!(compact("[\n    1,\n    2,\n]", 5), None);
        assert_eq!(compact("", 5), Some(String::new()));
    }
}
