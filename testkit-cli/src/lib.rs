//! The `testkit` command. Its parts, in the order of the data: `args` → `settings` → `build` → `discover` → `select` →
//! `schedule` → `run` → `report`; `app` joins them.

mod app;
mod args;
mod build;
mod cache_file;
mod discover;
mod error;
mod exit_code;
mod inventory;
mod list;
mod model;
mod report;
mod run;
mod schedule;
mod select;
mod settings;
mod signals;
mod tally;
mod words;
mod worker;

pub use app::main;
