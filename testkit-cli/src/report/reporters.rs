//! Several reporters of one run.

use std::io;

use testkit_protocol::event::Event;

use super::Reporter;

/// The reporters of a run. One that fails is given nothing more; the others go on.
#[derive(Default)]
pub(crate) struct Reporters {
    working: Vec<(String, Box<dyn Reporter>)>,
    failed: Vec<ReporterError>,
}

/// A report that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the report to {name}: {source}")]
pub(crate) struct ReporterError {
    /// What it was written to, as a user knows it: `the terminal`, a path.
    pub(crate) name: String,
    /// What the writer answered.
    #[source]
    pub(crate) source: io::Error,
}

impl Reporters {
    /// Adds a reporter; `name` says what it writes to.
    pub(crate) fn add(&mut self, name: impl Into<String>, reporter: impl Reporter + 'static) {
        self.working.push((name.into(), Box::new(reporter)));
    }

    /// Hands an event to each.
    pub(crate) fn event(&mut self, event: &Event) {
        self.each(|reporter| reporter.event(event));
    }

    /// Tells each that nothing happens for a moment.
    pub(crate) fn pause(&mut self) {
        self.each(|reporter| reporter.pause());
    }

    /// Lets each write what it still has, and gives the errors of all, in the order in which they came.
    pub(crate) fn finish(mut self) -> Vec<ReporterError> {
        self.each(|reporter| reporter.finish());
        self.failed
    }

    fn each(&mut self, mut act: impl FnMut(&mut dyn Reporter) -> io::Result<()>) {
        let failed = &mut self.failed;
        self.working.retain_mut(|(name, reporter)| match act(reporter.as_mut()) {
            Ok(()) => true,
            Err(source) => {
                failed.push(ReporterError { name: std::mem::take(name), source });
                false
            }
        });
    }
}
