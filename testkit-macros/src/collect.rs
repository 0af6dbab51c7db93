//! What is a test, and what is known of it: the model between scanned items and expansions.
//!
//! The tokens of an attribute come from the compiler, those of `discover!` from the text of a file. The model holds
//! plain text, so that everything behind it is the same for both.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenTree};
use testkit_protocol::fixture::Scope;
use testkit_protocol::package_config::PackageConfig;

use crate::asking::{Asking, Combination, FixturePath, Offers};
use crate::ast::{self, Function, Implementation, Item, ItemKind, Items};
use crate::attribute::{Attribute, AttributeKind};
use crate::diagnostic::Diagnostics;
use crate::expand::asking::sites::Site;
use crate::expand::fixture::Made;
use crate::marked::{self, Applied, ConditionFunction, Marks};
use crate::names::Names;
use crate::{expand, validate};

/// A test as the description and the registry know it.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    /// Path below the module.
    pub(crate) name: String,
    /// Path of the hosting libtest test below the module, where it is another.
    pub(crate) libtest: Option<String>,
    /// Where it is written.
    pub(crate) place: Place,
    /// What its attributes say.
    pub(crate) marks: Marks,
    /// It is a plain `#[test]` that we do not host.
    pub(crate) plain: bool,
    /// What runs it.
    pub(crate) run: Registered,
    /// Where it stands and what may multiply it, if it asks for anything.
    pub(crate) site: Option<Site>,
    /// Key of tests that are to be run one after another by one worker.
    pub(crate) together: Option<String>,
}

/// What runs a test in a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Registered {
    /// Its number among the functions that its module registers.
    pub(crate) number: usize,
    /// The number of the case, of those that the function runs.
    pub(crate) case: Option<usize>,
}

/// Where a function stands in its file. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// First line, attributes included.
    pub(crate) line: usize,
    /// Line of the name.
    pub(crate) name_line: usize,
    /// Column of the name.
    pub(crate) column: usize,
    /// Last line.
    pub(crate) end_line: usize,
}

impl Place {
    /// The place of a function with its attributes.
    pub(crate) fn of(attributes: &[Attribute], visibility: &[TokenTree], function: &Function) -> Self {
        let name = function.name.span().start();
        let first = attributes.first().map(Attribute::line);
        let first = first.or_else(|| visibility.first().map(|token| token.span().start().line));
        let first = first.unwrap_or(name.line).min(name.line);
        let end_line = match &function.body {
            TokenTree::Group(body) => body.span_close().start().line,
            other => other.span().start().line,
        };
        Self { line: first, name_line: name.line, column: name.column + 1, end_line }
    }
}

/// What a function is to a collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A test, by its name or by an attribute.
    Test,
    /// A test of another framework, which is to be left as it is.
    Foreign,
    /// Neither.
    Ordinary,
}

/// Decides what a function is.
pub(crate) fn role(attributes: &[Attribute], name: &str, config: &PackageConfig) -> Role {
    let mut is_marked = false;
    if attributes.iter().any(|attribute| attribute.kind() == AttributeKind::Fixture) {
        return Role::Ordinary;
    }
    for attribute in attributes {
        match attribute.kind() {
            AttributeKind::ForeignTest => return Role::Foreign,
            AttributeKind::Test | AttributeKind::OurTest => is_marked = true,
            AttributeKind::ConditionalAttribute => {
                let inner = attribute.conditional().map(|(_, inner)| inner).unwrap_or_default();
                if inner.iter().any(|inner| matches!(inner.kind(), AttributeKind::ForeignTest | AttributeKind::Test)) {
                    return Role::Foreign;
                }
            }
            AttributeKind::Tests
            | AttributeKind::Fixture
            | AttributeKind::Mark(_)
            | AttributeKind::ShouldPanic
            | AttributeKind::Ignore
            | AttributeKind::Condition
            | AttributeKind::Passive
            | AttributeKind::Other => {}
        }
    }
    if is_marked || config.is_test_name(name) { Role::Test } else { Role::Ordinary }
}

