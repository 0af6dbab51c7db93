//! Cargo's configuration, as far as it decides how a test binary is started.
//!
//! Files are merged in Cargo's order: `--config` arguments, the last one first; `.cargo/config(.toml)` of the current
//! folder, then of its parents; last that of Cargo's home. What a variable may override is asked by the callers.
//! Source: <https://doc.rust-lang.org/cargo/reference/config.html>.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment::Environment;

/// A merged configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    root: Table,
}

type Table = BTreeMap<String, Node>;

/// A value, and where it was written.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Table(Table),
    Leaf(Leaf),
}

/// A value that is no table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leaf {
    pub(crate) value: toml::Value,
    pub(crate) origin: Origin,
}

/// Where a value was written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Origin {
    /// The folder that relative paths count from: the one that holds `.cargo`, or the current one for `--config`.
    pub(crate) base: PathBuf,
    /// It came by `--config`, which beats variables of the environment.
    pub(crate) is_argument: bool,
}

/// An entry of `[env]`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EnvEntry {
    pub(crate) name: String,
    /// The value, made absolute if it was `relative`.
    pub(crate) value: std::ffi::OsString,
    /// It replaces a variable that is already set.
    pub(crate) force: bool,
}

/// Why Cargo's configuration could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("failed to read Cargo's configuration `{}`: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("failed to parse Cargo's configuration `{}`: {source}", path.display())]
    Parse { path: PathBuf, source: Box<toml::de::Error> },
    #[error("failed to parse `--config {argument}`: {source}; expected KEY=VALUE or the path of a file")]
    Argument { argument: String, source: Box<toml::de::Error> },
    #[error("Cargo's configuration `{}` includes itself; remove an `include`", path.display())]
    Cycle { path: PathBuf },
}

impl Config {
    /// Reads what applies in `directory`, with the `--config` arguments in the order they were given.
    pub(crate) fn load(directory: &Path, environment: &Environment, arguments: &[String]) -> Result<Self, ConfigError> {
        let mut root = Table::new();
        for argument in arguments.iter().rev() {
            merge_below(&mut root, read_argument(directory, argument)?);
        }
        for path in files(directory, environment) {
            let base = path.parent().and_then(Path::parent).unwrap_or(directory).to_owned();
            merge_below(&mut root, read_file(&path, &Origin { base, is_argument: false }, 0)?);
        }
        Ok(Self { root })
    }

    /// The value at a path of keys, if it is no table.
    pub(crate) fn get(&self, keys: &[&str]) -> Option<&Leaf> {
        let (last, tables) = keys.split_last()?;
        let mut table = &self.root;
        for key in tables {
            table = self_table(table, key)?;
        }
        match table.get(*last)? {
            Node::Leaf(leaf) => Some(leaf),
            Node::Table(_) => None,
        }
    }

    /// The text at a path of keys.
    pub(crate) fn text(&self, keys: &[&str]) -> Option<(&str, &Origin)> {
        let leaf = self.get(keys)?;
        Some((leaf.value.as_str()?, &leaf.origin))
    }

    /// The keys of the table at `key`.
    pub(crate) fn keys(&self, key: &str) -> impl Iterator<Item = &str> {
        self_table(&self.root, key).into_iter().flat_map(|table| table.keys().map(String::as_str))
    }

    /// The entries of `[env]`, by name.
    pub(crate) fn env(&self) -> Vec<EnvEntry> {
        let Some(table) = self_table(&self.root, "env") else {
            return Vec::new();
        };
        table.iter().filter_map(|(name, node)| env_entry(name, node)).collect()
    }
}

fn self_table<'a>(table: &'a Table, key: &str) -> Option<&'a Table> {
    match table.get(key)? {
        Node::Table(table) => Some(table),
        Node::Leaf(_) => None,
    }
}

fn env_entry(name: &str, node: &Node) -> Option<EnvEntry> {
    let name = name.to_owned();
    match node {
        Node::Leaf(leaf) => Some(EnvEntry { name, value: leaf.value.as_str()?.into(), force: false }),
        Node::Table(table) => {
            let leaf = |key: &str| match table.get(key)? {
                Node::Leaf(leaf) => Some(leaf),
                Node::Table(_) => None,
            };
            let flag = |key: &str| leaf(key).and_then(|leaf| leaf.value.as_bool()).unwrap_or(false);
            let value = leaf("value")?;
            let text = value.value.as_str()?;
            let value = if flag("relative") { value.origin.base.join(text).into() } else { text.into() };
            Some(EnvEntry { name, value, force: flag("force") })
        }
    }
}

/// The configuration files that exist, the strongest first.
fn files(directory: &Path, environment: &Environment) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut add = |folder: PathBuf| {
        // Where both exist, Cargo reads the old name.
        let file = ["config", "config.toml"].iter().map(|name| folder.join(name)).find(|path| path.is_file());
        files.extend(file.filter(|file| !files.contains(file)));
    };
    for parent in directory.ancestors() {
        add(parent.join(".cargo"));
    }
    if let Some(home) = environment.cargo_home(directory) {
        add(home);
    }
    files
}

fn read_argument(directory: &Path, argument: &str) -> Result<Table, ConfigError> {
    let path = directory.join(argument);
    if !argument.is_empty() && path.exists() {
        let base = path.parent().and_then(Path::parent).unwrap_or(directory).to_owned();
        return read_file(&path, &Origin { base, is_argument: true }, 0);
    }
    let table = toml::from_str(argument)
        .map_err(|source| ConfigError::Argument { argument: argument.to_owned(), source: Box::new(source) })?;
    Ok(nodes(table, &Origin { base: directory.to_owned(), is_argument: true }))
}

