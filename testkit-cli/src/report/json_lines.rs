//! `--report jsonl=PATH`: every event as one line of JSON.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};

use camino::Utf8Path;
use testkit_protocol::event::{Event, EventKind};

use super::Reporter;

/// Writes events as they come. Failures reach the file at once, all else when the buffer is full or nothing happens.
pub(crate) struct JsonLines<W: Write> {
    out: BufWriter<W>,
}

impl JsonLines<File> {
    /// Makes the file, and the folders it is to stand in; one that is there already is replaced.
    ///
    /// # Errors
    /// What the file system answers.
    pub(crate) fn create(path: &Utf8Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        File::create(path).map(Self::new)
    }
}

impl<W: Write> JsonLines<W> {
    /// Writes to `out`.
    pub(crate) fn new(out: W) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, out) }
    }
}

impl<W: Write> Reporter for JsonLines<W> {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, event)?;
        self.out.write_all(b"\n")?;
        let urgent = match &event.kind {
            EventKind::TestFinished(finished) => finished.verdict.is_failure(),
            EventKind::Fixture(fixture) => !fixture.failures.is_empty(),
            EventKind::OddEnd(_) | EventKind::Interrupted(_) | EventKind::RunFinished(_) => true,
            EventKind::RunStarted(_)
            | EventKind::BinaryListed(_)
            | EventKind::BuildFinished(_)
            | EventKind::PlanClosed(_)
            | EventKind::PlanExtended(_)
            | EventKind::Attempt(_)
            | EventKind::WorkerReplaced(_)
            | EventKind::Notice(_) => false,
        };
        if urgent { self.out.flush() } else { Ok(()) }
    }

    fn pause(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
