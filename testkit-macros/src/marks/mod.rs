//! The marks of testkit: their names, and what each says.
//!
//! Knows one mark, not what it stands on: `marked` gathers the marks of a test, `expand` makes code of them. `parse` reads
//! the arguments of a mark.

mod parse;

use proc_macro2::{Span, TokenStream};

use crate::asking::parametrize::Parametrize;

/// The attribute that a mark is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkName {
    /// `#[skip]`
    Skip,
    /// `#[skip_if]`
    SkipIf,
    /// `#[xfail]`
    Xfail,
    /// `#[retry]`
    Retry,
    /// `#[serial]`
    Serial,
    /// `#[exclusive]`
    Exclusive,
    /// `#[isolate]`
    Isolate,
    /// `#[strict_threads]`
    StrictThreads,
    /// `#[timeout]`
    Timeout,
    /// `#[mark]`
    Free,
    /// `#[uses]`
    Uses,
    /// `#[parametrize]`
    Parametrize,
    /// `#[property]`
    Property,
    /// `#[runtime]`
    Runtime,
}

impl MarkName {
    /// Every name.
    pub(crate) const ALL: [Self; 14] = [
        Self::Skip,
        Self::SkipIf,
        Self::Xfail,
        Self::Retry,
        Self::Serial,
        Self::Exclusive,
        Self::Isolate,
        Self::StrictThreads,
        Self::Timeout,
        Self::Free,
        Self::Uses,
        Self::Parametrize,
        Self::Property,
        Self::Runtime,
    ];

    /// As it is written.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::SkipIf => "skip_if",
            Self::Xfail => "xfail",
            Self::Retry => "retry",
            Self::Serial => "serial",
            Self::Exclusive => "exclusive",
            Self::Isolate => "isolate",
            Self::StrictThreads => "strict_threads",
            Self::Timeout => "timeout",
            Self::Free => "mark",
            Self::Uses => "uses",
            Self::Parametrize => "parametrize",
            Self::Property => "property",
            Self::Runtime => "runtime",
        }
    }

    /// The mark that a word writes.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.word() == word)
    }

    /// Whether a plain `#[test]` that we do not host can have it: whether it says nothing to libtest.
    pub(crate) fn is_for_the_command_alone(self) -> bool {
        match self {
            Self::Isolate | Self::Timeout | Self::Free => true,
            Self::Skip
            | Self::SkipIf
            | Self::Xfail
            | Self::Retry
            | Self::Serial
            | Self::Exclusive
            | Self::StrictThreads
            | Self::Uses
            | Self::Parametrize
            | Self::Property
            | Self::Runtime => false,
        }
    }

    /// Whether it may stand in `#[cfg_attr]`: what it says decides which code is written.
    pub(crate) fn may_be_conditional(self) -> bool {
        !matches!(self, Self::Uses | Self::Parametrize | Self::Property | Self::Runtime)
    }

    /// Its forms, for a hint.
    pub(crate) fn form(self) -> &'static str {
        match self {
            Self::Skip => "write `#[skip]` or `#[skip(\"why\")]`",
            Self::SkipIf => "write `#[skip_if(condition, \"why\")]`",
            Self::Xfail => {
                "write `#[xfail]`, `#[xfail(\"why\")]`, or add `strict = false`, `panics = \"…\"` or `run = false`"
            }
            Self::Retry => "write `#[retry(3)]` or `#[retry(3, delay = \"1s\")]`",
            Self::Serial => "write `#[serial]` or `#[serial(\"key\")]`",
            Self::Exclusive => "write `#[exclusive]`",
            Self::Isolate => "write `#[isolate]`",
            Self::StrictThreads => "write `#[strict_threads]`",
            Self::Timeout => "write `#[timeout(\"5s\")]`",
            Self::Free => "write `#[mark(slow, db(kind = \"pg\"))]`",
            Self::Uses => "write `#[uses(fixture, module::other_fixture)]`",
            Self::Parametrize => "write `#[parametrize((a, b), [(1, 2), (3, 4)])]`",
            Self::Property => "write `#[property]`, or `#[property(cases = 100, argument = strategy)]`",
            Self::Runtime => {
                "write `#[runtime(tokio)]`, `#[runtime(tokio, flavor = \"multi_thread\", worker_threads = 2)]`, \
                 `#[runtime(smol)]` or `#[runtime(path::to::block_on)]`"
            }
        }
    }
}

