//! `testkit fixtures`, from descriptions written by hand.

#![cfg(unix)]

use testkit_tests::command::{Ran, command, start};
use testkit_tests::hand_written;
use testkit_tests::project::Project;

const RECORDS: &str = r#"{"module":{"protocol":1,"version":"hand","module":"listed::tests","file":"src/lib.rs"}}
{"fixture":{"name":"server","scope":"session","line":12,"column":4,"doc":" A server.\n\n On a free port.","asks":["tmp_path"],"teardown":true}}
{"fixture":{"name":"db","scope":"module","line":30,"column":10,"params":["Pg","My"],"autouse":true}}
{"test":{"name":"test_a","line":50,"end_line":55}}
{"module":{"protocol":1,"version":"hand","module":"testkit::built_in","file":"/elsewhere/testkit/src/built_in.rs"}}
{"fixture":{"name":"tmp_path","scope":"test","line":3,"column":1,"doc":"A folder of the test's own."}}
"#;

/// A package whose unit tests and whose one test target describe the same fixtures.
fn project() -> Project {
    let project = hand_written::project("listed", &[("test_a", "")]);
    let source = std::fs::read_to_string(project.folder().join("src/lib.rs")).expect("it was just written");
    let source = source.replace("include_bytes!(\"records\")", "include_bytes!(\"../src/records\")");
    project.file("src/records", RECORDS).file("tests/again.rs", &source)
}

fn list(project: &Project, arguments: &[&str]) -> Ran {
    start(command(project.folder(), &[&["fixtures"], arguments].concat())).wait()
}

#[test]
fn fixtures_are_listed_once_each() {
    let project = project();
    let text = "\
listed::tests
  server [session]  src/lib.rs:12
    asks for: tmp_path
    A server.

    On a free port.
  db [module, autouse]  src/lib.rs:30
    params: Pg, My

built in
  tmp_path [test]
    A folder of the test's own.

3 fixtures
";
    assert_eq!(list(&project, &[]).exits(0).stdout, text);
    let names = |arguments: &[&str]| {
        let ran = list(&project, &[&["--format", "json"], arguments].concat());
        let document: serde_json::Value = serde_json::from_str(&ran.exits(0).stdout).expect("it is JSON");
        let fixtures = document["fixtures"].as_array().expect("it is a list").iter();
        fixtures.map(|fixture| fixture["name"].as_str().expect("it has a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["server", "db", "tmp_path"]);
    assert_eq!(names(&["listed::"]), ["server", "db"]);
    assert_eq!(names(&["src/lib.rs:31"]), ["db"]);
    assert_eq!(names(&["--lib", "tests::server"]), ["server"]);
    let wrong = list(&project, &["tests::sever"]);
    wrong.exits(4).says("matches no fixture\n  nearest: listed::tests::server\n");
    assert!(hand_written::ran(&project).is_empty(), "nothing is run for it");
}
