//! CSV, as RFC 4180 has it: cells in quotes may hold commas, line breaks and doubled quotes; the first line names the
//! columns.
//!
//! Beyond it: lines may end with a line feed alone, empty lines are passed over (an empty cell of a table with one column
//! is written `""`), and blanks around the names of columns do not count. Blanks in cells do.
//! Source: RFC 4180, <https://www.rfc-editor.org/rfc/rfc4180>.

/// The table: names of the columns, and cells with the line, from 1, that each row begins on.
#[derive(Debug, PartialEq)]
pub(super) struct Csv {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<(usize, Vec<String>)>,
}

/// Why a text is no such table.
#[derive(Debug, PartialEq)]
pub(super) struct CsvError {
    /// From 1.
    pub(super) line: usize,
    pub(super) message: String,
}

/// Reads a table. Every row has as many cells as there are columns.
pub(super) fn parse(text: &str) -> Result<Csv, CsvError> {
    let mut reader = Reader { rest: text, line: 1 };
    let Some((line, columns)) = reader.row()? else {
        return Err(CsvError { line: 1, message: "a line with the names of the columns was expected".to_owned() });
    };
    let columns: Vec<String> = columns.iter().map(|name| name.trim().to_owned()).collect();
    for (index, name) in columns.iter().enumerate() {
        // Spreadsheets write columns without a name at the right.
        if !name.is_empty() && columns[..index].contains(name) {
            return Err(CsvError { line, message: format!("two columns are named `{name}`") });
        }
    }
    let mut rows = Vec::new();
    while let Some((line, cells)) = reader.row()? {
        if cells.len() != columns.len() {
            let message = format!("{} here, but {} are named", counted(cells.len()), columns.len());
            return Err(CsvError { line, message });
        }
        rows.push((line, cells));
    }
    Ok(Csv { columns, rows })
}

fn counted(cells: usize) -> String {
    if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") }
}

struct Reader<'a> {
    rest: &'a str,
    /// Of the beginning of `rest`, from 1.
    line: usize,
}

