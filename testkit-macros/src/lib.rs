//! The procedural macros of testkit. Use them through the `testkit` crate, which documents and re-exports them.
//!
//! This file holds the entries only. What is a test is in `collect`, what cannot be one in `validate`, and what
//! stands in the place of each macro in `expand`. The assertions are in `assertion`.

mod asking;
mod assertion;
mod ast;
mod attribute;
mod collect;
mod config;
mod diagnostic;
mod expand;
mod lists;
mod marked;
mod marks;
mod names;
mod source;
mod validate;

use proc_macro::TokenStream;
use proc_macro2::Span;

use crate::marks::MarkName;

/// Collects the tests of an inline module, or of one `impl` block.
///
/// In the module, and in inline modules in it, these are tests:
/// - functions whose name starts with `test_`, and functions of any name with `#[test]`;
/// - methods `test_*` of a type whose name starts with `Test`: a *group*. Each gets a fresh value of the type: from
///   `fn setup() -> Self` if the `impl` has one, from the type itself if it is a unit struct, else from `Default`.
///   `fn teardown(self)` runs after each test, also if the test failed.
///
/// Tests may return `Result<(), E>`, and take `#[ignore]`, `#[should_panic]`, `#[cfg]` and `#[timeout]`. Tests of other
/// frameworks, such as `#[tokio::test]` and `#[rstest]`, are left alone. `assert!`, `assert_eq!` and `assert_ne!` in the
/// module are testkit's, unless the module defines or imports macros of these names itself.
///
/// ```
/// #[cfg(test)]
/// #[testkit::tests]
/// mod tests {
///     fn test_add() {
///         assert!(1 + 1 == 2, "arithmetic");
///     }
///
///     struct TestStack(Vec<u8>);
///
///     impl TestStack {
///         fn setup() -> Self {
///             Self(vec![1, 2])
///         }
///
///         fn test_pop(&mut self) {
///             assert!(self.0.pop() == Some(2));
///         }
///     }
/// }
/// ```
///
/// What looks like a test and cannot be one is an error that says what to write instead:
///
/// ```compile_fail
/// #[testkit::tests]
/// mod tests {
///     unsafe fn test_fetch() {} // error: which only unsafe code may call
/// }
/// ```
#[proc_macro_attribute]
pub fn tests(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::module::expand(&options.into(), item.into()).into()
}

/// Makes a function of any name a test, wherever it stands.
///
/// The option `timeout = "5s"` is the same as `#[testkit::timeout("5s")]`.
///
/// ```
/// #[testkit::test]
/// fn numbers_parse() -> Result<(), std::num::ParseIntError> {
///     assert!("2".parse::<u8>()? == 2);
///     Ok(())
/// }
/// ```
///
/// ```compile_fail
/// #[testkit::test(time_out = "5s")] // error: did you mean `timeout`?
/// fn numbers_parse() {}
/// ```
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::function::expand(options.into(), item.into()).into()
}

/// Limits the time that a test may take: a number with one of the units `ns us ms s m h`.
///
/// The limit holds when the `testkit` command runs the test. Like every mark it stands on a test, on the `impl` block of
/// a group or on a module of tests; the innermost one counts.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[testkit::timeout("500ms")]
///     fn test_fast() {}
/// }
/// ```
///
/// ```compile_fail
/// #[testkit::timeout("5")] // error: `5` has no unit
/// fn test_fast() {}
/// ```
#[proc_macro_attribute]
pub fn timeout(literal: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Timeout, literal.into(), item.into()).into()
}

/// Says that a test is not to be run, and why: `#[skip]` or `#[skip("why")]`.
///
/// The command never runs it, not with `--run-ignored` either, and gives it the verdict `skipped`. To libtest it is
/// `#[ignore = "why"]`. Import it with `use testkit::prelude::*;`: `testkit::skip` itself is the macro that skips a
/// running test.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[skip("the server is gone")]
///     fn test_upload() {}
/// }
/// ```
///
/// ```compile_fail
/// #[testkit::tests]
/// mod tests {
///     #[skip(12)] // error: takes its reason as a string
///     fn test_upload() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn skip(reason: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Skip, reason.into(), item.into()).into()
}

/// Skips a test where a condition holds that is known only when it begins: `#[skip_if(condition, "why")]`.
///
/// The condition is an expression in the scope that the marked item stands in (for a module: in the module). It is
/// evaluated in the test's process, before the set-up of a group.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     fn is_offline() -> bool {
///         std::env::var_os("OFFLINE").is_some()
///     }
///
///     #[skip_if(is_offline(), "needs the network")]
///     fn test_upload() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn skip_if(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::SkipIf, arguments.into(), item.into()).into()
}

