//! What must be known of the toolchain and of the workspace to start its tests as Cargo does.
//!
//! Asking costs three processes (some 60 ms), so the answers are kept in the user's cache folder. They hold as long as
//! all files that they depend on are as they were, the absent ones included.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::BuildRequest;
use super::config::Config;
use super::environment::Environment;
use crate::cache_file::{self, FileStamp};

/// The answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// `CARGO` as Cargo sets it: its own executable.
    pub(crate) cargo: PathBuf,
    /// Folder of the toolchain.
    pub(crate) sysroot: PathBuf,
    /// The toolchain was chosen by rustup's `cargo`, which sets variables of its own.
    pub(crate) is_rustup: bool,
    /// Target triple of the compiler itself.
    pub(crate) host: String,
    /// Folder of the workspace's manifest; the compiler's working directory.
    pub(crate) workspace_root: Utf8PathBuf,
    /// Where final artifacts go, and the command's own caches.
    pub(crate) target_directory: Utf8PathBuf,
    /// Where intermediate artifacts go, test binaries among them; mostly the same.
    pub(crate) build_directory: Utf8PathBuf,
    /// The workspace's packages, by the absolute path of their manifest.
    pub(crate) packages: BTreeMap<Utf8PathBuf, Package>,
}

/// A package of the workspace.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Names of its binaries, also of those that the selected features leave out.
    pub(crate) programs: Vec<String>,
    /// The `CARGO_PKG_…` variables.
    pub(crate) environment: Vec<(String, String)>,
}

/// Why the facts are not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FactsError {
    #[error("failed to start `{program}`: {source}; is Rust installed and in PATH?")]
    Start { program: String, source: std::io::Error },
    #[error("`{command}` failed ({status}): {stderr}")]
    Failed { command: String, status: std::process::ExitStatus, stderr: String },
    #[error("failed to understand what `{command}` says: {reason}")]
    Answer { command: String, reason: String },
    #[error("Cargo built a test of `{manifest}`, which is no package of the workspace `{workspace}`")]
    NoPackage { manifest: Utf8PathBuf, workspace: Utf8PathBuf },
}

/// All that decides the answers and is not in a file; the key of the cache.
#[derive(Debug, PartialEq, Hash, Serialize, Deserialize)]
struct Question {
    directory: PathBuf,
    cargo: OsString,
    rustc: OsString,
    manifest_path: Option<Utf8PathBuf>,
    target_directory: Option<Utf8PathBuf>,
    configuration: Vec<String>,
    variables: Vec<(String, Option<OsString>)>,
}

#[derive(Serialize, Deserialize)]
struct Cached {
    stamps: Vec<FileStamp>,
    facts: Facts,
}

/// Variables that change an answer.
const VARIABLES: [&str; 10] = [
    "PATH",
    "HOME",
    "CARGO",
    "CARGO_HOME",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_BUILD_DIR",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "RUSTUP_DIST_ROOT",
];

impl Facts {
    /// The answers from the cache, or else by asking; blocks on processes in the latter case.
    pub(crate) fn load(request: &BuildRequest, config: &Config) -> Result<Self, FactsError> {
        let question = Question::new(request, config);
        let path = question.cache_path(request);
        if let Some(path) = &path
            && let Some(cached) = cache_file::read::<_, Cached>(path, &question)
            && cached.stamps.iter().all(FileStamp::is_current)
        {
            return Ok(cached.facts);
        }
        Self::ask(request, config)
    }

    /// The answers by asking; blocks on three processes.
    pub(crate) fn ask(request: &BuildRequest, config: &Config) -> Result<Self, FactsError> {
        let question = Question::new(request, config);
        let facts = question.ask(request)?;
        if let Some(path) = question.cache_path(request) {
            let stamps = question.files(request, &facts).into_iter().map(FileStamp::of).collect();
            cache_file::write(&path, &question, &Cached { stamps, facts: facts.clone() });
        }
        Ok(facts)
    }

    /// The folder of the standard library's own shared libraries for `triple`.
    pub(crate) fn target_library_directory(&self, triple: &str) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(triple).join("lib")
    }

    /// The folder for the command's own files.
    pub(crate) fn cache_directory(&self) -> Utf8PathBuf {
        self.target_directory.join("testkit")
    }
}

impl Question {
    fn new(request: &BuildRequest, config: &Config) -> Self {
        let environment = &request.environment;
        let from_config = || config.text(&["build", "rustc"]).map(|(rustc, _)| OsString::from(rustc));
        let rustc = environment.get("RUSTC").or_else(|| environment.get("CARGO_BUILD_RUSTC")).map(OsStr::to_owned);
        Self {
            directory: request.directory.clone(),
            cargo: request.cargo_program(),
            rustc: rustc.or_else(from_config).unwrap_or_else(|| "rustc".into()),
            manifest_path: request.cargo.manifest_path.clone(),
            target_directory: request.cargo.target_dir.clone(),
            configuration: request.cargo.config.clone(),
            variables: VARIABLES
                .iter()
                .map(|&name| (name.to_owned(), environment.get(name).map(OsStr::to_owned)))
                .collect(),
        }
    }