impl Reader<'_> {
    /// The cells of the next row and the line that it begins on; `None` at the end of the text.
    fn row(&mut self) -> Result<Option<(usize, Vec<String>)>, CsvError> {
        while self.end_of_line() {}
        if self.rest.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            cells.push(match self.rest.strip_prefix('"') {
                Some(inside) => self.quoted(inside)?,
                None => self.plain()?,
            });
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
            } else if self.end_of_line() || self.rest.is_empty() {
                return Ok(Some((line, cells)));
            } else {
                return Err(self.error("a comma or the end of the line was expected behind the closing quotation mark"));
            }
        }
    }

    /// Goes behind the end of the line, if that is next.
    fn end_of_line(&mut self) -> bool {
        match self.rest.strip_prefix("\r\n").or_else(|| self.rest.strip_prefix('\n')) {
            Some(rest) => {
                self.rest = rest;
                self.line += 1;
                true
            }
            None => false,
        }
    }

    fn plain(&mut self) -> Result<String, CsvError> {
        let end = self.rest.find([',', '\n']).unwrap_or(self.rest.len());
        let ends_with_return = self.rest[end..].starts_with('\n') && self.rest[..end].ends_with('\r');
        let (cell, rest) = self.rest.split_at(end - usize::from(ends_with_return));
        if cell.contains('"') {
            return Err(
                self.error("a cell with a quotation mark in it must be quoted as a whole, and the mark doubled")
            );
        }
        self.rest = rest;
        Ok(cell.to_owned())
    }

    /// Reads the cell whose content begins with `rest`.
    fn quoted(&mut self, mut rest: &str) -> Result<String, CsvError> {
        let mut cell = String::new();
        loop {
            let Some((part, behind)) = rest.split_once('"') else {
                return Err(self.error("the quotation mark of a cell that begins here has no end"));
            };
            cell.push_str(part);
            let Some(behind_doubled) = behind.strip_prefix('"') else {
                self.line += cell.matches('\n').count();
                // `behind` is the end of `rest`, which is the end of the text.
                self.rest = &self.rest[self.rest.len() - behind.len()..];
                return Ok(cell);
            };
            cell.push('"');
            rest = behind_doubled;
        }
    }

    fn error(&self, message: &str) -> CsvError {
        CsvError { line: self.line, message: message.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_rows_with_their_lines() {
        #[track_caller]
        fn check(text: &str, columns: &[&str], rows: &[(usize, &[&str])]) {
            let owned = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
            let rows = rows.iter().map(|(line, cells)| (*line, owned(cells))).collect();
            assert_eq!(parse(text), Ok(Csv { columns: owned(columns), rows }), "text: {text:?}");
        }
        check("a,b\n1,2\n", &["a", "b"], &[(2, &["1", "2"])]);
        check("a,b\r\n1,2\r\n3,4", &["a", "b"], &[(2, &["1", "2"]), (3, &["3", "4"])]);
        check("a", &["a"], &[]);
        check(" a , b\n 1, 2", &["a", "b"], &[(2, &[" 1", " 2"])]);
        check("\n\r\na\n\n\n1\n\n", &["a"], &[(6, &["1"])]);
        check("a,b\n,\n", &["a", "b"], &[(2, &["", ""])]);
        check("a,b\n1,", &["a", "b"], &[(2, &["1", ""])]);
        check("a\n\"\"\n", &["a"], &[(2, &[""])]);
        check("a\n\"x, \"\"y\"\"\"\n", &["a"], &[(2, &["x, \"y\""])]);
        check("a,b\n\"1\r\n2\n\",3\n4,5", &["a", "b"], &[(2, &["1\r\n2\n", "3"]), (5, &["4", "5"])]);
        check("a,b\nx\ry,\"z\"\r\n", &["a", "b"], &[(2, &["x\ry", "z"])]);
        check("a\nx\r", &["a"], &[(2, &["x\r"])]);
        check("a,,\n1,,\n", &["a", "", ""], &[(2, &["1", "", ""])]);
        check("é,日\nß,\"本\"", &["é", "日"], &[(2, &["ß", "本"])]);
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        #[track_caller]
        fn check(text: &str, line: usize, message: &str) {
            assert_eq!(parse(text), Err(CsvError { line, message: message.to_owned() }), "text: {text:?}");
        }
        check("", 1, "a line with the names of the columns was expected");
        check("\n\n", 1, "a line with the names of the columns was expected");
        check("\na,b,a\n", 2, "two columns are named `a`");
        check("a,b\n1,2\n3\n", 3, "1 cell here, but 2 are named");
        check("a\n\"1\n\"\n2,3,4\n", 4, "3 cells here, but 1 are named");
        check("a\n1\"\n", 2, "a cell with a quotation mark in it must be quoted as a whole, and the mark doubled");
        check("a,b\n1, \"2\"", 2, "a cell with a quotation mark in it must be quoted as a whole, and the mark doubled");
        check("a\n\"1\n\" \n", 3, "a comma or the end of the line was expected behind the closing quotation mark");
        check("a\n\"1\" ", 2, "a comma or the end of the line was expected behind the closing quotation mark");
        check("a\nb\n\"1\n\n\n", 3, "the quotation mark of a cell that begins here has no end");
    }

    /// One row as a table has it, each cell quoted if it must be, or also where it need not be.
    fn written(cells: &[String], quote_all: bool, line_end: &str) -> String {
        let needs_quotes = |cell: &str| cell.contains(['"', ',', '\n']) || cell.ends_with('\r') || cell.is_empty();
        let quoted = cells.iter().map(|cell| {
            if quote_all || needs_quotes(cell) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
        });
        quoted.collect::<Vec<_>>().join(",") + line_end
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            rows in (1_usize..4).prop_flat_map(|columns| {
                prop::collection::vec(prop::collection::vec("[a, \"\r\né]{0,5}", columns), 0..5)
            }),
            quote_all: bool,
            line_end in prop::sample::select(vec!["\n", "\r\n"]),
        ) {
            let columns: Vec<String> = ["x", "y", "z"][..rows.first().map_or(1, Vec::len)].iter().map(|it| (*it).to_owned()).collect();
            let mut text = written(&columns, quote_all, line_end);
            let mut want = Vec::new();
            for row in &rows {
                want.push((text.matches('\n').count() + 1, row.clone()));
                text.push_str(&written(row, quote_all, line_end));
            }
            prop_assert_eq!(parse(&text), Ok(Csv { columns: columns.clone(), rows: want.clone() }));
            // The last line needs no end.
            let text = text.strip_suffix(line_end).unwrap();
            prop_assert_eq!(parse(text), Ok(Csv { columns, rows: want }));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a,\"\r\n ]{0,16}") {
            let lines = text.matches('\n').count() + 1;
            match parse(&text) {
                Ok(csv) => for (line, cells) in csv.rows {
                    prop_assert!(line <= lines && cells.len() == csv.columns.len());
                },
                Err(error) => prop_assert!(error.line <= lines),
            }
        }
    }
}
