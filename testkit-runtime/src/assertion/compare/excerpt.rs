//! Shortens texts so that what matters in them stays.

use std::borrow::Cow;

use testkit_protocol::text;

use super::walk::common_prefix;

/// Shortens two versions of a line to `limit` characters each, around the first place where they differ; says whether
/// anything was left out.
pub(super) fn pair(left: &str, right: &str, limit: usize) -> (String, String, bool) {
    if is_short(left, limit) && is_short(right, limit) {
        return (left.to_owned(), right.to_owned(), false);
    }
    let common = start_of_difference(left, right);
    let before = limit / 3;
    let start = left[..common].char_indices().rev().take(before + 1).last().map_or(0, |(at, _)| at);
    // A beginning that is hardly longer than the mark for it is not worth the mark.
    let start = if start < 4 { 0 } else { start };
    let cut = |text: &str| {
        let rest = &text[start..];
        let end = rest.char_indices().nth(limit).map_or(rest.len(), |(at, _)| at);
        let marks = [if start > 0 { "…" } else { "" }, if end < rest.len() { "…" } else { "" }];
        format!("{}{}{}", marks[0], &rest[..end], marks[1])
    };
    (cut(left), cut(right), true)
}

/// Length of the common beginning of two texts, in bytes, at a boundary of characters in both.
pub(super) fn start_of_difference(left: &str, right: &str) -> usize {
    let mut common = common_prefix(left.as_bytes(), right.as_bytes());
    while !left.is_char_boundary(common) || !right.is_char_boundary(common) {
        common -= 1;
    }
    common
}

/// Shortens a line to `limit` characters by leaving out its middle; says whether it did.
pub(super) fn ends(line: &str, limit: usize) -> (String, bool) {
    if is_short(line, limit) {
        return (line.to_owned(), false);
    }
    let half = limit / 2;
    let head = line.char_indices().nth(half).map_or(line.len(), |(at, _)| at);
    let tail = line.char_indices().rev().nth(half.saturating_sub(1)).map_or(0, |(at, _)| at);
    (format!("{}…{}", &line[..head], &line[tail.max(head)..]), true)
}

/// The value on one line of at most `limit` characters.
pub(super) fn value(value: &str, limit: usize) -> String {
    ends(&on_one_line(value, limit), limit).0
}

/// Two values on one line each, both around their first difference.
pub(super) fn values(left: &str, right: &str, limit: usize) -> (String, String) {
    let (left, right, _) = pair(&on_one_line(left, limit), &on_one_line(right, limit), limit);
    (left, right)
}

/// The value on one line, whatever its length.
fn on_one_line(value: &str, limit: usize) -> Cow<'_, str> {
    if !value.contains('\n') {
        return Cow::Borrowed(value);
    }
    // What is too long will be shortened anyway: a few lines of it are enough, and joining all would take its time.
    let enough = value.char_indices().nth(limit.saturating_mul(8)).map_or(value, |(at, _)| &value[..at]);
    let joined = text::compact(value, limit.saturating_mul(8));
    Cow::Owned(joined.unwrap_or_else(|| enough.split_whitespace().collect::<Vec<_>>().join(" ")))
}

fn is_short(text: &str, limit: usize) -> bool {
    text.len() <= limit || (text.len() <= limit.saturating_mul(4) && text.chars().count() <= limit)
}