    fn cache_path(&self, request: &BuildRequest) -> Option<PathBuf> {
        Some(request.environment.cache_home()?.join("facts").join(cache_file::file_name(self)))
    }

    /// The files that the answers depend on.
    fn files(&self, request: &BuildRequest, facts: &Facts) -> Vec<PathBuf> {
        let environment = &request.environment;
        let mut files: Vec<PathBuf> = Vec::new();
        files.extend(environment.find_program(&self.cargo, &self.directory));
        files.extend(environment.find_program(&self.rustc, &self.directory));
        let manifest = self.manifest_path.as_ref().map(|path| self.directory.join(path));
        for start in [Some(self.directory.as_path()), manifest.as_deref().and_then(Path::parent)].into_iter().flatten()
        {
            for folder in start.ancestors() {
                let names =
                    ["Cargo.toml", "rust-toolchain", "rust-toolchain.toml", ".cargo/config", ".cargo/config.toml"];
                files.extend(names.iter().map(|name| folder.join(name)));
            }
        }
        if let Some(home) = environment.cargo_home(&self.directory) {
            files.extend([home.join("config"), home.join("config.toml")]);
        }
        let rustup_home = environment.text("RUSTUP_HOME").map(PathBuf::from);
        if let Some(home) = rustup_home.or_else(|| Some(environment.home()?.join(".rustup"))) {
            files.push(home.join("settings.toml"));
        }
        files.extend(self.configuration.iter().map(|argument| self.directory.join(argument)));
        files.extend(facts.packages.keys().map(|path| path.clone().into_std_path_buf()));
        files.push(facts.workspace_root.join("Cargo.toml").into());
        // Its folder is touched when a toolchain is updated or removed.
        files.push(facts.sysroot.join("lib/rustlib"));
        files.sort_unstable();
        files.dedup();
        files
    }

    fn ask(&self, request: &BuildRequest) -> Result<Facts, FactsError> {
        let sysroot =
            PathBuf::from(self.output(&request.environment, &self.rustc, &["--print", "sysroot"])?.trim_end());
        let version = self.output(&request.environment, &self.rustc, &["-vV"])?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or_else(|| FactsError::Answer {
            command: format!("{} -vV", self.rustc.display()),
            reason: "there is no line `host: …`".to_owned(),
        })?;
        let metadata = self.metadata(request)?;
        let (cargo, is_rustup) = self.cargo_executable(request, &sysroot);
        let build_directory = metadata.build_directory.unwrap_or_else(|| metadata.target_directory.clone());
        Ok(Facts {
            cargo,
            is_rustup,
            host: host.to_owned(),
            sysroot,
            workspace_root: metadata.workspace_root,
            target_directory: metadata.target_directory,
            build_directory,
            packages: metadata.packages.into_iter().map(PackageAnswer::into_package).collect(),
        })
    }

    fn metadata(&self, request: &BuildRequest) -> Result<MetadataAnswer, FactsError> {
        let mut arguments: Vec<&str> = vec!["metadata", "--no-deps", "--format-version", "1"];
        if let Some(path) = &self.manifest_path {
            arguments.extend(["--manifest-path", path.as_str()]);
        }
        for configuration in &self.configuration {
            arguments.extend(["--config", configuration]);
        }
        let switches = [
            (request.cargo.locked, "--locked"),
            (request.cargo.offline, "--offline"),
            (request.cargo.frozen, "--frozen"),
        ];
        arguments.extend(switches.iter().filter(|(is_given, _)| *is_given).map(|(_, switch)| switch));
        let text = self.output(&request.environment, &self.cargo, &arguments)?;
        serde_json::from_str(&text).map_err(|error| FactsError::Answer {
            command: format!("{} metadata", self.cargo.display()),
            reason: error.to_string(),
        })
    }

    /// Cargo's own executable, and whether rustup's stand-in leads to it.
    fn cargo_executable(&self, request: &BuildRequest, sysroot: &Path) -> (PathBuf, bool) {
        let file = request.environment.find_program(&self.cargo, &self.directory);
        let file = file.unwrap_or_else(|| PathBuf::from(&self.cargo));
        if request.environment.get("CARGO").is_some() {
            // Cargo started us, and has set all there is to set.
            return (file, false);
        }
        let in_sysroot = sysroot.join("bin").join(format!("cargo{}", std::env::consts::EXE_SUFFIX));
        let file = file.canonicalize().unwrap_or(file);
        let is_rustup = sysroot.parent().and_then(Path::file_name) == Some(OsStr::new("toolchains"))
            && file != in_sysroot
            && in_sysroot.is_file();
        if is_rustup { (in_sysroot, true) } else { (file, false) }
    }

