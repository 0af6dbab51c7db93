//! The pause between two attempts of an `eventually!` that awaits.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A future that is ready after a time, on any executor.
///
/// Timers belong to executors, and nobody knows by which one this is polled: a thread of its own wakes it.
pub struct Pause {
    until: Instant,
    alarm: Arc<Alarm>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Alarm {
    waker: Mutex<Option<Waker>>,
    is_off: AtomicBool,
}

impl Pause {
    pub(super) fn of(time: Duration) -> Self {
        Self { until: Instant::now() + time, alarm: Arc::default(), thread: None }
    }

    fn end_thread(&mut self) {
        self.alarm.is_off.store(true, Ordering::Release);
        let Some(thread) = self.thread.take() else { return };
        thread.thread().unpark();
        // To be woken may have been the end of the task, and of this with it: then the thread is this one.
        if thread.thread().id() != thread::current().id() {
            // It does nothing that could panic, and what a test has started should be over with it.
            let _ = thread.join();
        }
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // Before the time is looked at: the thread may ring in between, and has to find this one.
        *self.alarm.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            self.end_thread();
            return Poll::Ready(());
        }
        if self.thread.is_none() {
            let (until, alarm) = (self.until, Arc::clone(&self.alarm));
            let thread = thread::Builder::new().name("eventually".to_owned());
            let Ok(thread) = thread.spawn(move || alarm.ring_at(until)) else {
                // There is no thread to be had: the others have to wait.
                thread::sleep(left);
                return Poll::Ready(());
            };
            self.thread = Some(thread);
        }
        Poll::Pending
    }
}

impl Drop for Pause {
    fn drop(&mut self) {
        self.end_thread();
    }
}

impl Alarm {
    fn ring_at(&self, until: Instant) {
        while !self.is_off.load(Ordering::Acquire) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let waker = self.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(waker) = waker {
                    waker.wake();
                }
                return;
            }
            thread::park_timeout(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::mpsc::{Sender, channel};
    use std::task::Wake;

    use super::*;

    /// Says that it was woken, and by which of several wakers.
    struct Told(u8, Mutex<Sender<u8>>);

    impl Wake for Told {
        fn wake(self: Arc<Self>) {
            self.1.lock().unwrap().send(self.0).unwrap();
        }
    }

    #[test]
    fn the_last_waker_is_woken_when_the_time_is_over() {
        let (sender, told) = channel();
        let wakers = [1, 2].map(|number| Waker::from(Arc::new(Told(number, Mutex::new(sender.clone())))));
        let started = Instant::now();
        let mut pause = pin!(Pause::of(Duration::from_millis(20)));
        for waker in &wakers {
            assert_eq!(pause.as_mut().poll(&mut Context::from_waker(waker)), Poll::Pending);
        }
        assert_eq!(told.recv_timeout(Duration::from_secs(20)), Ok(2));
        assert_eq!(pause.as_mut().poll(&mut Context::from_waker(&wakers[0])), Poll::Ready(()));
        assert!(started.elapsed() >= Duration::from_millis(20));
    }

    /// Ends what is paused when it is woken, as an executor does with a task that nobody else holds.
    struct Holder(Mutex<Option<Pin<Box<Pause>>>>, Mutex<Sender<()>>);

    impl Wake for Holder {
        fn wake(self: Arc<Self>) {
            drop(self.0.lock().unwrap().take());
            self.1.lock().unwrap().send(()).unwrap();
        }
    }

    #[test]
    fn the_thread_that_wakes_may_end_the_pause() {
        let (sender, ended) = channel();
        let holder = Arc::new(Holder(Mutex::new(None), Mutex::new(sender)));
        let waker = Waker::from(Arc::clone(&holder));
        let mut pause = Box::pin(Pause::of(Duration::from_millis(20)));
        assert_eq!(pause.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending);
        *holder.0.lock().unwrap() = Some(pause);
        assert_eq!(ended.recv_timeout(Duration::from_secs(20)), Ok(()));
    }

    #[test]
    fn a_pause_that_is_dropped_is_over() {
        let mut pause = Box::pin(Pause::of(Duration::from_secs(3600)));
        assert_eq!(pause.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
        drop(pause);
    }
}
