//! `#[testkit::tests]`: an inline module or an `impl` block whose tests are collected in place.

use std::rc::Rc;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::asking::sites::Sites;
use super::description::{self, Module};
use super::function::{self, Context, Templates};
use super::{ALLOWED_FORMS, asking, fallback, group, tokens};
use crate::asking::Offers;
use crate::assertion::Rewriter;
use crate::ast::{self, Implementation, Item, ItemKind, Items};
use crate::attribute::{Attribute, AttributeKind};
use crate::collect::{self, Construction, Role, Test};
use crate::config::{self, Loaded};
use crate::diagnostic::Diagnostics;
use crate::marked::{self, Applied};
use crate::names::{self, LazyHome, Names};
use crate::{source, validate};

/// Expands `#[testkit::tests]`.
pub(crate) fn expand(options: &TokenStream, item: TokenStream) -> TokenStream {
    let mut collector = Collector::new();
    if let Some(option) = options.clone().into_iter().next() {
        collector.diagnostics.plain(option.span(), "`#[testkit::tests]` takes no options");
    }
    let mut items = ast::scan(item.clone()).items;
    let (Some(item), true) = (items.pop(), items.is_empty()) else {
        return item;
    };
    let Item { attributes, visibility, kind } = item;
    let expanded = match kind {
        ItemKind::Module(module) => match module.body {
            TokenTree::Group(body) => {
                collector.file = module.name.span().file();
                let home = names::home_of_module(&module.name, body.span_open());
                let is_group = collector.is_group(&module.name);
                let surroundings = Surroundings { marks: Vec::new(), offers: Offers::default(), is_group, home };
                let (attributes, inner) = collector.module(attributes, ast::scan(body.stream()), &surroundings);
                let mut changed = Group::new(Delimiter::Brace, inner);
                changed.set_span(body.span());
                let module = ast::Module { body: TokenTree::Group(changed), ..module };
                to_stream(Item { attributes, visibility, kind: ItemKind::Module(module) })
            }
            body => {
                let hint = format!(
                    "write `testkit::discover!();` in the module's file instead, and `mod {};` alone",
                    module.name
                );
                collector.diagnostics.error(
                    Span::call_site(),
                    "`#[testkit::tests]` cannot see into a module that is a file",
                    hint,
                );
                fallback::item(Item { attributes, visibility, kind: ItemKind::Module(ast::Module { body, ..module }) })
            }
        },
        ItemKind::Implementation(block) => collector.lone_block(attributes, visibility, block),
        kind => {
            let hint = match &kind {
                ItemKind::Function(_) => "for a single function, write `#[testkit::test]`",
                ItemKind::Type(_) => "put it on the `impl` block that holds the tests",
                _ => "put it on `mod tests { … }` or `impl TestX { … }`",
            };
            let message = "`#[testkit::tests]` goes on an inline module or an `impl` block";
            collector.diagnostics.error(Span::call_site(), message, hint);
            fallback::item(Item { attributes, visibility, kind })
        }
    };
    let mut tokens = collector.diagnostics.into_tokens();
    tokens.extend(expanded);
    tokens
}

/// What the modules around items say of them.
#[derive(Clone)]
struct Surroundings {
    /// Marks of all tests.
    marks: Vec<Applied>,
    /// Fixtures that all tests ask for.
    offers: Offers,
    /// Whether the module itself is a group.
    is_group: bool,
    /// Where the module itself is written.
    home: LazyHome,
}

/// Collects the tests of one attribute's item.
struct Collector {
    loaded: Loaded,
    diagnostics: Diagnostics,
    /// The file, as given to the compiler.
    file: String,
    templates: Templates,
}

impl Collector {
    fn new() -> Self {
        let loaded = config::load();
        let mut diagnostics = Diagnostics::default();
        for error in &loaded.errors {
            diagnostics.plain(Span::call_site(), error.clone());
        }
        Self { loaded, diagnostics, file: String::new(), templates: Templates::new() }
    }

    /// Whether a module is a group, by its name.
    fn is_group(&self, name: &Ident) -> bool {
        self.loaded.config.is_test_name(&name.to_string())
    }

    /// The attributes of a module without its marks, and its body.
    fn module(
        &mut self,
        attributes: Vec<Attribute>,
        items: Items,
        outer: &Surroundings,
    ) -> (Vec<Attribute>, TokenStream) {
        let mut marks = marked::shared(&attributes, &self.loaded.config, &mut self.diagnostics);
        let conditions = marked::condition_functions(&mut marks, "module");
        marks.extend(marked::seen_from_inside(&outer.marks));
        let inner = Surroundings { marks, ..outer.clone() };
        let mut body = self.items(items, inner);
        body.extend(marked::placed_functions(&conditions));
        (marked::without(attributes, |kind| matches!(kind, AttributeKind::Mark(_))), body)
    }

