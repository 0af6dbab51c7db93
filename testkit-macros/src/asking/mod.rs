//! What a test asks for: fixtures by the names of its arguments, values by its cases.
//!
//! `arguments` reads the arguments of a function, `parametrize` the attribute, `named` a value of its lists; this file puts
//! the two together. What code they become is in [`crate::expand::asking`].

pub(crate) mod arguments;
pub(crate) mod named;
pub(crate) mod parametrize;
pub(crate) mod requests;

use proc_macro2::{Ident, Span, TokenStream};
use testkit_protocol::case_id;
use testkit_protocol::fixture::Scope;
use testkit_protocol::package_config::PackageConfig;
use testkit_protocol::spelling::nearest;

use self::arguments::Argument;
use self::parametrize::{LiteralCase, Parametrize, Source, Target, Values};
use self::requests::{Asker, AskerKind};
use crate::ast::Function;
use crate::attribute::{Attribute, AttributeKind};
use crate::diagnostic::Diagnostics;
use crate::marked::{self, Applied, Marks, is_rooted};
use crate::marks::{Mark, MarkName, Property, Runtime, Strategy};
use crate::names::Names;

/// What a test asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asking {
    /// Its arguments, a receiver left out, each with what supplies it.
    pub(crate) arguments: Vec<(Argument, Supply)>,
    /// Fixtures whose values it does not see.
    pub(crate) uses: Vec<FixturePath>,
    /// Those that the `setup` of its group asks for, before its arguments.
    pub(crate) of_setup: Vec<FixturePath>,
    /// The `#[parametrize]`, the one next to the function first: the first one varies slowest.
    pub(crate) axes: Vec<Axis>,
    /// It is an `async fn`.
    pub(crate) is_async: bool,
    /// What waits for it, and where that is said.
    pub(crate) runtime: Option<(Runtime, Span)>,
    /// `#[property]`
    pub(crate) property: Option<Property>,
}

/// What supplies an argument.
#[derive(Clone, Debug)]
pub(crate) enum Supply {
    /// A fixture.
    Fixture(FixturePath),
    /// A name of an axis.
    Case { axis: usize, column: usize },
    /// A strategy of `#[property]`; `None` for the one of its type.
    Generated(Option<TokenStream>),
}

/// As many strategies as proptest makes one of.
///
/// Source: the implementations of `Strategy` for tuples, <https://docs.rs/proptest/1/proptest/strategy/trait.Strategy.html>.
const MOST_MADE_UP: usize = 12;

/// How a fixture is named in code.
#[derive(Clone, Debug)]
pub(crate) struct FixturePath {
    /// As seen from the author's module, or from everywhere.
    pub(crate) text: String,
    pub(crate) is_absolute: bool,
    pub(crate) span: Span,
}

/// One `#[parametrize]`.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    pub(crate) names: Vec<Target>,
    pub(crate) kind: AxisKind,
    pub(crate) span: Span,
}

/// Where its values come from.
#[derive(Clone, Debug)]
pub(crate) enum AxisKind {
    Literal(Vec<AxisCase>),
    Rows(Source),
}

/// A case that is written out, with its id.
#[derive(Clone, Debug)]
pub(crate) struct AxisCase {
    pub(crate) id: String,
    /// The name of its libtest test.
    pub(crate) function: String,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) values: Vec<TokenStream>,
}

/// One test of those that a function with literal cases is.
#[derive(Clone, Debug)]
pub(crate) struct Combination {
    /// Its id; unique among the others.
    pub(crate) id: String,
    /// The name of its libtest test.
    pub(crate) function: String,
    /// Which case of each axis; 0 for those that have rows.
    pub(crate) choice: Vec<usize>,
    /// The attributes of the cases.
    pub(crate) attributes: Vec<Attribute>,
}

/// The fixtures that come with testkit: the names of their arguments and of their types.
const BUILT_IN: &[(&str, &str)] = &[
    ("attachments", "Attachments"),
    ("cache", "Cache"),
    ("capture", "Capture"),
    ("cx", "Context"),
    ("env", "Env"),
    ("free_port", "u16"),
    ("logs", "Logs"),
    ("properties", "Properties"),
    ("request", "Context"),
    ("rng", "Rng"),
    ("tmp_path", "TmpPath"),
    ("worker_id", "WorkerId"),
];

/// Where they are.
const BUILT_IN_MODULE: &str = "::testkit::fixtures::";

/// The one of them beside whose test no other may run.
const EXCLUSIVE: &str = "::testkit::fixtures::env";

