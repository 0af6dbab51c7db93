//! Selectors that name a source file, a line of one, or a path in one.

use std::collections::HashMap;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::Place;
use crate::model::{Host, Test, TestIndex, TestList};

/// A selector with a `.rs` file in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FileSelector<'a> {
    /// The file as typed.
    pub(super) file: &'a str,
    /// What of the file.
    pub(super) part: Part<'a>,
}

/// What of a file is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// All of it.
    All,
    /// The test around this line, from 1.
    Line(u32),
    /// The test, group or module of this path.
    Path(&'a str),
}

impl<'a> FileSelector<'a> {
    /// Reads `FILE.rs`, `FILE.rs:LINE`, `FILE.rs:LINE:COLUMN` or `FILE.rs::PATH`; `None` for all else.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let end = text.match_indices(".rs").map(|(at, _)| at + ".rs".len()).find(|&end| {
            let rest = &text[end..];
            rest.is_empty() || rest.starts_with(':')
        })?;
        let (file, rest) = text.split_at(end);
        let name_is_empty = file == ".rs" || file.ends_with("/.rs") || file.ends_with("\\.rs");
        if file.contains("::") || name_is_empty {
            return None;
        }
        let part = match rest.strip_prefix(':') {
            None | Some("") => Part::All,
            Some(rest) => match rest.strip_prefix(':') {
                Some("") => Part::All,
                Some(path) => Part::Path(path),
                None => Part::Line(parse_line(rest)?),
            },
        };
        Some(Self { file, part })
    }
}

/// Reads `LINE`, `LINE:COLUMN` and both with a colon at the end, as compilers print them.
fn parse_line(text: &str) -> Option<u32> {
    let text = text.strip_suffix(':').unwrap_or(text);
    let (line, column) = text.split_once(':').unwrap_or((text, "1"));
    column.parse::<u32>().ok()?;
    line.parse().ok()
}

/// The source files that tests stand in.
pub(super) struct SourceFiles<'a> {
    place: Place<'a>,
    files: Vec<SourceFile<'a>>,
}

/// A source file and its tests.
struct SourceFile<'a> {
    /// As the test's location or the binary has it.
    name: &'a str,
    /// Absolute, without `.` and `..`.
    path: Utf8PathBuf,
    /// In the order of the list.
    tests: Vec<TestIndex>,
}

/// What a selector with a file found.
#[derive(Debug, Default)]
pub(super) struct FileMatch {
    /// The tests it means.
    pub(super) tests: Vec<TestIndex>,
    /// All tests of the files it names.
    pub(super) in_files: Vec<TestIndex>,
}

impl<'a> SourceFiles<'a> {
    /// Sorts the tests of a list by file. Where a test's place is not known, that is its binary's root file.
    pub(super) fn of(list: &'a TestList, place: Place<'a>) -> Self {
        let mut files: Vec<SourceFile<'a>> = Vec::new();
        let mut by_name: HashMap<&str, usize> = HashMap::new();
        for (index, test) in list.iter() {
            let name = match &test.location {
                Some(location) => location.file.as_str(),
                None => list.binary(test.binary).source.as_str(),
            };
            let at = *by_name.entry(name).or_insert_with(|| {
                let path = absolute(place.workspace_root, &forward_slashes(name));
                files.push(SourceFile { name, path, tests: Vec::new() });
                files.len() - 1
            });
            files[at].tests.push(index);
        }
        Self { place, files }
    }

    /// Every file's name, as the tests have it, relative to the root of the workspace where it is below.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let root = self.place.workspace_root;
        self.files.iter().map(move |file| file.path.strip_prefix(root).map_or(file.name, Utf8Path::as_str))
    }

    /// The tests that a selector means.
    ///
    /// The file is looked for relative to the user's folder, then relative to the root of the workspace, then as the end
    /// of any file's path; the first that is found is meant.
    pub(super) fn matching(&self, selector: &FileSelector<'_>, list: &TestList) -> FileMatch {
        let in_files = self.tests_in(selector.file);
        let tests = match selector.part {
            Part::All => in_files.clone(),
            Part::Line(line) => around_line(&in_files, line, list),
            Part::Path(path) => {
                let holds = |test: &Test| paths_of(test).into_iter().flatten().any(|of| path_holds(of, path));
                in_files.iter().copied().filter(|&index| holds(list.test(index))).collect()
            }
        };
        FileMatch { tests, in_files }
    }

    fn tests_in(&self, typed: &str) -> Vec<TestIndex> {
        let typed = forward_slashes(typed);
        let root = self.place.workspace_root;
        let candidates = [absolute(&root.join(self.place.folder), &typed), absolute(root, &typed)];
        for candidate in &candidates {
            let found = self.tests_where(|file| file.path == *candidate);
            if !found.is_empty() {
                return found;
            }
        }
        let typed = normal(Utf8Path::new(&typed));
        self.tests_where(|file| file.path.ends_with(&typed))
    }

    fn tests_where(&self, wanted: impl Fn(&SourceFile<'_>) -> bool) -> Vec<TestIndex> {
        let mut tests: Vec<_> =
            self.files.iter().filter(|file| wanted(file)).flat_map(|file| &file.tests).copied().collect();
        tests.sort_unstable();
        tests
    }
}

