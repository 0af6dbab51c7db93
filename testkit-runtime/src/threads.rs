//! Threads that belong to the test which starts them: what fails on them fails the test.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::{self, JoinHandle, ScopedJoinHandle};

use crate::harness;
use crate::marks::Skipped;

/// Starts a thread that belongs to the running test, as [`std::thread::spawn`] does otherwise.
///
/// A panic on it is a failure of the test, whether somebody joins the thread or not, and so is a `testkit::check!`
/// that does not hold. At its end the test waits for the threads that are still running, unless it has failed before: for
/// one that never ends, such as a server, take `std::thread::spawn`. Outside of a test it is that function.
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     fn test_counting() {
///         let thread = testkit::spawn(|| {
///             testkit::check!((1..=3).sum::<u32>() == 6);
///         });
///         assert!(thread.join().is_ok());
///     }
/// }
/// ```
///
/// # Panics
/// If the system starts no more threads.
pub fn spawn<F, T>(body: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let inherited = harness::inherited(true);
    thread::spawn(move || work(inherited, body))
}

/// Runs `body`, which may start threads that borrow from here, and waits for them, as [`std::thread::scope`] does.
///
/// What fails on them is a failure of the running test, as with [`spawn`].
///
/// ```
/// #[testkit::tests]
/// mod tests {
///     fn test_halves() {
///         let numbers = [1, 2, 3, 4];
///         let (left, right) = numbers.split_at(2);
///         testkit::scope(|scope| {
///             scope.spawn(|| testkit::check!(left == [1, 2]));
///             scope.spawn(|| testkit::check!(right == [3, 4]));
///         });
///     }
/// }
/// ```
///
/// # Panics
/// If one of the threads panicked that nobody has joined.
#[track_caller]
pub fn scope<'env, F, T>(body: F) -> T
where
    F: for<'scope> FnOnce(Scope<'scope, 'env>) -> T,
{
    thread::scope(|scope| body(Scope { scope }))
}

/// Where [`scope`] starts its threads.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'scope, 'env: 'scope> {
    scope: &'scope thread::Scope<'scope, 'env>,
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in the scope.
    ///
    /// # Panics
    /// If the system starts no more threads.
    pub fn spawn<F, T>(self, body: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        // The scope waits for it.
        let inherited = harness::inherited(false);
        self.scope.spawn(move || work(inherited, body))
    }
}

fn work<T>(inherited: harness::Inherited, body: impl FnOnce() -> T) -> T {
    let Some(_working) = inherited.work() else { return body() };
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        // Only the test's own thread can skip it; whoever joins this one sees the panic.
        if !payload.is::<Skipped>() {
            harness::record_passing_panic(&*payload);
        }
        resume_unwind(payload)
    })
}

/// Makes a panic on any thread a failure of the running test, from here on: also one on a thread that it did not start
/// with [`spawn`], such as those of a runtime or of the code under test.
///
/// The mark `#[strict_threads]` does so for a whole test. Only the `testkit` command can
/// tell whose such a panic is: under plain `cargo test`, where tests run beside each other in one process, it is printed
/// and no more.
pub fn strict_threads() {
    harness::be_strict_about_threads();
}
