//! The one fact of a target that Cargo tells nobody: `harness = false`.

use std::path::Path;

use serde::Deserialize;

use crate::model::Harness;

/// The target tables of a manifest.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Manifest {
    lib: Target,
    bin: Vec<Target>,
    example: Vec<Target>,
    test: Vec<Target>,
    bench: Vec<Target>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Target {
    name: Option<String>,
    path: Option<String>,
    harness: Option<bool>,
}

/// Why a manifest could not be read; Cargo itself has just read it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ManifestError {
    #[error("failed to read the manifest `{path}`: {source}")]
    Read { path: String, source: std::io::Error },
    #[error("failed to parse the manifest `{path}`: {source}")]
    Parse { path: String, source: Box<toml::de::Error> },
}

impl Manifest {
    /// Reads the manifest at `path`.
    pub(crate) fn read(path: &Path) -> Result<Self, ManifestError> {
        let name = || path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| ManifestError::Read { path: name(), source })?;
        toml::from_str(&text).map_err(|source| ManifestError::Parse { path: name(), source: Box::new(source) })
    }

    /// What the target of this kind (Cargo's word) and name links as its `main`; `source` is its root file, relative
    /// to the package.
    pub(crate) fn harness(&self, kind: &str, name: &str, source: &Path) -> Harness {
        let has_name_or_path = |target: &&Target| match (&target.name, &target.path) {
            (Some(own), _) => own == name,
            (None, Some(path)) => Path::new(path) == source,
            (None, None) => false,
        };
        let target = match kind {
            "bin" => self.bin.iter().find(has_name_or_path),
            "example" => self.example.iter().find(has_name_or_path),
            "test" => self.test.iter().find(has_name_or_path),
            "bench" => self.bench.iter().find(has_name_or_path),
            // `lib` and its relatives: a package has one library.
            _ => Some(&self.lib),
        };
        match target.and_then(|target| target.harness) {
            Some(false) => Harness::Custom,
            Some(true) | None => Harness::Libtest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_harness_by_kind_and_name() {
        #[track_caller]
        fn check(manifest: &str, kind: &str, name: &str, want: Harness) {
            let manifest: Manifest = toml::from_str(manifest).unwrap();
            let source = format!("tests/{name}.rs");
            assert_eq!(manifest.harness(kind, name, Path::new(&source)), want, "{kind} {name} in {manifest:?}");
        }
        check("", "test", "a", Harness::Libtest);
        check("[package]\nname = 'x'\n[[test]]\nname = 'a'\nharness = false", "test", "a", Harness::Custom);
        check("[[test]]\nname = 'a'\nharness = false", "test", "b", Harness::Libtest);
        check("[[test]]\nname = 'a'\nharness = false", "bench", "a", Harness::Libtest);
        check("[[test]]\npath = 'tests/a.rs'\nharness = false", "test", "a", Harness::Custom);
        check("[[bench]]\nname = 'a'\nharness = false", "bench", "a", Harness::Custom);
        check("[[test]]\nname = 'a'\nharness = true", "test", "a", Harness::Libtest);
        check("[lib]\nharness = false", "lib", "x", Harness::Custom);
        check("[lib]\nharness = false", "proc-macro", "x", Harness::Custom);
        check("[lib]\nharness = false", "bin", "x", Harness::Libtest);
        check("[[example]]\nname = 'a'\nharness = false", "example", "a", Harness::Custom);
    }
}
