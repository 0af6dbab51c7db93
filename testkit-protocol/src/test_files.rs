//! Which files `discover_files!()` collects: asked by the macro when it makes them modules, by the generated test and by
//! the command when they look whether those are still the files that are there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::name_pattern::matches_any;

/// Why a folder's test files are not known.
#[derive(Debug)]
pub struct FolderError {
    /// The folder that cannot be read, or one below it.
    pub folder: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl std::fmt::Display for FolderError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "cannot read the folder {}: {}", self.folder.display(), self.source)
    }
}

impl std::error::Error for FolderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// The files below `folder` whose names match one of `patterns`, as paths relative to it with `/`, sorted; `root`, the
/// file with the macro, left out.
///
/// Hidden names, folders called `target`, folders that are packages of their own, and links to folders (they may lead in
/// circles) are passed over, as are names that are not UTF-8, which cannot become modules.
///
/// # Errors
/// If one of the folders cannot be read.
pub fn test_files<P: AsRef<str>>(folder: &Path, patterns: &[P], root: &str) -> Result<Vec<String>, FolderError> {
    let mut files = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        let failed = |source| FolderError { folder: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if name.starts_with('.') {
                continue;
            }
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                if name != "target" && !entry.path().join("Cargo.toml").exists() {
                    folders.push((entry.path(), format!("{prefix}{name}/")));
                }
            } else if matches_any(patterns, &name) && (kind.is_file() || entry.path().is_file()) {
                files.push(format!("{prefix}{name}"));
            }
        }
    }
    files.retain(|file| file != root);
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_files_of_the_package_alone() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for path in [
            "test_a.rs",
            "test_root.rs",
            "math_test.rs",
            "main.rs",
            ".test_hidden.rs",
            "deep/er/test_b.rs",
            "deep/test_root.rs",
            "target/test_c.rs",
            ".git/test_d.rs",
            "other/Cargo.toml",
            "other/test_e.rs",
        ] {
            put(path);
        }
        let patterns = ["test_*.rs", "*_test.rs"];
        let found = test_files(folder.path(), &patterns, "test_root.rs").unwrap();
        assert_eq!(found, ["deep/er/test_b.rs", "deep/test_root.rs", "math_test.rs", "test_a.rs"]);
        let missing = test_files(&folder.path().join("nowhere"), &patterns, "").unwrap_err().to_string();
        assert!(missing.starts_with("cannot read the folder ") && missing.contains("nowhere"), "{missing}");
    }

    #[cfg(unix)]
    #[test]
    fn follows_links_to_files_only() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("elsewhere.rs"), "").unwrap();
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
        link("elsewhere.rs", "test_link.rs");
        link("nowhere.rs", "test_dangling.rs");
        link(".", "test_circle.rs");
        link(".", "circle");
        assert_eq!(test_files(folder.path(), &["test_*.rs"], "").unwrap(), ["test_link.rs"]);
    }
}
