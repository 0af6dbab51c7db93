use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::failure::{Assertion, Comparison, DiffLine, Difference, Moment, Operand, ReturnedError, TextRange};
use crate::location::Location;

fn failure(assertion: Assertion, message: Option<&str>) -> Failure {
    Failure {
        kind: FailureKind::Assertion(assertion),
        message: message.map(str::to_owned),
        location: Some(Location::new("src/lib.rs", 12, 9)),
        phase: Phase::Test,
        subtest: vec![],
        thread: None,
        backtrace: None,
    }
}

fn operands(operands: &[(&str, &str, &str)]) -> Vec<Operand> {
    let operand = |&(role, source, value): &(&str, &str, &str)| Operand {
        role: role.into(),
        source: source.into(),
        value: value.into(),
        ..Operand::default()
    };
    operands.iter().map(operand).collect()
}

fn assertion(expression: &str, values: &[(&str, &str, &str)]) -> Assertion {
    Assertion {
        macro_name: "assert".into(),
        expression: expression.into(),
        operands: operands(values),
        ..Assertion::default()
    }
}

fn difference(path: &str, left: &str, right: &str) -> Difference {
    let side = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Difference { path: path.to_owned(), left: side(left), right: side(right) }
}

/// A diff from its lines: `-`, `+` or a blank, then the text.
fn diff(lines: &[&str]) -> Vec<DiffLine> {
    let line = |line: &&str| match line.split_at(1) {
        ("-", text) => DiffLine::Left(text.to_owned()),
        ("+", text) => DiffLine::Right(text.to_owned()),
        (" ", text) => DiffLine::Same(text.to_owned()),
        _ => panic!("a line without a mark: {line:?}"),
    };
    lines.iter().map(line).collect()
}

#[track_caller]
fn check(failure: &Failure, want_report: &str, want_summary: &str) {
    assert_eq!(report(failure), want_report);
    assert_eq!(summary(failure), want_summary);
}

/// Compares the body with lines; a first line break and the indentation of the source are left out.
#[track_caller]
fn check_body(assertion: Assertion, columns: usize, want: &[&str]) {
    let got = body_within(&failure(assertion, None), columns);
    assert_eq!(got.split('\n').collect::<Vec<_>>(), want);
}

#[test]
fn assertions_show_message_expression_and_values() {
    check(
        &failure(
            assertion("add(2, 3) == 6", &[("left", "add(2, 3)", "5"), ("right", "6", "6")]),
            Some("small numbers"),
        ),
        "src/lib.rs:12:9\n  small numbers\n  assertion failed: add(2, 3) == 6\n    left:  add(2, 3) = 5\n    right: 6",
        "add(2, 3) == 6: 5 vs 6 (small numbers)",
    );
    check(
        &failure(assertion("a == b", &[("left", "a", "[\n    1,\n]"), ("right", "b", "[]")]), None),
        "src/lib.rs:12:9\n  assertion failed: a == b\n    left:  a = [1]\n    right: b = []",
        "a == b: [1] vs []",
    );
    check(&failure(assertion("ready", &[]), None), "src/lib.rs:12:9\n  assertion failed: ready", "ready");
}

#[test]
fn sub_expressions_are_aligned_below_the_sides() {
    let mut values = assertion(
        "cart.total() == want && done",
        &[
            ("left", "cart.total()", "1999"),
            ("right", "want", "1990"),
            ("", "cart", "Cart {\n    items: [],\n}"),
            ("", "log", ""),
            ("", "count", "3"),
        ],
    );
    values.decided = Some(TextRange { start: 0, end: 20 });
    values.operands[3].moment = Moment::Moved;
    values.operands[4].moment = Moment::AfterEvaluation;
    check_body(
        values.clone(),
        80,
        &[
            "assertion failed: cart.total() == want && done",
            "                  ^^^^^^^^^^^^^^^^^^^^",
            "  left:  cart.total() = 1999",
            "  right: want         = 1990",
            "         cart         = Cart { items: [] }",
            "         log            (moved)",
            "         count        = 3   (after evaluation)",
        ],
    );
    values.operands.drain(..2);
    check_body(
        values.clone(),
        40,
        &[
            "assertion failed: cart.total() == want",
            "                  ^^^^^^^^^^^^^^^^^^^^",
            "                  && done",
            "  cart  = Cart { items: [] }",
            "  log     (moved)",
            "  count = 3   (after evaluation)",
        ],
    );
    assert_eq!(summary(&failure(values, None)), "cart.total() == want && done: cart = Cart { items: [] }, count = 3");
}

#[test]
fn the_deciding_part_is_marked_on_every_line() {
    let mut written = assertion("first(1)\n    && (second\n        || third)", &[]);
    written.decided = Some(TextRange { start: 16, end: 41 });
    check_body(
        written,
        80,
        &[
            "assertion failed: first(1)",
            "                      && (second",
            "                         ^^^^^^^",
            "                          || third)",
            "                          ^^^^^^^^^",
        ],
    );
    // A range that is none of the text is not marked.
    let mut wrong = assertion("é", &[]);
    wrong.decided = Some(TextRange { start: 1, end: 7 });
    check_body(wrong, 80, &["assertion failed: é"]);
}

