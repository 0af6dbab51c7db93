//! The static description of a module and its entry in the registry.
//!
//! The description is a list of constant texts that the library joins when the test binary is compiled: one literal
//! for all that is known here, and an `if cfg!(…)` wherever a record depends on a `cfg`.

use std::fmt::Write as _;

use proc_macro2::TokenStream;

use testkit_protocol::PROTOCOL_VERSION;
use testkit_protocol::json::write_string;

use super::asking::sites::{EXPANDS, Multiplies, Site};
use super::entries::List;
use super::{all_of, concatenated, literal, marks, tokens};
use crate::collect::Test;
use crate::config::Loaded;
use crate::marked::ALWAYS;

/// The version of the library that the expansion belongs to: ours, since the library asks for exactly this one.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the registration needs to know of a module.
pub(crate) struct Module<'a> {
    /// Its file as given to the compiler.
    pub(crate) file: &'a str,
    /// Its tests in the order of the source.
    pub(crate) tests: &'a [Test],
    /// What runs them.
    pub(crate) list: &'a List,
}

/// The block that describes and registers a module.
pub(crate) fn registration(module: &Module<'_>, loaded: &Loaded) -> TokenStream {
    tokens(&registration_text(module, loaded))
}

/// The same as source text.
pub(crate) fn registration_text(module: &Module<'_>, loaded: &Loaded) -> String {
    let mut parts = Parts::default();
    parts.text(&format!("{{\"module\":{{\"protocol\":{PROTOCOL_VERSION},\"version\":\"{VERSION}\",\"module\":\""));
    parts.module_path();
    parts.text(&format!("\",\"file\":\"{}\"}}}}\n", json(module.file)));
    describe_sites(module.tests, &mut parts);
    for test in module.tests {
        describe(test, &mut parts);
    }
    let file = literal(module.file);
    let fields = format!(
        "module: ::core::module_path!(), file: {file}, description: &DESCRIPTION, tests: {tests}, \
         should_panic: &[{should_panic}], sites: &[{sites}]",
        tests = module.list.name,
        should_panic = entries_of_panics(module.tests),
        sites = concatenated(sites_of(module.tests), |site| format!("{} &{},", site.conditions, site.name)),
    );
    // The tests stand outside of `submit!`, which would hand their tokens through several macros.
    let entry = format!(
        "{} ::testkit::__private::inventory::submit! {{ ::testkit::__private::ModuleEntry {{ {fields} }} }}",
        module.list.item
    );
    let exclusive = marks::exclusive_entries(module.tests);
    block(&parts, &(entry + &exclusive)) + manifest_dependency(loaded)
}

/// The block that describes a folder of test files.
pub(crate) fn folder_text(folder: &Folder<'_>, loaded: &Loaded) -> String {
    let list = |texts: &[String]| texts.iter().map(|text| format!("\"{}\"", json(text))).collect::<Vec<_>>().join(",");
    let mut parts = Parts::default();
    parts.text(&format!(
        "{{\"folder\":{{\"file\":\"{}\",\"folder\":\"{}\",\"patterns\":[{}],\"files\":[{}],\"root\":\"{}\"}}}}\n",
        json(folder.file),
        json(folder.path),
        list(folder.patterns),
        list(folder.files),
        json(folder.root),
    ));
    let entry =
        "::testkit::__private::inventory::submit! { ::testkit::__private::FolderEntry { description: &DESCRIPTION } }";
    block(&parts, entry) + manifest_dependency(loaded)
}

/// The block that describes a fixture.
pub(crate) fn fixture_text(fixture: &Fixture<'_>) -> String {
    let mut parts = Parts::default();
    parts.text(&format!("{{\"module\":{{\"protocol\":{PROTOCOL_VERSION},\"version\":\"{VERSION}\",\"module\":\""));
    parts.module_path();
    parts.text(&format!("\",\"file\":\"{}\"}}}}\n", json(fixture.file)));
    let mut line = format!(
        "{{\"fixture\":{{\"name\":\"{}\",\"scope\":\"{}\",\"line\":{},\"column\":{}",
        json(fixture.name),
        fixture.scope,
        fixture.line,
        fixture.column
    );
    if !fixture.doc.is_empty() {
        write!(line, ",\"doc\":\"{}\"", json(fixture.doc)).expect("writing to a String cannot fail");
    }
    for (key, list) in [("asks", fixture.asks), ("params", fixture.parameters)] {
        if !list.is_empty() {
            let list: Vec<String> = list.iter().map(|text| format!("\"{}\"", json(text))).collect();
            write!(line, ",\"{key}\":[{}]", list.join(",")).expect("writing to a String cannot fail");
        }
    }
    for (key, holds) in [("autouse", fixture.is_autouse), ("teardown", fixture.has_teardown)] {
        if holds {
            write!(line, ",\"{key}\":true").expect("writing to a String cannot fail");
        }
    }
    line.push_str("}}\n");
    parts.text(&line);
    let entry =
        "::testkit::__private::inventory::submit! { ::testkit::__private::FixtureEntry { description: &DESCRIPTION } }";
    block(&parts, entry)
}

