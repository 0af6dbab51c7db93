//! An executor for a thread that has nothing else to do: it sleeps until the future is woken.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Wakes the thread that drives a future.
struct Alarm {
    thread: Thread,
    /// Whether it has rung since the future was last polled. The thread's own token is not enough: a call inside of the
    /// future, on the same thread, would take it away.
    rings: AtomicBool,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rings.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Drives a future to its end.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let alarm = Arc::new(Alarm { thread: thread::current(), rings: AtomicBool::new(false) });
    let waker = Waker::from(Arc::clone(&alarm));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        while !alarm.rings.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    /// Is pending once, and woken by another thread after a time.
    fn woken_after(time: Duration) -> impl Future<Output = ()> {
        let mut is_woken = false;
        poll_fn(move |context| {
            if is_woken {
                return Poll::Ready(());
            }
            is_woken = true;
            let waker = context.waker().clone();
            thread::spawn(move || {
                thread::sleep(time);
                waker.wake();
            });
            Poll::Pending
        })
    }

    #[test]
    fn a_future_is_driven_to_its_end() {
        let value = block_on(async {
            woken_after(Duration::ZERO).await;
            woken_after(Duration::from_millis(20)).await;
            5
        });
        assert_eq!(value, 5);
    }

    #[test]
    fn a_future_that_wakes_itself_is_polled_again() {
        let mut left = 3;
        block_on(poll_fn(|context| {
            left -= 1;
            context.waker().wake_by_ref();
            if left == 0 { Poll::Ready(()) } else { Poll::Pending }
        }));
    }

    #[test]
    fn a_call_inside_of_the_future_does_not_take_its_wake_up_away() {
        let (send, receive) = mpsc::channel();
        let mut polls = 0;
        block_on(poll_fn(|context| {
            polls += 1;
            if polls == 2 {
                return Poll::Ready(());
            }
            // Wakes the outer future while the inner one sleeps.
            let waker = context.waker().clone();
            let send = send.clone();
            let outer = thread::spawn(move || {
                waker.wake();
                send.send(()).unwrap();
            });
            block_on(woken_after(Duration::from_millis(20)));
            outer.join().unwrap();
            Poll::Pending
        }));
        assert_eq!(receive.try_iter().count(), 1);
    }

    #[test]
    fn a_panic_goes_through() {
        let result = std::panic::catch_unwind(|| block_on(async { std::panic::resume_unwind(Box::new(7)) }));
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&7));
    }
}
