//! Source files, read and scanned by us: what an attribute or `discover!` must know beyond its own tokens.
//!
//! The tokens of a file are made by proc-macro2's own lexer, because the compiler's gives every token of a text the
//! same place. Such tokens never go into an expansion; only text made from them does.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};

use crate::ast::{self, Item, ItemKind, Items};
use crate::attribute::AttributeKind;
use crate::collect::{Construction, TearDown};

/// A file of Rust source.
#[derive(Debug)]
pub(crate) struct SourceFile {
    /// Its items; scanned as deep as asked for.
    pub(crate) items: Items,
    /// When the file was last changed, so that a long-lived process notices.
    changed: Option<SystemTime>,
}

thread_local! {
    /// How many calls of [`detached`] are running.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static FILES: RefCell<HashMap<PathBuf, Rc<SourceFile>>> = RefCell::new(HashMap::new());
}

/// Reads and scans a file; the second request of a process costs nothing.
///
/// # Errors
/// What the file system or the lexer says.
pub(crate) fn read(path: &Path) -> Result<Rc<SourceFile>, String> {
    let changed = fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let known = FILES.with_borrow(|files| files.get(path).filter(|file| file.changed == changed).cloned());
    if let Some(file) = known {
        return Ok(file);
    }
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = if text.starts_with("#!") && !text.trim_start_matches("#!").trim_start().starts_with('[') {
        // A shebang line is no Rust.
        format!("//{text}")
    } else {
        text.to_owned()
    };
    let tokens = lex(&text).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let file = Rc::new(SourceFile { items: ast::scan(tokens), changed });
    FILES.with_borrow_mut(|files| files.insert(path.to_owned(), Rc::clone(&file)));
    Ok(file)
}

/// Whether a text stands in a file before or on a line; true if the file cannot be read, so that what reads it next says so.
pub(crate) fn has_before(path: &Path, line: usize, text: &str) -> bool {
    fs::read_to_string(path).map_or(true, |source| source.lines().take(line).any(|line| line.contains(text)))
}

/// Lexes with lines and columns, which the compiler's own lexer does not give.
fn lex(text: &str) -> Result<TokenStream, String> {
    detached(|| text.parse::<TokenStream>().map_err(|error| error.to_string()))
}

/// Runs `work` with proc-macro2's own tokens instead of the compiler's, as all work on a file's tokens must be run:
/// the two kinds do not mix.
pub(crate) fn detached<T>(work: impl FnOnce() -> T) -> T {
    /// Goes back to the compiler's tokens, also when the work panics.
    struct Detached;

    impl Drop for Detached {
        fn drop(&mut self) {
            DEPTH.set(DEPTH.get() - 1);
            if DEPTH.get() == 0 {
                proc_macro2::fallback::unforce();
            }
        }
    }

    DEPTH.set(DEPTH.get() + 1);
    proc_macro2::fallback::force();
    let _detached = Detached;
    work()
}

/// What the file knows of a type of which an attribute sees one `impl` block only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TypeBeside {
    pub(crate) construction: Construction,
    /// `fn teardown(self)` stands in another block; whether it returns a value.
    pub(crate) teardown: Option<TearDown>,
    /// Blocks of the type before this one that are collected on their own.
    pub(crate) earlier_blocks: usize,
}

/// Looks up `name` in the module of the file that holds `span`; `None` if no file is known.
pub(crate) fn type_beside(span: Span, name: &Ident) -> Option<TypeBeside> {
    let path = span.local_file()?;
    let line = span.start().line;
    let name = name.to_string();
    detached(|| find_type(&path, line, &name))
}

fn find_type(path: &Path, line: usize, name: &str) -> Option<TypeBeside> {
    let file = read(path).ok()?;
    with_module_at(&file.items, line, &mut Vec::new(), &mut |items, _| {
        let mut beside = TypeBeside { construction: Construction::Default, teardown: None, earlier_blocks: 0 };
        for item in &items.items {
            match &item.kind {
                ItemKind::Type(item)
                    if item.is_unit && item.name == name && beside.construction == Construction::Default =>
                {
                    beside.construction = Construction::Unit;
                }
                ItemKind::Implementation(block)
                    if !block.is_trait && block.self_type.as_ref().is_some_and(|it| it == name) =>
                {
                    let is_earlier = block.body.span_open().start().line < line;
                    let is_collected = item.attributes.iter().any(|it| it.kind() == AttributeKind::Tests);
                    beside.earlier_blocks += usize::from(is_earlier && is_collected);
                    for item in ast::scan(block.body.stream()).items {
                        let ItemKind::Function(function) = item.kind else {
                            continue;
                        };
                        if function.name == "setup" {
                            beside.construction = Construction::Setup;
                        } else if function.name == "teardown" {
                            beside.teardown = Some(TearDown {
                                returns_value: function.returns_value(),
                                is_async: function.is("async"),
                            });
                        }
                    }
                }
                _ => {}
            }
        }
        beside
    })
}

/// Calls `found` with the items of the innermost inline module that holds `line`, and with its path.
pub(crate) fn with_module_at<T>(
    items: &Items,
    line: usize,
    path: &mut Vec<String>,
    found: &mut dyn FnMut(&Items, &[String]) -> T,
) -> Option<T> {
    for item in &items.items {
        let ItemKind::Module(module) = &item.kind else { continue };
        let TokenTree::Group(body) = &module.body else { continue };
        let (first, last) = (body.span_open().start().line, body.span_close().start().line);
        if first <= line && line <= last && (first < last || contains_line(item, line)) {
            path.push(module.name.to_string());
            let inner = ast::scan(body.stream());
            return with_module_at(&inner, line, path, found);
        }
    }
    Some(found(items, path))
}

/// A module on a single line holds the line only if nothing else does; that is rare enough to say yes.
fn contains_line(item: &Item, line: usize) -> bool {
    matches!(&item.kind, ItemKind::Module(module) if module.name.span().start().line == line)
}

/// The file of `mod name;` in `file`, below the inline modules `inside`; `None` if it does not exist.
pub(crate) fn module_file(file: &Path, inside: &[String], name: &str, path_attribute: Option<&str>) -> Option<PathBuf> {
    let folder = file.parent()?;
    let stem = file.file_stem()?.to_str()?;
    if let (Some(path), true) = (path_attribute, inside.is_empty()) {
        return Some(folder.join(path)).filter(|path| path.is_file());
    }
    // `mod.rs` and crate roots own their folder; which file is a root is not known here, so both places are tried.
    let own_folders = match stem {
        "mod" => vec![folder.to_owned()],
        "lib" | "main" => vec![folder.to_owned(), folder.join(stem)],
        _ => vec![folder.join(stem), folder.to_owned()],
    };
    let inside: PathBuf = inside.iter().collect();
    let candidates = own_folders.into_iter().flat_map(|own| {
        let own = own.join(&inside);
        match path_attribute {
            Some(path) => vec![own.join(path)],
            None => vec![own.join(format!("{name}.rs")), own.join(name).join("mod.rs")],
        }
    });
    candidates.into_iter().find(|path| path.is_file())
}