/// The tests whose lines hold `line`; where only first lines are known, those that begin last at or before it.
fn around_line(tests: &[TestIndex], line: u32, list: &TestList) -> Vec<TestIndex> {
    let lines = |index: TestIndex| {
        let test = list.test(index);
        test.location.as_ref().map(|location| (location.line, test.end_line))
    };
    let holds: Vec<_> = tests
        .iter()
        .copied()
        .filter(|&index| {
            lines(index).is_some_and(|(first, last)| last.is_some_and(|last| (first..=last).contains(&line)))
        })
        .collect();
    if !holds.is_empty() {
        return holds;
    }
    let Some(begin) =
        tests.iter().filter_map(|&index| lines(index)).map(|(first, _)| first).filter(|&first| first <= line).max()
    else {
        return Vec::new();
    };
    // A test that begins there and whose last line is known has ended before `line`.
    tests.iter().copied().filter(|&index| lines(index) == Some((begin, None))).collect()
}

/// Path of a test in its binary, as people know it, and of the test that it is a case of.
fn paths_of(test: &Test) -> [Option<&str>; 2] {
    match &test.host {
        Host::Case { path, of, .. } => [Some(path), Some(of)],
        Host::Collected { path, .. } | Host::Unknown { path, .. } => [Some(path), None],
        Host::Named { name } => [Some(name), None],
        Host::Whole => [Some(""), None],
    }
}

/// Whether the segments of `wanted` stand side by side in `path`. A case `[…]` counts as part of its test's segment, and a
/// wanted segment without one means every case.
fn path_holds(path: &str, wanted: &str) -> bool {
    let (path, case) = split_case(path);
    let (wanted, wanted_case) = split_case(wanted.trim_end_matches(':'));
    let path: Vec<&str> = path.split("::").collect();
    let wanted: Vec<&str> = wanted.split("::").collect();
    if wanted_case.is_empty() {
        path.windows(wanted.len()).any(|window| window == wanted)
    } else {
        case == wanted_case && path.ends_with(&wanted)
    }
}

/// Splits `path[case]`; the case keeps its brackets and is empty if there is none.
fn split_case(path: &str) -> (&str, &str) {
    path.split_at(path.find('[').unwrap_or(path.len()))
}

fn forward_slashes(path: &str) -> String {
    path.replace('\\', "/")
}

fn absolute(base: &Utf8Path, path: &str) -> Utf8PathBuf {
    normal(&base.join(path))
}

/// The path without `.` and without `..` after a name, by the text alone.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<Utf8Component<'_>> = Vec::new();
    for part in path.components() {
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if matches!(parts.last(), Some(Utf8Component::Normal(_))) => {
                parts.pop();
            }
            Utf8Component::ParentDir | Utf8Component::Normal(_) | Utf8Component::RootDir | Utf8Component::Prefix(_) => {
                parts.push(part);
            }
        }
    }
    parts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_selectors_are_told_from_parts_of_ids() {
        #[track_caller]
        fn check(text: &str, want: Option<(&str, Part<'_>)>) {
            assert_eq!(FileSelector::parse(text), want.map(|(file, part)| FileSelector { file, part }), "{text}");
        }
        check("tests/a.rs", Some(("tests/a.rs", Part::All)));
        check("a.rs:12", Some(("a.rs", Part::Line(12))));
        check("a.rs:12:5", Some(("a.rs", Part::Line(12))));
        check("a.rs:12:5:", Some(("a.rs", Part::Line(12))));
        check("a.rs:", Some(("a.rs", Part::All)));
        check("a.rs::Group::test_x", Some(("a.rs", Part::Path("Group::test_x"))));
        check(r"C:\ws\tests\a.rs:3", Some((r"C:\ws\tests\a.rs", Part::Line(3))));
        check("a.rsync.rs:3", Some(("a.rsync.rs", Part::Line(3))));
        check("a.rs:word", None);
        check("a.rs:-1", None);
        check("pkg::cases::a.rs", None);
        check("parse[main.rs]", None);
        check(".rs", None);
        check("tests/.rs", None);
        check("test_add", None);
    }

    #[test]
    fn paths_in_files_match_by_whole_segments() {
        #[track_caller]
        fn check(path: &str, wanted: &str, want: bool) {
            assert_eq!(path_holds(path, wanted), want, "{path} {wanted}");
        }
        check("tests::TestDivide::test_zero", "TestDivide::test_zero", true);
        check("tests::TestDivide::test_zero", "tests::TestDivide", true);
        check("math::tests::TestDivide::test_zero", "TestDivide", true);
        check("tests::TestDivide::test_zero", "TestDivide::", true);
        check("tests::TestDivide::test_zero", "Divide::test_zero", false);
        check("tests::TestDivide::test_zero", "test", false);
        check("test_add[1-2]", "test_add", true);
        check("test_add[1-2]", "test_add[1-2]", true);
        check("tests::test_add[1-2]", "test_add[1-2]", true);
        check("test_add[1-2]", "test_add[1-3]", false);
        check("test_add[a::b]", "a::b", false);
    }
}
