//! Cases that are known at run time only: `#[parametrize(…, from = rows())]`, `files = "…"`, `csv`, `json` or `toml = "…"`.
//!
//! A new row or file needs no rebuild. `rows` evaluates a source, labels its rows and hands them out one by one; `shown` is
//! the text of a value that may have no `Debug`; `files` finds the files of a glob pattern, and `table` reads the records of
//! a file, whose cells `record` gives to the test. What stands in a file that cannot be used is told with its name and its
//! line. Nothing here knows how a case is run or reported.

mod csv;
mod files;
mod json;
mod record;
mod rows;
mod shown;
mod table;
#[cfg(feature = "toml")]
mod toml;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

pub use files::{CaseFile, files};
pub use record::{FromCell, Record};
pub use rows::{Label, Source, rows};
pub use shown::{Hidden, Shown};
pub use table::{TableKind, table};

/// Longest text of a value in a label, in bytes.
const LONGEST_VALUE: usize = 400;

/// Where a package's files are: in the folder that the compiler saw, or, if the binary has been taken elsewhere, in that
/// which Cargo, or whoever stands in for it, names when it runs the tests.
fn package_folder(compiled: &str) -> Cow<'_, Path> {
    let compiled = Path::new(compiled);
    match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(folder) if !compiled.is_dir() => Cow::Owned(PathBuf::from(folder)),
        Some(_) | None => Cow::Borrowed(compiled),
    }
}

/// The line of a text that an offset, in bytes, is in, and the column in characters, both from 1.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// What `toml = "…"` becomes: the kind of table, if the feature is there.
#[cfg(feature = "toml")]
#[doc(hidden)]
#[macro_export]
macro_rules! __toml {
    () => {
        $crate::__private::TableKind::Toml
    };
}

/// What `toml = "…"` becomes without the feature.
#[cfg(not(feature = "toml"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __toml {
    () => {
        ::core::compile_error!(
            "`toml = …` needs the feature `toml` of testkit: run `cargo add --dev testkit --features toml`"
        )
    };
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// As the macro uses all of it together: one function for the labels and the rows of a test.
    #[test]
    fn a_table_and_a_folder_are_sources_of_cases() {
        let table_source = || Source {
            key: "cases::tests::table",
            written: "csv = \"src/cases/mod.rs\"",
            names: &["a", "b"],
            may_be_empty: false,
            rows: || {
                let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
                fs::write(folder.path().join("x.csv"), "id,a,b\nfirst,1,\n,2,x y\n").unwrap();
                table(folder.path().to_str().unwrap(), "x.csv", TableKind::Csv, &["a"], &["b"])
            },
            values: |record| vec![record.shown("a"), record.shown("b")],
            id: Record::id,
        };
        let labels = table_source().labels().unwrap();
        let texts = |label: &Label| (label.id.clone(), label.values.iter().map(|(_, text)| text.clone()).collect());
        let want = [("first", vec!["1", "\"\""]), ("2-x y", vec!["2", "\"x y\""])];
        let want = want.map(|(id, values)| (id.to_owned(), values.iter().map(|text| (*text).to_owned()).collect()));
        assert_eq!(labels.iter().map(texts).collect::<Vec<(String, Vec<String>)>>(), want);
        let row = table_source().take_row(1);
        assert_eq!((row.get::<u8>("a"), row.optional::<String>("b")), (2, Some("x y".to_owned())));

        let files_source = Source {
            key: "cases::tests::files",
            written: "files = \"src/cases/*.rs\"",
            names: &["path"],
            may_be_empty: false,
            rows: || files(env!("CARGO_MANIFEST_DIR"), "src/cases/*.rs"),
            values: |file| vec![Shown(&file.path).text()],
            id: |file| Some(file.id.clone()),
        };
        let ids: Vec<String> = files_source.labels().unwrap().iter().map(|label| label.id.clone()).collect();
        assert_eq!(ids, ["csv", "files", "json", "mod", "record", "rows", "shown", "table", "toml"]);
        assert_eq!(files_source.take_row(3).path, Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cases/mod.rs"));
    }

    #[test]
    fn offsets_are_told_as_lines_and_columns() {
        #[track_caller]
        fn check(text: &str, offset: usize, want: (usize, usize)) {
            assert_eq!(line_and_column(text, offset), want, "text: {text:?}");
        }
        check("", 0, (1, 1));
        check("ab", 2, (1, 3));
        check("a\nb", 2, (2, 1));
        check("é\néx", 5, (2, 2));
        check("a\n", 9, (2, 1));
    }

    #[test]
    fn the_packages_folder_is_the_compiled_one_while_it_is_there() {
        // Cargo names the same folder to this test.
        let here = env!("CARGO_MANIFEST_DIR");
        assert_eq!(package_folder(here), Path::new(here));
        assert_eq!(package_folder("/nowhere/at/all"), Path::new(here));
        let inside = Path::new(here).join("src");
        assert_eq!(package_folder(inside.to_str().unwrap()), inside);
    }
}
