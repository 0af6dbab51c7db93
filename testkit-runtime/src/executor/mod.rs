//! Drives the futures of async tests, fixtures and teardowns.
//!
//! A test has one runtime: made when something of it is first driven, gone with it, so that no task of a test meets the
//! next one. What is shared by several tests is driven on a runtime of the process, whose tasks go on between them. With
//! another executor of the author's choice, expanded code calls a function of theirs instead, of the form
//! `fn block_on<F: Future>(future: F) -> F::Output`, and nothing here.
//!
//! `plain` is the executor for those who have enabled no other; `on_tokio` and `on_smol` come with the features of these
//! names, `macros` has what expanded code names a runtime with.

mod macros;
#[cfg(feature = "smol")]
mod on_smol;
#[cfg(feature = "tokio")]
mod on_tokio;
#[cfg(any(test, not(any(feature = "tokio", feature = "smol"))))]
mod plain;

use std::cell::Cell;
use std::future::Future;

#[cfg(feature = "tokio")]
pub use on_tokio::Tokio;

/// What a test or a fixture is to be driven by.
#[derive(Debug)]
pub enum Runtime {
    /// Nothing is asked for: for a fixture the runtime of its test; for a test tokio if that feature is enabled, else smol,
    /// else an executor that knows neither time nor input and output.
    Default,
    /// tokio, made so.
    #[cfg(feature = "tokio")]
    Tokio(Tokio),
    /// smol's `block_on`. Its reactor, its executor and the pool for blocking code belong to the process: a detached task
    /// outlives its test.
    #[cfg(feature = "smol")]
    Smol,
}

// What `Runtime::Default` is where the test asks for nothing either.
#[cfg(all(feature = "smol", not(feature = "tokio")))]
use on_smol as fallback;
#[cfg(feature = "tokio")]
use on_tokio as fallback;
#[cfg(not(any(feature = "tokio", feature = "smol")))]
use plain as fallback;

/// Beginnings of the names of threads that belong to the whole process: a test that makes the first use of one has not left
/// it behind.
#[cfg(target_os = "linux")]
pub(crate) const POOLS: &[&str] = &[
    #[cfg(feature = "tokio")]
    on_tokio::SHARED_THREAD,
    // Sources: async-io, `driver.rs`; smol, `spawn.rs`; blocking, `lib.rs`; async-process, `lib.rs`.
    #[cfg(feature = "smol")]
    "async-io",
    #[cfg(feature = "smol")]
    "smol-",
    #[cfg(feature = "smol")]
    "blocking-",
    #[cfg(feature = "smol")]
    "async-process",
];

thread_local! {
    /// What the running test asks for.
    static CHOSEN: Cell<Option<&'static Runtime>> = const { Cell::new(None) };
}

/// Notes what the test that begins asks for, before its fixtures are made, which are driven by the same.
pub fn choose(runtime: &'static Runtime) {
    CHOSEN.set(Some(runtime));
}

/// Drives a future of the running test, or of a fixture that lives as long as that, to its end.
///
/// The future itself runs on this thread, so it is part of the test as any other code: a panic goes through. The runtime
/// stands until the fixtures of the test are torn down, so values may need it to be dropped.
pub fn block_on<F: Future>(runtime: &'static Runtime, future: F) -> F::Output {
    let asked = match (runtime, CHOSEN.get()) {
        (Runtime::Default, Some(chosen)) => chosen,
        (runtime, _) => runtime,
    };
    match asked {
        Runtime::Default => fallback::block_on(future),
        #[cfg(feature = "tokio")]
        Runtime::Tokio(kind) => on_tokio::block_on_with(*kind, future),
        #[cfg(feature = "smol")]
        Runtime::Smol => on_smol::block_on(future),
    }
}

/// Drives a future of a fixture that outlives tests, or of its teardown, to its end.
///
/// Tasks that it spawns go on when it has ended: with tokio on threads of the process, with smol on its own.
pub fn block_on_shared<F: Future>(future: F) -> F::Output {
    #[cfg(feature = "tokio")]
    let value = on_tokio::block_on_shared(future);
    #[cfg(not(feature = "tokio"))]
    let value = fallback::block_on(future);
    value
}

/// Whether code that blocks this thread keeps the tasks of its runtime from going on.
pub(crate) fn stands_still() -> bool {
    #[cfg(feature = "tokio")]
    let stands_still = on_tokio::stands_still();
    // Tasks of smol are on threads of their own, and elsewhere there are none.
    #[cfg(not(feature = "tokio"))]
    let stands_still = false;
    stands_still
}

/// Ends the runtime of the test: its tasks are dropped, and blocking code that runs on its threads is waited for, though not
/// for ever. Whether there was one.
pub(crate) fn end_test() -> bool {
    CHOSEN.set(None);
    #[cfg(feature = "tokio")]
    let had_one = on_tokio::end_test();
    #[cfg(not(feature = "tokio"))]
    let had_one = false;
    had_one
}
