//! Discovery in real binaries, each compiled from one small file.

use std::process::Command;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use testkit_protocol::id::BinaryId;
use testkit_protocol::location::Location;

use super::*;
use crate::model::{Harness, Launch};
use crate::worker::RunIdentity;

const LIMIT: Duration = Duration::from_secs(60);

/// A binary made of `source`, with `records` in its section; `{records}` in the source is where they go.
struct Compiled {
    _folder: tempfile::TempDir,
    binary: Binary,
    cache: ListingCache,
}

impl Compiled {
    fn new(source: &str, records: &str, harness: Harness) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap();
        std::fs::write(path.join("records"), records).unwrap();
        let section = "#[used]\n#[cfg_attr(target_os = \"macos\", unsafe(link_section = \"__DATA,testkit\"))]\n\
             #[cfg_attr(not(target_os = \"macos\"), unsafe(link_section = \"testkit\"))]\n\
             static RECORDS: [u8; include_bytes!(\"records\").len()] = *include_bytes!(\"records\");\n";
        let section = if records.is_empty() { "" } else { section };
        std::fs::write(path.join("source.rs"), format!("{source}\n{section}")).unwrap();
        let mut rustc = Command::new("rustc");
        rustc.args(["--edition=2024", "source.rs", "-o", "binary"]).current_dir(path);
        rustc.args((harness == Harness::Libtest).then_some("--test"));
        let output = rustc.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let executable = path.join("binary");
        let launch = Launch {
            command: vec![executable.as_os_str().to_owned()],
            directory: path.to_owned(),
            environment: Vec::new(),
            has_runner: false,
        };
        let id = BinaryId("demo".to_owned());
        Self {
            cache: ListingCache::new(&path.join("cache")),
            binary: Binary { id, path: executable, source: Utf8PathBuf::from("source.rs"), harness, launch },
            _folder: folder,
        }
    }

    /// All of its tests in the form of a test list.
    fn tests(&self) -> Vec<Test> {
        let (binary, index) = (&self.binary, BinaryIndex(3));
        match binary.harness {
            Harness::Custom => custom_tests(binary, index, &self.cache),
            Harness::Libtest => {
                let described = described(&binary.path).unwrap();
                let listed = plain(binary, &described.tests, &self.cache, LIMIT).unwrap();
                let mut tests = collected_tests(binary, index, &described.tests, &Expansions::new());
                tests.extend(listed_tests(binary, index, &listed));
                tests
            }
        }
    }

    /// Asks it for its tests as a run does.
    fn ask_custom(&self) -> Option<Vec<Listed>> {
        let answer = process::run(&self.binary.launch, &TERSE_LIST, &[], LIMIT).unwrap();
        custom_list(&self.binary, &answer.stdout, LIMIT)
    }
}

const PLAIN: &str = "mod tests {\n    #[test]\n    fn plain() {}\n    #[test]\n    #[ignore = \"has \\\"quotes\\\"\"]\n    \
                     fn ignored() {}\n    #[test]\n    fn test_b() {}\n}\n#[test] fn test_a() {}\n";

const RECORDS: &str = r#"{"module":{"protocol":1,"version":"0.1.0","module":"demo::tests","file":"src/lib.rs"}}
{"test":{"name":"test_b","line":8,"column":8,"end_line":9,"ignore":"later","timeout_ns":5000000000}}
{"news":{"from":"a later version"}}
{"module":{"protocol":1,"version":"0.1.0","module":"demo","file":"src/lib.rs","unknown":[1]}}
{"test":{"name":"Group::test_a","libtest":"test_a","line":2}}
"#;

