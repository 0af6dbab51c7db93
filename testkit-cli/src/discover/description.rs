//! The static description: what a binary's file says of its collected tests, read without running it.
//!
//! The form is [`testkit_protocol::record`]'s: JSON Lines in a link section of their own.

use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use object::endian::Endianness;
use object::read::elf::{FileHeader, SectionHeader};
use object::{FileKind, Object, ObjectSection, ReadCache, ReadRef, elf};
use serde::Deserialize;
use testkit_protocol::PROTOCOL_VERSION;
use testkit_protocol::location::Location;
use testkit_protocol::record::{FixtureRecord, FolderRecord, ModuleRecord, SECTION, SiteRecord, TestRecord};

use crate::model::{Fixture, TestMarks};

/// What a binary says of itself.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Described {
    /// Its collected tests, by file, line, column and name; the cases of one in the order of the source.
    pub(crate) tests: Vec<DescribedTest>,
    /// The fixtures of its modules, in the order of the section.
    pub(crate) fixtures: Vec<Fixture>,
    /// The folders whose files it holds.
    pub(crate) folders: Vec<FolderRecord>,
}

/// A collected test.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DescribedTest {
    /// Path without the crate: `tests::TestDivide::test_by_zero`.
    pub(crate) path: String,
    /// Name of the libtest test that hosts it.
    pub(crate) libtest: String,
    /// Where it stands.
    pub(crate) location: Location,
    /// Its last line, if known.
    pub(crate) end_line: Option<u32>,
    /// `#[ignore]`, with its reason or an empty text.
    pub(crate) ignore: Option<String>,
    /// Its own time limit.
    pub(crate) timeout: Option<Duration>,
    /// Its other marks, if it has any.
    pub(crate) marks: Option<Arc<TestMarks>>,
    /// It stands for tests that are only known at run time.
    pub(crate) expands: bool,
    /// Tests with an equal text are run one after another by one worker.
    pub(crate) together: Option<String>,
    /// The libtest name by which a worker that knows it is started; `None` if no test of its library version can
    /// become one, so that it is for libtest to run.
    pub(crate) carrier: Option<Arc<str>>,
}

/// Why a binary's description is of no use. Its tests can still be run as plain ones.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DescriptionError {
    #[error("failed to open `{path}`: {source}")]
    Open { path: Utf8PathBuf, source: std::io::Error },
    #[error("failed to read the sections of `{path}`: {source}")]
    Sections { path: Utf8PathBuf, source: object::Error },
    #[error("line {line} of the test description in `{path}` is malformed: {source}; rebuild the binary")]
    Line { path: Utf8PathBuf, line: usize, source: serde_json::Error },
    #[error("line {line} of the test description in `{path}` is outside of a module; rebuild the binary")]
    Stray { path: Utf8PathBuf, line: usize },
    #[error(
        "`{path}` links testkit {version}, which speaks protocol {found}; this command speaks {PROTOCOL_VERSION}, so \
         install the command of the library's version"
    )]
    Protocol { path: Utf8PathBuf, version: String, found: u32 },
}

/// Reads the description of the binary at `path`; an empty one if it has none.
///
/// Only headers and the section itself are read, not the file.
pub(crate) fn read(path: &Utf8Path) -> Result<Described, DescriptionError> {
    let file = File::open(path).map_err(|source| DescriptionError::Open { path: path.to_owned(), source })?;
    let cache = ReadCache::new(file);
    let bytes = section(&cache).map_err(|source| DescriptionError::Sections { path: path.to_owned(), source })?;
    parse(path, bytes.unwrap_or_default())
}

/// The bytes of our section, if there is one.
fn section<'data>(data: impl ReadRef<'data>) -> Result<Option<&'data [u8]>, object::Error> {
    match FileKind::parse(data)? {
        // Past `object::File`, which would read the whole symbol table.
        FileKind::Elf64 => elf_section::<elf::FileHeader64<Endianness>, _>(data),
        FileKind::Elf32 => elf_section::<elf::FileHeader32<Endianness>, _>(data),
        _ => {
            let file = object::File::parse(data)?;
            match file.section_by_name(SECTION) {
                None => Ok(None),
                Some(section) => section.data().map(Some),
            }
        }
    }
}

fn elf_section<'data, Header, Data>(data: Data) -> Result<Option<&'data [u8]>, object::Error>
where
    Header: FileHeader<Endian = Endianness>,
    Data: ReadRef<'data>,
{
    let header = Header::parse(data)?;
    let endian = header.endian()?;
    match header.sections(endian, data)?.section_by_name(endian, SECTION.as_bytes()) {
        None => Ok(None),
        Some((_, section)) => section.data(endian, data).map(Some),
    }
}

