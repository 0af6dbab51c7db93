//! The configuration of the package that is being compiled: `[package.metadata.testkit]` of its manifest.

use std::cell::OnceCell;
use std::fs;
use std::path::PathBuf;

use testkit_protocol::package_config::{self, PackageConfig};

/// The configuration of the package being compiled, read once per process.
#[derive(Clone, Debug)]
pub(crate) struct Loaded {
    /// The patterns; the default ones where the manifest could not be read.
    pub(crate) config: PackageConfig,
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
        return Loaded { config: PackageConfig::default(), has_manifest: false, errors: Vec::new() };
    };
    let (config, errors) = package_config::parse(&text);
    let errors = errors.into_iter().map(|(line, error)| format!("{}:{line}: {error}", path.display())).collect();
    Loaded { config, has_manifest: true, errors }
}
