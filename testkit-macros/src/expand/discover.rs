//! `testkit::discover!()`: collects the tests of the module it stands in, from the text of the module's file.

use std::fmt::Write as _;
use std::path::Path;

use proc_macro2::{Span, TokenStream, TokenTree};
use testkit_protocol::name_pattern::matches_any;

use super::asking::Called;
use super::asking::sites::{Sites, Types};
use super::cases::{Host, hosts_of_cases};
use super::description::{self, Module};
use super::function::settled;
use super::{group, marks, tokens};
use crate::asking::{Asking, Offers};
use crate::ast::{self, Item, ItemKind, Items, MacroCall};
use crate::attribute::{Attribute, AttributeKind};
use crate::collect::{self, Place, Registered, Role, Test};
use crate::config::{self, Loaded};
use crate::diagnostic::Diagnostics;
use crate::marked::{self, Marks};
use crate::names::{Home, Names, Wanted, known_home};
use crate::{expand, source, validate};

/// Expands `discover!()`, called at `call`.
pub(crate) fn expand(input: &TokenStream, call: Span) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    if !input.is_empty() {
        diagnostics.plain(call, "`discover!()` takes no arguments");
    }
    let Some(path) = call.local_file() else {
        let hint = "put `#[testkit::tests]` on an inline module instead";
        diagnostics.error(call, "`discover!()` cannot tell which file it stands in", hint);
        return diagnostics.into_tokens();
    };
    let file = match source::read(&path) {
        Ok(file) => file,
        Err(error) => {
            diagnostics.plain(call, error);
            return diagnostics.into_tokens();
        }
    };
    let line = call.start().line;
    let loaded = config::load();
    for error in &loaded.errors {
        diagnostics.plain(call, error.clone());
    }
    let shown = call.file();
    let mut expand_module = |items: &Items, inside: &[String]| {
        let mut calls = items.items.iter().filter_map(discover_call);
        let is_here = calls.clone().any(|it| it.span.start().line == line);
        if !is_here {
            let hint = "write `testkit::discover!();` in the file itself, at the level of the tests";
            return Err(("`discover!()` is not where its file says".to_owned(), hint.to_owned()));
        }
        if calls.next().is_some_and(|first| first.span.start().line != line) {
            let message = "this module already has a `discover!()`, which collects all of it";
            return Err((message.to_owned(), "remove one of the two".to_owned()));
        }
        Ok(collect(items, &path, inside, &shown, &loaded))
    };
    let expansion = source::detached(|| source::with_module_at(&file.items, line, &mut Vec::new(), &mut expand_module));
    match expansion {
        None => {}
        Some(Err((message, hint))) => diagnostics.error(call, message, hint),
        Some(Ok(Collected { text, errors, wanted })) => {
            for error in errors {
                diagnostics.plain(call, error);
            }
            let mut output = diagnostics.into_tokens();
            output.extend(tokens(&text));
            let wanted = wanted.into_iter().map(|it| Wanted { span: call, ..it });
            output.extend(expand::asking::aliases(wanted, "").into_tokens());
            return output;
        }
    }
    diagnostics.into_tokens()
}

/// The `discover!()` that an item is, if it is one.
pub(crate) fn discover_call(item: &Item) -> Option<&MacroCall> {
    match &item.kind {
        ItemKind::MacroCall(call) => {
            let path = call.path.trim_start_matches(':');
            (path == "testkit::discover" || path == "discover").then_some(call)
        }
        _ => None,
    }
}

/// What a module's text gives.
pub(crate) struct Collected {
    /// Items to stand beside the tests.
    pub(crate) text: String,
    /// What is wrong, each with its place in front.
    pub(crate) errors: Vec<String>,
    /// Names whose aliases belong to it.
    pub(crate) wanted: Vec<Wanted>,
}

/// Collects the tests among `items`, which stand in the file `path` below the inline modules `inside`.
pub(crate) fn collect(items: &Items, path: &Path, inside: &[String], file: &str, loaded: &Loaded) -> Collected {
    let mut scope = Scope {
        loaded,
        path,
        file,
        uses_our_test: imports_our_test(items),
        diagnostics: Diagnostics::default(),
        hosts: String::new(),
        functions: String::new(),
        foreign: collect::foreign_marks(&items.items),
        tests: Vec::new(),
        offers: Offers::default(),
        sites: Sites::default(),
        module: free_module_name(items),
        names: Names::of(items, known_home(Some(Home { file: path.to_owned(), inside: inside.to_vec() }))),
    };
    let mut inside = inside.to_vec();
    scope.items(items, &mut inside);
    let Scope { hosts, functions, mut tests, module, diagnostics, sites, names, .. } = scope;
    let list = sites.entries.list();
    let errors = diagnostics.into_located(file);
    let mut text = String::new();
    if !hosts.is_empty() {
        text = format!("#[cfg(test)] mod {module} {{ {hosts} }} {functions} {}", sites.into_code().into_text());
    }
    if errors.is_empty() {
        tests.sort_by_key(|test| (test.place.name_line, test.place.column));
        text.push_str(&description::registration_text(&Module { file, tests: &tests, list: &list }, loaded));
    }
    Collected { text, errors, wanted: names.wanted() }
}

