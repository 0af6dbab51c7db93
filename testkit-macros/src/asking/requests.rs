//! From the name of an argument to the fixture that it asks for; and what to say where there is none.

use proc_macro2::{Delimiter, Span, TokenTree};
use testkit_protocol::spelling::nearest;

use super::arguments::Argument;
use super::parametrize::Target;
use super::{BUILT_IN, FixturePath};
use crate::assertion::written;
use crate::diagnostic::Diagnostics;
use crate::names::{Found, Names, Thing};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) kind: AskerKind,
    pub(crate) name: &'a str,
    /// It stands under a `#[cfg]`, and what it asks for may do so as well.
    pub(crate) is_conditional: bool,
}

/// What may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AskerKind {
    Test,
    /// `setup` or `setup_group` of a group.
    SetUp,
    Fixture,
}

impl Asker<'_> {
    /// A name for what the compiler is to find for a name.
    fn alias(self, name: &str, found: &Found, span: Span, names: &Names) -> String {
        if self.is_conditional { name.to_owned() } else { names.alias(name, *found == Found::Imported, span) }
    }
}

/// The fixture that an argument asks for; `None` if there is none, which has been said.
pub(crate) fn of_argument(
    argument: &Argument,
    asker: Asker<'_>,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Option<FixturePath> {
    let (name, span) = (argument.asks_for(), argument.span());
    let plain = || Some(FixturePath { text: name.clone(), is_absolute: false, span });
    // What the module itself has stands before what comes with testkit; to look further takes longer.
    if !names.has(&name)
        && let Some(path) = FixturePath::built_in(argument)
    {
        return Some(path);
    }
    match names.find(&name) {
        Found::Fixture(facts, _) if facts.has_teardown && !argument.is_reference => {
            let message = format!(
                "`{}` asks for a value of `{name}` of its own, and `{name}` has a `teardown` that takes each value at its end",
                asker.name
            );
            diagnostics.error(span, message, format!("borrow it: `{}: &{}`", argument.name, type_of(argument)));
            None
        }
        Found::Fixture(..) => plain(),
        found @ (Found::Imported | Found::Unsure) => {
            let text = asker.alias(&name, &found, span, names);
            Some(FixturePath { text, is_absolute: false, span })
        }
        Found::Not(thing) => {
            diagnostics.error(span, is_no_fixture(&name, thing, asker), way_out(thing));
            None
        }
        Found::Absent => {
            let (message, hint) = absent(argument, asker, names);
            diagnostics.error(span, message, hint);
            None
        }
    }
}

/// The fixture that a path in `#[uses(…)]` names, as it is seen from the module; `None` if that is none.
pub(crate) fn of_path(
    path: &str,
    span: Span,
    asker: Asker<'_>,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Option<FixturePath> {
    if path.contains("::") {
        return Some(FixturePath { text: path.to_owned(), is_absolute: false, span });
    }
    let text = match names.find(path) {
        Found::Fixture(..) => path.to_owned(),
        found @ (Found::Imported | Found::Unsure) => asker.alias(path, &found, span, names),
        Found::Not(thing) => {
            let message = format!("`{path}`, which `#[uses]` names, {}", what_it_is(thing));
            let hint = match thing {
                Thing::Function => "put `#[fixture]` on the function",
                Thing::ForeignFixture => way_out(thing),
                Thing::Type | Thing::Module => "write the names of fixtures",
            };
            diagnostics.error(span, message, hint);
            return None;
        }
        Found::Absent => {
            let message = format!("there is no fixture `{path}`, which `#[uses]` names{}", near(path, names));
            diagnostics.error(span, message, format!("write `#[fixture] fn {path}()`, or import it with `use`"));
            return None;
        }
    };
    Some(FixturePath { text, is_absolute: false, span })
}

