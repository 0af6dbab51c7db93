//! What test binaries link of testkit: everything but its procedural macros.
//!
//! Not to be named by anybody but the crate `testkit`, which is this one and the macros. They are two so that Cargo builds them
//! beside each other: neither needs the other (`docs/decisions/0019`).

// What serves a worker's requests is compiled everywhere, and used where there are workers.
#![cfg_attr(not(unix), expect(dead_code, unused_imports, reason = "there are no workers"))]

mod approx;
mod assertion;
mod cases;
mod description;
mod executor;
mod expansion;
mod features;
mod fixture;
mod folder;
mod group;
mod harness;
mod hash;
#[cfg(any(feature = "log", feature = "tracing"))]
mod logging;
mod marks;
#[cfg(feature = "proptest")]
mod property;
mod registry;
mod settle;
mod subtest;
mod threads;

pub mod fixtures;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use approx::{Approx, approx};
pub use assertion::Explain;
pub use fixture::builtin::attachments::{attach, attach_text};
pub use fixture::builtin::properties::property;
pub use fixture::defer;
#[cfg(any(feature = "log", feature = "tracing"))]
pub use fixtures::Logs;
pub use fixtures::{Attachments, Cache, Capture, Context, Env, Properties, Rng, TmpPath, WorkerId};
#[cfg(feature = "proptest")]
pub use proptest;
pub use threads::{Scope, scope, spawn, strict_threads};
