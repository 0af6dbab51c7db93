//! What is to be built, and the command line that says so.

use std::ffi::OsString;
use std::path::PathBuf;

use super::environment::Environment;
use crate::args::{CargoArguments, ColorChoice};

/// What is to be built and how Cargo is to speak.
#[derive(Clone, Debug)]
pub(crate) struct BuildRequest {
    /// Cargo's own options.
    pub(crate) cargo: CargoArguments,
    /// Where Cargo is started, absolute.
    pub(crate) directory: PathBuf,
    /// The environment the command was started in.
    pub(crate) environment: Environment,
    /// Whether Cargo and the compiler may colour.
    pub(crate) color: ColorChoice,
    /// Cargo says nothing but warnings and errors.
    pub(crate) is_quiet: bool,
    /// Cargo says more.
    pub(crate) verbose: u8,
    /// Cargo may draw its own progress bar on the terminal; not if we draw one.
    pub(crate) shows_progress: bool,
}

impl BuildRequest {
    /// The program: `$CARGO`, which is set where Cargo started us, else `cargo`.
    pub(crate) fn cargo_program(&self) -> OsString {
        self.environment.get("CARGO").map_or_else(|| "cargo".into(), OsString::from)
    }

    /// The arguments. What is tested is Cargo's choice: no `--lib` or `--tests` that the user has not typed.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let cargo = &self.cargo;
        let mut arguments = Arguments(vec!["test".to_owned(), "--no-run".to_owned()]);
        arguments.value("--message-format", Some("json-render-diagnostics"));
        let color = match self.color {
            ColorChoice::Auto => "auto",
            ColorChoice::Always => "always",
            ColorChoice::Never => "never",
        };
        arguments.value("--color", Some(color));
        arguments.switch("--quiet", self.is_quiet);
        for _ in 0..self.verbose.min(2) {
            arguments.switch("--verbose", !self.is_quiet);
        }
        arguments.values("--package", &cargo.package);
        arguments.switch("--workspace", cargo.workspace);
        arguments.values("--exclude", &cargo.exclude);
        arguments.switch("--lib", cargo.lib);
        arguments.switch("--bins", cargo.bins);
        arguments.values("--bin", &cargo.bin);
        arguments.switch("--examples", cargo.examples);
        arguments.values("--example", &cargo.example);
        arguments.switch("--tests", cargo.tests);
        arguments.values("--test", &cargo.test);
        arguments.switch("--benches", cargo.benches);
        arguments.values("--bench", &cargo.bench);
        arguments.switch("--all-targets", cargo.all_targets);
        arguments.values("--features", &cargo.features);
        arguments.switch("--all-features", cargo.all_features);
        arguments.switch("--no-default-features", cargo.no_default_features);
        arguments.switch("--release", cargo.release);
        arguments.value("--profile", cargo.profile.as_deref());
        arguments.value("--target", cargo.target.as_deref());
        arguments.value("--target-dir", cargo.target_dir.as_ref().map(|path| path.as_str()));
        arguments.value("--manifest-path", cargo.manifest_path.as_ref().map(|path| path.as_str()));
        arguments.value("--jobs", cargo.build_jobs.as_deref());
        arguments.switch("--locked", cargo.locked);
        arguments.switch("--offline", cargo.offline);
        arguments.switch("--frozen", cargo.frozen);
        arguments.values("--config", &cargo.config);
        arguments.0
    }
}

struct Arguments(Vec<String>);

impl Arguments {
    fn switch(&mut self, name: &str, is_given: bool) {
        if is_given {
            self.0.push(name.to_owned());
        }
    }

    /// Joined by `=`, so that a value that starts with a dash stays one.
    fn value(&mut self, name: &str, value: Option<&str>) {
        self.0.extend(value.map(|value| format!("{name}={value}")));
    }

    fn values(&mut self, name: &str, values: &[String]) {
        for value in values {
            self.value(name, Some(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn passes_cargos_options_on() {
        #[track_caller]
        fn check(typed: &str, want: &str) {
            let arguments = crate::args::Arguments::parse_from(typed.split(' '));
            let request = BuildRequest {
                cargo: arguments.run.selection.common.cargo,
                directory: "/".into(),
                environment: Environment::default(),
                color: ColorChoice::Never,
                is_quiet: false,
                verbose: 0,
                shows_progress: false,
            };
            let got = request.arguments().join(" ");
            let got = got.strip_prefix("test --no-run --message-format=json-render-diagnostics --color=never").unwrap();
            assert_eq!(got.trim_start(), want, "{typed}");
        }
        check("testkit", "");
        check("testkit -p a -p b --lib", "--package=a --package=b --lib");
        check("testkit --workspace --exclude c --release", "--workspace --exclude=c --release");
        check("testkit --cargo-profile ci -j 3", "--profile=ci --jobs=3");
        check("testkit -F a,b --all-targets --offline", "--all-targets --features=a,b --offline");
        check("testkit --build-jobs=-1 --config a=1 --config b=2", "--jobs=-1 --config=a=1 --config=b=2");
        check("testkit --target x --target-dir t --manifest-path m", "--target=x --target-dir=t --manifest-path=m");
        check("testkit --test a --bin b --bench c --example d", "--bin=b --example=d --test=a --bench=c");
        check("testkit --tests --bins --benches --examples", "--bins --examples --tests --benches");
        check("testkit --locked --frozen --no-default-features", "--no-default-features --locked --frozen");
    }
}
