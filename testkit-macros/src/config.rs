//! The name patterns of `[package.metadata.testkit]`, read from the manifest of the package that is being compiled.
//!
//! Only that one table is read, line by line, because a TOML crate would cost every user build time. A key it does
//! not know, or a value it cannot read, is an error that names the line.

use std::cell::OnceCell;
use std::fs;
use std::path::PathBuf;

use crate::attribute::string_value;
use crate::diagnostic::nearest;
use crate::pattern;

/// The table's keys.
const KEYS: &[&str] = &["files", "functions", "groups"];

/// Which names are collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// Patterns of file names, for `discover_files!`.
    pub(crate) files: Vec<String>,
    /// Patterns of function and method names.
    pub(crate) functions: Vec<String>,
    /// Patterns of group names.
    pub(crate) groups: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            files: vec!["test_*.rs".to_owned(), "*_test.rs".to_owned()],
            functions: vec!["test_*".to_owned()],
            groups: vec!["Test*".to_owned()],
        }
    }
}

impl Config {
    /// Whether a function of this name is a test.
    pub(crate) fn is_test_name(&self, name: &str) -> bool {
        pattern::matches_any(&self.functions, name)
    }

    /// Whether a type of this name can be a group.
    pub(crate) fn is_group_name(&self, name: &str) -> bool {
        pattern::matches_any(&self.groups, name)
    }
}

/// The configuration of the package being compiled, read once per process.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The patterns; the default ones where the manifest could not be read.
    pub(crate) config: Config,
    /// The manifest exists, so the expansion can ask to be rebuilt with it.
    pub(crate) has_manifest: bool,
    /// What is wrong with the table.
    pub(crate) errors: Vec<String>,
}

thread_local! {
    static LOADED: OnceCell<Loaded> = const { OnceCell::new() };
}

/// Reads the manifest named by `CARGO_MANIFEST_DIR`.
pub(crate) fn load() -> Loaded {
    LOADED.with(|cell| cell.get_or_init(read).clone())
}

fn read() -> Loaded {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(|folder| PathBuf::from(folder).join("Cargo.toml"));
    let Some((path, text)) = manifest.and_then(|path| Some((path.clone(), fs::read_to_string(path).ok()?))) else {
        return Loaded { config: Config::default(), has_manifest: false, errors: Vec::new() };
    };
    let (config, errors) = parse(&text);
    let errors = errors.into_iter().map(|(line, error)| format!("{}:{line}: {error}", path.display())).collect();
    Loaded { config, has_manifest: true, errors }
}

/// Reads the table from the manifest's text; errors come with their line.
fn parse(text: &str) -> (Config, Vec<(usize, String)>) {
    let (mut config, mut errors) = (Config::default(), Vec::new());
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, strip_comment(line).trim()));
    let mut table = String::new();
    while let Some((number, line)) = lines.next() {
        if line.starts_with('[') {
            table = line.trim_matches(['[', ']']).split('.').map(str::trim).collect::<Vec<_>>().join(".");
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let key = key.split('.').map(str::trim).collect::<Vec<_>>().join(".");
        let full = if table.is_empty() { key } else { format!("{table}.{key}") };
        if full == "package.metadata.testkit" || full == "package.metadata" {
            if full.ends_with("testkit") || value.contains("testkit") {
                let hint = "write it as a table of its own, `[package.metadata.testkit]`";
                errors.push((number, format!("cannot read an inline table of testkit; {hint}")));
            }
            continue;
        }
        let Some(key) = full.strip_prefix("package.metadata.testkit.") else {
            continue;
        };
        let mut value = value.trim().to_owned();
        // An array may go on for several lines.
        while value.starts_with('[') && !value.ends_with(']') {
            let Some((_, more)) = lines.next() else { break };
            value.push_str(more);
        }
        let target = match key {
            "files" => &mut config.files,
            "functions" => &mut config.functions,
            "groups" => &mut config.groups,
            _ => {
                errors.push((number, unknown_key(key)));
                continue;
            }
        };
        match patterns(&value) {
            Some(patterns) if !patterns.is_empty() => *target = patterns,
            Some(_) | None => {
                let example = target.iter().map(|pattern| format!("{pattern:?}")).collect::<Vec<_>>().join(", ");
                errors.push((number, format!("`{key}` must be a list of patterns, such as `{key} = [{example}]`")));
            }
        }
    }
    (config, errors)
}

