//! Reads the structure back from pretty `Debug` text (`{:#?}`), one level at a time.
//!
//! Nothing is built: a value is its text, and its parts are slices of it, found when they are asked for. Whatever does
//! not have the form that the standard library's builders give is a leaf. Every function takes time linear in the text
//! it is given.

use std::borrow::Cow;

/// Spaces by which a part is indented more than the whole.
pub(super) const STEP: usize = 4;

/// Deepest value whose parts are looked at, in levels; what lies deeper is compared as text.
pub(super) const MAX_DEPTH: usize = 64;

const SPACES: &str = match std::str::from_utf8(&[b' '; (MAX_DEPTH + 1) * STEP]) {
    Ok(spaces) => spaces,
    Err(_) => unreachable!(),
};

/// How the parts of a value are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `Name { field: value }`.
    Struct,
    /// `Name(value, value)`, also without a name.
    Tuple,
    /// `[value, value]`.
    List,
    /// `{ key: value }`.
    Map,
    /// `{ value, value }`.
    Set,
}

/// A value that has parts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'t> {
    pub(super) shape: Shape,
    /// The name before the opening bracket; empty where there is none.
    pub(super) name: &'t str,
    /// Its first line.
    pub(super) head: &'t str,
    /// The lines of its parts, the last line break included; empty where there are no parts.
    pub(super) body: &'t str,
    /// Its last line, indentation included.
    pub(super) tail: &'t str,
    /// Indentation of the parts, in spaces.
    pub(super) indentation: usize,
}

/// One part of a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part<'t> {
    /// All its lines, without the last line break.
    pub(super) lines: &'t str,
    /// The name of the field or the key; empty for the parts of tuples, lists and sets.
    pub(super) key: &'t str,
    /// Its value, without the comma behind it.
    pub(super) value: &'t str,
}

/// Takes a value apart, whose lines but the first are indented by `indentation` spaces or more; `None` for a leaf.
pub(super) fn open(value: &str, indentation: usize) -> Option<Node<'_>> {
    if indentation / STEP >= MAX_DEPTH {
        return None;
    }
    let empty = match value {
        "[]" => Some(Shape::List),
        "{}" => Some(Shape::Map),
        _ => None,
    };
    if let Some(shape) = empty {
        let (head, tail) = value.split_at(1);
        return Some(Node { shape, name: "", head, body: "", tail, indentation: indentation + STEP });
    }
    let (head, rest) = value.split_once('\n')?;
    let last = rest.rfind('\n')? + 1;
    let (body, tail) = rest.split_at(last);
    let closer = tail.strip_prefix(&SPACES[..indentation])?;
    let indentation = indentation + STEP;
    let name = head.strip_suffix(['{', '(', '['])?.trim_end_matches(' ');
    let shape = match (head.as_bytes().last()?, closer) {
        (b'{', "}") if name.is_empty() => braces(body, indentation),
        (b'{', "}") if is_name(name) => Shape::Struct,
        (b'(', ")") if name.is_empty() || is_name(name) => Shape::Tuple,
        (b'[', "]") if name.is_empty() => Shape::List,
        _ => return None,
    };
    let node = Node { shape, name, head, body, tail, indentation };
    // The parts of a hand-written `Debug` may be anything; a field without a name is no field.
    let named = shape != Shape::Struct || node.parts().all(|part| part.value == ".." || !part.key.is_empty());
    named.then_some(node)
}

/// Whether a value can have parts at all, without reading it to its end.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(['"', '\'', '{', '(', '[', ','])
}

/// A map where every part has a key, else a set.
fn braces(body: &str, indentation: usize) -> Shape {
    let keyed = Parts { body, indentation, shape: Shape::Map }.all(|part| !part.key.is_empty());
    if keyed { Shape::Map } else { Shape::Set }
}

impl<'t> Node<'t> {
    /// The parts, in the order of the text.
    pub(super) fn parts(&self) -> Parts<'t> {
        self.parts_of(self.body)
    }

    /// The parts whose lines are `body`, which is a piece of the body.
    pub(super) fn parts_of(&self, body: &'t str) -> Parts<'t> {
        Parts { body, indentation: self.indentation, shape: self.shape }
    }
}

/// The parts of a value, one after another.
#[derive(Clone, Debug)]
pub(super) struct Parts<'t> {
    body: &'t str,
    indentation: usize,
    shape: Shape,
}