/// How the value of a group is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Construction {
    /// `fn setup() -> Self`
    Setup,
    /// `struct TestX;`
    Unit,
    /// `Default`
    Default,
}

/// How a method takes its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    /// `&self`, `&mut self`
    Reference,
    /// `self`
    Value,
}

/// A group: a type whose methods are tests.
#[derive(Clone)]
pub(crate) struct Group {
    /// The type's name.
    pub(crate) name: Ident,
    /// The module that holds the hosting tests.
    pub(crate) module: String,
    /// How its value is made.
    pub(crate) construction: Construction,
    /// What `setup` asks for, if it asks for anything.
    pub(crate) setup: Option<SetUp>,
    /// `fn teardown(self)`
    pub(crate) teardown: Option<TearDown>,
    /// The fixture of `setup_group`.
    pub(crate) shared: Option<Shared>,
    /// Its tests, in the order of the source.
    pub(crate) methods: Vec<Method>,
    /// Functions that its marks need, for its own module.
    pub(crate) functions: Vec<ConditionFunction>,
}

/// `fn setup(…) -> Self` that has to be called in a way of its own.
#[derive(Clone, Debug)]
pub(crate) struct SetUp {
    pub(crate) asking: Asking,
    pub(crate) place: Place,
    pub(crate) span: Span,
    /// It returns a `Result`.
    pub(crate) is_fallible: bool,
}

/// `fn teardown(self)`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TearDown {
    /// It returns something that is to be looked at.
    pub(crate) returns_value: bool,
    pub(crate) is_async: bool,
}

/// `fn setup_group() -> T`: what all tests of the group share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) made: Made,
}

/// A test of a group.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    /// Its name.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) place: Place,
    /// How it takes the group's value.
    pub(crate) receiver: Receiver,
    /// Whether it returns something other than `()`.
    pub(crate) returns_value: bool,
    /// What its attributes say, with the conditions of the `impl` block and of the type, and with the marks of the block
    /// and of the modules.
    pub(crate) marks: Marks,
    /// What it asks for.
    pub(crate) asking: Asking,
    /// Its literal cases, each with its marks; none for most.
    pub(crate) cases: Vec<(Combination, Marks)>,
    pub(crate) span: Span,
}

/// What a scope knows of a type that may be a group.
#[derive(Debug, Default)]
struct Type {
    is_unit: bool,
    is_generic: bool,
    conditions: Vec<String>,
}