fn unknown_key(key: &str) -> String {
    let known = KEYS.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    match nearest(key, KEYS) {
        Some(near) => format!("unknown key `{key}` in [package.metadata.testkit]; did you mean `{near}`?"),
        None => format!("unknown key `{key}` in [package.metadata.testkit]; known are {known}"),
    }
}

fn strip_comment(line: &str) -> &str {
    let mut quote = None;
    for (index, character) in line.char_indices() {
        match (quote, character) {
            (None, '#') => return &line[..index],
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    line
}

/// The strings of `["a", 'b']`, trailing comma allowed; `None` if it is anything else.
fn patterns(value: &str) -> Option<Vec<String>> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?.trim();
    let inner = inner.strip_suffix(',').unwrap_or(inner).trim();
    if inner.is_empty() {
        return Some(Vec::new());
    }
    inner.split(',').map(str::trim).map(pattern_text).collect()
}

fn pattern_text(source: &str) -> Option<String> {
    let text = match source.strip_prefix('\'') {
        Some(rest) => rest.strip_suffix('\'')?.to_owned(),
        None => string_value(source)?,
    };
    (!text.is_empty() && !text.contains(['/', '\\'])).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_patterns() {
        #[track_caller]
        fn check(text: &str, want: &[&str]) {
            let (config, errors) = parse(text);
            assert_eq!(errors, [], "text: {text}");
            assert_eq!(config.functions, want, "text: {text}");
        }
        check("[package]\nname = \"x\"\n", &["test_*"]);
        check("[package.metadata.testkit]\nfunctions = [\"check_*\"]\n", &["check_*"]);
        check(
            "[package.metadata.testkit]\nfunctions = [ # why\n  'a_*', # one\n  \"b#*\",\n]\nfiles = [\"x.rs\"]",
            &["a_*", "b#*"],
        );
        check("[ package . metadata . testkit ]\nfunctions=['a']\n[other]\nfunctions = 5", &["a"]);
        check("[package]\nmetadata.testkit.functions = ['a']", &["a"]);
        check("[package.metadata.other]\nfunctions = ['a']", &["test_*"]);
    }

    #[test]
    fn names_what_it_cannot_read() {
        #[track_caller]
        fn check(text: &str, want: (usize, &str)) {
            let (_, errors) = parse(text);
            assert_eq!(errors, [(want.0, want.1.to_owned())], "text: {text}");
        }
        let table = "[package.metadata.testkit]\n";
        check(
            &format!("{table}function = []"),
            (2, "unknown key `function` in [package.metadata.testkit]; did you mean `functions`?"),
        );
        check(
            &format!("{table}\ncolour = 1"),
            (3, "unknown key `colour` in [package.metadata.testkit]; known are `files`, `functions`, `groups`"),
        );
        check(
            &format!("{table}groups = \"Test*\""),
            (2, "`groups` must be a list of patterns, such as `groups = [\"Test*\"]`"),
        );
        check(
            &format!("{table}groups = []"),
            (2, "`groups` must be a list of patterns, such as `groups = [\"Test*\"]`"),
        );
        check(
            &format!("{table}files = [1]"),
            (2, "`files` must be a list of patterns, such as `files = [\"test_*.rs\", \"*_test.rs\"]`"),
        );
        check(
            "[package.metadata]\ntestkit = { functions = ['a'] }",
            (2, "cannot read an inline table of testkit; write it as a table of its own, `[package.metadata.testkit]`"),
        );
    }
}
