//! How two values differ that were to be equal, found from their pretty `Debug` texts.
//!
//! Pure: texts come in, data goes out. The work is bounded: it is linear in the texts, except for the pieces that are
//! aligned, which are bounded in number and size.

mod align;
mod bytes;
mod excerpt;
mod floats;
mod lines;
mod pretty;
mod report;
mod structure;
mod walk;

use testkit_protocol::failure::Comparison;
use testkit_protocol::text;

pub(crate) use report::Limits;

use pretty::Part;
use report::{Finished, Report};
use structure::{Comparer, MAX_KEYED};

/// Longest text that is read letter by letter for a note, in bytes.
const LONG: usize = 100_000;

/// What is said of two values that were to be equal.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// How they differ; `full_values` is left to the caller.
    pub(crate) comparison: Comparison,
    /// What else is to be said.
    pub(crate) notes: Vec<String>,
    /// Whether the comparison leaves out something of the values.
    pub(crate) cut: bool,
}

/// Compares two values by their pretty `Debug` texts.
pub(crate) fn compare(left: &str, right: &str, limits: Limits) -> Compared {
    if left == right {
        return Compared { notes: vec![equal_in_debug(left)], ..Compared::default() };
    }
    let mut notes = Vec::new();
    let finished = if let (Some(left), Some(right)) = (text::unescaped(left), text::unescaped(right)) {
        notes.extend(about_texts(&left, &right));
        // A line break at the end of both ends their last lines; one at the end of one side only is a difference.
        let end = if left.ends_with('\n') && right.ends_with('\n') { "" } else { "\n" };
        let (left, right) = (format!("{left}{end}"), format!("{right}{end}"));
        let mut report = Report::new(limits);
        lines::compare(&mut report, &left, &right);
        report.finish()
    } else {
        let mut report = Report::new(limits);
        let mut comparer = Comparer::new(&mut report);
        let part = |value| Part { lines: value, key: "", value };
        comparer.compare(part(left), part(right), 0);
        notes.extend(comparer.float_note);
        if left.len().max(right.len()) <= LONG {
            notes.extend(bytes::note(left, right));
        }
        if comparer.in_order {
            notes.push(format!(
                "more than {MAX_KEYED} entries are compared in the order of iteration, so one that has moved counts as two \
                 differences"
            ));
        }
        report.finish()
    };
    let Finished { comparison, cut, incomplete } = finished;
    if incomplete {
        notes.push(
            "the values differ so much that only their beginnings were compared: there may be more \
             differences"
                .to_owned(),
        );
    } else if comparison.differences.is_empty() {
        notes.push(
            "both sides are equal in Debug up to the order of their entries, but not by PartialEq: it compares something \
             that Debug does not show"
                .to_owned(),
        );
        return Compared { comparison: Comparison::default(), notes, cut: false };
    }
    Compared { comparison, notes, cut }
}

/// What is said of values that are equal in `Debug`, but not by `PartialEq`.
fn equal_in_debug(value: &str) -> String {
    let mut words = value.split(|letter: char| !letter.is_alphanumeric());
    if value.len() <= LONG && !value.starts_with('"') && words.any(|word| word == "NaN") {
        return "both sides are equal in Debug, but not by PartialEq: NaN is not equal to itself".to_owned();
    }
    "both sides are equal in Debug, but not by PartialEq: it compares something that Debug does not show".to_owned()
}

/// What a diff of two texts shows badly.
fn about_texts(left: &str, right: &str) -> Option<String> {
    let sides = |left_has: bool| if left_has { ("left", "right") } else { ("right", "left") };
    // A plain search for one character is fast also where nothing is optimised, and few texts have this one.
    let crlf = |text: &str| text.contains('\r') && text.contains("\r\n");
    if crlf(left) != crlf(right) && left.replace("\r\n", "\n") == right.replace("\r\n", "\n") {
        let (with, without) = sides(crlf(left));
        return Some(format!("only the line ends differ: CR LF (\\r\\n) on the {with}, LF (\\n) on the {without}"));
    }
    if left.trim_end_matches('\n') == right.trim_end_matches('\n') {
        let (with, without) = sides(left.len() > right.len());
        return Some(format!(
            "only the line breaks at the end differ: the {with} text has more than the {without} one"
        ));
    }
    if left.len().max(right.len()) > LONG {
        return None;
    }
    if let Some(note) = about_lookalikes(left, right) {
        return Some(note);
    }
    if left.to_lowercase() == right.to_lowercase() {
        return Some("only upper and lower case differ".to_owned());
    }
    if left.split_whitespace().eq(right.split_whitespace()) {
        return Some("only white space differs".to_owned());
    }
    None
}

/// Two characters that are hard to tell from each other, at the first place where the texts differ.
fn about_lookalikes(left: &str, right: &str) -> Option<String> {
    let common = excerpt::start_of_difference(left, right);
    let (left_letter, right_letter) = (left[common..].chars().next()?, right[common..].chars().next()?);
    let code = |letter: char| format!("U+{:04X}", u32::from(letter));
    let is_mark = |letter: char| matches!(letter, '\u{300}'..='\u{36f}');
    // A composed letter stands where the other text has its base letter and a mark.
    let next = |text: &str| text[common..].chars().nth(1).is_some_and(is_mark);
    if is_mark(left_letter) || is_mark(right_letter) || next(left) != next(right) {
        return Some(format!(
            "the texts differ in combining marks, as in two forms of Unicode normalization: first {} and {}",
            code(left_letter),
            code(right_letter)
        ));
    }
    // Greek, Cyrillic and the wide forms have letters that look like Latin ones.
    let is_foreign = |letter: char| matches!(letter, '\u{370}'..='\u{52f}' | '\u{ff01}'..='\u{ff5e}');
    let lookalikes = (left_letter.is_ascii_alphanumeric() && is_foreign(right_letter))
        || (right_letter.is_ascii_alphanumeric() && is_foreign(left_letter));
    lookalikes.then(|| {
        format!(
            "{left_letter:?} on the left is {}, {right_letter:?} on the right {}",
            code(left_letter),
            code(right_letter)
        )
    })
}

#[cfg(test)]
mod tests;
