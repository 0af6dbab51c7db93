//! Records of the crate `log`.

use log::{LevelFilter, Log, Metadata, Record};

use super::{Level, LogRecord, filter, keep};

struct ToTest;

/// Installs itself, unless somebody else is there: whether it did.
pub(super) fn install() -> bool {
    let is_ours = log::set_logger(&ToTest).is_ok();
    if is_ours {
        log::set_max_level(filter().finest().map_or(LevelFilter::Off, level_filter));
    }
    is_ours
}

fn level_filter(level: Level) -> LevelFilter {
    match level {
        Level::Error => LevelFilter::Error,
        Level::Warn => LevelFilter::Warn,
        Level::Info => LevelFilter::Info,
        Level::Debug => LevelFilter::Debug,
        Level::Trace => LevelFilter::Trace,
    }
}

fn level(level: log::Level) -> Level {
    match level {
        log::Level::Error => Level::Error,
        log::Level::Warn => Level::Warn,
        log::Level::Info => Level::Info,
        log::Level::Debug => Level::Debug,
        log::Level::Trace => Level::Trace,
    }
}

impl Log for ToTest {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        filter().takes(level(metadata.level()), metadata.target())
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            keep(LogRecord {
                level: level(record.level()),
                target: record.target().to_owned(),
                spans: String::new(),
                message: record.args().to_string(),
            });
        }
    }

    fn flush(&self) {}
}
