//! Whole builds of a small workspace, compared with Cargo's own doing.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::{Command, Stdio};

use super::config::Config;
use super::facts::Facts;
use super::*;
use crate::args::{CargoArguments, ColorChoice};
use crate::model::{Binary, Harness};

/// Writes all of its environment, and its working directory, to a file named after the target.
const DUMP: &str = r#"
fn dump(name: &str) {
    let mut text = format!("(directory)={}\n", std::env::current_dir().unwrap().display());
    for (name, value) in std::env::vars() {
        text.push_str(&format!("{name}={}\n", value.replace('\n', "\\n")));
    }
    std::fs::write(std::path::Path::new(&std::env::var("DUMP_FOLDER").unwrap()).join(name), text).unwrap();
}
"#;

/// A workspace with all that has a say in how a test is started.
struct Project {
    folder: tempfile::TempDir,
    /// Variables beside the usual ones.
    variables: Vec<(&'static str, OsString)>,
}

impl Project {
    fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
        project.write("ws/Cargo.toml", "[workspace]\nmembers = ['members/*']\nresolver = '3'\n");
        project.write(
            "ws/members/first/Cargo.toml",
            "[package]\nname = 'first'\nversion = '1.2.3-beta.1'\nedition = '2024'\nauthors = ['A <a@b>', 'C']\n\
             description = 'some \"words\"'\nrust-version = '1.85'\nlicense = 'MIT'\nreadme = 'R.md'\n\
             [[test]]\nname = 'custom'\nharness = false\n[[bin]]\nname = 'tool-x'\npath = 'src/main.rs'\n",
        );
        project.write("ws/members/first/R.md", "");
        project.write(
            "ws/members/first/build.rs",
            r#"fn main() {
                println!("cargo::rustc-env=SAID=hello world");
                println!("cargo::rustc-link-search=native={}", std::env::var("OUT_DIR").unwrap());
                println!("cargo::rustc-link-search=/usr/lib");
            }"#,
        );
        project
            .write("ws/members/first/src/lib.rs", &format!("#[test] fn t() {{ dump(\"lib\") }} #[cfg(test)] {DUMP}"));
        project.write("ws/members/first/src/main.rs", "fn main() {}");
        project.write("ws/members/first/tests/integration.rs", &format!("#[test] fn t() {{ dump(\"test\") }} {DUMP}"));
        project.write("ws/members/first/tests/custom.rs", &format!("fn main() {{ dump(\"custom\") }} {DUMP}"));
        project.write(
            "ws/.cargo/config.toml",
            "[env]\nPLAIN = 'p'\nUSER = 'not me'\nFORCED = { value = 'f', force = true }\n\
             REL = { value = 'some/dir', relative = true }\nCARGO_PKG_NAME = { value = 'x', force = true }\n",
        );
        for folder in ["by_cargo", "by_us", "cache"] {
            std::fs::create_dir(project.path(folder)).unwrap();
        }
        project
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().canonicalize().unwrap().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// As in a shell of its own: without what the Cargo and the rustup that run this test have set.
    fn environment(&self, dump_folder: &str) -> Environment {
        let is_inherited = |name: &OsString| {
            let name = name.to_string_lossy();
            let is_set_by_cargo = ["CARGO", "RUSTC", "RUSTDOC", "RUST_RECURSION_COUNT", "LD_LIBRARY_PATH", "DYLD_"]
                .iter()
                .any(|prefix| name.starts_with(prefix));
            // Where the toolchains are is the machine's affair.
            matches!(&*name, "CARGO_HOME") || !(is_set_by_cargo || name.starts_with("RUSTUP_TOOLCHAIN"))
        };
        let own = [
            ("DUMP_FOLDER", self.path(dump_folder)),
            ("XDG_CACHE_HOME", self.path("cache")),
            ("FORCED", "inherited".into()),
            ("USER", "me".into()),
            ("LD_LIBRARY_PATH", "/somewhere/else".into()),
        ];
        let own = own.into_iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        std::env::vars_os()
            .filter(|(name, _)| is_inherited(name))
            .chain(own)
            .chain(self.variables.iter().map(|(name, value)| (OsString::from(name), value.clone())))
            .collect()
    }

    fn request(&self) -> BuildRequest {
        BuildRequest {
            cargo: CargoArguments { offline: true, ..CargoArguments::default() },
            directory: self.path("ws"),
            environment: self.environment("by_us"),
            color: ColorChoice::Never,
            is_quiet: true,
            verbose: 0,
            shows_progress: false,
        }
    }

    fn build(&self) -> (Vec<Binary>, bool) {
        let mut build = Build::start(self.request()).unwrap();
        let mut binaries = Vec::new();
        loop {
            match build.next().unwrap().expect("`Finished` comes first") {
                BuildMessage::Binary(binary) => binaries.push(*binary),
                BuildMessage::Finished { success, duration: _ } => {
                    assert!(build.next().unwrap().is_none());
                    return (binaries, success);
                }
            }
        }
    }

