//! The environment the command was started in, as a value.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Environment variables; taken from the process once, so that all below it can be tried with a table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// The variables of this process.
    pub(crate) fn of_process() -> Self {
        std::env::vars_os().collect()
    }

    /// Makes it the whole environment of a command of the build that is about to be started, and marks that as one.
    pub(crate) fn apply_to(&self, command: &mut Command) {
        command.env_clear().envs(&self.0).env(testkit_protocol::env::BUILD, "1");
    }

    /// The value of `name`.
    pub(crate) fn get(&self, name: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.0.get(name.as_ref()).map(OsString::as_os_str)
    }

    /// The value of `name`, if it is neither empty nor other than UTF-8.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.to_str().filter(|value| !value.is_empty())
    }

    /// The folders of a search path such as `PATH`.
    pub(crate) fn search_path(&self, name: &str) -> Vec<PathBuf> {
        self.get(name).map(|value| std::env::split_paths(value).collect()).unwrap_or_default()
    }

    /// The user's home folder.
    pub(crate) fn home(&self) -> Option<PathBuf> {
        self.text("HOME").or_else(|| self.text("USERPROFILE")).map(PathBuf::from)
    }

    /// Cargo's home: `CARGO_HOME` or `~/.cargo`; a relative one counts from `directory`.
    pub(crate) fn cargo_home(&self, directory: &Path) -> Option<PathBuf> {
        match self.text("CARGO_HOME") {
            Some(home) => Some(directory.join(home)),
            None => Some(self.home()?.join(".cargo")),
        }
    }

    /// Where the user's caches belong.
    pub(crate) fn cache_home(&self) -> Option<PathBuf> {
        if cfg!(target_os = "macos") {
            return Some(self.home()?.join("Library/Caches/testkit"));
        }
        if cfg!(windows) {
            return Some(PathBuf::from(self.text("LOCALAPPDATA")?).join("testkit/cache"));
        }
        let xdg = self.text("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        Some(xdg.or_else(|| Some(self.home()?.join(".cache")))?.join("testkit"))
    }

    /// The file a program's name stands for: itself with a separator in it, else the first match in `PATH`.
    pub(crate) fn find_program(&self, program: &OsStr, directory: &Path) -> Option<PathBuf> {
        let path = Path::new(program);
        if path.components().count() > 1 {
            return Some(directory.join(path));
        }
        let file_name = format!("{}{}", program.to_str()?, std::env::consts::EXE_SUFFIX);
        self.search_path("PATH").into_iter().map(|folder| folder.join(&file_name)).find(|path| path.is_file())
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Environment {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(variables: T) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}
