//! The marks where no collector has taken them off: each checks itself, and who collects its item.

use std::path::Path;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use super::discover::discover_call;
use crate::ast::{self, Item, ItemKind, Items};
use crate::attribute::AttributeKind;
use crate::diagnostic::Diagnostics;
use crate::marks::{Mark, MarkName};
use crate::{config, source};

/// Expands the mark `name` with `arguments` on `item`.
pub(crate) fn expand(name: MarkName, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let call = Span::call_site();
    let mut items = ast::scan(item.clone()).items;
    let (Some(scanned), true) = (items.pop(), items.is_empty()) else {
        return item;
    };
    let collecting = |kind| matches!(kind, AttributeKind::OurTest | AttributeKind::Tests);
    if let Some(index) = scanned.attributes.iter().position(|attribute| collecting(attribute.kind())) {
        return behind(name, &arguments, scanned, index);
    }
    let word = name.word();
    let foreign = scanned.attributes.iter().find(|attribute| attribute.kind() == AttributeKind::ForeignTest);
    let found = match &scanned.kind {
        ItemKind::Function(function) => Some((format!("`{}`", function.name), is_collected(function.name.span()))),
        ItemKind::Implementation(block) if !block.is_trait => {
            let name = block.self_type.as_ref().map_or_else(|| "this".to_owned(), ToString::to_string);
            Some((format!("the group `{name}`"), is_collected(block.body.span_open())))
        }
        // The collector of a module takes the marks off the modules in it.
        ItemKind::Module(module) => Some((format!("the tests of `mod {}`", module.name), false)),
        _ => None,
    };
    let parsed = Mark::parse(name, arguments, call, &config::load().config);
    match (parsed, found, foreign) {
        (Err(error), ..) => diagnostics.mark(error),
        (Ok(_), None, _) => {
            let message = format!("`#[{word}]` goes on a test");
            diagnostics.error(call, message, "put it on a test function, an `impl` block of tests or a module of tests");
        }
        (Ok(_), Some((what, _)), Some(foreign)) => {
            let message = format!("`#[{word}]` has no effect on {what}, which `#[{}]` makes a test", foreign.path);
            diagnostics.error(call, message, "use what that attribute offers, or make it a test of testkit");
        }
        (Ok(_), Some((what, false)), None) => diagnostics.error(
            call,
            format!("nothing collects {what}, so its `#[{word}]` has no effect"),
            match &scanned.kind {
                ItemKind::Module(_) => "put `#[testkit::tests]` on the module",
                _ => {
                    "write `testkit::discover!();` in this module, put `#[testkit::tests]` on it, or `#[testkit::test]` on the function"
                }
            },
        ),
        (Ok(_), Some((_, true)), None) => {}
    }
    let mut tokens = diagnostics.into_tokens();
    tokens.extend(item);
    tokens
}

/// Puts the mark behind `#[testkit::test]` or `#[testkit::tests]`, which then takes it off.
fn behind(name: MarkName, arguments: &TokenStream, mut item: Item, index: usize) -> TokenStream {
    let collecting = item.attributes.remove(index);
    let mut tokens: TokenStream = collecting.into_tokens().into_iter().collect();
    let word = Ident::new(name.word(), Span::call_site());
    if arguments.is_empty() {
        tokens.extend(quote! { #[::testkit::prelude::#word] });
    } else {
        tokens.extend(quote! { #[::testkit::prelude::#word(#arguments)] });
    }
    tokens.extend(item.into_tokens());
    tokens
}

/// Whether the module that holds `span` is collected; yes where no file is known.
fn is_collected(span: Span) -> bool {
    let Some(path) = span.local_file() else { return true };
    let line = span.start().line;
    source::detached(|| is_collected_in_file(&path, line)) || is_in_collected_folder(&path)
}

fn is_collected_in_file(path: &Path, line: usize) -> bool {
    let Ok(file) = source::read(path) else { return true };
    let is_collected = source::with_module_at(&file.items, line, &mut Vec::new(), &mut |items, inside| {
        has_discover(items) || is_in_marked_module(&file.items, inside) || is_in_marked_block(items, line)
    });
    is_collected.unwrap_or(true)
}

fn has_discover(items: &Items) -> bool {
    items.items.iter().any(|item| discover_call(item).is_some())
}

/// Whether one of the modules on the path `inside` has `#[testkit::tests]`.
fn is_in_marked_module(items: &Items, inside: &[String]) -> bool {
    let Some((first, rest)) = inside.split_first() else {
        return false;
    };
    items.items.iter().any(|item| match &item.kind {
        ItemKind::Module(module) if module.name == *first => {
            let is_marked = item.attributes.iter().any(|attribute| attribute.kind() == AttributeKind::Tests);
            is_marked
                || match &module.body {
                    proc_macro2::TokenTree::Group(body) => is_in_marked_module(&ast::scan(body.stream()), rest),
                    _ => false,
                }
        }
        _ => false,
    })
}

/// Whether `line` is in an `impl` block with `#[testkit::tests]`.
fn is_in_marked_block(items: &Items, line: usize) -> bool {
    items.items.iter().any(|item| match &item.kind {
        ItemKind::Implementation(block) => {
            let lines = block.body.span_open().start().line..=block.body.span_close().start().line;
            lines.contains(&line) && item.attributes.iter().any(|attribute| attribute.kind() == AttributeKind::Tests)
        }
        _ => false,
    })
}

/// Whether a file beside this one, or above it in the package, calls `discover_files!()`.
fn is_in_collected_folder(path: &Path) -> bool {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let package = Path::new(&package).canonicalize().unwrap_or_else(|_| package.into());
    path.ancestors().skip(1).take_while(|folder| folder.starts_with(&package)).any(|folder| {
        let Ok(entries) = std::fs::read_dir(folder) else {
            return false;
        };
        entries.flatten().map(|entry| entry.path()).any(|path| {
            path.extension().is_some_and(|extension| extension == "rs")
                && std::fs::read_to_string(&path).is_ok_and(|text| text.contains("discover_files!"))
        })
    })
}
