//! Small Cargo projects to run the command on.
//!
//! Each has a folder of its own below the target folder, and all share one target folder there, so that testkit itself
//! is compiled once for them, and a project again only when its files have changed.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::root;

/// A Cargo project in a folder of its own.
#[derive(Debug)]
pub struct Project {
    name: String,
    folder: PathBuf,
    written: Vec<PathBuf>,
}

/// Where projects are and what is built of them.
///
/// # Panics
/// If a test binary has no path.
pub fn workshop() -> PathBuf {
    let binary = env::current_exe().expect("a running program has a path");
    // `target/debug/deps/name-hash`
    binary.ancestors().nth(3).expect("Cargo runs tests in its target folder").join("testkit-tests")
}

/// A manifest of a package that uses testkit; `more` follows the package's own table.
pub fn manifest(name: &str, more: &str) -> String {
    let testkit = root().join("testkit");
    let testkit = testkit.display();
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}\n\
         [dev-dependencies.testkit]\npath = \"{testkit}\"\n{SETTINGS}",
    )
}

/// A manifest of a package that does not.
pub fn plain_manifest(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}\n{SETTINGS}")
}

/// What makes a project a workspace of its own, quick to build.
pub const SETTINGS: &str = "\n[workspace]\n\n[profile.dev]\ndebug = 0\n";

impl Project {
    /// A project that depends on testkit. Names must differ between tests, since tests run side by side.
    pub fn new(name: &str) -> Self {
        Self::empty(name).file("Cargo.toml", &manifest(name, ""))
    }

    /// A project without files but `Cargo.lock`, which has the workspace's versions.
    ///
    /// # Panics
    /// If files cannot be written.
    pub fn empty(name: &str) -> Self {
        let folder = workshop().join("projects").join(name);
        fs::create_dir_all(&folder).expect("the target folder can be written");
        let project = Self { name: name.to_owned(), folder, written: Vec::new() };
        let lock = fs::read_to_string(root().join("Cargo.lock")).expect("the workspace has a lock file");
        // Cargo takes out of it what the project does not need, and writes it again.
        if !project.folder.join("Cargo.lock").exists() {
            project.write("Cargo.lock", &lock);
        }
        project
    }

    /// Adds a file, or replaces it; one that is as it should be keeps its time.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self.written.push(self.folder.join(path));
        self
    }

    /// Writes a file now.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("the target folder can be written");
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return;
        }
        fs::write(&path, text).expect("the target folder can be written");
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, path: &str) {
        // It may be left from an earlier run of the tests or not be there.
        drop(fs::remove_file(self.folder.join(path)));
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}
