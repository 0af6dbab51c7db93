//! What was typed. What it means is in [`crate::settings`].

use camino::Utf8PathBuf;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

/// Builds a workspace's tests, finds all of them, runs them and reports.
#[derive(Debug, Parser)]
#[command(
    name = "testkit",
    bin_name = "testkit",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build, then run tests; what `testkit` without a command does
    Run(RunArguments),
    /// Build, then list tests without running any
    List(ListArguments),
    /// Build, then list the fixtures that tests can ask for
    Fixtures(FixturesArguments),
}

#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub(crate) selection: SelectionArguments,
    /// Run tests in N processes at once [default: the number of CPUs]
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) workers: Option<std::num::NonZeroU32>,
    /// Stop at the first failure
    #[arg(short = 'x', long = "exitfirst", conflicts_with = "maxfail")]
    pub(crate) exit_first: bool,
    /// Stop after N failures
    #[arg(long, value_name = "N")]
    pub(crate) maxfail: Option<std::num::NonZeroU32>,
    /// Kill a test that runs longer than this: `500ms`, `5s`, `2m`; a test's own `#[timeout]` comes first
    #[arg(long, value_name = "TIME", value_parser = testkit_protocol::duration::parse)]
    pub(crate) timeout: Option<std::time::Duration>,
    /// How tests share processes
    #[arg(long, value_enum, default_value_t = Isolation::Worker, value_name = "HOW")]
    pub(crate) isolation: Isolation,
    /// Let tests write to the terminal as they run; one at a time
    #[arg(long, alias = "nocapture")]
    pub(crate) no_capture: bool,
    /// Do not start tests before everything is built
    #[arg(long)]
    pub(crate) no_early: bool,
    /// Seed of everything random in the run, to repeat it [default: another one each time]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Show what is set up for tests and torn down after them, as it happens
    #[arg(long)]
    pub(crate) setup_show: bool,
    /// Show the N slowest tests
    #[arg(long, value_name = "N")]
    pub(crate) durations: Option<usize>,
    /// Write a report: `jsonl=PATH` for every event as a line of JSON; may be given more than once
    #[arg(long = "report", value_name = "KIND=PATH", value_parser = parse_report)]
    pub(crate) reports: Vec<ReportRequest>,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    pub(crate) selection: SelectionArguments,
    /// Form of the list
    #[arg(long, value_enum, default_value_t = ListFormat::Tree, value_name = "FORM")]
    pub(crate) format: ListFormat,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct FixturesArguments {
    /// Which fixtures: part of a path, `path/to/file.rs`, `path/to/file.rs:LINE` [default: all]
    #[arg(value_name = "SELECTOR")]
    pub(crate) selectors: Vec<String>,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
    /// Form of the list
    #[arg(long, value_enum, default_value_t = FixturesFormat::Text, value_name = "FORM")]
    pub(crate) format: FixturesFormat,
}

