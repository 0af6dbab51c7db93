//! One failure of each kind that testkit explains. `reports/` holds what each prints, under the command and under plain
//! `cargo test`.

#![expect(clippy::pedantic, clippy::unwrap_used, reason = "the assertions are written as users write theirs")]

use std::collections::{BTreeMap, BTreeSet};

use failing::reports::{
    Address, Opaque, Profile, Stubborn, User, divide, find_user, lines, long_text, numbered, numbers, parse, read_port,
    scores, shelf, user,
};
use testkit::{
    approx, assert, assert_eq, assert_err, assert_error_chain, assert_matches, assert_ne, assert_ok, assert_panics,
    check, eventually, fail, subtest,
};

testkit::discover!();

// Comparisons of small values.

fn test_sum() {
    let (a, b, c) = (2, 3, 6);
    assert!(a + b == c);
}

fn test_sum_with_message() {
    let (cart, want) = (vec![3, 4], 8);
    assert!(cart.iter().sum::<i32>() == want, "the cart should cost {want}");
}

fn test_greater() {
    let (a, b) = (2, 3);
    assert!(a > b, "a should exceed b for user {}", "ada");
}

fn test_not_equal() {
    let words = ["a", "b"];
    assert_ne!(words.concat(), "ab");
}

fn test_condition_alone() {
    let is_ready = false;
    assert!(is_ready);
}

fn test_negation() {
    let names = ["ada", "grace"];
    assert!(!names.contains(&"ada"));
}

fn test_chain_of_calls() {
    let user = user(10121);
    assert!(user.name.len() + 4 == user.profile.tags.len() * 2, "budget of names and tags");
}

// Which part of a condition decided.

fn test_conjunction() {
    let (v, s) = (vec![1, 2, 3], "abc");
    assert!(!v.is_empty() && v.len() == s.len() && s.starts_with("x"));
}

fn test_disjunction() {
    let age = 17;
    let has_permission = false;
    assert!(age >= 18 || has_permission);
}

fn test_bounds() {
    let n = 10;
    assert!(0 < n && n < 5);
}

fn test_let_chain() {
    let found = find_user(7);
    assert!(let Some(user) = &found && user.age > 40);
}

fn test_let_without_match() {
    assert!(let Some(user) = find_user(99) && user.age > 40);
}

fn test_matches() {
    assert!(matches!(parse("12x"), Ok(12)));
}

// Text.

fn test_long_line() {
    assert_eq!(long_text("e"), long_text("a"));
}

fn test_lines() {
    assert_eq!(lines("some"), lines("other"));
}

fn test_trailing_blank() {
    assert_eq!("one\ntwo\nthree\nfour", "one\n2\nthree\nfour ");
}

fn test_invisible_characters() {
    assert_eq!("caf\u{e9} na\u{ef}ve\tend", "cafe\u{301} na\u{ef}ve end");
}

fn test_line_endings() {
    assert_eq!("first\r\nsecond\r\n", "first\nsecond\n");
}

fn test_contains() {
    let s = "hello world";
    assert!(s.contains("wurld"));
}

fn test_starts_with() {
    let path = "/usr/lib/rust";
    assert!(path.starts_with("/usr/local"));
}

// Collections.

fn test_vector() {
    let mut v = numbers();
    v[57] = -1;
    assert_eq!(v, numbers());
}

fn test_vector_with_one_more() {
    assert_eq!(vec![1, 2, 3, 4], vec![1, 2, 9, 4, 5]);
}

fn test_vector_shifted() {
    let mut shifted = numbers();
    shifted.insert(3, 1000);
    assert_eq!(shifted, numbers());
}

fn test_sorted_map() {
    let left = BTreeMap::from([("a", 1), ("b", 2), ("c", 3)]);
    let right = BTreeMap::from([("a", 1), ("b", 20), ("d", 4)]);
    assert_eq!(left, right);
}

fn test_hash_map() {
    assert_eq!(scores(2), scores(20));
}

fn test_sets() {
    assert_eq!(numbered(1..=30), numbered(2..=31));
}

fn test_subset() {
    let (few, many) = (BTreeSet::from([1, 2, 9]), BTreeSet::from([1, 2, 3]));
    assert!(few.is_subset(&many));
}

