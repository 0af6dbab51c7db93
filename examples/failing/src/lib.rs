//! Every way a test can end, as functions that `tests/test_endings.rs` (collected) and `tests/plain.rs` (plain
//! `#[test]`) call. Unix only: signals and descriptors are what most of it is about.

mod endings;
mod process;
pub mod reports;

pub use endings::{
    DoublePanic, Payload, ReadError, flood, is_first_in_process, leave_directory, leave_thread, overflow_stack,
    read_settings, sleep_for_an_hour, write_invalid_utf8,
};
pub use process::{
    close_descriptors, dereference_null, kill_self, leave_child, occupy_descriptors, run_in_own_binary,
    write_to_descriptors,
};
