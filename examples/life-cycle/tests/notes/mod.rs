//! Where the tests note what happens.

use std::fs::File;
use std::io::Write;

/// Adds a note with the process that took it to the file that `LIFE_CYCLE` names, if it names one.
#[expect(clippy::print_stdout, reason = "the report of a test that fails shows it")]
pub(crate) fn note(what: &str) {
    println!("{what}");
    let Some(path) = std::env::var_os("LIFE_CYCLE") else { return };
    let mut notes = File::options().create(true).append(true).open(path).expect("the file can be written");
    writeln!(notes, "{} {what}", std::process::id()).expect("the file can be written");
}
