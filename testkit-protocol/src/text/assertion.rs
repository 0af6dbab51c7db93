//! A failed assertion as text.

use std::fmt::Write as _;

use super::value::{is_open_ended, line_start, split_note, text_lines, wrapped};
use super::visible::columns;
use super::{DIFF_HEADING, compact, diff, one_line, push_indented, source_line};
use crate::event::NamedValue;
use crate::failure::{Assertion, Comparison, DiffLine, Difference, Moment, Operand, TextRange};

/// What begins the line of the expression.
const FAILED: &str = "assertion failed: ";

/// The one macro without an expression: its message is all that there is to say.
const FAIL: &str = "fail";

/// Longest source text for whose sake the others are padded, in columns.
const MAX_PADDED: usize = 40;

/// Narrowest room for a value, in columns, however narrow the report is.
const MIN_VALUE: usize = 30;

/// The author's message, the expression, its values, and how they differ.
pub(super) fn body(assertion: &Assertion, message: Option<&str>, columns: usize) -> String {
    let mut text = message.unwrap_or_default().to_owned();
    if assertion.macro_name != FAIL {
        if message.is_some() {
            text.push('\n');
        }
        push_expression(&mut text, assertion, columns);
    } else if message.is_none() {
        text = format!("`{FAIL}!` was called");
    }
    let empty = Comparison::default();
    let comparison = assertion.comparison.as_ref().unwrap_or(&empty);
    let mut operands = assertion.operands.as_slice();
    if let [left, right, others @ ..] = operands
        && is_pair(left, right)
        && left.value == right.value
        && comparison.differences.is_empty()
        && left.moment.is_at_failure()
        && right.moment.is_at_failure()
        && !is_stand_in(&left.value)
    {
        ValueLayout::new(others, comparison, columns).push_value(&mut text, "\n  both sides:", &left.value, false);
        operands = others;
    }
    let layout = ValueLayout::new(operands, comparison, columns);
    let pointer = pointer(operands, comparison, &layout);
    for operand in operands {
        layout.push_operand(&mut text, operand, pointer.is_some());
    }
    let shows_values = layout.shows_both_values(operands);
    if let Some(pointer) = &pointer {
        write!(text, "\n{pointer}").expect("writing to a String cannot fail");
    } else {
        push_differences(&mut text, comparison, shows_values, columns);
    }
    if !shows_values && !comparison.diff.is_empty() {
        write!(text, "\n  {DIFF_HEADING}").expect("writing to a String cannot fail");
        for line in diff::lines(&comparison.diff) {
            text.push_str("\n    ");
            text.push_str(&line);
        }
    }
    for note in &assertion.notes {
        text.push_str("\n  note: ");
        text.push_str(&note.replace('\n', "\n    "));
    }
    if let Some(path) = &comparison.full_values {
        write!(text, "\n  full values: {path}").expect("writing to a String cannot fail");
    }
    text
}

/// Values by their names, one below the other as the values of an assertion are; each line with its indent.
pub(super) fn values(named: &[NamedValue], columns: usize) -> String {
    let operand = |NamedValue { name, value }: &NamedValue| Operand {
        source: name.clone(),
        value: value.clone(),
        ..Operand::default()
    };
    let operands: Vec<Operand> = named.iter().map(operand).collect();
    let layout = ValueLayout::new(&operands, &Comparison::default(), columns);
    let mut text = String::new();
    for operand in &operands {
        layout.push_operand(&mut text, operand, false);
    }
    text.trim_start_matches('\n').to_owned()
}

/// The expression with its values, or with the first of the differences where the values are long.
pub(super) fn summary(assertion: &Assertion) -> String {
    let mut text = one_line(&assertion.expression);
    if assertion.expression.chars().count() <= 2 * super::SUMMARY_VALUE {
        text = source_line::joined(&assertion.expression);
    }
    let what = match assertion.operands.as_slice() {
        [left, right, ..] if is_pair(left, right) => {
            let long = |operand: &Operand| compact(&operand.value, super::SUMMARY_VALUE).is_none();
            match assertion
                .comparison
                .as_ref()
                .and_then(|comparison| Some((comparison, comparison.differences.first()?)))
            {
                Some((comparison, first)) if long(left) || long(right) => {
                    let more = comparison.differences.len() as u64 - 1 + comparison.more_differences;
                    let more = if more == 0 { String::new() } else { format!(", and {more} more") };
                    format!("{}{more}", one_line(&difference(first)))
                }
                Some(_) | None => format!("{} vs {}", one_line(&left.value), one_line(&right.value)),
            }
        }
        operands => {
            let values = operands.iter().filter(|operand| operand.moment != Moment::Moved).take(2);
            let values: Vec<_> =
                values.map(|operand| format!("{} = {}", one_line(&operand.source), one_line(&operand.value))).collect();
            values.join(", ")
        }
    };
    if !what.is_empty() {
        write!(text, ": {what}").expect("writing to a String cannot fail");
    }
    text
}

