//! The `testkit` command. Its parts, in the order of the data: `args` → `settings` → `build` → `discover` → `select` →
//! `schedule` → `run` → `report`; `app` joins them.

mod args;
mod duration;
mod model;
mod run;
mod schedule;
