//! A fixture, as a binary describes it.

use testkit_protocol::location::Location;
use testkit_protocol::record::FixtureRecord;

/// A fixture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fixture {
    /// Path of its module, crate name first.
    pub(crate) module: String,
    /// Where it stands; its line is that of its first attribute.
    pub(crate) location: Location,
    /// What else is known of it.
    pub(crate) record: FixtureRecord,
}

impl Fixture {
    /// Its module and its name, by which it is imported.
    pub(crate) fn path(&self) -> String {
        format!("{}::{}", self.module, self.record.name)
    }

    /// Its documentation, without the blank that comment lines begin with and what surrounds the text.
    pub(crate) fn documentation(&self) -> String {
        let lines = self.record.doc.iter().flat_map(|doc| doc.lines());
        let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
        lines.join("\n").trim().to_owned()
    }

    /// Whether the library brings it.
    pub(crate) fn is_built_in(&self) -> bool {
        self.module == "testkit" || self.module.starts_with("testkit::")
    }
}
