//! What is registered and described of collected tests.

use testkit_protocol::record::{Description, TestRecord};

/// Of every kind one.
#[testkit::tests]
mod described {
    fn test_plain() {}

    /// Docs.
    #[ignore = "a \"reason\""]
    #[testkit::timeout("1.5s")]
    fn test_marked() {}

    #[cfg(any())]
    fn test_absent() {}

    #[cfg(not(any()))]
    #[cfg_attr(any(), ignore = "never")]
    #[cfg_attr(all(), ignore = "always")]
    fn test_conditional() {}

    #[should_panic(expected = "no")]
    fn test_panics() {
        panic!("no")
    }

    struct TestGroup;

    impl TestGroup {
        fn test_method(&self) {}
    }
}

testkit::discover!();

fn test_discovered() {}

#[test]
fn plain_discovered() {}

#[track_caller]
fn check(records: &[(String, TestRecord)], module: &str, want: &TestRecord) {
    let found = records.iter().find(|(in_module, record)| in_module == module && record.name == want.name);
    assert_eq!(found.map(|(_, record)| record), Some(want));
}

#[test]
fn descriptions_are_records() {
    let text: String = testkit::__private::descriptions().into_iter().map(String::from_utf8_lossy).collect();
    let mut module = String::new();
    let mut records = Vec::new();
    for line in text.lines() {
        match serde_json::from_str(line).expect(line) {
            Description::Module(record) => {
                assert_eq!(
                    (record.protocol, record.version.as_str()),
                    (testkit_protocol::PROTOCOL_VERSION, env!("CARGO_PKG_VERSION"))
                );
                module = record.module;
                assert!(record.file == file!() || module == "testkit::fixtures" && record.file.contains("builtin"));
            }
            Description::Test(record) => records.push((module.clone(), record)),
            Description::Site(record) => panic!("nothing here asks for anything: {record:?}"),
            Description::Folder(_) => panic!("there is no folder here"),
            Description::Fixture(record) => {
                assert_eq!(module, "testkit::fixtures", "only testkit's own are here");
                assert!(record.line > 1 && record.doc.is_some_and(|doc| doc.ends_with('.')), "{}", record.name);
            }
        }
    }
    let record = |name: &str, line, column, end_line| TestRecord {
        name: name.to_owned(),
        line,
        column,
        end_line,
        ..TestRecord::default()
    };
    let inside = "description::described";
    check(&records, inside, &record("test_plain", 8, 8, 8));
    let marked = record("test_marked", 10, 8, 13);
    let ignore = Some("a \"reason\"".to_owned());
    check(&records, inside, &TestRecord { ignore, timeout_ns: Some(1_500_000_000), ..marked });
    let ignore = Some("always".to_owned());
    check(&records, inside, &TestRecord { ignore, ..record("test_conditional", 18, 8, 21) });
    let libtest = Some("test_group::test_method".to_owned());
    check(&records, inside, &TestRecord { libtest, ..record("TestGroup::test_method", 31, 12, 31) });
    let libtest = Some("discovered::test_discovered".to_owned());
    check(&records, "description", &TestRecord { libtest, ..record("test_discovered", 37, 4, 37) });
    check(&records, "description", &TestRecord { plain: true, ..record("plain_discovered", 39, 4, 40) });
    assert!(records.iter().all(|(_, record)| record.name != "test_absent"));
}

#[test]
fn the_registry_agrees_with_the_descriptions() {
    use testkit::__private::{Registered, ShouldPanic};
    let modules = testkit::__private::modules();
    let described = modules.iter().find(|module| module.module == "description::described").expect("it is registered");
    let lines = std::str::from_utf8(described.description).expect("it is text").lines();
    let tests: Vec<_> = lines.filter(|line| line.starts_with("{\"test\":{\"name\":")).collect();
    assert_eq!(tests.len(), 5, "as many as are described");
    for (line, name) in [(0, "test_plain"), (1, "test_marked"), (2, "test_conditional"), (3, "test_panics")] {
        assert!(tests[line].contains(&format!("\"name\":\"{name}\",\"run\":")), "{}", tests[line]);
    }
    assert!(described.tests.iter().all(|test| !matches!(test, Registered::Cases(..))));
    assert_eq!(described.should_panic, [("test_panics", ShouldPanic::Containing("no"))]);
}