/// Whether these are the two sides of a comparison.
fn is_pair(left: &Operand, right: &Operand) -> bool {
    left.role == "left" && right.role == "right"
}

/// Appends the expression, broken before `&&` and `||` if it is long, with carets under the part that decided.
fn push_expression(text: &mut String, assertion: &Assertion, width: usize) {
    let Assertion { macro_name, expression, decided, .. } = assertion;
    text.push_str(FAILED);
    if expression.is_empty() {
        // A later version may have macros without one; the message alone would not say that something was asserted.
        write!(text, "{macro_name}!").expect("writing to a String cannot fail");
    }
    let decided = decided.and_then(|TextRange { start, end }| {
        let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
        (start < end && expression.get(start..end).is_some()).then_some(start..end)
    });
    for (number, line) in expression_lines(expression, width.saturating_sub(FAILED.len())).into_iter().enumerate() {
        if number > 0 {
            write!(text, "\n{}", " ".repeat(FAILED.len())).expect("writing to a String cannot fail");
        }
        text.push_str(&expression[line.clone()]);
        let Some(decided) = &decided else { continue };
        let (start, end) = (decided.start.max(line.start), decided.end.min(line.end));
        if start >= end {
            continue;
        }
        // Indentation that the author wrote is not part of what decided.
        let part = &expression[start..end];
        let part_start = start + (part.len() - part.trim_start().len());
        let indent = " ".repeat(FAILED.len() + columns(&expression[line.start..part_start]));
        let carets = "^".repeat(columns(expression[part_start..end].trim_end()));
        if !carets.is_empty() {
            write!(text, "\n{indent}{carets}").expect("writing to a String cannot fail");
        }
    }
}

/// The lines on which an expression is shown, as ranges of bytes.
fn expression_lines(expression: &str, width: usize) -> Vec<std::ops::Range<usize>> {
    let mut lines: Vec<std::ops::Range<usize>> = Vec::new();
    let mut start = 0;
    for line in expression.split('\n') {
        let end = start + line.len();
        let mut from = start;
        while columns(&expression[from..end]) > width {
            let rest = &expression[from..end];
            // As much as fits; the first part if not even that does.
            let breaks = rest.match_indices(" && ").chain(rest.match_indices(" || ")).map(|(at, _)| at);
            let mut breaks: Vec<_> = breaks.filter(|&at| !rest[..at].trim().is_empty()).collect();
            breaks.sort_unstable();
            let fitting = breaks.iter().copied().rfind(|&at| columns(&rest[..at]) <= width);
            let Some(at) = fitting.or(breaks.first().copied()) else { break };
            lines.push(from..from + at);
            from += at + 1;
        }
        lines.push(from..end);
        start = end + 1;
    }
    lines
}

/// How the values of an assertion are laid out.
struct ValueLayout {
    /// Width of the column of roles, with what follows it.
    roles: usize,
    /// Width to which the sources are padded.
    sources: usize,
    /// Width of the report.
    columns: usize,
    /// Whether a diff shows what a value does not that is too long for its line.
    has_diff: bool,
}

impl ValueLayout {
    fn new(operands: &[Operand], comparison: &Comparison, width: usize) -> Self {
        let role = operands.iter().map(|operand| columns(&operand.role)).max().unwrap_or(0);
        let padded = operands.iter().filter(|operand| !is_literal(operand));
        let padded = padded.map(|operand| columns(&source(operand))).filter(|&columns| columns <= MAX_PADDED);
        Self {
            roles: if role == 0 { 0 } else { role + 2 },
            sources: padded.max().unwrap_or(0),
            columns: width,
            has_diff: !comparison.diff.is_empty(),
        }
    }