/// One line; of another kind if all are absent.
#[derive(Deserialize)]
struct Line {
    module: Option<ModuleRecord>,
    site: Option<SiteRecord>,
    test: Option<TestRecord>,
    fixture: Option<FixtureRecord>,
    folder: Option<FolderRecord>,
}

/// Reads the lines of a section. The linker may have put NUL bytes between blocks.
fn parse(path: &Utf8Path, bytes: &[u8]) -> Result<Described, DescriptionError> {
    let mut described = Described::default();
    let mut module: Option<ModuleRecord> = None;
    let mut carriers = Carriers::default();
    let mut sites: Vec<SiteRecord> = Vec::new();
    let lines = bytes.split(|&byte| byte == b'\n' || byte == 0).filter(|line| !line.trim_ascii().is_empty());
    for (index, line) in lines.enumerate() {
        let number = index + 1;
        let malformed = |source| DescriptionError::Line { path: path.to_owned(), line: number, source };
        let stray = || DescriptionError::Stray { path: path.to_owned(), line: number };
        let line: Line = serde_json::from_slice(line).map_err(malformed)?;
        if let Some(record) = line.module {
            if record.protocol != PROTOCOL_VERSION {
                let path = path.to_owned();
                return Err(DescriptionError::Protocol { path, version: record.version, found: record.protocol });
            }
            module = Some(record);
            sites.clear();
        }
        sites.extend(line.site);
        if let Some(mut record) = line.test {
            record.expands |= sites.iter().any(|site| record.site == Some(site.number) && site.expands);
            described.tests.push(carriers.add(module.as_ref().ok_or_else(stray)?, record));
        }
        if let Some(record) = line.fixture {
            let ModuleRecord { module, file, .. } = module.as_ref().ok_or_else(stray)?;
            let location = Location::new(file.as_str(), record.line, record.column);
            described.fixtures.push(Fixture { module: module.clone(), location, record });
        }
        described.folders.extend(line.folder);
    }
    carriers.settle(&mut described.tests);
    described.tests.sort_by(|a, b| {
        let place = |test: &DescribedTest| (test.location.line, test.location.column);
        // Cases stand in the section as in the source, and the sort is stable.
        (a.location.file.cmp(&b.location.file))
            .then(place(a).cmp(&place(b)))
            .then_with(|| name_of_function(&a.path).cmp(name_of_function(&b.path)))
    });
    Ok(described)
}

/// A path without the id of a case.
fn name_of_function(path: &str) -> &str {
    path.split('[').next().unwrap_or(path)
}

/// Which test carries the worker, for each library version.
#[derive(Default)]
struct Carriers {
    by_version: HashMap<String, usize>,
    /// By the numbers that `by_version` gives.
    names: Vec<Option<Arc<str>>>,
    /// Of each test so far, the number of its version.
    versions: Vec<usize>,
}

impl Carriers {
    fn add(&mut self, module: &ModuleRecord, mut record: TestRecord) -> DescribedTest {
        let marks = TestMarks::take(&mut record);
        // The first segment is the crate.
        let prefix = module.module.split_once("::").map(|(_, path)| path);
        let below = |name: &str| match prefix {
            Some(prefix) => format!("{prefix}::{name}"),
            None => name.to_owned(),
        };
        let path = below(&record.name);
        let libtest = record.libtest.as_deref().map_or_else(|| path.clone(), below);
        let version = self.version(&module.version);
        if !record.plain && self.names[version].is_none() {
            self.names[version] = Some(libtest.as_str().into());
        }
        self.versions.push(version);
        DescribedTest {
            path,
            libtest,
            location: Location::new(module.file.as_str(), record.line, record.column),
            end_line: (record.end_line > 0).then_some(record.end_line),
            ignore: record.ignore,
            timeout: record.timeout_ns.map(Duration::from_nanos),
            marks,
            expands: record.expands,
            together: record.together,
            carrier: None,
        }
    }

    fn version(&mut self, version: &str) -> usize {
        if let Some(&number) = self.by_version.get(version) {
            return number;
        }
        self.names.push(None);
        let number = self.names.len() - 1;
        self.by_version.insert(version.to_owned(), number);
        number
    }