/// The module of hosting tests is called `discovered`, unless the author's file has that name already.
fn free_module_name(items: &Items) -> String {
    let mut name = "discovered".to_owned();
    while items.items.iter().any(|item| matches!(&item.kind, ItemKind::Module(module) if module.name == name)) {
        name.push('_');
    }
    name
}

/// Whether `use testkit::test;` makes every bare `#[test]` ours.
fn imports_our_test(items: &Items) -> bool {
    items.items.iter().any(|item| match &item.kind {
        ItemKind::Use(tokens) => {
            let text: TokenStream = tokens.iter().cloned().collect();
            let text = text.to_string();
            let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            words.contains(&"testkit") && words.contains(&"test")
        }
        _ => false,
    })
}

struct Scope<'a> {
    loaded: &'a Loaded,
    path: &'a Path,
    file: &'a str,
    uses_our_test: bool,
    diagnostics: Diagnostics,
    /// The contents of the module of hosting tests.
    hosts: String,
    /// Functions that marks need, beside the tests.
    functions: String,
    /// Words of marks that are not ours here.
    foreign: Vec<String>,
    tests: Vec<Test>,
    /// Fixtures that all tests ask for.
    offers: Offers,
    /// Where those that ask for something stand.
    sites: Sites,
    module: String,
    names: Names,
}