/// The groups among `items`. `blocks` holds the scanned body of each `impl`, by index; methods of groups are checked.
/// `outer` are the marks of the modules that they are in, `surroundings` the fixtures that those offer to all, and the names
/// of their own.
pub(crate) fn groups(
    items: &[Item],
    blocks: &BTreeMap<usize, Items>,
    outer: &[Applied],
    surroundings: (&Offers, &Names),
    config: &PackageConfig,
    diagnostics: &mut Diagnostics,
) -> Vec<Group> {
    let (offers, names) = surroundings;
    let mut types: BTreeMap<String, Type> = BTreeMap::new();
    let mut taken: Vec<String> = Vec::new();
    for item in items {
        match &item.kind {
            ItemKind::Type(item_type) => {
                let conditions = item.attributes.iter().filter(|it| it.kind() == AttributeKind::Condition);
                let conditions = conditions.filter_map(Attribute::condition).collect();
                let known = Type { is_unit: item_type.is_unit, is_generic: item_type.is_generic, conditions };
                taken.push(item_type.name.to_string());
                types.insert(item_type.name.to_string(), known);
            }
            ItemKind::Module(module) => taken.push(module.name.to_string()),
            ItemKind::Other(Some(name), _) => taken.push(name.clone()),
            ItemKind::Use(tokens) => push_words(tokens.iter().cloned(), &mut taken),
            ItemKind::Function(_)
            | ItemKind::Implementation(_)
            | ItemKind::MacroRules(..)
            | ItemKind::MacroCall(_)
            | ItemKind::Other(None, _) => {}
        }
    }
    let mut groups: Vec<Group> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let (ItemKind::Implementation(block), Some(body)) = (&item.kind, blocks.get(&index)) else {
            continue;
        };
        let Some(name) = &block.self_type else { continue };
        let known = types.get(&name.to_string());
        let mut of_shared = Diagnostics::default();
        let shared = shared_of(items, blocks, name, known, names, &mut of_shared);
        let is_sound = of_shared.is_empty();
        diagnostics.extend(of_shared);
        let of_group = (shared.is_some() || !is_sound).then(|| shared_path(name));
        let offers = Offers { of_group, ..offers.clone() };
        let block = Block { item, head: block, name, body, known, offers: &offers, names };
        let mut functions = Vec::new();
        let methods = block.methods(outer, config, &mut functions, diagnostics);
        if methods.is_empty() || !is_sound {
            continue;
        }
        if let Some(group) = groups.iter_mut().find(|group| group.name == *name) {
            group.methods.extend(methods);
            group.functions.extend(functions);
        } else {
            let module = free_name(&snake_case(&name.to_string()), &mut taken);
            let construction =
                if known.is_some_and(|known| known.is_unit) { Construction::Unit } else { Construction::Default };
            let name = name.clone();
            groups.push(Group { name, module, construction, setup: None, teardown: None, shared, methods, functions });
        }
    }
    groups.retain_mut(|group| {
        let said = diagnostics.said();
        let bodies = items.iter().enumerate().filter(|(_, item)| is_block_of(item, &group.name));
        for (_, item) in
            bodies.filter_map(|(index, _)| blocks.get(&index)).flat_map(|body| body.items.iter().enumerate())
        {
            let ItemKind::Function(function) = &item.kind else {
                continue;
            };
            if function.name == "setup" {
                let of_group = group.shared.as_ref().map(|_| shared_path(&group.name));
                let offers = Offers { of_group, ..Offers::default() };
                let is_conditional = is_conditional(items, &group.name, types.get(&group.name.to_string()));
                group.setup = validate::setup(item, function, is_conditional, (&offers, names), diagnostics);
                group.construction = Construction::Setup;
            } else if function.name == "teardown" {
                validate::teardown(item, function, diagnostics);
                group.teardown =
                    Some(TearDown { returns_value: function.returns_value(), is_async: function.is("async") });
            } else if function.name == "teardown_group" && group.shared.is_none() {
                let message = format!("the group `{}` has `teardown_group` and no `setup_group`", group.name);
                diagnostics.error(function.name.span(), message, "write `fn setup_group() -> T`, whose value it takes");
            }
        }
        let of_setup: Vec<FixturePath> =
            group.setup.iter().flat_map(|setup| setup.asking.fixtures().cloned()).collect();
        for method in &mut group.methods {
            method.asking.of_setup.clone_from(&of_setup);
        }
        if group.teardown.is_some() {
            validate::no_value_receivers(group, items, blocks, diagnostics);
        }
        diagnostics.said() == said
    });
    groups
}