#[test]
fn collected_tests_come_first_and_their_hosts_do_not_come_again() {
    let compiled = Compiled::new(PLAIN, RECORDS, Harness::Libtest);
    let tests = compiled.tests();
    let ids: Vec<_> = tests.iter().map(|test| test.id.as_str()).collect();
    assert_eq!(ids, ["demo::Group::test_a", "demo::tests::test_b", "demo::tests::ignored", "demo::tests::plain"]);
    let [group, collected, ignored, plain] = &tests[..] else { panic!("there are four") };
    assert!(tests.iter().all(|test| test.binary == BinaryIndex(3)));
    let host = |path: &str, libtest: &str| Host::Collected {
        path: path.to_owned(),
        libtest: libtest.to_owned(),
        carrier: "tests::test_b".into(),
    };
    assert_eq!(group.host, host("Group::test_a", "test_a"));
    assert_eq!(group.end_line, None);
    assert_eq!(collected.host, host("tests::test_b", "tests::test_b"));
    assert_eq!(collected.location, Some(Location::new("src/lib.rs", 8, 8)));
    assert_eq!(collected.end_line, Some(9));
    assert_eq!(collected.ignore.as_deref(), Some("later"));
    assert_eq!(collected.timeout, Some(Duration::from_secs(5)));
    assert_eq!(ignored.ignore.as_deref(), Some("has \"quotes\""));
    assert_eq!(plain.host, Host::Named { name: "tests::plain".to_owned() });
    assert_eq!(plain.location.as_ref().map(|location| location.line), Some(3));
}

#[test]
fn the_second_time_nothing_is_started() {
    let mut compiled = Compiled::new(PLAIN, "", Harness::Libtest);
    let first = compiled.tests();
    assert_eq!(first.len(), 4);
    compiled.binary.launch.command = vec!["/not/there".into()];
    assert_eq!(compiled.tests(), first);
}

#[test]
fn a_description_of_another_protocol_is_named() {
    let future = RECORDS.replace("\"protocol\":1", "\"protocol\":2");
    let compiled = Compiled::new(PLAIN, &future, Harness::Libtest);
    let error = described(&compiled.binary.path).unwrap_err().to_string();
    assert!(error.contains("links testkit 0.1.0, which speaks protocol 2; this command speaks 1"), "{error}");
}

#[test]
fn a_main_of_its_own_that_lists_is_listed() {
    let source = r#"fn main() {
        let arguments: Vec<String> = std::env::args().collect();
        assert_eq!(arguments[1..4], ["--list", "--format", "terse"]);
        println!("a b: test");
        if arguments.len() == 4 { println!("src/x.txt - c : test") }
    }"#;
    let compiled = Compiled::new(source, "", Harness::Custom);
    assert_eq!(compiled.tests()[0].host, Host::Whole, "before it is asked");
    let listed = compiled.ask_custom().expect("it lists");
    keep_custom_list(&compiled.binary, &compiled.cache, &listed);
    let tests = compiled.tests();
    let got: Vec<_> = tests.iter().map(|test| (test.id.as_str(), test.ignore.is_some())).collect();
    assert_eq!(got, [("demo::a b", true), ("demo::src/x.txt - c ", false)]);
}

#[test]
fn a_main_of_its_own_that_just_runs_gives_no_list() {
    for source in ["fn main() { println!(\"checking\") }", "fn main() {}"] {
        assert_eq!(Compiled::new(source, "", Harness::Custom).ask_custom(), None, "{source}");
    }
}

#[test]
fn a_binary_that_hangs_or_fails_when_asked_is_named() {
    let source = "#[test] fn t() {}";
    let compiled = Compiled::new(source, "", Harness::Libtest);
    let mut binary = compiled.binary.clone();
    binary.launch.command = ["sh", "-c", "sleep 60"].map(Into::into).to_vec();
    let error = plain(&binary, &[], &compiled.cache, Duration::from_millis(100)).unwrap_err().to_string();
    assert!(error.contains("/binary` took longer than 100ms"), "{error}");
    binary.launch.command = ["sh", "-c", "echo lost >&2; exit 3"].map(Into::into).to_vec();
    let error = plain(&binary, &[], &compiled.cache, LIMIT).unwrap_err().to_string();
    assert!(error.ends_with("--list` failed (exit status: 3): lost"), "{error}");
    binary.launch.command = ["sh", "-c", "echo hello"].map(Into::into).to_vec();
    let error = plain(&binary, &[], &compiled.cache, LIMIT).unwrap_err().to_string();
    assert!(error.contains("says `hello`, which is no test"), "{error}");
}

