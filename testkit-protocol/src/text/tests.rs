use super::*;
use crate::failure::ReturnedError;
use crate::location::Location;

fn assertion(message: Option<&str>, operands: &[(&str, &str, &str)]) -> Failure {
    Failure {
        kind: FailureKind::Assertion(Assertion {
            macro_name: "assert".into(),
            expression: "add(2, 3) == 6".into(),
            operands: operands
                .iter()
                .map(|(role, source, value)| Operand {
                    role: (*role).into(),
                    source: (*source).into(),
                    value: (*value).into(),
                    ..Operand::default()
                })
                .collect(),
            ..Assertion::default()
        }),
        message: message.map(str::to_owned),
        location: Some(Location::new("src/lib.rs", 12, 9)),
        subtest: vec![],
        thread: None,
        backtrace: None,
    }
}

#[track_caller]
fn check(failure: &Failure, want_report: &str, want_summary: &str) {
    assert_eq!(report(failure), want_report);
    assert_eq!(summary(failure), want_summary);
}

#[test]
fn assertions_show_message_expression_and_values() {
    check(
        &assertion(Some("small numbers"), &[("left", "add(2, 3)", "5"), ("right", "6", "6")]),
        "src/lib.rs:12:9\n  small numbers\n  assertion failed: add(2, 3) == 6\n    left:  add(2, 3) = 5\n    right: 6",
        "add(2, 3) == 6: 5 vs 6 (small numbers)",
    );
    check(
        &assertion(None, &[("left", "a", "[\n    1,\n]"), ("right", "b", "[]")]),
        "src/lib.rs:12:9\n  assertion failed: add(2, 3) == 6\n    left:  a =\n      [\n          1,\n      ]\n    right: b = []",
        "add(2, 3) == 6: [ 1, ] vs []",
    );
    check(&assertion(None, &[]), "src/lib.rs:12:9\n  assertion failed: add(2, 3) == 6", "add(2, 3) == 6");
}

#[test]
fn other_kinds_say_what_came() {
    let mut panic = Failure::new(FailureKind::Panic, "boom\nsecond line").at(Location::new("src/lib.rs", 3, 5));
    panic.thread = Some("helper".into());
    check(&panic, "src/lib.rs:3:5, on thread `helper`\n  panicked: boom\n  second line", "panicked: boom");
    let error = ReturnedError { sources: vec!["disk full".into(), "quota".into()] };
    check(
        &Failure::new(FailureKind::ReturnedError(error), "cannot save"),
        "  returned an error: cannot save\n    caused by: disk full\n    caused by: quota",
        "returned an error: cannot save … caused by: quota",
    );
    check(
        &Failure::new(FailureKind::WrongPanic { expected: "zero".into() }, "boom"),
        "  panicked with another message than `#[should_panic]` expects\n    expected part: \"zero\"\n    message:       \"boom\"",
        "panicked with \"boom\", expected part \"zero\"",
    );
}

#[test]
fn assertions_of_the_standard_library_keep_their_values() {
    #[track_caller]
    fn check_summary(message: &str, want: &str) {
        assert_eq!(summary(&Failure::new(FailureKind::Panic, message)), want);
    }
    check_summary("assertion `left == right` failed\n  left: 3\n right: 4", "left == right: 3 vs 4");
    check_summary(
        "assertion `left != right` failed: two\nlines\n  left: \"a\"\n right: \"a\"",
        "left != right: \"a\" vs \"a\" (two lines)",
    );
    check_summary("assertion `left == right` was wrong", "panicked: assertion `left == right` was wrong");
}

#[test]
fn long_values_are_cut_in_the_summary_only() {
    let long = "x".repeat(200);
    let failure = assertion(None, &[("left", "a", &long), ("right", "b", "y")]);
    assert!(summary(&failure).chars().count() < 120);
    assert!(report(&failure).contains(&long));
}