    /// The variables that a target has written down, but for those that rightly differ.
    fn dumped(&self, folder: &str, target: &str) -> BTreeMap<String, String> {
        let text = std::fs::read_to_string(self.path(folder).join(target)).unwrap();
        let variables = text.lines().filter_map(|line| line.split_once('='));
        // The first tells ours from Cargo's. The others are rustup's bookkeeping: how it chose a toolchain, and how deep
        // its stand-ins are nested.
        let differs = ["DUMP_FOLDER", "RUSTUP_TOOLCHAIN_SOURCE", "RUST_RECURSION_COUNT"];
        variables
            .filter(|(name, _)| !differs.contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

fn run_all(binaries: &[Binary], environment: &Environment) {
    for binary in binaries {
        let mut command = Command::new(&binary.launch.command[0]);
        environment.apply_to(&mut command);
        command.args(&binary.launch.command[1..]).current_dir(&binary.launch.directory);
        command.envs(binary.launch.environment.iter().map(|(name, value)| (name, value)));
        assert!(command.stdout(Stdio::null()).status().unwrap().success(), "{}", binary.id);
    }
}

#[test]
fn a_test_sees_the_environment_that_cargo_test_gives_it() {
    compare_with_cargo(&Project::new());
}

#[test]
fn so_it_does_with_a_target_and_a_build_directory() {
    let mut project = Project::new();
    let host = Facts::load(&project.request(), &Config::default()).unwrap().host;
    project.variables.push(("CARGO_BUILD_TARGET", host.into()));
    project.variables.push(("CARGO_BUILD_BUILD_DIR", project.path("elsewhere").into()));
    compare_with_cargo(&project);
}

fn compare_with_cargo(project: &Project) {
    let (mut binaries, success) = project.build();
    assert!(success);
    binaries.sort_by(|a, b| a.id.cmp(&b.id));
    let got: Vec<_> = binaries.iter().map(|binary| (binary.id.as_str(), binary.harness)).collect();
    let want = [
        ("first", Harness::Libtest),
        ("first::bin/tool-x", Harness::Libtest),
        ("first::custom", Harness::Custom),
        ("first::integration", Harness::Libtest),
    ];
    assert_eq!(got, want);
    run_all(&binaries, &project.environment("by_us"));

    let mut cargo = Command::new("cargo");
    project.environment("by_cargo").apply_to(&mut cargo);
    cargo.args(["test", "--offline", "--quiet", "--lib", "--tests"]).current_dir(project.path("ws"));
    assert!(cargo.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap().success());

    for target in ["lib", "test", "custom"] {
        let (by_us, by_cargo) = (project.dumped("by_us", target), project.dumped("by_cargo", target));
        for name in by_us.keys().chain(by_cargo.keys()) {
            assert_eq!(by_us.get(name), by_cargo.get(name), "{name} in `{target}`: ours left, Cargo's right");
        }
        assert!(by_cargo.contains_key("CARGO_PKG_NAME"));
    }
}

#[test]
fn facts_are_kept_until_a_file_changes_and_a_new_member_is_noticed() {
    let project = Project::new();
    let request = project.request();
    let config = Config::default();
    let first = Facts::load(&request, &config).unwrap();
    assert_eq!(first.packages.len(), 1);
    let cache = std::fs::read_dir(project.path("cache/testkit/facts")).unwrap().next().unwrap().unwrap().path();
    let text = std::fs::read_to_string(&cache).unwrap();
    std::fs::write(&cache, text.replace("beta.1", "from-the-cache")).unwrap();
    let version = |facts: &Facts| facts.packages.values().next().unwrap().environment[1].1.clone();
    assert_eq!(version(&Facts::load(&request, &config).unwrap()), "1.2.3-from-the-cache");

    // A manifest that `members = ["members/*"]` takes in changes no file that was read.
    project.write("ws/members/second/Cargo.toml", "[package]\nname = 'second'\nversion = '0.1.0'\nedition = '2024'\n");
    project.write("ws/members/second/src/lib.rs", "");
    assert_eq!(Facts::load(&request, &config).unwrap().packages.len(), 1);
    let (binaries, _) = project.build();
    assert!(binaries.iter().any(|binary| binary.id.as_str() == "second"), "{binaries:?}");

    project.write("ws/members/second/Cargo.toml", "[package]\nname = 'second'\nversion = '0.1.1'\nedition = '2024'\n");
    let facts = Facts::load(&request, &config).unwrap();
    assert_eq!(facts.packages.len(), 2);
    assert_eq!(version(&facts), "1.2.3-beta.1");
}

#[test]
fn a_build_that_fails_says_so() {
    let project = Project::new();
    project.write("ws/members/first/src/main.rs", "fn main() { wrong }");
    assert!(!project.build().1);

    project.write("ws/members/first/Cargo.toml", "wrong");
    let error = Build::start(project.request()).unwrap().next().unwrap_err();
    assert!(matches!(error, BuildError::Cargo { status } if status.code() == Some(101)), "{error}");
}

#[test]
#[cfg(unix)]
fn a_build_can_be_killed_from_elsewhere() {
    let project = Project::new();
    project.write("ws/members/first/build.rs", "fn main() { std::thread::sleep(std::time::Duration::from_secs(60)) }");
    let started = std::time::Instant::now();
    let mut build = Build::start(project.request()).unwrap();
    let killer = build.killer();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        killer.kill();
    });
    let error = loop {
        match build.next() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the build was not killed"),
            Err(error) => break error,
        }
    };
    thread.join().unwrap();
    assert!(started.elapsed().as_secs() < 30);
    assert!(matches!(error, BuildError::Cargo { status } if status.code().is_none()), "{error}");
}