#[test]
fn a_message_never_stands_for_what_was_asserted() {
    let without_expression = |name: &str| Assertion { macro_name: name.into(), ..assertion("", &[("", "x", "1")]) };
    check(
        &failure(without_expression("assert"), Some("why")),
        "src/lib.rs:12:9\n  why\n  assertion failed: assert!\n    x = 1",
        "why",
    );
    check(
        &failure(without_expression("assert"), None),
        "src/lib.rs:12:9\n  assertion failed: assert!\n    x = 1",
        "assertion failed: assert!",
    );
    // `fail!` has nothing but its message.
    let fail = || Assertion { operands: vec![], ..without_expression("fail") };
    check(&failure(fail(), Some("why")), "src/lib.rs:12:9\n  why", "why");
    check(&failure(fail(), None), "src/lib.rs:12:9\n  `fail!` was called", "`fail!` was called");
}

#[test]
fn values_that_are_equal_are_shown_once() {
    check_body(
        assertion("a() != 2", &[("left", "a()", "2"), ("right", "2", "2"), ("", "x", "1")]),
        80,
        &["assertion failed: a() != 2", "  both sides: 2", "  x = 1"],
    );
    let unknown = "<a value of type T>";
    check_body(
        assertion("a == b", &[("left", "a", unknown), ("right", "b", unknown)]),
        80,
        &["assertion failed: a == b", "  left:  a = <a value of type T>", "  right: b = <a value of type T>"],
    );
}

#[test]
fn long_values_are_told_by_path_and_diff() {
    let value = |zip: u32| format!("User {{\n    id: 7,\n    name: \"Ada Lovelace\",\n    zip: {zip},\n}}");
    let mut users =
        assertion("user(1) == want", &[("left", "user(1)", &value(10121)), ("right", "want", &value(10122))]);
    users.comparison = Some(Comparison {
        differences: vec![difference(".zip", "10121", "10122")],
        diff: diff(&["     name: \"Ada Lovelace\",", "-    zip: 10121,", "+    zip: 10122,", " }"]),
        full_values: Some("target/x.txt".to_owned()),
        ..Comparison::default()
    });
    users.notes = vec!["one\ntwo".to_owned()];
    check_body(
        users.clone(),
        48,
        &[
            "assertion failed: user(1) == want",
            "  left:  user(1) = User { id: 7, name: \"Ada Love…",
            "  right: want    = User { id: 7, name: \"Ada Love…",
            "  differs at .zip: 10121 ≠ 10122",
            "  diff (- left, + right):",
            "          name: \"Ada Lovelace\",",
            "    -     zip: 10121,",
            "    +     zip: 10122,",
            "      }",
            "  note: one",
            "    two",
            "  full values: target/x.txt",
        ],
    );
    // Where there is room for both, they say more than their diff.
    check_body(
        users.clone(),
        100,
        &[
            "assertion failed: user(1) == want",
            "  left:  user(1) = User { id: 7, name: \"Ada Lovelace\", zip: 10121 }",
            "  right: want    = User { id: 7, name: \"Ada Lovelace\", zip: 10122 }",
            "  differs at .zip: 10121 ≠ 10122",
            "  note: one",
            "    two",
            "  full values: target/x.txt",
        ],
    );
    let comparison = users.comparison.as_mut().unwrap();
    comparison.differences.push(difference(".tags[0]", "", "\"x\""));
    comparison.differences.push(difference("", "4", ""));
    comparison.more_differences = 2;
    let text = body(&failure(users.clone(), None));
    let listed = "\n  5 differences:\n    .zip: 10121 ≠ 10122\n    .tags[0]: only right: \"x\"\n    only left: 4\n    … and 2 more\n";
    assert!(text.contains(listed), "{text}");
    users.operands[0].value = format!("{:?}", "x".repeat(200));
    assert_eq!(summary(&failure(users, None)), "user(1) == want: .zip: 10121 ≠ 10122, and 4 more");
}

#[test]
fn lists_fill_their_lines() {
    let list = format!("{:#?}", (100..120).collect::<Vec<_>>());
    check_body(
        assertion("v < w", &[("left", "v", &list), ("right", "w", "[]")]),
        60,
        &[
            "assertion failed: v < w",
            "  left:  v =",
            "    [100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110,",
            "     111, 112, 113, 114, 115, 116, 117, 118, 119]",
            "  right: w = []",
        ],
    );
}

