//! What the names of a module are known to be: whether the name of an argument is that of a fixture.
//!
//! A macro sees tokens, not what the compiler makes of them. That a name is no fixture is certain only where everything
//! that could bring it in has been seen: the items of the module, its imports, and the modules behind `use super::*` and
//! its like as far as their files are found. Where anything else may bring it in (a macro, an attribute, another crate),
//! the answer is [`Found::Unsure`], and the compiler decides.

mod imports;
mod items;
mod modules;

use std::cell::{LazyCell, OnceCell, RefCell};
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

/// Where a module is written, if that can be known: its file is read only once somebody asks, which takes longer than all else
/// that is done for a small module.
pub(crate) type LazyHome = Rc<LazyCell<Option<Home>, Box<dyn FnOnce() -> Option<Home>>>>;

fn lazily(home: impl FnOnce() -> Option<Home> + 'static) -> LazyHome {
    Rc::new(LazyCell::new(Box::new(home)))
}

/// What a name is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A fixture, and the module that it is written in, if that is another one and known.
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
    /// What is in the module; made when it is first asked for, if its items are not at hand.
    own: OnceCell<Rc<Module>>,
    home: LazyHome,
    /// What tells the aliases of this expansion from those of others in the same module.
    owner: String,
    /// What has been found: many tests ask for the same.
    found: RefCell<BTreeMap<String, Found>>,
    /// Names that the compiler is asked for.
    wanted: RefCell<BTreeMap<String, Wanted>>,
}

impl Names {
    /// The names of a module with these items.
    pub(crate) fn of(items: &Items, home: LazyHome) -> Self {
        let own = OnceCell::from(Rc::new(Module::of(items)));
        Self { own, home, owner: String::new(), found: RefCell::default(), wanted: RefCell::default() }
    }

    /// The names of the module that holds the item with `name`, which an attribute sees alone.
    pub(crate) fn beside(name: &Ident) -> Self {
        let (own, owner, name) = (OnceCell::new(), name.to_string(), name.clone());
        let home = lazily(move || home_of_item(&name));
        Self { own, home, owner, found: RefCell::default(), wanted: RefCell::default() }
    }

    /// The home of an inline module inside.
    pub(crate) fn home_inside(&self, name: &Ident) -> LazyHome {
        let (outer, name) = (Rc::clone(&self.home), name.to_string());
        lazily(move || {
            let mut home = outer.as_ref().as_ref()?.clone();
            home.inside.push(name);
            Some(home)
        })
    }

    fn home(&self) -> Option<&Home> {
        (**self.home).as_ref()
    }

    fn own(&self) -> &Module {
        self.own.get_or_init(|| self.home().and_then(modules::load).unwrap_or_else(|| Rc::new(Module::open())))
    }

    /// Whether an item or an import of the module itself has the name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.own().names.contains_key(name)
    }

    /// What a name is.
    pub(crate) fn find(&self, name: &str) -> Found {
        if let Some(found) = self.found.borrow().get(name) {
            return found.clone();
        }
        let found = match self.own().names.get(name) {
            Some(Name::Fixture(facts)) => Found::Fixture(Rc::clone(facts), None),
            _ => source::detached(|| modules::find(self.own(), self.home(), name, &mut Vec::new())),
        };
        self.found.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }

    /// The fixtures whose names can be seen to be in reach, for suggestions.
    pub(crate) fn fixtures(&self) -> Vec<String> {
        source::detached(|| modules::fixtures(self.own(), self.home(), &mut Vec::new()))
    }

    /// The fixtures that lead from the fixture `name` back to it, itself first.
    pub(crate) fn circle(&self, name: &str) -> Option<Vec<Step>> {
        let Found::Fixture(facts, home) = self.find(name) else { return None };
        let home = home.or_else(|| self.home().cloned())?;
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
pub(crate) fn home_of_module(name: &Ident, open: Span) -> LazyHome {
    let name = name.to_string();
    lazily(move || {
        let is_it = |_: &Items, inside: &[String]| inside.last() == Some(&name);
        inside_at(open.local_file()?, open.start().line, &is_it)
    })
}

/// The home of a module that is known, or known to be unknown.
pub(crate) fn known_home(home: Option<Home>) -> LazyHome {
    lazily(|| home)
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

/// Whether a function is a method of an `impl` block, as far as its file tells.
pub(crate) fn is_method(name: &Ident) -> bool {
    let Some(file) = name.span().local_file() else { return false };
    let (line, name) = (name.span().start().line, name.to_string());
    // Few files have such blocks before their fixtures, and to look for the word takes no time.
    if !source::has_before(&file, line, "impl") {
        return false;
    }
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
