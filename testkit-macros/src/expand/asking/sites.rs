//! Where tests stand and what multiplies them: a static for each different answer, which all tests with it share.
//!
//! A constant for each test would cost the compiler as much as the test itself.

use std::cell::RefCell;

use super::PRIVATE;
use super::rows::labels_name;
use crate::asking::Asking;
use crate::expand::{concatenated, literal};

/// The statics of one module.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    /// What tells them from those of other expansions in the same module.
    of: String,
    /// The text of each that is needed, by its number.
    needed: RefCell<Vec<Needed>>,
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

impl Sites {
    /// None yet, for an expansion that is not the only one of its module.
    pub(crate) fn of(item: &str) -> Self {
        Self { of: format!("{item}_"), ..Self::default() }
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

    /// The items, as source text.
    pub(crate) fn into_text(self) -> String {
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
                "#[cfg(test)] {conditions} #[allow(dead_code, non_upper_case_globals)] \
                 static __TESTKIT_SITE_{of}{number}: {PRIVATE}::Site = {PRIVATE}::Site {{ \
                   module: ::core::module_path!(), group: {group}, \
                   axes: {PRIVATE}::Axes {{ rows: &[{rows}], fixtures: &[{axes}] }} }}; {expands}"
            )
        });
        text.collect()
    }
}

/// The field of the record of a test that stands for several.
pub(crate) const EXPANDS: &str = ",\"expands\":true";
