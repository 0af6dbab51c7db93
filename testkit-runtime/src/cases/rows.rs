//! A source of cases: its rows, what they are called, and how each is had once.
//!
//! Rows are evaluated at most once on a thread, as long as each is asked for once: they are kept from the moment they are
//! labelled until the case that they belong to takes them. To take one is to look it up, however many there are. A row that
//! is asked for again, for a test that is run twice, is gone; then the source is evaluated anew.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::Location;
use std::rc::Rc;

use testkit_protocol::case_id::{harmless, make_unique, of_values};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::location;

use crate::harness;

/// More rows than any test has, so that a source without an end is told instead of filling the memory.
const MOST_ROWS: usize = 1_000_000;

/// What can be iterated over, each item a row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives no rows of the type `{Row}`",
    label = "each row has the values of one case, in the order of the arguments",
    note = "`from` takes anything that can be iterated over, such as a `Vec`"
)]
pub trait GivesRows<Row> {
    /// The rows, none of them made yet.
    fn give(self) -> Rows<Row>;
}

#[diagnostic::do_not_recommend]
impl<Row, I: IntoIterator<Item = Row, IntoIter: 'static>> GivesRows<Row> for I {
    fn give(self) -> Rows<Row> {
        Rows(Box::new(self.into_iter()))
    }
}

/// Rows of one type, whatever gives them: an error in that is one error.
pub struct Rows<Row>(Box<dyn Iterator<Item = Row>>);

impl<Row> Iterator for Rows<Row> {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        self.0.next()
    }
}

/// What an author's expression gives.
pub fn rows<Row>(given: impl GivesRows<Row>) -> Rows<Row> {
    given.give()
}

/// What a case is called and made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What stands between the brackets; unique among the cases of its source.
    pub id: String,
    /// Names of the arguments and the texts of their values, on one line each and cut if long. Values without `Debug` are
    /// left out.
    pub values: Vec<(&'static str, String)>,
}

/// Where the cases of one test come from. Everything of it is written by the macro.
pub struct Source<I: IntoIterator> {
    /// What tells it from all other sources of the binary.
    pub key: &'static str,
    /// How the author wrote it: `from = rows()`.
    pub written: &'static str,
    /// Names of the arguments.
    pub names: &'static [&'static str],
    /// Whether it may have no rows.
    pub may_be_empty: bool,
    /// Makes the rows, or says why there are none.
    pub rows: fn() -> Result<I, String>,
    /// The text of each argument, in the order of the names; see [`Shown`](super::Shown).
    pub values: fn(&I::Item) -> Vec<Option<String>>,
    /// The id that the author gave to a row. Where it is `None` or empty, the id is made of the values.
    pub id: fn(&I::Item) -> Option<String>,
}

/// What is kept of a source. A row that was taken, or that the last evaluation did not give, is `None`.
struct Kept<T> {
    labels: Rc<[Label]>,
    rows: Vec<Option<T>>,
}

thread_local! {
    /// A [`Kept`] for each key.
    static KEPT: RefCell<HashMap<&'static str, Box<dyn Any>>> = RefCell::default();
}

/// Runs `f` on what is kept under a key, if there is something. Nothing of the author's runs in it.
fn with_kept<T: 'static, R>(key: &str, f: impl FnOnce(&mut Kept<T>) -> R) -> Option<R> {
    KEPT.with_borrow_mut(|sources| {
        let kept = sources.get_mut(key)?;
        Some(f(kept.downcast_mut().expect("a key belongs to one source, whose rows are of one type")))
    })
}

/// Keeps something instead of what was kept.
fn keep<T: 'static>(key: &'static str, kept: Kept<T>) {
    let before = KEPT.with_borrow_mut(|sources| sources.insert(key, Box::new(kept)));
    // After the borrow: what the author's types do when they are dropped is theirs.
    drop(before);
}

