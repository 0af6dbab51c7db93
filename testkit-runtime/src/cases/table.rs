//! The rows of a table in a file, as records: one for each case.

use std::fs;
use std::rc::Rc;

use testkit_protocol::spelling::nearest;

use super::record::{Cell, Record};
use super::{csv, json, package_folder};

/// What a table's file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKind {
    /// RFC 4180; the first line names the columns.
    Csv,
    /// An array of objects, or an object of objects whose names are ids.
    Json,
    /// One array of tables, or tables whose names are ids.
    #[cfg(feature = "toml")]
    Toml,
}

/// What a file's text holds.
#[derive(Debug, PartialEq)]
pub(super) struct Rows {
    /// The names that a line of their own gives to the columns. Elsewhere each row names its cells.
    pub(super) columns: Option<Vec<String>>,
    pub(super) rows: Vec<Row>,
}

/// A row of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// The line it begins on, from 1, where that is known.
    pub(super) line: Option<usize>,
    /// The name it stands under.
    pub(super) key: Option<String>,
    pub(super) cells: Vec<(Rc<str>, Cell)>,
}

/// Why a text holds no table.
#[derive(Debug, PartialEq)]
pub(super) struct TextError {
    /// The line, and the column in characters, both from 1; 0 where it is not known.
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

/// Reads the table at `path`, from the package's folder. `required` columns are in every row, `optional` ones in one at
/// least, so that a misspelt name is told. A column `id` that is neither of them names the cases.
///
/// # Errors
/// If the file cannot be read, is not UTF-8 or no such table, or lacks a column.
pub fn table(
    manifest_directory: &str,
    path: &str,
    kind: TableKind,
    required: &[&str],
    optional: &[&str],
) -> Result<Vec<Record>, String> {
    let package = package_folder(manifest_directory);
    let bytes =
        fs::read(package.join(path)).map_err(|why| format!("cannot read {path} in {}: {why}", package.display()))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let read = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        let line = super::line_and_column(&read, read.len()).0;
        format!("{path}:{line}: this is not UTF-8")
    })?;
    // Spreadsheets begin what they write with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let rows = match kind {
        TableKind::Csv => rows_of_csv(text),
        TableKind::Json => json::rows(text),
        #[cfg(feature = "toml")]
        TableKind::Toml => super::toml::rows(text),
    };
    let rows = rows.map_err(|TextError { line, column, message }| match (line, column) {
        (0, _) => format!("{path}: {message}"),
        (_, 0) => format!("{path}:{line}: {message}"),
        (_, _) => format!("{path}:{line}:{column}: {message}"),
    })?;
    records(path, rows, required, optional)
}

fn rows_of_csv(text: &str) -> Result<Rows, TextError> {
    let csv::Csv { columns, rows } =
        csv::parse(text).map_err(|csv::CsvError { line, message }| TextError { line, column: 0, message })?;
    let names: Vec<Rc<str>> = columns.iter().map(|name| name.as_str().into()).collect();
    let row = |(line, cells): (usize, Vec<String>)| {
        let cells = names.iter().cloned().zip(cells.into_iter().map(Cell::of_unknown_type)).collect();
        Row { line: Some(line), key: None, cells }
    };
    Ok(Rows { rows: rows.into_iter().map(row).collect(), columns: Some(columns) })
}

fn records(path: &str, rows: Rows, required: &[&str], optional: &[&str]) -> Result<Vec<Record>, String> {
    let Rows { columns, rows } = rows;
    if columns.is_some() || !rows.is_empty() {
        let mut there: Vec<&str> = columns.iter().flatten().map(String::as_str).collect();
        if columns.is_none() {
            there.extend(rows.iter().flat_map(|row| row.cells.iter().map(|(name, _)| &**name)));
            there.sort_unstable();
            there.dedup();
        }
        if let Some(column) = required.iter().chain(optional).find(|column| !there.contains(column)) {
            return Err(format!("{path}: {}", missing(column, &there)));
        }
    }
    let is_named_by_cell = ![required, optional].concat().contains(&"id");
    let path: Rc<str> = path.into();
    let mut records = Vec::with_capacity(rows.len());
    for (index, row) in rows.into_iter().enumerate() {
        let record = Record::new(Rc::clone(&path), index + 1, row, is_named_by_cell);
        if let Some(column) = required.iter().find(|column| !record.has(column)) {
            return Err(record.missing(column));
        }
        records.push(record);
    }
    Ok(records)
}

