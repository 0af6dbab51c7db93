//! The list as a tree: binaries, then modules and groups, then tests.

use std::io::{self, Write};

use crate::model::{BinaryIndex, Host, Test, TestIndex, TestList};
use crate::words;

/// Writes the tree and, at its end, how many tests it shows.
pub(super) fn write(list: &TestList, selected: &[TestIndex], out: &mut impl Write) -> io::Result<()> {
    let mut binary: Option<BinaryIndex> = None;
    let mut binaries = 0_u64;
    let mut ignored = 0_u64;
    let mut branch: Vec<&str> = Vec::new();
    for &index in selected {
        let test = list.test(index);
        if binary != Some(test.binary) {
            if binary.is_some() {
                out.write_all(b"\n")?;
            }
            writeln!(out, "{}", list.binary(test.binary).id)?;
            binary = Some(test.binary);
            binaries += 1;
            branch.clear();
        }
        let (modules, leaf) = split(test);
        let shared = branch.iter().zip(&modules).take_while(|(old, new)| old == new).count();
        branch.truncate(shared);
        for module in &modules[shared..] {
            indent(out, branch.len() + 1)?;
            writeln!(out, "{module}")?;
            branch.push(module);
        }
        indent(out, branch.len() + 1)?;
        out.write_all(leaf.as_bytes())?;
        if let Some(reason) = &test.ignore {
            ignored += 1;
            remark(out, "ignored", reason)?;
        }
        if let Some(reason) = test.marks.as_ref().and_then(|marks| marks.skip.as_ref()) {
            remark(out, "skip", reason)?;
        }
        if let Some(xfail) = test.marks.as_ref().and_then(|marks| marks.xfail.as_ref()) {
            remark(out, "xfail", &xfail.reason)?;
        }
        out.write_all(b"\n")?;
    }
    if binaries > 0 {
        out.write_all(b"\n")?;
    }
    let tests = words::count(selected.len() as u64, "test", "tests");
    let binaries = words::count(binaries, "binary", "binaries");
    write!(out, "{tests} in {binaries}")?;
    if ignored > 0 {
        write!(out, ", {} ignored", words::number(ignored))?;
    }
    out.write_all(b"\n")
}

/// The modules and groups of a test, and its own name with its case.
fn split(test: &Test) -> (Vec<&str>, &str) {
    let path = match &test.host {
        Host::Collected { path, .. } | Host::Case { path, .. } | Host::Unknown { path, .. } => path,
        // Not every harness names its tests by paths; a name with spaces is a text.
        Host::Named { name } if name.contains(' ') => return (Vec::new(), name),
        Host::Named { name } => name,
        Host::Whole => return (Vec::new(), "(the whole binary)"),
    };
    let case = path.find('[').unwrap_or(path.len());
    let Some(at) = path[..case].rfind("::") else {
        return (Vec::new(), path);
    };
    (path[..at].split("::").collect(), &path[at + 2..])
}

/// ` [ignored: why]`
fn remark(out: &mut impl Write, word: &str, reason: &str) -> io::Result<()> {
    if reason.is_empty() { write!(out, " [{word}]") } else { write!(out, " [{word}: {}]", words::one_line(reason)) }
}

fn indent(out: &mut impl Write, depth: usize) -> io::Result<()> {
    for _ in 0..depth {
        out.write_all(b"  ")?;
    }
    Ok(())
}
