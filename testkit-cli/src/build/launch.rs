//! How Cargo would start a test binary: working directory, environment, library path, runner.
//!
//! Source: Cargo's `Compilation::fill_env` and `run_unit_tests`, compared with `cargo test` by a test of this crate.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};

use super::config::EnvEntry;
use super::environment::Environment;
use super::facts::{Facts, Package, package_root};
use crate::model::Launch;

/// What a build script said that ran in this build.
#[derive(Clone, Debug, Default)]
pub(crate) struct ScriptOutput {
    /// Where it put its files.
    pub(crate) out_dir: Utf8PathBuf,
    /// `cargo::rustc-env`.
    pub(crate) environment: Vec<(String, String)>,
}

/// All that decides how a binary is started.
pub(crate) struct LaunchParts<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) environment: &'a Environment,
    /// `[env]` of the configuration.
    pub(crate) configured: &'a [EnvEntry],
    /// Program and arguments of the target runner.
    pub(crate) runner: Option<Vec<OsString>>,
    pub(crate) place: &'a Place,
    pub(crate) executable: &'a Utf8Path,
    pub(crate) manifest: &'a Utf8Path,
    pub(crate) package: &'a Package,
    /// The package's own build script.
    pub(crate) script: Option<&'a ScriptOutput>,
    /// `cargo::rustc-link-search` of all build scripts so far, the dependencies' among them, with the `native=` and
    /// the like that may stand before them.
    pub(crate) linked_paths: &'a [Utf8PathBuf],
    /// The package's binaries, if the target may run them: integration tests and benches.
    pub(crate) programs: Option<&'a BTreeMap<String, Utf8PathBuf>>,
}

/// Where in the target directory a binary lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Target triple it was built for.
    pub(crate) triple: String,
    /// Folder of the profile's final artifacts: `target/debug`.
    pub(crate) artifacts: Utf8PathBuf,
    /// Folder of the profile's libraries: `target/debug/deps`.
    pub(crate) libraries: Utf8PathBuf,
}

impl Place {
    /// Reads it off the path of an executable, which is `<build directory>/[triple/]<profile>/…/<file>`.
    pub(crate) fn of(executable: &Utf8Path, facts: &Facts) -> Self {
        let roots = [&facts.build_directory, &facts.target_directory];
        let below = roots.into_iter().find_map(|root| executable.strip_prefix(root).ok());
        let folders = below.and_then(Utf8Path::parent).unwrap_or(Utf8Path::new("debug"));
        let profile: Utf8PathBuf =
            folders.components().take_while(|part| !matches!(part.as_str(), "deps" | "examples" | "build")).collect();
        let triple = match profile.parent() {
            Some(parent) if parent != "" => parent.as_str().to_owned(),
            _ => facts.host.clone(),
        };
        Self {
            triple,
            artifacts: facts.target_directory.join(&profile),
            libraries: facts.build_directory.join(&profile).join("deps"),
        }
    }
}

/// Name of the variable by which the system's loader finds shared libraries.
const LIBRARY_PATH: &str = if cfg!(windows) {
    "PATH"
} else if cfg!(target_os = "macos") {
    "DYLD_FALLBACK_LIBRARY_PATH"
} else {
    "LD_LIBRARY_PATH"
};

/// Composes the launch. Pure: equal parts give an equal launch.
pub(crate) fn compose(parts: &LaunchParts<'_>) -> Launch {
    let mut variables: BTreeMap<OsString, OsString> = BTreeMap::new();
    let mut set = |name: &str, value: OsString| {
        variables.insert(name.into(), value);
    };
    if parts.facts.is_rustup {
        for (name, value) in rustup_variables(parts) {
            set(name, value);
        }
    }
    if let Some(script) = parts.script {
        for (name, value) in &script.environment {
            set(name, value.into());
        }
        set("OUT_DIR", script.out_dir.as_os_str().to_owned());
    }
    set(LIBRARY_PATH, library_path(parts));
    set("CARGO", parts.facts.cargo.clone().into());
    set("CARGO_MANIFEST_DIR", package_root(parts.manifest).as_os_str().to_owned());
    set("CARGO_MANIFEST_PATH", parts.manifest.as_os_str().to_owned());
    for (name, value) in &parts.package.environment {
        set(name, value.into());
    }
    for (name, path) in parts.programs.into_iter().flatten() {
        set(&format!("CARGO_BIN_EXE_{name}"), path.as_os_str().to_owned());
    }
    for entry in parts.configured {
        let is_free = entry.force || parts.environment.get(&entry.name).is_none();
        // Cargo's own variables are beyond the configuration's reach, those that rustup set before it are not forced.
        if is_free && !variables.contains_key(std::ffi::OsStr::new(&entry.name)) {
            variables.insert(entry.name.clone().into(), entry.value.clone());
        }
    }
    let mut command = parts.runner.clone().unwrap_or_default();
    command.push(parts.executable.as_os_str().to_owned());
    Launch {
        command,
        directory: package_root(parts.manifest).to_owned(),
        environment: variables.into_iter().collect(),
        has_runner: parts.runner.is_some(),
    }
}

