//! The `testkit` command. Its parts, in the order of the data: `args` → `settings` → `build` → `discover` → `select` →
//! `schedule` → `run` → `report`; `app` joins them.

mod args;
mod duration;
#[cfg_attr(not(test), expect(dead_code, reason = "`app` is to join it"))]
mod exit_code;
#[cfg_attr(not(test), expect(dead_code, reason = "`app` is to join it"))]
mod list;
mod model;
#[cfg_attr(not(test), expect(dead_code, unused_imports, reason = "`app` is to join it"))]
mod report;
#[cfg_attr(not(test), expect(dead_code, unused_imports, reason = "`app` is to join it"))]
mod select;
#[cfg_attr(not(test), expect(dead_code, reason = "`app` is to join it"))]
mod tally;
mod words;
