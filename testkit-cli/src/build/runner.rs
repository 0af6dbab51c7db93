//! The target runner: a program that stands between Cargo and a test binary, such as qemu.
//!
//! Source: <https://doc.rust-lang.org/cargo/reference/config.html#targettriplerunner>.

use std::ffi::OsString;
use std::path::Path;

use cargo_platform::{Cfg, CfgExpr};

use super::config::{Config, Leaf, Origin};
use super::environment::Environment;

/// The runner's program and its leading arguments for binaries of `triple`, if one is configured.
///
/// `cfgs` is asked only if the configuration has `target.'cfg(…)'.runner`; it gives the target's `--print cfg`.
pub(crate) fn target_runner(
    config: &Config,
    environment: &Environment,
    directory: &Path,
    triple: &str,
    cfgs: impl FnOnce() -> Vec<Cfg>,
) -> Option<Vec<OsString>> {
    let variable = format!("CARGO_TARGET_{}_RUNNER", triple.to_uppercase().replace(['-', '.'], "_"));
    let configured = config.get(&["target", triple, "runner"]);
    if let Some(leaf) = configured.filter(|leaf| leaf.origin.is_argument) {
        return command(leaf);
    }
    if let Some(text) = environment.text(&variable) {
        return words(text, &Origin { base: directory.to_owned(), is_argument: false });
    }
    if let Some(leaf) = configured {
        return command(leaf);
    }
    let candidates: Vec<(CfgExpr, &Leaf)> = config
        .keys("target")
        .filter_map(|key| {
            let expression = key.strip_prefix("cfg(")?.strip_suffix(')')?;
            Some((expression.parse().ok()?, config.get(&["target", key, "runner"])?))
        })
        .collect();
    if candidates.is_empty() {
        return None;
    }
    let cfgs = cfgs();
    // Cargo refuses to build when two of them match, so the first is the one.
    candidates.into_iter().find(|(expression, _)| expression.matches(&cfgs)).and_then(|(_, leaf)| command(leaf))
}

fn command(leaf: &Leaf) -> Option<Vec<OsString>> {
    match &leaf.value {
        toml::Value::String(text) => words(text, &leaf.origin),
        toml::Value::Array(parts) => {
            let mut parts = parts.iter().filter_map(toml::Value::as_str);
            let program = program(parts.next()?, &leaf.origin);
            Some(std::iter::once(program).chain(parts.map(OsString::from)).collect())
        }
        _ => None,
    }
}

fn words(text: &str, origin: &Origin) -> Option<Vec<OsString>> {
    let mut words = text.split_whitespace();
    let program = program(words.next()?, origin);
    Some(std::iter::once(program).chain(words.map(OsString::from)).collect())
}

/// A name stays one, to be looked up in `PATH`; a path counts from where it was written.
fn program(text: &str, origin: &Origin) -> OsString {
    if text.contains(std::path::is_separator) { origin.base.join(text).into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_runner() {
        #[track_caller]
        fn check(argument: &str, variable: Option<&str>, want: Option<&str>) {
            let environment = variable.map(|value| ("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER", value));
            let environment = environment.into_iter().collect();
            let folder = tempfile::tempdir().unwrap();
            let config = Config::load(folder.path(), &Environment::default(), &[argument.to_owned()]).unwrap();
            let cfgs = || ["unix", "target_os=\"linux\""].iter().map(|cfg| cfg.parse().unwrap()).collect();
            let got = target_runner(&config, &environment, folder.path(), "x86_64-unknown-linux-gnu", cfgs);
            let got = got.map(|words| words.join(std::ffi::OsStr::new("|")).into_string().unwrap());
            let base = folder.path().to_str().unwrap();
            assert_eq!(got.map(|got| got.replace(base, "BASE")).as_deref(), want, "{argument} {variable:?}");
        }
        check("", None, None);
        check("target.x86_64-unknown-linux-gnu.runner='qemu -L /'", None, Some("qemu|-L|/"));
        check("target.x86_64-unknown-linux-gnu.runner=['my qemu', '-L x']", None, Some("my qemu|-L x"));
        check("target.x86_64-unknown-linux-gnu.runner='./bin/run a'", None, Some("BASE/./bin/run|a"));
        check("target.aarch64-unknown-linux-gnu.runner='qemu'", None, None);
        check("", Some("wine64 -q"), Some("wine64|-q"));
        check("target.x86_64-unknown-linux-gnu.runner='argument'", Some("variable"), Some("argument"));
        check("target.'cfg(unix)'.runner='u'", None, Some("u"));
        check("target.'cfg(windows)'.runner='w'", None, None);
        check("target.'cfg(all(unix, not(target_os = \"macos\")))'.runner='a'", None, Some("a"));
        check("target.'cfg(any(windows, target_os = \"linux\"))'.runner=['a', 'b']", None, Some("a|b"));
        check("target.'cfg(unix)'.runner='u'", Some("variable"), Some("variable"));
    }
}