impl Scope<'_> {
    /// Collects the items of the module itself.
    fn items(&mut self, items: &Items, inside: &mut Vec<String>) {
        let config = &self.loaded.config;
        let mut blocks = collect::blocks(&items.items, &self.foreign, config);
        blocks.retain(|index, _| !registers_itself(&items.items[*index].attributes));
        self.offers = collect::offers(&items.items, &Offers::default());
        let groups =
            collect::groups(&items.items, &blocks, &[], (&self.offers, &self.names), config, &mut self.diagnostics);
        for item in &items.items {
            if let ItemKind::Function(function) = &item.kind {
                self.function(item, function);
            }
        }
        for mut group in groups {
            let group = &mut group;
            self.functions.push_str(&group::functions(group, self.file).into_text());
            for method in &mut group.methods {
                // The hosts of a group stand in a module of `mod discovered`.
                method.marks.applied = marked::seen_from_inside(&method.marks.applied);
                for (_, marks) in &mut method.cases {
                    marks.applied = marked::seen_from_inside(&marks.applied);
                }
            }
            self.hosts.push_str(&group::construction_text(group, "super"));
            self.hosts.push_str(&group::hosting_module(group, "super::super", self.file, &self.sites));
            self.functions.push_str(&marked::functions_text(&group.functions));
            self.tests.extend(group::tests(group, &format!("{}::", self.module), &self.sites));
        }
        self.modules(items, inside);
    }

    /// Looks for tests in modules below, whose private functions are out of reach from here.
    fn modules(&mut self, items: &Items, inside: &mut Vec<String>) {
        for item in &items.items {
            let ItemKind::Module(module) = &item.kind else { continue };
            let TokenTree::Group(body) = &module.body else {
                self.file_module(item, &module.name, inside);
                continue;
            };
            let body = ast::scan(body.stream());
            if registers_itself(&item.attributes) || body.items.iter().any(|it| discover_call(it).is_some()) {
                continue;
            }
            if let Some((_, span)) = uncollected_test(&body, self.loaded) {
                self.diagnostics.error(
                    span,
                    format!("`discover!()` cannot reach the tests of `mod {}`", module.name),
                    format!("put `#[testkit::tests]` on `mod {}`", module.name),
                );
            }
            inside.push(module.name.to_string());
            self.modules(&body, inside);
            inside.pop();
        }
    }

    fn function(&mut self, item: &Item, function: &ast::Function) {
        let name = function.name.to_string();
        let is_plain = item.attributes.iter().any(|attribute| attribute.kind() == AttributeKind::Test);
        if registers_itself(&item.attributes) || is_plain && self.uses_our_test {
            return;
        }
        match collect::role(&item.attributes, &name, &self.loaded.config) {
            Role::Foreign => {}
            Role::Ordinary => {
                let mut attributes = item.attributes.clone();
                for attribute in &mut attributes {
                    attribute.disown(&self.foreign);
                }
                validate::no_test_before_fixture(&attributes, &function.name, &mut self.diagnostics);
                validate::no_marks_on_helper(&attributes, &function.name, &mut self.diagnostics);
            }
            Role::Test => {
                let mut attributes = item.attributes.clone();
                for attribute in &mut attributes {
                    attribute.disown(&self.foreign);
                }
                let mut marks = marked::marks(&attributes, &self.loaded.config, &mut self.diagnostics);
                let conditions = marked::condition_functions(&mut marks.applied, &name);
                self.functions.push_str(&marked::functions_text(&conditions));
                marks.inherit(&[], &name, function.name.span(), &mut self.diagnostics);
                if is_plain {
                    self.plain_marks(&marks, &name, function.name.span());
                }
                let is_valid = validate::function(&item.attributes, function, &mut self.diagnostics);
                let asking = Asking::of(function, &marks, &self.offers, &self.names, &mut self.diagnostics);
                let (Some(asking), true) = (asking, is_valid) else { return };
                let place = Place::of(&item.attributes, &item.visibility, function);
                if !asking.is_empty() && !is_plain {
                    self.asking_function(function, place, &asking, &marks);
                    return;
                }
                let hosting_marks = Marks { applied: marked::seen_from_inside(&marks.applied), ..marks.clone() };
                let call = |path: String| {
                    if function.returns_value() {
                        format!("|| {}", settled(&format!("{path}()"), self.file, place.name_line, place.column))
                    } else {
                        path
                    }
                };
                let (libtest, registered) = if is_plain {
                    (None, self.sites.entries.register(&call(name.clone()), &marks.conditions))
                } else {
                    let libtest = format!("{}::{name}", self.module);
                    // A worker calls the author's function itself, unless the hosting one knows marks.
                    let run = if marks.are_hosted() { libtest.clone() } else { call(name.clone()) };
                    let registered = self.sites.entries.register(&run, &marks.conditions);
                    let run = if marks.are_hosted() {
                        marks::run_text(&call(format!("super::{name}")), &hosting_marks)
                    } else {
                        format!("super::{}({})", self.sites.entries.run(), registered.number)
                    };
                    let hosted = marks.host_attributes();
                    write!(self.hosts, "{hosted} #[::core::prelude::v1::test] pub(super) fn {name}() {{ {run} }}")
                        .expect("writing to a String cannot fail");
                    (Some(libtest), registered)
                };
                let (site, together) = (None, None);
                let (plain, run) = (is_plain, registered);
                self.tests.push(Test { name, libtest, place, marks, plain, run, site, together });
            }
        }
    }

    /// A test that asks for something.
    fn asking_function(&mut self, function: &ast::Function, place: Place, asking: &Asking, marks: &Marks) {
        let name = function.name.to_string();
        let called = Called::function(function, asking, self.file);
        let mut cases = Vec::new();
        for combination in asking.has_literal_cases().then(|| asking.combinations()).into_iter().flatten() {
            let mut marks = combination.marks(marks, &self.loaded.config, &mut self.diagnostics);
            let of = format!("{name}_{}", combination.function);
            let conditions = marked::condition_functions(&mut marks.applied, &of);
            self.functions.push_str(&marked::functions_text(&conditions));
            cases.push((combination, marks));
        }
        let site = self.sites.site(asking, &name, None, &marks.cfg_attributes());
        // What needs the author's expressions stands beside them; fixtures alone can be asked for from the host.
        if !asking.is_for_fixtures() {
            let mut combinations: Vec<_> = cases.iter().map(|(combination, _)| combination.clone()).collect();
            if combinations.is_empty() {
                combinations = asking.combinations();
            }
            let begins = (!cases.is_empty()).then_some(site.name.as_str());
            let beside = called.dispatcher(&combinations, None, begins, &marks.cfg_attributes());
            self.functions.push_str(&beside.into_text());
            self.functions.push_str(&called.labels().into_text());
        }
        let base = format!("{}::{name}", self.module);
        let mut add = |name: String, libtest: String, run: Registered, marks: &Marks| {
            let marks = marks.clone();
            let (libtest, site, plain, together) = (Some(libtest), Some(site.clone()), false, None);
            self.tests.push(Test { name, libtest, place, marks, plain, run, site, together });
        };
        if cases.is_empty() {
            let asks_for_fixtures = asking.is_for_fixtures() && !marks.are_hosted();
            let ask = asks_for_fixtures.then(|| self.sites.ask(&site, asking, Types::Made));
            let seen = Marks { applied: marked::seen_from_inside(&marks.applied), ..marks.clone() };
            let hosted = marks.host_attributes();
            let registered = self.sites.entries.register(&base, &marks.conditions);
            let begin = if let Some(ask) = ask {
                let number = registered.number;
                let names: Vec<String> =
                    asking.arguments.iter().map(|(argument, _)| argument.name.to_string()).collect();
                let names = names.join(", ");
                let pattern = if asking.arguments.len() == 1 { names.clone() } else { format!("({names})") };
                let call = called.settled_text(&format!("super::{name}({names})"));
                format!("if let ::core::option::Option::Some({pattern}) = super::{ask}({number}, &mut ()) {{ {call} }}")
            } else {
                let run = if asking.is_for_fixtures() {
                    let called = Called { function: format!("super::{name}"), ..called };
                    called.single("super::").into_text()
                } else {
                    format!("super::{}(0)", expand::asking::dispatcher_name(&name))
                };
                let site = format!("&super::{}", site.name);
                if marks.are_hosted() {
                    format!("::testkit::__private::run_asking(|| {{ {run} }}, {}, {site})", marks::value(&seen))
                } else {
                    format!("if ::testkit::__private::begin_hosted({name}, {site}) {{ {run} }}")
                }
            };
            write!(self.hosts, "{hosted} #[::core::prelude::v1::test] pub(super) fn {name}() {{ {begin} }}")
                .expect("writing to a String cannot fail");
            add(name, base, registered, marks);
            return;
        }
        let host = |function: &str| format!("{base}::{function}");
        let dispatcher = expand::asking::dispatcher_name(&name);
        let registered = expand::cases::registered(&cases, &dispatcher, host, &self.sites);
        for ((combination, marks), run) in cases.iter().zip(registered) {
            let libtest = host(&combination.function);
            add(format!("{name}[{}]", combination.id), libtest, run, marks);
        }
        let hosts = hosts_of_cases(&name, "pub(super)", &cases, "super::super::", |number| Host {
            run: format!("super::super::{}({number})", expand::asking::dispatcher_name(&name)),
            begins: true,
            site: format!("super::super::{}", site.name),
        });
        self.hosts.push_str(&hosts);
    }

    /// Marks that change what libtest sees cannot be on a function that libtest sees as it is.
    fn plain_marks(&mut self, marks: &Marks, name: &str, span: Span) {
        let names = marks.applied.iter().map(|applied| applied.mark.name());
        for mark in names.filter(|mark| !mark.is_for_the_command_alone()) {
            self.diagnostics.error(
                span,
                format!("`#[{}]` on `{name}`, whose `#[test]` libtest sees as it is", mark.word()),
                "write `#[testkit::test]` in the place of `#[test]`, or name it `test_…` without `#[test]`",
            );
        }
    }

    /// `mod test_x;`: its tests are its own file's business, which must say so.
    fn file_module(&mut self, item: &Item, name: &proc_macro2::Ident, inside: &[String]) {
        let config = &self.loaded.config;
        let path_attribute =
            item.attributes.iter().find(|attribute| attribute.path == "path").and_then(Attribute::string);
        let Some(path) = source::module_file(self.path, inside, &name.to_string(), path_attribute.as_deref()) else {
            return;
        };
        let Some(file_name) = path.file_name().and_then(|name| name.to_str()) else {
            return;
        };
        let is_test_file = matches_any(&config.files, file_name) || matches_any(&config.files, &format!("{name}.rs"));
        if !is_test_file {
            return;
        }
        let Ok(file) = source::read(&path) else { return };
        if uncollected_test(&file.items, self.loaded).is_some() {
            self.diagnostics.error(
                name.span(),
                format!("the tests of `mod {name};` are not collected"),
                format!("write `testkit::discover!();` in {}", path.display()),
            );
        }
    }
}

