//! Endings that need no `unsafe`.

use std::error::Error;
use std::fmt;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use std::{env, fs, thread};

/// A panic payload that is no text.
#[derive(Debug)]
pub struct Payload(pub u32);

/// An error with two sources below it.
#[derive(Debug)]
pub struct ReadError {
    what: &'static str,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl fmt::Display for ReadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.what)
    }
}

impl Error for ReadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// Fails always, with a chain of three errors.
///
/// # Errors
/// Always.
pub fn read_settings() -> Result<(), ReadError> {
    let root = io::Error::new(io::ErrorKind::NotFound, "no such file: settings.toml");
    let middle = ReadError { what: "failed to open the file", source: Some(root.into()) };
    Err(ReadError { what: "failed to read the settings", source: Some(middle.into()) })
}

/// Panics when dropped; during a panic that aborts the process.
#[derive(Debug)]
pub struct DoublePanic;

impl Drop for DoublePanic {
    fn drop(&mut self) {
        panic!("a panic in drop");
    }
}

/// Whether no test of this process has asked before.
pub fn is_first_in_process() -> bool {
    static ASKED: AtomicBool = AtomicBool::new(false);
    !ASKED.swap(true, Ordering::SeqCst)
}

/// Calls itself until the stack is used up.
pub fn overflow_stack(depth: u64) -> u64 {
    if depth == u64::MAX {
        return 0;
    }
    let page = black_box([depth; 512]);
    overflow_stack(depth + 1) + page[0]
}

/// Sleeps for an hour: no test takes that long.
pub fn sleep_for_an_hour() {
    thread::sleep(Duration::from_secs(3600));
}

/// Writes numbered lines of 80 bytes to both streams, about `bytes` to each.
pub fn flood(bytes: usize) {
    let (mut stdout, mut stderr) = (io::stdout().lock(), io::stderr().lock());
    for number in 0..bytes / 80 {
        // One write a line. Failures are left to the reader of the output to notice.
        let _ = stdout.write_all(format!("{number:>20} {:o>58}\n", "").as_bytes());
        let _ = stderr.write_all(format!("{number:>20} {:e>58}\n", "").as_bytes());
    }
}

/// Writes bytes that are not UTF-8 to both streams.
pub fn write_invalid_utf8() {
    let _ = io::stdout().write_all(b"out \xff\xfe\xc3( end\n");
    let _ = io::stderr().write_all(b"err \xff\xfe\xc3( end\n");
}

/// Makes a folder, makes it the working directory, and deletes it.
///
/// # Panics
/// If one of the three is not allowed.
pub fn leave_directory() {
    let folder = env::temp_dir().join(format!("testkit-failing-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("folders can be made among the temporary files");
    env::set_current_dir(&folder).expect("a new folder can be entered");
    fs::remove_dir(&folder).expect("an empty folder can be deleted");
}

/// Starts a thread that outlives the test.
pub fn leave_thread() {
    thread::spawn(sleep_for_an_hour);
}
