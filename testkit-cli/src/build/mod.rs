//! Drives Cargo: builds the tests and says, binary by binary, how Cargo would start each.
//!
//! [`Build::start`] starts `cargo test --no-run`; [`Build::next`] gives the binaries as they are ready. What the
//! compiler and Cargo say goes to stderr untouched. Nothing here runs a test.

mod cargo;
mod config;
mod environment;
mod facts;
mod launch;
mod manifest;
mod request;
mod runner;
#[cfg(test)]
mod tests;

pub(crate) use cargo::{Build, BuildError, BuildKiller, BuildMessage, Workspace};
pub(crate) use environment::Environment;
pub(crate) use request::BuildRequest;