/// That a column is not among those that are there.
pub(super) fn missing(column: &str, there: &[&str]) -> String {
    // Of names of one letter every other one would be near.
    let alike: Vec<&str> =
        there.iter().copied().filter(|name| name.contains(|letter| column.contains(letter))).collect();
    let near = nearest(column, &alike);
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let there = if there.is_empty() { "no others".to_owned() } else { format!("`{}`", there.join("`, `")) };
    format!("there is no column `{column}`{hint}\nthere are {there}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each cell of the columns `a` and `b` holds, behind the id.
    fn read(kind: TableKind, bytes: &[u8], required: &[&str], optional: &[&str]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("data/table"), bytes).unwrap();
        let records = table(folder.path().to_str().unwrap(), "data/table", kind, required, optional)?;
        let text = |record: &Record| {
            let cells = ["a", "b"].map(|column| record.optional(column).unwrap_or_else(|| "-".to_owned()));
            format!("{}: {} {}", record.id().unwrap_or_default(), cells[0], cells[1])
        };
        Ok(records.iter().map(text).collect())
    }

    #[test]
    fn the_column_id_names_the_cases_unless_it_is_an_argument() {
        let csv = "id,a,b\nfirst,1,2\n,3,4\n";
        let check = |required: &[&str], optional: &[&str], want: &[&str]| {
            assert_eq!(read(TableKind::Csv, csv.as_bytes(), required, optional).unwrap(), want);
        };
        check(&["a", "b"], &[], &["first: 1 2", ": 3 4"]);
        check(&["id", "a"], &[], &[": 1 2", ": 3 4"]);
        check(&["a"], &["id"], &[": 1 2", ": 3 4"]);
        let json = r#"{"first": {"id": "other", "a": 1}, "second": {"a": 2}}"#;
        assert_eq!(read(TableKind::Json, json.as_bytes(), &["a"], &[]).unwrap(), ["first: 1 -", "second: 2 -"]);
    }

    #[test]
    fn a_table_may_be_empty() {
        #[track_caller]
        fn check(kind: TableKind, text: &str) {
            assert_eq!(read(kind, text.as_bytes(), &["a"], &["b"]).unwrap(), [""; 0]);
        }
        check(TableKind::Csv, "a,b\n");
        check(TableKind::Json, "[]");
        check(TableKind::Json, " {} ");
    }

    #[test]
    fn says_what_is_wrong_with_a_table() {
        #[track_caller]
        fn check(kind: TableKind, bytes: impl AsRef<[u8]>, want: &str) {
            assert_eq!(read(kind, bytes.as_ref(), &["a"], &["b"]).unwrap_err(), want);
        }
        check(TableKind::Csv, "aa,b\n", "data/table: there is no column `a`; did you mean `aa`?\nthere are `aa`, `b`");
        check(TableKind::Csv, "a,second\n1,2\n", "data/table: there is no column `b`\nthere are `a`, `second`");
        check(TableKind::Csv, "a,b\n1\n", "data/table:2: 1 cell here, but 2 are named");
        check(TableKind::Csv, b"\xef\xbb\xbfa,b\n1,\xff\n", "data/table:2: this is not UTF-8");
        check(TableKind::Json, "[\n1,\n]", "data/table:3:1: expected a value");
        check(TableKind::Json, "1", "data/table: an array of objects, or an object of objects, was expected");
        check(
            TableKind::Json,
            r#"[{"a": 1, "b": 2}, {"b": 3}]"#,
            "data/table: row 2: there is no column `a`\nthere are `b`",
        );
        check(
            TableKind::Json,
            r#"[{"a": 1, "bb": 2}, {"a": 3}]"#,
            "data/table: there is no column `b`; did you mean `bb`?\nthere are `a`, `bb`",
        );
        check(TableKind::Json, r#"{"x": {}}"#, "data/table: there is no column `a`\nthere are no others");
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(read(TableKind::Csv, b"\xef\xbb\xbfa\n1\n", &["a"], &[]).unwrap(), [": 1 -"]);
        assert_eq!(read(TableKind::Json, b"\xef\xbb\xbf[{\"a\":1}]", &["a"], &[]).unwrap(), [": 1 -"]);
    }

    #[test]
    fn a_file_that_is_not_there_is_told() {
        let error = table(env!("CARGO_MANIFEST_DIR"), "data/none.csv", TableKind::Csv, &[], &[]).unwrap_err();
        let begin = format!("cannot read data/none.csv in {}: ", env!("CARGO_MANIFEST_DIR"));
        assert!(error.starts_with(&begin), "{error}");
    }

    #[cfg(feature = "toml")]
    #[test]
    fn reads_toml() {
        let text = "[[case]]\na = 1\n\n[[case]]\nid = \"second\"\na = 2\nb = 3\n";
        assert_eq!(read(TableKind::Toml, text.as_bytes(), &["a"], &["b"]).unwrap(), [": 1 -", "second: 2 3"]);
        let error = read(TableKind::Toml, b"[[case]]\na = 1\n[[case]]\nb = 1\n", &["a"], &[]).unwrap_err();
        assert_eq!(error, "data/table:3: row 2: there is no column `a`\nthere are `b`");
        assert_eq!(crate::__toml!(), TableKind::Toml);
    }
}
