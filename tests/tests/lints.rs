//! What the macros write must not be a lint of whoever uses them: tests of every kind, compiled with all lints denied.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::fs;
use std::process::Command;

use testkit_tests::command::prepare;
use testkit_tests::project::{Project, SETTINGS};
use testkit_tests::root;

/// Lints of the compiler, those included that are off if nobody asks for them.
const OF_RUSTC: &str = "
warnings = \"deny\"
future_incompatible = { level = \"deny\", priority = -1 }
let_underscore = { level = \"deny\", priority = -1 }
nonstandard_style = { level = \"deny\", priority = -1 }
rust_2018_idioms = { level = \"deny\", priority = -1 }
unused = { level = \"deny\", priority = -1 }
ambiguous_negative_literals = \"deny\"
elided_lifetimes_in_paths = \"deny\"
explicit_outlives_requirements = \"deny\"
let_underscore_drop = \"deny\"
macro_use_extern_crate = \"deny\"
meta_variable_misuse = \"deny\"
missing_abi = \"deny\"
missing_debug_implementations = \"deny\"
missing_docs = \"deny\"
non_ascii_idents = \"deny\"
redundant_imports = \"deny\"
redundant_lifetimes = \"deny\"
single_use_lifetimes = \"deny\"
trivial_casts = \"deny\"
trivial_numeric_casts = \"deny\"
unit_bindings = \"deny\"
unnameable_types = \"deny\"
unreachable_pub = \"deny\"
unsafe_code = \"forbid\"
unused_extern_crates = \"deny\"
unused_import_braces = \"deny\"
unused_lifetimes = \"deny\"
unused_macro_rules = \"deny\"
unused_qualifications = \"deny\"
unused_results = \"deny\"
variant_size_differences = \"deny\"
";

const OF_CLIPPY: &str = "
all = { level = \"deny\", priority = -1 }
pedantic = { level = \"deny\", priority = -1 }
";

/// The source of a file in `tests/fixtures/lints`.
fn source(name: &str) -> String {
    fs::read_to_string(root().join("tests/fixtures/lints").join(name)).unwrap()
}

/// A crate with tests of every kind, and one that has fixtures for others.
fn project(edition: &str) -> Project {
    let testkit = root().join("testkit").display().to_string();
    let name = format!("lints_{edition}");
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n");
    let lints = format!("[lints.rust]{OF_RUSTC}\n[lints.clippy]{OF_CLIPPY}\n");
    let features = "features = [\"proptest\", \"smol\", \"tokio\"]";
    let settings = SETTINGS.replace("[workspace]", "[workspace]\nresolver = \"2\"\nmembers = [\"support\"]");
    let manifest = format!(
        "{}\n[package.metadata.testkit]\nmarks = [\"slow\", \"db\"]\n\n\
         [dev-dependencies]\nsupport = {{ path = \"support\" }}\n\n\
         [dev-dependencies.testkit]\npath = \"{testkit}\"\n{features}\n\n{lints}{settings}",
        package(&name)
    );
    let of_support =
        format!("{}\n[dependencies.testkit]\npath = \"{testkit}\"\n{features}\n\n{lints}", package("support"));
    Project::empty(&name)
        .file("Cargo.toml", &manifest)
        .file("src/lib.rs", &source("inline.rs"))
        .file("tests/test_discovered.rs", &source("discovered.rs"))
        .file("tests/cases.csv", "a,b\n2,1\n3,\n")
        .file("support/Cargo.toml", &of_support)
        .file("support/src/lib.rs", &source("support.rs"))
}

fn cargo(project: &Project, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(project.folder());
    prepare(&mut command);
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Clippy shows what the compiler does as well; where it is not installed, the compiler's lints are what can be looked at.
#[track_caller]
fn check(edition: &str) {
    let project = project(edition);
    let has_clippy = Command::new("cargo").args(["clippy", "--version"]).output().is_ok_and(|it| it.status.success());
    let command = if has_clippy { "clippy" } else { "check" };
    let (is_clean, said) = cargo(&project, &[command, "--workspace", "--all-targets", "--quiet", "--keep-going"]);
    assert!(is_clean, "{said}");
    // That they are lints at all: the same with one more.
    let manifest = fs::read_to_string(project.folder().join("Cargo.toml")).unwrap();
    project.write("tests/test_discovered.rs", &(source("discovered.rs") + "\nfn unused() {}\n"));
    let (is_clean, said) = cargo(&project, &[command, "--test", "test_discovered", "--quiet"]);
    assert!(!is_clean && said.contains("function `unused` is never used"), "{manifest}\n{said}");
}

#[test]
fn expansions_are_no_lints_in_edition_2021() {
    check("2021");
}

#[test]
fn expansions_are_no_lints_in_edition_2024() {
    check("2024");
}