/// The name and place of a test in a file or module that has no `discover!()` and that nothing else registers.
pub(crate) fn uncollected_test(items: &Items, loaded: &Loaded) -> Option<(String, Span)> {
    if items.items.iter().any(|item| discover_call(item).is_some()) {
        return None;
    }
    let config = &loaded.config;
    items.items.iter().filter(|item| !registers_itself(&item.attributes)).find_map(|item| match &item.kind {
        ItemKind::Function(function) => {
            let name = function.name.to_string();
            let is_plain = item.attributes.iter().any(|it| it.kind() == AttributeKind::Test);
            let is_test = collect::role(&item.attributes, &name, config) == Role::Test;
            (is_test && !is_plain).then(|| (name, function.name.span()))
        }
        ItemKind::Implementation(block) => {
            let name = block.self_type.as_ref().filter(|name| config.is_group_name(&name.to_string()))?;
            let is_test = |item: &Item| match &item.kind {
                ItemKind::Function(function) => config.is_test_name(&function.name.to_string()),
                _ => false,
            };
            let is_group = ast::scan(block.body.stream()).items.iter().any(is_test);
            is_group.then(|| (name.to_string(), name.span()))
        }
        _ => None,
    })
}

/// Whether an attribute of ours on the item registers its tests.
fn registers_itself(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| matches!(attribute.kind(), AttributeKind::Tests | AttributeKind::OurTest))
}
