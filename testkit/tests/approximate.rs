//! Numbers within a tolerance: which are near enough, and what is said of those that are not.

#![expect(clippy::pedantic, reason = "the assertions are written as users write theirs")]

use std::collections::{BTreeMap, HashMap};
use std::panic;
use std::time::Duration;

use testkit::{approx, assert, assert_eq, assert_ne, check};

/// The text of the panic that `assertion` raises.
fn failure(assertion: fn()) -> String {
    let payload = panic::catch_unwind(assertion).expect_err("the assertion should fail");
    payload.downcast_ref::<String>().expect("our panics are texts").clone()
}

#[track_caller]
fn check_text(assertion: fn(), want: &str) {
    std::assert_eq!(failure(assertion), want);
}

#[test]
fn scalars() {
    #[track_caller]
    fn near(want: bool, is: bool) {
        std::assert_eq!(is, want);
    }
    near(true, approx(0.3) == 0.1 + 0.2);
    near(false, approx(0.3) == 0.300_001);
    near(true, approx(0.0) == 1e-12);
    near(false, approx(0.0) == 1.1e-12);
    near(true, approx(-2.0) == -2.000_001);
    near(true, approx(1e300) == 1.000_000_9e300);
    // A relative tolerance keeps the absolute default, an absolute one drops the relative default.
    near(true, approx(100.0).rel(0.01) == 101.0);
    near(false, approx(100.0).rel(0.01) == 101.001);
    near(true, approx(0.0).rel(0.5) == 1e-13);
    near(true, approx(1.0).abs(0.5) == 1.5);
    near(false, approx(1e9).abs(0.5) == 1e9 + 1.0);
    near(true, approx(1e9).abs(0.5).rel(1e-6) == 1e9 + 1.0);
    near(true, approx(1.0).rel(0.0).abs(0.0) == 1.0);
    near(false, approx(1.0).rel(0.0).abs(0.0) == 1.0 + f64::EPSILON);
    near(true, approx(1.0).ulps(1) == 1.0 + f64::EPSILON);
    near(false, approx(1.0).ulps(1) == 1.0 + 2.0 * f64::EPSILON);
    near(true, approx(0.0).ulps(2) == -f64::from_bits(2));
    near(true, approx(f64::from_bits(1)).ulps(2) == -f64::from_bits(1));
    near(false, approx(1.0).ulps(1).abs(0.1) == 1.2);
    near(true, approx(1.0).ulps(1).abs(0.1) == 1.05);
    let nan = f64::NAN;
    near(false, approx(f64::NAN) == nan);
    near(true, approx(f64::NAN).nan_ok() == nan);
    near(true, approx(f64::NAN).nan_ok() == -f64::NAN);
    near(false, approx(1.0).nan_ok() == nan);
    near(true, approx(f64::INFINITY) == f64::INFINITY);
    near(false, approx(f64::INFINITY) == f64::NEG_INFINITY);
    near(false, approx(f64::INFINITY).rel(1.0) == f64::MAX);
    near(false, approx(f64::MAX).rel(f64::INFINITY) == f64::INFINITY);
    near(true, approx(0.3_f32) == 0.1_f32 + 0.2_f32);
    near(true, approx(1.0_f32).ulps(1) == 1.0 + f32::EPSILON);
    near(false, approx(1.0_f32).ulps(1) == 1.0 + 2.0 * f32::EPSILON);
    near(true, approx(1.0_f32).abs(0.25) == 1.25);
    let second = Duration::from_secs(1);
    near(true, approx(second) == second + Duration::from_micros(1));
    near(false, approx(second) == second + Duration::from_micros(2));
    near(true, approx(second).abs(Duration::from_millis(5)) == Duration::from_millis(995));
    near(true, approx(second).ulps(3) == second - Duration::from_nanos(3));
    near(false, approx(second).ulps(3) == second - Duration::from_nanos(4));
}

#[test]
fn containers() {
    let third = 1.0 / 3.0;
    assert!(vec![third, 0.5] == approx(vec![0.333_333_3, 0.5]));
    assert!(vec![third, 0.5] == approx([0.333_333_3, 0.5]));
    assert!([third] == approx(vec![0.333_333_3]));
    assert!(&[third][..] == approx([0.333_333_3]));
    assert!(vec![third] != approx([0.333_333_3, 0.5]));
    assert!(vec![vec![third]] == approx([[0.333_333_3]]));
    assert!(Some(third) == approx(Some(0.333_333_3)));
    assert!(Some(third) != approx(None));
    assert!(Vec::<f64>::new() == approx(Vec::<f64>::new()));
    assert_eq!(HashMap::from([("a", third)]), approx(HashMap::from([("a", 0.333_333_3)])));
    assert_eq!(BTreeMap::from([(1, vec![third])]), approx(BTreeMap::from([(1, [0.333_333_3])])));
    assert_ne!(HashMap::from([("a", third)]), approx(HashMap::from([("b", third)])));
    assert_ne!(BTreeMap::from([("a", 1.0), ("b", 2.0)]), approx(BTreeMap::from([("a", 1.0)])));
    assert_eq!([Duration::from_millis(10)], approx([Duration::from_millis(11)]).abs(Duration::from_millis(1)));
}

