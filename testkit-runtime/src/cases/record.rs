//! One row of a table, and what a test takes out of it.

use std::any::type_name;
use std::fmt::Display;
use std::rc::Rc;
use std::str::FromStr;

use super::rows::raise;
use super::table::{Row, missing};
use super::{LONGEST_VALUE, Shown};

/// A value in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// What a test's argument is made of; nested values are written in JSON.
    pub(super) text: String,
    /// What a reader is shown of it, if it is not a text.
    pub(super) shown: Option<String>,
}

impl Cell {
    /// A text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), shown: None }
    }

    /// A number, a truth value or something nested.
    pub(super) fn bare(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { shown: Some(text.clone()), text }
    }

    /// Nothing, which is written as `name`.
    pub(super) fn nothing(name: &str) -> Self {
        Self { text: String::new(), shown: Some(name.to_owned()) }
    }

    /// A cell of a format without types: one that reads as a number or a truth value is probably meant to be one.
    pub(super) fn of_unknown_type(text: String) -> Self {
        let begins_like_a_number = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
        let is_number = begins_like_a_number && text.parse::<f64>().is_ok();
        if is_number || text.parse::<bool>().is_ok() { Self::bare(text) } else { Self::text(text) }
    }
}

/// A value that a test's argument can be, made of the text of a cell.
#[diagnostic::on_unimplemented(
    message = "a cell of a table cannot become a `{Self}`",
    label = "an argument whose cells are read from a file",
    note = "implement `std::str::FromStr` for it, or take the cell's text as `&str` or `String`"
)]
pub trait FromCell: Sized {
    /// The value, or why the text is none.
    ///
    /// # Errors
    /// With the text of the type's own error.
    fn from_cell(text: &str) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: FromStr<Err: Display>> FromCell for T {
    fn from_cell(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: T::Err| error.to_string())
    }
}

/// One row of a table.
#[derive(Clone, Debug)]
pub struct Record {
    /// As the author wrote it.
    path: Rc<str>,
    /// From 1.
    number: usize,
    row: Row,
    /// Whether the cell `id` is the case's.
    is_named_by_cell: bool,
}

impl Record {
    pub(super) fn new(path: Rc<str>, number: usize, row: Row, is_named_by_cell: bool) -> Self {
        Self { path, number, row, is_named_by_cell }
    }

    /// The cell's value as the type of an argument.
    ///
    /// # Panics
    /// With a failure of the running test, if the text of the cell is no such value, or there is no such column.
    #[track_caller]
    pub fn get<T: FromCell>(&self, column: &str) -> T {
        let cell = self.present_cell(column);
        // Not in a closure, in which the caller's place would be lost.
        match T::from_cell(&cell.text) {
            Ok(value) => value,
            Err(why) => {
                let (text, kind) = (&cell.text, type_name::<T>());
                raise(format!("{}: the column `{column}` holds {text:?}, which is no {kind}: {why}", self.place()))
            }
        }
    }

    /// The same for an argument that may be missing: `None` if the text of the cell is empty, or the row has no such cell.
    ///
    /// # Panics
    /// With a failure of the running test, if the text of the cell is no such value.
    #[track_caller]
    pub fn optional<T: FromCell>(&self, column: &str) -> Option<T> {
        let is_there = self.cell(column).is_some_and(|cell| !cell.text.is_empty());
        // Not in a closure, in which the caller's place would be lost.
        if is_there { Some(self.get(column)) } else { None }
    }

    /// The text of the cell; a nested value as JSON, `null` as nothing.
    ///
    /// # Panics
    /// With a failure of the running test, if there is no such column.
    #[track_caller]
    pub fn text(&self, column: &str) -> &str {
        &self.present_cell(column).text
    }

    /// What a reader is shown of the cell, on one line and cut if it is long: a text in quotes, anything else bare.
    pub fn shown(&self, column: &str) -> Option<String> {
        let cell = self.cell(column)?;
        match &cell.shown {
            Some(shown) => Some(crate::assertion::line(&format_args!("{shown}"), LONGEST_VALUE)),
            None => Shown(&cell.text).text(),
        }
    }

    /// What the file calls the case: the name that the row stands under, or its cell `id` if that is no argument's.
    pub fn id(&self) -> Option<String> {
        let cell = || self.cell("id").filter(|_| self.is_named_by_cell).map(|cell| cell.text.clone());
        self.row.key.clone().or_else(cell)
    }

