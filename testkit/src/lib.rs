//! Tests that register themselves, and failures that explain themselves.
//!
//! Add the crate with `cargo add --dev testkit`, and write functions whose names start with `test_`:
//!
//! ```
//! fn add(left: u32, right: u32) -> u32 {
//!     left + right
//! }
//!
//! #[cfg(test)]
//! #[testkit::tests]
//! mod tests {
//!     use super::*;
//!
//!     fn test_add() {
//!         assert!(add(2, 3) == 5, "adding small numbers");
//!     }
//! }
//! # fn main() {
//! #     assert!(add(2, 3) == 5);
//! # }
//! ```
//!
//! Run them with the `testkit` command, which runs them on worker processes and reports every value that mattered:
//!
//! ```text
//! src/lib.rs:11:9
//!   adding small numbers
//!   assertion failed: add(2, 3) == 5
//!     left:  add(2, 3) = 6
//!     right: 5
//! ```
//!
//! The same tests run under plain `cargo test`, under other runners and from an editor, because each of them is also
//! an ordinary `#[test]`. Ordinary `#[test]` functions keep working beside them.
//!
//! # Where tests are collected
//!
//! | you write | where |
//! |---|---|
//! | [`#[testkit::tests]`](macro@tests) | on `mod tests { … }`, or on one `impl TestX { … }` |
//! | [`testkit::discover!();`](discover!) | in a module that is a file, such as `tests/test_math.rs` |
//! | [`testkit::discover_files!();`](discover_files!) | in one file, for all test files of its folder |
//! | [`#[testkit::test]`](macro@test) | on a single function of any name |
//!
//! What looks like a test but cannot be collected is a compile error that says what to write instead. Nothing is
//! dropped in silence.
//!
//! # Groups
//!
//! Methods `test_*` of a type `Test*` are tests that share how their value is made. Each gets a fresh one:
//!
//! ```
//! #[testkit::tests]
//! mod tests {
//!     struct TestStack(Vec<u8>);
//!
//!     impl TestStack {
//!         fn setup() -> Self {
//!             Self(vec![1, 2])
//!         }
//!
//!         fn test_pop(&mut self) {
//!             assert!(self.0.pop() == Some(2));
//!         }
//!
//!         fn test_len(&self) {
//!             assert!(self.0.len() == 2);
//!         }
//!
//!         // Runs after each test, also if the test failed.
//!         fn teardown(self) {}
//!     }
//! }
//! ```
//!
//! Without `setup` the value is the unit struct itself, or comes from `Default`.
//!
//! # Assertions
//!
//! [`assert!`], [`assert_eq!`] and [`assert_ne!`] take what the standard ones take, and evaluate it in the same order. Inside
//! of `#[testkit::tests]` and `#[testkit::test]` they are meant anyway; elsewhere, import them by name:
//!
//! ```
//! use testkit::{assert, assert_eq};
//!
//! let words = ["a", "b"];
//! assert!(words.len() == 2 && words.contains(&"a"));
//! assert!(let Some(last) = words.last() && last.len() == 1);
//! assert_eq!(words.concat(), "ab");
//! ```
//!
//! A failure shows the place, the message, the expression with a mark under the part that decided, and the values inside
//! of it that can still be seen; of two values that are to be equal, the path of each difference and a diff. Values need
//! no `Debug` for that, may [explain themselves](Explain), and are asked for it only after the failure. Constant code,
//! and the fields of packed structs, are for the standard library's macros, `std::assert!`: nothing can be reported from
//! the one or borrowed from the other.
//!
//! | | |
//! |---|---|
//! | [`check!`] | records its failure and goes on: the test fails at its end |
//! | [`subtest!`] | a named part of a test |
//! | [`assert_ok!`] [`assert_err!`] [`assert_some!`] [`assert_none!`] | what a `Result` or an `Option` holds |
//! | [`assert_matches!`] | a value and a pattern |
//! | [`assert_error_chain!`] | what an error and its sources say |
//! | [`assert_panics!`] | an expression that panics |
//! | [`approx`](approx()) | numbers within a tolerance |
//! | [`eventually!`] | a condition that will hold |
//! | [`fail!`] | ends the test |
//!
//! ```
//! #[testkit::tests]
//! mod tests {
//!     use testkit::prelude::*;
//!
//!     fn test_squares() {
//!         for (number, want) in [(2.0_f64, 4.0), (0.1, 0.01)] {
//!             check!(number * number == approx(want), "the square of {number}");
//!         }
//!         let error = assert_err!("two".parse::<f64>());
//!         assert!(error.to_string().contains("invalid float"));
//!     }
//! }
//! ```
//!
//! Threads that [`spawn`] and [`scope`](scope()) start belong to the test: a check that does not hold there, or a panic, is
//! the test's failure. A panic on another thread is printed with the test that was running, and is no failure unless the test
//! asks for that with [`#[strict_threads]`](macro@strict_threads): good tests join a thread that panics on purpose.
//!
//! # Fixtures and cases
//!
//! A function with [`#[fixture]`](macro@fixture) makes a value that tests, groups and other fixtures ask for by the name of an
//! argument: `&T` is the one value of its scope, `T` one of their own. [`#[parametrize]`](macro@parametrize) makes a test of
//! each case, and [`#[property]`](macro@property) makes up arguments.
//!
//! ```
//! #[testkit::tests]
//! mod tests {
//!     use testkit::TmpPath;
//!
//!     #[fixture]
//!     fn config(tmp_path: &TmpPath) -> std::io::Result<std::path::PathBuf> {
//!         let path = tmp_path.join("config.toml");
//!         std::fs::write(&path, "name = \"demo\"")?;
//!         Ok(path)
//!     }
//!
//!     #[parametrize((word, want), [("name", true), missing: ("age", false)])]
//!     fn test_config(config: &std::path::Path, word: &str, want: bool) -> std::io::Result<()> {
//!         assert!(std::fs::read_to_string(config)?.contains(word) == want);
//!         Ok(())
//!     }
//! }
//! ```
//!
//! Those that come with testkit are in [`fixtures`]. Tests, fixtures and teardowns may be `async`; what waits for them says
//! [`#[runtime]`](macro@runtime).
//!
//! # Features
//!
//! All are off by default: what a test binary links costs every build.
//!
//! | feature | what it adds |
//! |---|---|
//! | `tokio`, `smol` | `async` tests and fixtures on that runtime |
//! | `proptest` | [`#[property]`](macro@property) |
//! | `log`, `tracing` | the fixture `logs`, and the records of a test in the report of its failure |
//! | `toml` | `#[parametrize(…, toml = "path")]` |
//! | `regex` | [`assert_panics!`] with a `regex::Regex` |
//! | `rand` | [`Rng`] as a source for the crate `rand` |
//!
//! # Marks
//!
//! A mark says how a test is to be run or judged. It stands on a test, on the `impl` block of a group, or on an
//! inline module of tests, where it is that of every test inside; the innermost one counts. Every mark may stand in
//! `#[cfg_attr(…)]`. Tests of other frameworks have none.
//!
//! | mark | meaning |
//! |---|---|
//! | [`#[skip("why")]`](macro@prelude::skip) | never run |
//! | [`#[skip_if(condition, "why")]`](macro@skip_if) | not run where a condition holds when it begins |
//! | [`#[xfail("why")]`](macro@xfail) | expected to fail |
//! | [`#[retry(3)]`](macro@retry) | tried again after a failure |
//! | [`#[serial("key")]`](macro@serial) | never beside another test with the key |
//! | [`#[exclusive]`](macro@exclusive) | never beside another test |
//! | [`#[isolate]`](macro@isolate) | in a process of its own |
//! | [`#[strict_threads]`](macro@strict_threads) | a panic on any thread fails it |
//! | [`#[timeout("5s")]`](macro@timeout) | limited in time |
//! | [`#[mark(slow)]`](macro@mark) | a word of your own |
//!
//! [`skip!`] skips a test that is running. Import the marks with `use testkit::prelude::*;`; inside of
//! `#[testkit::tests]` they need no import.
//!
//! ```
//! #[testkit::tests]
//! #[serial("database")]
//! mod tests {
//!     #[xfail("bug 12")]
//!     fn test_delete() {
//!         assert!(1 + 1 == 3);
//!     }
//!
//!     #[retry(2)]
//!     fn test_insert() {}
//! }
//! ```
//!
//! # Other names
//!
//! The patterns of names can be changed for a package, in its `Cargo.toml`; `*` and `?` stand for any characters:
//!
//! ```toml
//! [package.metadata.testkit]
//! files = ["test_*.rs", "*_test.rs"]
//! functions = ["test_*", "should_*"]
//! groups = ["Test*"]
//! marks = ["slow", "db: needs a database"] # what `#[mark(…)]` may name
//! ```

pub mod prelude;

#[doc(inline)]
pub use testkit_runtime::*;

pub use testkit_macros::{
    assert, check, discover, discover_files, eventually, exclusive, fixture, isolate, mark, parametrize, property,
    retry, runtime, serial, skip_if, strict_threads, test, tests, timeout, uses, xfail,
};
