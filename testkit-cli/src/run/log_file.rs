//! libtest's log file: followed as it grows, and, on Linux, the place where a batch can be stopped between two tests.
//!
//! libtest writes an entry when a test has ended and before the next begins, and gives up when it cannot. The file is
//! one in memory, which can be forbidden to grow: with just enough room made beforehand for `ok NAME` of the test that
//! is running, libtest writes that, fails to write the newline, and leaves before the next test. So tests behind a slow
//! one can be taken back without one of them being touched. Source: `F_SEAL_GROW` in fcntl(2); `write_log_result` in
//! library/test/src/console.rs of Rust 1.95.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use camino::{Utf8Path, Utf8PathBuf};

/// A log file. Clones are the same file.
#[derive(Clone, Debug)]
pub(super) struct LogFile {
    file: Arc<File>,
    path: Utf8PathBuf,
    can_stop: bool,
    /// Whether room was made that nothing may have been written to yet.
    has_room: Arc<AtomicBool>,
}

impl LogFile {
    /// A new, empty file; one on the disk at `fallback` where memory files cannot be had.
    ///
    /// # Errors
    /// Whatever the system says.
    pub(super) fn create(fallback: &Utf8Path) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(log) = Self::in_memory() {
            return Ok(log);
        }
        let file = File::options().read(true).write(true).create(true).truncate(true).open(fallback)?;
        Ok(Self { file: Arc::new(file), path: fallback.to_owned(), can_stop: false, has_room: Arc::default() })
    }

    #[cfg(target_os = "linux")]
    fn in_memory() -> Option<Self> {
        use std::os::fd::AsRawFd as _;

        use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
        let file = memfd_create("testkit log", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).ok()?;
        // Nobody may cut off what has been written, not even we.
        fcntl_add_seals(&file, SealFlags::SHRINK).ok()?;
        let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
        Some(Self { file: Arc::new(file.into()), path: path.into(), can_stop: true, has_room: Arc::default() })
    }

    /// The path by which libtest opens it.
    pub(super) fn path(&self) -> &Utf8Path {
        &self.path
    }

    /// Whether [`Self::stop_after`] works.
    pub(super) fn can_stop(&self) -> bool {
        self.can_stop
    }

    /// What was written from `offset` on. Room that was made and not yet written to is left out.
    pub(super) fn read_from(&self, offset: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut chunk = [0; 4096];
        // What cannot be read tells nothing; the end of the process tells enough.
        while let Ok(count @ 1..) = crate::worker::read_at(&self.file, &mut chunk, offset + bytes.len() as u64) {
            bytes.extend_from_slice(&chunk[..count]);
        }
        // Zeros that are not our room are what a test wrote here, and have to be seen as the nonsense they are.
        if self.has_room.load(Ordering::Acquire) {
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            bytes.truncate(end);
        }
        bytes
    }

    /// Makes libtest leave after the test `name`, which is running now; `read` is how many bytes of entries there are
    /// before it. False if the test has ended meanwhile, so that another one is running.
    #[cfg(target_os = "linux")]
    pub(super) fn stop_after(&self, name: &str, read: u64) -> bool {
        use rustix::fs::{SealFlags, fcntl_add_seals, ftruncate};
        let room = read + "ok ".len() as u64 + name.len() as u64;
        let is_current = self.file.metadata().is_ok_and(|metadata| metadata.len() == read);
        // If an entry was written since, this would be a cut, which is forbidden: then nothing happens.
        self.has_room.store(is_current, Ordering::Release);
        if !is_current || ftruncate(&*self.file, room).is_err() {
            return false;
        }
        let sealed = fcntl_add_seals(&*self.file, SealFlags::GROW).is_ok();
        // The test may have ended between the two calls; its newline tells.
        sealed && !self.read_from(read).ends_with(b"\n")
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn stop_after(&self, _name: &str, _read: u64) -> bool {
        false
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// Writes an entry as libtest does.
    fn write(file: &mut File, entry: &str) -> io::Result<()> {
        file.write_all(entry.as_bytes())?;
        file.write_all(b"\n")
    }

    #[test]
    fn a_stopped_log_takes_one_more_pass_and_no_newline() {
        let log = LogFile::create("unused".into()).unwrap();
        let mut libtest = File::create(log.path()).unwrap();
        write(&mut libtest, "ok a").unwrap();
        assert_eq!(log.read_from(0), b"ok a\n");
        assert!(log.stop_after("b", 5));
        assert_eq!(log.read_from(5), b"", "room is no entry");
        assert!(write(&mut libtest, "ok b").is_err());
        assert_eq!(log.read_from(5), b"ok b");
    }

    #[test]
    fn a_stopped_log_takes_no_failure() {
        let log = LogFile::create("unused".into()).unwrap();
        let mut libtest = File::create(log.path()).unwrap();
        assert!(log.stop_after("b", 0));
        assert!(write(&mut libtest, "failed b").is_err());
        assert_eq!(log.read_from(0), b"");
    }

    /// So nothing may be stopped before it has told that it has begun.
    #[test]
    fn libtest_cannot_open_a_log_that_was_stopped_before() {
        let log = LogFile::create("unused".into()).unwrap();
        assert!(log.stop_after("a", 0));
        assert!(File::create(log.path()).is_err());
    }

    #[test]
    fn a_test_that_has_ended_is_no_place_to_stop() {
        let log = LogFile::create("unused".into()).unwrap();
        let mut libtest = File::create(log.path()).unwrap();
        write(&mut libtest, "ok a").unwrap();
        assert!(!log.stop_after("a", 0));
        write(&mut libtest, "ok b").unwrap();
        assert_eq!(log.read_from(0), b"ok a\nok b\n");
    }
}