/// Says that a test fails, and why: `#[xfail("bug 12")]`. While it does, that is no failure of the run.
///
/// A pass is a failure that asks to remove the mark, unless `strict = false`. With `panics = "part"` only a failure with
/// that text in its message is the expected one, in the test or its set-up: if the tear-down fails, too, the test is
/// errored. Without it, every failure is, a crash or a time-out too. With `run = false` the test is not run.
/// Under libtest the result is turned round: a failing test passes.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[xfail("bug 12", panics = "out of range")]
///     fn test_empty_list() {
///         let list: Vec<u8> = Vec::new();
///         let first = list.first().expect("index out of range");
///         assert!(*first == 0);
///     }
/// }
/// ```
///
/// ```compile_fail
/// #[testkit::tests]
/// mod tests {
///     #[xfail(strikt = false)] // error: did you mean `strict`?
///     fn test_empty_list() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn xfail(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Xfail, arguments.into(), item.into()).into()
}

/// Tries a failing test again, up to so many times: `#[retry(3)]`, `#[retry(3, delay = "1s")]`.
///
/// Each further attempt is made in a process that has not run the test. One that passes makes the verdict `flaky`,
/// which is no failure. Under libtest the attempts are made in the same process.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[retry(3, delay = "100ms")]
///     fn test_with_a_busy_port() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn retry(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Retry, arguments.into(), item.into()).into()
}

/// Keeps tests apart: of those with the same key one runs at a time, in all processes of a run: `#[serial("db")]`.
///
/// `#[serial]` alone is one more key. Under libtest the tests of one binary are kept apart.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[serial("database")]
///     fn test_insert() {}
///
///     #[serial("database", "mail")]
///     fn test_notify() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn serial(keys: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Serial, keys.into(), item.into()).into()
}

/// Runs a test while no other test runs, in any process of the run. Under libtest, while no other collected test of its
/// binary runs.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[exclusive]
///     fn test_that_measures_time() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn exclusive(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Exclusive, arguments.into(), item.into()).into()
}

/// Runs a test in a process of its own. It says nothing to libtest.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[isolate]
///     fn test_that_changes_the_locale() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn isolate(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Isolate, arguments.into(), item.into()).into()
}

/// Makes a panic on any thread a failure of the test that was running, also on threads that it did not start with
/// `testkit::spawn`. The function `testkit::strict_threads()` does so from where it is called; what can be told under
/// plain `cargo test` is said there.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[strict_threads]
///     fn test_pool() {
///         assert!(std::thread::spawn(|| 1 + 1).join().is_ok());
///     }
/// }
/// ```
#[proc_macro_attribute]
pub fn strict_threads(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::StrictThreads, arguments.into(), item.into()).into()
}

/// Gives a test marks of your own, with arguments if you like: `#[mark(slow, db(kind = "pg"))]`.
///
/// They are declared in `Cargo.toml`, each with a description if you like; another one is a compile error:
///
/// ```toml
/// [package.metadata.testkit]
/// marks = ["slow", "db: needs a database"]
/// ```
///
/// `testkit list --format json` shows them.
///
/// ```compile_fail
/// #[testkit::tests]
/// mod tests {
///     #[mark(slo)] // error: the mark `slo` is not declared
///     fn test_upload() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn mark(marks: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Free, marks.into(), item.into()).into()
}

/// Collects the tests of the module that it stands in: for a module that is a file of its own, where
/// [`macro@tests`] cannot look inside.
///
/// It finds the same tests as [`macro@tests`], private ones too. Inline modules in the file want `#[testkit::tests]`.
/// The standard assertions stay the standard library's: write `use testkit::{assert, assert_eq};` for ours.
///
/// ```no_run
/// // tests/test_math.rs
/// use testkit::assert;
///
/// testkit::discover!();
///
/// fn test_add() {
///     assert!(1 + 1 == 2);
/// }
/// # fn main() {}
/// ```
///
/// ```compile_fail
/// testkit::discover!();
/// testkit::discover!(); // error: this module already has a `discover!()`
/// ```
#[proc_macro]
pub fn discover(input: TokenStream) -> TokenStream {
    expand::discover::expand(&input.into(), Span::call_site()).into()
}

