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
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It does nothing that could panic, and what a test has started should be over with it.
            let _ = thread.join();
        }
    }
}

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if Instant::now() >= self.until {
            self.end_thread();
            return Poll::Ready(());
        }
        *self.alarm.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        if self.thread.is_none() {
            let (until, alarm) = (self.until, Arc::clone(&self.alarm));
            self.thread = Some(thread::spawn(move || alarm.ring_at(until)));
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
