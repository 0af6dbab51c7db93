//! Fixtures that come with testkit.
//!
//! A test, a fixture or the `setup` of a group asks for one by the name of an argument, whose type has to be the one given here;
//! nothing needs an import but that type. `rng` and `free_port` are taken by value, the others by reference; by value, each can be
//! had anew.
//!
//! | argument | |
//! |---|---|
//! | `tmp_path: &`[`TmpPath`] | an empty folder, removed after the test and kept if it failed |
//! | `env: &`[`Env`] | variables and working directory, put back after the test |
//! | `capture: &`[`Capture`] | what the test has printed so far |
//! | `logs: &Logs` | its log records; with the feature `log` or `tracing` |
//! | `cx: &`[`Context`], `request: &Context` | what the test is: id, group, marks, case, attempt, seed |
//! | `properties: &`[`Properties`] | names and values for reports |
//! | `attachments: &`[`Attachments`] | files for reports |
//! | `cache: &`[`Cache`] | values that are kept between runs |
//! | `rng: `[`Rng`] | random numbers from the seed of the run |
//! | `worker_id: &`[`WorkerId`] | which of the processes this is that run tests side by side |
//! | `free_port: u16` | a TCP port that nobody listens on |
//!
//! ```
//! #[testkit::tests]
//! mod tests {
//!     use testkit::TmpPath;
//!
//!     #[fixture]
//!     fn settings(tmp_path: &TmpPath) -> std::io::Result<std::path::PathBuf> {
//!         let path = tmp_path.join("settings.toml");
//!         std::fs::write(&path, "answer = 42")?;
//!         Ok(path)
//!     }
//!
//!     fn test_settings(settings: &std::path::PathBuf, free_port: u16) {
//!         assert!(settings.is_file() && free_port > 0);
//!     }
//! }
//! ```
//!
//! A fixture of the author's own with one of these names is another one if its type has another name. `cache` and `worker_id`
//! are there for fixtures of every scope; of the others, a fixture that is wider than a test can have a value of its own.

pub use crate::fixture::builtin::attachments::{Attachments, attachments};
pub use crate::fixture::builtin::cache::{Cache, cache};
pub use crate::fixture::builtin::capture::{Capture, capture};
pub use crate::fixture::builtin::context::{Context, Mark, cx, cx as request};
pub use crate::fixture::builtin::env::{Env, env};
pub use crate::fixture::builtin::free_port::free_port;
#[cfg(any(feature = "log", feature = "tracing"))]
pub use crate::fixture::builtin::logs::{Logs, logs};
pub use crate::fixture::builtin::properties::{Properties, properties};
pub use crate::fixture::builtin::rng::{Rng, rng};
pub use crate::fixture::builtin::sample::{SampleRange, SampleUniform};
pub use crate::fixture::builtin::tmp_path::{TmpPath, tmp_path};
pub use crate::fixture::builtin::worker_id::{WorkerId, worker_id};
#[cfg(any(feature = "log", feature = "tracing"))]
pub use crate::logging::{Level, LogRecord};
