//! What `assert_ok!` and its siblings, `assert_panics!`, `assert_matches!`, `assert_error_chain!` and `fail!` are worth and
//! show, and what `check!`, `subtest!` and threads do where there is no test to record in.

use std::error::Error;
use std::fmt;
use std::panic;

use testkit::{
    assert_err, assert_error_chain, assert_matches, assert_none, assert_ok, assert_panics, assert_some, check, fail,
    subtest,
};

/// The text of the panic that `assertion` raises.
fn failure(assertion: fn()) -> String {
    let payload = panic::catch_unwind(assertion).expect_err("the assertion should fail");
    payload.downcast_ref::<String>().expect("our panics are texts").clone()
}

#[track_caller]
fn check_text(assertion: fn(), want: &str) {
    assert_eq!(failure(assertion), want);
}

/// An error with a cause.
#[derive(Debug)]
struct Unreadable(std::num::ParseIntError);

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the port cannot be read")
    }
}

impl Error for Unreadable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

fn port(text: &str) -> Result<u16, Unreadable> {
    text.parse().map_err(Unreadable)
}

fn boxed(text: &str) -> Result<u16, Box<dyn Error + Send + Sync>> {
    Ok(port(text)?)
}

struct Silent;

#[test]
fn the_values_come_out() {
    let ok: u16 = assert_ok!(port("80"));
    let error: Unreadable = assert_err!(port("x"), "message {}", 1);
    let kept = port("80");
    let borrowed: &u16 = assert_ok!(&kept);
    let some: String = assert_some!(Some(String::from("a")));
    assert_none!(None::<Silent>);
    assert_eq!((ok, *borrowed, some.as_str()), (80, 80, "a"));
    assert_eq!(error.to_string(), "the port cannot be read");
    let result: Result<Silent, Silent> = Ok(Silent);
    let _: Silent = assert_ok!(result);
}

#[test]
fn another_variant_is_shown() {
    check_text(
        || {
            assert_ok!(port("x"), "the port of {}", "a server");
        },
        "the port of a server\nassertion failed: assert_ok!(port(\"x\"))\n  port(\"x\") = Err(Unreadable(ParseIntError { kind: \
         InvalidDigit }))\n  note: the error is: the port cannot be read\n    caused by: invalid digit found in string",
    );
    check_text(
        || {
            assert_ok!(boxed("x"));
        },
        "assertion failed: assert_ok!(boxed(\"x\"))\n  boxed(\"x\") = Err(Unreadable(ParseIntError { kind: \
         InvalidDigit }))\n  note: the error is: the port cannot be read\n    caused by: invalid digit found in string",
    );
    check_text(
        || {
            assert_ok!(Err::<(), _>(Silent));
        },
        "assertion failed: assert_ok!(Err::<(), _>(Silent))\n  Err::<(), _>(Silent) = Err(<a value of type outcomes::Silent>)",
    );
    check_text(
        || {
            assert_err!(port("80"));
        },
        "assertion failed: assert_err!(port(\"80\"))\n  port(\"80\") = Ok(80)",
    );
    check_text(
        || {
            assert_some!(None::<u8>, "a number");
        },
        "a number\nassertion failed: assert_some!(None::<u8>)\n  None::<u8> = None",
    );
    check_text(|| assert_none!(Some(3)), "assertion failed: assert_none!(Some(3))\n  Some(3)");
}

#[test]
fn patterns_bind_and_fail() {
    let length = assert_matches!(port("80"), Ok(number) if number > 79 => number.to_string().len());
    assert_eq!(length, 2);
    assert_matches!([1, 2, 3].as_slice(), [1, ..]);
    assert_matches!(Some(Silent), Some(_), "with a message");
    assert_matches!(3, _);
    let text = String::from("moved");
    assert_matches!(text, text => drop(text));
    let kept = Some(String::from("kept"));
    assert_matches!(kept, Some(ref text) if text.len() == 4);
    assert_eq!(kept.as_deref(), Some("kept"));
    check_text(
        || assert_matches!(port("80"), Ok(81 | 82) if true, "two ports"),
        "two ports\nassertion failed: assert_matches!(port(\"80\"), Ok(81 | 82) if true)\n  port(\"80\") = Ok(80)",
    );
}

