//! Places in source files.

use std::fmt;

/// A place in a source file, as the compiler names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Location {
    /// Path as given to the compiler: relative to the workspace's root for its members, else absolute.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters; 0 where it is not known.
    #[cfg_attr(feature = "serde", serde(default))]
    pub column: u32,
}

impl Location {
    /// A place by its three parts.
    pub fn new(file: impl Into<String>, line: u32, column: u32) -> Self {
        Self { file: file.into(), line, column }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.file, self.line)?;
        if self.column > 0 {
            write!(formatter, ":{}", self.column)?;
        }
        Ok(())
    }
}

impl From<&std::panic::Location<'_>> for Location {
    fn from(location: &std::panic::Location<'_>) -> Self {
        Self::new(location.file(), location.line(), location.column())
    }
}