    /// Gives every test its carrier; `tests` are those added, in the same order.
    fn settle(self, tests: &mut [DescribedTest]) {
        for (test, version) in tests.iter_mut().zip(self.versions) {
            test.carrier.clone_from(&self.names[version]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = r#"{"module":{"protocol":1,"version":"1","module":"c::m","file":"f.rs"}}"#;

    /// Path, libtest name and carrier.
    type Names<'a> = (&'a str, &'a str, Option<&'a str>);

    #[test]
    fn reads_lines() {
        #[track_caller]
        fn check(text: &str, want: Result<&[Names<'_>], &str>) {
            let described = parse(Utf8Path::new("bin"), text.as_bytes()).map_err(|error| error.to_string());
            let tests = described.map(|described| described.tests);
            let names = |test: &DescribedTest| (test.path.clone(), test.libtest.clone(), test.carrier.clone());
            let got = tests.map(|tests| tests.iter().map(names).collect::<Vec<_>>());
            let want = want.map(|tests| {
                let owned = |&(path, libtest, carrier): &Names<'_>| {
                    (path.to_owned(), libtest.to_owned(), carrier.map(Arc::from))
                };
                tests.iter().map(owned).collect::<Vec<_>>()
            });
            match (got, want) {
                (Err(got), Err(want)) => assert!(got.starts_with(want), "{got}"),
                (got, want) => assert_eq!(got, want.map_err(str::to_owned), "{text}"),
            }
        }
        let with = |lines: &str| format!("{MODULE}\n{lines}");
        check("", Ok(&[]));
        check("\0\0\n\0", Ok(&[]));
        check(MODULE, Ok(&[]));
        check(&with(r#"{"test":{"name":"a","line":1}}"#), Ok(&[("m::a", "m::a", Some("m::a"))]));
        check(
            &with("\0{\"test\":{\"name\":\"a\",\"line\":1,\"new\":{}}}\n\0\0"),
            Ok(&[("m::a", "m::a", Some("m::a"))]),
        );
        check(&with(r#"{"later_kind":{}}"#), Ok(&[]));
        // By line; the carrier is the first in the section that can be one.
        check(
            &with(
                r#"{"test":{"name":"a","libtest":"x::a","line":9,"plain":true}}
{"test":{"name":"b","line":8}}
{"test":{"name":"G::c","libtest":"g::c","line":7}}"#,
            ),
            Ok(&[
                ("m::G::c", "m::g::c", Some("m::b")),
                ("m::b", "m::b", Some("m::b")),
                ("m::a", "m::x::a", Some("m::b")),
            ]),
        );
        check(&with(r#"{"test":{"name":"a","line":1,"plain":true}}"#), Ok(&[("m::a", "m::a", None)]));
        // Cases stand at one place, and keep their order there.
        check(
            &with(
                r#"{"test":{"name":"a[9]","libtest":"a::case_1","line":1}}
{"test":{"name":"a[10]","libtest":"a::case_2","line":1}}"#,
            ),
            Ok(&[
                ("m::a[9]", "m::a::case_1", Some("m::a::case_1")),
                ("m::a[10]", "m::a::case_2", Some("m::a::case_1")),
            ]),
        );
        // Two versions of the library, two carriers; the second module is the crate's root.
        check(
            &with(
                r#"{"test":{"name":"a","line":1}}
{"module":{"protocol":1,"version":"2","module":"c","file":"g.rs"}}
{"test":{"name":"b","line":1}}"#,
            ),
            Ok(&[("m::a", "m::a", Some("m::a")), ("b", "b", Some("b"))]),
        );
        check(&with("{\"test\":{\"name\":\"a\""), Err("line 2 of the test description in `bin` is malformed: EOF"));
        check(&with(r#"{"test":{"line":1}}"#), Err("line 2 of the test description in `bin` is malformed: missing"));
        check(r#"{"test":{"name":"a","line":1}}"#, Err("line 1 of the test description in `bin` is outside"));
        check(
            &MODULE.replace(":1,", ":9,"),
            Err("`bin` links testkit 1, which speaks protocol 9; this command speaks 1, so install"),
        );
    }

    #[test]
    fn reads_folders() {
        let line = r#"{"folder":{"file":"tests/all.rs","folder":"/w/tests","patterns":["test_*.rs"],"files":[],"root":"all.rs"}}"#;
        let described = parse(Utf8Path::new("bin"), line.as_bytes()).unwrap();
        assert_eq!(described.folders[0].folder, "/w/tests");
    }

    #[test]
    fn reads_fixtures_and_what_tests_share() {
        let lines = r#"{"fixture":{"name":"server","scope":"session","line":4,"column":4,"doc":"A server.","asks":["port"]}}
{"test":{"name":"test_a","line":9,"together":"m::TestA"}}"#;
        let described = parse(Utf8Path::new("bin"), format!("{MODULE}\n{lines}").as_bytes()).unwrap();
        let [Fixture { module, location, record }] = &described.fixtures[..] else { panic!("there is one") };
        assert_eq!((module.as_str(), location), ("c::m", &Location::new("f.rs", 4, 4)));
        assert_eq!((record.name.as_str(), record.doc.as_deref()), ("server", Some("A server.")));
        assert_eq!(described.tests[0].together.as_deref(), Some("m::TestA"));
        let error = parse(Utf8Path::new("bin"), lines.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, "line 1 of the test description in `bin` is outside of a module; rebuild the binary");
    }
}
