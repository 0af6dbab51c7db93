//! The list as one JSON document; `docs/protocol.md` describes it.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use testkit_protocol::record::{MarkRecord, RetryRecord, XfailRecord};

use crate::model::{Binary, Harness, Host, Test, TestIndex, TestList};

/// Version of the document: changes when an old reader would misunderstand it; added fields do not change it.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    test_count: usize,
    binaries: Vec<BinaryEntry<'a>>,
    tests: Tests<'a>,
}

#[derive(Serialize)]
struct BinaryEntry<'a> {
    id: &'a str,
    path: &'a str,
    cwd: &'a str,
    source: &'a str,
    harness: &'static str,
}

#[derive(Serialize)]
struct TestEntry<'a> {
    id: &'a str,
    binary: &'a str,
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_ns: Option<u64>,
    #[serde(flatten)]
    marks: Option<MarkEntries<'a>>,
}

/// Marks, as fields of their test.
#[derive(Serialize)]
struct MarkEntries<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    skip: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xfail: Option<&'a XfailRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<&'a RetryRecord>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    serial: &'a [String],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    exclusive: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    isolate: bool,
    #[serde(skip_serializing_if = "<[MarkRecord]>::is_empty")]
    marks: &'a [MarkRecord],
}

/// The tests, made into entries one by one as they are written.
struct Tests<'a> {
    list: &'a TestList,
    selected: &'a [TestIndex],
}

impl Serialize for Tests<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.selected.iter().map(|&index| entry(self.list, self.list.test(index))))
    }
}

/// Writes the document: every binary with a selected test, and the selected tests.
pub(super) fn write(list: &TestList, selected: &[TestIndex], out: &mut impl Write) -> io::Result<()> {
    let mut used = vec![false; list.binaries.len()];
    for &index in selected {
        used[list.test(index).binary.0] = true;
    }
    let binaries = list.binaries.iter().zip(used).filter(|(_, used)| *used).map(|(binary, _)| binary_entry(binary));
    let document = Document {
        format: FORMAT,
        test_count: selected.len(),
        binaries: binaries.collect(),
        tests: Tests { list, selected },
    };
    serde_json::to_writer(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn binary_entry(binary: &Binary) -> BinaryEntry<'_> {
    BinaryEntry {
        id: binary.id.as_str(),
        path: binary.path.as_str(),
        cwd: binary.launch.directory.as_str(),
        source: binary.source.as_str(),
        harness: match binary.harness {
            Harness::Libtest => "libtest",
            Harness::Custom => "custom",
        },
    }
}

fn entry<'a>(list: &'a TestList, test: &'a Test) -> TestEntry<'a> {
    let location = test.location.as_ref();
    let (name, kind) = match &test.host {
        Host::Collected { path, .. } | Host::Case { path, .. } | Host::Unknown { path, .. } => {
            (path.as_str(), "collected")
        }
        Host::Named { name } => (name.as_str(), "plain"),
        Host::Whole => ("", "whole"),
    };
    TestEntry {
        id: test.id.as_str(),
        binary: list.binary(test.binary).id.as_str(),
        name,
        kind,
        file: location.map(|location| location.file.as_str()),
        line: location.map(|location| location.line),
        column: location.map(|location| location.column).filter(|&column| column > 0),
        end_line: test.end_line,
        ignored: test.ignore.as_deref(),
        timeout_ns: test.timeout.map(|timeout| u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX)),
        marks: test.marks.as_deref().map(|marks| MarkEntries {
            skip: marks.skip.as_deref(),
            xfail: marks.xfail.as_ref(),
            retry: marks.retry.as_ref(),
            serial: &marks.serial,
            exclusive: marks.exclusive,
            isolate: marks.isolate,
            marks: &marks.free,
        }),
    }
}
