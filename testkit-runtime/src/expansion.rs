//! Tests that stand for several: which cases a test has that are known at run time only, and which of them is running.
//!
//! A test is multiplied by each source of rows of its `#[parametrize]`, and by each fixture with `params` that it needs.
//! Each of these is an axis; a case is one choice on every axis.

use std::any::TypeId;
use std::cell::RefCell;
use std::rc::Rc;

use crate::cases::Label;
use crate::fixture::Scope;

/// The names of the rows of a source, or why there are none.
pub(crate) type Labels = Result<Rc<[Label]>, String>;

/// What multiplies a test. Made by expanded code only.
#[derive(Clone, Copy, Debug)]
pub struct Axes {
    /// Names the rows of each source, in the order of the id.
    pub rows: &'static [fn() -> Labels],
    /// Notes what an argument needs.
    pub fixtures: &'static [fn(&mut Needs)],
}

/// What the fixtures of a test ask of whoever runs it.
#[derive(Debug, Default)]
pub struct Needs {
    /// Those of them that have parameters, each once.
    pub(crate) axes: Vec<FixtureAxis>,
    /// One of them changes what all threads of the process see.
    pub(crate) is_exclusive: bool,
}

/// A fixture with parameters.
#[derive(Clone, Debug)]
pub(crate) struct FixtureAxis {
    pub(crate) fixture: TypeId,
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
    /// What each of its parameters is called.
    pub(crate) parameters: &'static [&'static str],
}

/// What the running case has chosen on each axis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    rows: Vec<usize>,
    fixtures: Vec<(TypeId, usize)>,
}

impl Choice {
    /// Whether something made under `made_under` is of no use to this case.
    pub(crate) fn differs_from(&self, made_under: &[(TypeId, usize)]) -> bool {
        let differs = |(fixture, index): &(TypeId, usize)| {
            self.fixtures.iter().any(|(other, chosen)| other == fixture && chosen != index)
        };
        made_under.iter().any(differs)
    }
}

/// One of the tests that a test stands for.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    /// Equal for cases that share a costly value.
    pub(crate) near: Option<String>,
    /// Arguments, for reports.
    pub(crate) values: Vec<(&'static str, String)>,
    pub(crate) choice: Choice,
}

impl Axes {
    /// No axis at all.
    pub const NONE: Self = Self { rows: &[], fixtures: &[] };

    fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        for note in self.fixtures {
            note(&mut needs);
        }
        needs
    }

    /// Whether the test stands for several.
    pub(crate) fn multiply(&self) -> bool {
        !self.rows.is_empty() || !self.needs().axes.is_empty()
    }

    /// Whether no other test of the process may run beside it.
    pub(crate) fn are_exclusive(&self) -> bool {
        self.needs().is_exclusive
    }

    /// The cases, those that share the value of a wide fixture next to each other.
    ///
    /// # Errors
    /// If a source has no rows.
    pub(crate) fn cases(&self) -> Result<Vec<Case>, String> {
        let rows = self.rows.iter().map(|labels| labels()).collect::<Result<Vec<_>, _>>()?;
        let mut fixtures = self.needs().axes;
        // The widest scope varies slowest.
        fixtures.sort_by_key(|axis| std::cmp::Reverse(axis.scope));
        Ok(product(&rows, &fixtures))
    }
}

/// Every combination of rows and parameters; fixtures vary slowest, then rows in their order.
fn product(rows: &[Rc<[Label]>], fixtures: &[FixtureAxis]) -> Vec<Case> {
    let empty = Case { id: String::new(), near: None, values: Vec::new(), choice: Choice::default() };
    let mut cases = vec![(empty, Vec::<String>::new())];
    for axis in fixtures {
        let with = |(case, parameters): &(Case, Vec<String>), (index, name): (usize, &&str)| {
            let (mut case, mut parameters) = (case.clone(), parameters.clone());
            case.choice.fixtures.push((axis.fixture, index));
            case.values.push((axis.name, (*name).to_owned()));
            parameters.push((*name).to_owned());
            if axis.scope > Scope::Test {
                let near = format!("{}={name}", axis.name);
                case.near = Some(case.near.map_or_else(|| near.clone(), |before| format!("{before}, {near}")));
            }
            (case, parameters)
        };
        cases =
            cases.iter().flat_map(|case| axis.parameters.iter().enumerate().map(move |one| with(case, one))).collect();
    }
    for labels in rows {
        let with = |(case, parameters): &(Case, Vec<String>), (index, label): (usize, &Label)| {
            let mut case = case.clone();
            case.choice.rows.push(index);
            case.values.extend(label.values.iter().cloned());
            let dash = if case.id.is_empty() { "" } else { "-" };
            case.id = format!("{}{dash}{}", case.id, label.id);
            (case, parameters.clone())
        };
        cases = cases.iter().flat_map(|case| labels.iter().enumerate().map(move |one| with(case, one))).collect();
    }
    let named = cases.into_iter().map(|(mut case, parameters)| {
        let parts = Some(std::mem::take(&mut case.id)).filter(|id| !id.is_empty()).into_iter().chain(parameters);
        case.id = parts.collect::<Vec<_>>().join("-");
        // Rows first, as in the id.
        let of_fixtures = case.choice.fixtures.len();
        case.values.rotate_left(of_fixtures);
        case
    });
    let mut cases: Vec<Case> = named.collect();
    testkit_protocol::case_id::make_unique(cases.iter_mut().map(|case| &mut case.id));
    cases
}

