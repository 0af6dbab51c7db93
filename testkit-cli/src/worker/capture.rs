//! Where a process writes its output, and how it is read back.
//!
//! On Linux a file in memory that only grows: the process appends, we read by offset, so the output of a test is what
//! lies between two sizes. What has been read or will never be shown is punched out of the file, so that a flood of
//! output costs neither memory nor disk.

use std::fs::File;
use std::io;
use std::process::Stdio;

use testkit_protocol::event::Captured;

/// What is kept of the beginning of an attempt's output, in bytes, and as much of its end.
const KEPT: u64 = 64 * 1024;
/// Less than this is not worth punching out.
const WORTHWHILE: u64 = 4 * 1024 * 1024;

/// One captured stream of a process.
#[derive(Debug)]
pub(crate) struct Capture {
    file: File,
    /// Everything before this offset has been given back to the system.
    released: u64,
}

impl Capture {
    /// A new, empty stream.
    ///
    /// # Errors
    /// If the system has no file to give.
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { file: new_file()?, released: 0 })
    }

    /// The end that a process writes to.
    ///
    /// # Errors
    /// If no descriptor is left.
    pub(crate) fn stdio(&self) -> io::Result<Stdio> {
        Ok(self.file.try_clone()?.into())
    }

    /// How much has been written so far, in bytes.
    pub(crate) fn end(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    /// Reads what was written between two offsets, without the middle if that is long.
    pub(crate) fn read(&self, from: u64, to: u64) -> Captured {
        let to = to.min(self.end());
        let bytes = to.saturating_sub(from);
        let whole = bytes <= 2 * KEPT;
        let head_end = if whole { to } else { from + KEPT };
        let head = text(self.read_bytes(from, head_end));
        let tail = if whole { String::new() } else { text(self.read_bytes(to - KEPT, to)) };
        let omitted = if whole { 0 } else { bytes - 2 * KEPT };
        Captured { bytes, head, omitted, tail, approximate: false }
    }

    /// Reads everything between two offsets; for output of ours in which results are looked for.
    pub(crate) fn read_bytes(&self, from: u64, to: u64) -> Vec<u8> {
        let mut buffer = vec![0; usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX)];
        let mut filled = 0;
        while filled < buffer.len() {
            match read_at(&self.file, &mut buffer[filled..], from + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // What cannot be read is shown as missing: the verdict does not depend on it.
                Err(_) => break,
            }
        }
        buffer.truncate(filled);
        buffer
    }

    /// Nothing before `offset` will be read any more.
    pub(crate) fn release(&mut self, offset: u64) {
        if offset.saturating_sub(self.released) >= WORTHWHILE {
            punch(&self.file, self.released, offset);
            self.released = offset;
        }
    }

    /// The running test began at `from`: if it floods, only the beginning and the end of its output are kept.
    pub(crate) fn trim(&mut self, from: u64) {
        let keep_until = from.max(self.released) + KEPT;
        let end = self.end();
        if end.saturating_sub(KEPT) > keep_until + WORTHWHILE {
            punch(&self.file, keep_until, end - KEPT);
        }
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(target_os = "linux")]
fn new_file() -> io::Result<File> {
    use rustix::fs::{MemfdFlags, OFlags, fcntl_setfl, memfd_create};
    match memfd_create("testkit output", MemfdFlags::CLOEXEC) {
        Ok(descriptor) => {
            fcntl_setfl(&descriptor, OFlags::APPEND)?;
            Ok(descriptor.into())
        }
        Err(_) => temporary_file(),
    }
}

#[cfg(not(target_os = "linux"))]
fn new_file() -> io::Result<File> {
    temporary_file()
}

/// A file without a name, opened for appending.
fn temporary_file() -> io::Result<File> {
    let named = tempfile::NamedTempFile::new()?;
    let file = File::options().read(true).append(true).open(named.path())?;
    Ok(file)
}

#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// Gives a range of the file back to the system; it reads as zeros from then on. Best effort: without it, the file is
/// just large until its process ends.
#[cfg(target_os = "linux")]
fn punch(file: &File, from: u64, to: u64) {
    use rustix::fs::{FallocateFlags, fallocate};
    let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    let _ = fallocate(file, flags, from, to.saturating_sub(from));
}

#[cfg(not(target_os = "linux"))]
fn punch(_file: &File, _from: u64, _to: u64) {}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_flood_keeps_its_two_ends() {
        let mut capture = Capture::new().unwrap();
        let mut writer = capture.file.try_clone().unwrap();
        writer.write_all(b"before").unwrap();
        writer.write_all(b"HEAD").unwrap();
        for _ in 0..40 {
            writer.write_all(&vec![b'x'; 1024 * 1024]).unwrap();
            capture.trim(6);
        }
        writer.write_all(b"T\xffIL").unwrap();
        let captured = capture.read(6, capture.end());
        assert_eq!(captured.bytes, 40 * 1024 * 1024 + 8);
        assert!(captured.head.starts_with("HEADxxx") && captured.head.ends_with("xxx"));
        assert!(captured.tail.starts_with("xxx") && captured.tail.ends_with("T\u{fffd}IL"));
        assert_eq!(captured.omitted, captured.bytes - 2 * KEPT);
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::fs::MetadataExt as _;
            let held = capture.file.metadata().unwrap().blocks() * 512;
            assert!(held < 16 * 1024 * 1024, "{held} bytes are held of 40 MiB");
        }
    }

    #[test]
    fn small_output_is_whole() {
        let capture = Capture::new().unwrap();
        capture.file.try_clone().unwrap().write_all(b"one\ntwo\n").unwrap();
        let captured = capture.read(4, capture.end());
        assert_eq!((captured.head.as_str(), captured.omitted, captured.bytes), ("two\n", 0, 4));
    }
}
