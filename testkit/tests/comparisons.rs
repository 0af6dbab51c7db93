//! What is reported of two values that were to be equal, from the macro to the text.

#![expect(clippy::pedantic, reason = "the assertions are written as users write theirs")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::{self, Debug};
use std::fs;
use std::panic;

/// The text of the panic that `assertion` raises.
fn failure(assertion: impl FnOnce()) -> String {
    let payload = panic::catch_unwind(panic::AssertUnwindSafe(assertion)).expect_err("the assertion should fail");
    payload.downcast_ref::<String>().expect("the payload should be a text").clone()
}

/// Compares the text with lines.
#[track_caller]
fn check(assertion: impl FnOnce(), want: &[&str]) {
    assert_eq!(failure(assertion).split('\n').collect::<Vec<_>>(), want);
}

#[derive(Clone, Debug, PartialEq)]
struct User {
    id: u32,
    name: &'static str,
    profile: Profile,
}

#[derive(Clone, Debug, PartialEq)]
struct Profile {
    address: Address,
    tags: Vec<&'static str>,
    score: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Address {
    street: &'static str,
    zip: u32,
}

fn user(zip: u32) -> User {
    let address = Address { street: "12 St James's Square", zip };
    User { id: 7, name: "Ada Lovelace", profile: Profile { address, tags: vec!["admin", "beta"], score: 0.5 } }
}

#[test]
fn short_values_say_it_themselves() {
    let (a, b, c) = (2, 3, 6);
    check(
        || testkit::assert_eq!(a + b, c, "for user {}", 7),
        &["for user 7", "assertion failed: a + b == c", "  left:  a + b = 5", "  right: c     = 6"],
    );
    let (left, right) = (vec![1, 2, 3, 4], vec![1, 2, 9, 4, 5]);
    check(
        || testkit::assert_eq!(left, right),
        &[
            "assertion failed: left == right",
            "  left:  left  = [1, 2, 3, 4]",
            "  right: right = [1, 2, 9, 4, 5]",
            "  2 differences:",
            "    [2]: 3 ≠ 9",
            "    [4]: only right: 5",
        ],
    );
    check(
        || testkit::assert_eq!(Some(1), None),
        &["assertion failed: Some(1) == None", "  left:  Some(1)", "  right: None"],
    );
}

#[test]
fn a_nested_difference_has_its_path() {
    let want = user(10122);
    check(
        || testkit::assert_eq!(user(10121), want),
        &[
            "assertion failed: user(10121) == want",
            "  left:  user(10121) = User { id: 7, name: \"Ada Lovelace\", profile: Profile { address: Address { st…",
            "  right: want        = User { id: 7, name: \"Ada Lovelace\", profile: Profile { address: Address { st…",
            "  differs at .profile.address.zip: 10121 ≠ 10122",
            "  diff (- left, + right):",
            "    … 3 lines",
            "          profile: Profile {",
            "              address: Address {",
            "                  street: \"12 St James's Square\",",
            "    -             zip: 10121,",
            "    +             zip: 10122,",
            "              },",
            "              tags: [",
            "                  \"admin\",",
            "    … 5 lines",
        ],
    );
}

#[test]
fn an_element_of_a_long_list_has_its_index() {
    let want: Vec<i32> = (0..100).collect();
    let mut values = want.clone();
    values[57] = -1;
    let text = failure(|| testkit::assert_eq!(values, want));
    assert!(text.contains("\n  differs at [57]: -1 ≠ 57\n"), "{text}");
    assert_eq!(text.lines().count(), 15, "{text}");
}

#[test]
fn maps_and_sets_are_compared_whatever_their_order() {
    let left: HashMap<_, _> = (0..100).map(|number| (format!("key {number}"), number)).collect();
    let mut right: HashMap<_, _> = (0..100).rev().map(|number| (format!("key {number}"), number)).collect();
    right.insert("key 50".to_owned(), 20);
    let text = failure(|| testkit::assert_eq!(left, right));
    assert!(text.contains("\n  differs at [\"key 50\"]: 50 ≠ 20\n"), "{text}");
    assert!(text.contains("\n    -     \"key 50\": 50,\n    +     \"key 50\": 20,\n"), "{text}");
    let (left, right) = (HashSet::from([1, 2, 3]), HashSet::from([4, 3, 2]));
    let text = failure(|| testkit::assert_eq!(left, right));
    assert!(text.contains("\n  2 differences:\n"), "{text}");
    assert!(text.contains("\n    only left: 1"), "{text}");
    assert!(text.contains("\n    only right: 4"), "{text}");
    let (left, right) = (BTreeMap::from([("a", 1), ("b", 2)]), BTreeMap::from([("b", 20), ("c", 3)]));
    check(
        || testkit::assert_eq!(left, right),
        &[
            "assertion failed: left == right",
            "  left:  left  = {\"a\": 1, \"b\": 2}",
            "  right: right = {\"b\": 20, \"c\": 3}",
            "  3 differences:",
            "    [\"a\"]: only left: 1",
            "    [\"b\"]: 2 ≠ 20",
            "    [\"c\"]: only right: 3",
        ],
    );
}

#[test]
fn texts_are_compared_as_they_are() {
    let name = "the grey cat";
    check(
        || testkit::assert_eq!(name, "the gray cat"),
        &[
            "assertion failed: name == \"the gray cat\"",
            "  left:  name = \"the grey cat\"",
            "  right:        \"the gray cat\"",
            "                       ^ char 7 of line 1",
        ],
    );
    let text = "one\ntwo\nthree\nfour \n";
    check(
        || testkit::assert_eq!(text, "one\n2\nthree\nfour\n"),
        &[
            "assertion failed: text == \"one\\n2\\nthree\\nfour\\n\"",
            "  left:  text = \"one\\ntwo\\nthree\\nfour \\n\"",
            "  right: \"one\\n2\\nthree\\nfour\\n\"",
            "  first difference at char 1 of line 2",
            "  diff (- left, + right):",
            "      one",
            "    - two",
            "    + 2",
            "      three",
            "    - four␠",
            "          ^",
            "    + four",
        ],
    );
}

#[test]
fn floats_have_their_distance() {
    check(
        || testkit::assert_eq!(0.1 + 0.2, 0.3),
        &[
            "assertion failed: 0.1 + 0.2 == 0.3",
            "  left:  0.1 + 0.2 = 0.30000000000000004",
            "  right: 0.3",
            "  note: the sides differ by 5.55e-17 (1 ulp): testkit::approx(0.3) allows for rounding",
        ],
    );
    let mut left = user(1);
    left.profile.score = 0.1 + 0.2;
    let text = failure(|| testkit::assert_eq!(left.profile, Profile { score: 0.3, ..user(1).profile }));
    assert!(
        text.ends_with("\n  note: .score differs by 5.55e-17 (1 ulp): testkit::approx(0.3) allows for rounding"),
        "{text}"
    );
}

struct Unequal;

impl PartialEq for Unequal {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl Debug for Unequal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Unequal")
    }
}

