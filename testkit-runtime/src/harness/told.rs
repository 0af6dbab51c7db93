//! What is said of a test beside its failures, and what happens once it has been judged.

use std::fmt;

use testkit_protocol::event::{Attachment, NamedValue, Section};

/// What a report says of a test beside its failures.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// What it was called with.
    pub(super) values: Vec<NamedValue>,
    /// Texts that help to understand its failure.
    pub(super) sections: Vec<Section>,
    /// What it recorded about itself.
    pub(crate) properties: Vec<NamedValue>,
    /// Files that it left.
    pub(crate) attachments: Vec<Attachment>,
    /// How many generators of random numbers it has been given.
    pub(crate) generators: u64,
    /// What is to be done when it has been judged.
    endings: Vec<Ending>,
    /// Its log records.
    #[cfg(any(feature = "log", feature = "tracing"))]
    pub(crate) logged: crate::logging::Logged,
}

/// Something to do when a test has been judged; what it gives is shown if the test did not pass.
struct Ending(Box<dyn AtEnd>);

trait AtEnd: FnOnce(&Judged<'_>) -> Option<Section> + Send {}

impl<F: FnOnce(&Judged<'_>) -> Option<Section> + Send> AtEnd for F {}

impl fmt::Debug for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Ending").finish_non_exhaustive()
    }
}

/// A test of which everything is known.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    /// Whether nothing is wrong with it: it passed, or skipped itself.
    pub(crate) is_fine: bool,
    /// The files that its report names.
    pub(crate) attachments: &'a [Attachment],
}

impl Told {
    /// Adds arguments of the case.
    pub(super) fn add_values(&mut self, values: &[(&'static str, String)]) {
        self.values
            .extend(values.iter().map(|(name, value)| NamedValue { name: (*name).to_owned(), value: value.clone() }));
    }

    /// Has `f` called when the test has been judged. It must not panic, and it runs outside of the test's time.
    pub(crate) fn when_judged(&mut self, f: impl FnOnce(&Judged<'_>) -> Option<Section> + Send + 'static) {
        self.endings.push(Ending(Box::new(f)));
    }

    /// What is left to be said now that the test has been judged: of one that is fine, what it recorded and left.
    pub(super) fn judged(mut self, is_fine: bool) -> Self {
        let endings = std::mem::take(&mut self.endings);
        let judged = Judged { is_fine, attachments: &self.attachments };
        let sections: Vec<Section> = endings.into_iter().filter_map(|Ending(end)| end(&judged)).collect();
        if is_fine {
            return Self { properties: self.properties, attachments: self.attachments, ..Self::default() };
        }
        self.sections.extend(sections);
        #[cfg(any(feature = "log", feature = "tracing"))]
        self.sections.extend(self.logged.section());
        self
    }
}
