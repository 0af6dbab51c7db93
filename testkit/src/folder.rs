//! Whether the modules that `discover_files!` made are still those of the folder.

use std::fs;
use std::path::Path;

/// Fails the test that calls it if files came or went since the binary was compiled; `file` holds the macro.
///
/// # Panics
/// If they did, or if the folder cannot be read.
pub fn check_folder(folder: &str, file: &str, patterns: &[&str], known: &[&str]) {
    let mut found = Vec::new();
    if let Err(error) = list(Path::new(folder), "", patterns, &mut found) {
        // The binary may run on another machine than the one that compiled it.
        assert!(!Path::new(folder).exists(), "{error}");
        return;
    }
    let root = file.rsplit(['/', '\\']).next().unwrap_or(file);
    found.retain(|name| name != root);
    found.sort();
    let added = found.iter().filter(|name| !known.contains(&name.as_str())).map(|name| format!("\n  new: {name}"));
    let removed =
        known.iter().filter(|name| !found.iter().any(|it| it == **name)).map(|name| format!("\n  removed: {name}"));
    let changes: String = added.chain(removed).collect();
    assert!(
        changes.is_empty(),
        "the test files of {folder} have changed since this binary was built:{changes}\n  touch {file} or run testkit"
    );
}

/// Appends the paths below `folder`, with `/`, of the files that match. The macro does the same.
fn list(folder: &Path, prefix: &str, patterns: &[&str], files: &mut Vec<String>) -> Result<(), String> {
    let cannot_read = |error| format!("cannot read the folder {}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(cannot_read)? {
        let entry = entry.map_err(cannot_read)?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let kind = entry.file_type().map_err(cannot_read)?;
        if kind.is_dir() {
            let is_other_package = entry.path().join("Cargo.toml").exists();
            if !name.starts_with('.') && name != "target" && !is_other_package {
                list(&entry.path(), &format!("{prefix}{name}/"), patterns, files)?;
            }
        } else if patterns.iter().any(|pattern| matches(pattern.as_bytes(), name.as_bytes())) {
            files.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}

/// Whether the whole of `name` matches `pattern`: `*` stands for any run of characters, `?` for one.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => matches(rest, name),
        (Some((b'*', rest)), Some((_, behind))) => matches(rest, name) || matches(pattern, behind),
        (Some((expected, rest)), Some((first, behind))) => {
            (*expected == b'?' || expected == first) && matches(rest, behind)
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}
