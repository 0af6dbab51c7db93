//! How long the tests of a lane take, from those that have run.

use std::time::Duration;

/// The weight of the newest test in the running mean.
const NEWEST: f64 = 0.1;

/// An exponentially weighted mean of durations, so that a lane whose tests grow slow is noticed soon.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Estimate {
    mean_ns: Option<f64>,
}

impl Estimate {
    pub(super) fn observe(&mut self, duration: Duration) {
        let newest = duration.as_secs_f64() * 1e9;
        self.mean_ns = Some(self.mean_ns.map_or(newest, |mean| mean + NEWEST * (newest - mean)));
    }

    /// How many tests run in `time`; `None` if nothing is known.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is meant")]
    pub(super) fn tests_in(self, time: Duration) -> Option<usize> {
        // A test costs something beside its own run: a microsecond at the least keeps the division in bounds.
        self.mean_ns.map(|mean| (time.as_secs_f64() * 1e9 / mean.max(1000.0)) as usize)
    }
}