fn test_all() {
    let v = [2, 4, 5, 6];
    assert!(v.iter().all(|n| n % 2 == 0));
}

fn test_is_empty() {
    let queue = vec!["left over"];
    assert!(queue.is_empty());
}

fn test_length() {
    let v = vec![1, 2];
    assert!(v.len() == 3);
}

fn test_nested_struct() {
    assert_eq!(user(10121), user(10122));
}

fn test_several_fields() {
    let other = User { age: 31, profile: Profile { tags: vec!["beta"], ..user(54321).profile }, ..user(1) };
    assert_eq!(user(12345), other);
}

fn test_enum_variants() {
    assert_eq!(parse("12").map(Address::with_zip), Ok(Address::with_zip(13)));
}

fn test_million_numbers() {
    let mut v: Vec<u32> = (0..1_000_000).collect();
    v[765_432] = 0;
    assert!(v == (0..1_000_000).collect::<Vec<u32>>());
}

// Options, results, errors.

fn test_is_ok() {
    assert!(parse("12x").is_ok());
}

fn test_is_some() {
    assert!(find_user(99).is_some());
}

fn test_unwrap_in_comparison() {
    assert!(find_user(7).unwrap().name == "Grace");
}

fn test_assert_ok() {
    assert_ok!(read_port("port = eighty"));
}

fn test_assert_err() {
    assert_err!(parse("12"));
}

fn test_assert_matches() {
    assert_matches!(parse("12"), Ok(13));
}

fn test_error_chain() {
    let error = read_port("port = eighty").unwrap_err();
    assert_error_chain!(error, ["failed to read the port", "`eight` is no number"]);
}

fn test_returned_error() -> Result<(), Box<dyn std::error::Error>> {
    read_port("port = eighty")?;
    Ok(())
}

// Floats.

fn test_float() {
    assert!(0.1 + 0.2 == 0.3);
}

fn test_approx() {
    assert!(0.35 == approx(0.3));
}

fn test_approx_vector() {
    assert_eq!(vec![1.0, 2.0, 3.1], approx(vec![1.0, 2.5, 3.0]));
}

// Values that do not help.

fn test_without_debug() {
    let (a, b) = (Opaque(1), Opaque(2));
    assert!(a == b);
}

fn test_equal_in_debug() {
    let (a, b) = (Stubborn { shown: 1, hidden: 1 }, Stubborn { shown: 1, hidden: 2 });
    assert_eq!(a, b);
}

fn test_moved_value() {
    let name = String::from("Ada");
    assert!(name.into_bytes() == b"Eve");
}

fn test_changed_value() {
    let mut stack = vec![1, 2];
    assert!(stack.pop() == Some(1));
}

// Panics.

fn test_panic() {
    divide(1.0, 0.0);
}

fn test_fail() {
    fail!("port {} is taken", 8080);
}

fn test_assert_panics() {
    assert_panics!(divide(1.0, 2.0));
}

fn test_assert_panics_with_another_message() {
    assert_panics!(divide(1.0, 0.0), "overflow");
}

#[should_panic(expected = "overflow")]
fn test_should_panic() {
    divide(1.0, 0.0);
}

#[should_panic]
fn test_should_panic_and_does_not() {
    divide(1.0, 2.0);
}

fn test_panic_on_a_thread() {
    let thread = testkit::spawn(|| divide(1.0, 0.0));
    drop(thread.join());
}

// More than one failure.

fn test_soft_checks() {
    for i in 0..3 {
        check!(i % 2 == 1, "round {i}");
    }
}

fn test_subtests() {
    for n in [1, 2, 3] {
        subtest!("n = {n}", || {
            assert!(n % 2 == 1);
        });
    }
}

fn test_eventually() {
    let done = vec!["fetch", "build"];
    eventually!(done.contains(&"deploy"), within = "50ms");
}

fn test_map_of_maps() {
    assert_eq!(shelf(1), shelf(3));
}

fn test_text_of_lines() {
    let page = "<html>\n<body> \n\t<p>hello</p>\n</html>\n";
    let wanted = String::from("<p>helo</p>");
    assert!(page.contains(&wanted));
}

fn test_let_chain_of_three() {
    let found = Some(3);
    assert!(let Some(three) = found && let Some(four) = found.map(|n| n + 1) && three + four == 8);
}
