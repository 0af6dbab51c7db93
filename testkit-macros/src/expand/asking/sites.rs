//! Where tests stand, what multiplies them and what they ask for: an item for each different answer, which all tests with it
//! share.
//!
//! One for each test would cost the compiler as much as the test itself.

use std::cell::RefCell;
use std::fmt::Write as _;

use proc_macro2::{Delimiter, Span};

use super::rows::labels_name;
use super::{PRIVATE, may_be_owned, request, runtime, uses};
use crate::asking::arguments::Argument;
use crate::asking::{Asking, FixturePath, Supply};
use crate::expand::code::Code;
use crate::expand::entries::Entries;
use crate::expand::{concatenated, literal};

/// The items of one module that its tests share.
#[derive(Default)]
pub(crate) struct Sites {
    /// What tells them from those of other expansions in the same module.
    of: String,
    /// The text of each that is needed, by its number.
    needed: RefCell<Vec<Needed>>,
    /// The functions that ask for what a test asks for, each under what tells it from the others.
    asks: RefCell<Vec<(String, Code)>>,
    /// What runs the tests.
    pub(crate) entries: Entries,
}

#[derive(Debug, PartialEq, Eq)]
struct Needed {
    /// `#[cfg]` attributes: what it names may exist under these only.
    conditions: String,
    group: Option<String>,
    rows: String,
    fixtures: Vec<String>,
}

/// A static of [`Sites`].
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Its name in the author's module.
    pub(crate) name: String,
    /// Its number among those of the module.
    pub(crate) number: usize,
    /// `#[cfg]` attributes of it.
    pub(crate) conditions: String,
    /// What the record of its tests says of them.
    pub(crate) multiplies: Multiplies,
}

/// Whether a test stands for several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Multiplies {
    No,
    /// If a fixture has parameters, which the compiler knows: then the constant of this site is the record's field.
    Perhaps,
    Yes,
}

/// Which types the values of arguments have that a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Types {
    /// Those that the author has written.
    Written,
    /// Those of the fixtures; the author's function is called with them, and an error names its place.
    Made,
}

impl Sites {
    /// None yet, for an expansion that is not the only one of its module.
    pub(crate) fn of(item: &str) -> Self {
        let of = format!("{item}_");
        Self { entries: Entries::of(&of), of, ..Self::default() }
    }

    /// The static of a test; `name` is the one in names of functions beside it.
    pub(crate) fn site(&self, asking: &Asking, name: &str, group: Option<&str>, conditions: &str) -> Site {
        let rows = concatenated(0..asking.sources().count(), |number| format!("{},", labels_name(name, number)));
        let fixtures: Vec<String> = asking.multiplying().into_iter().map(|path| path.seen_from("")).collect();
        let multiplies = match (rows.is_empty(), fixtures.is_empty()) {
            (false, _) => Multiplies::Yes,
            (true, false) => Multiplies::Perhaps,
            (true, true) => Multiplies::No,
        };
        let conditions = conditions.to_owned();
        let site = Needed { conditions: conditions.clone(), group: group.map(str::to_owned), rows, fixtures };
        let mut needed = self.needed.borrow_mut();
        let number = needed.iter().position(|known| *known == site).unwrap_or_else(|| {
            needed.push(site);
            needed.len() - 1
        });
        Site { name: format!("__TESTKIT_SITE_{}{number}", self.of), number, conditions, multiplies }
    }