    /// What stands before the value, but for the blank before it: the role, the source and the sign.
    fn label(&self, operand: &Operand, align_literals: bool) -> String {
        let role = if operand.role.is_empty() { String::new() } else { format!("{}:", operand.role) };
        let mut label = format!("  {role}{}", " ".repeat(self.roles.saturating_sub(columns(&role))));
        if is_literal(operand) {
            label.push_str(&" ".repeat(if align_literals { self.sources + 3 } else { 0 }));
            label.pop();
            return label;
        }
        let source = source(operand);
        let padding = " ".repeat(self.sources.saturating_sub(columns(&source)));
        let sign = match operand.moment {
            Moment::Moved => "",
            Moment::AtFailure | Moment::AfterEvaluation => " =",
        };
        format!("{label}{source}{padding}{sign}")
    }

    fn push_operand(&self, text: &mut String, operand: &Operand, align_literals: bool) {
        let label = format!("\n{}", self.label(operand, align_literals));
        match operand.moment {
            Moment::Moved => write!(text, "{label}   (moved)").expect("writing to a String cannot fail"),
            Moment::AtFailure | Moment::AfterEvaluation => {
                let has_diff = self.has_diff && matches!(operand.role.as_str(), "left" | "right");
                self.push_value(text, &label, &operand.value, has_diff);
            }
        }
        if operand.moment == Moment::AfterEvaluation {
            text.push_str("   (after evaluation)");
        }
    }

    /// Appends a value behind its label, or below it where it has several lines; cut to the line if a diff shows it.
    fn push_value(&self, text: &mut String, label: &str, value: &str, has_diff: bool) {
        text.push_str(label);
        let room = self.room(label);
        let (value, note) = split_note(value);
        if let Some(line) = compact(value, room).filter(|_| has_diff || !has_lines(value)) {
            text.push(' ');
            text.push_str(&line);
        } else if has_diff {
            // The file that the report names at its end has all of it.
            return write!(text, " {}…", line_start(value, room - 1)).expect("writing to a String cannot fail");
        } else if let Some(lines) = text_lines(value) {
            for line in lines {
                write!(text, "\n    | {line}").expect("writing to a String cannot fail");
                text.truncate(text.trim_end().len());
            }
        } else if let Some(wrapped) = wrapped(value, self.columns.saturating_sub(4).max(MIN_VALUE)) {
            text.push('\n');
            push_indented(text, &wrapped, "    ");
        } else if value.contains('\n') {
            text.push('\n');
            push_indented(text, value, "    ");
        } else {
            text.push(' ');
            text.push_str(value);
        }
        if let Some(note) = note {
            write!(text, "\n    {note}").expect("writing to a String cannot fail");
        }
    }

    /// How many columns are left for a value behind its label.
    fn room(&self, label: &str) -> usize {
        self.columns.saturating_sub(columns(label.trim_start_matches('\n')) + 1).max(MIN_VALUE)
    }

    /// Whether both sides of a comparison stand in full on their lines.
    fn shows_both_values(&self, operands: &[Operand]) -> bool {
        let [left, right, ..] = operands else { return false };
        let whole = |operand: &Operand| {
            let room = self.room(&self.label(operand, false));
            !is_text_of_lines(&operand.value) && compact(&operand.value, room).is_some()
        };
        is_pair(left, right) && whole(left) && whole(right)
    }
}

/// Whether the value's text is, or ends with, words of ours instead of its own: two such texts may stand for anything.
fn is_stand_in(value: &str) -> bool {
    let ends = ["<its Debug panicked>", "<its Debug returned an error>", "<cut: its Debug text is too long>"];
    value.starts_with("<a value of type ") || is_open_ended(value) || ends.iter().any(|end| value.ends_with(end))
}

/// Whether the value is a text of several lines, which no one reads with its escapes.
fn is_text_of_lines(value: &str) -> bool {
    value.starts_with('"') && value.contains("\\n")
}

/// Whether the value is a text of three lines or more: two can be told on one line.
fn has_lines(value: &str) -> bool {
    is_text_of_lines(value) && text_lines(value).is_some_and(|lines| lines.len() > 2)
}