/// What is known of a fixture; the fields of its record.
pub(crate) struct Fixture<'a> {
    pub(crate) file: &'a str,
    pub(crate) name: &'a str,
    pub(crate) scope: &'a str,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) doc: &'a str,
    pub(crate) asks: &'a [String],
    pub(crate) parameters: &'a [String],
    pub(crate) is_autouse: bool,
    pub(crate) has_teardown: bool,
}

/// What `discover_files!` found; the fields of the record.
pub(crate) struct Folder<'a> {
    pub(crate) file: &'a str,
    pub(crate) path: &'a str,
    pub(crate) patterns: &'a [String],
    pub(crate) files: &'a [String],
    pub(crate) root: &'a str,
}

fn block(parts: &Parts, entry: &str) -> String {
    format!(
        "#[cfg(test)] const _: () = {{ \
           #[allow(unused_imports)] use ::testkit::__private::ShouldPanic; \
           const PARTS: &[&str] = &[{parts}]; \
           #[cfg_attr(target_vendor = \"apple\", unsafe(link_section = \"__DATA,testkit\"))] \
           #[cfg_attr(not(target_vendor = \"apple\"), unsafe(link_section = \"testkit\"))] \
           static DESCRIPTION: [u8; ::testkit::__private::joined_length(PARTS)] = ::testkit::__private::join(PARTS); \
           {entry} \
         }};",
        parts = parts.source()
    )
}

/// Makes the compiler expand again when the manifest, whose patterns we read, has changed.
fn manifest_dependency(loaded: &Loaded) -> &'static str {
    if loaded.has_manifest {
        "const _: &[u8] = ::core::include_bytes!(::core::concat!(::core::env!(\"CARGO_MANIFEST_DIR\"), \"/Cargo.toml\"));"
    } else {
        ""
    }
}

/// The constant texts, as source text of a list of `&str`.
#[derive(Default)]
struct Parts {
    done: String,
    /// Arguments of the `concat!` that is being written.
    arguments: Vec<String>,
    /// Text that is to be the next argument.
    pending: String,
}

impl Parts {
    fn text(&mut self, text: &str) {
        self.pending.push_str(text);
    }

    fn module_path(&mut self) {
        self.flush_pending();
        self.arguments.push("::core::module_path!()".to_owned());
    }

    /// `then` where the predicate holds, else `otherwise`.
    fn choice(&mut self, predicate: &str, then: &str, otherwise: &str) {
        self.flush();
        let (then, otherwise) = (literal(then), literal(otherwise));
        write!(self.done, "if ::core::cfg!({predicate}) {{ {then} }} else {{ {otherwise} }},")
            .expect("writing to a String cannot fail");
    }

    fn flush_pending(&mut self) {
        if !self.pending.is_empty() {
            self.arguments.push(literal(&self.pending));
            self.pending.clear();
        }
    }

    fn flush(&mut self) {
        self.flush_pending();
        let written = match self.arguments.as_slice() {
            [] => return,
            // A macro call for each of many parts would take the compiler longer than the parts themselves.
            [text] if text.starts_with('"') => write!(self.done, "{text},"),
            several => write!(self.done, "::core::concat!({}),", several.join(", ")),
        };
        written.expect("writing to a String cannot fail");
        self.arguments.clear();
    }

    fn source(&self) -> String {
        let mut rest =
            Self { done: self.done.clone(), arguments: self.arguments.clone(), pending: self.pending.clone() };
        rest.flush();
        rest.done
    }
}

/// The sites that may multiply their tests, each once.
fn sites_of(tests: &[Test]) -> Vec<&Site> {
    let mut sites: Vec<&Site> = Vec::new();
    for site in tests.iter().filter_map(|test| test.site.as_ref()) {
        if site.multiplies != Multiplies::No && !sites.iter().any(|known| known.number == site.number) {
            sites.push(site);
        }
    }
    sites
}