    pub(super) fn has(&self, column: &str) -> bool {
        self.cell(column).is_some()
    }

    /// That it lacks a column.
    pub(super) fn missing(&self, column: &str) -> String {
        let there: Vec<&str> = self.row.cells.iter().map(|(name, _)| &**name).collect();
        format!("{}: {}", self.place(), missing(column, &there))
    }

    fn cell(&self, column: &str) -> Option<&Cell> {
        self.row.cells.iter().find(|(name, _)| &**name == column).map(|(_, cell)| cell)
    }

    #[track_caller]
    fn present_cell(&self, column: &str) -> &Cell {
        match self.cell(column) {
            Some(cell) => cell,
            None => raise(self.missing(column)),
        }
    }

    /// The file, the line if it is known, and which row it is.
    fn place(&self) -> String {
        let Self { path, number, row: Row { line, key, .. }, .. } = self;
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        let key = key.as_ref().map(|key| format!(" (`{key}`)")).unwrap_or_default();
        format!("{path}{line}: row {number}{key}")
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn record(line: Option<usize>, key: Option<&str>) -> Record {
        let cells = [
            ("id", Cell::text("first")),
            ("number", Cell::bare("-17")),
            ("text", Cell::text("x 1")),
            ("nothing", Cell::nothing("null")),
            ("list", Cell::bare("[1,2]")),
        ];
        let cells = cells.into_iter().map(|(name, cell)| (name.into(), cell)).collect();
        Record::new("data/x.csv".into(), 3, Row { line, key: key.map(str::to_owned), cells }, true)
    }

    #[test]
    fn cells_become_values() {
        let record = record(Some(7), None);
        assert_eq!(record.get::<i64>("number"), -17);
        assert_eq!(record.get::<String>("text"), "x 1");
        assert_eq!(record.text("list"), "[1,2]");
        assert_eq!(record.text("nothing"), "");
        assert_eq!(record.optional::<i32>("number"), Some(-17));
        assert_eq!(record.optional::<i32>("nothing"), None);
        assert_eq!(record.optional::<i32>("not there"), None);
    }

    #[test]
    fn cells_are_shown_by_what_they_are() {
        let record = record(Some(7), None);
        let shown = ["text", "number", "nothing", "list", "not there"].map(|column| record.shown(column));
        assert_eq!(
            shown.each_ref().map(Option::as_deref),
            [Some("\"x 1\""), Some("-17"), Some("null"), Some("[1,2]"), None]
        );
        for number in ["1", "-1", "+1", ".5", "1e9", "true", "false"] {
            assert_eq!(Cell::of_unknown_type(number.to_owned()), Cell::bare(number));
        }
        for text in ["", "nan", "inf", "-", "1x", " 1", "TRUE", "x"] {
            assert_eq!(Cell::of_unknown_type(text.to_owned()), Cell::text(text));
        }
    }

    #[test]
    fn a_row_is_named_by_its_key_or_its_cell() {
        assert_eq!(record(None, None).id().as_deref(), Some("first"));
        assert_eq!(record(None, Some("key")).id().as_deref(), Some("key"));
        assert_eq!(Record { is_named_by_cell: false, ..record(None, None) }.id(), None);
    }

    #[test]
    fn what_cannot_be_had_is_a_failure_with_its_place() {
        #[track_caller]
        fn check<T>(take: impl FnOnce() -> T + std::panic::UnwindSafe, want: &str) {
            let payload = catch_unwind(|| drop(take())).unwrap_err();
            assert_eq!(payload.downcast_ref::<String>().map(String::as_str), Some(want));
        }
        check(
            || record(Some(7), None).get::<i32>("text"),
            "data/x.csv:7: row 3: the column `text` holds \"x 1\", which is no i32: invalid digit found in string",
        );
        check(
            || record(None, Some("carry")).optional::<bool>("number"),
            "data/x.csv: row 3 (`carry`): the column `number` holds \"-17\", which is no bool: \
             provided string was not `true` or `false`",
        );
        check(
            || record(None, None).text("numbre").len(),
            "data/x.csv: row 3: there is no column `numbre`; did you mean `number`?\n\
             there are `id`, `number`, `text`, `nothing`, `list`",
        );
    }
}
