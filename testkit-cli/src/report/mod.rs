//! Reporters: each makes something of the events of a run, and of nothing else.
//!
//! [`terminal`] writes for the person in front of it, [`json_lines`] for programs. [`Reporters`] hands every event to each of
//! several and keeps them apart, so that one that fails stops no other.

pub(crate) mod json_lines;
mod reporters;
pub(crate) mod terminal;

use std::io;

use testkit_protocol::event::Event;

pub(crate) use self::reporters::{ReporterError, Reporters};

/// Something that follows a run.
pub(crate) trait Reporter {
    /// Takes the next event.
    ///
    /// # Errors
    /// What the writer behind it answers; the reporter is given nothing more then.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Nothing happens for a moment: what is held back for the sake of speed can reach its reader now.
    ///
    /// # Errors
    /// What the writer behind it answers; the reporter is given nothing more then.
    fn pause(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Writes what is still to be written; called once, whether or not the run came to its end.
    ///
    /// # Errors
    /// What the writer behind it answers.
    fn finish(&mut self) -> io::Result<()>;
}

#[cfg(test)]
mod tests;
