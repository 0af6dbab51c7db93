//! Tables in TOML: the only array of tables of the file, `[[case]]` by whatever name; or, if there is none, the tables of
//! the file, whose names are the ids of the cases. Other keys at the top may say what they want.

use std::rc::Rc;

use testkit_protocol::json::Json;
use toml::Spanned;
use toml::de::{DeArray, DeString, DeTable, DeValue};

use super::line_and_column;
use super::record::Cell;
use super::table::{Row, Rows, TextError};

/// The rows of a table.
pub(super) fn rows(text: &str) -> Result<Rows, TextError> {
    let file = DeTable::parse(text).map_err(|error| {
        let (line, column) = error.span().map_or((0, 0), |span| line_and_column(text, span.start));
        TextError { line, column, message: error.message().to_owned() }
    })?;
    let mut entries: Vec<_> = file.get_ref().iter().collect();
    entries.sort_unstable_by_key(|(name, _)| name.span().start);
    let arrays: Vec<(&Spanned<DeString<'_>>, &DeArray<'_>)> =
        entries.iter().filter_map(|(name, value)| Some((*name, array_of_tables(value.get_ref())?))).collect();
    let rows = match arrays.as_slice() {
        [] => entries
            .iter()
            .filter_map(|(name, value)| {
                let table = value.get_ref().as_table()?;
                Some(row(text, name.span().start, Some(name.get_ref().to_string()), table))
            })
            .collect(),
        [(_, array)] => array
            .iter()
            .filter_map(|item| Some(row(text, item.span().start, None, item.get_ref().as_table()?)))
            .collect(),
        [_, (second, _), ..] => {
            let (line, column) = line_and_column(text, second.span().start);
            let names: Vec<&str> = arrays.iter().map(|(name, _)| name.get_ref().as_ref()).collect();
            let message = format!("one array of tables was expected, but there are `{}`", names.join("`, `"));
            return Err(TextError { line, column, message });
        }
    };
    Ok(Rows { columns: None, rows })
}

fn array_of_tables<'a, 'i>(value: &'a DeValue<'i>) -> Option<&'a DeArray<'i>> {
    value.as_array().filter(|array| !array.is_empty() && array.iter().all(|item| item.get_ref().is_table()))
}

fn row(text: &str, offset: usize, key: Option<String>, table: &DeTable<'_>) -> Row {
    let cell = |(name, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
        (Rc::from(name.get_ref().as_ref()), cell(value.get_ref()))
    };
    Row { line: Some(line_and_column(text, offset).0), key, cells: table.iter().map(cell).collect() }
}

fn cell(value: &DeValue<'_>) -> Cell {
    match json(value) {
        Json::String(text) if value.is_str() => Cell::text(text),
        Json::String(text) => Cell::bare(text),
        other => Cell::bare(super::json::written(&other)),
    }
}

/// The value in terms of JSON, which has no dates and writes integers to the base 10.
fn json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Integer(integer) => Json::Number(match i128::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) => number.to_string(),
            Err(_) => integer.to_string(),
        }),
        DeValue::Float(float) => Json::Number(float.as_str().to_owned()),
        DeValue::Boolean(boolean) => Json::Boolean(*boolean),
        DeValue::Datetime(moment) => Json::String(moment.to_string()),
        DeValue::Array(items) => Json::Array(items.iter().map(|item| json(item.get_ref())).collect()),
        DeValue::Table(table) => {
            let member = |(name, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
                (name.get_ref().to_string(), json(value.get_ref()))
            };
            Json::Object(table.iter().map(member).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, key and cells of a row.
    type Want<'a> = (usize, Option<&'a str>, &'a [(&'a str, Cell)]);

    #[track_caller]
    fn check(text: &str, want: &[Want<'_>]) {
        let row = |(line, key, cells): &Want<'_>| Row {
            line: Some(*line),
            key: key.map(str::to_owned),
            cells: cells.iter().map(|(name, cell)| ((*name).into(), cell.clone())).collect(),
        };
        assert_eq!(rows(text), Ok(Rows { columns: None, rows: want.iter().map(row).collect() }), "text: {text}");
    }

    #[test]
    fn the_array_of_tables_holds_the_rows() {
        check(
            "title = \"x\"\n\n[meta]\nby = 1\n\n[[case]]\na = 1\n\n# second\n[[case]]\na = 2\n",
            &[(6, None, &[("a", Cell::bare("1"))]), (10, None, &[("a", Cell::bare("2"))])],
        );
        check(
            "rows = [\n  { a = 1 },\n  { a = 2 },\n]",
            &[(2, None, &[("a", Cell::bare("1"))]), (3, None, &[("a", Cell::bare("2"))])],
        );
    }

    #[test]
    fn tables_are_rows_named_by_their_names() {
        check(
            "numbers = [1]\nnone = []\n[zero]\na = 0\n[\"a b\"]\na = 1\n[empty]\n",
            &[
                (3, Some("zero"), &[("a", Cell::bare("0"))]),
                (5, Some("a b"), &[("a", Cell::bare("1"))]),
                (7, Some("empty"), &[]),
            ],
        );
        check("", &[]);
    }

    #[test]
    fn values_become_cells() {
        #[track_caller]
        fn check_cell(value: &str, want: Cell) {
            check(&format!("[[case]]\na = {value}"), &[(1, None, &[("a", want)])]);
        }
        check_cell("'x\\y'", Cell::text("x\\y"));
        check_cell("-1_000", Cell::bare("-1000"));
        check_cell("0xff", Cell::bare("255"));
        check_cell("0b101", Cell::bare("5"));
        check_cell("1_0.50", Cell::bare("10.50"));
        check_cell("inf", Cell::bare("inf"));
        check_cell("true", Cell::bare("true"));
        check_cell("2024-05-06T07:08:09Z", Cell::bare("2024-05-06T07:08:09Z"));
        check_cell(
            "[1, 'x', [2024-05-06], { b = 0x10, c = true }]",
            Cell::bare(r#"[1,"x",["2024-05-06"],{"b":16,"c":true}]"#),
        );
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let message = "one array of tables was expected, but there are `b`, `a`".to_owned();
        assert_eq!(rows("[[b]]\nx = 1\n [[a]]\nx = 1\n"), Err(TextError { line: 3, column: 4, message }));
        let error = rows("[[case]]\na = \n").unwrap_err();
        assert_eq!((error.line, error.message.is_empty()), (2, false), "{error:?}");
    }
}
