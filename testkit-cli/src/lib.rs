//! The `testkit` command. Its parts, in the order of the data: `args` → `settings` → `build` → `discover` → `select` →
//! `schedule` → `run` → `report`; `app` joins them.

mod args;
#[expect(dead_code, unused_imports, reason = "the parts that use it are being written")]
mod build;
mod cache_file;
#[expect(dead_code, unused_imports, reason = "the parts that use it are being written")]
mod discover;
mod duration;
mod model;
mod run;
mod schedule;
