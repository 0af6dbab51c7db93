//! From module to module: what imports and globs bring in from elsewhere.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use proc_macro2::TokenTree;

use super::{Facts, Found, Home, Module, Name, Step};
use crate::ast::{self, ItemKind, Items};
use crate::source::{self, SourceFile};

/// As deep as imports of imports are followed.
const DEEPEST: usize = 16;

/// Crates none of whose names is a fixture.
const WITHOUT_FIXTURES: &[&str] = &["alloc", "core", "proc_macro", "std"];

/// What a path of modules leads to.
enum Target {
    Module(Home),
    /// Something that has no fixtures: a module of the standard library, an enum.
    Harmless,
    Unknown,
}

/// A module that has been read, and the file that it was read from.
type Loaded = HashMap<Home, (Rc<SourceFile>, Option<Rc<Module>>)>;

thread_local! {
    static LOADED: RefCell<Loaded> = RefCell::default();
}

/// The names of the module at `home`; `None` if it is not there.
pub(crate) fn load(home: &Home) -> Option<Rc<Module>> {
    source::detached(|| {
        let file = source::read(&home.file).ok()?;
        let known = LOADED.with_borrow(|loaded| loaded.get(home).filter(|(of, _)| Rc::ptr_eq(of, &file)).cloned());
        if let Some((_, module)) = known {
            return module;
        }
        let module = descend(&file.items, &home.inside).map(Rc::new);
        LOADED.with_borrow_mut(|loaded| loaded.insert(home.clone(), (file, module.clone())));
        module
    })
}

fn descend(items: &Items, inside: &[String]) -> Option<Module> {
    let Some((first, rest)) = inside.split_first() else { return Some(Module::of(items)) };
    let mut modules = items.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Module(module) if module.name == *first => Some(module),
        _ => None,
    });
    let (module, None) = (modules.next()?, modules.next()) else { return None };
    let TokenTree::Group(body) = &module.body else { return None };
    descend(&ast::scan(body.stream()), rest)
}

/// What a name is in a module. `seen` holds the modules on the way.
pub(super) fn find(module: &Module, home: Option<&Home>, name: &str, seen: &mut Vec<Home>) -> Found {
    if seen.len() > DEEPEST {
        return Found::Unsure;
    }
    match module.names.get(name) {
        Some(Name::Fixture(facts)) => return Found::Fixture(Rc::clone(facts), home.cloned()),
        Some(Name::Open) => return Found::Unsure,
        Some(Name::Import(path)) => return imported(module, home, path, seen),
        Some(other) => return other.thing().map_or(Found::Unsure, Found::Not),
        None if module.is_open => return Found::Unsure,
        None => {}
    }
    let mut found = Found::Absent;
    for glob in &module.globs {
        let through = match target(module, home, glob, seen.len()) {
            Target::Harmless => continue,
            Target::Unknown => Found::Unsure,
            Target::Module(home) if seen.contains(&home) => continue,
            Target::Module(home) => match load(&home) {
                None => Found::Unsure,
                Some(module) => {
                    seen.push(home.clone());
                    let found = find(&module, Some(&home), name, seen);
                    seen.pop();
                    found
                }
            },
        };
        if rank(&through) > rank(&found) {
            found = through;
        }
    }
    found
}

/// What comes first where several globs bring in a name: functions and types live side by side.
fn rank(found: &Found) -> u8 {
    match found {
        Found::Absent => 0,
        Found::Not(_) => 1,
        Found::Unsure => 2,
        Found::Imported => 3,
        Found::Fixture(..) => 4,
    }
}

/// What an import brings in. If that is not there, the compiler says so at the import.
fn imported(module: &Module, home: Option<&Home>, path: &[String], seen: &mut Vec<Home>) -> Found {
    let Some((name, before)) = path.split_last().filter(|(_, before)| !before.is_empty()) else {
        return Found::Imported;
    };
    let Target::Module(home) = target(module, home, before, seen.len()) else { return Found::Imported };
    let Some(module) = load(&home) else { return Found::Imported };
    seen.push(home.clone());
    let found = find(&module, Some(&home), name, seen);
    seen.pop();
    match found {
        Found::Absent | Found::Unsure => Found::Imported,
        Found::Fixture(..) | Found::Imported | Found::Not(_) => found,
    }
}

/// The module that a path leads to from a module.
fn target(module: &Module, home: Option<&Home>, path: &[String], depth: usize) -> Target {
    let Some((first, rest)) = path.split_first() else { return Target::Unknown };
    if depth > DEEPEST {
        return Target::Unknown;
    }
    let start = match first.as_str() {
        "self" => home.cloned(),
        "super" => home.and_then(parent),
        "crate" => home.and_then(root),
        word if WITHOUT_FIXTURES.contains(&word) => return Target::Harmless,
        "testkit" => return if rest == ["prelude"] { Target::Harmless } else { Target::Unknown },
        word => match step(module, home, word, depth) {
            Target::Module(home) => Some(home),
            other => return other,
        },
    };
    let Some(mut at) = start else { return Target::Unknown };
    for word in rest {
        let next = if word == "super" {
            parent(&at).map_or(Target::Unknown, Target::Module)
        } else {
            load(&at).map_or(Target::Unknown, |module| step(&module, Some(&at), word, depth))
        };
        match next {
            Target::Module(home) => at = home,
            other => return other,
        }
    }
    Target::Module(at)
}

