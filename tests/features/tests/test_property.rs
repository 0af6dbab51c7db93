//! Properties, written as expanded code would be.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::{env, fs};

use testkit::__private::property::{CaseEnd, Property, run};
use testkit::__private::{Runtime, block_on, case_end};
use testkit::prelude::*;
use testkit::proptest::prelude::*;
use testkit::{assert, assert_eq, assert_panics, check};

testkit::discover!();

const ARGUMENTS: &[&str] = &["first", "second"];

/// A property of a package in a folder of its own, which is empty.
fn property(name: &'static str, cases: u32) -> (Property, PathBuf) {
    let folder = env::temp_dir().join(format!("testkit-property-{}-{name}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/lib.rs"), "").unwrap();
    let manifest_directory = String::leak(folder.display().to_string());
    (Property { cases: Some(cases), file: "src/lib.rs", manifest_directory, name, arguments: ARGUMENTS }, folder)
}

/// What is kept of its cases, but for the head of the file and the seeds.
fn kept(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("proptest-regressions/lib.txt")).unwrap_or_default();
    let seeds = text.lines().filter(|line| !line.starts_with('#'));
    seeds.map(|line| line.split_once(" # ").unwrap().1.to_owned()).collect()
}

fn test_as_many_cases_as_asked_for() {
    let (property, folder) = property("cases", 17);
    let count = Cell::new(0);
    run(&property, (any::<u8>(), 0..3_u32), |(_, small)| {
        assert!(small < 3);
        count.set(count.get() + 1);
    });
    assert!(count.get() == 17);
    assert!(!folder.join("proptest-regressions").exists());
}

fn test_rejected_cases_do_not_count() {
    let (property, _) = property("rejected", 20);
    let (odd, even) = (Cell::new(0), Cell::new(0));
    run(&property, (any::<u8>(),), |(number,)| {
        if number % 2 == 0 {
            even.set(even.get() + 1);
        }
        prop_assume!(number % 2 == 0);
        odd.set(odd.get() + 1);
        Ok(())
    });
    assert!(even.get() == 20 && odd.get() == 20);
}

fn test_too_many_rejected_cases() {
    let (property, _) = property("all_rejected", 20);
    let message = assert_panics!(run(&property, (any::<u8>(),), |(_,)| {
        prop_assume!(1 > 2, "never");
        Ok(())
    }));
    let (first, place) = message.split_once('\n').unwrap();
    assert!(
        first == "the property gave up: Too many global rejects; 0 of its cases passed, and 1025 were rejected",
        "{message}"
    );
    assert!(place.starts_with("  1024 times at tests/features/tests/test_property.rs:"), "{message}");
}

fn test_the_smallest_case_fails() {
    let (property, folder) = property("smallest", 1000);
    let cases = RefCell::new(Vec::new());
    let message = assert_panics!(run(&property, (any::<u32>(), ".*"), |(number, text)| {
        cases.borrow_mut().push((number, text));
        assert!(number < 1000, "numbers are small");
    }));
    assert_eq!(message, "numbers are small\nassertion failed: number < 1000\n  both sides: 1000");
    let cases = cases.into_inner();
    assert!(cases.last() == Some(&(1000, String::new())));
    assert_eq!(kept(&folder), ["`smallest` shrinks to first = 1000, second = \"\""]);
}

fn test_a_kept_case_comes_first_and_is_kept_once() {
    let (property, folder) = property("kept_case", 1000);
    let cases = RefCell::new(Vec::new());
    let fails = || {
        assert_panics!(run(&property, (any::<u32>(),), |(number,)| {
            cases.borrow_mut().push(number);
            assert!(number < 1_000_000);
        }))
    };
    fails();
    let made_up = cases.take();
    let first_that_failed = made_up.iter().copied().find(|&number| number >= 1_000_000);
    fails();
    assert_eq!(cases.take().first().copied(), first_that_failed);
    assert_eq!(kept(&folder), ["`kept_case` shrinks to first = 1000000"]);
    // Repaired, it is run with the kept case, which does not count.
    run(&property, (any::<u32>(),), |(number,)| cases.borrow_mut().push(number));
    let repaired = cases.take();
    assert!(repaired.len() == 1001 && repaired.first().copied() == first_that_failed);
    // Another property of the file has nothing of it.
    let other = Property { name: "another", ..property };
    run(&other, (any::<u32>(),), |(number,)| cases.borrow_mut().push(number));
    assert!(cases.borrow().len() == 1000);
}

