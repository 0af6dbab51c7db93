//! Why the command could not do what it was asked to: gathers the parts' own errors and gives each its exit code.

use std::io;

use crate::build::BuildError;
use crate::exit_code::ExitCode;
use crate::report::ReporterError;
use crate::select::NoMatch;

/// What ends the command with a message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// Cargo or what is known of the workspace.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// Some selectors match nothing.
    #[error("{0}")]
    NoMatch(NoMatch),
    /// A binary does not say what tests it holds.
    #[error("the tests of `{binary}` cannot be listed: {reason}")]
    Unlisted {
        /// Id of the binary.
        binary: String,
        /// Why, as a fragment.
        reason: String,
    },
    /// A report file cannot be created.
    #[error("failed to create the report {path}: {source}")]
    Report {
        /// Its path.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// Reports broke off.
    #[error("{0}")]
    Reporter(#[from] ReporterError),
    /// Something of the system that the command cannot do without.
    #[error("failed to {what}: {source}")]
    System {
        /// What was to be done.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
}

impl CliError {
    /// What the shell sees.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Build(BuildError::Cargo { .. }) => ExitCode::BuildFailed,
            Self::Build(BuildError::PackageConfig(_)) | Self::NoMatch(_) | Self::Report { .. } => ExitCode::Usage,
            Self::Build(_) | Self::Unlisted { .. } | Self::Reporter(_) | Self::System { .. } => ExitCode::Internal,
        }
    }

    /// Whether somebody else has told the user already.
    pub(crate) fn is_told(&self) -> bool {
        matches!(self, Self::Build(BuildError::Cargo { .. }))
    }
}
