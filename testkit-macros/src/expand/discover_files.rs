//! `testkit::discover_files!()`: every test file beside the one that calls it becomes a module.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use testkit_protocol::test_files::test_files;

use super::discover::{self, discover_call};
use super::{asking, description, literal, tokens};
use crate::config::{self, Loaded};
use crate::diagnostic::Diagnostics;
use crate::source;

/// Expands `discover_files!()`, called at `call`.
pub(crate) fn expand(input: &TokenStream, call: Span) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    if !input.is_empty() {
        diagnostics.plain(call, "`discover_files!()` takes no arguments");
    }
    let loaded = config::load();
    for error in &loaded.errors {
        diagnostics.plain(call, error.clone());
    }
    let Some(root) = call.local_file() else {
        let hint = "write `mod test_x;` for each file instead, and `testkit::discover!();` in it";
        diagnostics.error(call, "`discover_files!()` cannot tell which file it stands in", hint);
        return diagnostics.into_tokens();
    };
    let folder = root.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let shown = call.file();
    let prefix = shown.rfind(['/', '\\']).map_or("", |last| &shown[..=last]).to_owned();
    let root_name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let files = test_files(&folder, &loaded.config.files, &root_name).unwrap_or_else(|error| {
        diagnostics.plain(call, error.to_string());
        Vec::new()
    });

    let mut expansion = Expansion { folder: &folder, prefix: &prefix, loaded: &loaded, call, diagnostics };
    let mut text = expansion.modules(&Node::tree(&files), "");
    let Expansion { diagnostics, .. } = expansion;
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let record = description::Folder {
        file: &shown,
        path: &absolute.to_string_lossy(),
        patterns: &loaded.config.files,
        files: &files,
        root: &root_name,
    };
    if diagnostics.is_empty() {
        text.push_str(&description::folder_text(&record, &loaded));
        text.push_str(&up_to_date_test(&record));
    }
    let mut output = diagnostics.into_tokens();
    output.extend(tokens(&text));
    output
}

/// The libtest test that looks at the folder again, since a new file does not make the compiler expand again.
fn up_to_date_test(folder: &description::Folder<'_>) -> String {
    let list = |texts: &[String]| texts.iter().map(|text| literal(text)).collect::<Vec<_>>().join(", ");
    format!(
        "#[::core::prelude::v1::test] fn discover_files_is_up_to_date() {{ \
           ::testkit::__private::check_folder({}, {}, &[{}], &[{}]) }}",
        literal(folder.path),
        literal(folder.file),
        list(folder.patterns),
        list(folder.files),
    )
}

/// A file or folder on the way to one.
#[derive(Debug, PartialEq, Eq)]
struct Node {
    name: String,
    /// Empty for a file.
    children: Vec<Node>,
}

impl Node {
    /// Sorted paths as a tree.
    fn tree(paths: &[String]) -> Vec<Self> {
        let mut nodes: Vec<(String, Vec<String>)> = Vec::new();
        for path in paths {
            let (name, rest) = path.split_once('/').map_or((path.as_str(), None), |(name, rest)| (name, Some(rest)));
            match nodes.iter_mut().find(|(known, _)| known == name) {
                Some((_, children)) => children.extend(rest.map(str::to_owned)),
                None => nodes.push((name.to_owned(), rest.map(str::to_owned).into_iter().collect())),
            }
        }
        nodes.into_iter().map(|(name, children)| Self { name, children: Self::tree(&children) }).collect()
    }
}

struct Expansion<'a> {
    folder: &'a Path,
    /// The folder as the compiler names it, with a separator at the end, or empty.
    prefix: &'a str,
    loaded: &'a Loaded,
    call: Span,
    diagnostics: Diagnostics,
}

impl Expansion<'_> {
    /// The modules of `nodes`, which stand in the folder `below` (with `/` at the end).
    fn modules(&mut self, nodes: &[Node], below: &str) -> String {
        let mut text = String::new();
        let mut taken: Vec<(String, &str)> = Vec::new();
        for node in nodes {
            let module = module_name(&node.name);
            if let Some((_, other)) = taken.iter().find(|(name, _)| *name == module) {
                let message = format!("{below}{} and {below}{other} would both become `mod {module}`", node.name);
                self.diagnostics.error(self.call, message, "rename one of the two");
                continue;
            }
            if node.children.is_empty() {
                text.push_str(&self.file(&format!("{below}{}", node.name), &node.name, &module));
            } else {
                let inner = self.modules(&node.children, &format!("{below}{}/", node.name));
                // The path makes `#[path]` of the modules inside count from the folder.
                write!(text, "#[path = {}] mod {module} {{ {inner} }}", literal(&node.name))
                    .expect("writing to a String cannot fail");
            }
            taken.push((module, &node.name));
        }
        text
    }

    /// The module of one file; `relative` is its path below the folder.
    fn file(&mut self, relative: &str, name: &str, module: &str) -> String {
        let path = self.folder.join(relative);
        let file = match source::read(&path) {
            Ok(file) => file,
            Err(error) => {
                self.diagnostics.plain(self.call, error);
                return String::new();
            }
        };
        if file.items.items.iter().any(|item| discover_call(item).is_some()) {
            return format!("#[path = {}] mod {module};", literal(name));
        }
        if !file.items.inner_attributes.is_empty() {
            let message =
                format!("{}{relative} begins with inner attributes or docs, so it cannot be included", self.prefix);
            self.diagnostics.error(self.call, message, "write `testkit::discover!();` in it");
            return String::new();
        }
        let shown = format!("{}{relative}", self.prefix);
        let collected = source::detached(|| discover::collect(&file.items, &path, &[], &shown, self.loaded));
        for error in collected.errors {
            self.diagnostics.plain(self.call, error);
        }
        let aliases = asking::aliases(collected.wanted, "").into_text();
        format!("mod {module} {{ ::core::include!({}); {aliases} {} }}", literal(relative), collected.text)
    }
}

/// A file's or folder's name as the name of a module.
fn module_name(name: &str) -> String {
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    let mut module: String = stem.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if module.chars().next().is_none_or(char::is_numeric) {
        module.insert(0, '_');
    }
    if ["self", "super", "crate", "Self", "_"].contains(&module.as_str()) {
        module + "_"
    } else if KEYWORDS.contains(&module.as_str()) {
        format!("r#{module}")
    } else {
        module
    }
}

/// Words that can be names only behind `r#`.
///
/// Source: the Rust reference, <https://doc.rust-lang.org/reference/keywords.html>, editions up to 2024.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_modules() {
        #[track_caller]
        fn check(name: &str, want: &str) {
            assert_eq!(module_name(name), want, "name: {name}");
        }
        check("test_math.rs", "test_math");
        check("http-client_test.rs", "http_client_test");
        check("2fa", "_2fa");
        check("type", "r#type");
        check("self", "self_");
    }

    #[test]
    fn makes_a_tree_of_paths() {
        let paths = ["a/b/test_x.rs", "a/test_y.rs", "test_z.rs"].map(str::to_owned);
        let file = |name: &str| Node { name: name.to_owned(), children: Vec::new() };
        let folder = |name: &str, children| Node { name: name.to_owned(), children };
        let want = [folder("a", vec![folder("b", vec![file("test_x.rs")]), file("test_y.rs")]), file("test_z.rs")];
        assert_eq!(Node::tree(&paths), want);
    }
}