#[test]
fn who_does_not_answer_is_not_waited_for() {
    let hosts = ["test_a", "test_b", "test_c", "test_d", "test_e"];
    let host = |name: &str| format!("#[test] fn {name}() {{ crate::host(\"{name}\") }}\n");
    let source = include_str!("../../../tests/fixtures/hand_written_worker.rs");
    let source = source.replace("// HOSTS", &hosts.map(host).concat());
    // The source has the section itself.
    let compiled = Compiled::new(&source, "", Harness::Libtest);
    let folder = compiled.binary.launch.directory.join("cases");
    std::fs::create_dir(&folder).unwrap();
    for (name, cases) in
        [("test_a", "1\n"), ("test_b", "!hang"), ("test_c", "1\n2\n"), ("test_d", "!hang"), ("test_e", "1\n")]
    {
        std::fs::write(folder.join(name), cases).unwrap();
    }
    let described = |name: &str| DescribedTest {
        path: format!("tests::{name}"),
        libtest: format!("tests::{name}"),
        location: Location::new("src/lib.rs", 1, 1),
        end_line: None,
        ignore: None,
        timeout: None,
        marks: None,
        expands: true,
        together: None,
        carrier: Some("tests::test_c".into()),
    };
    let described = hosts.map(described);
    let identity = RunIdentity { run_id: "1".to_owned(), seed: 2 };
    let started = Instant::now();
    let expanded = expand(&compiled.binary, &identity, &described, Duration::from_millis(500));
    assert!(started.elapsed() < Duration::from_secs(30), "took {:?}", started.elapsed());
    assert_eq!(expanded.unserved, None);
    let tests = collected_tests(&compiled.binary, BinaryIndex(0), &described, &expanded.expansions);
    let shown: Vec<String> = tests
        .iter()
        .map(|test| match &test.host {
            Host::Case { path, .. } => path.clone(),
            Host::Unknown { path, attempt, .. } => {
                format!("{path}: {}", attempt.failures[0].message.as_deref().unwrap_or_default())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let hung = "did not say within 500ms what its cases are";
    assert_eq!(
        shown,
        [
            "tests::test_a[1]",
            &format!("tests::test_b: {hung}"),
            "tests::test_c[1]",
            "tests::test_c[2]",
            &format!("tests::test_d: {hung}"),
            "tests::test_e: was not asked for its cases, since 2 tests of its binary hung over theirs",
        ]
    );
}

/// The section of a binary with `modules` times `tests` collected tests.
fn many_records(modules: usize, tests: usize) -> String {
    use std::fmt::Write as _;

    let mut records = String::new();
    for module in 0..modules {
        let head =
            format!(r#""version":"0.1.0","module":"demo::module_{module}::tests","file":"src/module_{module}.rs""#);
        writeln!(records, r#"{{"module":{{"protocol":1,{head}}}}}"#).unwrap();
        for test in 0..tests {
            let (line, end) = (test * 5 + 10, test * 5 + 14);
            let place = format!(r#""line":{line},"column":8,"end_line":{end}"#);
            writeln!(records, r#"{{"test":{{"name":"test_with_an_ordinary_name_{test}",{place}}}}}"#).unwrap();
        }
    }
    records
}

#[test]
fn reads_ten_thousand_collected_tests() {
    let compiled = Compiled::new(PLAIN, &many_records(100, 100), Harness::Libtest);
    let started = Instant::now();
    let described = described(&compiled.binary.path).unwrap();
    let tests = collected_tests(&compiled.binary, BinaryIndex(0), &described.tests, &Expansions::new());
    let elapsed = started.elapsed();
    assert_eq!(tests.len(), 10_000);
    println!("10,000 collected tests in {elapsed:?}");
    // In release it takes some milliseconds; an unoptimised build on a busy machine must not fail for it.
    assert!(elapsed < Duration::from_secs(2), "took {elapsed:?}");
}
