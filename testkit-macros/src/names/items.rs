//! The names that the items of one module make.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::imports;
use super::{Facts, Thing};
use crate::asking::arguments::{self, Argument};
use crate::ast::{Function, Item, ItemKind, Items};
use crate::attribute::{Attribute, AttributeKind};
use crate::collect;
use crate::diagnostic::Diagnostics;
use crate::expand::fixture::Options;
use crate::marked::FIXTURE;

/// The names of one module.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) names: BTreeMap<String, Name>,
    /// Paths of modules whose names all come in.
    pub(crate) globs: Vec<Vec<String>>,
    /// Macros or attributes may make items of any name.
    pub(crate) is_open: bool,
}

/// What a name is in its own module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Fixture(Rc<Facts>),
    /// What it is depends on what cannot be seen here.
    Open,
    /// The path of the import.
    Import(Vec<String>),
    Module {
        /// Its body stands beside its name.
        is_inline: bool,
        /// `#[path = "…"]`
        path: Option<String>,
    },
    Type,
    ForeignFixture,
    Function,
}

/// Attributes of the compiler and its tools, which make no items.
///
/// Source: the Rust reference, <https://doc.rust-lang.org/reference/attributes.html>.
const HARMLESS_ATTRIBUTES: &[&str] = &[
    "automatically_derived",
    "cold",
    "collapse_debuginfo",
    "debugger_visualizer",
    "deprecated",
    "derive",
    "diagnostic",
    "export_name",
    "global_allocator",
    "inline",
    "instruction_set",
    "link",
    "link_name",
    "link_ordinal",
    "link_section",
    "macro_export",
    "macro_use",
    "must_use",
    "naked",
    "no_implicit_prelude",
    "no_mangle",
    "non_exhaustive",
    "panic_handler",
    "path",
    "repr",
    "target_feature",
    "track_caller",
    "unsafe",
    "used",
];

/// Tools whose attributes the compiler passes over.
const TOOLS: &[&str] = &["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

/// Macros that make no items which an argument could name.
const HARMLESS_MACROS: &[&str] = &[
    "compile_error",
    "discover",
    "discover_files",
    "std::thread_local",
    "testkit::discover",
    "testkit::discover_files",
    "thread_local",
];

impl Module {
    /// One in which any name may be anything.
    pub(crate) fn open() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// The names that items make.
    pub(crate) fn of(items: &Items) -> Self {
        let foreign = collect::foreign_marks(&items.items);
        let mut module = Self::default();
        for item in &items.items {
            module.add(item, &foreign);
        }
        module
    }

    fn add(&mut self, item: &Item, foreign: &[String]) {
        let role = Role::of(&item.attributes, foreign);
        self.is_open |= role.is_open;
        match &item.kind {
            ItemKind::Function(function) => {
                let name = match (role.fixture, role.may_be_anything) {
                    (Some(attribute), _) => Name::Fixture(Rc::new(facts(function, attribute))),
                    (None, true) => Name::Open,
                    (None, false) if role.is_foreign_fixture => Name::ForeignFixture,
                    (None, false) => Name::Function,
                };
                self.insert(function.name.to_string(), name);
            }
            ItemKind::Module(module) => {
                let path = item.attributes.iter().find(|attribute| attribute.path == "path");
                let path = path.and_then(Attribute::string);
                let is_inline = matches!(module.body, proc_macro2::TokenTree::Group(_));
                self.insert(module.name.to_string(), Name::Module { is_inline, path });
            }
            ItemKind::Type(item) => self.insert(item.name.to_string(), Name::Type),
            // An alias may be one of a fixture.
            ItemKind::Other(Some(name), _) => self.insert(name.clone(), Name::Open),
            ItemKind::Use(tokens) => {
                for import in imports::imports(tokens) {
                    match import.name {
                        Some(name) => self.insert(name, Name::Import(import.path)),
                        None => self.globs.push(import.path),
                    }
                }
            }
            ItemKind::MacroCall(call) => {
                self.is_open |= !HARMLESS_MACROS.contains(&call.path.trim_start_matches(':'));
            }
            ItemKind::Implementation(_) | ItemKind::MacroRules(..) | ItemKind::Other(None, _) => {}
        }
    }

    /// Of several items with one name, which `cfg` tells apart, the one counts that may be a fixture.
    fn insert(&mut self, name: String, new: Name) {
        let rank = |name: &Name| match name {
            Name::Fixture(_) => 5,
            Name::Open => 4,
            Name::Import(_) => 3,
            Name::Module { .. } | Name::Type => 2,
            Name::ForeignFixture => 1,
            Name::Function => 0,
        };
        if self.names.get(&name).is_none_or(|known| rank(known) < rank(&new)) {
            self.names.insert(name, new);
        }
    }
}

impl Name {
    /// What it is instead of a fixture, if that is certain.
    pub(crate) fn thing(&self) -> Option<Thing> {
        match self {
            Self::Module { .. } => Some(Thing::Module),
            Self::Type => Some(Thing::Type),
            Self::ForeignFixture => Some(Thing::ForeignFixture),
            Self::Function => Some(Thing::Function),
            Self::Fixture(_) | Self::Open | Self::Import(_) => None,
        }
    }
}

/// What the attributes of an item say of its name.
#[derive(Default)]
struct Role<'a> {
    fixture: Option<&'a Attribute>,
    is_foreign_fixture: bool,
    /// An attribute may make something of it that has its name.
    may_be_anything: bool,
    /// An attribute may make items of any name.
    is_open: bool,
}

