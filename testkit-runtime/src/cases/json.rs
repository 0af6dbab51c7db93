//! Tables in JSON: an array of objects, or an object of objects, whose names are the ids of the cases.

use testkit_protocol::json::{Json, parse, write_string};

use super::line_and_column;
use super::record::Cell;
use super::table::{Row, Rows, TextError};

/// The rows of a table.
pub(super) fn rows(text: &str) -> Result<Rows, TextError> {
    let json = parse(text).map_err(|error| {
        let (line, column) = error.offset().map_or((0, 0), |offset| line_and_column(text, offset));
        TextError { line, column, message: format!("expected {}", error.expected()) }
    })?;
    let rows = match json {
        Json::Array(items) => items.into_iter().map(|item| (None, item)).collect(),
        Json::Object(members) => members.into_iter().map(|(key, value)| (Some(key), value)).collect(),
        Json::Null | Json::Boolean(_) | Json::Number(_) | Json::String(_) => {
            return Err(error("an array of objects, or an object of objects, was expected".to_owned()));
        }
    };
    let rows: Vec<(Option<String>, Json)> = rows;
    let rows = rows.into_iter().enumerate().map(|(index, (key, value))| row(index + 1, key, value));
    Ok(Rows { columns: None, rows: rows.collect::<Result<_, _>>()? })
}

fn row(number: usize, key: Option<String>, value: Json) -> Result<Row, TextError> {
    let members = match value {
        Json::Object(members) => members,
        Json::Null | Json::Boolean(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
            let key = key.map(|key| format!(" (`{key}`)")).unwrap_or_default();
            return Err(error(format!("row {number}{key}: an object was expected, its members named like arguments")));
        }
    };
    let cells = members.into_iter().map(|(name, value)| (name.into(), cell(value))).collect();
    Ok(Row { line: None, key, cells })
}

fn error(message: String) -> TextError {
    TextError { line: 0, column: 0, message }
}

fn cell(value: Json) -> Cell {
    match value {
        Json::Null => Cell::nothing("null"),
        Json::String(text) => Cell::text(text),
        Json::Number(text) => Cell::bare(text),
        Json::Boolean(_) | Json::Array(_) | Json::Object(_) => Cell::bare(written(&value)),
    }
}

/// A value as JSON, without white space.
pub(super) fn written(value: &Json) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

fn write(out: &mut String, value: &Json) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Boolean(true) => out.push_str("true"),
        Json::Boolean(false) => out.push_str("false"),
        Json::Number(number) => out.push_str(number),
        Json::String(text) => write_string(out, text),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(out, item);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (index, (name, value)) in members.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_string(out, name);
                out.push(':');
                write(out, value);
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of each cell of the only row.
    #[track_caller]
    fn check(text: &str, key: Option<&str>, want: &[(&str, Cell)]) {
        let cells = want.iter().map(|(name, cell)| ((*name).into(), cell.clone())).collect();
        let row = Row { line: None, key: key.map(str::to_owned), cells };
        assert_eq!(rows(text), Ok(Rows { columns: None, rows: vec![row] }), "text: {text}");
    }

    #[test]
    fn objects_are_rows() {
        check("[{}]", None, &[]);
        check(
            r#"[{"a": 1.50, "b": "x\ny", "c": null, "d": true}]"#,
            None,
            &[
                ("a", Cell::bare("1.50")),
                ("b", Cell::text("x\ny")),
                ("c", Cell::nothing("null")),
                ("d", Cell::bare("true")),
            ],
        );
        check(r#"{"carry": {"a": -1e3}}"#, Some("carry"), &[("a", Cell::bare("-1e3"))]);
        check(
            r#"[{"a": [1, "x\"", null, false, {}], "b": {"c": [ ], "d\n": {"e": 1, "f": 2}}}]"#,
            None,
            &[("a", Cell::bare(r#"[1,"x\"",null,false,{}]"#)), ("b", Cell::bare(r#"{"c":[],"d\n":{"e":1,"f":2}}"#))],
        );
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        #[track_caller]
        fn check(text: &str, line: usize, column: usize, message: &str) {
            assert_eq!(rows(text), Err(TextError { line, column, message: message.to_owned() }), "text: {text}");
        }
        check("[\n {\"a\": 1,}]", 2, 10, "expected `\"`");
        check("", 1, 1, "expected a value");
        check("\"x\"", 0, 0, "an array of objects, or an object of objects, was expected");
        check("[{}, 1]", 0, 0, "row 2: an object was expected, its members named like arguments");
        check(r#"{"a": []}"#, 0, 0, "row 1 (`a`): an object was expected, its members named like arguments");
    }
}
