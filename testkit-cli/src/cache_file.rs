//! Small files that spare work: where they are, when they are out of date, how they are written.
//!
//! A cache may always be missing, torn or of another version; then it is as if it were not there. Nothing here is an
//! error.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Version of the form of all cache files; another one is not read.
const FORM: u32 = 1;

/// What tells one state of a file from the next without reading it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct FileStamp {
    path: PathBuf,
    /// `None` if there is no such file, which is a state as well.
    state: Option<FileState>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct FileState {
    /// In bytes.
    size: u64,
    /// Seconds and nanoseconds since 1970.
    modified: (u64, u32),
    /// 0 where the platform has none.
    inode: u64,
}

impl FileStamp {
    /// The state of the file at `path` now.
    pub(crate) fn of(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let state = std::fs::metadata(&path).ok().map(|metadata| {
            let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            FileState {
                size: metadata.len(),
                modified: modified.map_or((0, 0), |since| (since.as_secs(), since.subsec_nanos())),
                inode: inode(&metadata),
            }
        });
        Self { path, state }
    }

    /// Whether the file is as it was.
    pub(crate) fn is_current(&self) -> bool {
        *self == Self::of(self.path.clone())
    }

    /// Whether there was a file.
    pub(crate) fn exists(&self) -> bool {
        self.state.is_some()
    }
}

#[cfg(unix)]
fn inode(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

#[derive(Serialize, Deserialize)]
struct Envelope<K, V> {
    form: u32,
    /// Version of the command that wrote the file.
    version: String,
    key: K,
    value: V,
}

/// Reads the value at `path` if it was written by this version of the command under an equal key.
pub(crate) fn read<K: DeserializeOwned + PartialEq, V: DeserializeOwned>(path: &Path, key: &K) -> Option<V> {
    let text = std::fs::read(path).ok()?;
    let envelope: Envelope<K, V> = serde_json::from_slice(&text).ok()?;
    (envelope.form == FORM && envelope.version == env!("CARGO_PKG_VERSION") && envelope.key == *key)
        .then_some(envelope.value)
}

/// Writes `value` under `key`: whole or not at all, also when several commands write at once.
///
/// A cache that cannot be written is only slower, so failures are not reported.
pub(crate) fn write<K: Serialize, V: Serialize>(path: &Path, key: &K, value: &V) {
    let envelope = Envelope { form: FORM, version: env!("CARGO_PKG_VERSION").to_owned(), key, value };
    let Ok(text) = serde_json::to_vec(&envelope) else {
        return;
    };
    let Some(folder) = path.parent() else { return };
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&text)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    // A full or read-only disk is the tests' concern, not the cache's.
    let _ = write();
}

/// A file name for anything that can be hashed; equal for equal things.
pub(crate) fn file_name(subject: &impl Hash) -> String {
    // `DefaultHasher::new` has fixed keys. The key inside the file settles collisions.
    let mut hasher = DefaultHasher::new();
    subject.hash(&mut hasher);
    format!("{:016x}.json", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_equal_key_reads_what_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("below/cache.json");
        assert_eq!(read::<String, u32>(&path, &"key".to_owned()), None, "nothing written yet");
        write(&path, &"key", &7_u32);
        assert_eq!(read(&path, &"key".to_owned()), Some(7_u32));
        assert_eq!(read::<String, u32>(&path, &"other".to_owned()), None);
        std::fs::write(&path, "{\"form\":1,\"ver").unwrap();
        assert_eq!(read::<String, u32>(&path, &"key".to_owned()), None, "torn");
        write(&path, &"key", &8_u32);
        let old = std::fs::read_to_string(&path).unwrap().replace("\"form\":1", "\"form\":0");
        std::fs::write(&path, old).unwrap();
        assert_eq!(read::<String, u32>(&path, &"key".to_owned()), None, "old form");
    }

    #[test]
    fn a_stamp_sees_changes_and_appearance() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let absent = FileStamp::of(&path);
        assert!(absent.is_current() && !absent.exists());
        std::fs::write(&path, "1").unwrap();
        assert!(!absent.is_current());
        let present = FileStamp::of(&path);
        assert!(present.is_current() && present.exists());
        std::fs::write(&path, "12").unwrap();
        assert!(!present.is_current());
    }
}