/// Makes every test file beside this one a module and collects its tests: one test target, and one link step, for a
/// whole folder.
///
/// Test files are `test_*.rs` and `*_test.rs`; those in folders below become modules of a module named like the folder.
/// A file with its own `discover!()` is a module like any other; one without must not begin with `//!` or `#![…]`.
/// Cargo takes each file in `tests/` for a target of its own, so put the files in a folder such as `tests/all/`, with
/// the macro in `tests/all/main.rs`, or write `autotests = false` in the manifest.
///
/// ```no_run
/// // tests/all/main.rs
/// testkit::discover_files!();
/// # fn main() {}
/// ```
///
/// ```compile_fail
/// testkit::discover_files!("tests"); // error: takes no arguments
/// ```
#[proc_macro]
pub fn discover_files(input: TokenStream) -> TokenStream {
    expand::discover_files::expand(&input.into(), Span::call_site()).into()
}

/// Asserts that a condition holds. If it is a comparison that does not hold, the failure shows both values.
///
/// Takes what the standard `assert!` takes. Values are neither moved nor copied, `?` and `.await` work, and `Debug` is
/// asked only once the assertion has failed; a type without `Debug` is shown by its name.
///
/// ```
/// use testkit::assert;
///
/// let primes = [2, 3, 5];
/// assert!(primes.len() == 3, "the first {} primes", 3);
/// assert!(primes.contains(&5));
/// ```
///
/// ```should_panic
/// let primes = [2, 3, 5];
/// testkit::assert!(primes.len() >= 4);
/// // assertion failed: primes.len() >= 4
/// //   left:  primes.len() = 3
/// //   right: 4
/// ```
#[proc_macro]
pub fn assert(input: TokenStream) -> TokenStream {
    assertion::assert(&input.into()).into()
}

/// Checks that a condition holds, and goes on if it does not: the test fails at its end, with every such failure in order.
///
/// Takes what [`macro@assert`] takes and shows what it shows. Its value is the condition's, so that what makes no sense
/// without it can be left out. Outside of a collected test, where nobody could fail the test later, it ends the test at
/// once.
///
/// ```
/// use testkit::check;
///
/// let primes = [2, 3, 5];
/// for prime in primes {
///     check!(prime > 1, "{prime} is no prime");
/// }
/// if check!(primes.len() == 3) {
///     check!(primes[2] == 5);
/// }
/// ```
#[proc_macro]
pub fn check(input: TokenStream) -> TokenStream {
    assertion::check(&input.into()).into()
}

/// Asserts that a condition comes to hold: asks it again and again, for a time.
///
/// `within = "2s"` is how long, five seconds if nothing is said; `every = "10ms"` is how long to wait between two attempts.
/// If the time is over, the failure shows the values of the last attempt, as [`macro@assert`] does.
///
/// Between two attempts the thread sleeps. In async code, a condition with an `.await` waits as a task does, on any runtime, so that
/// other tasks go on meanwhile.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use testkit::eventually;
///
/// static DONE: AtomicU32 = AtomicU32::new(0);
/// std::thread::spawn(|| DONE.store(3, Ordering::SeqCst));
/// eventually!(DONE.load(Ordering::SeqCst) == 3, within = "2s", every = "1ms");
/// ```
///
/// ```should_panic
/// testkit::eventually!(1 + 1 == 3, within = "20ms", "arithmetic");
/// ```
#[proc_macro]
pub fn eventually(input: TokenStream) -> TokenStream {
    assertion::eventually(&input.into()).into()
}

/// Makes a fixture of a function: its value is what tests, groups and other fixtures ask for by the function's name.
///
/// An argument `name: &T` is the one value of its scope, `name: T` one of its own. Beside the function stands a type of its
/// name, which goes wherever the function goes by `use`. The function may ask for other fixtures, may be `async`, and may
/// return a `Result` of the value: then its error is the test's.
///
/// | option | meaning |
/// |---|---|
/// | `scope = "test"` | how long the value lives: `"test"`, `"group"`, `"module"` or `"session"`, all tests of one process |
/// | `teardown = path` | a function or closure that takes the value at its end; may return a `Result`, may be `async` |
/// | `autouse` | every test of the module asks for it |
/// | `params = [a, name: b]` | the tests that need it run once with each; the function takes it as its argument `param` |
/// | `arguments(name, other = default)` | arguments that `#[parametrize(fixture.name, …)]` sets for a case |
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     struct Server(u16);
///
///     #[fixture(scope = "session", teardown = |server: Server| drop(server))]
///     fn server() -> Server {
///         Server(8080)
///     }
///
///     #[fixture]
///     fn address(server: &Server) -> String {
///         format!("localhost:{}", server.0)
///     }
///
///     fn test_address(address: &str, server: &Server) {
///         assert!(address.ends_with("8080") && server.0 == 8080);
///     }
/// }
/// ```
///
/// ```compile_fail
/// #[testkit::fixture(scope = "sesion")] // error: did you mean `session`?
/// fn server() -> u16 {
///     8080
/// }
/// ```
#[proc_macro_attribute]
pub fn fixture(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::fixture::expand(options.into(), item.into()).into()
}