#[test]
fn texts_of_one_line_are_pointed_at() {
    let mut texts = assertion(
        "name == \"grey cat\"",
        &[("left", "name", "\"gray cat\""), ("right", "\"grey cat\"", "\"grey cat\"")],
    );
    texts.comparison = Some(Comparison {
        differences: vec![difference("char 3 of line 1", "\"gray cat\"", "\"grey cat\"")],
        diff: diff(&["-gray cat", "+grey cat"]),
        ..Comparison::default()
    });
    check_body(
        texts,
        80,
        &[
            "assertion failed: name == \"grey cat\"",
            "  left:  name = \"gray cat\"",
            "  right:        \"grey cat\"",
            "                   ^ char 3 of line 1",
        ],
    );
}

#[test]
fn diffs_point_within_lines_and_show_what_hides() {
    #[track_caller]
    fn check_diff(lines: &[&str], want: &[&str]) {
        assert_eq!(diff::lines(&diff(lines)), want);
    }
    check_diff(
        &[" same \u{1b}", "-the quick brown fox", "+the quack brown fox jumps", " "],
        &[
            "  same ␛",
            "- the quick brown fox",
            "        ^",
            "+ the quack brown fox jumps",
            "        ^            ^^^^^^",
            "",
        ],
    );
    check_diff(&["-one", "+two", "-three", "+four"], &["- one", "- three", "+ two", "+ four"]);
    check_diff(&["-four ", "+four"], &["- four␠", "      ^", "+ four"]);
    check_diff(&["-a\tb", "+a b"], &["- a⇥b", "+ a␠b", "   ^"]);
    check_diff(
        &["-caf\u{e9} au lait", "+cafe\u{301} au lait"],
        &["- café au lait", "     ^", "+ cafe\\u{301} au lait", "     ^^^^^^^^"],
    );
    check_diff(
        &["-日本語のテスト一", "+日本語のテスト二"],
        &["- 日本語のテスト一", "+ 日本語のテスト二", "                ^^"],
    );
    check_diff(&["-only left \u{a0}", "-and"], &["- only left␠\\u{a0}", "- and"]);
    check_diff(&["-", "+x"], &["-", "+ x"]);
}

#[test]
fn other_kinds_say_what_came() {
    let mut panic = Failure::new(FailureKind::Panic, "boom\nsecond line").at(Location::new("src/lib.rs", 3, 5));
    panic.thread = Some("helper".into());
    check(&panic, "src/lib.rs:3:5, on thread `helper`\n  panicked: boom\n  second line", "panicked: boom");
    panic.phase = Phase::TearDown;
    let report = "src/lib.rs:3:5, in the tear-down, on thread `helper`\n  panicked: boom\n  second line";
    check(&panic, report, "panicked: boom");
    panic.phase = Phase::Test;
    panic.thread = None;
    panic.subtest = vec!["outer".into(), "case 3".into()];
    check(
        &panic,
        "src/lib.rs:3:5, in subtest `outer` > `case 3`\n  panicked: boom\n  second line",
        "[outer > case 3] panicked: boom",
    );
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
    let failure = failure(assertion("a == b", &[("left", "a", &long), ("right", "b", "y")]), None);
    assert!(summary(&failure).chars().count() < 120);
    assert!(report(&failure).contains(&long));
}

proptest! {
    #[test]
    fn any_assertion_has_a_text(
        expression in any::<String>(),
        range in (0..20_u32, 0..20_u32),
        values in vec((prop_oneof!["left", "right", ""], ".{0,9}", "[ -~\n\u{e9}{(\\[,]{0,40}"), 0..4),
        lines in vec((0..4, ".{0,30}"), 0..12),
        columns in 0..130_usize,
    ) {
        let mut assertion = assertion(&expression, &[]);
        let operand = |(role, source, value)| Operand { role, source, value, ..Operand::default() };
        assertion.operands = values.into_iter().map(operand).collect();
        assertion.decided = Some(TextRange { start: range.0, end: range.1 });
        let line = |(kind, text)| match kind {
            0 => DiffLine::Same(text),
            1 => DiffLine::Left(text),
            2 => DiffLine::Right(text),
            _ => DiffLine::Omitted(7),
        };
        let diff = lines.into_iter().map(line).collect();
        assertion.comparison = Some(Comparison { diff, ..Comparison::default() });
        let failure = failure(assertion, Some("why"));
        prop_assert!(report_within(&failure, columns).contains("\n  why\n"));
        prop_assert!(!summary(&failure).contains('\n'));
    }
}

#[test]
fn values_stand_below_each_other() {
    let named = |name: &str, value: &str| crate::event::NamedValue { name: name.into(), value: value.into() };
    assert_eq!(values_within(&[], 100), "");
    assert_eq!(
        values_within(
            &[named("a", "1"), named("want", "Point {\n    x: 1,\n}"), named("xs", "[\n    1,\n    2,\n]")],
            100
        ),
        "  a    = 1\n  want = Point { x: 1 }\n  xs   = [1, 2]"
    );
    let long = format!("[\n    \"{}\",\n]", "x".repeat(60));
    let want = format!("  xs =\n    [\"{}\"]", "x".repeat(60));
    assert_eq!(values_within(&[named("xs", &long)], 40), want);
}
