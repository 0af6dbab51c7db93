//! The files that a pattern such as `tests/data/**/*.json` stands for.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use testkit_protocol::name_pattern;

use super::package_folder;

/// A file that a case is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its path from the folder that the fixed part of the pattern names, with `/`, and without the extension if no other
    /// file differs in the extension alone.
    pub id: String,
}

/// The files that match a pattern, in the order of their names.
///
/// The pattern is a path from the package's folder, or an absolute one, with `/`. In its parts `*` stands for any
/// characters and `?` for one; a part `**` stands for any number of folders. Names that begin with a dot match only where
/// the pattern has the dot. `**` does not follow links to folders, which may lead in circles.
///
/// # Errors
/// If the folder named by the fixed part of the pattern does not exist, if a folder cannot be read, or if nothing matches
/// a pattern with brackets or braces, which its author probably meant to stand for something.
pub fn files(manifest_directory: &str, pattern: &str) -> Result<Vec<CaseFile>, String> {
    let (fixed, parts) = split(pattern);
    let package = package_folder(manifest_directory);
    let folder = package.join(fixed);
    if !folder.is_dir() {
        let fixed = if fixed.is_empty() { "." } else { fixed };
        return Err(format!("`files = {pattern:?}`: there is no folder {fixed} in {}", package.display()));
    }
    let mut found = Vec::new();
    walk(&folder, "", &parts, &mut found).map_err(|why| format!("`files = {pattern:?}`: {why}"))?;
    // `**/x/**` may find a file several times.
    found.sort_unstable();
    found.dedup();
    if found.is_empty() && pattern.contains(['[', '{']) {
        return Err(format!(
            "`files = {pattern:?}` gave no cases\nonly `*`, `?` and `**` stand for other characters in it"
        ));
    }
    let mut files_of_stem: HashMap<&str, usize> = HashMap::new();
    for (name, _) in &found {
        *files_of_stem.entry(without_extension(name)).or_default() += 1;
    }
    let id_of = |name: &str| {
        let stem = without_extension(name);
        if files_of_stem[stem] == 1 { stem.to_owned() } else { name.to_owned() }
    };
    Ok(found.iter().map(|(name, path)| CaseFile { path: path.clone(), id: id_of(name) }).collect())
}

/// The folder that the pattern begins with, and the parts behind it: all from the first one that stands for something, at
/// least the file's name.
fn split(pattern: &str) -> (&str, Vec<&str>) {
    let end = pattern.find(['*', '?']).unwrap_or(pattern.len());
    let (fixed, rest) = match pattern[..end].rfind('/') {
        // The root's name is the slash itself.
        Some(0) => ("/", &pattern[1..]),
        Some(slash) => (&pattern[..slash], &pattern[slash + 1..]),
        None => ("", pattern),
    };
    let mut parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.dedup_by(|next, part| *next == "**" && *part == "**");
    if parts.last() == Some(&"**") {
        parts.push("*");
    }
    (fixed, parts)
}

/// Adds the files below `folder` that match `parts`, each with its path behind `prefix`.
fn walk(folder: &Path, prefix: &str, parts: &[&str], found: &mut Vec<(String, PathBuf)>) -> Result<(), String> {
    let Some((part, rest)) = parts.split_first() else { return Ok(()) };
    if *part == "**" {
        // It may stand for no folder.
        walk(folder, prefix, rest, found)?;
    } else if !part.contains(['*', '?']) {
        let path = folder.join(part);
        return match rest {
            [] if path.is_file() => {
                found.push((format!("{prefix}{part}"), path));
                Ok(())
            }
            [_, ..] if path.is_dir() => walk(&path, &format!("{prefix}{part}/"), rest, found),
            _ => Ok(()),
        };
    }
    let failed = |why| format!("cannot read the folder {}: {why}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        // Its text is for matching and reading only: the path keeps a name that is not UTF-8.
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') && !part.starts_with('.') {
            continue;
        }
        let path = entry.path();
        if *part == "**" {
            if entry.file_type().map_err(failed)?.is_dir() {
                walk(&path, &format!("{prefix}{name}/"), parts, found)?;
            }
        } else if name_pattern::matches(part, &name) {
            if rest.is_empty() && path.is_file() {
                found.push((format!("{prefix}{name}"), path));
            } else if !rest.is_empty() && path.is_dir() {
                walk(&path, &format!("{prefix}{name}/"), rest, found)?;
            }
        }
    }
    Ok(())
}