    /// The body of a module, with its tests hosted, described and registered; `outer` has the marks of all of them.
    fn items(&mut self, mut items: Items, mut outer: Surroundings) -> TokenStream {
        let foreign = collect::foreign_marks(&items.items);
        items.disown(&foreign);
        let names = Names::of(&items, Rc::clone(&outer.home));
        let Items { inner_attributes, items } = items;
        let rewriter = rewriter_for(&items);
        outer.offers = collect::offers(&items, &outer.offers);
        let outer = &outer;
        let names = &names;
        let mut blocks = collect::blocks(&items, &foreign, &self.loaded.config);
        let groups = collect::groups(
            &items,
            &blocks,
            &outer.marks,
            (&outer.offers, names),
            &self.loaded.config,
            &mut self.diagnostics,
        );
        let mut output: Vec<TokenTree> = inner_attributes;
        let mut tests: Vec<Test> = Vec::new();
        let sites = Sites::default();
        for (index, item) in items.into_iter().enumerate() {
            let Item { attributes, visibility, kind } = item;
            match kind {
                ItemKind::Function(function) => {
                    let item = (attributes, visibility, *function);
                    self.function(item, outer, names, (rewriter, &sites), &mut output, &mut tests);
                }
                ItemKind::Module(module) => {
                    let is_separate = attributes.iter().any(|attribute| attribute.kind() == AttributeKind::Tests);
                    let (attributes, kind) = match module.body {
                        TokenTree::Group(body) if !is_separate => {
                            let is_group = self.is_group(&module.name);
                            let home = names.home_inside(&module.name);
                            let outer = Surroundings { is_group, home, ..outer.clone() };
                            let (attributes, inner) = self.module(attributes, ast::scan(body.stream()), &outer);
                            let mut changed = Group::new(Delimiter::Brace, inner);
                            changed.set_span(body.span());
                            (attributes, ItemKind::Module(ast::Module { body: TokenTree::Group(changed), ..module }))
                        }
                        body => {
                            if is_separate && !outer.marks.is_empty() {
                                self.diagnostics.error(
                                    module.name.span(),
                                    format!("the marks of the module around `mod {}` do not reach its tests", module.name),
                                    "remove the inner `#[testkit::tests]`: the outer one collects inner modules as well",
                                );
                            }
                            (attributes, ItemKind::Module(ast::Module { body, ..module }))
                        }
                    };
                    output.extend(Item { attributes, visibility, kind }.into_tokens());
                }
                ItemKind::Implementation(block) => {
                    let body = blocks.remove(&index);
                    if !groups.iter().any(|group| block.self_type.as_ref() == Some(&group.name)) {
                        self.no_marks(&attributes, "an `impl` block without tests");
                    }
                    self.block(attributes, visibility, block, body, rewriter, &mut output);
                }
                ItemKind::MacroCall(call) => {
                    if call.path == "testkit::discover" || call.path == "discover" {
                        let message = "`discover!()` inside of `#[testkit::tests]` would collect the same tests twice";
                        self.diagnostics.error(call.span, message, "remove one of the two");
                    } else {
                        output.extend(to_stream(Item { attributes, visibility, kind: ItemKind::MacroCall(call) }));
                    }
                }
                kind @ (ItemKind::Type(_) | ItemKind::Use(_) | ItemKind::MacroRules(..) | ItemKind::Other(..)) => {
                    let mut attributes = attributes;
                    if let ItemKind::Type(item) = &kind {
                        let what = format!("the type `{}`, whose tests are in its `impl` block", item.name);
                        self.no_marks(&attributes, &what);
                        attributes = marked::without(attributes, |kind| matches!(kind, AttributeKind::Mark(_)));
                    }
                    output.extend(Item { attributes, visibility, kind }.into_tokens());
                }
            }
        }
        for group in &groups {
            output.extend(group::construction(group, group.name.span()));
            output.extend(group::functions(group, &self.file).into_tokens());
            output.extend(tokens(&group::hosting_module(group, "super", &self.file, &sites)));
            output.extend(marked::placed_functions(&group.functions));
            tests.extend(group::tests(group, "", &sites));
        }
        let list = sites.entries.list();
        output.extend(sites.into_code().into_tokens());
        output.extend(asking::aliases(names.wanted(), "").into_tokens());
        if !tests.is_empty() && self.diagnostics.is_empty() {
            tests.sort_by_key(|test| (test.place.name_line, test.place.column));
            let module = Module { file: &self.file, tests: &tests, list: &list };
            output.extend(description::registration(&module, &self.loaded));
        }
        output.into_iter().collect()
    }