fn test_what_a_soft_check_finds_is_made_smaller() {
    let (property, folder) = property("soft", 100);
    let failures = assert_panics!(plain(|| run(&property, (0..1000_u32,), |(number,)| {
        check!(number < 7, "a soft check");
        check!(number < 9, "another");
    })));
    // Where nothing can be recorded, the first one ends it.
    assert!(failures.starts_with("a soft check\nassertion failed: number < 7\n  both sides: 7\n"), "{failures}");
    assert_eq!(kept(&folder), ["`soft` shrinks to first = 7"]);
}

/// Runs something on a thread that works for no test.
fn plain(f: impl FnOnce() + Send) {
    let result = std::thread::scope(|scope| scope.spawn(f).join());
    if let Err(payload) = result {
        std::panic::resume_unwind(payload);
    }
}

#[xfail("to see that it fails", panics = "both sides: 7")]
fn test_soft_checks_of_the_smallest_case_count() {
    let (property, _) = property("soft_in_test", 100);
    run(&property, (0..1000_u32,), |(number,)| {
        check!(number < 7);
    });
}

fn test_what_passes_the_second_time() {
    let (property, _) = property("unsteady", 100);
    let is_first = Cell::new(true);
    let message = assert_panics!(run(&property, (any::<u8>(),), |(_,)| {
        assert!(!is_first.replace(false), "only once");
    }));
    assert!(
        message.ends_with(
            "\n  note: with the same arguments it passed when it was run again: it depends on something else"
        ),
        "{message}"
    );
}

fn test_panics_of_others() {
    let (property, folder) = property("others", 100);
    let message = assert_panics!(run(&property, (any::<u16>(),), |(number,)| std::assert_eq!(number / 100, 0)));
    assert_eq!(message, "assertion `left == right` failed\n  left: 1\n right: 0");
    let message = assert_panics!(run(&property, (any::<u16>(),), |(number,)| assert2::assert!(number < 100)));
    assert!(message.contains("assertion failed"), "{message}");
    assert_panics!(run(&property, (any::<u16>(),), |(number,)| {
        insta::with_settings!({ snapshot_path => folder.clone() }, {
            insta::assert_snapshot!((number / 100).to_string(), @"0");
        });
    }));
    let message = assert_panics!(run(&property, (any::<u16>(),), |(number,)| {
        prop_assert!(number < 100, "{} is too much", number);
        Ok(())
    }));
    assert_eq!(message, "returned an error: 100 is too much");
    assert_eq!(kept(&folder), ["`others` shrinks to first = 100"]);
}

/// Looks at what has come when the test is left, by its skip.
struct Check<'a>(&'a Cell<u32>, PathBuf);

impl Drop for Check<'_> {
    fn drop(&mut self) {
        std::assert_eq!((self.0.get(), kept(&self.1).len()), (1, 0));
    }
}

fn test_skip_passes_through() {
    let (property, folder) = property("skipped", 100);
    let count = Cell::new(0);
    let cases = &count;
    let _check = Check(&count, folder);
    run(&property, (any::<u16>(),), |(_,)| {
        cases.set(cases.get() + 1);
        if cases.get() > 0 {
            testkit::skip!("as asked");
        }
    });
    panic!("it is skipped before");
}

fn test_what_cases_return() {
    #[track_caller]
    fn fails(end: impl CaseEnd + std::panic::UnwindSafe) -> bool {
        end.into_result().is_err()
    }
    assert!(!fails(case_end!((), "", 1, 1)));
    assert!(!fails(case_end!(Ok::<_, TestCaseError>(()), "", 1, 1)));
    assert!(fails(case_end!(Err::<(), _>(TestCaseError::reject("not this")), "", 1, 1)));
    assert!(!fails(case_end!("3".parse::<u8>().map(drop), "", 1, 1)));
    let message = assert_panics!(fails(case_end!("x".parse::<u8>().map(drop), "src/lib.rs", 1, 1)));
    assert_eq!(message, "returned an error: invalid digit found in string");
}

fn test_an_async_property() {
    static RUNTIME: Runtime = Runtime::Default;
    let (property, folder) = property("in_time", 20);
    let message = assert_panics!(run(&property, (any::<u16>(),), |(number,)| block_on(&RUNTIME, async move {
        tokio::task::yield_now().await;
        assert!(number < 100);
    })));
    assert!(message.ends_with("both sides: 100"), "{message}");
    assert_eq!(kept(&folder), ["`in_time` shrinks to first = 100"]);
}
