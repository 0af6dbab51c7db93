//! What `testkit list` writes: a tree for people, ids for other commands, a JSON document for programs; and what
//! `testkit fixtures` writes.
//!
//! Knows the list of tests and a writer; the document is described in `docs/protocol.md`.

mod fixtures;
mod json;
mod tree;

use std::io::{self, BufWriter, Write};

pub(crate) use fixtures::{in_order, write_fixtures};

use crate::args::ListFormat;
use crate::model::{TestIndex, TestList};

/// Writes the tests `selected`, in their order, in one buffered go.
///
/// # Errors
/// Whatever `out` answers, a closed pipe included.
pub(crate) fn write(list: &TestList, selected: &[TestIndex], format: ListFormat, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    match format {
        ListFormat::Tree => tree::write(list, selected, &mut out)?,
        ListFormat::Ids => ids(list, selected, &mut out)?,
        ListFormat::Json => json::write(list, selected, &mut out)?,
    }
    out.flush()
}

/// One id a line; each is accepted back as a selector and means that test alone.
fn ids(list: &TestList, selected: &[TestIndex], out: &mut impl Write) -> io::Result<()> {
    for &index in selected {
        out.write_all(list.test(index).id.as_str().as_bytes())?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
