//! What tests do on tokio. They are written as expanded code would be: the future is handed to `block_on`.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, OnceLock};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use testkit::__private::{Runtime, block_on, block_on_shared, choose, smol_runtime, tokio_runtime};
use testkit::prelude::*;
use testkit::{assert, assert_eq, assert_panics, check, eventually};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Handle, RuntimeFlavor};

testkit::discover!();

static CURRENT: Runtime = tokio_runtime!(CurrentThread { start_paused: false });
static PAUSED: Runtime = tokio_runtime!(CurrentThread { start_paused: true });
static MULTI: Runtime = tokio_runtime!(MultiThread { worker_threads: Some(3) });
static MULTI_AS_CORES: Runtime = tokio_runtime!(MultiThread { worker_threads: None });
static SMOL: Runtime = smol_runtime!();
static DEFAULT: Runtime = Runtime::Default;

fn test_the_default_is_tokio_on_this_thread() {
    let own = thread::current().id();
    block_on(&DEFAULT, async {
        assert!(Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread);
        let spawned = tokio::spawn(async { thread::current().id() });
        assert!(thread::current().id() == own && spawned.await.unwrap() == own);
    });
}

fn test_several_threads() {
    block_on(&MULTI, async {
        assert!(Handle::current().metrics().num_workers() == 3);
        // Passes only if three tasks run at a time.
        let barrier = Arc::new(Barrier::new(3));
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let barrier = Arc::clone(&barrier);
                tokio::spawn(async move {
                    barrier.wait();
                    thread::current().id()
                })
            })
            .collect();
        let mut threads: HashSet<ThreadId> = HashSet::from([thread::current().id()]);
        for task in tasks {
            threads.insert(task.await.unwrap());
        }
        assert!(threads.len() == 4);
    });
}

fn test_as_many_threads_as_cores() {
    let cores = thread::available_parallelism().unwrap().get();
    block_on(&MULTI_AS_CORES, async { assert!(Handle::current().metrics().num_workers() == cores) });
}

fn test_paused_time_jumps() {
    let started = Instant::now();
    block_on(&PAUSED, async {
        let before = tokio::time::Instant::now();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert!(before.elapsed() >= Duration::from_secs(3600));
    });
    assert!(started.elapsed() < Duration::from_secs(60));
}

fn test_a_fixture_is_driven_by_the_runtime_of_its_test() {
    choose(&MULTI);
    let of_fixture = block_on(&DEFAULT, async { (Handle::current().id(), Handle::current().metrics().num_workers()) });
    let of_test = block_on(&MULTI, async { (Handle::current().id(), Handle::current().metrics().num_workers()) });
    assert_eq!(of_fixture, of_test);
}

fn test_what_a_fixture_spawns_runs_in_its_test() {
    let (task,) = block_on(&DEFAULT, async {
        let task = tokio::spawn(async {
            tokio::task::yield_now().await;
            7
        });
        (task,)
    });
    assert!(block_on(&CURRENT, task).unwrap() == 7);
}

fn test_two_runtimes_of_one_test() {
    block_on(&CURRENT, async {});
    let message = assert_panics!(block_on(&MULTI, async {}));
    assert!(message.ends_with("ask for it at the test, and leave it away at its fixtures"), "{message}");
    // smol stands beside it.
    assert!(block_on(&SMOL, async { Handle::try_current().is_err() }));
}

fn test_one_inside_of_another_is_tokios_own_panic() {
    let message = assert_panics!(block_on(&CURRENT, async { block_on(&CURRENT, async {}) }));
    assert!(message.starts_with("Cannot start a runtime from within a runtime."));
}

#[should_panic(expected = "through the future")]
fn test_a_panic_goes_through() {
    block_on(&MULTI, async {
        tokio::task::yield_now().await;
        panic!("through the future");
    });
}

#[xfail("to see that it fails", panics = "found on a thread of the runtime")]
fn test_a_check_on_a_thread_of_the_runtime_is_the_tests() {
    block_on(&MULTI, async {
        let goes_on = tokio::spawn(async {
            check!(1 + 1 == 3, "found on a thread of the runtime");
            true
        });
        assert!(goes_on.await.unwrap(), "a check does not end the task");
    });
}

