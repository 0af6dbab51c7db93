//! Assertions, snapshots, mocks and properties of other libraries inside of collected tests.

use googletest::prelude::{container_eq, contains_substring, eq, verify_that};
use interplay::{Point, Prices, reversed, total};
use mockall::mock;
use mockall::predicate::eq as is;

testkit::discover!();

mock! {
    Shop {}

    impl Prices for Shop {
        fn of(&self, article: &str) -> u32;
    }
}

fn test_pretty_assertions() {
    pretty_assertions::assert_eq!(Point { x: 1, y: 2 }, Point { x: 1, y: 2 });
}

fn test_pretty_assertions_fails() {
    pretty_assertions::assert_eq!(Point { x: 1, y: 2 }, Point { x: 1, y: 3 }, "two points");
}

fn test_assert2() {
    assert2::assert!(reversed(12) == 21);
}

fn test_assert2_fails() {
    assert2::assert!(reversed(12) == 22);
}

fn test_assert2_check_fails() {
    assert2::check!(reversed(12) == 22);
    assert2::check!(reversed(10) == 1);
}

fn test_googletest() -> googletest::Result<()> {
    verify_that!(vec![1, 2], container_eq([1, 2]))
}

fn test_googletest_fails() -> googletest::Result<()> {
    verify_that!("hello world", contains_substring("wurld"))?;
    verify_that!(1, eq(1))
}

fn test_insta() {
    insta::assert_snapshot!(reversed(123), @"321");
}

fn test_insta_fails() {
    insta::assert_debug_snapshot!(Point { x: 1, y: 2 }, @"Point { x: 1, y: 3 }");
}

fn test_proptest() {
    proptest::proptest!(|(number in 1..u64::from(u32::MAX))| {
        proptest::prop_assert!(reversed(reversed(number * 10 + 1)) == number * 10 + 1);
    });
}

fn test_proptest_fails() {
    proptest::proptest!(proptest::prelude::ProptestConfig::with_failure_persistence(
        proptest::test_runner::FileFailurePersistence::Off
    ), |(number in 1..1_000_u64)| {
        proptest::prop_assert_eq!(reversed(reversed(number)), number);
    });
}

fn test_mockall() {
    let mut shop = MockShop::new();
    shop.expect_of().with(is("pear")).times(2).return_const(30_u32);
    testkit::assert!(total(&shop, &["pear", "pear"]) == 60);
}

fn test_mockall_fails_for_a_call_too_few() {
    let mut shop = MockShop::new();
    shop.expect_of().with(is("pear")).times(2).return_const(30_u32);
    testkit::assert!(total(&shop, &["pear"]) == 30);
}

fn test_mockall_fails_for_another_argument() {
    let mut shop = MockShop::new();
    shop.expect_of().with(is("pear")).return_const(30_u32);
    total(&shop, &["plum"]);
}