/// How deep files may include each other; Cargo looks for cycles, and no honest chain is this long.
const INCLUDE_LIMIT: u32 = 16;

fn read_file(path: &Path, origin: &Origin, depth: u32) -> Result<Table, ConfigError> {
    if depth > INCLUDE_LIMIT {
        return Err(ConfigError::Cycle { path: path.to_owned() });
    }
    let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    let mut table: toml::Table = toml::from_str(&text)
        .map_err(|source| ConfigError::Parse { path: path.to_owned(), source: Box::new(source) })?;
    let includes = match table.remove("include") {
        None => Vec::new(),
        Some(toml::Value::Array(includes)) => includes,
        Some(include) => vec![include],
    };
    let mut root = nodes(table, origin);
    for include in includes.iter().rev() {
        let (file, optional) = match include {
            toml::Value::String(file) => (file.as_str(), false),
            toml::Value::Table(table) => (
                table.get("path").and_then(toml::Value::as_str).unwrap_or_default(),
                table.get("optional").and_then(toml::Value::as_bool).unwrap_or(false),
            ),
            // Cargo has refused it.
            _ => continue,
        };
        let file = path.parent().unwrap_or(path).join(file);
        if !optional || file.exists() {
            let base = file.parent().and_then(Path::parent).unwrap_or(path).to_owned();
            merge_below(&mut root, read_file(&file, &Origin { base, is_argument: origin.is_argument }, depth + 1)?);
        }
    }
    Ok(root)
}

fn nodes(table: toml::Table, origin: &Origin) -> Table {
    let node = |value| match value {
        toml::Value::Table(table) => Node::Table(nodes(table, origin)),
        value => Node::Leaf(Leaf { value, origin: origin.clone() }),
    };
    table.into_iter().map(|(key, value)| (key, node(value))).collect()
}

/// Adds what `weaker` says and `table` does not.
///
/// Lists are not joined: the one list that is read here, `target.*.runner`, is one that Cargo replaces.
fn merge_below(table: &mut Table, weaker: Table) {
    for (key, value) in weaker {
        match (table.get_mut(&key), value) {
            (None, value) => {
                table.insert(key, value);
            }
            (Some(Node::Table(table)), Node::Table(weaker)) => merge_below(table, weaker),
            (Some(_), _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a configuration in its root, in `a/b` and in a Cargo home.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(".cargo/config.toml", "[env]\nFAR = 'far'\nBOTH = 'far'\nREL = { value = 'x', relative = true }");
        write(
            "a/b/.cargo/config.toml",
            "include = 'more.toml'\n[env]\nBOTH = 'near'\nF = { value = 'f', force = true }",
        );
        write("a/b/.cargo/more.toml", "[env]\nBOTH = 'included'\nMORE = 'more'");
        write("a/b/.cargo/config", "include = 'more.toml'\n[env]\nBOTH = 'near'\nF = { value = 'f', force = true }");
        write("home/config.toml", "[env]\nBOTH = 'home'\nHOMELY = 'home'\n[build]\ntarget-dir = 't'");
        write("extra.toml", "[env]\nBOTH = 'extra'");
        folder
    }

    fn load(folder: &tempfile::TempDir, arguments: &[&str]) -> Config {
        let environment = [("CARGO_HOME", folder.path().join("home"))].into_iter().collect();
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Config::load(&folder.path().join("a/b"), &environment, &arguments).unwrap()
    }

    #[test]
    fn the_nearest_file_wins_and_arguments_beat_files() {
        #[track_caller]
        fn check(arguments: &[&str], name: &str, want: &str) {
            let folder = folder();
            let env = load(&folder, arguments).env();
            let entry = env.iter().find(|entry| entry.name == name).expect("is set");
            assert_eq!(entry.value.to_str(), Some(want), "{name} with {arguments:?}");
        }
        check(&[], "FAR", "far");
        check(&[], "BOTH", "near");
        check(&[], "MORE", "more");
        check(&[], "HOMELY", "home");
        check(&["env.BOTH='argument'"], "BOTH", "argument");
        check(&["env.BOTH='first'", "env.BOTH='last'"], "BOTH", "last");
        check(&["../../extra.toml"], "BOTH", "extra");
    }

    #[test]
    fn a_relative_value_counts_from_the_folder_of_dot_cargo() {
        let folder = folder();
        let env = load(&folder, &[]).env();
        let rel = env.iter().find(|entry| entry.name == "REL").unwrap();
        assert_eq!(rel.value, folder.path().join("x"));
        assert!(env.iter().find(|entry| entry.name == "F").unwrap().force);
        assert_eq!(load(&folder, &[]).text(&["build", "target-dir"]).unwrap().0, "t");
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let folder = folder();
        let load = |arguments: &[String]| Config::load(folder.path(), &Environment::default(), arguments);
        let error = load(&["nonsense".to_owned()]).unwrap_err().to_string();
        assert!(error.starts_with("failed to parse `--config nonsense`: "), "{error}");
        std::fs::write(folder.path().join(".cargo/config.toml"), "include = 'config.toml'").unwrap();
        let error = load(&[]).unwrap_err().to_string();
        assert!(error.ends_with("includes itself; remove an `include`"), "{error}");
    }
}
