//! Where two texts differ, line by line.

use super::excerpt;
use super::report::Report;
use super::walk::{Items, Step, walk};

/// Longest text of one line, in characters, in which a difference is found without its position.
const SHORT: usize = 20;

/// Longest part of a line that is shown where two versions of it differ, in characters.
const EXCERPT: usize = 40;

/// Compares two texts of which every line ends with a line break.
pub(super) fn compare<'t>(report: &mut Report<'t>, left: &'t str, right: &'t str) {
    let limit = report.value_chars();
    walk(left, right, Items::Lines, |step| match step {
        Step::Same(lines) => report.same(without_end(lines)),
        Step::Changed(left, right) => {
            let path = position(left.lines, right.lines, left.index);
            let (left_value, right_value) = quoted_pair(left.lines, right.lines, limit);
            report.difference(&path, Some(left_value), Some(right_value));
            report.changed(left.lines, right.lines);
        }
        Step::Left(item) => {
            let value = excerpt::ends(item.lines, limit).0;
            report.difference(&format!("line {}", item.index + 1), Some(format!("{value:?}")), None);
            report.left(item.lines);
        }
        Step::Right(item) => {
            let value = excerpt::ends(item.lines, limit).0;
            report.difference(&format!("line {}", item.index + 1), None, Some(format!("{value:?}")));
            report.right(item.lines);
        }
        Step::Rest(left, right) => report.not_compared(left, right),
    });
}

/// Adds two texts to the diff whose differences are said elsewhere.
pub(super) fn diff<'t>(report: &mut Report<'t>, left: &'t str, right: &'t str) {
    walk(left, right, Items::Lines, |step| match step {
        Step::Same(lines) => report.same(without_end(lines)),
        Step::Changed(left, right) => report.changed(left.lines, right.lines),
        Step::Left(item) => report.left(item.lines),
        Step::Right(item) => report.right(item.lines),
        Step::Rest(left, right) => report.not_compared(left, right),
    });
}

/// The first place where two texts differ, if they are so long that it is worth saying, and the lines there.
pub(super) fn place_in_long(left: &str, right: &str, limit: usize) -> Option<(String, (String, String))> {
    let long = |text: &str| text.contains('\n') || text.chars().nth(SHORT).is_some();
    if !long(left) || !long(right) {
        return None;
    }
    let common = excerpt::start_of_difference(left, right);
    let line_start = left[..common].rfind('\n').map_or(0, |at| at + 1);
    let index = left[..line_start].matches('\n').count();
    let line = |text: &str| text[line_start..].split('\n').next().unwrap_or_default().to_owned();
    let lines = quoted_pair(&line(left), &line(right), limit);
    Some((position(&left[line_start..], &right[line_start..], index), lines))
}

/// The first place where two versions of a line differ, in words; `index` is the line's, from 0.
fn position(left: &str, right: &str, index: usize) -> String {
    let common = excerpt::start_of_difference(left, right);
    format!("char {} of line {}", left[..common].chars().count() + 1, index + 1)
}

/// Two versions of a line as literals, both around their first difference.
fn quoted_pair(left: &str, right: &str, limit: usize) -> (String, String) {
    let (left, right, _) = excerpt::pair(left, right, EXCERPT.min(limit));
    (format!("{left:?}"), format!("{right:?}"))
}

fn without_end(lines: &str) -> &str {
    lines.strip_suffix('\n').unwrap_or(lines)
}
