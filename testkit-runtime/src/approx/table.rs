//! Which of the numbers are not near enough, as a table like pytest's.

use std::cell::RefCell;
use std::fmt::{Debug, Write as _};
use std::time::Duration;

use super::near::{Expected, Near};
use super::tolerance::Unit as _;
use super::{Approx, near};

/// Most lines of a table.
const MAX_LINES: usize = 12;

/// What is found while two values are compared.
#[derive(Debug, Default)]
pub struct Table {
    /// The way to where we are.
    path: String,
    /// Numbers that were compared.
    numbers: usize,
    /// Those that are not near enough, as far as there is room.
    rows: Vec<[String; 3]>,
    apart: usize,
    /// The largest differences, absolute and as part of the expected number.
    largest: [f64; 2],
    /// Whether the numbers are seconds of durations.
    are_durations: bool,
    /// What is not a matter of numbers.
    said: Vec<String>,
}

impl Table {
    /// One number.
    pub(super) fn number(
        &mut self,
        is_near: bool,
        actual: f64,
        expected: f64,
        shown: &dyn Debug,
        wanted: &near::Within<'_, impl Expected>,
    ) {
        self.numbers += 1;
        if is_near {
            return;
        }
        self.apart += 1;
        if actual.is_nan() && expected.is_nan() {
            self.say("NaN is equal to nothing; `.nan_ok()` lets it be equal to NaN");
        }
        let difference = (actual - expected).abs();
        // With NaN or infinity on either side there is no distance.
        if difference.is_finite() {
            self.largest[0] = self.largest[0].max(difference);
            self.largest[1] = self.largest[1].max(difference / expected.abs());
        }
        if self.rows.len() < MAX_LINES {
            self.rows.push([self.path.clone(), format!("{shown:?}"), format!("{wanted:?}")]);
        }
    }

    /// One duration, in seconds as a number.
    pub(super) fn duration(
        &mut self,
        is_near: bool,
        actual: Duration,
        expected: Duration,
        wanted: &near::Within<'_, impl Expected>,
    ) {
        self.are_durations = true;
        self.number(is_near, actual.number(), expected.number(), &actual, wanted);
    }

    /// Something else that differs here.
    pub(super) fn say(&mut self, what: &str) {
        if self.said.len() < MAX_LINES {
            let separator = if self.path.is_empty() { "" } else { ": " };
            self.said.push(format!("{}{separator}{what}", self.path));
        }
    }

    /// One step further down.
    pub(super) fn within(&mut self, step: &str, f: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        f(self);
        self.path.truncate(length);
    }

    /// As notes.
    fn notes(self) -> Vec<String> {
        let mut notes = self.said;
        let [absolute, relative] = self.largest;
        let (shown, what) = match self.are_durations.then(|| Duration::try_from_secs_f64(absolute)) {
            Some(Ok(difference)) => (format!("{difference:?}"), "duration"),
            Some(Err(_)) | None => (rounded(absolute), "number"),
        };
        let mut distance = match (absolute > 0.0, relative.is_finite()) {
            (true, true) => format!("{shown}, which is {} of the expected {what}", percent(relative)),
            (true, false) => shown,
            (false, _) => String::new(),
        };
        if self.numbers == 1 {
            if let (Some([path, ..]), false) = (self.rows.first(), distance.is_empty()) {
                let place = if path.is_empty() { String::new() } else { format!("{path}: ") };
                notes.push(format!("{place}they are apart by {distance}"));
            }
            return notes;
        }
        if self.apart == 0 {
            return notes;
        }
        if !distance.is_empty() {
            distance.insert_str(0, ", by at most ");
        }
        let mut text = format!("{} of {} numbers are not near enough{distance}", self.apart, self.numbers);
        let title = ["", "actual", "expected"].map(str::to_owned);
        let lines: Vec<_> = std::iter::once(&title).chain(&self.rows).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let widths = [width(0), width(1)];
        for [path, actual, expected] in lines {
            write!(text, "\n{path:<0$}  {actual:<1$}  {expected}", widths[0], widths[1])
                .expect("writing to a String cannot fail");
        }
        if self.apart > self.rows.len() {
            write!(text, "\n… and {} more", self.apart - self.rows.len()).expect("writing to a String cannot fail");
        }
        notes.push(text);
        notes
    }
}

/// The number to six digits.
fn rounded(number: f64) -> String {
    let digits: f64 = format!("{number:.5e}").parse().unwrap_or(number);
    format!("{digits:?}")
}

/// A part as percent, to three digits.
fn percent(part: f64) -> String {
    let percent = part * 100.0;
    match percent {
        0.001..1.0 => format!("{percent:.4} %"),
        1.0..10.0 => format!("{percent:.2} %"),
        10.0..100.0 => format!("{percent:.1} %"),
        100.0..1e6 => format!("{percent:.0} %"),
        _ => format!("{percent:.2e} %"),
    }
}

thread_local! {
    /// The `Debug` text of the last `approx(…)` that an assertion found unequal, and the notes on it.
    static NOTED: RefCell<Option<(String, Vec<String>)>> = const { RefCell::new(None) };
}

/// Keeps what is to be said, for the report that follows: the macros know nothing of types.
pub(super) fn note<A: Near<E> + ?Sized, E: Expected>(approx: &Approx<E>, actual: &A) {
    let mut table = Table::default();
    actual.tabulate(&approx.expected, &approx.tolerance, &mut table);
    NOTED.set(Some((format!("{approx:#?}"), table.notes())));
}

/// The notes on the `approx(…)` with this text, if it is what was compared last.
pub(crate) fn take_note(text: &str) -> Option<Vec<String>> {
    NOTED.take().filter(|(noted, _)| noted == text).map(|(_, notes)| notes)
}