#[test]
fn in_every_assertion_on_both_sides() {
    let (sum, want) = (0.1 + 0.2, approx(0.3));
    assert!(sum == approx(0.3));
    assert!(sum == testkit::approx(0.3).rel(1e-9), "with a message");
    assert!(approx(0.3) == sum && sum == approx(0.3));
    assert!(sum == approx(1.0) || !(sum != approx(0.3)) || sum > 1.0);
    assert!(want == sum);
    assert!([sum].iter().all(|number| want == *number));
    assert_eq!(sum, approx(0.3));
    assert_eq!(sum, approx(0.3).abs(0.1),);
    assert_eq!(sum, testkit::approx(0.3), "with a message {}", 1);
    assert_eq!(approx(0.3), sum);
    assert_ne!(sum, approx(0.4), "with a message");
    assert_ne!(sum, testkit::approx(0.4));
    assert!(check!(sum == approx(0.3)));
    testkit::eventually!(sum == approx(0.3));
    // What a float is compared with is inferred as without testkit.
    assert!(sum < "1.5".parse().unwrap());
    assert_eq!(0.5, "0.5".parse().unwrap());
    assert_eq!(3.0, [1.0, 2.0].into_iter().sum());
}

#[test]
fn functions_of_the_same_name_keep_their_meaning() {
    fn approx(number: f64) -> f64 {
        number.round()
    }
    assert!(2.0 == approx(1.9));
    assert_eq!(2.0, approx(1.9));
    mod near {
        pub(super) fn approx(left: u8, right: u8) -> u8 {
            left.abs_diff(right)
        }
    }
    assert!(1 == near::approx(2, 1));
    assert_eq!(1, near::approx(2, 1));
}

#[test]
fn what_is_not_near_is_explained() {
    check_text(
        || assert!(0.35 == approx(0.3)),
        "assertion failed: 0.35 == approx(0.3)\n  left:  0.35\n  right: approx(0.3) = 0.3 ± 3e-7\n  note: they are apart by 0.05, \
         which is 16.7 % of the expected number",
    );
    check_text(
        || assert_eq!(vec![1.0, 2.0, 3.1], approx([1.0, 2.5, 3.0]), "three"),
        "three\nassertion failed: vec![1.0, 2.0, 3.1] == approx([1.0, 2.5, 3.0])\n  left:  vec![1.0, 2.0, 3.1]     = [1.0, 2.0, \
         3.1]\n  right: approx([1.0, 2.5, 3.0]) = [1.0 ± 1e-6, 2.5 ± 2.5e-6, 3.0 ± 3e-6]\n  note: 2 of 3 numbers are not near \
         enough, by at most 0.5, which is 20.0 % of the expected number\n         actual  expected\n    [1]  2.0     2.5 ± \
         2.5e-6\n    [2]  3.1     3.0 ± 3e-6",
    );
    let text = failure(|| assert_eq!(HashMap::from([("a", 1.0)]), approx(HashMap::from([("b", 1.0)]))));
    assert!(text.contains("note: [\"a\"] should not be there\n  note: [\"b\"] is missing"), "{text}");
    let text = failure(|| {
        let expected = HashMap::from([("a", 1.1), ("c", 2.0)]);
        assert_eq!(HashMap::from([("a", 1.0), ("b", 2.0)]), approx(expected));
    });
    assert!(
        text.ends_with("\n  note: [\"a\"]: they are apart by 0.1, which is 9.09 % of the expected number"),
        "{text}"
    );
    let text = failure(|| assert_eq!(vec![1.0], approx([1.0, 2.0])));
    assert!(text.ends_with("note: 1 element, expected 2"), "{text}");
    let text = failure(|| assert_eq!(vec![1.0, 2.0], approx([1.0])));
    assert!(text.ends_with("note: 2 elements, expected 1"), "{text}");
    let text = failure(|| assert!(f64::NAN == approx(f64::NAN)));
    assert!(
        text.ends_with("  both sides: NaN\n  note: NaN is equal to nothing; `.nan_ok()` lets it be equal to NaN"),
        "{text}"
    );
    let text = failure(|| assert_eq!(vec![0.0; 100], approx([1.0; 100])));
    assert!(text.contains("100 of 100 numbers") && text.ends_with("… and 88 more"), "{text}");
    let text = failure(|| assert_eq!(Duration::from_millis(3), approx(Duration::from_millis(2)).rel(0.25)));
    assert!(text.contains("= 2ms ± 500µs"), "{text}");
    assert!(text.ends_with("note: they are apart by 1ms, which is 50.0 % of the expected duration"), "{text}");
    let text = failure(|| assert!(f64::INFINITY == approx(1.0)));
    assert!(text.ends_with("= 1.0 ± 1e-6"), "{text}");
    let text = failure(|| assert_eq!(1.0_f32, approx(1.5_f32).ulps(4)));
    assert!(text.contains("= 1.5 ± 4 ulps"), "{text}");
    // What an assertion that held has noted is not said of another.
    let text = failure(|| {
        assert!(1.0 == approx(2.0) || 1 == 1);
        assert_eq!(1.5, 2.0);
    });
    assert!(!text.contains("expected number"), "{text}");
}

#[test]
fn a_tolerance_is_not_negative() {
    testkit::assert_panics!(approx(1.0).rel(-1.0), "a relative tolerance is not negative: -1");
    testkit::assert_panics!(approx(1.0).abs(f64::NAN), "an absolute tolerance is not negative: NaN");
}