fn test_skip_ends_it_as_skipped() {
    block_on(&MULTI, async {
        tokio::task::yield_now().await;
        testkit::skip!("as asked");
    });
    panic!("it is skipped before");
}

/// What a session fixture gives: the address of a server whose tasks run on the runtime of the process.
fn server() -> std::net::SocketAddr {
    static ADDRESS: OnceLock<std::net::SocketAddr> = OnceLock::new();
    *ADDRESS.get_or_init(|| {
        block_on_shared(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move {
                loop {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(async move {
                        let (mut reader, mut writer) = stream.split();
                        tokio::io::copy(&mut reader, &mut writer).await.unwrap();
                    });
                }
            });
            address
        })
    })
}

async fn echoed(address: std::net::SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut echo = String::new();
    stream.read_to_string(&mut echo).await.unwrap();
    echo
}

fn test_a_shared_server_from_one_thread() {
    let address = server();
    assert!(block_on(&CURRENT, echoed(address, "one")) == "one");
}

fn test_a_shared_server_from_several_threads() {
    let address = server();
    let echoes = block_on(&MULTI, async {
        let tasks: Vec<_> =
            (0..10).map(|number| tokio::spawn(async move { echoed(address, &format!("{number}")).await })).collect();
        let mut echoes = String::new();
        for task in tasks {
            echoes += &task.await.unwrap();
        }
        echoes
    });
    assert!(echoes == "0123456789");
}

fn test_a_shared_server_without_tokio() {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(server()).unwrap();
    stream.write_all(b"three").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut echo = String::new();
    stream.read_to_string(&mut echo).unwrap();
    assert!(echo == "three");
}

#[cfg(unix)]
fn test_a_signal() {
    signalled();
}

#[cfg(unix)]
fn test_a_signal_again() {
    signalled();
}

#[cfg(unix)]
fn signalled() {
    block_on(&CURRENT, async {
        let mut signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::user_defined1()).unwrap();
        assert!(
            std::process::Command::new("kill")
                .args(["-USR1", &std::process::id().to_string()])
                .status()
                .unwrap()
                .success()
        );
        signals.recv().await.unwrap();
    });
}

/// A flag that a task sets after a time.
fn set_later() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let of_task = Arc::clone(&flag);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(20)).await;
        of_task.store(true, Ordering::SeqCst);
    });
    flag
}

fn awaits_eventually(runtime: &'static Runtime) {
    fn assert_send<F: Send>(future: F) -> F {
        future
    }
    block_on(runtime, async {
        let flag = set_later();
        assert_send(async move {
            eventually!(async { flag.load(Ordering::SeqCst) }.await, within = "20s");
            eventually!(async { true }.await, within = "20s", "awaited {}", async { 1 }.await);
        })
        .await;
        let mutex = Arc::new(tokio::sync::Mutex::new(0));
        let of_task = Arc::clone(&mutex);
        tokio::spawn(async move { *of_task.lock().await = 1 });
        eventually!(*mutex.lock().await == 1, within = "20s", every = "1ms");
    });
}

fn test_eventually_awaits_on_one_thread() {
    awaits_eventually(&CURRENT);
}

fn test_eventually_awaits_where_time_is_paused() {
    awaits_eventually(&PAUSED);
}

fn test_eventually_awaits_on_several_threads() {
    awaits_eventually(&MULTI);
}

fn test_eventually_awaits_on_smol() {
    block_on(&SMOL, async {
        let started = Instant::now();
        eventually!(async { started.elapsed() > Duration::from_millis(30) }.await, within = "20s");
    });
}

fn test_eventually_without_await_says_what_stood_still() {
    let message = assert_panics!(block_on(&CURRENT, async {
        let flag = set_later();
        eventually!(flag.load(Ordering::SeqCst), within = "60ms");
    }));
    assert!(message.contains("the tasks of this test's runtime stood still meanwhile"));
    let message = assert_panics!(block_on(&CURRENT, async {
        eventually!(async { false }.await, within = "20ms", every = "1ms");
    }));
    assert!(message.contains("still so after") && !message.contains("stood still"));
}

fn test_eventually_without_await_where_other_threads_go_on() {
    block_on(&MULTI, async {
        let flag = set_later();
        eventually!(flag.load(Ordering::SeqCst), within = "20s");
    });
}