    fn function(
        &mut self,
        (attributes, visibility, function): (Vec<Attribute>, Vec<TokenTree>, ast::Function),
        outer: &Surroundings,
        names: &Names,
        (rewriter, sites): (Rewriter, &Sites),
        output: &mut Vec<TokenTree>,
        tests: &mut Vec<Test>,
    ) {
        match collect::role(&attributes, &function.name.to_string(), &self.loaded.config) {
            Role::Foreign => {
                let kind = ItemKind::Function(Box::new(function));
                output.extend(Item { attributes, visibility, kind }.into_tokens());
            }
            Role::Ordinary => {
                validate::no_test_before_fixture(&attributes, &function.name, &mut self.diagnostics);
                let attributes = self.without_marks(attributes, &function.name);
                let attributes = attributes.into_iter().map(Attribute::with_path_of_fixture);
                output.extend(attributes.flat_map(Attribute::into_tokens));
                output.extend(visibility);
                function::push_rewritten(function, rewriter, output);
            }
            Role::Test => {
                let marks = marked::marks(&attributes, &self.loaded.config, &mut self.diagnostics);
                let context = Context {
                    rewriter,
                    file: &self.file,
                    templates: &self.templates,
                    outer: &outer.marks,
                    offers: &outer.offers,
                    names,
                    group: outer.is_group.then_some(""),
                    sites,
                    config: &self.loaded.config,
                };
                let item = (attributes, visibility, function);
                match function::collected(item, marks, &context, &mut self.diagnostics) {
                    Ok(collected) => {
                        tests.extend(collected.tests);
                        output.extend(collected.code);
                    }
                    Err(item) => {
                        let (attributes, visibility, function) = *item;
                        let kind = ItemKind::Function(Box::new(function));
                        output.extend(fallback::item(Item { attributes, visibility, kind }));
                    }
                }
            }
        }
    }

    /// The attributes of a function that is no test; a mark of ours on it is an error.
    fn without_marks(&mut self, attributes: Vec<Attribute>, name: &Ident) -> Vec<Attribute> {
        validate::no_marks_on_helper(&attributes, name, &mut self.diagnostics);
        attributes.into_iter().filter(|attribute| !matches!(attribute.kind(), AttributeKind::Mark(_))).collect()
    }

    /// Marks on what cannot have any are errors.
    fn no_marks(&mut self, attributes: &[Attribute], what: &str) {
        for attribute in attributes {
            if let AttributeKind::Mark(name) = attribute.kind() {
                let message = format!("`#[{}]` on {what}", name.word());
                let hint = "put it on a test, on the `impl` block of a group, or on a module of tests";
                self.diagnostics.error(attribute.span(), message, hint);
            }
        }
    }

    fn block(
        &mut self,
        attributes: Vec<Attribute>,
        visibility: Vec<TokenTree>,
        block: Implementation,
        body: Option<Items>,
        rewriter: Rewriter,
        output: &mut Vec<TokenTree>,
    ) {
        let attributes =
            marked::without(attributes, |kind| matches!(kind, AttributeKind::Tests | AttributeKind::Mark(_)));
        output.extend(attributes.into_iter().flat_map(Attribute::into_tokens));
        let is_collected = body.is_some();
        if is_collected {
            output.extend(tokens(ALLOWED_FORMS));
            // A test of a group takes `&self` also where it needs nothing of it.
            output.extend(tokens("#[allow(clippy::unused_self)]"));
        }
        output.extend(visibility);
        let Implementation { head, body: group, .. } = block;
        output.extend(head);
        let inner = body.unwrap_or_else(|| ast::scan(group.stream()));
        validate::no_fixture_among(&inner.items, &mut self.diagnostics);
        let mut methods = inner.inner_attributes;
        for item in inner.items {
            let Item { attributes, visibility, kind } = item;
            match kind {
                ItemKind::Function(function) => {
                    if !is_collected {
                        validate::no_marks_on_helper(&attributes, &function.name, &mut self.diagnostics);
                    }
                    let attributes = method_attributes(attributes);
                    methods.extend(attributes.into_iter().flat_map(Attribute::into_tokens));
                    methods.extend(visibility);
                    function::push_rewritten(*function, rewriter, &mut methods);
                }
                kind => methods.extend(Item { attributes, visibility, kind }.into_tokens()),
            }
        }
        let mut changed = Group::new(Delimiter::Brace, methods.into_iter().collect());
        changed.set_span(group.span());
        output.push(TokenTree::Group(changed));
    }

