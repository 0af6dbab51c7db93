//! That the book is true: its code is that of the examples, the tests that it names are there, and what it says of the order of
//! events is what a run notes.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use testkit_protocol::event::{AttemptEvent, EventKind};
use testkit_protocol::outcome::Verdict;
use testkit_tests::command::{Ran, command, prepare, start_reporting};
use testkit_tests::project::workshop;
use testkit_tests::root;

/// Where the code of the book stands.
const EXAMPLES: &[&str] = &["fixtures", "library-fixtures", "life-cycle"];

/// The pages: name and text; and the section of the README that leads to them.
fn pages() -> Vec<(String, String)> {
    let entries = fs::read_dir(root().join("docs/book")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut pages: Vec<_> = paths.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect();
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let section = readme.split("\n### ").find(|section| section.starts_with("Fixtures and cases\n")).unwrap();
    pages.push(("the README".to_owned(), section.to_owned()));
    pages
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs/book").join(name)).unwrap()
}

/// The sources of the examples: the name of the file and its text.
fn sources() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    for example in EXAMPLES {
        let mut folders = vec![root().join("examples").join(example)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                    sources.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
    }
    sources
}

/// A text whose lines begin at the margin.
fn without_indentation(text: &str) -> String {
    text.lines().map(|line| line.trim_start().to_owned() + "\n").collect()
}

/// The blocks of a page in this language.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    page.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Every code span of a page.
fn code_spans(page: &str) -> impl Iterator<Item = &str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(|part| part.split('`').skip(1).step_by(2))
}

#[test]
fn its_code_is_that_of_the_examples() {
    let sources: Vec<String> = sources().iter().map(|(_, source)| without_indentation(source)).collect();
    let mut count = 0;
    for (name, page) in pages() {
        for block in blocks(&page, "rust") {
            for part in block.split("\n\n") {
                count += 1;
                let part = without_indentation(part);
                assert!(sources.iter().any(|source| source.contains(&part)), "{name}: in no example:\n{part}");
            }
        }
    }
    assert!(count > 50, "only {count} pieces of code were found");
}

/// Whether the source declares a function, type or module of this name.
fn declares(source: &str, name: &str) -> bool {
    ["fn", "struct", "mod"].iter().any(|word| {
        let declaration = format!("{word} {name}");
        let ends = |rest: &str| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_');
        source.match_indices(&declaration).any(|(at, _)| ends(&source[at + declaration.len()..]))
    })
}

#[test]
fn the_tests_that_it_names_are_there() {
    let sources = sources();
    let mut named = BTreeSet::new();
    for (name, page) in pages() {
        let is_word = |part: &str| !part.is_empty() && part.chars().all(|one| one.is_alphanumeric() || one == '_');
        let paths = code_spans(&page).filter_map(|span| Some((span, span.split_once("::")?)));
        for (path, (file, rest)) in paths.filter(|(_, (file, _))| file.starts_with("test_") && is_word(file)) {
            let Some((_, source)) = sources.iter().find(|(name, _)| *name == format!("{file}.rs")) else {
                // Then it is a libtest name of a case, such as `test_with_marks::case_1`.
                assert!(sources.iter().any(|(_, source)| declares(source, file)), "{name}: there is no {path}");
                continue;
            };
            for part in rest.split("::") {
                assert!(declares(source, part), "{name}: {file}.rs has no `{part}`, which {path} names");
            }
            named.insert(path.to_owned());
        }
    }
    assert!(named.len() > 60, "only {} tests are named", named.len());
}

/// The command, run on the workspace itself, with what is built there.
fn in_workspace(arguments: &[&str]) -> Command {
    let mut command = command(root(), arguments);
    command.env("CARGO_TARGET_DIR", workshop().parent().unwrap());
    command
}

/// What the first process of a run of `examples/life-cycle` noted.
fn notes(target: &str, exit_code: i32) -> (Vec<String>, Ran) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes");
    let mut command = in_workspace(&["run", "-p", "life-cycle", "-n", "1", "--test", target]);
    command.env("LIFE_CYCLE", &file);
    let ran = start_reporting(command).wait();
    ran.exits(exit_code);
    let text = fs::read_to_string(&file).unwrap();
    let notes = text.lines().map(|line| line.split_once(' ').unwrap());
    let first = notes.clone().next().unwrap().0;
    // A test that failed is run again alone, in a process of its own.
    let notes = notes.take_while(|(process, _)| *process == first).map(|(_, note)| note.to_owned()).collect();
    (notes, ran)
}

/// What was wrong with the first attempt at a test.
fn first_failures(ran: &Ran, id: &str) -> Vec<String> {
    let of_test = ran.events.iter().find_map(|event| match &event.kind {
        EventKind::Attempt(attempt) if attempt.test.as_str() == id => match &attempt.event {
            AttemptEvent::Finished(finished) => Some(finished),
            _ => None,
        },
        _ => None,
    });
    of_test.unwrap().failures.iter().map(|failure| failure.message.clone().unwrap_or_default()).collect()
}