/// The name of a case below the name of the test that stands for it: one pair of brackets.
pub(crate) fn name_of_case(test: &str, id: &str) -> String {
    match test.strip_suffix(']') {
        Some(open) => format!("{open}-{id}]"),
        None => format!("{test}[{id}]"),
    }
}

/// Whether a test with this name may be one of those that `test` stands for: the opposite of [`name_of_case`].
pub(crate) fn may_be_case(test: &str, name: &str) -> bool {
    let open = test.strip_suffix(']').unwrap_or(test);
    name.strip_prefix(open).is_some_and(|rest| rest.starts_with(['[', '-']))
}

thread_local! {
    static CHOICE: RefCell<Choice> = RefCell::default();
}

/// Makes `choice` that of the test that runs next on this thread.
pub(crate) fn choose(choice: Choice) {
    CHOICE.set(choice);
}

/// Whether the test that runs on this thread is a case of several.
pub(crate) fn is_chosen() -> bool {
    CHOICE.with_borrow(|choice| *choice != Choice::default())
}

/// The row that the running case takes of source number `source`.
pub fn row(source: usize) -> usize {
    CHOICE.with_borrow(|choice| choice.rows.get(source).copied().unwrap_or(0))
}

/// The parameter that the running case has chosen for a fixture; the first one where nobody has chosen.
pub(crate) fn parameter(fixture: TypeId) -> usize {
    CHOICE.with_borrow(|choice| {
        choice.fixtures.iter().find(|(other, _)| *other == fixture).map_or(0, |(_, index)| *index)
    })
}

/// What the running case has chosen for the fixtures of `axes`.
pub(crate) fn chosen(axes: &[FixtureAxis]) -> Vec<(TypeId, usize)> {
    axes.iter().map(|axis| (axis.fixture, parameter(axis.fixture))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(ids: &[&str]) -> Rc<[Label]> {
        ids.iter().map(|id| Label { id: (*id).to_owned(), values: vec![("a", (*id).to_owned())] }).collect()
    }

    fn axis<F: 'static>(name: &'static str, scope: Scope, parameters: &'static [&'static str]) -> FixtureAxis {
        FixtureAxis { fixture: TypeId::of::<F>(), name, scope, parameters }
    }

    #[test]
    fn multiplies_rows_and_parameters() {
        #[track_caller]
        fn check(rows: &[Rc<[Label]>], fixtures: &[FixtureAxis], want: &[(&str, Option<&str>)]) {
            let cases = product(rows, fixtures);
            let got: Vec<_> = cases.iter().map(|case| (case.id.as_str(), case.near.as_deref())).collect();
            assert_eq!(got, want);
        }
        check(&[labels(&["1", "2"])], &[], &[("1", None), ("2", None)]);
        check(
            &[labels(&["1", "2"]), labels(&["x", "y"])],
            &[],
            &[("1-x", None), ("1-y", None), ("2-x", None), ("2-y", None)],
        );
        let db = axis::<u8>("db", Scope::Session, &["Pg", "My"]);
        check(
            &[labels(&["1", "2"])],
            std::slice::from_ref(&db),
            &[("1-Pg", Some("db=Pg")), ("2-Pg", Some("db=Pg")), ("1-My", Some("db=My")), ("2-My", Some("db=My"))],
        );
        check(&[], &[axis::<u8>("n", Scope::Test, &["1"])], &[("1", None)]);
        check(&[labels(&["1", "1"])], &[], &[("1_0", None), ("1_1", None)]);
    }

    #[test]
    fn says_what_is_of_no_use_any_more() {
        let chosen = |index| Choice { rows: Vec::new(), fixtures: vec![(TypeId::of::<u8>(), index)] };
        assert!(chosen(1).differs_from(&[(TypeId::of::<u8>(), 0)]));
        assert!(!chosen(0).differs_from(&[(TypeId::of::<u8>(), 0)]));
        assert!(!Choice::default().differs_from(&[(TypeId::of::<u8>(), 0)]));
        assert!(!chosen(1).differs_from(&[]));
    }

    #[test]
    fn puts_ids_into_one_pair_of_brackets() {
        assert_eq!(name_of_case("test_q", "Pg"), "test_q[Pg]");
        assert_eq!(name_of_case("test_q[1-2]", "Pg"), "test_q[1-2-Pg]");
    }
}
