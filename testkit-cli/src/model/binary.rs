//! A test binary, and how Cargo would start it.

use std::ffi::OsString;

use camino::Utf8PathBuf;
use testkit_protocol::id::BinaryId;

/// A built test binary.
#[derive(Clone, Debug)]
pub(crate) struct Binary {
    /// Its id: `pkg`, `pkg::target`, `pkg::bin/name`.
    pub(crate) id: BinaryId,
    /// Path of the executable.
    pub(crate) path: Utf8PathBuf,
    /// The target's root source file, absolute.
    pub(crate) source: Utf8PathBuf,
    /// What runs the tests in it.
    pub(crate) harness: Harness,
    /// How to start it.
    pub(crate) launch: Launch,
}

/// What a test target links as its `main`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Harness {
    /// The test harness of the standard distribution.
    Libtest,
    /// `harness = false`: the target's own `main`.
    Custom,
}

/// How to start a binary as Cargo does: everything but the arguments.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    /// The program and the leading arguments: the target runner's if there is one, then the binary's path.
    pub(crate) command: Vec<OsString>,
    /// Working directory: the package's root.
    pub(crate) directory: Utf8PathBuf,
    /// Variables set beside the inherited ones.
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// Whether a target runner stands between us and the test, so that descriptors may not reach it.
    pub(crate) has_runner: bool,
}
