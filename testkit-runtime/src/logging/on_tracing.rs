//! Events of the crate `tracing`, with the spans that they are in. Made on its core alone: a registry of subscribers would cost
//! every test binary more to compile than all of testkit.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tracing_core::dispatcher::{self, Dispatch};
use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Current, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Event, LevelFilter, Metadata, Subscriber};

use super::{Level, LogRecord, filter, keep};

/// Installs itself, unless somebody else is there: whether it did.
pub(super) fn install() -> bool {
    let to_test = ToTest { spans: Mutex::default(), next: AtomicU64::new(1) };
    dispatcher::set_global_default(Dispatch::new(to_test)).is_ok()
}

struct ToTest {
    /// Those that somebody holds, by their numbers.
    spans: Mutex<HashMap<u64, Span>>,
    next: AtomicU64,
}

struct Span {
    metadata: &'static Metadata<'static>,
    fields: String,
    parent: Option<u64>,
    /// How many hold it: handles, and spans inside of it.
    holders: usize,
}

thread_local! {
    /// The spans that this thread is in, the innermost last.
    static ENTERED: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

fn current() -> Option<u64> {
    ENTERED.try_with(|entered| entered.borrow().last().copied()).ok().flatten()
}

impl ToTest {
    fn spans(&self) -> MutexGuard<'_, HashMap<u64, Span>> {
        // Nothing panics with the lock in hand, and no value of the author's is asked for its text under it.
        self.spans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A span and those around it, as text.
    fn path(&self, innermost: Option<u64>) -> String {
        let spans = self.spans();
        let mut texts = Vec::new();
        let mut next = innermost;
        while let Some(span) = next.and_then(|number| spans.get(&number)) {
            let name = span.metadata.name();
            texts.push(if span.fields.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", span.fields) });
            next = span.parent;
        }
        texts.reverse();
        texts.join(":")
    }
}

fn level(level: tracing_core::Level) -> Level {
    match level {
        tracing_core::Level::ERROR => Level::Error,
        tracing_core::Level::WARN => Level::Warn,
        tracing_core::Level::INFO => Level::Info,
        tracing_core::Level::DEBUG => Level::Debug,
        tracing_core::Level::TRACE => Level::Trace,
    }
}

impl Subscriber for ToTest {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        filter().takes(level(*metadata.level()), metadata.target())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match filter().finest() {
            None => LevelFilter::OFF,
            Some(Level::Error) => LevelFilter::ERROR,
            Some(Level::Warn) => LevelFilter::WARN,
            Some(Level::Info) => LevelFilter::INFO,
            Some(Level::Debug) => LevelFilter::DEBUG,
            Some(Level::Trace) => LevelFilter::TRACE,
        })
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut text = Text::default();
        attributes.record(&mut text);
        let parent = if attributes.is_contextual() { current() } else { attributes.parent().map(Id::into_u64) };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut spans = self.spans();
        let parent = parent.filter(|parent| {
            let parent = spans.get_mut(parent);
            parent.map(|parent| parent.holders += 1).is_some()
        });
        let metadata = attributes.metadata();
        spans.insert(number, Span { metadata, fields: text.0, parent, holders: 1 });
        Id::from_u64(number)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        let mut text = Text::default();
        values.record(&mut text);
        if let Some(span) = self.spans().get_mut(&span.into_u64()) {
            let separator = if span.fields.is_empty() || text.0.is_empty() { "" } else { " " };
            span.fields.push_str(separator);
            span.fields.push_str(&text.0);
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let span = if event.is_contextual() { current() } else { event.parent().map(Id::into_u64) };
        let metadata = event.metadata();
        keep(LogRecord {
            level: level(*metadata.level()),
            target: metadata.target().to_owned(),
            spans: self.path(span),
            message: text.0,
        });
    }

    fn enter(&self, span: &Id) {
        // A thread that is about to end enters nothing that anybody could see.
        let _ = ENTERED.try_with(|entered| entered.borrow_mut().push(span.into_u64()));
    }

    fn exit(&self, span: &Id) {
        let _ = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            // Guards may be dropped out of order.
            if let Some(at) = entered.iter().rposition(|number| *number == span.into_u64()) {
                entered.remove(at);
            }
        });
    }

    fn clone_span(&self, span: &Id) -> Id {
        if let Some(span) = self.spans().get_mut(&span.into_u64()) {
            span.holders += 1;
        }
        span.clone()
    }

    fn try_close(&self, span: Id) -> bool {
        let mut spans = self.spans();
        let (mut next, mut is_closed) = (Some(span.into_u64()), false);
        while let Some(number) = next {
            let Some(span) = spans.get_mut(&number) else { break };
            span.holders -= 1;
            if span.holders > 0 {
                break;
            }
            // Whoever is around it is held by one less.
            next = span.parent;
            spans.remove(&number);
            is_closed = true;
        }
        is_closed
    }

    fn current_span(&self) -> Current {
        let found = current().and_then(|number| Some((number, self.spans().get(&number)?.metadata)));
        found.map_or_else(Current::none, |(number, metadata)| Current::new(Id::from_u64(number), metadata))
    }
}

/// Fields as text: the message first, then `name=value`.
#[derive(Default)]
struct Text(String);

impl Text {
    fn add(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        if field.name() == "message" {
            let separator = if self.0.is_empty() { "" } else { " " };
            self.0.insert_str(0, &format!("{value}{separator}"));
            return;
        }
        let separator = if self.0.is_empty() { "" } else { " " };
        write!(self.0, "{separator}{field}={value}").expect("writing to a String cannot fail");
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add(field, format_args!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        // The message of an event may be a plain text, too.
        if field.name() == "message" {
            self.add(field, format_args!("{value}"));
        } else {
            self.add(field, format_args!("{value:?}"));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field, format_args!("{value}"));
    }
}
