//! The lines of the static descriptions: the one place where the binary itself says what its tests are called.
//!
//! They are searched as text, since few of them are ever needed: a worker of thousands of tests has to start in a millisecond.

use testkit_protocol::json::{self, Json};

use super::ModuleEntry;
use crate::expansion;

/// The description of a module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Module {
    /// Its path inside the crate; empty for the root.
    pub(super) path: &'static str,
    pub(super) text: &'static str,
}

impl Module {
    pub(super) fn of(entry: &'static ModuleEntry) -> Self {
        let path = entry.module.split_once("::").map_or("", |(_, inside)| inside);
        Self { path, text: std::str::from_utf8(entry.description).unwrap_or_default() }
    }

    /// What is left of an id in this module.
    pub(super) fn inside<'id>(&self, id: &'id str) -> Option<&'id str> {
        if self.path.is_empty() { Some(id) } else { id.strip_prefix(self.path)?.strip_prefix("::") }
    }

    /// The first line of a test from an offset on, and where the next line begins.
    pub(super) fn next_test(self, mut from: usize) -> Option<(&'static str, usize)> {
        loop {
            let (line, _) = self.text.get(from..)?.split_once('\n')?;
            from += line.len() + 1;
            if line.starts_with(TEST) {
                return Some((line, from));
            }
        }
    }

    /// The lines of its tests.
    pub(super) fn tests(self) -> impl Iterator<Item = &'static str> {
        self.text.lines().filter(|line| line.starts_with(TEST))
    }

    /// The records of its tests of which the one with this id may be a case that is known at run time only.
    pub(super) fn stems_of(self, id: &str) -> impl Iterator<Item = Json> {
        let inside = self.inside(id).and_then(|inside| Some((inside, start_of_stems(inside)?)));
        inside.into_iter().flat_map(move |(inside, start)| {
            // What may have cases has a site.
            let tests = self.tests_with(&start).filter(|test| test.get("site").is_some());
            tests.filter(|test| expansion::may_be_case(name(test), inside)).collect::<Vec<_>>()
        })
    }

    /// The records of its tests whose lines have `needle` in them.
    pub(super) fn tests_with(self, needle: &str) -> impl Iterator<Item = Json> {
        self.text.lines().filter(move |line| line.contains(needle)).filter_map(test)
    }
}

/// What the line of every test begins with.
pub(super) const TEST: &str = "{\"test\":{";

/// The key of the number of what runs a test, and of a case's number.
const RUN: &str = "\"run\":";
const CASE: &str = ",\"case\":";

const NAME: &str = "{\"test\":{\"name\":\"";

/// What the line of the test with this name begins with.
pub(super) fn start_of(name: &str) -> String {
    format!("{TEST}{},", member("name", name))
}

/// What the line of a test begins with, as [`start_of`] has it for its name.
pub(super) fn start_of_line(line: &str) -> Option<&str> {
    let before = NAME.len();
    let mut end = before;
    loop {
        end += line.get(end..)?.find('"')?;
        let backslashes = line[before..end].bytes().rev().take_while(|byte| *byte == b'\\').count();
        end += 1;
        if backslashes % 2 == 0 {
            return line.get(..=end);
        }
    }
}

/// The numbers of what runs a test and of its case, from what stands behind the name in its line.
pub(super) fn numbers(behind_name: &str) -> Option<(usize, Option<usize>)> {
    let (run, rest) = number(behind_name.strip_prefix(RUN)?)?;
    let case = rest.strip_prefix(CASE).and_then(number).map(|(case, _)| case);
    Some((run, case))
}

fn number(text: &str) -> Option<(usize, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    Some((number.parse().ok()?, rest))
}

/// What stands behind the name in a line, if it is that of the test with this name.
pub(super) fn behind_name<'line>(line: &'line str, name: &str) -> Option<&'line str> {
    if name.contains('"') || name.contains('\\') {
        return line.strip_prefix(start_of(name).as_str());
    }
    // Most names have nothing that JSON escapes, and to look for that letter by letter takes longer than all else.
    line.strip_prefix(NAME)?.strip_prefix(name)?.strip_prefix("\",")
}

/// What is in the line of every test of which the one with this name may be a case that is known at run time only; none if it
/// is no name of a case.
fn start_of_stems(name: &str) -> Option<String> {
    let (function, _) = name.split_once('[')?;
    let mut start = format!("{TEST}{}", member("name", function));
    start.pop();
    Some(start)
}

/// Source text of a member of a JSON object, by which its line is found without reading all others.
pub(super) fn member(key: &str, value: &str) -> String {
    let mut text = format!("\"{key}\":");
    json::write_string(&mut text, value);
    text
}

/// The record of a test in a line; none in a line of another kind.
pub(super) fn test(line: &str) -> Option<Json> {
    json::parse(line).ok()?.get("test").cloned()
}

/// The name in the record of a test.
pub(super) fn name(test: &Json) -> &str {
    test.get("name").and_then(Json::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_numbers() {
        assert_eq!(numbers("\"run\":12,\"case\":3,\"line\":1}}"), Some((12, Some(3))));
        assert_eq!(numbers("\"run\":0,\"line\":1,\"case\":3}}"), Some((0, None)));
        assert_eq!(numbers("\"line\":1}}"), None);
    }

    #[test]
    fn knows_lines_by_their_names() {
        let line = |name| start_of(name) + "\"run\":1}}";
        for name in ["test_a", "a\"b", "a\\b"] {
            assert_eq!(behind_name(&line(name), name), Some("\"run\":1}}"), "{name}");
        }
        assert_eq!(behind_name(&line("test_ab"), "test_a"), None);
        assert_eq!(behind_name(&line("a\"b"), "a\\\"b"), None);
    }

    #[test]
    fn knows_what_a_line_begins_with() {
        for name in ["test_a", "test_q[\"a\",\"b\"]", "test_q[\\]", "test_q[\\\"]", ""] {
            let start = start_of(name);
            assert_eq!(start_of_line(&format!("{start}\"line\":1}}}}")), Some(start.as_str()), "{name}");
        }
        assert_eq!(start_of_line(TEST), None);
        assert_eq!(start_of_line("{\"test\":{\"name\":\"a"), None);
    }
}
