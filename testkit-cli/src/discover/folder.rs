//! Folders collected by `discover_files!()`: whether a binary still holds the files that are there.
//!
//! The compiler does not see a new file beside the macro, so the command looks, and makes Cargo rebuild.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use camino::Utf8Path;
use testkit_protocol::record::FolderRecord;
use testkit_protocol::test_files::{self, test_files};

/// How a folder differs from what was compiled; paths relative to the folder, with `/`, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FolderChanges {
    pub(crate) added: Vec<String>,
    pub(crate) removed: Vec<String>,
}

impl FolderChanges {
    /// Whether the binary holds just the files that are there.
    pub(crate) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// Why a folder could not be compared, or its binary not be made to rebuild.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    #[error(transparent)]
    Read(#[from] test_files::FolderError),
    #[error("failed to touch `{}`, so that Cargo rebuilds it: {source}; save it once more", path.display())]
    Touch { path: PathBuf, source: std::io::Error },
}

/// Compares the recorded files with the folder today. A folder that is not there, as when the binary was built on
/// another machine, has no changes.
pub(crate) fn changes(record: &FolderRecord) -> Result<FolderChanges, FolderError> {
    let folder = Path::new(&record.folder);
    if !folder.is_dir() {
        return Ok(FolderChanges::default());
    }
    let today: BTreeSet<String> = test_files(folder, &record.patterns, &record.root)?.into_iter().collect();
    let compiled: BTreeSet<String> = record.files.iter().cloned().collect();
    Ok(FolderChanges {
        added: today.difference(&compiled).cloned().collect(),
        removed: compiled.difference(&today).cloned().collect(),
    })
}

/// Makes Cargo rebuild the binary with the next build: the file that holds the macro is as if just saved.
///
/// `workspace_root` is where relative paths given to the compiler count from.
pub(crate) fn make_stale(record: &FolderRecord, workspace_root: &Utf8Path) -> Result<(), FolderError> {
    let root = Path::new(&record.folder).join(&record.root);
    let path = if root.is_file() { root } else { workspace_root.as_std_path().join(&record.file) };
    let touch = || File::options().append(true).open(&path)?.set_modified(SystemTime::now());
    touch().map_err(|source| FolderError::Touch { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_new_and_missing_files() {
        let folder = tempfile::tempdir().unwrap();
        let present = ["all.rs", "test_a.rs", "sub/b_test.rs", "sub/other.rs", ".h/test_x.rs", "target/test_y.rs"];
        for path in present {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let mut record = FolderRecord {
            file: "tests/all.rs".to_owned(),
            folder: folder.path().to_str().unwrap().to_owned(),
            patterns: vec!["test_*.rs".to_owned(), "*_test.rs".to_owned(), "all.rs".to_owned()],
            files: vec!["sub/b_test.rs".to_owned(), "test_a.rs".to_owned()],
            root: "all.rs".to_owned(),
        };
        assert!(changes(&record).unwrap().is_empty());
        record.files = vec!["gone/test_c.rs".to_owned(), "test_a.rs".to_owned()];
        let got = changes(&record).unwrap();
        assert_eq!(got.added, ["sub/b_test.rs"]);
        assert_eq!(got.removed, ["gone/test_c.rs"]);

        let root = folder.path().join("all.rs");
        let long_ago = SystemTime::UNIX_EPOCH;
        File::options().append(true).open(&root).unwrap().set_modified(long_ago).unwrap();
        make_stale(&record, Utf8Path::new("/nowhere")).unwrap();
        assert!(root.metadata().unwrap().modified().unwrap() > long_ago);

        record.folder = "/not/there".to_owned();
        assert!(changes(&record).unwrap().is_empty());
    }
}
