use super::*;
use crate::failure::TextRange;

fn failure(kind: FailureKind) -> Failure {
    Failure {
        kind,
        message: Some("a \"message\"\nof two lines".into()),
        location: Some(Location::new("src/lib.rs", 3, 7)),
        subtest: vec!["even 3".into()],
        thread: Some("helper".into()),
        backtrace: Some("0: main".into()),
    }
}

fn finished(failures: Vec<Failure>) -> Message {
    Message::Finished(Finished {
        test: "tests::test_add".into(),
        attempt: AttemptFinished {
            outcome: if failures.is_empty() { Outcome::Passed } else { Outcome::Failed },
            duration_ns: u64::MAX,
            skip_reason: failures.is_empty().then(|| "why \"not\"".into()),
            failures,
            termination: None,
            stdout: Captured::default(),
            stderr: Captured::default(),
        },
        stdout_end: 10,
        stderr_end: 0,
        replace: Some("a thread was left running".into()),
    })
}

#[test]
fn what_a_worker_writes_is_what_the_command_reads() {
    let kinds = vec![
        FailureKind::Assertion(Assertion {
            macro_name: "assert_eq".into(),
            expression: "a == b".into(),
            decided: Some(TextRange { start: 0, end: 6 }),
            operands: vec![
                Operand { role: "left".into(), source: "a".into(), value: "1".into(), moment: Moment::AtFailure },
                Operand { source: "b".into(), moment: Moment::AfterEvaluation, ..Operand::default() },
                Operand { source: "c".into(), moment: Moment::Moved, ..Operand::default() },
            ],
            comparison: Some(Comparison {
                differences: vec![
                    Difference { path: ".x".into(), left: Some("1".into()), right: None },
                    Difference { path: "[0]".into(), left: None, right: Some("2".into()) },
                ],
                more_differences: 3,
                diff: vec![
                    DiffLine::Same("a".into()),
                    DiffLine::Left("b".into()),
                    DiffLine::Right("c".into()),
                    DiffLine::Omitted(7),
                ],
                full_values: Some("target/testkit/values.txt".into()),
            }),
            notes: vec!["a note".into()],
        }),
        FailureKind::Assertion(Assertion {
            macro_name: "assert".into(),
            comparison: Some(Comparison::default()),
            ..Assertion::default()
        }),
        FailureKind::Panic,
        FailureKind::ReturnedError(ReturnedError { sources: vec!["inner".into()] }),
        FailureKind::ReturnedError(ReturnedError { sources: vec![] }),
        FailureKind::DidNotPanic,
        FailureKind::WrongPanic { expected: "zero".into() },
        FailureKind::Xfail,
        FailureKind::Crash,
        FailureKind::Timeout,
        FailureKind::Runner,
    ];
    let messages = [
        Message::Hello(Hello {
            protocol: 1,
            version: "0.1.0".into(),
            panic_aborts: false,
            tests: 5,
            stdout_end: 16,
            stderr_end: 0,
        }),
        Message::Panicked(failure(FailureKind::Panic)),
        Message::Recorded(Failure { subtest: vec!["n = 1".into()], ..failure(FailureKind::Panic) }),
        Message::Pong,
        finished(vec![]),
        Message::Finished(Finished {
            test: "tests::\"quoted\"".into(),
            attempt: AttemptFinished {
                outcome: Outcome::Passed,
                duration_ns: 1_234_567_890,
                skip_reason: None,
                failures: vec![],
                termination: None,
                stdout: Captured::default(),
                stderr: Captured::default(),
            },
            stdout_end: 0,
            stderr_end: 10,
            replace: None,
        }),
        finished(kinds.into_iter().map(failure).collect()),
    ];
    for message in messages {
        let mut line = String::new();
        message.write(&mut line);
        assert_eq!(line.matches('\n').count(), 1, "one line: {line:?}");
        assert_eq!(serde_json::from_str::<Message>(&line).ok(), Some(message), "line: {line}");
    }
}

#[test]
fn what_the_command_writes_is_what_a_worker_reads() {
    let requests =
        [Request::Run { tests: vec!["tests::test_add".into(), "q\"\\".into()] }, Request::Ping, Request::Exit];
    for request in requests {
        let line = serde_json::to_string(&request).unwrap();
        assert_eq!(Request::read(&line), Ok(request), "line: {line}");
    }
    assert_eq!(
        Request::read("{\"walk\":1}").unwrap_err().to_string(),
        "expected a request: \"ping\", \"exit\" or {\"run\":{\"tests\":[…]}}"
    );
}