#[test]
fn life_cycles_are_as_the_table_says() {
    use Verdict::{Errored, Failed, Passed};

    let page = page("groups.md");
    let table = page.split("| What happens |").nth(1).unwrap().split("\n\n").next().unwrap();
    let rows = table.lines().skip(2);
    let told: Vec<&str> = rows.map(|row| row.trim_start_matches('|').split('|').next().unwrap().trim()).collect();
    let (noted, ran) = notes("test_life_cycle", 1);
    assert_eq!(noted, told, "{}", ran.said());

    let id = |name: &str| format!("life-cycle::test_life_cycle::{name}");
    ran.has_verdicts([
        (id("TestOrder::test_passes"), Passed),
        (id("TestOrder::test_fails"), Failed),
        (id("TestFailingSetUp::test_never_run"), Errored),
        (id("TestFailingTearDown::test_itself_passes"), Errored),
        (id("TestFailingGroup::test_first"), Errored),
        (id("TestFailingGroup::test_second"), Errored),
    ]);
    assert_eq!(first_failures(&ran, &id("TestFailingGroup::test_first")), ["on purpose"]);
    let reference = "the group fixture `TestFailingGroup::setup_group` could not be set up: panicked: on purpose\n\
                     see the report of `TestFailingGroup::test_first`";
    assert_eq!(first_failures(&ran, &id("TestFailingGroup::test_second")), [reference]);
}

/// The same under libtest, which goes by the alphabet: there wide scopes end with the process.
#[test]
fn life_cycles_under_libtest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes");
    let mut command = Command::new("cargo");
    prepare(&mut command);
    command.current_dir(root()).env("CARGO_TARGET_DIR", workshop().parent().unwrap()).env("LIFE_CYCLE", &file);
    command.args(["test", "-p", "life-cycle", "--test", "test_life_cycle", "--", "--test-threads=1"]);
    let output = command.output().unwrap();
    let noted = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let noted: Vec<&str> = noted.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    let expected = [
        "module set up",
        "group's set-up fails",
        "deferred by the failing group",
        "set-up fails",
        "deferred by the failing set-up",
        "test itself passes",
        "teardown fails",
        "deferred before the failing teardown",
        "group set up",
        "set up",
        "test fails",
        "torn down",
        "deferred by the set-up",
        "set up",
        "test passes",
        "torn down",
        "deferred last by the test",
        "deferred by the test",
        "deferred by the set-up",
        "group torn down",
        "deferred by the group",
        "module torn down",
        "deferred by the module",
    ];
    assert_eq!(noted, expected);
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed; 5 failed"), "{output:?}");
}

#[test]
fn each_value_of_a_wide_fixture_is_made_once() {
    let page = page("fixtures.md");
    let told = blocks(&page, "text")[0];
    let (noted, ran) = notes("test_near", 0);
    assert_eq!(noted, told.lines().collect::<Vec<_>>(), "{}", ran.said());
}

/// What the examples come to: everything passes but what says otherwise itself.
#[test]
fn the_examples_pass() {
    for workers in ["1", "4"] {
        let ran = start_reporting(in_workspace(&["run", "-p", "fixtures", "-n", workers])).wait();
        ran.exits(0);
        let mut xfailed = BTreeSet::new();
        let mut skipped = BTreeSet::new();
        let verdicts = ran.verdicts();
        for (id, verdict) in &verdicts {
            let name = id.strip_prefix("fixtures::all::").unwrap();
            match verdict {
                Verdict::Passed => {}
                Verdict::XFailed => drop(xfailed.insert(name)),
                Verdict::Skipped => drop(skipped.insert(name.split('[').next().unwrap())),
                other => panic!("{name}: {}, {}", other.word(), ran.said()),
            }
        }
        let expected = [
            "test_case_fixtures::TestNumbers::test_equal[1-2]",
            "test_case_fixtures::test_database[second]",
            "test_cases::test_evaluate[6*9-42]",
            "test_cases::test_with_marks[basic_product]",
            "test_readme::test_add[overflow]",
            "test_teardown::test_failing_set_up",
        ];
        assert_eq!(xfailed, BTreeSet::from(expected));
        let expected = [
            "test_case_sources::test_words",
            "test_fixture_parameters::test_reads_what_was_written",
            "test_fixture_parameters::test_rounds_alike",
        ];
        assert_eq!(skipped, BTreeSet::from(expected));
        assert!(verdicts.len() > 150, "only {} tests", verdicts.len());
    }
}

/// The names of cases are those that the page shows.
#[test]
fn cases_are_called_as_the_page_says() {
    let page = page("parametrize.md");
    let told: Vec<&str> = blocks(&page, "text")[0].lines().collect();
    let output = in_workspace(&["list", "-p", "fixtures", "test_case_names"]).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let listed: Vec<&str> = listed.lines().map(str::trim).filter(|line| line.starts_with("test_")).skip(1).collect();
    assert_eq!(listed, told);
}

/// `testkit fixtures` tells the place of each, also of those that `setup_group` is.
#[test]
fn fixtures_are_where_they_are_listed() {
    let output = in_workspace(&["fixtures", "-p", "fixtures"]).output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let mut count = 0;
    for line in listed.lines() {
        let Some((name, place)) = line.strip_prefix("  ").and_then(|line| line.split_once("]  ")) else { continue };
        let name = name.split(" [").next().unwrap();
        let function = name.rsplit("::").next().unwrap();
        let (file, number) = place.rsplit_once(':').unwrap();
        let source = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{error}: {line}"));
        let code = source.lines().nth(number.parse::<usize>().unwrap() - 1).unwrap();
        assert!(code.contains(&format!("fn {function}(")), "{line}: {code}");
        count += 1;
    }
    assert!(count > 40, "only {count} fixtures are listed:\n{listed}");
}