/// Asks for fixtures whose values a test does not see: `#[uses(clean_database)]` on a test, a group or a module.
///
/// ```
/// #[testkit::tests]
/// #[uses(clean)]
/// mod tests {
///     #[fixture]
///     fn clean() {}
///
///     fn test_insert() {}
/// }
/// ```
///
/// ```compile_fail
/// #[testkit::tests]
/// mod tests {
///     #[uses("clean")] // error: takes the names of fixtures
///     fn test_insert() {}
/// }
/// ```
#[proc_macro_attribute]
pub fn uses(fixtures: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Uses, fixtures.into(), item.into()).into()
}

/// Runs a test once for each case, as a test of its own.
///
/// The names of the arguments come first, then the cases: a list in brackets, in which each may have a name and marks. Such
/// cases are libtest tests as well. Several `#[parametrize]` multiply; the one next to the function varies slowest. On the
/// `impl` block of a group, or on a module of tests, it is for all tests inside.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     #[parametrize((a, b, want), [
///         (1, 2, 3),
///         carry: (9, 1, 10),
///         #[xfail("bug 12")]
///         overflow: (255, 1, 0),
///     ])]
///     fn test_add(a: u32, b: u32, want: u32) {
///         assert!(a + b == want);
///     }
/// }
/// ```
///
/// Where cases are known at run time only, an option takes the place of the list: `from = expression` for anything that can
/// be iterated over, `files = "tests/data/*.txt"` for files, `csv = "…"`, `json = "…"` and `toml = "…"` for a table whose
/// columns have the names of the arguments. They are separate tests under the command, and one for libtest. `id = "{a}-{b}"`
/// names them, `allow_empty` allows that there are none.
///
/// ```compile_fail
/// #[testkit::tests]
/// mod tests {
///     #[parametrize((a, b), [(1, 2), (3,)])] // error: this case has 1 value
///     fn test_add(a: u32, b: u32) {}
/// }
/// ```
#[proc_macro_attribute]
pub fn parametrize(cases: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Parametrize, cases.into(), item.into()).into()
}

/// Runs a test with generated arguments, through proptest; needs the feature `proptest`.
///
/// Arguments by value are generated: by the strategy of their type, or by that which the attribute names. References are
/// fixtures. A failure is shrunk, reported with its arguments, and its seed is kept beside the sources and tried first from
/// then on.
///
/// ```ignore
/// #[property(cases = 1000, percent = 0..=100_u8)]
/// fn test_scale(percent: u8, values: Vec<u32>) {
///     assert!(scale(&values, percent).len() == values.len());
/// }
/// ```
#[proc_macro_attribute]
pub fn property(options: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Property, options.into(), item.into()).into()
}

/// Says what waits for asynchronous tests: `#[runtime(tokio, flavor = "multi_thread", worker_threads = 2)]`,
/// `#[runtime(tokio, start_paused = true)]`, `#[runtime(smol)]`, or the path of a function that waits for a future.
///
/// Without it a test is driven by Tokio if the feature `tokio` is on, by smol if `smol` is, and else by a loop that polls it
/// on its own thread. It stands on a test, a group or a module.
///
/// ```
/// fn wait<F: Future>(future: F) -> F::Output {
///     let mut future = std::pin::pin!(future);
///     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
///     loop {
///         if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
///             return output;
///         }
///     }
/// }
///
/// #[testkit::tests]
/// #[runtime(crate::wait)]
/// mod tests {
///     async fn test_fetch() {}
/// }
/// # fn main() {}
/// ```
#[proc_macro_attribute]
pub fn runtime(runtime: TokenStream, item: TokenStream) -> TokenStream {
    expand::mark::expand(MarkName::Runtime, runtime.into(), item.into()).into()
}
