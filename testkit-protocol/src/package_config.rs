//! The table `[package.metadata.testkit]` of a package's manifest: which names are collected, and which marks exist.
//!
//! Only that one table is read, line by line, because a TOML crate would cost every user build time. A key it does not
//! know, or a value it cannot read, is an error that names the line. The macros read it to collect; the command reads it
//! to say what is wrong before Cargo does.

use crate::name_pattern::matches_any;
use crate::spelling::nearest;

/// The table's keys.
const KEYS: &[&str] = &["files", "functions", "groups", "marks"];

/// Which names are collected, and which free marks there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageConfig {
    /// Patterns of file names, for `discover_files!`.
    pub files: Vec<String>,
    /// Patterns of function and method names.
    pub functions: Vec<String>,
    /// Patterns of group names.
    pub groups: Vec<String>,
    /// The free marks that `#[mark(…)]` may name.
    pub marks: Vec<DeclaredMark>,
}

/// A free mark: `"slow"`, or with a description `"db: needs a database"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredMark {
    /// Its name, an identifier.
    pub name: String,
    /// What it means; may be empty.
    pub description: String,
}

impl Default for PackageConfig {
    fn default() -> Self {
        Self {
            files: vec!["test_*.rs".to_owned(), "*_test.rs".to_owned()],
            functions: vec!["test_*".to_owned()],
            groups: vec!["Test*".to_owned()],
            marks: Vec::new(),
        }
    }
}

impl PackageConfig {
    /// Whether a function of this name is a test.
    pub fn is_test_name(&self, name: &str) -> bool {
        matches_any(&self.functions, name)
    }

    /// Whether a type of this name can be a group.
    pub fn is_group_name(&self, name: &str) -> bool {
        matches_any(&self.groups, name)
    }
}

/// Reads the table from the manifest's text; errors come with their line.
pub fn parse(text: &str) -> (PackageConfig, Vec<(usize, String)>) {
    let (mut config, mut errors) = (PackageConfig::default(), Vec::new());
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
        if key == "marks" {
            if let Some(marks) = marks(&value) {
                config.marks = marks;
            } else {
                let form = "such as `marks = [\"slow\", \"db: needs a database\"]`";
                errors.push((number, format!("`marks` must be a list of names, {form}")));
            }
            continue;
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

/// Patterns in a list of strings; `None` if it is anything else.
fn patterns(value: &str) -> Option<Vec<String>> {
    let strings = strings(value)?;
    strings.iter().all(|text| !text.is_empty() && !text.contains(['/', '\\'])).then_some(strings)
}

/// Declared marks in a list of strings; `None` if it is anything else.
fn marks(value: &str) -> Option<Vec<DeclaredMark>> {
    let declared = strings(value)?.into_iter().map(|text| {
        let (name, description) = text.split_once(':').unwrap_or((&text, ""));
        let (name, description) = (name.trim().to_owned(), description.trim().to_owned());
        let is_name = |name: &str| {
            name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit())
        };
        (!name.is_empty() && is_name(&name)).then_some(DeclaredMark { name, description })
    });
    declared.collect()
}

/// The strings of `["a", 'b']`, trailing comma allowed; `None` if it is anything else.
fn strings(value: &str) -> Option<Vec<String>> {
    let inner = value.strip_prefix('[')?.strip_suffix(']')?.trim();
    let inner = inner.strip_suffix(',').unwrap_or(inner).trim();
    if inner.is_empty() {
        return Some(Vec::new());
    }
    split_outside_quotes(inner).into_iter().map(|source| string(source.trim())).collect()
}

/// The parts between commas that stand in no string.
fn split_outside_quotes(text: &str) -> Vec<&str> {
    let (mut parts, mut quote, mut start, mut is_escaped) = (Vec::new(), None, 0, false);
    for (index, character) in text.char_indices() {
        match (quote, character) {
            _ if is_escaped => is_escaped = false,
            (Some('"'), '\\') => is_escaped = true,
            (None, ',') => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn string(source: &str) -> Option<String> {
    match source.strip_prefix('\'') {
        Some(rest) => Some(rest.strip_suffix('\'')?.to_owned()),
        None => basic_string(source),
    }
}

/// The value of a TOML basic string on one line; escapes that no name needs are not known.
fn basic_string(source: &str) -> Option<String> {
    let inner = source.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => match characters.next()? {
                escaped @ ('"' | '\\') => value.push(escaped),
                _ => return None,
            },
            plain => value.push(plain),
        }
    }
    Some(value)
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
    fn reads_the_declared_marks() {
        let (config, errors) =
            parse("[package.metadata.testkit]\nmarks = [\"slow\", 'db: needs a database, or two',\n \"a_1\" ]");
        assert_eq!(errors, []);
        let marks: Vec<_> = config.marks.iter().map(|mark| (mark.name.as_str(), mark.description.as_str())).collect();
        assert_eq!(marks, [("slow", ""), ("db", "needs a database, or two"), ("a_1", "")]);
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
            (
                3,
                "unknown key `colour` in [package.metadata.testkit]; known are `files`, `functions`, `groups`, `marks`",
            ),
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
        let marks = "`marks` must be a list of names, such as `marks = [\"slow\", \"db: needs a database\"]`";
        for value in ["\"slow\"", "[1]", "[\"a b\"]", "[\"\"]", "[\"1st\"]"] {
            check(&format!("{table}marks = {value}"), (2, marks));
        }
        check(
            "[package.metadata]\ntestkit = { functions = ['a'] }",
            (2, "cannot read an inline table of testkit; write it as a table of its own, `[package.metadata.testkit]`"),
        );
    }
}
