//! Every way a collected test can end. `expected-verdicts.txt` says what the command makes of each.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{env, panic, process, thread};

use failing::{DoublePanic, Payload};
use testkit::{assert, assert_eq, assert_ne};

testkit::discover!();

// Assertions.

fn test_passes() {
    assert!(1 + 1 == 2);
}

fn test_assert_of_a_comparison() {
    let (price, budget) = (130, 100);
    assert!(price <= budget);
}

fn test_assert_with_a_message() {
    let basket = ["apple", "pear"];
    assert!(basket.contains(&"plum"), "no plum among {} fruits", basket.len());
}

fn test_assert_eq_of_long_values() {
    let got: Vec<u32> = (1..40).collect();
    let want: Vec<u32> = (1..40).map(|number| if number == 20 { 0 } else { number }).collect();
    assert_eq!(got, want, "one of many differs");
}

fn test_assert_eq_of_lines() {
    assert_eq!("one\ntwo\nthree\n", "one\n2\nthree\n");
}

fn test_assert_ne() {
    assert_ne!("same".to_uppercase(), "SAME");
}

#[ignore = "shows what a reason looks like"]
fn test_ignored() {
    panic!("never run");
}

// Panics and returned errors.

fn test_panic() {
    panic!("a panic with {} in it", "values");
}

fn test_panic_without_text() {
    panic::panic_any(Payload(7));
}

fn test_panic_in_another_thread() {
    let helper = thread::Builder::new().name("helper".to_owned()).spawn(|| panic!("the helper's panic"));
    helper.expect("threads can be started").join().expect("the helper ends well");
}

fn test_returns_an_error() -> Result<(), failing::ReadError> {
    failing::read_settings()
}

fn test_returns_a_boxed_error() -> Result<(), Box<dyn Error>> {
    let port: u16 = "eighty".parse()?;
    assert!(port == 80);
    Ok(())
}

#[should_panic(expected = "disk full")]
fn test_panics_with_another_message() {
    panic!("network down");
}

#[should_panic(expected = "disk full")]
fn test_panics_as_expected() {
    panic!("disk full: 0 bytes left");
}

#[should_panic(expected = "disk full")]
fn test_does_not_panic() {}

// Ends of the process.

fn test_abort() {
    process::abort();
}

fn test_exit_0() {
    process::exit(0);
}

fn test_exit_3() {
    process::exit(3);
}

fn test_killed() {
    failing::kill_self();
}

fn test_segmentation_fault() {
    assert!(failing::dereference_null() == 0);
}

fn test_stack_overflow() {
    assert!(failing::overflow_stack(1) == 0);
}

fn test_panic_during_a_panic() {
    let _second = DoublePanic;
    panic!("the first panic");
}

#[testkit::timeout("1s")]
fn test_hangs() {
    failing::sleep_for_an_hour();
}

// Output.

fn test_writes_much_and_passes() {
    failing::flood(8_000_000);
}

fn test_writes_much_and_fails() {
    failing::flood(4_000_000);
    panic!("after four megabytes on each stream");
}

fn test_writes_invalid_utf8_and_fails() {
    failing::write_invalid_utf8();
    panic!("after bytes that are no text");
}

// What a test does to its process.

fn test_closes_every_descriptor() {
    failing::close_descriptors(0);
}

fn test_closes_all_but_the_streams() {
    failing::close_descriptors(3);
}

fn test_occupies_every_descriptor() {
    failing::occupy_descriptors(0);
}

fn test_writes_into_strange_descriptors() {
    failing::write_to_descriptors();
}

fn test_starts_its_own_binary() {
    assert!(failing::run_in_own_binary("started_by_another"));
}

fn test_started_by_another() {}

fn test_leaves_a_thread() {
    failing::leave_thread();
}

fn test_leaves_a_child() {
    failing::leave_child();
}

fn test_leaves_and_deletes_the_directory() {
    failing::leave_directory();
}

fn test_stands_in_the_package() {
    let directory = env::current_dir().expect("the working directory exists");
    assert_eq!(directory.to_str(), Some(env!("CARGO_MANIFEST_DIR")));
}

static MARK: AtomicBool = AtomicBool::new(false);

fn test_leaves_a_mark() {
    MARK.store(true, Ordering::SeqCst);
}

fn test_fails_after_the_mark() {
    assert!(!MARK.load(Ordering::SeqCst), "another test was here before");
}

// Groups.

struct TestSetUpFails;

impl TestSetUpFails {
    fn setup() -> Self {
        panic!("the server does not answer");
    }

    fn test_is_not_reached(&self) {}
}

struct TestTearDownFails;

impl TestTearDownFails {
    fn setup() -> Self {
        Self
    }

    fn teardown(self) {
        panic!("the server does not stop");
    }

    fn test_passes_before(&self) {}
}
