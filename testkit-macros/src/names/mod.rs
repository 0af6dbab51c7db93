//! What the names of a module are known to be: whether the name of an argument is that of a fixture.
//!
//! A macro sees tokens, not what the compiler makes of them. That a name is no fixture is certain only where everything
//! that could bring it in has been seen: the items of the module, its imports, and the modules behind `use super::*` and
//! its like as far as their files are found. Where anything else may bring it in (a macro, an attribute, another crate),
//! the answer is [`Found::Unsure`], and the compiler decides.

mod imports;
mod items;
mod modules;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use proc_macro2::{Group, Ident, Span};

use self::items::{Module, Name};
use crate::ast::{self, Item, ItemKind, Items};
use crate::source;

/// Where a module is written: a file, and the path of inline modules in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Home {
    pub(crate) file: PathBuf,
    pub(crate) inside: Vec<String>,
}

/// What is known of a fixture from its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The fixtures that it asks for.
    pub(crate) asks: Vec<String>,
    /// What cases may hand over to it.
    pub(crate) arguments: Vec<String>,
    /// It is handed to a function at its end.
    pub(crate) has_teardown: bool,
    /// Line and column of its name.
    pub(crate) place: (usize, usize),
}

/// What a name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A fixture, and the module that it is written in, if that is known.
    Fixture(Rc<Facts>, Option<Home>),
    /// Something that is imported by this name from where nobody can look.
    Imported,
    /// Something else.
    Not(Thing),
    /// Nothing has the name.
    Absent,
    /// Nobody can tell.
    Unsure,
}

/// What is no fixture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    /// A function without `#[fixture]`.
    Function,
    /// A function with the `#[fixture]` of another framework.
    ForeignFixture,
    /// A `struct`, `enum` or `union`.
    Type,
    Module,
}

/// A fixture on a way from one to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Step {
    pub(crate) home: Home,
    /// Line and column of its name.
    pub(crate) place: (usize, usize),
    /// Its name where it is asked for.
    pub(crate) name: String,
}

/// A name that the compiler is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// What is to be found.
    pub(crate) name: String,
    /// The name of the type that it is.
    pub(crate) alias: String,
    /// Whether the module has an import of that name.
    pub(crate) is_imported: bool,
    /// Where it is asked for.
    pub(crate) span: Span,
}

/// The names of the module that an expansion stands in.
#[derive(Debug)]
pub(crate) struct Names {
    own: Rc<Module>,
    home: Option<Home>,
    /// What tells the aliases of this expansion from those of others in the same module.
    owner: String,
    /// What has been found: many tests ask for the same.
    found: RefCell<BTreeMap<String, Found>>,
    /// Names that the compiler is asked for.
    wanted: RefCell<BTreeMap<String, Wanted>>,
}

impl Names {
    /// The names of a module with these items.
    pub(crate) fn of(items: &Items, home: Option<Home>) -> Self {
        Self {
            own: Rc::new(Module::of(items)),
            home,
            owner: String::new(),
            found: RefCell::default(),
            wanted: RefCell::default(),
        }
    }

    /// The names of the module that holds the item with `name`, which an attribute sees alone.
    pub(crate) fn beside(name: &Ident) -> Self {
        let home = home_of_item(name);
        let known = home.as_ref().and_then(modules::load);
        let own = known.unwrap_or_else(|| Rc::new(Module::open()));
        Self { own, home, owner: name.to_string(), found: RefCell::default(), wanted: RefCell::default() }
    }

    /// The home of an inline module inside.
    pub(crate) fn home_inside(&self, name: &Ident) -> Option<Home> {
        let mut home = self.home.clone()?;
        home.inside.push(name.to_string());
        Some(home)
    }

