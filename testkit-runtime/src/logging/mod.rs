//! Log records of the running test: what it says through `log` or `tracing`, kept for the report and for the test itself.
//!
//! `on_log` and `on_tracing` take the records, `filter` says which. They are installed when the first collected test begins, and
//! never in the place of what somebody else has installed.

mod filter;
#[cfg(feature = "log")]
mod on_log;
#[cfg(feature = "tracing")]
mod on_tracing;

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, OnceLock};

use testkit_protocol::event::Section;

use self::filter::Filter;
use crate::harness;

/// How much is kept of a test's records, in bytes of text; the first ones go when there are more.
const KEPT: usize = 16 * 1024 * 1024;

/// How much of them a report shows, in bytes: the last ones.
const SHOWN: usize = 64 * 1024;

/// How important a log record is, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Something went wrong.
    Error,
    /// Something may go wrong.
    Warn,
    /// What the program does.
    Info,
    /// How it does that.
    Debug,
    /// How it does that, step by step.
    Trace,
}

impl Level {
    /// All of them, the most important first.
    const ALL: [Self; 5] = [Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    fn word(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// A log record of the running test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    level: Level,
    target: String,
    spans: String,
    message: String,
}

impl LogRecord {
    /// How important it is.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Where it comes from: a module's path, unless the author says something else.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The spans of `tracing` that it is in, the outermost first, with their fields: `request{id=7}: query`. Else empty.
    pub fn spans(&self) -> &str {
        &self.spans
    }

    /// What it says, the fields of `tracing` at the end: `connected port=80`.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What it takes in memory, about.
    fn size(&self) -> usize {
        size_of::<Self>() + self.target.len() + self.spans.len() + self.message.len()
    }
}

/// The record on one line: `INFO  shop::net: request{id=7}: connected port=80`.
impl fmt::Display for LogRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, target, spans, message } = self;
        write!(formatter, "{level:<5} {target}: ")?;
        if !spans.is_empty() {
            write!(formatter, "{spans}: ")?;
        }
        formatter.write_str(message)
    }
}

/// The records of a test.
#[derive(Debug, Default)]
pub(crate) struct Logged {
    records: VecDeque<LogRecord>,
    size: usize,
    left_out: u64,
}

impl Logged {
    fn add(&mut self, record: LogRecord) {
        self.size += record.size();
        self.records.push_back(record);
        while self.size > KEPT && self.records.len() > 1 {
            self.size -= self.records.pop_front().map_or(0, |record| record.size());
            self.left_out += 1;
        }
    }

    /// Copies of them, in their order.
    pub(crate) fn records(&self) -> Vec<LogRecord> {
        self.records.iter().cloned().collect()
    }

    /// What the report of a failed test shows of them: the last ones, and whose records are not among them.
    pub(crate) fn section(&self) -> Option<Section> {
        let mut lines: Vec<String> = Vec::new();
        let mut size = 0;
        for record in self.records.iter().rev() {
            let line = record.to_string();
            size += line.len() + 1;
            if size > SHOWN && !lines.is_empty() {
                break;
            }
            lines.push(line);
        }
        let left_out = self.left_out + (self.records.len() - lines.len()) as u64;
        if left_out > 0 {
            lines.push(format!("({left_out} earlier records are left out)"));
        }
        lines.extend(foreign().map(|of| format!("(without records of `{of}`: another receiver was installed first)")));
        lines.reverse();
        (!lines.is_empty()).then(|| Section { title: "logs".to_owned(), text: lines.join("\n") })
    }
}

/// Gives a record to the test that this thread works for; one that comes from elsewhere is nobody's.
fn keep(record: LogRecord) {
    harness::with_told(|told| told.logged.add(record));
}

fn filter() -> &'static Filter {
    static FILTER: OnceLock<Filter> = OnceLock::new();
    FILTER.get_or_init(|| Filter::parse(&std::env::var(filter::VARIABLE).unwrap_or_default()))
}

/// Whether somebody else was first, for each of the two.
static LOG_IS_FOREIGN: AtomicBool = AtomicBool::new(false);
static TRACING_IS_FOREIGN: AtomicBool = AtomicBool::new(false);

/// Whose records go to somebody else.
fn foreign() -> impl Iterator<Item = &'static str> {
    let all = [("log", &LOG_IS_FOREIGN), ("tracing", &TRACING_IS_FOREIGN)];
    all.into_iter().filter(|(_, is_foreign)| is_foreign.load(Ordering::Relaxed)).map(|(of, _)| of)
}

/// Takes log records from here on, where nobody else does.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        #[cfg(feature = "log")]
        LOG_IS_FOREIGN.store(!on_log::install(), Ordering::Relaxed);
        #[cfg(feature = "tracing")]
        TRACING_IS_FOREIGN.store(!on_tracing::install(), Ordering::Relaxed);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(message: &str) -> LogRecord {
        LogRecord { level: Level::Warn, target: "a".into(), spans: String::new(), message: message.into() }
    }

    #[test]
    fn a_record_is_one_line() {
        assert_eq!(record("text").to_string(), "WARN  a: text");
        assert_eq!(LogRecord { spans: "s{x=1}".into(), ..record("text") }.to_string(), "WARN  a: s{x=1}: text");
    }

    #[test]
    fn a_report_shows_the_last_ones() {
        let mut logged = Logged::default();
        assert_eq!(logged.section(), None);
        logged.add(record("first"));
        logged.add(record("second"));
        let text = |logged: &Logged| logged.section().unwrap().text;
        assert_eq!(text(&logged), "WARN  a: first\nWARN  a: second");
        for _ in 0..100 {
            logged.add(record(&"x".repeat(1000)));
        }
        assert!(text(&logged).starts_with("(38 earlier records are left out)\nWARN  a: xxx"), "{}", text(&logged));
        assert_eq!(logged.records().len(), 102);
    }

    #[test]
    fn a_flood_does_not_fill_the_memory() {
        let mut logged = Logged::default();
        for _ in 0..40 {
            logged.add(record(&"x".repeat(1024 * 1024)));
        }
        assert_eq!(logged.records().len(), 15);
        assert!(logged.section().unwrap().text.starts_with("(39 earlier"));
    }
}
