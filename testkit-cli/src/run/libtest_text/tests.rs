use super::*;

#[test]
fn log_entries_end_where_their_names_do() {
    #[track_caller]
    fn check(log: &str, expected: &[&str], want: LogEntry<'_>, bytes: usize) {
        assert_eq!(log_entry(log, expected.iter().copied()), (want, bytes), "log: {log:?}");
    }
    use LogEntry::{Garbled, Incomplete, Result};
    check("ok a::b\nok c\n", &["a::b"], Result(LogResult::Passed, "a::b"), 8);
    check("failed a b \n", &["a b "], Result(LogResult::Failed, "a b "), 12);
    check("failed: did not\npanic x\n", &["x"], Result(LogResult::FailedBecause("did not\npanic".into()), "x"), 24);
    check("ignored: why c\n", &["c"], Result(LogResult::Ignored, "c"), 15);
    check("ok b\n", &["a", "b"], Result(LogResult::Passed, "b"), 5);
    check("", &["a"], Incomplete, 0);
    check("o", &["a"], Incomplete, 0);
    check("ok ab", &["abc"], Incomplete, 0);
    check("ok abc", &["abc"], Incomplete, 0);
    check("failed: did not", &["x"], Incomplete, 0);
    check("ok other\n", &["a"], Garbled, 0);
    check("ok ab\n", &["a"], Garbled, 0);
    check("\u{0}\u{1}junk", &["a"], Garbled, 0);
}

#[test]
fn output_lies_between_the_marks() {
    let stdout = "\nrunning 3 tests\ntest a ... hello\ntest x ... ok\nok\ntest b - should panic ... FAILED\ntest c ... \
                  bye\nok\n\nfailures:\n\nfailures:\n    b\n\ntest result: FAILED. 2 passed; 1 failed;\n";
    assert_eq!(output_of(stdout, "a", Some("b")), Some("hello\ntest x ... ok\n"));
    assert_eq!(output_of(stdout, "b", Some("c")), Some(""));
    assert_eq!(output_of(stdout, "c", None), Some("bye\n"));
    assert_eq!(output_of("\nrunning 1 test\ntest a ... half", "a", None), Some("half"));
    assert_eq!(output_of("nothing", "a", None), None);
}

#[test]
fn a_run_to_the_end_proves_itself() {
    assert!(says_all_passed("test a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured\n\n"));
    assert!(!says_all_passed("test a ... test result: ok. 1 passed; 0 failed;\nmore"));
    assert!(!says_all_passed("test result: ok. 0 passed; 0 failed; 0 ignored;\n"));
    assert!(says_failed("failures:\n    a\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored;\n"));
}

#[test]
fn a_test_is_followed_if_another_begins_after_its_result() {
    let stdout = "\nrunning 3 tests\ntest a ... ok\ntest b ... words\nFAILED\ntest c ... ";
    assert!(says_followed(stdout, "a"));
    assert!(says_followed(stdout, "b"));
    assert!(!says_followed(stdout, "c"));
    assert!(!says_followed(stdout, "d"));
    assert!(!says_followed("\nrunning 1 test\ntest a ... ok\n\ntest result: ok. 1 passed", "a"));
}

#[test]
fn libtest_says_that_it_begins_and_that_it_cannot_go_on() {
    assert!(says_begun("\nrunning 1 test\ntest a ... "));
    assert!(says_begun("before main\n\nrunning 20 tests\n"));
    assert!(!says_begun(""));
    assert!(!says_begun("\nrunning"));
    let remark =
        "warning: `--logfile` is deprecatederror: io error when listing tests: Os { code: 1, kind: PermissionDenied }";
    assert!(says_no_log(remark));
    assert!(!says_no_log("error: test failed"));
}

#[test]
fn failures_are_read_from_what_libtest_shows() {
    let stderr = "thread 'other' (7) panicked at src/lib.rs:1:1:\nnot this\nthread 'tests::a' (12) panicked at \
                  src/lib.rs:31:9:\nassertion `left == right` failed\n  left: 1\n right: 2\nnote: run with \
                  `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
    let failure = failure("tests::a", "", stderr).unwrap();
    assert_eq!(failure.message.as_deref(), Some("assertion `left == right` failed\n  left: 1\n right: 2"));
    assert_eq!(failure.location, Some(Location::new("src/lib.rs", 31, 9)));
    assert_eq!(failure.thread, None);
    let other = super::failure("tests::b", "", "thread 'x' panicked at a.rs:1:2:\nboom\n").unwrap();
    assert_eq!((other.message.as_deref(), other.thread.as_deref()), (Some("boom"), Some("x")));
    let error = super::failure("a", "", "Error: ParseIntError { kind: InvalidDigit }\n").unwrap();
    assert_eq!(error.message.as_deref(), Some("ParseIntError { kind: InvalidDigit }"));
    assert_eq!(super::failure("a", "", ""), None);
}

#[test]
fn the_remark_on_the_log_file_is_cut() {
    #[track_caller]
    fn check(stderr: &str, want: &str) {
        let mut text = stderr.to_owned();
        cut_deprecation(&mut text);
        assert_eq!(text, want);
    }
    check("warning: `--logfile` is deprecatedreal\n", "real\n");
    check("warning: mine\n", "warning: mine\n");
}

#[test]
fn libtests_own_reasons_are_understood() {
    let failure = failure_of_reason("test did not panic as expected at src/lib.rs:1:102");
    assert_eq!((failure.kind, failure.location), (FailureKind::DidNotPanic, Some(Location::new("src/lib.rs", 1, 102))));
    let reason = "panic did not contain expected string\n      panic message: \"y\"\n expected substring: \"x\"";
    let failure = failure_of_reason(reason);
    assert_eq!(failure.kind, FailureKind::WrongPanic { expected: "x".into() });
    assert_eq!(failure.message.as_deref(), Some("y"));
    let stdout =
        format!("failures:\n\n---- a stdout ----\nnote: {reason}\n\nfailures:\n    a\n\ntest result: FAILED.\n");
    assert_eq!(reason_in_section(&stdout, "a"), Some(LogResult::FailedBecause(reason.into())));
    assert_eq!(reason_in_section("---- a stdout ----\nnote: mine\n", "a"), None);
    assert_eq!(failure_section(&stdout, "b"), None);
}
