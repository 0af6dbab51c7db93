//! How long the tests of a lane take, from those that have run.

use std::time::Duration;

/// The weight of the newest test in the running mean.
const NEWEST: f64 = 0.1;
/// What any test costs beside its own run, in nanoseconds; it also keeps the logarithm in bounds.
const LEAST_NS: f64 = 1000.0;

/// An exponentially weighted geometric mean of durations: what a usual test takes. A single test that is a thousand
/// times slower than the others hardly moves it; a row of them does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Estimate {
    mean_ln_ns: Option<f64>,
}

impl Estimate {
    pub(super) fn observe(&mut self, duration: Duration) {
        let newest = (duration.as_secs_f64() * 1e9).max(LEAST_NS).ln();
        self.mean_ln_ns = Some(self.mean_ln_ns.map_or(newest, |mean| mean + NEWEST * (newest - mean)));
    }

    /// How many usual tests run in `time`; `None` if nothing is known.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is meant")]
    pub(super) fn tests_in(self, time: Duration) -> Option<usize> {
        self.mean_ln_ns.map(|mean| (time.as_secs_f64() * 1e9 / mean.exp()) as usize)
    }

    /// How long so many usual tests take; `None` if nothing is known.
    pub(super) fn time_of(self, tests: usize) -> Option<Duration> {
        let tests = u32::try_from(tests).unwrap_or(u32::MAX);
        self.mean_ln_ns.map(|mean| Duration::from_secs_f64(mean.exp() / 1e9).saturating_mul(tests))
    }
}