impl FixturePath {
    /// The fixture of testkit that an argument asks for by its name and type.
    fn built_in(argument: &Argument) -> Option<Self> {
        let (name, of_type) = (argument.asks_for(), argument.type_name());
        let is_built_in = BUILT_IN.iter().any(|(built_in, it)| *built_in == name && of_type.as_deref() == Some(it));
        let text = || format!("{BUILT_IN_MODULE}{name}");
        is_built_in.then(|| Self { text: text(), is_absolute: true, span: argument.span() })
    }

    /// Whether its name is one of ours, for what only the compiler knows.
    pub(crate) fn is_generated(&self) -> bool {
        self.text.starts_with("__testkit_")
    }

    /// Whether it comes with testkit.
    pub(crate) fn is_built_in(&self) -> bool {
        self.text.starts_with(BUILT_IN_MODULE)
    }

    /// Whether it says nothing to whoever runs the test: none that comes with testkit has parameters.
    fn asks_nothing(&self) -> bool {
        self.is_built_in() && self.text != EXCLUSIVE
    }

    /// As seen from modules inside of the author's: `prefix` is `super::`, as often as needed.
    pub(crate) fn seen_from(&self, prefix: &str) -> String {
        let text = self.text.trim_start_matches("self::");
        if self.is_absolute || is_rooted(text) { text.to_owned() } else { format!("{prefix}{text}") }
    }
}

/// What a module or group offers to its tests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offers {
    /// Fixtures with `autouse`, the widest first, each with its scope.
    pub(crate) autouse: Vec<(Scope, FixturePath)>,
    /// The fixture that `setup_group` makes.
    pub(crate) of_group: Option<FixturePath>,
}

impl Offers {
    /// What every test asks for: the widest first, what the group shares among it.
    fn used(&self) -> Vec<FixturePath> {
        let wider = |(scope, _): &&(Scope, FixturePath)| *scope > Scope::Group;
        let (wider, others): (Vec<_>, Vec<_>) = self.autouse.iter().partition(wider);
        let path = |(_, path): &(Scope, FixturePath)| path.clone();
        wider.into_iter().map(path).chain(self.of_group.clone()).chain(others.into_iter().map(path)).collect()
    }
}

impl Asking {
    /// What the test `function` asks for; `None` if that cannot be had, which has been said.
    pub(crate) fn of(
        function: &Function,
        marks: &Marks,
        offers: &Offers,
        names: &Names,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let name = function.name.to_string();
        let asker = Asker { kind: AskerKind::Test, name: &name, is_conditional: !marks.conditions.is_empty() };
        Self::of_asker(function, asker, marks, offers, names, diagnostics)
    }

    fn of_asker(
        function: &Function,
        asker: Asker<'_>,
        marks: &Marks,
        offers: &Offers,
        names: &Names,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let name = asker.name;
        let arguments = arguments::arguments(function, name, diagnostics)?;
        let mut axes = Vec::new();
        let mut are_had = true;
        let mut uses = offers.used();
        let (mut runtime, mut property) = (None, None);
        for Applied { mark, span, .. } in &marks.applied {
            match mark {
                Mark::Parametrize(it) => axes.push(axis(it, *span)),
                Mark::Uses(used) => {
                    for used in used {
                        let path = requests::of_path(&used.path, used.span, asker, names, diagnostics);
                        are_had &= path.is_some();
                        uses.extend(path);
                    }
                }
                Mark::Runtime(it) => runtime = runtime.or(Some((it.clone(), *span))),
                Mark::Property(it) => property = property.or(Some(it.clone())),
                // Whatever it would have supplied, nobody misses.
                Mark::Unread(MarkName::Parametrize | MarkName::Property) => return None,
                _ => {}
            }
        }
        let mut asking = Self { uses, is_async: function.is("async"), runtime, property, axes, ..Self::default() };
        asking.check_names(name, &arguments, diagnostics)?;
        for argument in arguments {
            match asking.supply(&argument, asker, offers, names, diagnostics) {
                Some(supply) => asking.arguments.push((argument, supply)),
                None => are_had = false,
            }
        }
        for target in asking.axes.iter_mut().flat_map(|axis| &mut axis.names).filter(|it| it.fixture.is_some()) {
            target.path = requests::of_target(target, asker, names, diagnostics);
            are_had &= target.path.is_some();
        }
        are_had.then_some(asking)
    }

    /// What the `setup` of a group asks for.
    pub(crate) fn of_setup(
        function: &Function,
        is_conditional: bool,
        offers: &Offers,
        names: &Names,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let name = function.name.to_string();
        let asker = Asker { kind: AskerKind::SetUp, name: &name, is_conditional };
        let mut asking = Self::of_asker(function, asker, &Marks::default(), offers, names, diagnostics)?;
        // The tests ask for it.
        asking.uses.clear();
        Some(asking)
    }

