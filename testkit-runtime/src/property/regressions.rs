//! The cases that failed once, kept in a file beside the sources and run first from then on.
//!
//! The file is the one that proptest would take, and in its format: a seed a line, and a comment. In the comment we name
//! the property, so that several of one file can share it; a seed without a name, which proptest wrote, is everybody's.

use std::any::Any;
use std::fmt::Debug;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use proptest::test_runner::{FailurePersistence, PersistedSeed};

use super::{Arguments, Property};
use crate::assertion::start_of;
use crate::harness;

/// The folder of these files, in the package's.
const FOLDER: &str = "proptest-regressions";

const HEADER: &str = "# Seeds of cases that failed once: their properties are run with them before any others.\n\
                      # Keep this file with the sources, so that everybody who runs the tests has them.\n";

/// Longest text of one case in the file, in characters.
const MAX_CASE: usize = 1_000;

/// Where the cases of a source file are kept.
#[derive(Debug)]
pub(super) struct Regressions {
    package: PathBuf,
    /// Below the package.
    short: PathBuf,
}

impl Regressions {
    /// That of the property's file.
    pub(super) fn of(property: &Property) -> Self {
        let mut package = PathBuf::from(property.manifest_directory);
        if !package.is_dir() {
            // Built elsewhere: tests run in the folder of their package.
            package = std::env::current_dir().unwrap_or(package);
        }
        let below = path_in_package(&package, Path::new(property.file), Path::is_file);
        Self { package, short: Path::new(FOLDER).join(below).with_extension("txt") }
    }

    /// Its path from the folder of the package.
    pub(super) fn short_path(&self) -> String {
        self.short.display().to_string()
    }

    /// The seeds of a property, the oldest first. What cannot be read is said.
    pub(super) fn seeds_of(&self, property: &str) -> Vec<PersistedSeed> {
        match fs::read_to_string(self.package.join(&self.short)) {
            Ok(text) => {
                text.lines().enumerate().filter_map(|(index, line)| self.seed(line, index + 1, property)).collect()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                harness::tell(&format!("the cases that failed before are not run: {}: {error}", self.short_path()));
                Vec::new()
            }
        }
    }

    fn seed(&self, line: &str, number: usize, property: &str) -> Option<PersistedSeed> {
        let (seed, comment) = line.split_once('#').unwrap_or((line, ""));
        let seed = seed.trim();
        let name = comment.trim_start().strip_prefix('`').and_then(|rest| rest.split_once('`'));
        if seed.is_empty() || name.is_some_and(|(name, _)| name != property) {
            return None;
        }
        let parsed = seed.parse().ok();
        if parsed.is_none() {
            harness::tell(&format!("{}:{number}: `{seed}` is no seed of proptest", self.short_path()));
        }
        parsed
    }

    /// Adds a seed; `comment` is from [`line`]. Says where it is, or how to keep it.
    pub(super) fn keep(&self, seed: &PersistedSeed, comment: &str) -> String {
        let path = self.short_path();
        match self.append(&format!("{seed} # {comment}\n")) {
            Ok(()) => format!("it is kept in {path}, and run first from now on"),
            Err(error) => format!("it cannot be kept in {path}: {error}; the line for it is\n{seed} # {comment}"),
        }
    }

    /// Writes in one piece, since tests of other processes may write as well.
    fn append(&self, line: &str) -> io::Result<()> {
        let path = self.package.join(&self.short);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let open = |options: &mut OpenOptions| options.append(true).open(&path);
        match open(OpenOptions::new().create_new(true)) {
            Ok(mut file) => file.write_all(format!("{HEADER}{line}").as_bytes()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let ends_in_line = fs::read(&path)?.last().is_none_or(|&byte| byte == b'\n');
                let before = if ends_in_line { "" } else { "\n" };
                open(&mut OpenOptions::new())?.write_all(format!("{before}{line}").as_bytes())
            }
            Err(error) => Err(error),
        }
    }
}

/// The path of a source file from the folder of its package; without `src`, where proptest leaves that out as well.
fn path_in_package(package: &Path, file: &Path, is_file: impl Fn(&Path) -> bool) -> PathBuf {
    // The compiler names files from the folder that Cargo started it in: the workspace's.
    let found = package.ancestors().map(|folder| folder.join(file)).find(|path| is_file(path));
    let below = match &found {
        Some(path) => path.strip_prefix(package).unwrap_or(file),
        None => file,
    };
    // A file outside of the package, or one that is not here, keeps what there is of a path.
    let mut parts: Vec<_> = below.components().filter(|part| matches!(part, Component::Normal(_))).collect();
    if parts.len() > 1 && parts[0].as_os_str() == "src" {
        parts.remove(0);
    }
    parts.into_iter().collect()
}