/// Appends a line for each site that may multiply its tests.
fn describe_sites(tests: &[Test], parts: &mut Parts) {
    for site in sites_of(tests) {
        parts.text(&format!("{{\"site\":{{\"number\":{}", site.number));
        if site.multiplies == Multiplies::Perhaps {
            parts.flush();
            // The constant exists under its conditions only.
            write!(parts.done, "{}{}_EXPANDS,", site.conditions, site.name).expect("writing to a String cannot fail");
        } else {
            parts.text(EXPANDS);
        }
        parts.text("}}\n");
    }
}

/// Appends the line of a test.
fn describe(test: &Test, parts: &mut Parts) {
    let mut line = format!("{{\"test\":{{\"name\":\"{}\",\"run\":{}", json(&test.name), test.run.number);
    if let Some(case) = test.run.case {
        write!(line, ",\"case\":{case}").expect("writing to a String cannot fail");
    }
    if let Some(libtest) = &test.libtest {
        write!(line, ",\"libtest\":\"{}\"", json(libtest)).expect("writing to a String cannot fail");
    }
    let place = test.place;
    write!(line, ",\"line\":{},\"column\":{},\"end_line\":{}", place.line, place.column, place.end_line)
        .expect("writing to a String cannot fail");
    if test.plain {
        line.push_str(",\"plain\":true");
    }
    if let Some(together) = &test.together {
        write!(line, ",\"together\":\"{}\"", json(together)).expect("writing to a String cannot fail");
    }
    if let Some(site) = test.site.as_ref().filter(|site| site.multiplies != Multiplies::No) {
        write!(line, ",\"site\":{}", site.number).expect("writing to a String cannot fail");
    }
    let mut record = Record { parts, guard: all_of(&test.marks.conditions), pending: line };
    for (predicate, text) in marks::record_fields(&test.marks) {
        record.when(&predicate, &text);
    }
    record.pending.push_str("}}\n");
    record.flush();
}

/// The line of a test that may stand under a condition.
struct Record<'a> {
    parts: &'a mut Parts,
    guard: Option<String>,
    pending: String,
}

impl Record<'_> {
    fn when(&mut self, predicate: &str, text: &str) {
        if predicate == ALWAYS {
            self.pending.push_str(text);
            return;
        }
        self.flush();
        let all: Vec<String> = self.guard.iter().cloned().chain([predicate.to_owned()]).collect();
        self.parts.choice(&all_of(&all).unwrap_or_default(), text, "");
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.pending);
        match &self.guard {
            None => self.parts.text(&text),
            Some(guard) => self.parts.choice(guard, &text, ""),
        }
    }
}

/// The entries of the tests with `#[should_panic]`.
fn entries_of_panics(tests: &[Test]) -> String {
    let panicking = tests.iter().filter(|test| !test.marks.should_panic.is_empty());
    concatenated(panicking, |test| {
        let conditions = test.marks.cfg_attributes();
        format!("{conditions} ({}, {}),", literal(&test.name), marks::should_panic(&test.marks))
    })
}

/// `text` with the escapes of a JSON string, without its quotes.
fn json(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    write_string(&mut quoted, text);
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::{Place, Registered};
    use crate::marked::{Conditional, Marks};

    fn source(marks: Marks) -> String {
        let place = Place { line: 1, name_line: 2, column: 3, end_line: 4 };
        let test = Test {
            name: "a".to_owned(),
            libtest: None,
            place,
            marks,
            plain: false,
            run: Registered { number: 5, case: None },
            site: None,
            together: None,
        };
        let mut parts = Parts::default();
        describe(&test, &mut parts);
        parts.source()
    }

    fn ignored(predicate: Option<&str>, text: &str) -> Conditional {
        Conditional { predicate: predicate.map(str::to_owned), text: Some(text.to_owned()) }
    }

    #[test]
    fn describes_a_test() {
        let line = r#"{\"test\":{\"name\":\"a\",\"run\":5,\"line\":1,\"column\":3,\"end_line\":4"#;
        assert_eq!(source(Marks::default()), format!("\"{line}}}}}\\n\","));
        let marks = Marks { conditions: vec!["x".to_owned()], ..Marks::default() };
        assert_eq!(source(marks), format!("if ::core::cfg!(x) {{ \"{line}}}}}\\n\" }} else {{ \"\" }},"));
        let marks = Marks { ignore: vec![ignored(None, "a\"b")], ..Marks::default() };
        assert_eq!(source(marks), format!("\"{line},\\\"ignore\\\":\\\"a\\\\\\\"b\\\"}}}}\\n\","));
    }
}
