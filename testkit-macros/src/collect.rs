//! What is a test, and what is known of it: the model between scanned items and expansions.
//!
//! The tokens of an attribute come from the compiler, those of `discover!` from the text of a file. The model holds
//! plain text, so that everything behind it is the same for both.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenTree};
use testkit_protocol::package_config::PackageConfig;

use crate::ast::{self, Function, Implementation, Item, ItemKind, Items};
use crate::attribute::{Attribute, AttributeKind};
use crate::diagnostic::Diagnostics;
use crate::marked::{self, Applied, ConditionFunction, Marks};
use crate::validate;

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
    /// Source text of a `fn()` that runs it, as seen from the module.
    pub(crate) run: String,
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
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// The type's name.
    pub(crate) name: Ident,
    /// The module that holds the hosting tests.
    pub(crate) module: String,
    /// How its value is made.
    pub(crate) construction: Construction,
    /// `fn teardown(self)`; whether it returns a value.
    pub(crate) teardown: Option<bool>,
    /// Its tests, in the order of the source.
    pub(crate) methods: Vec<Method>,
    /// Functions that its marks need, for its own module.
    pub(crate) functions: Vec<ConditionFunction>,
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
}

/// What a scope knows of a type that may be a group.
#[derive(Debug, Default)]
struct Type {
    is_unit: bool,
    is_generic: bool,
    conditions: Vec<String>,
}

/// The groups among `items`. `blocks` holds the scanned body of each `impl`, by index; methods of groups are checked.
/// `outer` are the marks of the modules that they are in.
pub(crate) fn groups(
    items: &[Item],
    blocks: &BTreeMap<usize, Items>,
    outer: &[Applied],
    config: &PackageConfig,
    diagnostics: &mut Diagnostics,
) -> Vec<Group> {
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
        let block = Block { item, head: block, name, body, known };
        let mut functions = Vec::new();
        let methods = block.methods(outer, config, &mut functions, diagnostics);
        if methods.is_empty() {
            continue;
        }
        if let Some(group) = groups.iter_mut().find(|group| group.name == *name) {
            group.methods.extend(methods);
            group.functions.extend(functions);
        } else {
            let module = free_name(&snake_case(&name.to_string()), &mut taken);
            let construction =
                if known.is_some_and(|known| known.is_unit) { Construction::Unit } else { Construction::Default };
            groups.push(Group { name: name.clone(), module, construction, teardown: None, methods, functions });
        }
    }
    for group in &mut groups {
        let bodies = items.iter().enumerate().filter(|(_, item)| is_block_of(item, &group.name));
        for (_, item) in
            bodies.filter_map(|(index, _)| blocks.get(&index)).flat_map(|body| body.items.iter().enumerate())
        {
            let ItemKind::Function(function) = &item.kind else {
                continue;
            };
            if function.name == "setup" {
                validate::setup(item, function, diagnostics);
                group.construction = Construction::Setup;
            } else if function.name == "teardown" {
                validate::teardown(item, function, diagnostics);
                group.teardown = Some(function.returns_value());
            }
        }
        if group.teardown.is_some() {
            validate::no_value_receivers(group, items, blocks, diagnostics);
        }
    }
    groups
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
            // The hosting functions stand in a module beside the group.
            marks.applied = marked::seen_from_inside(&marks.applied);
            marks.conditions.extend(outer.iter().cloned());
            methods.push(Method {
                name,
                place: Place::of(&item.attributes, &item.visibility, function),
                receiver,
                returns_value: function.returns_value(),
                marks,
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
