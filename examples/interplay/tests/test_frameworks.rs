//! Tests of other frameworks beside collected ones, in one binary: each runs as it is.

use interplay::reversed;
use rstest::{fixture, rstest};
use test_case::test_case;

testkit::discover!();

fn test_collected() {
    testkit::assert!(reversed(12) == 21);
}

#[test]
fn plain() {
    assert_eq!(reversed(12), 21);
}

#[fixture]
fn number() -> u64 {
    12
}

#[rstest]
fn test_with_a_fixture(number: u64) {
    assert_eq!(reversed(number), 21);
}

#[rstest]
#[case(12, 21)]
#[case::fails(10, 10)]
fn test_with_cases(#[case] number: u64, #[case] want: u64) {
    assert_eq!(reversed(number), want);
}

#[test_case(12 => 21; "two digits")]
#[test_case(10 => 10; "fails")]
fn test_of_test_case(number: u64) -> u64 {
    reversed(number)
}

#[tokio::test]
async fn test_of_tokio() {
    tokio::task::yield_now().await;
    assert_eq!(reversed(12), 21);
}

#[test]
#[serial_test::serial]
fn test_of_serial_test() {
    assert_eq!(reversed(12), 21);
}

proptest::proptest! {
    #[test]
    fn test_of_proptest(number in 1..1_000_u64) {
        proptest::prop_assert!(reversed(number) <= 999);
    }
}
