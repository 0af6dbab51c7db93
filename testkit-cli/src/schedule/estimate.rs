//! How long the tests of a lane take, from those that have run.
//!
//! Two answers to two questions: how many usual tests fit into a time, for which one slow test among thousands must not
//! count, and how long so many tests take together, which is mostly the time of the slow ones.

use std::time::Duration;

/// The weight of the newest test in the running mean.
const NEWEST: f64 = 0.1;
/// What any test costs beside its own run, in nanoseconds; it also keeps the logarithm in bounds.
const LEAST_NS: f64 = 1000.0;

/// What the tests so far tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Estimate {
    /// An exponentially weighted geometric mean of durations: what a usual test takes. A single test that is a thousand
    /// times slower than the others hardly moves it; a row of them does.
    mean_ln_ns: Option<f64>,
    /// Of all tests so far.
    total: Duration,
    count: u32,
}

impl Estimate {
    pub(super) fn observe(&mut self, duration: Duration) {
        let newest = (duration.as_secs_f64() * 1e9).max(LEAST_NS).ln();
        self.mean_ln_ns = Some(self.mean_ln_ns.map_or(newest, |mean| mean + NEWEST * (newest - mean)));
        self.total += duration;
        self.count = self.count.saturating_add(1);
    }

    /// How many usual tests run in `time`; `None` if nothing is known.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates, which is meant")]
    pub(super) fn tests_in(self, time: Duration) -> Option<usize> {
        self.mean_ln_ns.map(|mean| (time.as_secs_f64() * 1e9 / mean.exp()) as usize)
    }

    /// How long so many tests take together; `None` if nothing is known.
    pub(super) fn time_of(self, tests: usize) -> Option<Duration> {
        let tests = u32::try_from(tests).unwrap_or(u32::MAX);
        (self.count > 0).then(|| (self.total / self.count).saturating_mul(tests))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_test_counts_for_the_sum_alone() {
        let mut estimate = Estimate::default();
        assert_eq!((estimate.tests_in(Duration::from_secs(1)), estimate.time_of(1)), (None, None));
        for _ in 0..99 {
            estimate.observe(Duration::from_micros(10));
        }
        estimate.observe(Duration::from_secs(1));
        assert!(estimate.tests_in(Duration::from_millis(1)).is_some_and(|tests| tests > 20), "{estimate:?}");
        assert!(estimate.time_of(10).is_some_and(|time| time > Duration::from_millis(99)), "{estimate:?}");
    }
}