/// The comment of a case: the property and its arguments, on one line.
pub(super) fn line(property: &str, names: &[&str], arguments: &impl Arguments) -> String {
    let values: Vec<_> = names
        .iter()
        .zip(arguments.each())
        .map(|(name, argument)| {
            let text = start_of(argument, MAX_CASE * 4);
            let text = testkit_protocol::text::compact(&text, text.len())
                .unwrap_or_else(|| text.split_whitespace().collect::<Vec<_>>().join(" "));
            format!("{name} = {text}")
        })
        .collect();
    let values = values.join(", ");
    let cut = values.char_indices().nth(MAX_CASE).map_or(values.len(), |(index, _)| index);
    let end = if cut < values.len() { " …" } else { "" };
    format!("`{property}` shrinks to {}{end}", &values[..cut])
}

/// What proptest runs first, and what it wants to keep.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    seeds: Arc<[PersistedSeed]>,
    new: Arc<Mutex<Option<PersistedSeed>>>,
}

impl Kept {
    pub(super) fn new(seeds: Vec<PersistedSeed>) -> Self {
        Self { seeds: seeds.into(), new: Arc::default() }
    }

    /// The seed of the case that failed, if it was not kept before.
    pub(super) fn new_seed(&self) -> Option<PersistedSeed> {
        self.locked().take()
    }

    fn locked(&self) -> MutexGuard<'_, Option<PersistedSeed>> {
        // Nothing panics with the lock in hand.
        self.new.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FailurePersistence for Kept {
    fn load_persisted_failures2(&self, _: Option<&'static str>) -> Vec<PersistedSeed> {
        self.seeds.to_vec()
    }

    fn save_persisted_failure2(&mut self, _: Option<&'static str>, seed: PersistedSeed, _: &dyn Debug) {
        *self.locked() = Some(seed);
    }

    fn box_clone(&self) -> Box<dyn FailurePersistence> {
        Box::new(self.clone())
    }

    fn eq(&self, other: &dyn FailurePersistence) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| Arc::ptr_eq(&self.new, &other.new))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_after_sources() {
        #[track_caller]
        fn check(file: &str, exists: &str, want: &str) {
            let got = path_in_package(Path::new("/w/p"), Path::new(file), |path| path == Path::new(exists));
            assert_eq!(got, Path::new(want), "{file}");
        }
        check("p/src/a/b.rs", "/w/p/src/a/b.rs", "a/b.rs");
        check("src/lib.rs", "/w/p/src/lib.rs", "lib.rs");
        check("p/tests/test_a.rs", "/w/p/tests/test_a.rs", "tests/test_a.rs");
        check("/w/p/tests/test_a.rs", "/w/p/tests/test_a.rs", "tests/test_a.rs");
        check("../shared/test_a.rs", "/w/p/../shared/test_a.rs", "shared/test_a.rs");
        check("/elsewhere/p/src/a.rs", "", "elsewhere/p/src/a.rs");
        check("src", "", "src");
    }

    #[test]
    fn a_file_keeps_the_seeds_of_each_property() {
        let package = std::env::temp_dir().join(format!("testkit-regressions-{}", std::process::id()));
        let file = Regressions { package: package.clone(), short: "kept/a.txt".into() };
        let seed = |byte: &str| format!("cc {}", byte.repeat(32)).parse::<PersistedSeed>().unwrap();
        assert_eq!(file.seeds_of("a"), []);
        for (property, byte) in [("a", "0a"), ("b", "0b"), ("a", "1a")] {
            let comment = line(property, &["n", "text"], &(1, "#\n`"));
            assert_eq!(file.keep(&seed(byte), &comment), "it is kept in kept/a.txt, and run first from now on");
        }
        // A line of proptest's own, and an end that somebody cut.
        file.append("cc 07 # shrinks to n = 3").unwrap();
        file.append(&format!("{} # shrinks to n = 3", seed("0c"))).unwrap();
        assert_eq!(file.seeds_of("a"), [seed("0a"), seed("1a"), seed("0c")]);
        assert_eq!(file.seeds_of("b"), [seed("0b"), seed("0c")]);
        let text = fs::read_to_string(package.join("kept/a.txt")).unwrap();
        assert!(text.starts_with(HEADER), "{text}");
        assert!(text.contains(&format!("{} # `b` shrinks to n = 1, text = \"#\\n`\"\n", seed("0b"))), "{text}");
        assert_eq!(text.lines().count(), 7, "{text}");
        fs::remove_dir_all(package).unwrap();
    }

    #[test]
    fn a_seed_that_cannot_be_kept_is_told() {
        let file = Regressions { package: "/dev/null".into(), short: "a.txt".into() };
        let seed = format!("cc {}", "0a".repeat(32)).parse::<PersistedSeed>().unwrap();
        let told = file.keep(&seed, "`a` shrinks to n = 1");
        assert!(told.starts_with("it cannot be kept in a.txt: "), "{told}");
        assert!(told.ends_with(&format!("\n{seed} # `a` shrinks to n = 1")), "{told}");
    }

    #[test]
    fn a_long_case_is_cut() {
        let text = line("a", &["list"], &(vec!["word"; 1_000],));
        assert!(text.starts_with("`a` shrinks to list = [ \"word\", ") && text.ends_with(" …"), "{text}");
        assert!(text.chars().count() < MAX_CASE + 30);
    }
}