#[test]
fn chains_are_compared_whole() {
    let error = port("x").unwrap_err();
    assert_error_chain!(error, ["the port cannot be read", "invalid digit found in string"]);
    assert_error_chain!(&error, ["the port cannot be read", error.0.to_string()]);
    assert_error_chain!(boxed("x").unwrap_err(), ["the port cannot be read", "invalid digit found in string"]);
    let text = failure(|| assert_error_chain!(port("x").unwrap_err(), ["the port cannot be read"], "two"));
    assert!(
        text.starts_with("two\nassertion failed: assert_error_chain!(port(\"x\").unwrap_err(), [\"the port"),
        "{text}"
    );
    assert!(text.contains("[1]: only left: \"invalid digit found in string\""), "{text}");
}

#[test]
fn panics_are_asked_for() {
    let numbers = [1, 2];
    let index = 2 + numbers.len();
    assert_eq!(assert_panics!(numbers[index]), "index out of bounds: the len is 2 but the index is 4");
    assert_eq!(assert_panics!(panic!("in {}", 1), "in"), "in 1");
    assert_panics!(panic!("in"), String::from("in"), "with a message");
    assert_panics!(panic!("in"), |message: &str| message.len() == 2);
    assert_panics!(std::panic::panic_any(3));
    assert_panics!(assert_panics!(1 + 1), "it did not panic");
    check_text(
        || {
            assert_panics!(1 + 1);
        },
        "assertion failed: assert_panics!(1 + 1)\n  1 + 1 = 2\n  note: it did not panic",
    );
    check_text(
        || {
            assert_panics!({}, "x", "dropped");
        },
        "dropped\nassertion failed: assert_panics!({}, \"x\")\n  note: it did not panic",
    );
    let text = failure(|| {
        assert_panics!(panic!("by zero"), "overflow");
    });
    let (before, after) = text.split_once("  note: it panicked at ").expect("the place is told");
    assert_eq!(
        before,
        "assertion failed: assert_panics!(panic!(\"by zero\"), \"overflow\")\n  message of panic!(\"by zero\") = \"by zero\"\n  \
         note: expected part: \"overflow\"\n"
    );
    assert!(after.starts_with("testkit/tests/outcomes.rs:"), "{after}");
}

#[cfg(feature = "regex")]
#[test]
fn a_message_is_held_against_a_regular_expression() {
    let pattern = |text: &str| regex::Regex::new(text).unwrap();
    assert_panics!(panic!("in 12 parts"), pattern(r"^in \d+ parts$"));
    let text = failure(|| {
        assert_panics!(panic!("by zero"), regex::Regex::new("^zero").unwrap());
    });
    assert!(text.contains("note: expected match: /^zero/"), "{text}");
}

#[test]
fn a_failure_can_be_called() {
    check_text(|| fail!("port {} is taken", 80), "port 80 is taken");
    check_text(|| fail!(), "`fail!` was called");
    let number: u8 = if true { 3 } else { fail!("never") };
    assert_eq!(number, 3);
}

#[test]
fn without_a_test_to_record_in_a_failure_ends_it() {
    assert!(check!(1 + 1 == 2));
    let text = failure(|| {
        check!(1 + 1 == 3);
    });
    assert!(text.contains("note: it ends the test at once: only a test that testkit collects"), "{text}");
    assert!(subtest!("holds", || {}));
    let panic = panic::catch_unwind(|| subtest!("fails", || -> () { panic!("in it") })).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"in it"));
    assert!(testkit::spawn(|| panic!("on it")).join().is_err());
    assert_eq!(testkit::scope(|scope| scope.spawn(|| 3).join().unwrap()), 3);
}