    /// The function that begins a test at `site` and makes what its arguments ask for, which all tests share that ask for the
    /// same.
    ///
    /// It takes the test's number and something to borrow from, and returns what was asked for, or `None` if the test is over.
    pub(crate) fn ask(&self, site: &Site, asking: &Asking, types: Types) -> String {
        let mut key = format!("{} {}", site.name, runtime(asking).into_text());
        for path in &asking.uses {
            write!(key, " {}", path.text).expect("writing to a String cannot fail");
        }
        for (argument, path) in fixtures(asking) {
            let of_type = match types {
                Types::Written => argument.type_text(),
                Types::Made if argument.is_reference => "&".to_owned(),
                Types::Made => String::new(),
            };
            write!(key, " {}: {of_type}", path.text).expect("writing to a String cannot fail");
        }
        let mut asks = self.asks.borrow_mut();
        let number = asks.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
            let name = format!("__testkit_ask_{}{}", self.of, asks.len());
            asks.push((key, ask_function(&name, &self.entries.name(), site, asking, types)));
            asks.len() - 1
        });
        format!("__testkit_ask_{}{number}", self.of)
    }

    /// The items.
    pub(crate) fn into_code(self) -> Code {
        let mut code = Code::default();
        code.text(self.entries.items(), Span::call_site());
        for (_, ask) in self.asks.take() {
            code.code(ask);
        }
        code.text(self.into_text(), Span::call_site());
        code
    }

    fn into_text(self) -> String {
        let sites = self.needed.into_inner().into_iter().enumerate();
        let of = self.of;
        let text = sites.map(|(number, Needed { conditions, group, rows, fixtures })| {
            let group = match group {
                Some(group) => format!("::core::option::Option::Some({})", literal(&group)),
                None => "::core::option::Option::None".to_owned(),
            };
            let axes = concatenated(&fixtures, |path| format!("{PRIVATE}::note_needs::<{path}>,"));
            let multiply: Vec<String> =
                fixtures.iter().map(|path| format!("<{path} as {PRIVATE}::Fixture>::IS_PARAMETRIZED")).collect();
            let expands = if multiply.is_empty() {
                String::new()
            } else {
                format!(
                    "#[cfg(test)] {conditions} #[allow(dead_code, non_upper_case_globals)] \
                     const __TESTKIT_SITE_{of}{number}_EXPANDS: &str = if {} {{ {} }} else {{ \"\" }};",
                    multiply.join(" || "),
                    literal(EXPANDS)
                )
            };
            format!(
                "{conditions} #[allow(dead_code, non_upper_case_globals)] \
                 static __TESTKIT_SITE_{of}{number}: {PRIVATE}::Site = {PRIVATE}::Site {{ \
                   number: {number}, module: ::core::module_path!(), group: {group}, \
                   axes: {PRIVATE}::Axes {{ rows: &[{rows}], fixtures: &[{axes}] }} }}; {expands}"
            )
        });
        text.collect()
    }
}

fn fixtures(asking: &Asking) -> impl Iterator<Item = (&Argument, &FixturePath)> {
    asking.arguments.iter().filter_map(|(argument, supply)| match supply {
        Supply::Fixture(path) => Some((argument, path)),
        Supply::Case { .. } | Supply::Generated(_) => None,
    })
}

fn ask_function(name: &str, tests: &str, site: &Site, asking: &Asking, types: Types) -> Code {
    let call_site = Span::call_site();
    let (mut returned, mut values, mut body) = (Code::default(), Code::default(), Code::default());
    body.code(runtime(asking)).code(uses(asking, ""));
    let is_one = fixtures(asking).count() == 1;
    for (number, (argument, path)) in fixtures(asking).enumerate() {
        let span = argument.span();
        body.code(may_be_owned(argument, path, ""));
        let mut of_type = Code::default();
        match types {
            Types::Written => of_type.tokens(argument.of_type.iter().cloned().collect()),
            Types::Made => {
                let borrow = if argument.is_reference { "&" } else { "" };
                of_type.text(format!("{borrow}<{} as {PRIVATE}::Fixture>::Value", path.seen_from("")), span)
            }
        };
        // A statement, so that an error in the type is told of the argument alone.
        let value = format!("__testkit_{number}");
        body.text(format!("let {value}:"), span).code(of_type.clone()).text("=", span);
        body.code(request(argument, path, "", "__testkit_asked")).text(";", span);
        returned.code(of_type);
        values.text(value, span);
        if !is_one {
            returned.text(",", span);
            values.text(",", span);
        }
    }
    let one_or_all = |code: Code| {
        let mut all = Code::default();
        if is_one {
            all.code(code)
        } else {
            all.group(Delimiter::Parenthesis, code)
        };
        all
    };
    body.text("::core::option::Option::Some", call_site);
    body.group(Delimiter::Parenthesis, one_or_all(values));
    let mut code = Code::default();
    code.text(
        format!(
            "#[cfg(test)] {} #[allow(unknown_lints, mismatched_lifetime_syntaxes, clippy::type_complexity, \
             clippy::unnecessary_wraps, clippy::unused_unit)] \
             fn {name}(number: usize, __testkit_asked: &()) -> ::core::option::Option<",
            site.conditions
        ),
        call_site,
    );
    code.code(one_or_all(returned));
    let mut whole = Code::default();
    whole.text(format!("if {PRIVATE}::begin_asking({tests}, number, &{})", site.name), call_site);
    whole.group(Delimiter::Brace, body).text("else { ::core::option::Option::None }", call_site);
    code.text(">", call_site).group(Delimiter::Brace, whole);
    code
}

/// The field of the record of a test that stands for several.
pub(crate) const EXPANDS: &str = ",\"expands\":true";