/// What rustup's `cargo` tells the real one, where it is not known already.
fn rustup_variables(parts: &LaunchParts<'_>) -> Vec<(&'static str, OsString)> {
    let sysroot = &parts.facts.sysroot;
    let directory: &Path = parts.facts.workspace_root.as_std_path();
    let home = sysroot.parent().and_then(Path::parent);
    let values = [
        ("CARGO_HOME", parts.environment.cargo_home(directory).map(OsString::from)),
        ("RUSTUP_HOME", home.map(OsString::from)),
        ("RUSTUP_TOOLCHAIN", sysroot.file_name().map(OsString::from)),
    ];
    values
        .into_iter()
        .filter(|(name, _)| parts.environment.get(name).is_none())
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

/// Cargo's order: what build scripts linked, the build's own folders, the toolchain's, what was there before.
fn library_path(parts: &LaunchParts<'_>) -> OsString {
    let place = parts.place;
    let mut linked: Vec<PathBuf> = parts
        .linked_paths
        .iter()
        .map(|path| without_kind(path))
        // Others are the system's concern. So are, oddly, those in a build directory of its own: Cargo leaves them out.
        .filter(|path| path.starts_with(&place.artifacts))
        .map(|path| path.as_std_path().to_owned())
        .collect();
    linked.sort_unstable();
    linked.dedup();

    let mut folders = linked;
    folders.push(place.artifacts.clone().into());
    folders.push(place.libraries.clone().into());
    folders.push(parts.facts.target_library_directory(&place.triple));
    let inherited = parts.environment.search_path(LIBRARY_PATH);
    let toolchain = parts.facts.sysroot.join("lib");
    // rustup's `cargo` puts it before what was there.
    if parts.facts.is_rustup && !cfg!(windows) && !inherited.contains(&toolchain) {
        folders.push(toolchain);
    }
    if inherited.starts_with(&folders) {
        folders = inherited;
    } else {
        let had_none = inherited.is_empty();
        folders.extend(inherited);
        if cfg!(target_os = "macos") && had_none {
            // The variable replaces the loader's defaults.
            folders.extend(parts.environment.home().map(|home| home.join("lib")));
            folders.extend(["/usr/local/lib", "/usr/lib"].map(PathBuf::from));
        }
    }
    // A folder with the separator in its name cannot be said; Cargo fails there, the rest still serves.
    std::env::join_paths(folders.iter().filter(|folder| std::env::join_paths([folder]).is_ok())).unwrap_or_default()
}

/// `native=/path` and `/path` are the same folder.
fn without_kind(path: &Utf8Path) -> &Utf8Path {
    match path.as_str().split_once('=') {
        Some(("native" | "dependency" | "crate" | "framework" | "all", folder)) => Utf8Path::new(folder),
        Some(_) | None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(build_directory: &str) -> Facts {
        Facts {
            cargo: "/r/toolchains/stable/bin/cargo".into(),
            sysroot: "/r/toolchains/stable".into(),
            is_rustup: true,
            host: "x86_64-unknown-linux-gnu".to_owned(),
            workspace_root: "/w".into(),
            target_directory: "/w/target".into(),
            build_directory: build_directory.into(),
            packages: BTreeMap::new(),
        }
    }

    #[test]
    fn reads_the_place_off_the_path() {
        #[track_caller]
        fn check(build_directory: &str, executable: &str, want: [&str; 3]) {
            let place = Place::of(Utf8Path::new(executable), &facts(build_directory));
            let got = [place.triple.as_str(), place.artifacts.as_str(), place.libraries.as_str()];
            assert_eq!(got, want, "{executable} in {build_directory}");
        }
        let host = "x86_64-unknown-linux-gnu";
        let arm = "aarch64-unknown-linux-gnu";
        check("/w/target", "/w/target/debug/deps/a-1", [host, "/w/target/debug", "/w/target/debug/deps"]);
        check("/w/target", "/w/target/debug/examples/a-1", [host, "/w/target/debug", "/w/target/debug/deps"]);
        check("/w/target", "/w/target/mine/deps/a-1", [host, "/w/target/mine", "/w/target/mine/deps"]);
        check(
            "/w/target",
            "/w/target/aarch64-unknown-linux-gnu/release/deps/a-1",
            [arm, "/w/target/aarch64-unknown-linux-gnu/release", "/w/target/aarch64-unknown-linux-gnu/release/deps"],
        );
        check("/b", "/b/debug/deps/a-1", [host, "/w/target/debug", "/b/debug/deps"]);
        check("/b", "/b/debug/build/a/1/out/a-1", [host, "/w/target/debug", "/b/debug/deps"]);
    }

    #[test]
    fn composes_the_environment() {
        #[track_caller]
        fn check(name: &str, inherited: &[(&str, &str)], is_integration: bool, want: Option<&str>) {
            let facts = facts("/w/target");
            let package = Package {
                name: "p".to_owned(),
                programs: vec![],
                environment: vec![("CARGO_PKG_NAME".to_owned(), "p".to_owned())],
            };
            let programs = BTreeMap::from([("tool-x".to_owned(), "/w/target/debug/tool-x".into())]);
            let script = ScriptOutput {
                out_dir: "/w/target/debug/build/p/out".into(),
                environment: vec![("SAID".to_owned(), "by script".to_owned())],
            };
            let entry = |name: &str, force| EnvEntry { name: name.to_owned(), value: "configured".into(), force };
            let executable = Utf8Path::new("/w/target/debug/deps/p-1");
            let launch = compose(&LaunchParts {
                facts: &facts,
                environment: &inherited.iter().copied().collect(),
                configured: &[entry("FREE", false), entry("FORCED", true), entry("CARGO_PKG_NAME", true)],
                runner: None,
                place: &Place::of(executable, &facts),
                executable,
                manifest: Utf8Path::new("/w/p/Cargo.toml"),
                package: &package,
                script: Some(&script),
                linked_paths: &["native=/w/target/debug/build/p/out".into(), "/usr/lib".into()],
                programs: is_integration.then_some(&programs),
            });
            assert_eq!(launch.directory, "/w/p");
            let got = launch.environment.iter().find(|(key, _)| key == name).map(|(_, value)| value.to_str().unwrap());
            assert_eq!(got, want, "{name} with {inherited:?}");
        }
        check("CARGO_MANIFEST_DIR", &[], false, Some("/w/p"));
        check("CARGO_MANIFEST_PATH", &[], false, Some("/w/p/Cargo.toml"));
        check("CARGO_BIN_EXE_tool-x", &[], false, None);
        check("CARGO_BIN_EXE_tool-x", &[], true, Some("/w/target/debug/tool-x"));
        check("OUT_DIR", &[], false, Some("/w/target/debug/build/p/out"));
        check("SAID", &[], false, Some("by script"));
        check("FREE", &[], false, Some("configured"));
        check("FREE", &[("FREE", "inherited")], false, None);
        check("FORCED", &[("FORCED", "inherited")], false, Some("configured"));
        check("CARGO_PKG_NAME", &[], false, Some("p"));
        check("RUSTUP_TOOLCHAIN", &[], false, Some("stable"));
        check("RUSTUP_TOOLCHAIN", &[("RUSTUP_TOOLCHAIN", "stable")], false, None);
        if cfg!(target_os = "linux") {
            let own = "/w/target/debug/build/p/out:/w/target/debug:/w/target/debug/deps";
            let toolchain = "/r/toolchains/stable/lib/rustlib/x86_64-unknown-linux-gnu/lib:/r/toolchains/stable/lib";
            check("LD_LIBRARY_PATH", &[], false, Some(&format!("{own}:{toolchain}")));
            check("LD_LIBRARY_PATH", &[("LD_LIBRARY_PATH", "/x")], false, Some(&format!("{own}:{toolchain}:/x")));
        }
    }
}