impl<I: IntoIterator<Item: 'static>> Source<I> {
    /// The labels of all rows, in their order; the same ones whenever they are asked for on this thread.
    ///
    /// A panic in the author's code goes on to the caller, and nothing is kept.
    ///
    /// # Errors
    /// If there are no rows and it is not said that there may be none, if they do not come to an end, or with what `rows`
    /// says.
    pub fn labels(&self) -> Result<Rc<[Label]>, String> {
        if let Some(labels) = with_kept(self.key, |kept: &mut Kept<I::Item>| Rc::clone(&kept.labels)) {
            return Ok(labels);
        }
        let evaluated = self.evaluate()?;
        let labels = Rc::clone(&evaluated.labels);
        keep(self.key, evaluated);
        Ok(labels)
    }

    /// The row of the label with this index.
    ///
    /// A panic in the author's code goes on to the caller.
    ///
    /// # Panics
    /// With a failure of the running test, if the source does not give that row any more.
    #[track_caller]
    pub fn take_row(&self, index: usize) -> I::Item {
        let kept = with_kept(self.key, |kept: &mut Kept<I::Item>| kept.rows.get_mut(index)?.take()).flatten();
        match kept.map_or_else(|| self.take_new_row(index), Ok) {
            Ok(row) => row,
            Err(message) => raise(message),
        }
    }

    /// Evaluates the source anew. The labels stay what they were: the caller's index is one of those.
    fn take_new_row(&self, index: usize) -> Result<I::Item, String> {
        let mut new = self.evaluate()?;
        if let Some(before) = with_kept(self.key, |kept: &mut Kept<I::Item>| Rc::clone(&kept.labels)) {
            new = new.in_order_of(before);
        }
        let row = new.rows.get_mut(index).and_then(Option::take);
        let row = row.ok_or_else(|| match new.labels.get(index) {
            Some(label) => format!("`{}` does not give the case `{}` any more", self.written, label.id),
            None => format!("`{}` gives {} cases, none with the index {index}", self.written, new.labels.len()),
        });
        keep(self.key, new);
        row
    }

    fn evaluate(&self) -> Result<Kept<I::Item>, String> {
        let rows: Vec<I::Item> = (self.rows)()?.into_iter().take(MOST_ROWS + 1).collect();
        if rows.is_empty() && !self.may_be_empty {
            return Err(format!(
                "`{}` gave no cases\nwrite `allow_empty` beside it if there may be none",
                self.written
            ));
        }
        if rows.len() > MOST_ROWS {
            return Err(format!("`{}` gave more than {MOST_ROWS} cases\ndoes it ever end?", self.written));
        }
        let (mut ids, values): (Vec<String>, Vec<_>) =
            rows.iter().enumerate().map(|(index, row)| self.id_and_values(index, row)).unzip();
        make_unique(&mut ids);
        let labels = ids.into_iter().zip(values).map(|(id, values)| Label { id, values }).collect();
        Ok(Kept { labels, rows: rows.into_iter().map(Some).collect() })
    }

    fn id_and_values(&self, index: usize, row: &I::Item) -> (String, Vec<(&'static str, String)>) {
        let texts = (self.values)(row);
        let given = (self.id)(row).map(|id| harmless(&id)).filter(|id| !id.is_empty());
        let id = given.unwrap_or_else(|| {
            let texts = texts.iter().map(|text| text.as_deref().unwrap_or_default());
            of_values(&self.names.iter().copied().zip(texts).collect::<Vec<_>>(), index)
        });
        let values = self.names.iter().copied().zip(texts).filter_map(|(name, text)| Some((name, text?))).collect();
        (id, values)
    }
}

impl<T> Kept<T> {
    /// The rows of the same ids under other labels: what comes from a set or a folder may come in another order.
    fn in_order_of(self, labels: Rc<[Label]>) -> Self {
        let ids = self.labels.iter().map(|label| label.id.as_str());
        let mut rows: HashMap<&str, Option<T>> = ids.zip(self.rows).collect();
        let rows = labels.iter().map(|label| rows.remove(label.id.as_str()).flatten()).collect();
        Self { labels, rows }
    }
}