impl<'t> Iterator for Parts<'t> {
    type Item = Part<'t>;

    fn next(&mut self) -> Option<Part<'t>> {
        if self.body.is_empty() {
            return None;
        }
        let (lines, rest) = self.body.split_at(part_end(self.body, self.indentation));
        self.body = rest;
        Some(part(lines.strip_suffix('\n').unwrap_or(lines), self.indentation, self.shape))
    }
}

/// Where the first part of `body` ends, in bytes: after the first line that is indented as the parts are and ends with a
/// comma.
pub(super) fn part_end(body: &str, indentation: usize) -> usize {
    let mut start = 0;
    while let Some(length) = body[start..].find('\n') {
        let line = &body.as_bytes()[start..start + length];
        start += length + 1;
        if line.last() == Some(&b',') && is_indented_by(line, indentation) {
            return start;
        }
    }
    body.len()
}

/// Whether the line has exactly this indentation.
pub(super) fn is_indented_by(line: &[u8], indentation: usize) -> bool {
    line.len() > indentation && line[indentation] != b' ' && line[..indentation] == SPACES.as_bytes()[..indentation]
}

/// The part whose lines these are.
pub(super) fn part(lines: &str, indentation: usize, shape: Shape) -> Part<'_> {
    let text = lines.get(indentation..).unwrap_or(lines);
    let text = text.strip_suffix(',').unwrap_or(text);
    let (key, value) = match shape {
        Shape::Struct => field(text),
        Shape::Map => entry(text, indentation),
        Shape::Tuple | Shape::List | Shape::Set => None,
    }
    .unwrap_or(("", text));
    Part { lines, key, value }
}

fn field(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once(": ")?;
    let named = !key.is_empty() && key.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    named.then_some((key, value))
}

fn entry(text: &str, indentation: usize) -> Option<(&str, &str)> {
    let first_line = text.split('\n').next().unwrap_or(text);
    let end = if let Some(end) = literal_end(text) {
        end
    } else if first_line.len() < text.len() && first_line.ends_with(['{', '(', '[']) && !first_line.contains(": ") {
        // A key with parts of its own ends where a closing bracket stands at the indentation of the entry.
        let mut start = first_line.len() + 1;
        loop {
            let line = text[start..].split('\n').next().unwrap_or_default();
            if is_indented_by(line.as_bytes(), indentation) {
                break start + indentation + 1;
            }
            start += line.len() + 1;
            if start > text.len() {
                return None;
            }
        }
    } else {
        first_line.find(": ")?
    };
    let value = text.get(end..)?.strip_prefix(": ")?;
    (end > 0).then_some((&text[..end], value))
}

/// Where the string or char literal at the start of `text` ends, in bytes.
fn literal_end(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut start = 1;
    loop {
        // Two plain searches are much faster than one for either of two characters, where nothing is optimised.
        let length = text[start..].find(quote)?;
        let Some(escape) = text[start..start + length].find('\\') else {
            return Some(start + length + 1);
        };
        let escaped = text[start + escape + 1..].chars().next()?;
        start += escape + 1 + escaped.len_utf8();
    }
}

/// The text of a value with the entries of its maps and sets in order, so that equal ones have equal texts whatever the
/// order of iteration.
pub(super) fn canonical(value: &str, indentation: usize) -> Cow<'_, str> {
    // Structs have a name before the bracket, and a single blank.
    let has_maps_or_sets =
        value.contains('{') && (value.starts_with("{\n") || value.contains(": {\n") || value.contains("  {\n"));
    if !has_maps_or_sets {
        return Cow::Borrowed(value);
    }
    let Some(node) = open(value, indentation).filter(|node| !node.body.is_empty()) else {
        return Cow::Borrowed(value);
    };
    let mut parts: Vec<_> = node
        .parts()
        .map(|part| {
            let prefix = part.lines.len() - part.lines.get(node.indentation..).unwrap_or(part.lines).len();
            let key_end = if part.key.is_empty() { prefix } else { prefix + part.key.len() + 2 };
            format!("{}{},\n", &part.lines[..key_end], canonical(part.value, node.indentation))
        })
        .collect();
    if matches!(node.shape, Shape::Map | Shape::Set) {
        parts.sort_unstable();
    }
    Cow::Owned(format!("{}\n{}{}", node.head, parts.concat(), node.tail))
}
