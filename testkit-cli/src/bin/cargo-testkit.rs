//! `cargo testkit`: the same command as `testkit`, started by Cargo, which passes its own name on.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|argument| argument == "testkit") {
        arguments.remove(1);
    }
    testkit_cli::main(arguments)
}
