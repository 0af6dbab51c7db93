//! What a failed assertion says of its values: their texts, and how two of them differ.

use testkit_protocol::failure::Comparison;

use super::Value;
use super::bounded::{self, Text};
use super::compare::{self, Compared, Limits};
use super::full_values;
use super::shorten::shortened;

/// Longest text that is taken of a side of an equality, in bytes.
const MAX_TEXT: usize = 64 << 20;

/// Longest text that is taken of any other value, in bytes: an assertion may show several, and of each only the ends.
const MAX_SIDE_TEXT: usize = 1 << 20;

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
    let (left, right) = (side_text(left), side_text(right));
    let same = (left.text == right.text).then(|| in_report(&left));
    // One text has one file for the rest of it.
    let (left, right) = match same {
        Some(text) => (text.clone(), text),
        None => (in_report(&left), in_report(&right)),
    };
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
    let (left, right) = (text_of(left, MAX_TEXT), text_of(right, MAX_TEXT));
    if let Some(notes) = crate::approx::take_note(&right.text) {
        let short = |text: String| shortened(&text).map_or(text, |short| short.with_note(""));
        return Explanation { left: short(left.text), right: short(right.text), comparison: None, notes };
    }
    // Texts that are equal, but not whole, or not those of the values, say nothing of the values.
    let comparable = both_debug && ((left.whole && right.whole) || left.text != right.text);
    let Compared { mut comparison, mut notes, cut } =
        if comparable { compare::compare(&left.text, &right.text, Limits::REPORT) } else { Compared::default() };
    if both_debug && left.is_cut() && left.text == right.text {
        notes.push(format!(
            "the values are so large that only the first {} bytes of their Debug texts were compared, and are equal",
            left.text.len()
        ));
    }
    let (left_shown, right_shown) = (shortened(&left.text), shortened(&right.text));
    if cut || left_shown.is_some() || right_shown.is_some() {
        match full_values::write(&[("left", &left.text), ("right", &right.text)]) {
            Ok(path) => comparison.full_values = Some(path),
            Err(why) => notes.push(why),
        }
    }
    Explanation {
        left: left_shown.map_or(left.text, |short| short.with_note("")),
        right: right_shown.map_or(right.text, |short| short.with_note("")),
        comparison: (comparison != Comparison::default()).then_some(comparison),
        notes,
    }
}

/// The value's text, shortened if it is long; a panic in the author's `Debug` must not hide the failure itself.
pub(crate) fn shown(value: Value<'_>) -> String {
    in_report(&text_of(value, MAX_SIDE_TEXT))
}

/// The text of a value, cut after `limit` bytes; no file holds the rest.
#[cfg(feature = "proptest")]
pub(crate) fn start_of(value: &dyn std::fmt::Debug, limit: usize) -> String {
    bounded::text(value, limit).text
}

/// The text of a value that is no side of an equality.
pub(crate) fn side_text(value: Value<'_>) -> Text {
    text_of(value, MAX_SIDE_TEXT)
}

/// A value's text as it stands in a report.
pub(crate) fn in_report(Text { text, whole }: &Text) -> String {
    let Some(short) = shortened(text) else { return text.clone() };
    let how = if *whole { "in full" } else { "as far as it goes" };
    match full_values::write(&[("value", text)]) {
        Ok(path) => short.with_note(&format!(", {how} in {path}")),
        Err(why) => short.with_note(&format!("; {why}")),
    }
}

fn text_of(value: Value<'_>, limit: usize) -> Text {
    match value {
        Value::Debug(value) => bounded::text(value, limit),
        Value::Type(name) => Text { text: format!("<a value of type {name}>"), whole: true },
    }
}
