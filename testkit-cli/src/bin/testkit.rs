//! `testkit`: builds, finds and runs a workspace's tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    testkit_cli::main(std::env::args_os().collect())
}