    /// What supplies an argument of `asker`; `None` if nothing does.
    fn supply(
        &self,
        argument: &Argument,
        asker: Asker<'_>,
        offers: &Offers,
        names: &Names,
        diagnostics: &mut Diagnostics,
    ) -> Option<Supply> {
        let name = argument.asks_for();
        for (axis, it) in self.axes.iter().enumerate() {
            let is_it =
                |target: &Target| target.fixture.is_none() && (target.name == name || target.name == argument.name);
            if let Some(column) = it.names.iter().position(is_it) {
                return Some(Supply::Case { axis, column });
            }
        }
        if let Some(property) = &self.property {
            if let Some(strategy) = property.strategies.iter().find(|strategy| strategy.name == name) {
                return Some(Supply::Generated(Some(strategy.value.clone())));
            }
            if !argument.is_reference {
                return Some(Supply::Generated(None));
            }
        }
        match &offers.of_group {
            Some(fixture) if name == "group" => {
                Some(Supply::Fixture(FixturePath { span: argument.span(), ..fixture.clone() }))
            }
            Some(_) | None => requests::of_argument(argument, asker, names, diagnostics).map(Supply::Fixture),
        }
    }

    /// Every name of an axis must be an argument, or that of a fixture.
    fn check_names(&self, test: &str, arguments: &[Argument], diagnostics: &mut Diagnostics) -> Option<()> {
        let known: Vec<String> = arguments.iter().map(Argument::asks_for).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let mut are_known = true;
        let mut seen: Vec<String> = Vec::new();
        for target in self.axes.iter().flat_map(|axis| &axis.names) {
            let text = target.text();
            if seen.contains(&text) {
                let message = format!("`{text}` of `{test}` gets its values from two `#[parametrize]`");
                diagnostics.error(target.name.span(), message, "take it out of one of the two");
                are_known = false;
            }
            seen.push(text);
            let name = target.name.to_string();
            let is_argument = arguments.iter().any(|it| it.name == target.name || it.asks_for() == name);
            if target.fixture.is_none() && !is_argument {
                let near = nearest(&name, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let message = format!("the test `{test}` has no argument `{name}`{near}");
                diagnostics.error(target.name.span(), message, format!("add `{name}: Type` to its arguments"));
                are_known = false;
            }
        }
        if let Some(property) = &self.property {
            for Strategy { name, span, .. } in
                property.strategies.iter().filter(|it| !known.contains(&it.name.as_str()))
            {
                let near = nearest(name, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                let message = format!("the test `{test}` has no argument `{name}`{near}");
                diagnostics.error(*span, message, format!("add `{name}: Type` to its arguments"));
                are_known = false;
            }
            let is_generated = |it: &&Argument| {
                !it.is_reference || property.strategies.iter().any(|strategy| it.asks_for() == strategy.name)
            };
            let count = arguments.iter().filter(is_generated).count();
            if are_known && count == 0 {
                let message = format!("`{test}` takes nothing that `#[property]` could make up");
                diagnostics.error(property.span, message, "add an argument by value: `name: Type`");
                are_known = false;
            } else if count > MOST_MADE_UP {
                let message =
                    format!("`{test}` takes {count} arguments that are made up, and at most {MOST_MADE_UP} can be");
                diagnostics.error(property.span, message, "make some of them the elements of a tuple or of an array");
                are_known = false;
            }
            if !self.axes.is_empty() {
                let hint = "remove one of the two, or generate the case's values as well";
                diagnostics.error(property.span, format!("`{test}` has both `#[property]` and `#[parametrize]`"), hint);
                are_known = false;
            }
        }
        are_known.then_some(())
    }

    /// Whether it asks for anything: if not, its function is called as it is.
    pub(crate) fn is_empty(&self) -> bool {
        self.arguments.is_empty()
            && self.uses.is_empty()
            && self.of_setup.is_empty()
            && self.axes.is_empty()
            && !self.is_async
            && self.property.is_none()
    }

    /// Whether it asks for fixtures and nothing else.
    pub(crate) fn is_for_fixtures(&self) -> bool {
        self.axes.is_empty() && !self.is_async && self.property.is_none()
    }

    /// Whether the function is several libtest tests.
    pub(crate) fn has_literal_cases(&self) -> bool {
        self.axes.iter().any(|axis| matches!(axis.kind, AxisKind::Literal(_)))
    }

    /// The sources of rows, each with the number of its axis.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (usize, &Axis, &Source)> {
        self.axes.iter().enumerate().filter_map(|(number, axis)| match &axis.kind {
            AxisKind::Rows(source) => Some((number, axis, source)),
            AxisKind::Literal(_) => None,
        })
    }

    /// The fixtures that may multiply the test, or keep others from running beside it.
    pub(crate) fn multiplying(&self) -> Vec<&FixturePath> {
        let all = self.uses.iter().chain(&self.of_setup).chain(self.fixtures());
        let mut paths: Vec<&FixturePath> = Vec::new();
        for path in all.filter(|path| !path.asks_nothing()) {
            if !paths.iter().any(|other| other.text == path.text) {
                paths.push(path);
            }
        }
        paths
    }

    /// The fixtures that its arguments ask for.
    pub(crate) fn fixtures(&self) -> impl Iterator<Item = &FixturePath> {
        self.arguments.iter().filter_map(|(_, supply)| match supply {
            Supply::Fixture(path) => Some(path),
            Supply::Case { .. } | Supply::Generated(_) => None,
        })
    }

    /// The tests that the literal cases make; one without an id if there are none.
    pub(crate) fn combinations(&self) -> Vec<Combination> {
        let empty =
            Combination { id: String::new(), function: String::new(), choice: Vec::new(), attributes: Vec::new() };
        let mut all = vec![empty];
        for axis in &self.axes {
            all = match &axis.kind {
                AxisKind::Rows(_) => {
                    for one in &mut all {
                        one.choice.push(0);
                    }
                    all
                }
                AxisKind::Literal(cases) => {
                    let with = |one: &Combination, (number, case): (usize, &AxisCase)| {
                        let mut one = one.clone();
                        let join = |before: &str, between, next: &str| {
                            if before.is_empty() { next.to_owned() } else { format!("{before}{between}{next}") }
                        };
                        one.id = join(&one.id, "-", &case.id);
                        one.function = join(&one.function, "_", &case.function);
                        one.choice.push(number);
                        one.attributes.extend(case.attributes.iter().cloned());
                        one
                    };
                    all.iter().flat_map(|one| cases.iter().enumerate().map(move |case| with(one, case))).collect()
                }
            };
        }
        case_id::make_unique(all.iter_mut().map(|one| &mut one.id));
        let mut functions: Vec<String> = Vec::new();
        for one in &mut all {
            while functions.contains(&one.function) {
                one.function.push('_');
            }
            functions.push(one.function.clone());
        }
        all
    }
}

impl Combination {
    /// What the attributes of its cases say, and those of the test.
    pub(crate) fn marks(&self, of_test: &Marks, config: &PackageConfig, diagnostics: &mut Diagnostics) -> Marks {
        for attribute in &self.attributes {
            let may_be = match attribute.kind() {
                AttributeKind::Mark(name) => name.may_be_conditional(),
                AttributeKind::Ignore | AttributeKind::ShouldPanic | AttributeKind::ConditionalAttribute => true,
                AttributeKind::Test
                | AttributeKind::OurTest
                | AttributeKind::Tests
                | AttributeKind::Fixture
                | AttributeKind::Condition
                | AttributeKind::Passive
                | AttributeKind::ForeignTest
                | AttributeKind::Other => false,
            };
            if !may_be {
                let message = format!("`#[{}]` cannot be on a case", attribute.path);
                diagnostics.error(
                    attribute.span(),
                    message,
                    "a case can have marks, `#[ignore]` and `#[should_panic]`",
                );
            }
        }
        let mut marks = marked::marks(&self.attributes, config, diagnostics);
        marks.conditions.clone_from(&of_test.conditions);
        marks.ignore.extend(of_test.ignore.iter().cloned());
        marks.should_panic.extend(of_test.should_panic.iter().cloned());
        marks.applied.extend(of_test.applied.iter().cloned());
        marks
    }
}

fn axis(parametrize: &Parametrize, span: Span) -> Axis {
    let names = parametrize.names.clone();
    let kind = match &parametrize.values {
        Values::Rows(source) => AxisKind::Rows(source.clone()),
        Values::Literal(cases) => {
            let named = cases.iter().enumerate().map(|(index, case)| axis_case(&names, index, case));
            AxisKind::Literal(named.collect())
        }
    };
    Axis { names, kind, span }
}

fn axis_case(names: &[Target], index: usize, case: &LiteralCase) -> AxisCase {
    let (id, function) = if let Some(name) = &case.name {
        (named::id(name), Ident::to_string(name))
    } else {
        let texts: Vec<(String, String)> = names
            .iter()
            .zip(&case.values)
            .map(|(target, value)| (target.name.to_string(), crate::assertion::written(value)))
            .collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        (case_id::of_values(&texts, index), format!("case_{}", index + 1))
    };
    AxisCase { id, function, attributes: case.attributes.clone(), values: case.values.clone() }
}

#[cfg(test)]
mod tests;
