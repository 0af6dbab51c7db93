//! The same endings as plain `#[test]` functions, which the command runs through libtest. libtest runs them in the
//! order of their names.

use std::env;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{panic, process, thread};

use failing::{DoublePanic, Payload};

// Assertions.

#[test]
fn passes() {
    assert_eq!(1 + 1, 2);
}

#[test]
fn assert_of_a_comparison() {
    let (price, budget) = (130, 100);
    assert!(price <= budget);
}

#[test]
fn assert_eq_of_lines() {
    assert_eq!("one\ntwo\nthree\n", "one\n2\nthree\n");
}

#[test]
fn assert_ne_with_a_message() {
    assert_ne!("same".to_uppercase(), "SAME", "they are not to be equal");
}

#[test]
#[ignore = "shows what a reason looks like"]
fn ignored() {
    panic!("never run");
}

// Panics and returned errors.

#[test]
fn panic() {
    panic!("a panic with {} in it", "values");
}

#[test]
fn panic_without_text() {
    panic::panic_any(Payload(7));
}

#[test]
fn panic_in_another_thread() {
    let helper = thread::Builder::new().name("helper".to_owned()).spawn(|| panic!("the helper's panic"));
    helper.expect("threads can be started").join().expect("the helper ends well");
}

#[test]
fn returns_an_error() -> Result<(), failing::ReadError> {
    failing::read_settings()
}

#[test]
fn returns_a_boxed_error() -> Result<(), Box<dyn Error>> {
    let port: u16 = "eighty".parse()?;
    assert_eq!(port, 80);
    Ok(())
}

#[test]
#[should_panic(expected = "disk full")]
fn panics_with_another_message() {
    panic!("network down");
}

#[test]
#[should_panic(expected = "disk full")]
fn panics_as_expected() {
    panic!("disk full: 0 bytes left");
}

#[test]
#[should_panic(expected = "disk full")]
fn does_not_panic() {}

// Ends of the process.

#[test]
fn abort() {
    process::abort();
}

#[test]
fn exit_0() {
    process::exit(0);
}

#[test]
fn exit_3() {
    process::exit(3);
}

#[test]
fn killed() {
    failing::kill_self();
}

#[test]
fn segmentation_fault() {
    assert_eq!(failing::dereference_null(), 0);
}

#[test]
fn stack_overflow() {
    assert_eq!(failing::overflow_stack(1), 0);
}

#[test]
fn panic_during_a_panic() {
    let _second = DoublePanic;
    panic!("the first panic");
}

/// Plain tests have no time limit of their own: this one needs `--timeout`.
#[test]
fn hangs() {
    failing::sleep_for_an_hour();
}

// Output.

#[test]
fn writes_much_and_passes() {
    failing::flood(8_000_000);
}

#[test]
fn writes_much_and_fails() {
    failing::flood(4_000_000);
    panic!("after four megabytes on each stream");
}

#[test]
fn writes_invalid_utf8_and_fails() {
    failing::write_invalid_utf8();
    panic!("after bytes that are no text");
}

// What a test does to its process.

#[test]
fn closes_every_descriptor() {
    failing::close_descriptors(0);
}

#[test]
fn closes_all_but_the_streams() {
    failing::close_descriptors(3);
}

#[test]
fn occupies_every_descriptor() {
    failing::occupy_descriptors(0);
}

#[test]
fn writes_into_strange_descriptors() {
    failing::write_to_descriptors();
}

#[test]
fn starts_its_own_binary() {
    assert!(failing::run_in_own_binary("started_by_another"));
}

#[test]
fn started_by_another() {}

#[test]
fn leaves_a_thread() {
    failing::leave_thread();
}

#[test]
fn leaves_a_child() {
    failing::leave_child();
}

#[test]
fn directory_1_is_left_and_deleted() {
    failing::leave_directory();
}

/// Fails where the test before ran in the same process: nothing of ours stands between two tests of a libtest process.
#[test]
fn directory_2_is_the_packages() {
    let directory = env::current_dir().expect("the working directory exists");
    assert_eq!(directory.to_str(), Some(env!("CARGO_MANIFEST_DIR")));
}

static MARK: AtomicBool = AtomicBool::new(false);

#[test]
fn order_1_leaves_a_mark() {
    MARK.store(true, Ordering::SeqCst);
}

#[test]
fn order_2_fails_after_the_mark() {
    assert!(!MARK.load(Ordering::SeqCst), "another test was here before");
}
