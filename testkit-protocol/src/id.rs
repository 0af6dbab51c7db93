//! Identifiers of binaries and of tests.

use std::fmt;

/// Names a test binary: `pkg` for a library, `pkg::target` for an integration test, `pkg::kind/target` for the rest.
///
/// The same form as cargo-nextest's, so that filters and reports carry over.
/// Source: <https://nexte.st/docs/glossary/#binary-id>.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct BinaryId(pub String);

impl BinaryId {
    /// The id of the binary of a target, from Cargo's words for it: package, kind (`lib`, `test`, `bin` …), target.
    pub fn of_target(package: &str, kind: &str, target: &str) -> Self {
        Self(match kind {
            "lib" | "rlib" | "dylib" | "cdylib" | "staticlib" | "proc-macro" => package.to_owned(),
            "test" => format!("{package}::{target}"),
            other => format!("{package}::{other}/{target}"),
        })
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BinaryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Names a test in a workspace: `<binary id>::<path>[case]`. Printed, accepted back and stable between runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct TestId(pub String);

impl TestId {
    /// The id of the test with `path` (as its binary names it) in `binary`.
    pub fn new(binary: &BinaryId, path: &str) -> Self {
        Self(format!("{binary}::{path}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_ids_are_nextests() {
        #[track_caller]
        fn check(kind: &str, target: &str, want: &str) {
            assert_eq!(BinaryId::of_target("pkg", kind, target).as_str(), want, "{kind} {target}");
        }
        check("lib", "pkg", "pkg");
        check("proc-macro", "pkg", "pkg");
        check("test", "math", "pkg::math");
        check("bin", "tool", "pkg::bin/tool");
        check("example", "demo", "pkg::example/demo");
        check("bench", "speed", "pkg::bench/speed");
    }
}