    /// What a program says on its standard output.
    fn output(&self, environment: &Environment, program: &OsStr, arguments: &[&str]) -> Result<String, FactsError> {
        let mut command = Command::new(program);
        environment.apply_to(&mut command);
        command.args(arguments).current_dir(&self.directory).stdin(Stdio::null());
        if let Some(target_directory) = &self.target_directory {
            // `cargo metadata` has no `--target-dir`.
            command.env("CARGO_TARGET_DIR", self.directory.join(target_directory));
        }
        let name = || format!("{} {}", program.display(), arguments.join(" "));
        let output =
            command.output().map_err(|source| FactsError::Start { program: program.display().to_string(), source })?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(FactsError::Failed { command: name(), status: output.status, stderr });
        }
        String::from_utf8(output.stdout)
            .map_err(|_| FactsError::Answer { command: name(), reason: "it is not UTF-8".to_owned() })
    }
}

/// What is read of `cargo metadata`. Not `cargo_metadata::Metadata`, which loses the text of `rust-version`.
#[derive(Deserialize)]
struct MetadataAnswer {
    packages: Vec<PackageAnswer>,
    target_directory: Utf8PathBuf,
    build_directory: Option<Utf8PathBuf>,
    workspace_root: Utf8PathBuf,
}

#[derive(Deserialize)]
struct PackageAnswer {
    name: String,
    version: String,
    manifest_path: Utf8PathBuf,
    authors: Vec<String>,
    description: Option<String>,
    homepage: Option<String>,
    repository: Option<String>,
    license: Option<String>,
    license_file: Option<String>,
    readme: Option<String>,
    rust_version: Option<String>,
    targets: Vec<TargetAnswer>,
}

#[derive(Deserialize)]
struct TargetAnswer {
    name: String,
    kind: Vec<String>,
}

impl PackageAnswer {
    fn into_package(self) -> (Utf8PathBuf, Package) {
        // `1.2.3-beta.1+build`: the part after `+` is in VERSION alone.
        let without_build = self.version.split('+').next().unwrap_or_default();
        let (numbers, pre) = without_build.split_once('-').unwrap_or((without_build, ""));
        let mut numbers = numbers.split('.');
        let mut number = || numbers.next().unwrap_or_default().to_owned();
        let or_empty = Option::unwrap_or_default;
        let environment = [
            ("NAME", self.name.clone()),
            ("VERSION", self.version.clone()),
            ("VERSION_MAJOR", number()),
            ("VERSION_MINOR", number()),
            ("VERSION_PATCH", number()),
            ("VERSION_PRE", pre.to_owned()),
            ("AUTHORS", self.authors.join(":")),
            ("DESCRIPTION", or_empty(self.description)),
            ("HOMEPAGE", or_empty(self.homepage)),
            ("REPOSITORY", or_empty(self.repository)),
            ("LICENSE", or_empty(self.license)),
            ("LICENSE_FILE", or_empty(self.license_file)),
            ("README", or_empty(self.readme)),
            ("RUST_VERSION", or_empty(self.rust_version)),
        ];
        let environment = environment.into_iter().map(|(name, value)| (format!("CARGO_PKG_{name}"), value)).collect();
        let is_program = |target: &TargetAnswer| target.kind.iter().any(|kind| kind == "bin");
        let programs = self.targets.into_iter().filter(is_program).map(|target| target.name).collect();
        (self.manifest_path, Package { name: self.name, programs, environment })
    }
}

/// The directory of a package, from the path of its manifest.
pub(crate) fn package_root(manifest: &Utf8Path) -> &Utf8Path {
    manifest.parent().unwrap_or(manifest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_version_apart() {
        #[track_caller]
        fn check(version: &str, want: [&str; 5]) {
            let answer = format!(
                r#"{{"name": "n", "version": "{version}", "manifest_path": "/n/Cargo.toml", "authors": ["a", "b"], "targets": []}}"#
            );
            let answer: PackageAnswer = serde_json::from_str(&answer).unwrap();
            let (_, package) = answer.into_package();
            let values: Vec<_> = package.environment.iter().map(|(_, value)| value.as_str()).collect();
            assert_eq!(values[1..6], want, "{version}");
            assert_eq!(values[6], "a:b");
        }
        check("1.2.3", ["1.2.3", "1", "2", "3", ""]);
        check("1.2.3-beta.1", ["1.2.3-beta.1", "1", "2", "3", "beta.1"]);
        check("0.0.1-a-b+c-d", ["0.0.1-a-b+c-d", "0", "0", "1", "a-b"]);
        check("0.0.1+c-d", ["0.0.1+c-d", "0", "0", "1", ""]);
    }
}