/// A mark with its arguments, as plain text: see the model in `collect`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The reason, which may be empty.
    Skip(String),
    /// A condition that is evaluated when the test begins.
    SkipIf(SkipIf),
    Xfail(Xfail),
    Retry {
        /// Attempts after the first one.
        count: u32,
        /// Pause before each, in nanoseconds.
        delay_ns: Option<u64>,
    },
    /// Keys; the key of a mark without one is empty.
    Serial(Vec<String>),
    Exclusive,
    Isolate,
    StrictThreads,
    /// In nanoseconds.
    Timeout(u64),
    Free(Vec<FreeMark>),
    Uses(Vec<UsedFixture>),
    Parametrize(Box<Parametrize>),
    Property(Property),
    Runtime(Runtime),
    /// One whose arguments make no sense, which has been said.
    Unread(MarkName),
}

/// A fixture that `#[uses]` names.
#[derive(Clone, Debug)]
pub(crate) struct UsedFixture {
    /// Its path.
    pub(crate) path: String,
    /// Where that is written.
    pub(crate) span: Span,
}

impl PartialEq for UsedFixture {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

impl Eq for UsedFixture {}

/// `#[property(cases = 100, xs = strategy)]`
#[derive(Clone, Debug)]
pub(crate) struct Property {
    /// How many cases must pass, as source text.
    pub(crate) cases: Option<String>,
    /// Arguments with a strategy of their own.
    pub(crate) strategies: Vec<Strategy>,
    /// Where it stands.
    pub(crate) span: Span,
}

/// `xs = strategy`
#[derive(Clone, Debug)]
pub(crate) struct Strategy {
    /// The argument.
    pub(crate) name: String,
    /// The strategy.
    pub(crate) value: TokenStream,
    /// Where the argument is named.
    pub(crate) span: Span,
}

impl PartialEq for Strategy {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.value.to_string() == other.value.to_string()
    }
}

impl PartialEq for Property {
    fn eq(&self, other: &Self) -> bool {
        self.cases == other.cases && self.strategies == other.strategies
    }
}

impl Eq for Property {}

/// `#[runtime(…)]`: what waits for an asynchronous test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Tokio {
        /// `flavor = "multi_thread"`
        is_multi_thread: bool,
        /// As source text.
        worker_threads: Option<String>,
        start_paused: bool,
    },
    Smol,
    /// Path of a function `fn block_on<F: Future>(future: F) -> F::Output`.
    Function(String),
}

/// `#[skip_if(condition, "why")]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SkipIf {
    /// Source text of the condition; empty once it has become a function.
    pub(crate) condition: String,
    /// Path of the function that evaluates it, from the module of the test.
    pub(crate) function: String,
    pub(crate) reason: String,
}

/// `#[xfail(…)]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Xfail {
    pub(crate) reason: String,
    pub(crate) strict: bool,
    pub(crate) panics: Option<String>,
    pub(crate) run: bool,
}

/// One mark in `#[mark(…)]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FreeMark {
    pub(crate) name: String,
    /// Source text of what stands in its parentheses.
    pub(crate) arguments: Option<String>,
}

/// What is wrong with the arguments of a mark.
#[derive(Clone, Debug)]
pub(crate) struct MarkError {
    pub(crate) span: Span,
    pub(crate) message: String,
    /// What to write instead, if the message does not say that.
    pub(crate) hint: Option<String>,
}

impl Mark {
    /// Its name.
    pub(crate) fn name(&self) -> MarkName {
        match self {
            Self::Skip(_) => MarkName::Skip,
            Self::SkipIf(_) => MarkName::SkipIf,
            Self::Xfail(_) => MarkName::Xfail,
            Self::Retry { .. } => MarkName::Retry,
            Self::Serial(_) => MarkName::Serial,
            Self::Exclusive => MarkName::Exclusive,
            Self::Isolate => MarkName::Isolate,
            Self::StrictThreads => MarkName::StrictThreads,
            Self::Timeout(_) => MarkName::Timeout,
            Self::Free(_) => MarkName::Free,
            Self::Uses(_) => MarkName::Uses,
            Self::Parametrize(_) => MarkName::Parametrize,
            Self::Property(_) => MarkName::Property,
            Self::Runtime(_) => MarkName::Runtime,
            Self::Unread(name) => *name,
        }
    }
}
