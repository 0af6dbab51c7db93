//! What a failed assertion says of its values: their texts, and how two of them differ.

use std::fmt::Write as _;

use testkit_protocol::failure::Comparison;

use super::Value;
use super::bounded::{self, MAX_TEXT, Text};
use super::compare::{self, Compared, Limits};
use super::full_values;

/// Longest text of a value in a report, in bytes.
const MAX_SHOWN: usize = 4_000;

/// Most lines of it.
const MAX_SHOWN_LINES: usize = 200;

/// What is said of the operands of a comparison that does not hold.
#[derive(Debug, Default)]
pub(crate) struct Explanation {
    /// Text of the left value.
    pub(crate) left: String,
    /// Text of the right value.
    pub(crate) right: String,
    /// How they differ, if they were to be equal.
    pub(crate) comparison: Option<Comparison>,
    /// What else is to be said.
    pub(crate) notes: Vec<String>,
}

/// Explains why `left operator right` does not hold.
pub(crate) fn explain(operator: &str, left: Value<'_>, right: Value<'_>) -> Explanation {
    if operator == "==" {
        return explain_equality(left, right);
    }
    let (left, right) = (shown(left), shown(right));
    let is_order = matches!(operator, "<" | "<=" | ">" | ">=");
    let notes = if is_order && (left == "NaN" || right == "NaN") {
        vec!["no comparison with NaN holds but `!=`".to_owned()]
    } else {
        Vec::new()
    };
    Explanation { left, right, comparison: None, notes }
}

/// Explains why two values are not equal.
fn explain_equality(left: Value<'_>, right: Value<'_>) -> Explanation {
    let both_debug = matches!((left, right), (Value::Debug(_), Value::Debug(_)));
    let (left, right) = (whole_text(left), whole_text(right));
    if let Some(notes) = crate::approx::take_note(&right.text) {
        let short = |text: String| shortened(&text).unwrap_or(text);
        return Explanation { left: short(left.text), right: short(right.text), comparison: None, notes };
    }
    // Texts that are equal, but not whole, or not those of the values, say nothing of the values.
    let comparable = both_debug && ((left.whole && right.whole) || left.text != right.text);
    let Compared { mut comparison, mut notes, cut } =
        if comparable { compare::compare(&left.text, &right.text, Limits::REPORT) } else { Compared::default() };
    let (left_shown, right_shown) = (shortened(&left.text), shortened(&right.text));
    if cut || left_shown.is_some() || right_shown.is_some() {
        match full_values::write(&[("left", &left.text), ("right", &right.text)]) {
            Ok(path) => comparison.full_values = Some(path),
            Err(why) => notes.push(why),
        }
    }
    Explanation {
        left: left_shown.unwrap_or(left.text),
        right: right_shown.unwrap_or(right.text),
        comparison: (comparison != Comparison::default()).then_some(comparison),
        notes,
    }
}

/// The value's text, shortened if it is long; a panic in the author's `Debug` must not hide the failure itself.
pub(crate) fn shown(value: Value<'_>) -> String {
    let text = whole_text(value).text;
    let Some(mut short) = shortened(&text) else { return text };
    let end = short.pop();
    match full_values::write(&[("value", &text)]) {
        Ok(path) => write!(short, ", in full in {path}"),
        Err(why) => write!(short, "; {why}"),
    }
    .expect("writing to a String cannot fail");
    short.extend(end);
    short
}

/// The text of a value, cut after `limit` bytes; no file holds the rest.
#[cfg(feature = "proptest")]
pub(crate) fn start_of(value: &dyn std::fmt::Debug, limit: usize) -> String {
    bounded::text(value, limit).text
}

fn whole_text(value: Value<'_>) -> Text {
    match value {
        Value::Debug(value) => bounded::text(value, MAX_TEXT),
        Value::Type(name) => Text { text: format!("<a value of type {name}>"), whole: true },
    }
}

/// Head and tail of a long text, and its length; `None` if it is not long.
fn shortened(text: &str) -> Option<String> {
    let is_long = text.len() > MAX_SHOWN || text.split('\n').nth(MAX_SHOWN_LINES).is_some();
    if !is_long {
        return None;
    }
    let boundary = |at: usize| (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let mut head = boundary(text.len().min(MAX_SHOWN / 2));
    let mut tail = boundary(text.len().saturating_sub(MAX_SHOWN / 8)).max(head);
    if let Some((line_end, _)) = text[..head].match_indices('\n').nth(MAX_SHOWN_LINES / 2) {
        head = line_end;
    }
    if let Some((line_end, _)) = text[tail..].rmatch_indices('\n').nth(MAX_SHOWN_LINES / 8) {
        tail += line_end + 1;
    }
    Some(format!("{} … {}\n(shortened: {} bytes in all)", &text[..head], &text[tail..], text.len()))
}
