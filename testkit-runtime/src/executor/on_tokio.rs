//! tokio: one runtime a test, and one for the process.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use testkit_protocol::failure::{Failure, FailureKind};
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

use crate::harness::{self, Aside};

/// How a test's runtime is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tokio {
    /// Spawned tasks run on the test's own thread while that waits.
    CurrentThread {
        /// Whether time stands still, and jumps to the next timer when nothing else is to be done.
        start_paused: bool,
    },
    /// Spawned tasks run on threads of their own.
    MultiThread {
        /// How many; as many as the machine has cores if nobody says.
        worker_threads: Option<usize>,
    },
}

/// What `#[tokio::test]` takes.
const DEFAULT: Tokio = Tokio::CurrentThread { start_paused: false };

/// Name of the threads of the runtime of the process; not longer than what Linux keeps of a name.
pub(super) const SHARED_THREAD: &str = "testkit-shared";

/// Threads of the runtime of the process: two, so that a task that blocks one for a while does not stop the others.
const SHARED_THREADS: usize = 2;

/// How long blocking code on the threads of a test's runtime may go on at the end of the test.
const BLOCKING_GRACE: Duration = Duration::from_secs(1);

/// The runtime of a test.
struct OfTest {
    runtime: Runtime,
    kind: Tokio,
    threads: Arc<Threads>,
}

thread_local! {
    static OF_TEST: RefCell<Option<Rc<OfTest>>> = const { RefCell::new(None) };
}

/// How many threads a runtime has.
#[derive(Debug, Default)]
struct Threads {
    running: Mutex<usize>,
    one_ended: Condvar,
}

impl Threads {
    fn running(&self) -> MutexGuard<'_, usize> {
        // Nothing panics with the lock in hand.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self) {
        *self.running() += 1;
    }

    fn end(&self) {
        *self.running() -= 1;
        self.one_ended.notify_all();
    }

    /// Waits until all have ended; gives how many have not after `patience`.
    fn wait(&self, patience: Duration) -> usize {
        let waited = self.one_ended.wait_timeout_while(self.running(), patience, |running| *running > 0);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Drives a future on the test's runtime, whatever that is.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    let of_test = OF_TEST.with_borrow(Option::clone);
    drive(&of_test.unwrap_or_else(|| made(DEFAULT)).runtime, future)
}

/// Drives a future on the test's runtime, which has to be such a one.
pub(super) fn block_on_with<F: Future>(kind: Tokio, future: F) -> F::Output {
    let of_test = OF_TEST.with_borrow(Option::clone).unwrap_or_else(|| made(kind));
    if of_test.kind != kind {
        let message = format!(
            "a fixture and its test, or two fixtures of a test, ask for different tokio runtimes: {} and {}\na test has one \
             runtime: ask for it at the test, and leave it away at its fixtures",
            of_test.kind.words(),
            kind.words()
        );
        harness::raise(Failure::new(FailureKind::Runner, message));
    }
    drive(&of_test.runtime, future)
}

/// Drives a future on the runtime of the process.
pub(super) fn block_on_shared<F: Future>(future: F) -> F::Output {
    static SHARED: OnceLock<Runtime> = OnceLock::new();
    let shared = SHARED.get_or_init(|| {
        // A thread has its name, by which it is known, once it runs.
        let (started, starts) = std::sync::mpsc::channel();
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(SHARED_THREADS).thread_name(SHARED_THREAD).enable_all();
        builder.on_thread_start(move || {
            // Nobody listens to later ones, which are for blocking code.
            let _ = started.send(());
        });
        let runtime = builder
            .build()
            .unwrap_or_else(|error| panic!("the tokio runtime of this process cannot be started: {error}"));
        // All of them start with it; should that change, this ends soon.
        (0..SHARED_THREADS).try_for_each(|_| starts.recv_timeout(Duration::from_secs(1)).ok());
        runtime
    });
    drive(shared, future)
}

/// Whether this thread is the only one of a runtime, whoever has made that.
pub(super) fn stands_still() -> bool {
    Handle::try_current().is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::CurrentThread)
}

/// Ends the runtime of the test; whether there was one.
pub(super) fn end_test() -> bool {
    let Some(OfTest { runtime, threads, .. }) = OF_TEST.take().and_then(Rc::into_inner) else { return false };
    // What panics in a task that is dropped is told, and is not the test.
    let _aside = Aside::begin();
    // This drops the tasks and tells the threads to end. To wait for them is ours: tokio would wait first and drop the tasks
    // of this thread afterwards, for one of which blocking code may be waiting.
    runtime.shutdown_background();
    let running = threads.wait(BLOCKING_GRACE);
    if running > 0 {
        let them = if running == 1 { "a thread".to_owned() } else { format!("{running} threads") };
        harness::tell(&format!(
            "{them} of the test's tokio runtime still ran blocking code {BLOCKING_GRACE:?} after its end, and was left behind"
        ));
    }
    true
}