/// The fixture of a name such as `user.age`, whose argument a case sets.
pub(crate) fn of_target(
    target: &Target,
    asker: Asker<'_>,
    names: &Names,
    diagnostics: &mut Diagnostics,
) -> Option<FixturePath> {
    let fixture = target.fixture.as_ref()?;
    let (name, span) = (fixture.to_string(), fixture.span());
    let text = match names.find(&name) {
        Found::Fixture(facts, _) if !facts.arguments.iter().any(|argument| target.name == argument) => {
            let known: Vec<&str> = facts.arguments.iter().map(String::as_str).collect();
            let wanted = target.name.to_string();
            let near = nearest(&wanted, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!("the fixture `{name}` has no argument `{wanted}` that a case may set{near}");
            let hint =
                format!("write `#[fixture(arguments({wanted}))]`, with `{wanted}` among the arguments of `{name}`");
            diagnostics.error(target.name.span(), message, hint);
            return None;
        }
        Found::Fixture(..) => name,
        found @ (Found::Imported | Found::Unsure) => asker.alias(&name, &found, span, names),
        Found::Not(thing) => {
            diagnostics.error(span, is_no_fixture(&name, thing, asker), way_out(thing));
            return None;
        }
        Found::Absent => {
            let message = format!(
                "there is no fixture `{name}`, whose argument `{}` is to be set{}",
                target.name,
                near(&name, names)
            );
            let hint = format!("write `#[fixture(arguments({}))] fn {name}(…)`, or import it with `use`", target.name);
            diagnostics.error(span, message, hint);
            return None;
        }
    };
    Some(FixturePath { text, is_absolute: false, span })
}

fn is_no_fixture(name: &str, thing: Thing, asker: Asker<'_>) -> String {
    format!("`{name}`, which `{}` asks for, {}", asker.name, what_it_is(thing))
}

fn what_it_is(thing: Thing) -> &'static str {
    match thing {
        Thing::Function => "is a function without `#[fixture]`",
        Thing::ForeignFixture => "is a fixture of another framework",
        Thing::Type => "is a type, and a fixture is a function",
        Thing::Module => "is a module, and a fixture is a function",
    }
}

fn way_out(thing: Thing) -> &'static str {
    match thing {
        Thing::Function => "put `#[fixture]` on the function, or give the argument the name of a fixture",
        Thing::ForeignFixture => "put `#[testkit::fixture]` on the function instead",
        Thing::Type | Thing::Module => "an argument has the name of the fixture that it asks for",
    }
}

/// What to say of an argument whose name nothing has.
fn absent(argument: &Argument, asker: Asker<'_>, names: &Names) -> (String, String) {
    let (name, of_type) = (argument.asks_for(), type_of(argument));
    let asked = format!("`{}`", asker.name);
    if let Some((_, known)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
        let message = format!("the fixture `{name}` of testkit is a `{known}`, and {asked} asks for a `{of_type}`");
        let by = if argument.is_reference { "&" } else { "" };
        let hint = format!("write `{}: {by}{known}`, or write a fixture `{name}` of your own", argument.name);
        return (message, hint);
    }
    match (name.as_str(), asker.kind) {
        ("group", AskerKind::Test | AskerKind::SetUp) => {
            let hint = "write `fn setup_group() -> T` in the `impl` of the group, whose value it is";
            return (format!("{asked} asks for `group`, and there is no `setup_group` that makes it"), hint.to_owned());
        }
        ("param", AskerKind::Test) => {
            let hint = "write `#[parametrize(param, [first, second])]`";
            let message = format!("{asked} asks for `param`, which is for fixtures with `params = […]`");
            return (message, hint.to_owned());
        }
        _ => {}
    }
    let message = format!("there is no fixture `{name}`, which {asked} asks for{}", near(&name, names));
    let fixture = format!("write `#[fixture] fn {name}() -> {}`", value_of(argument));
    let hint = match asker.kind {
        AskerKind::Test => {
            format!("{fixture}, import it with `use`, or give it values: `#[parametrize({name}, […])]`")
        }
        AskerKind::SetUp => format!("{fixture}, or import it with `use`"),
        AskerKind::Fixture => {
            format!("{fixture}, import it with `use`, or let cases set it: `#[fixture(arguments({name}))]`")
        }
    };
    (message, hint)
}

/// `; did you mean …?`
fn near(name: &str, names: &Names) -> String {
    let known = names.fixtures();
    let known: Vec<&str> =
        known.iter().map(String::as_str).chain(BUILT_IN.iter().map(|(built_in, _)| *built_in)).collect();
    nearest(name, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// The type that an argument asks for, as people write it, without `&` and its lifetime.
fn type_of(argument: &Argument) -> String {
    let tokens = match argument.of_type.as_slice() {
        [TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Ident(_), rest @ ..] if argument.is_reference => rest,
        [TokenTree::Punct(_), rest @ ..] if argument.is_reference => rest,
        own => own,
    };
    written(&tokens.iter().cloned().collect())
}

/// What a fixture returns so that an argument can ask for it: `String` for a `&str`.
fn value_of(argument: &Argument) -> String {
    let borrowed = type_of(argument);
    match (borrowed.as_str(), argument.of_type.last()) {
        ("str", _) => "String".to_owned(),
        ("Path" | "std::path::Path", _) => format!("{borrowed}Buf"),
        (_, Some(TokenTree::Group(slice))) if argument.is_reference && slice.delimiter() == Delimiter::Bracket => {
            let is_array = |token: TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';');
            if slice.stream().into_iter().any(is_array) {
                borrowed
            } else {
                format!("Vec<{}>", written(&slice.stream()))
            }
        }
        (of_type, _) if of_type.starts_with("dyn ") => format!("Box<{of_type}>"),
        _ => borrowed,
    }
}
