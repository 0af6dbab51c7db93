use super::*;
use crate::event::{Attachment, NamedValue, Section};
use crate::failure::{
    Assertion, Comparison, DiffLine, Difference, FailureKind, Moment, Operand, Phase, ReturnedError, TextRange,
};
use crate::location::Location;
use crate::outcome::Outcome;

fn failure(kind: FailureKind) -> Failure {
    Failure {
        kind,
        message: Some("a \"message\"\nof two lines".into()),
        location: Some(Location::new("src/lib.rs", 3, 7)),
        phase: Phase::TearDown,
        subtest: vec!["even 3".into()],
        thread: Some("helper".into()),
        backtrace: Some("0: main".into()),
    }
}

fn named() -> Vec<NamedValue> {
    ["1", "\"two\"\n"].map(|value| NamedValue { name: "a".into(), value: value.into() }).into()
}

fn passed(attempt: AttemptFinished) -> Message {
    let test = "tests::\"quoted\"".into();
    Message::Finished(Finished { test, attempt, stdout_end: 0, stderr_end: 10, replace: None })
}

fn fixture(scope: Scope, step: Step, test: Option<&str>, failures: Vec<Failure>) -> Message {
    let (name, test) = ("db[\"Pg\"]".into(), test.map(str::to_owned));
    let (stdout_end, stderr_end) = test.is_none().then_some((7, u64::MAX)).unzip();
    Message::Fixture(FixtureMessage { name, scope, step, duration_ns: 12, test, failures, stdout_end, stderr_end })
}

fn finished(failures: Vec<Failure>) -> Message {
    let outcome = if failures.is_empty() { Outcome::Passed } else { Outcome::Failed };
    Message::Finished(Finished {
        test: "tests::test_add".into(),
        attempt: AttemptFinished {
            skip_reason: failures.is_empty().then(|| "why \"not\"".into()),
            failures,
            ..AttemptFinished::new(outcome, u64::MAX)
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
        FailureKind::Fixture,
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
        Message::Recorded(Failure { subtest: vec!["n = 1".into()], ..failure(FailureKind::Panic).of(Phase::SetUp) }),
        Message::Pong,
        finished(vec![]),
        passed(AttemptFinished::new(Outcome::Passed, 1_234_567_890)),
        // Each of these alone keeps a pass from being written in the short way.
        passed(AttemptFinished { values: named(), ..AttemptFinished::new(Outcome::Passed, 1) }),
        passed(AttemptFinished {
            sections: vec![Section { title: "logs".into(), text: "a\nb".into() }],
            ..AttemptFinished::new(Outcome::Passed, 1)
        }),
        passed(AttemptFinished { properties: named(), ..AttemptFinished::new(Outcome::Passed, 1) }),
        passed(AttemptFinished {
            attachments: vec![
                Attachment { name: "page".into(), path: "/tmp/p.png".into(), media_type: Some("image/png".into()) },
                Attachment { name: "rest".into(), path: "/tmp/rest".into(), media_type: None },
            ],
            ..AttemptFinished::new(Outcome::Passed, 1)
        }),
        fixture(Scope::Test, Step::SetUp, Some("tests::test_q"), vec![]),
        fixture(Scope::Group, Step::SetUp, None, vec![]),
        fixture(Scope::Module, Step::TornDown, None, vec![failure(FailureKind::Panic)]),
        fixture(Scope::Session, Step::TornDown, Some("a[\"b\"]"), vec![failure(FailureKind::Runner); 2]),
        Message::FixtureBegins(FixtureBegins { name: "db[Pg]".into(), scope: Scope::Group, step: Step::SetUp }),
        Message::FixtureBegins(FixtureBegins { name: "db".into(), scope: Scope::Session, step: Step::TornDown }),
        Message::Cases(Cases {
            test: "tests::test_q".into(),
            cases: vec![
                Case { name: "tests::test_q[Pg]".into(), near: Some("db=Pg".into()) },
                Case { name: "tests::test_q[\"\"]".into(), near: None },
            ],
            failure: None,
        }),
        Message::Cases(Cases { failure: Some(failure(FailureKind::Panic)), ..Cases::default() }),
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
    let tests = || vec!["tests::test_add".into(), "q\"\\".into()];
    let requests = [
        Request::Run { tests: tests(), attempt: 1 },
        Request::Run { tests: tests(), attempt: 2 },
        Request::Expand { tests: tests() },
        Request::Ping,
        Request::Exit,
    ];
    for request in requests {
        let line = serde_json::to_string(&request).unwrap();
        assert_eq!(Request::read(&line), Ok(request.clone()), "line: {line}");
        assert_eq!(serde_json::from_str::<Request>(&line).unwrap(), request, "line: {line}");
    }
    assert_eq!(serde_json::to_string(&Request::Run { tests: vec![], attempt: 1 }).unwrap(), r#"{"run":{"tests":[]}}"#);
}

#[test]
fn what_is_no_request_is_named() {
    #[track_caller]
    fn check(line: &str, want: &str) {
        assert_eq!(Request::read(line).unwrap_err().to_string(), want, "line: {line}");
    }
    let kinds = "expected a request: \"ping\", \"exit\", {\"run\":{\"tests\":[…]}} or {\"expand\":{\"tests\":[…]}}";
    check("{\"walk\":1}", kinds);
    check("{\"run\":{}}", kinds);
    check("{\"expand\":1}", kinds);
    check("{\"expand\":{\"tests\":[1]}}", "expected names of tests as strings");
    check("{\"run\":{\"tests\":[1]}}", "expected names of tests as strings");
    check("{\"run\":{\"tests\":[],\"attempt\":-1}}", "expected the number of an attempt");
    check("{\"run\":{\"tests\":[],\"attempt\":4294967296}}", "expected the number of an attempt");
}