/// Makes the runtime of the test.
fn made(kind: Tokio) -> Rc<OfTest> {
    let mut builder = match kind {
        Tokio::CurrentThread { .. } => Builder::new_current_thread(),
        Tokio::MultiThread { .. } => Builder::new_multi_thread(),
    };
    match kind {
        Tokio::MultiThread { worker_threads: Some(count) } => builder.worker_threads(count),
        Tokio::CurrentThread { start_paused: true } => builder.start_paused(true),
        Tokio::MultiThread { worker_threads: None } | Tokio::CurrentThread { start_paused: false } => &mut builder,
    };
    builder.enable_all();
    let threads = Arc::new(Threads::default());
    let (starting, ending) = (Arc::clone(&threads), Arc::clone(&threads));
    // A thread is named by the one that starts it. Counted when it runs, one that is only beginning would be missed.
    builder.thread_name_fn(move || {
        starting.start();
        "tokio-rt-worker".to_owned()
    });
    builder.on_thread_stop(move || ending.end());
    if let Some(inherited) = harness::inherited_by_pool() {
        builder.on_thread_start(move || inherited.work_in_pool());
    }
    let runtime = builder.build().unwrap_or_else(|error| panic!("the test's tokio runtime cannot be started: {error}"));
    let of_test = Rc::new(OfTest { runtime, kind, threads });
    OF_TEST.set(Some(Rc::clone(&of_test)));
    of_test
}

/// Drives a future on this thread, which may run spawned tasks meanwhile: what panics there is not the test itself.
fn drive<F: Future>(runtime: &Runtime, future: F) -> F::Output {
    let aside = Aside::begin();
    let mut future = pin!(future);
    runtime.block_on(poll_fn(|context| aside.back_to_test(|| future.as_mut().poll(context))))
}

impl Tokio {
    /// For a message.
    fn words(self) -> String {
        match self {
            Self::CurrentThread { start_paused: false } => "one on the test's thread".to_owned(),
            Self::CurrentThread { start_paused: true } => "one on the test's thread with its time paused".to_owned(),
            Self::MultiThread { worker_threads: None } => "one with several threads".to_owned(),
            Self::MultiThread { worker_threads: Some(count) } => format!("one with worker_threads = {count}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;
    use std::time::Instant;

    use tokio::runtime::Handle;
    use tokio::sync::oneshot;
    use tokio::task;

    use super::*;

    const MULTI: Tokio = Tokio::MultiThread { worker_threads: Some(2) };

    /// Notes when it is dropped.
    struct Dropped(Arc<AtomicU32>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn tasks_that_are_left_end_with_the_test() {
        for kind in [DEFAULT, MULTI] {
            let drops = Arc::new(AtomicU32::new(0));
            let (waiting, sleeping) = (Dropped(Arc::clone(&drops)), Dropped(Arc::clone(&drops)));
            block_on_with(kind, async {
                tokio::spawn(async move {
                    let _waiting = waiting;
                    std::future::pending::<()>().await;
                });
                tokio::spawn(async move {
                    let _sleeping = sleeping;
                    tokio::time::sleep(Duration::from_secs(3600)).await;
                });
                task::yield_now().await;
            });
            assert!(end_test());
            assert_eq!(drops.load(Ordering::Relaxed), 2, "{kind:?}");
            assert!(!end_test(), "it is gone");
        }
    }

    #[test]
    fn blocking_code_is_waited_for_also_if_it_waits_for_a_task() {
        for kind in [DEFAULT, MULTI] {
            let drops = Arc::new(AtomicU32::new(0));
            let done = Dropped(Arc::clone(&drops));
            let started = Instant::now();
            block_on_with(kind, async {
                let (send, receive) = oneshot::channel::<()>();
                tokio::spawn(async move {
                    std::future::pending::<()>().await;
                    drop(send);
                });
                task::spawn_blocking(move || {
                    assert!(receive.blocking_recv().is_err());
                    thread::sleep(Duration::from_millis(20));
                    drop(done);
                });
            });
            end_test();
            assert_eq!(drops.load(Ordering::Relaxed), 1, "{kind:?}");
            assert!(started.elapsed() < BLOCKING_GRACE, "{kind:?}");
        }
    }

    #[test]
    fn blocking_code_without_end_is_left_behind() {
        let started = Instant::now();
        block_on(async {
            task::spawn_blocking(thread::park);
        });
        assert!(end_test());
        assert!((BLOCKING_GRACE..BLOCKING_GRACE * 5).contains(&started.elapsed()));
    }

    #[test]
    fn every_thread_of_a_runtime_is_counted_once() {
        let of_test = made(MULTI);
        let blocking = of_test.runtime.spawn_blocking(|| ());
        drive(&of_test.runtime, blocking).unwrap();
        assert_eq!(*of_test.threads.running(), 3);
        let threads = Arc::clone(&of_test.threads);
        drop(of_test);
        end_test();
        assert_eq!(*threads.running(), 0);
    }

    #[test]
    fn a_test_has_one_runtime() {
        let first = block_on_with(MULTI, async { Handle::current().id() });
        assert_eq!(block_on(async { Handle::current().id() }), first);
        let again = std::panic::catch_unwind(|| {
            block_on_with(Tokio::CurrentThread { start_paused: true }, async {});
        });
        let message = *again.unwrap_err().downcast::<String>().unwrap();
        assert_eq!(
            message,
            "a fixture and its test, or two fixtures of a test, ask for different tokio runtimes: one with \
             worker_threads = 2 and one on the test's thread with its time paused\na test has one runtime: ask for it at \
             the test, and leave it away at its fixtures"
        );
        end_test();
        assert_ne!(block_on_with(MULTI, async { Handle::current().id() }), first);
        end_test();
    }

    #[test]
    fn tasks_of_the_process_go_on_without_anyone_waiting() {
        let (send, receive) = std::sync::mpsc::channel();
        block_on_shared(async {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(5)).await;
                send.send(thread::current().name().map(str::to_owned)).unwrap();
            });
        });
        assert!(!end_test(), "it is not the test's");
        assert_eq!(receive.recv().unwrap().as_deref(), Some(SHARED_THREAD));
        assert!(SHARED_THREAD.len() < 16);
    }
}