impl<'a> Role<'a> {
    fn of(attributes: &'a [Attribute], foreign: &[String]) -> Self {
        let mut role = Self::default();
        for attribute in attributes {
            let mut seen = attribute.clone();
            seen.disown(foreign);
            match seen.kind() {
                AttributeKind::Fixture => role.fixture = Some(attribute),
                AttributeKind::ConditionalAttribute => {
                    let inner = attribute.conditional().map(|(_, inner)| inner).unwrap_or_default();
                    role.is_open |= inner.iter().any(|inner| inner.kind() == AttributeKind::Other && is_unknown(inner));
                    role.may_be_anything |= inner.iter().any(|inner| inner.kind() == AttributeKind::Fixture);
                }
                AttributeKind::ForeignTest => role.may_be_anything = true,
                AttributeKind::Other if last_segment(&seen.path) == FIXTURE => role.is_foreign_fixture = true,
                AttributeKind::Other => role.is_open |= is_unknown(&seen),
                AttributeKind::Test
                | AttributeKind::OurTest
                | AttributeKind::Tests
                | AttributeKind::Mark(_)
                | AttributeKind::ShouldPanic
                | AttributeKind::Ignore
                | AttributeKind::Condition
                | AttributeKind::Passive => {}
            }
        }
        role
    }
}

fn is_unknown(attribute: &Attribute) -> bool {
    let first = attribute.path.split("::").next().unwrap_or_default();
    // Marks of other crates (`#[serial_test::serial]`) make nothing that an argument could name.
    !HARMLESS_ATTRIBUTES.contains(&attribute.path.as_str())
        && !TOOLS.contains(&first)
        && crate::marks::MarkName::of(last_segment(&attribute.path)).is_none()
}

fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// What the source says of a fixture. What is wrong with it, its own attribute says.
fn facts(function: &Function, attribute: &Attribute) -> Facts {
    let mut unsaid = Diagnostics::default();
    let options = Options::parse(attribute.parenthesized().unwrap_or_default(), &mut unsaid);
    let all = arguments::arguments(function, "", &mut unsaid).unwrap_or_default();
    let place = function.name.span().start();
    let is_handed_over = |argument: &&Argument| {
        argument.name == "param" || options.arguments.iter().any(|(name, _)| argument.name == *name)
    };
    Facts {
        asks: all.iter().filter(|argument| !is_handed_over(argument)).map(Argument::asks_for).collect(),
        arguments: options.arguments.iter().map(|(name, _)| name.to_string()).collect(),
        has_teardown: options.teardown.is_some(),
        place: (place.line, place.column),
    }
}