/// The module that a name of a module is.
fn step(module: &Module, home: Option<&Home>, name: &str, depth: usize) -> Target {
    match (module.names.get(name), home) {
        (Some(Name::Module { is_inline: true, .. }), Some(home)) => {
            let mut home = home.clone();
            home.inside.push(name.to_owned());
            Target::Module(home)
        }
        (Some(Name::Module { is_inline: false, path }), Some(home)) => {
            let file = source::module_file(&home.file, &home.inside, name, path.as_deref());
            file.map_or(Target::Unknown, |file| Target::Module(Home { file, inside: Vec::new() }))
        }
        (Some(Name::Import(path)), home) => target(module, home, path, depth + 1),
        // The variants of an enum.
        (Some(Name::Type), _) => Target::Harmless,
        _ => Target::Unknown,
    }
}

/// The module around a module.
fn parent(home: &Home) -> Option<Home> {
    let mut home = home.clone();
    if home.inside.pop().is_some() {
        return Some(home);
    }
    let folder = home.file.parent()?;
    let stem = home.file.file_stem()?.to_str()?;
    let (name, folder) = if stem == "mod" { (folder.file_name()?.to_str()?, folder.parent()?) } else { (stem, folder) };
    let beside = ["mod.rs", "lib.rs", "main.rs"].map(|file| folder.join(file));
    let candidates = beside.into_iter().chain([folder.with_extension("rs")]);
    // A file is known to be the parent by what it says.
    let mut parents = candidates.filter(|file| *file != home.file && has_module_file(file, name, &home.file));
    let (file, None) = (parents.next()?, parents.next()) else { return None };
    Some(Home { file, inside: Vec::new() })
}

/// Whether the file `of` has the module `name` in the file `file`.
fn has_module_file(of: &Path, name: &str, file: &Path) -> bool {
    let of = Home { file: of.to_owned(), inside: Vec::new() };
    let is_file = of.file.is_file()
        && load(&of).is_some_and(|module| {
            matches!(module.names.get(name), Some(Name::Module { is_inline: false, path: None }))
        });
    is_file && source::module_file(&of.file, &[], name, None).as_deref() == Some(file)
}

/// The root of the crate: a file of `tests`, or that of `src` if there is but one.
fn root(home: &Home) -> Option<Home> {
    let package = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?).canonicalize().ok()?;
    let file = home.file.canonicalize().ok()?;
    let root = |file: PathBuf| Some(Home { file, inside: Vec::new() });
    if file.parent() == Some(&package.join("tests")) {
        return root(home.file.clone());
    }
    let src = package.join("src");
    if !file.starts_with(&src) || file.starts_with(src.join("bin")) {
        return None;
    }
    match (src.join("lib.rs"), src.join("main.rs")) {
        (library, program) if library.is_file() && !program.is_file() => root(library),
        (library, program) if program.is_file() && !library.is_file() => root(program),
        _ => None,
    }
}

/// The names of all fixtures that a module is seen to have.
pub(super) fn fixtures(module: &Module, home: Option<&Home>, seen: &mut Vec<Home>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, it) in &module.names {
        let is_fixture = match it {
            Name::Fixture(_) => true,
            Name::Import(path) => matches!(imported(module, home, path, seen), Found::Fixture(..)),
            Name::Open | Name::Module { .. } | Name::Type | Name::ForeignFixture | Name::Function => false,
        };
        if is_fixture {
            names.push(name.clone());
        }
    }
    for glob in &module.globs {
        if let Target::Module(home) = target(module, home, glob, seen.len())
            && !seen.contains(&home)
            && seen.len() < DEEPEST
            && let Some(module) = load(&home)
        {
            seen.push(home.clone());
            names.extend(fixtures(&module, Some(&home), seen));
            seen.pop();
        }
    }
    names
}

/// The fixtures on the way from the first of `path` back to it, by what the last of them asks for. `seen` are those from
/// which there is no such way, and those of the way itself.
pub(super) fn circle(path: &mut Vec<Step>, facts: &Facts, seen: &mut Vec<(Home, (usize, usize))>) -> Option<Vec<Step>> {
    let home = path.last()?.home.clone();
    let module = load(&home)?;
    for name in &facts.asks {
        let Found::Fixture(facts, Some(home)) = find(&module, Some(&home), name, &mut Vec::new()) else { continue };
        if path.first().is_some_and(|first| first.home == home && first.place == facts.place) {
            return Some(path.clone());
        }
        if seen.contains(&(home.clone(), facts.place)) {
            continue;
        }
        seen.push((home.clone(), facts.place));
        path.push(Step { name: name.clone(), home, place: facts.place });
        if let Some(circle) = circle(path, &facts, seen) {
            return Some(circle);
        }
        path.pop();
    }
    None
}