/// Which tests.
#[derive(Clone, Debug, Args)]
pub(crate) struct SelectionArguments {
    /// Which tests: part of an id, a full id, `path/to/file.rs`, `path/to/file.rs:LINE`, `file.rs::Group::test` [default: all]
    #[arg(value_name = "SELECTOR")]
    pub(crate) selectors: Vec<String>,
    /// Which ignored tests to run as well
    #[arg(long, value_enum, default_value_t = RunIgnored::Default, value_name = "WHICH")]
    pub(crate) run_ignored: RunIgnored,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// What all commands share: how tests are built, how much is said.
#[derive(Clone, Debug, Args)]
pub(crate) struct CommonArguments {
    /// Say more; twice for still more
    #[arg(short, long, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Say less; twice for the counts alone
    #[arg(short, long, action = ArgAction::Count, conflicts_with = "verbose")]
    pub(crate) quiet: u8,
    /// Colour the output
    #[arg(long, value_enum, default_value_t = ColorChoice::Auto, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
    #[command(flatten)]
    pub(crate) cargo: CargoArguments,
}

/// Cargo's own options, under their own names; passed on to `cargo test --no-run`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Cargo options")]
#[expect(clippy::struct_excessive_bools, reason = "each is one of Cargo's own switches")]
pub(crate) struct CargoArguments {
    /// Package to test; may be given more than once
    #[arg(short, long, value_name = "SPEC")]
    pub(crate) package: Vec<String>,
    /// Test all packages of the workspace
    #[arg(long, alias = "all")]
    pub(crate) workspace: bool,
    /// Leave a package out of `--workspace`
    #[arg(long, value_name = "SPEC")]
    pub(crate) exclude: Vec<String>,
    /// Test only the library's unit tests
    #[arg(long)]
    pub(crate) lib: bool,
    /// Test all binaries
    #[arg(long)]
    pub(crate) bins: bool,
    /// Test only this binary
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Vec<String>,
    /// Test all examples
    #[arg(long)]
    pub(crate) examples: bool,
    /// Test only this example
    #[arg(long, value_name = "NAME")]
    pub(crate) example: Vec<String>,
    /// Test all targets that have `test = true`
    #[arg(long)]
    pub(crate) tests: bool,
    /// Test only this test target
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Vec<String>,
    /// Test all targets that have `bench = true`
    #[arg(long)]
    pub(crate) benches: bool,
    /// Test only this bench target
    #[arg(long, value_name = "NAME")]
    pub(crate) bench: Vec<String>,
    /// Test all targets
    #[arg(long)]
    pub(crate) all_targets: bool,
    /// Features to activate, separated by commas or spaces
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub(crate) features: Vec<String>,
    /// Activate all features
    #[arg(long)]
    pub(crate) all_features: bool,
    /// Do not activate the `default` feature
    #[arg(long)]
    pub(crate) no_default_features: bool,
    /// Build with optimisations
    #[arg(short, long)]
    pub(crate) release: bool,
    /// Build with this Cargo profile
    #[arg(long = "profile", visible_alias = "cargo-profile", value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Build for this target triple
    #[arg(long, value_name = "TRIPLE")]
    pub(crate) target: Option<String>,
    /// Folder for everything that is built
    #[arg(long, value_name = "FOLDER")]
    pub(crate) target_dir: Option<Utf8PathBuf>,
    /// Path of the manifest
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<Utf8PathBuf>,
    /// Number of jobs that Cargo builds with
    #[arg(short = 'j', long = "build-jobs", value_name = "N")]
    pub(crate) build_jobs: Option<String>,
    /// Require that `Cargo.lock` is up to date
    #[arg(long)]
    pub(crate) locked: bool,
    /// Do not use the network
    #[arg(long)]
    pub(crate) offline: bool,
    /// Both `--locked` and `--offline`
    #[arg(long)]
    pub(crate) frozen: bool,
    /// Override a Cargo configuration value
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) config: Vec<String>,
}

/// How tests share processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Isolation {
    /// Many tests in a process, one at a time
    Worker,
    /// Every test in a process of its own
    Process,
    /// A binary's plain tests in one process, several at a time, as `cargo test` does
    Threads,
}

/// Which tests with `#[ignore]` are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunIgnored {
    /// None of them
    Default,
    /// Them alone
    Only,
    /// Them too
    All,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// If the output is a terminal that takes colour
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Form of `testkit list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// Binaries, modules and groups as a tree
    Tree,
    /// One id a line
    Ids,
    /// One JSON document
    Json,
}

/// Form of `testkit fixtures`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixturesFormat {
    /// For people: each with its place, what it asks for and its documentation
    Text,
    /// One JSON document
    Json,
}

/// One `--report`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportRequest {
    /// The format.
    pub(crate) kind: ReportKind,
    /// The file it goes to.
    pub(crate) path: Utf8PathBuf,
}

/// The formats of report files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportKind {
    /// Every event as one line of JSON.
    Jsonl,
}

fn parse_report(text: &str) -> Result<ReportRequest, String> {
    let (kind, path) = text.split_once('=').ok_or("expected KIND=PATH, such as jsonl=target/events.jsonl")?;
    let kind = match kind {
        "jsonl" => ReportKind::Jsonl,
        _ => return Err(format!("unknown kind of report `{kind}`; known are: jsonl")),
    };
    if path.is_empty() {
        return Err("the path is empty".to_owned());
    }
    Ok(ReportRequest { kind, path: path.into() })
}