fn is_literal(operand: &Operand) -> bool {
    operand.source == operand.value || compact(&operand.value, operand.source.len()).as_ref() == Some(&operand.source)
}

/// The source text on one line.
fn source(operand: &Operand) -> String {
    source_line::joined(&operand.source)
}

/// A line under two texts of one line that points at what differs.
fn pointer(operands: &[Operand], comparison: &Comparison, layout: &ValueLayout) -> Option<String> {
    // Sub-expressions after the two sides would come between the text and the pointer.
    let [left, right] = operands else { return None };
    let [Difference { path, .. }] = comparison.differences.as_slice() else { return None };
    let texts = left.value.starts_with('"') && right.value.starts_with('"');
    if !texts || !path.starts_with("char ") || !layout.shows_both_values(operands) {
        return None;
    }
    if [left, right].iter().any(|operand| columns(&source(operand)) > MAX_PADDED) {
        return None;
    }
    let letters = |operand: &Operand| operand.value.chars().collect::<Vec<_>>();
    let (left, right) = (letters(left), letters(right));
    let [left_parts, right_parts] = diff::differing_parts(&left, &right)?;
    let start = left_parts.first().into_iter().chain(right_parts.first()).map(|part| part.start).min()?;
    let end = left_parts.last().into_iter().chain(right_parts.last()).map(|part| part.end).max()?;
    let before = right.get(..start)?.iter().collect::<String>();
    // One stretch of carets only where the sides differ in one place.
    let carets = if left_parts.len() <= 1 && right_parts.len() <= 1 { end - start } else { 1 };
    let indent = 2 + layout.roles + layout.sources + 3 + columns(&before);
    let line = format!("{}{} {path}", " ".repeat(indent), "^".repeat(carets.max(1)));
    (columns(&line) <= layout.columns).then_some(line)
}

/// Appends where the values differ, as far as neither the values nor the diff say it.
fn push_differences(text: &mut String, comparison: &Comparison, shows_values: bool, width: usize) {
    let Comparison { differences, more_differences, diff, .. } = comparison;
    let count = differences.len() as u64 + more_differences;
    let is_place_in_text =
        |difference: &Difference| difference.path.starts_with("line ") || difference.path.starts_with("char ");
    let Some(first) = differences.first() else { return };
    if !shows_values && !diff.is_empty() && is_place_in_text(first) {
        let words = if count == 1 { "differs at" } else { "first difference at" };
        // Where lines of the diff are broken by the terminal, its pointers point nowhere.
        let fits = diff.iter().all(|line| line_columns(line) + 6 <= width);
        let what = if fits { first.path.clone() } else { difference(first) };
        write!(text, "\n  {words} {what}").expect("writing to a String cannot fail");
        return;
    }
    match differences.as_slice() {
        // The values on their own lines say the same.
        [Difference { path, left: Some(_), right: Some(_) }]
            if count == 1 && (path.is_empty() || (shows_values && path == "char 1 of line 1")) => {}
        [only] if count == 1 => {
            let at = if only.path.is_empty() { "differs: " } else { "differs at " };
            write!(text, "\n  {at}{}", difference(only)).expect("writing to a String cannot fail");
        }
        several => {
            write!(text, "\n  {count} differences:").expect("writing to a String cannot fail");
            for one in several {
                write!(text, "\n    {}", difference(one)).expect("writing to a String cannot fail");
            }
            if *more_differences > 0 {
                write!(text, "\n    … and {more_differences} more").expect("writing to a String cannot fail");
            }
        }
    }
}

fn line_columns(line: &DiffLine) -> usize {
    match line {
        DiffLine::Same(text) | DiffLine::Left(text) | DiffLine::Right(text) => columns(text),
        DiffLine::Omitted(_) => 0,
    }
}

/// `.path: left ≠ right`, or the side that has the part.
fn difference(difference: &Difference) -> String {
    let Difference { path, left, right } = difference;
    let at = if path.is_empty() { String::new() } else { format!("{path}: ") };
    match (left, right) {
        (Some(left), Some(right)) => format!("{at}{left} ≠ {right}"),
        (Some(left), None) => format!("{at}only left: {left}"),
        (None, Some(right)) => format!("{at}only right: {right}"),
        (None, None) => path.clone(),
    }
}
