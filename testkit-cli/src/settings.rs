//! What the arguments mean on this machine and on this terminal; read once, at the start.

use std::io::IsTerminal as _;
use std::num::NonZeroU32;

use camino::Utf8PathBuf;

use crate::args::{ColorChoice, CommonArguments, RunArguments};
use crate::build::{BuildRequest, Environment};
use crate::report::terminal::{self, Mode, Verbosity};

/// Where the command was started and what its output is.
#[derive(Clone, Debug)]
pub(crate) struct Surroundings {
    /// The folder, absolute.
    pub(crate) directory: Utf8PathBuf,
    pub(crate) environment: Environment,
    pub(crate) stdout_is_terminal: bool,
    pub(crate) stderr_is_terminal: bool,
}

impl Surroundings {
    /// What the process was given.
    ///
    /// # Errors
    /// If the current folder is gone, or its path is no UTF-8.
    pub(crate) fn of_process() -> std::io::Result<Self> {
        let directory = std::env::current_dir()?;
        let directory = Utf8PathBuf::try_from(directory).map_err(camino::FromPathBufError::into_io_error)?;
        Ok(Self {
            directory,
            environment: Environment::of_process(),
            stdout_is_terminal: std::io::stdout().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
        })
    }

    /// Whether to colour what goes to standard output: `--color`, then `NO_COLOR`, `CLICOLOR_FORCE`, `FORCE_COLOR`,
    /// `CARGO_TERM_COLOR`, then whether it is a terminal.
    ///
    /// Sources: <https://no-color.org>, <https://bixense.com/clicolors>.
    pub(crate) fn colors(&self, choice: ColorChoice) -> bool {
        let is_set = |name: &str| self.environment.text(name).is_some_and(|value| !value.is_empty() && value != "0");
        match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if self.environment.text("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
            ColorChoice::Auto if is_set("CLICOLOR_FORCE") || is_set("FORCE_COLOR") => true,
            ColorChoice::Auto => match self.environment.text("CARGO_TERM_COLOR") {
                Some("always") => true,
                Some("never") => false,
                _ => self.stdout_is_terminal && self.environment.text("TERM") != Some("dumb"),
            },
        }
    }

    /// What Cargo is asked to build.
    pub(crate) fn build_request(&self, arguments: &CommonArguments) -> BuildRequest {
        BuildRequest {
            cargo: arguments.cargo.clone(),
            directory: self.directory.clone().into_std_path_buf(),
            environment: self.environment.clone(),
            color: arguments.color,
            is_quiet: arguments.quiet > 1,
            verbose: arguments.verbose.saturating_sub(2),
            // Two programs that draw on one terminal draw over each other.
            shows_progress: self.stderr_is_terminal && !self.stdout_is_terminal,
        }
    }

    /// How many tests run at once: as asked, else one for each CPU that this process may use.
    pub(crate) fn workers(&self, arguments: &RunArguments) -> usize {
        if arguments.no_capture {
            return 1;
        }
        let cpus = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        arguments.workers.map_or_else(cpus, |workers| workers.get() as usize)
    }

    /// How wide the report may be: `COLUMNS`, where 0 is without limit, then the terminal's width, then that of a log.
    fn columns(&self) -> usize {
        match self.environment.text("COLUMNS").and_then(|text| text.parse().ok()) {
            Some(0) => usize::MAX,
            Some(columns) => columns,
            None if self.stdout_is_terminal => usize::from(terminal_width()),
            None => testkit_protocol::text::DEFAULT_COLUMNS,
        }
    }

    /// How the terminal report is to look.
    pub(crate) fn terminal(&self, arguments: &RunArguments, rerun: String) -> terminal::Settings {
        let common = &arguments.selection.common;
        let is_live = self.stdout_is_terminal
            && !arguments.no_capture
            && self.environment.text("CI").is_none_or(str::is_empty)
            && self.environment.text("TERM") != Some("dumb");
        terminal::Settings {
            mode: if is_live { Mode::Live(terminal_width) } else { Mode::Plain },
            color: self.colors(common.color),
            columns: self.columns(),
            verbosity: Verbosity::from_flags(common.verbose, common.quiet),
            setup_show: arguments.setup_show,
            shows_seed: arguments.seed.is_some() || common.verbose > 0,
            durations: arguments.durations.unwrap_or(0),
            rerun,
        }
    }
}

/// Width of the terminal in columns, as it is now; 80 if it does not say.
fn terminal_width() -> u16 {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(std::io::stdout())
        && size.ws_col > 0
    {
        return size.ws_col;
    }
    80
}

/// After how many failures to stop.
pub(crate) fn max_failures(arguments: &RunArguments) -> Option<u32> {
    if arguments.exit_first { Some(1) } else { arguments.maxfail.map(NonZeroU32::get) }
}

/// The command line without its selectors: adding ids to it runs those tests under the same conditions.
pub(crate) fn rerun_command(typed: &[String], selectors: &[String]) -> String {
    let program = typed.first().map_or("testkit", String::as_str);
    let is_cargo = camino::Utf8Path::new(program).file_stem().is_some_and(|name| name == "cargo-testkit");
    let mut words = vec![if is_cargo { "cargo testkit".to_owned() } else { "testkit".to_owned() }];
    let kept = typed.iter().skip(1).filter(|word| *word != "run" && !selectors.contains(word));
    words.extend(kept.map(|word| crate::words::shell_word(word)));
    words.join(" ")
}

/// A seed that the last run did not have.
pub(crate) fn new_seed() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _, RandomState};
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    // The standard library's hasher has a random key, and is the only source of randomness that it gives.
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u128(since.as_nanos());
    hasher.write_u32(std::process::id());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rerun_command_keeps_the_conditions() {
        #[track_caller]
        fn check(typed: &[&str], selectors: &[&str], want: &str) {
            let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            assert_eq!(rerun_command(&owned(typed), &owned(selectors)), want);
        }
        check(&["testkit"], &[], "testkit");
        check(&["/usr/bin/testkit", "run", "-p", "a b", "add"], &["add"], "testkit -p 'a b'");
        check(&["cargo-testkit", "--release", "x", "y"], &["x", "y"], "cargo testkit --release");
    }
}