struct Silent;

impl PartialEq for Silent {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

#[test]
fn equal_texts_are_explained() {
    check(
        || testkit::assert_eq!(Unequal, Unequal),
        &[
            "assertion failed: Unequal == Unequal",
            "  both sides: Unequal",
            "  note: both sides are equal in Debug, but not by PartialEq: it compares something that Debug does not show",
        ],
    );
    check(
        || testkit::assert!(f64::NAN <= 1.0),
        &[
            "assertion failed: f64::NAN <= 1.0",
            "  left:  f64::NAN = NaN",
            "  right: 1.0",
            "  note: no comparison with NaN holds but `!=`",
        ],
    );
    // One text, shown once, however long.
    let long = || (0..200).collect::<Vec<u32>>();
    let text = failure(|| testkit::assert_ne!(long(), long()));
    std::assert_eq!(text.matches("both sides:").count(), 1, "{text}");
    std::assert_eq!(text.matches("left:").count(), 0, "{text}");
    // The expression is as written, and beside a value it is on one line; literals stay what they are.
    check(
        || {
            testkit::assert_eq!(
                "a  b".len()
                    + "
"
                    .len(),
                1
            )
        },
        &[
            "assertion failed: \"a  b\".len() + \"",
            "                  \".len() == 1",
            "  left:  \"a  b\".len() + \"\\n\".len() = 5",
            "  right: 1",
        ],
    );
    // Nothing is known of values without `Debug`, so nothing is said.
    check(
        || testkit::assert_eq!(Silent, Silent),
        &[
            "assertion failed: Silent == Silent",
            "  left:  Silent = <a value of type comparisons::Silent>",
            "  right: Silent = <a value of type comparisons::Silent>",
        ],
    );
}

/// The file that a report names.
fn full_values(text: &str) -> String {
    let path = text.lines().find_map(|line| line.strip_prefix("  full values: ")).expect("a file should be named");
    fs::read_to_string(path).expect("the file should be there")
}

#[test]
fn what_is_long_is_bounded_and_the_rest_in_a_file() {
    let left = "some line of a text\n".repeat(500_000);
    let mut right = left.clone();
    right.replace_range(9_000_009..9_000_012, "XYZ");
    let text = failure(|| testkit::assert_eq!(left, right));
    assert!(text.contains("\n  differs at char 10 of line 450001\n"), "{text}");
    assert!(text.contains("\n    + some lineXYZ a text\n"), "{text}");
    assert!(text.len() < 5_000, "{text}");
    assert!(full_values(&text).len() > 20_000_000);

    let want: Vec<i32> = (0..1_000_000).collect();
    let mut values = want.clone();
    values.insert(3, -5);
    values[700_000] = -1;
    let text = failure(|| testkit::assert_eq!(values, want));
    assert!(text.contains("\n    [3]: only left: -5\n    [700000]: -1 ≠ 699999\n"), "{text}");
    assert!(text.lines().count() < 40, "{text}");

    let others: Vec<u8> = vec![1; 5_000_000];
    let mut changed = others.clone();
    changed[4_999_999] = 2;
    let text = failure(|| testkit::assert_eq!(others, changed));
    assert!(text.contains("bytes of their Debug texts were compared, and are equal"), "{text}");
    assert!(text.lines().count() < 10, "{text}");

    let others: Vec<i32> = (1_000_000..2_000_000).collect();
    let text = failure(|| testkit::assert_eq!(others, want));
    assert!(text.contains("only their beginnings were compared"), "{text}");
    assert!(text.lines().count() < 60, "{text}");
    assert!(full_values(&text).contains("999999"));
}

#[test]
fn a_debug_that_panics_keeps_what_it_said() {
    struct Half(u8);
    impl Debug for Half {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "Half {}, ", self.0)?;
            panic!("no more")
        }
    }
    impl PartialEq for Half {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    check(
        || testkit::assert_eq!(Half(1), Half(2)),
        &[
            "assertion failed: Half(1) == Half(2)",
            "  left:  Half(1) = Half 1, <its Debug panicked>",
            "  right: Half(2) = Half 2, <its Debug panicked>",
        ],
    );
}