    /// Whether an item or an import of the module itself has the name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.own.names.contains_key(name)
    }

    /// What a name is.
    pub(crate) fn find(&self, name: &str) -> Found {
        if let Some(found) = self.found.borrow().get(name) {
            return found.clone();
        }
        let found = source::detached(|| modules::find(&self.own, self.home.as_ref(), name, &mut Vec::new()));
        self.found.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    /// The fixtures whose names can be seen to be in reach, for suggestions.
    pub(crate) fn fixtures(&self) -> Vec<String> {
        source::detached(|| modules::fixtures(&self.own, self.home.as_ref(), &mut Vec::new()))
    }

    /// The fixtures that lead from the fixture `name` back to it, itself first.
    pub(crate) fn circle(&self, name: &str) -> Option<Vec<Step>> {
        let Found::Fixture(facts, Some(home)) = self.find(name) else { return None };
        let first = Step { name: name.to_owned(), home, place: facts.place };
        source::detached(|| modules::circle(&mut vec![first], &facts, &mut Vec::new()))
    }

    /// A name for what the compiler finds in the module for `name`.
    ///
    /// What is wrong with it is one error at one place, whatever else names the alias; a path in code is an error wherever it
    /// is written.
    pub(crate) fn alias(&self, name: &str, is_imported: bool, span: Span) -> String {
        let owner = if self.owner.is_empty() { String::new() } else { format!("{}_", self.owner) };
        let alias = format!("__testkit_{owner}{}", name.trim_start_matches("r#"));
        let wanted = Wanted { name: name.to_owned(), alias: alias.clone(), is_imported, span };
        self.wanted.borrow_mut().entry(name.to_owned()).or_insert(wanted);
        alias
    }

    /// The names that have got one.
    pub(crate) fn wanted(&self) -> Vec<Wanted> {
        self.wanted.borrow().values().cloned().collect()
    }
}

/// The home of an inline module, from the opening brace of its body.
pub(crate) fn home_of_module(name: &Ident, open: Span) -> Option<Home> {
    let file = open.local_file()?;
    let (line, name) = (open.start().line, name.to_string());
    let is_it = |_: &Items, inside: &[String]| inside.last() == Some(&name);
    inside_at(file, line, &is_it)
}

/// The home of the module that holds a function or a type with `name`, or an `impl` block of it.
fn home_of_item(name: &Ident) -> Option<Home> {
    let file = name.span().local_file()?;
    let (line, name) = (name.span().start().line, name.to_string());
    let is_here = |item: &Item| {
        let found = match &item.kind {
            ItemKind::Function(function) => &function.name,
            ItemKind::Implementation(block) => return block.self_type.as_ref().is_some_and(|it| *it == name),
            _ => return false,
        };
        *found == name && found.span().start().line == line
    };
    inside_at(file, line, &|items, _| items.items.iter().any(is_here))
}

/// Whether a function is a method of an `impl` block or of a trait, as far as its file tells.
pub(crate) fn is_method(name: &Ident) -> bool {
    let Some(file) = name.span().local_file() else { return false };
    let (line, name) = (name.span().start().line, name.to_string());
    let holds = |body: &Group| {
        let lines = body.span_open().start().line..=body.span_close().start().line;
        lines.contains(&line)
            && ast::scan(body.stream()).items.iter().any(|item| match &item.kind {
                ItemKind::Function(function) => function.name == name && function.name.span().start().line == line,
                _ => false,
            })
    };
    let is_it = |items: &Items, _: &[String]| {
        items.items.iter().any(|item| match &item.kind {
            ItemKind::Implementation(block) => holds(&block.body),
            _ => false,
        })
    };
    inside_at(file, line, &is_it).is_some()
}

/// The innermost inline module that holds a line of a file, if it is the right one.
fn inside_at(file: PathBuf, line: usize, is_it: &dyn Fn(&Items, &[String]) -> bool) -> Option<Home> {
    let inside = source::detached(|| {
        let items = source::read(&file).ok()?;
        source::with_module_at(&items.items, line, &mut Vec::new(), &mut |items, inside| {
            is_it(items, inside).then(|| inside.to_vec())
        })
    });
    Some(Home { file, inside: inside.flatten()? })
}

#[cfg(test)]
mod tests;