    /// `#[testkit::tests] impl TestX { … }`, whose type stands elsewhere in the file.
    fn lone_block(
        &mut self,
        attributes: Vec<Attribute>,
        visibility: Vec<TokenTree>,
        block: Implementation,
    ) -> TokenStream {
        let span = block.body.span();
        let Some(name) = block.self_type.clone() else {
            let message = "`#[testkit::tests]` needs an `impl` block of a type with a name";
            self.diagnostics.error(Span::call_site(), message, "write `impl TestX { … }`");
            return fallback::item(Item { attributes, visibility, kind: ItemKind::Implementation(block) });
        };
        self.file = name.span().file();
        // On the attribute's own block every name is meant, also one that the patterns do not know.
        let mut config = self.loaded.config.clone();
        config.groups.push(name.to_string());
        let items = vec![Item { attributes, visibility, kind: ItemKind::Implementation(block) }];
        let blocks = collect::blocks(&items, &[], &config);
        let names = Names::beside(&name);
        let surroundings = (&Offers::default(), &names);
        let mut groups = collect::groups(&items, &blocks, &[], surroundings, &config, &mut self.diagnostics);
        let mut tests = Vec::new();
        let mut output: Vec<TokenTree> = Vec::new();
        let mut blocks = blocks;
        for (index, item) in items.into_iter().enumerate() {
            if let ItemKind::Implementation(block) = item.kind {
                let body = blocks.remove(&index);
                self.block(item.attributes, item.visibility, block, body, Rewriter::new(), &mut output);
            }
        }
        let sites = Sites::of(&collect::snake_case(&name.to_string()));
        for group in &mut groups {
            if let Some(known) = source::type_beside(span, &name) {
                if group.construction == Construction::Default {
                    group.construction = known.construction;
                }
                group.teardown = group.teardown.or(known.teardown);
                group.module.push_str(&"_".repeat(known.earlier_blocks));
            }
            output.extend(group::construction(group, group.name.span()));
            output.extend(group::functions(group, &self.file).into_tokens());
            output.extend(tokens(&group::hosting_module(group, "super", &self.file, &sites)));
            output.extend(marked::placed_functions(&group.functions));
            tests.extend(group::tests(group, "", &sites));
        }
        let list = sites.entries.list();
        output.extend(sites.into_code().into_tokens());
        output.extend(asking::aliases(names.wanted(), "").into_tokens());
        if self.diagnostics.is_empty() && tests.is_empty() {
            let message = format!("no method of `{name}` is a test");
            let hint = format!("name the tests `{}`", self.loaded.config.functions.join("` or `"));
            self.diagnostics.error(name.span(), message, hint);
        }
        if self.diagnostics.is_empty() {
            let module = Module { file: &self.file, tests: &tests, list: &list };
            output.extend(description::registration(&module, &self.loaded));
        }
        output.into_iter().collect()
    }
}

/// What stays on a method: the hosting function carries the rest.
fn method_attributes(attributes: Vec<Attribute>) -> Vec<Attribute> {
    marked::without(attributes, |kind| match kind {
        AttributeKind::Condition
        | AttributeKind::Passive
        | AttributeKind::Other
        | AttributeKind::ForeignTest
        | AttributeKind::ConditionalAttribute => false,
        AttributeKind::Test
        | AttributeKind::OurTest
        | AttributeKind::Tests
        | AttributeKind::Fixture
        | AttributeKind::Mark(_)
        | AttributeKind::ShouldPanic
        | AttributeKind::Ignore => true,
    })
}

/// Rewrites the assertions that the module does not define or import itself.
fn rewriter_for(items: &[Item]) -> Rewriter {
    let mut rewriter = Rewriter::new();
    for item in items {
        match &item.kind {
            ItemKind::MacroRules(name, _) => rewriter.leave(name),
            ItemKind::Use(tokens) => rewriter.leave_imported(tokens.iter().cloned()),
            ItemKind::Function(_)
            | ItemKind::Module(_)
            | ItemKind::Type(_)
            | ItemKind::Implementation(_)
            | ItemKind::MacroCall(_)
            | ItemKind::Other(..) => {}
        }
    }
    rewriter
}

fn to_stream(item: Item) -> TokenStream {
    item.into_tokens().into_iter().collect()
}
