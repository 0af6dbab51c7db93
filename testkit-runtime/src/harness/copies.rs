//! Copies of this process that a test makes by `fork`.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static IS_COPY: AtomicBool = AtomicBool::new(false);

/// Begins to notice copies, once for all.
pub(super) fn watch() {
    extern "C" fn in_the_copy() {
        IS_COPY.store(true, Ordering::Relaxed);
    }
    static WATCHING: Once = Once::new();
    // SAFETY: the function lives as long as the process, and does nothing that may not be done between `fork` and `exec`.
    WATCHING.call_once(|| unsafe {
        // Where there is no memory for it, copies are not noticed.
        libc::pthread_atfork(None, None, Some(in_the_copy));
    });
}

/// Whether this process is a copy. One that was made without the C library is not noticed.
pub(super) fn is_copy() -> bool {
    IS_COPY.load(Ordering::Relaxed)
}

/// Ends a copy, without what was registered for the end of the original.
pub(super) fn leave(passed: bool) -> ! {
    // Elsewhere another thread may have held the lock of a stream, and will never let go of it here.
    if super::is_worker() {
        super::flush_streams();
    }
    let code = if passed { 0 } else { 101 };
    // SAFETY: ends the process.
    unsafe { libc::_exit(code) }
}
