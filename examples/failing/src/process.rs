//! Endings that reach below Rust: signals, descriptors, processes.

use std::env;
use std::process::{Command, Stdio};

/// The highest descriptor that is closed, occupied or written to, exclusive.
const DESCRIPTORS: i32 = 256;

/// Sends itself SIGKILL.
pub fn kill_self() {
    // SAFETY: raise has no preconditions; nothing after it runs.
    unsafe { libc::raise(libc::SIGKILL) };
}

/// Reads through a null pointer: SIGSEGV.
pub fn dereference_null() -> u8 {
    let nowhere = std::hint::black_box(std::ptr::null::<libc::c_char>());
    // SAFETY: none, on purpose: strlen reads through the null pointer, which the system answers with SIGSEGV.
    let length = unsafe { libc::strlen(nowhere) };
    u8::from(length == 0)
}

/// Closes every descriptor from `first` on.
pub fn close_descriptors(first: i32) {
    for descriptor in first..DESCRIPTORS {
        // SAFETY: unsound for owners elsewhere in the process, which is the point; no memory is touched.
        unsafe { libc::close(descriptor) };
    }
}

/// Closes every descriptor from `first` on, then opens `/dev/null` in the places of the first few.
pub fn occupy_descriptors(first: i32) {
    close_descriptors(first);
    for _ in 0..8 {
        // SAFETY: the path is a C string; the descriptor is left open on purpose.
        unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) };
    }
}

/// Writes a line of nonsense into every descriptor from 3 on.
pub fn write_to_descriptors() {
    let nonsense = b"{\"nonsense\": tru\n";
    for descriptor in 3..DESCRIPTORS {
        // SAFETY: the pointer and the length belong to one slice.
        unsafe { libc::write(descriptor, nonsense.as_ptr().cast(), nonsense.len()) };
    }
}

/// Starts a process that outlives the test and holds its standard streams open.
///
/// # Panics
/// If there is no `sleep`.
pub fn leave_child() {
    let child = Command::new("sleep").arg("30").stdin(Stdio::null()).spawn().expect("`sleep` is everywhere on Unix");
    std::mem::forget(child);
}

/// Runs the one test of the running binary whose name contains `part` in a process of its own; whether it passed.
///
/// # Panics
/// If the binary cannot be started.
pub fn run_in_own_binary(part: &str) -> bool {
    let program = env::current_exe().expect("a running program has a path");
    let output = Command::new(program).arg(part).output().expect("the binary is still there");
    output.status.success() && String::from_utf8_lossy(&output.stdout).contains("1 passed")
}