/// What the tests of a group share, if its `impl` says so.
fn shared_of(
    items: &[Item],
    blocks: &BTreeMap<usize, Items>,
    name: &Ident,
    known: Option<&Type>,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Option<Shared> {
    let bodies = items.iter().enumerate().filter(|(_, item)| is_block_of(item, name));
    let methods: Vec<&Function> = bodies
        .filter_map(|(index, _)| blocks.get(&index))
        .flat_map(|body| &body.items)
        .filter_map(|item| match &item.kind {
            ItemKind::Function(function) => Some(&**function),
            _ => None,
        })
        .collect();
    let function = methods.iter().find(|function| function.name == "setup_group")?;
    let teardown = methods.iter().find(|function| function.name == "teardown_group");
    validate::setup_group(function, diagnostics);
    if let Some(teardown) = teardown {
        validate::teardown_group(teardown, diagnostics);
    }
    let has_teardown = teardown.is_some();
    let made = Made::of_shared(name, function, has_teardown, is_conditional(items, name, known), names, diagnostics)?;
    Some(Shared { made })
}

/// Whether a group, or a part of it, stands under a `#[cfg]`.
fn is_conditional(items: &[Item], group: &Ident, known: Option<&Type>) -> bool {
    let blocks = items.iter().filter(|item| is_block_of(item, group));
    let mut attributes = blocks.flat_map(|item| &item.attributes);
    known.is_some_and(|known| !known.conditions.is_empty())
        || attributes.any(|attribute| attribute.kind() == AttributeKind::Condition)
}

fn shared_path(group: &Ident) -> FixturePath {
    FixturePath { text: shared_type_name(group), is_absolute: false, span: group.span() }
}

/// Name of the type of the fixture that holds what a group shares.
pub(crate) fn shared_type_name(group: &Ident) -> String {
    format!("__testkit_shared_of_{group}")
}

/// The fixtures of a module that every test in it asks for, the widest first; those of the modules around it come before.
pub(crate) fn offers(items: &[Item], outer: &Offers) -> Offers {
    let mut found: Vec<(Scope, FixturePath)> = Vec::new();
    for item in items {
        let (ItemKind::Function(function), Some(attribute)) = (&item.kind, expand::fixture::attribute_of(item)) else {
            continue;
        };
        let stream = attribute.parenthesized().unwrap_or_default();
        // The attribute itself says what is wrong with its options.
        let options = expand::fixture::Options::parse(stream, &mut Diagnostics::default());
        if options.is_autouse {
            // Not at the fixture: in modules below, a path to it may be longer than its author's lints want.
            let (text, span) = (function.name.to_string(), Span::call_site());
            found.push((options.scope, FixturePath { text, is_absolute: false, span }));
        }
    }
    let seen_from_here = |path: &FixturePath| FixturePath { text: path.seen_from("super::"), ..path.clone() };
    let of_outer = outer.autouse.iter().map(|(scope, path)| (*scope, seen_from_here(path)));
    let mut autouse: Vec<_> = of_outer.chain(found).collect();
    autouse.sort_by_key(|(scope, _)| std::cmp::Reverse(*scope));
    Offers { autouse, of_group: None }
}

/// Whether `item` is an inherent `impl` of `name`.
pub(crate) fn is_block_of(item: &Item, name: &Ident) -> bool {
    match &item.kind {
        ItemKind::Implementation(block) => !block.is_trait && block.self_type.as_ref().is_some_and(|it| it == name),
        _ => false,
    }
}

struct Block<'a> {
    item: &'a Item,
    head: &'a Implementation,
    name: &'a Ident,
    body: &'a Items,
    known: Option<&'a Type>,
    offers: &'a Offers,
    names: &'a Names,
}

