//! The static description of collected tests: what a binary says of them without being run.
//!
//! The macros write one block of JSON Lines for each collected module into the section [`SECTION`] of the binary; the
//! command reads the section from the file. Every line is one [`Description`]. A reader skips lines and fields that
//! it does not know. The macros compose the lines as text, so the field names here are the contract:
//! `docs/protocol.md` lists them.

use crate::fixture::Scope;

/// Name of the link section that holds the blocks: an ELF section.
pub const SECTION: &str = "testkit";

/// The same on Mach-O: segment and section.
pub const SECTION_MACH_O: &str = "__DATA,testkit";

/// One line of the static description.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Description {
    /// The first line of each block; the lines up to the next one belong to this module.
    Module(ModuleRecord),
    /// Something that tests of the module share; before the first of them.
    Site(SiteRecord),
    /// A test of the module.
    Test(TestRecord),
    /// A fixture of the module.
    Fixture(FixtureRecord),
    /// A folder whose test files were made into modules when the binary was compiled.
    Folder(FolderRecord),
}

/// A collected module.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ModuleRecord {
    /// [`crate::PROTOCOL_VERSION`] of the writer.
    pub protocol: u32,
    /// Version of the testkit library that the binary links. Tests of different versions in one binary are served by
    /// different workers.
    pub version: String,
    /// `module_path!()` of the module, crate name first.
    pub module: String,
    /// Source file as given to the compiler.
    pub file: String,
}

/// What several tests of a module share that only the compiler knows: it would cost too much to write it at each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SiteRecord {
    /// By which the tests refer to it: [`TestRecord::site`].
    pub number: u32,
    /// Its tests stand for others: [`TestRecord::expands`].
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub expands: bool,
}

/// A collected test.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the record's line, which is a contract")]
pub struct TestRecord {
    /// Path below the module as people know it: `test_add`, `TestDivide::test_by_zero`.
    pub name: String,
    /// Path below the module of the libtest test that hosts it; absent where it equals the name.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub libtest: Option<String>,
    /// First line of the test, its attributes included, from 1.
    pub line: u32,
    /// Column of the test's name, from 1.
    #[cfg_attr(feature = "serde", serde(default))]
    pub column: u32,
    /// Last line of the test.
    #[cfg_attr(feature = "serde", serde(default))]
    pub end_line: u32,
    /// `#[ignore]`, with its reason or an empty text.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub ignore: Option<String>,
    /// `#[timeout("…")]`, in nanoseconds.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub timeout_ns: Option<u64>,
    /// `#[skip]`, with its reason or an empty text: the test is never run.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub skip: Option<String>,
    /// `#[xfail]`
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub xfail: Option<XfailRecord>,
    /// `#[retry]`
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub retry: Option<RetryRecord>,
    /// Keys of `#[serial]`: tests with a key in common never run at the same time. The key of a mark without one is empty.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub serial: Vec<String>,
    /// `#[exclusive]`: no other test runs at the same time.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub exclusive: bool,
    /// `#[isolate]`: the test has a process of its own.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub isolate: bool,
    /// Free marks, innermost first.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub marks: Vec<MarkRecord>,
    /// The hosting libtest test is a plain `#[test]` that cannot turn its process into a worker.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub plain: bool,
    /// The record stands for tests that are only known at run time; a worker must be asked for them.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub expands: bool,
    /// [`SiteRecord::number`] of the site in its module that holds for it as well; absent if there is none.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub site: Option<u32>,
    /// What it shares with other tests of its binary, such as a group's one set-up: those with an equal text run one after
    /// another in one worker. Absent if it shares nothing.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub together: Option<String>,
}

/// A fixture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FixtureRecord {
    /// Its name, by which it is asked for.
    pub name: String,
    /// How far one instance reaches.
    pub scope: Scope,
    /// First line of the fixture, its attributes included, from 1.
    pub line: u32,
    /// Column of its name, from 1.
    #[cfg_attr(feature = "serde", serde(default))]
    pub column: u32,
    /// Its documentation, without the marks of a comment.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub doc: Option<String>,
    /// The fixtures that it asks for.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub asks: Vec<String>,
    /// Its parameters, as they stand in the ids of the tests that they multiply.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub params: Vec<String>,
    /// Every test in reach of it has it without asking.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub autouse: bool,
    /// It has a tear-down that may fail.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub teardown: bool,
}

/// A failure that is expected.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct XfailRecord {
    /// Why, in the author's words; may be empty.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "String::is_empty"))]
    pub reason: String,
    /// `strict = false`: a pass is no failure.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub lenient: bool,
    /// What the failure's message has to contain.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub panics: Option<String>,
    /// `run = false`: the test is not run at all.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub not_run: bool,
}

/// How often a failing test is tried again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RetryRecord {
    /// Attempts after the first one.
    pub count: u32,
    /// Pause before each of them, in nanoseconds.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub delay_ns: Option<u64>,
}

/// A mark of the author's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MarkRecord {
    /// Its name: `db`.
    pub name: String,
    /// Source text of its arguments, without the parentheses: `kind = "pg"`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub arguments: Option<String>,
}

/// A folder collected by `discover_files!()`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FolderRecord {
    /// The file that holds the macro, as given to the compiler.
    pub file: String,
    /// Absolute path of the folder when the binary was compiled.
    pub folder: String,
    /// Patterns that a file name must match one of, such as `test_*.rs`.
    pub patterns: Vec<String>,
    /// Paths of the files that became modules, relative to the folder, with `/`, sorted.
    pub files: Vec<String>,
    /// Name of the file that holds the macro, which is never one of `files`.
    pub root: String,
}
