//! How far two numbers may be apart.

use std::fmt::{self, Debug, Formatter};
use std::time::Duration;

/// What a comparison allows. With neither of the first three, the defaults hold.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tolerance {
    /// Part of the expected number.
    pub(super) relative: Option<f64>,
    /// In the number's own unit; seconds for durations.
    pub(super) absolute: Option<f64>,
    /// Steps from one representable number to the next.
    pub(super) ulps: Option<u64>,
    pub(super) nan_ok: bool,
}

/// pytest's defaults.
const RELATIVE: f64 = 1e-6;
const ABSOLUTE: f64 = 1e-12;

impl Tolerance {
    /// Whether finite numbers may be apart by `difference`, and by as many `steps`.
    pub(super) fn allows(&self, difference: f64, expected: f64, steps: u64) -> bool {
        let by_steps = self.ulps.is_some_and(|ulps| steps <= ulps);
        by_steps || self.difference(expected).is_some_and(|allowed| difference <= allowed)
    }

    /// The difference that is allowed from this number, if any is that is no count of steps.
    fn difference(&self, expected: f64) -> Option<f64> {
        let relative = match (self.relative, self.absolute, self.ulps) {
            (Some(relative), ..) => Some(relative),
            (None, None, None) => Some(RELATIVE),
            (None, ..) => None,
        };
        let absolute = match (self.absolute, relative) {
            (Some(absolute), _) => Some(absolute),
            (None, Some(_)) => Some(ABSOLUTE),
            (None, None) => None,
        };
        let relative = relative.map(|relative| relative * expected.abs());
        [relative, absolute].into_iter().flatten().reduce(f64::max)
    }

    /// Writes `±` and what is allowed from this number.
    pub(super) fn describe(
        &self,
        expected: f64,
        shown: impl Fn(f64, &mut Formatter<'_>) -> fmt::Result,
        formatter: &mut Formatter<'_>,
    ) -> fmt::Result {
        if expected.is_nan() {
            return formatter.write_str(if self.nan_ok { " or any NaN" } else { "" });
        }
        if expected.is_infinite() {
            return Ok(());
        }
        match (self.difference(expected), self.ulps) {
            (Some(difference), ulps) => {
                formatter.write_str(" ± ")?;
                shown(difference, formatter)?;
                ulps.map_or(Ok(()), |ulps| write!(formatter, " or {ulps} ulps"))
            }
            (None, Some(ulps)) => write!(formatter, " ± {ulps} ulps"),
            (None, None) => Ok(()),
        }
    }
}

/// What a tolerance of its own unit is given in.
pub trait Unit: Copy + Debug {
    /// As a plain number; seconds for durations.
    fn number(self) -> f64;
}

impl Unit for f64 {
    fn number(self) -> f64 {
        self
    }
}

impl Unit for f32 {
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Unit for Duration {
    fn number(self) -> f64 {
        self.as_secs_f64()
    }
}