/// Ends the running test: what it was to be called with is not there, or cannot be used.
#[track_caller]
pub(super) fn raise(message: String) -> ! {
    harness::raise(Failure::new(FailureKind::Runner, message).at(location::Location::from(Location::caller())))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::panic::catch_unwind;

    use super::super::{Hidden as _, Shown};
    use super::*;

    thread_local! {
        static EVALUATIONS: Cell<usize> = const { Cell::new(0) };
        static ROWS: RefCell<Vec<i32>> = const { RefCell::new(Vec::new()) };
    }

    /// Counts, so that a row is seen to be the one that was evaluated first or later.
    fn evaluated<T>(rows: T) -> T {
        EVALUATIONS.set(EVALUATIONS.get() + 1);
        rows
    }

    /// A source that gives what [`ROWS`] holds. The key is the test's own: several may run on one thread.
    fn changing(key: &'static str, rows: &[i32]) -> Source<Vec<i32>> {
        EVALUATIONS.set(0);
        ROWS.set(rows.to_vec());
        Source {
            key,
            written: "from = rows()",
            names: &["number"],
            may_be_empty: false,
            rows: || Ok(evaluated(ROWS.with_borrow(Clone::clone))),
            values: |number| vec![Shown(number).text()],
            id: |_| None,
        }
    }

    #[track_caller]
    fn ids<I: IntoIterator<Item: 'static>>(source: &Source<I>) -> Vec<String> {
        source.labels().unwrap().iter().map(|label| label.id.clone()).collect()
    }

    fn failure_of(take: impl FnOnce() -> i32 + std::panic::UnwindSafe) -> String {
        *catch_unwind(take).unwrap_err().downcast::<String>().unwrap()
    }

    #[test]
    fn rows_of_tuples_are_labelled_by_their_values() {
        struct Opaque;
        let source = Source {
            key: "tuples",
            written: "from = rows()",
            names: &["text", "number", "opaque"],
            may_be_empty: false,
            rows: || Ok([("a", Some(1), Opaque), (" b", None, Opaque)]),
            values: |row| {
                let (text, number, opaque) = row;
                vec![Shown(text).text(), Shown(number).text(), Shown(opaque).text()]
            },
            id: |_| None,
        };
        assert_eq!(ids(&source), ["a-Some(1)-opaque0", "\" b\"-None-opaque1"]);
        let labels = source.labels().unwrap();
        assert_eq!(labels[1].values, [("text", "\" b\"".to_owned()), ("number", "None".to_owned())]);
        let (text, number, _) = source.take_row(1);
        assert_eq!((text, number), (" b", None));
    }

    #[test]
    fn the_authors_ids_are_made_harmless_and_unique() {
        let source = Source {
            key: "ids",
            written: "from = rows()",
            names: &["number"],
            may_be_empty: false,
            rows: || Ok(0..5),
            values: |number| vec![Shown(number).text()],
            id: |number| match number {
                0 | 1 => Some(" [x]::y ".to_owned()),
                2 => Some("  ".to_owned()),
                3 => None,
                other => Some(format!("{other}?")),
            },
        };
        assert_eq!(ids(&source), ["(x):y0", "(x):y1", "2", "3", "4?"]);
    }

    #[test]
    fn many_rows_are_evaluated_once() {
        let source = Source { rows: || Ok(evaluated((0..10_000).collect())), ..changing("many", &[]) };
        assert_eq!(ids(&source).len(), 10_000);
        for index in (0..10_000).rev() {
            assert_eq!(source.take_row(index), i32::try_from(index).unwrap());
        }
        assert_eq!(EVALUATIONS.get(), 1);
        // A second round costs one evaluation more.
        assert_eq!(source.take_row(17), 17);
        assert_eq!(source.take_row(18), 18);
        assert_eq!(EVALUATIONS.get(), 2);
        assert_eq!(source.take_row(17), 17);
        assert_eq!(EVALUATIONS.get(), 3);
        assert_eq!(ids(&source).len(), 10_000);
        assert_eq!(EVALUATIONS.get(), 3);
    }

    #[test]
    fn a_row_may_be_taken_without_labels() {
        let source = changing("no labels", &[7, 8]);
        assert_eq!(source.take_row(1), 8);
        assert_eq!(ids(&source), ["7", "8"]);
        assert_eq!(source.take_row(0), 7);
        assert_eq!(EVALUATIONS.get(), 1);
    }

    #[test]
    fn rows_that_come_again_in_another_order_keep_their_index() {
        let source = changing("order", &[1, 2, 3]);
        assert_eq!(source.take_row(2), 3);
        ROWS.set(vec![4, 3, 2]);
        assert_eq!(source.take_row(2), 3);
        assert_eq!(source.take_row(1), 2);
        assert_eq!(EVALUATIONS.get(), 2);
        let failure = failure_of(|| source.take_row(0));
        assert_eq!(failure, "`from = rows()` does not give the case `1` any more");
        assert_eq!(ids(&source), ["1", "2", "3"]);
        let failure = failure_of(|| source.take_row(5));
        assert_eq!(failure, "`from = rows()` gives 3 cases, none with the index 5");
    }

    #[test]
    fn no_cases_are_an_error_unless_that_is_allowed() {
        let empty = changing("empty", &[]);
        let error = empty.labels().unwrap_err();
        assert_eq!(error, "`from = rows()` gave no cases\nwrite `allow_empty` beside it if there may be none");
        // Nothing is kept of it.
        ROWS.set(vec![1]);
        assert_eq!(ids(&empty), ["1"]);
        let allowed = Source { may_be_empty: true, ..changing("allowed", &[]) };
        assert_eq!(ids(&allowed), [""; 0]);
    }

    #[test]
    fn rows_that_cannot_be_had_or_do_not_end_are_an_error() {
        let broken = Source { rows: || Err("x.csv:3: why".to_owned()), ..changing("broken", &[]) };
        assert_eq!(broken.labels().unwrap_err(), "x.csv:3: why");
        assert_eq!(failure_of(|| broken.take_row(0)), "x.csv:3: why");
        let endless = Source {
            key: "endless",
            written: "from = 0..",
            names: &["number"],
            may_be_empty: false,
            rows: || Ok(0_u64..),
            values: |number| vec![Shown(number).text()],
            id: |_| None,
        };
        assert_eq!(endless.labels().unwrap_err(), "`from = 0..` gave more than 1000000 cases\ndoes it ever end?");
    }

    #[test]
    fn a_panic_in_the_rows_is_the_callers_and_leaves_all_as_it_was() {
        let source = Source { rows: || panic!("no database"), ..changing("panics", &[]) };
        let message = catch_unwind(|| source.labels().is_ok()).unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(*message, "no database");
        assert_eq!(ids(&changing("panics", &[1])), ["1"]);
    }
}
