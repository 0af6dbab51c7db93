//! Whether the modules that `discover_files!` made are still those of the folder.

use std::path::Path;

use testkit_protocol::test_files::test_files;

/// Fails the test that calls it if files came or went since the binary was compiled; `file` holds the macro.
///
/// # Panics
/// If they did, or if the folder cannot be read.
pub fn check_folder(folder: &str, file: &str, patterns: &[&str], known: &[&str]) {
    let root = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let found = match test_files(Path::new(folder), patterns, root) {
        Ok(found) => found,
        Err(error) => {
            // The binary may run on another machine than the one that compiled it.
            assert!(!Path::new(folder).exists(), "{error}");
            return;
        }
    };
    let added = found.iter().filter(|name| !known.contains(&name.as_str())).map(|name| format!("\n  new: {name}"));
    let removed =
        known.iter().filter(|name| !found.iter().any(|it| it == **name)).map(|name| format!("\n  removed: {name}"));
    let changes: String = added.chain(removed).collect();
    assert!(
        changes.is_empty(),
        "the test files of {folder} have changed since this binary was built:{changes}\n  touch {file} or run testkit"
    );
}