impl Block<'_> {
    /// The tests of the block, checked.
    fn methods(
        &self,
        modules: &[Applied],
        config: &PackageConfig,
        functions: &mut Vec<ConditionFunction>,
        diagnostics: &mut Diagnostics,
    ) -> Vec<Method> {
        if !config.is_group_name(&self.name.to_string()) {
            return Vec::new();
        }
        let outer = self.item.attributes.iter().filter(|it| it.kind() == AttributeKind::Condition);
        let mut outer: Vec<String> = outer.filter_map(Attribute::condition).collect();
        outer.extend(self.known.into_iter().flat_map(|known| known.conditions.iter().cloned()));
        // Two blocks of one type are told apart by their lines.
        let place = format!("{}_{}", self.name, self.head.body.span_open().start().line);
        let mut of_block = marked::shared(&self.item.attributes, config, diagnostics);
        functions.extend(marked::condition_functions(&mut of_block, &place));
        of_block.extend(modules.iter().cloned());
        let mut methods = Vec::new();
        for item in &self.body.items {
            let ItemKind::Function(function) = &item.kind else {
                continue;
            };
            if role(&item.attributes, &function.name.to_string(), config) != Role::Test {
                validate::no_marks_on_helper(&item.attributes, &function.name, diagnostics);
                continue;
            }
            if self.head.is_trait {
                diagnostics.error(
                    function.name.span(),
                    format!("`{}` looks like a test, but methods of a trait are not collected", function.name),
                    format!("move it into `impl {} {{ … }}`, or rename it", self.name),
                );
                continue;
            }
            if self.head.is_generic || self.known.is_some_and(|known| known.is_generic) {
                diagnostics.error(
                    self.name.span(),
                    format!("the group `{}` is generic, so there is no one type to test", self.name),
                    "make the tests methods of a type without parameters that holds or builds the generic one",
                );
                return Vec::new();
            }
            let Some(receiver) = validate::method(item, function, diagnostics) else {
                continue;
            };
            let mut marks = marked::marks(&item.attributes, config, diagnostics);
            let name = function.name.to_string();
            functions.extend(marked::condition_functions(&mut marks.applied, &format!("{}_{name}", self.name)));
            marks.inherit(&of_block, &name, function.name.span(), diagnostics);
            marks.conditions.extend(outer.iter().cloned());
            let Some(asking) = Asking::of(function, &marks, self.offers, self.names, diagnostics) else { continue };
            let mut cases = Vec::new();
            for combination in asking.has_literal_cases().then(|| asking.combinations()).into_iter().flatten() {
                let mut marks = combination.marks(&marks, config, diagnostics);
                let of = format!("{}_{name}_{}", self.name, combination.function);
                functions.extend(marked::condition_functions(&mut marks.applied, &of));
                cases.push((combination, marks));
            }
            methods.push(Method {
                name,
                place: Place::of(&item.attributes, &item.visibility, function),
                receiver,
                returns_value: function.returns_value(),
                marks,
                asking,
                cases,
                span: function.name.span(),
            });
        }
        methods
    }
}

/// The words of marks that the imports of a module take from elsewhere.
pub(crate) fn foreign_marks(items: &[Item]) -> Vec<String> {
    let imports = items.iter().filter_map(|item| match &item.kind {
        ItemKind::Use(tokens) => Some(marked::foreign_words(tokens)),
        _ => None,
    });
    imports.flatten().collect()
}

/// The scanned bodies of the `impl` blocks of possible groups, by the index of the item.
pub(crate) fn blocks(items: &[Item], foreign: &[String], config: &PackageConfig) -> BTreeMap<usize, Items> {
    let mut blocks = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        if let ItemKind::Implementation(block) = &item.kind
            && block.self_type.as_ref().is_some_and(|name| config.is_group_name(&name.to_string()))
        {
            let mut body = ast::scan(block.body.stream());
            body.disown(foreign);
            blocks.insert(index, body);
        }
    }
    blocks
}

fn push_words(tokens: impl IntoIterator<Item = TokenTree>, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Group(group) => push_words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// `name`, with as many `_` behind it as it takes to be free.
fn free_name(name: &str, taken: &mut Vec<String>) -> String {
    let mut name = name.to_owned();
    while taken.contains(&name) {
        name.push('_');
    }
    taken.push(name.clone());
    name
}

/// `TestDivideByZero` as `test_divide_by_zero`.
pub(crate) fn snake_case(name: &str) -> String {
    let characters: Vec<char> = name.trim_start_matches("r#").chars().collect();
    let mut snake = String::new();
    for (index, character) in characters.iter().enumerate() {
        let previous = index.checked_sub(1).map(|before| characters[before]);
        let starts_word = character.is_uppercase()
            && previous.is_some_and(|previous| {
                previous != '_'
                    && (!previous.is_uppercase() || characters.get(index + 1).is_some_and(|next| next.is_lowercase()))
            });
        if starts_word {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_module_names_in_snake_case() {
        #[track_caller]
        fn check(name: &str, want: &str) {
            assert_eq!(snake_case(name), want, "name: {name}");
        }
        check("TestDivide", "test_divide");
        check("TestHTTPServer", "test_http_server");
        check("Test", "test");
        check("Test_Add", "test_add");
        check("TestV2", "test_v2");
    }
}