/// The path without the extension of its last part. A name that begins with its only dot has none.
fn without_extension(path: &str) -> &str {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name..].rfind('.') {
        None | Some(0) => path,
        Some(dot) => &path[..name + dot],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files, each of which holds its own path.
    fn folder(paths: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in paths {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, path).unwrap();
        }
        folder
    }

    #[test]
    fn finds_the_files_of_a_pattern() {
        let folder = folder(&[
            "data/b.json",
            "data/a.json",
            "data/a.toml",
            "data/.hidden.json",
            "data/deep/c.json",
            "data/deep/er/d.tar.gz",
            "data/deep/er/data/e.json",
            "data/.git/f.json",
            "data/x[1].json",
            "other/a.json",
            "LICENSE",
        ]);
        let root = folder.path().to_str().unwrap();
        let check = |pattern: &str, want: &[&str]| {
            let found = files(root, pattern).unwrap();
            let ids: Vec<&str> = found.iter().map(|file| file.id.as_str()).collect();
            assert_eq!(ids, want, "pattern: {pattern:?}");
            for file in found {
                let written = fs::read_to_string(&file.path).unwrap();
                assert!(written.contains(&file.id) && file.path.ends_with(&written), "{file:?} holds {written:?}");
            }
        };
        check("data/*.json", &["a", "b", "x[1]"]);
        check("data/a.*", &["a.json", "a.toml"]);
        check("./data//?.json", &["a", "b"]);
        check("data/a.json", &["a"]);
        check("data/none.json", &[]);
        check("*/deep/none/c.json", &[]);
        check("data/.*.json", &[".hidden"]);
        check("data/x[1].json", &["x[1]"]);
        check("data/**/*.json", &["a", "b", "deep/c", "deep/er/data/e", "x[1]"]);
        check("data/**/er/**", &["deep/er/d.tar", "deep/er/data/e"]);
        check("**/data/**/**/?.json", &["data/a", "data/b", "data/deep/c", "data/deep/er/data/e"]);
        check("*/a.json", &["data/a", "other/a"]);
        check("*/deep/c.json", &["data/deep/c"]);
        check("*", &["LICENSE"]);
        check(&format!("{root}/data/b.*"), &["b"]);
    }

    #[test]
    fn says_why_there_are_none() {
        let folder = folder(&["data/a.json"]);
        let root = folder.path().to_str().unwrap();
        let check = |pattern: &str, want: &str| {
            assert_eq!(files(root, pattern).unwrap_err().replace(root, "ROOT"), want, "pattern: {pattern:?}");
        };
        check("dta/*.json", "`files = \"dta/*.json\"`: there is no folder dta in ROOT");
        check("data/a.json/*", "`files = \"data/a.json/*\"`: there is no folder data/a.json in ROOT");
        check(
            "data/*.{json,toml}",
            "`files = \"data/*.{json,toml}\"` gave no cases\nonly `*`, `?` and `**` stand for other characters in it",
        );
    }

    #[cfg(unix)]
    #[test]
    fn goes_through_links_only_where_the_pattern_names_a_folder() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let folder = folder(&["data/deep/a.json"]);
        let data = folder.path().join("data");
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, data.join(name)).unwrap();
        link("deep/a.json", "linked.json");
        link("nowhere", "dangling.json");
        link(".", "circle");
        fs::write(data.join(OsStr::from_bytes(b"\xff.json")), "").unwrap();
        let check = |pattern: &str, want: &[&str]| {
            let found = files(folder.path().to_str().unwrap(), pattern).unwrap();
            let ids: Vec<&str> = found.iter().map(|file| file.id.as_str()).collect();
            assert_eq!(ids, want, "pattern: {pattern:?}");
            assert!(found.iter().all(|file| file.path.is_file()), "{found:?}");
        };
        check("data/**/*.json", &["deep/a", "linked", "\u{fffd}"]);
        check("data/c*/deep/*.json", &["circle/deep/a"]);
    }
}
