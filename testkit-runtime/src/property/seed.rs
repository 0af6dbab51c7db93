//! What random numbers a property begins with.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use testkit_protocol::env;

/// The seed of the run, if there is one. `PROPTEST_RNG_SEED` says more, and proptest reads it.
///
/// # Panics
/// If the variable holds something else.
pub(super) fn of_run() -> Option<u64> {
    if std::env::var_os("PROPTEST_RNG_SEED").is_some() {
        return None;
    }
    let text = std::env::var_os(env::SEED)?;
    let seed = text.to_str().and_then(|text| text.parse().ok());
    Some(seed.unwrap_or_else(|| panic!("{} is no number of 64 bits: {}", env::SEED, text.display())))
}

/// A runner whose cases depend on the seed and the name of the test alone.
pub(super) fn runner(config: Config, seed: u64, test: &str) -> TestRunner {
    let bytes = mixed(seed, test);
    let rng = if config.rng_algorithm == RngAlgorithm::XorShift {
        TestRng::from_seed(RngAlgorithm::XorShift, &bytes[..16])
    } else {
        TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
    };
    TestRunner::new_with_rng(config, rng)
}

/// A seed of a test's own: tests of a run do not all get the same numbers.
fn mixed(seed: u64, test: &str) -> [u8; 32] {
    // Spread by SplitMix64. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
    let hash = crate::hash::fnv(test.as_bytes());
    let mut state = seed ^ hash.rotate_left(32);
    let mut bytes = [0; 32];
    for part in bytes.chunks_exact_mut(8) {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        part.copy_from_slice(&(number ^ (number >> 31)).to_le_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_run_and_every_test_has_numbers_of_its_own() {
        assert_eq!(mixed(1, "a"), mixed(1, "a"));
        let all: HashSet<_> = [(0, ""), (1, ""), (0, "a"), (1, "a"), (0, "b"), (u64::MAX, "a")]
            .map(|(seed, test)| mixed(seed, test))
            .into();
        assert_eq!(all.len(), 6);
        assert!(all.iter().all(|bytes| bytes.chunks(8).collect::<HashSet<_>>().len() == 4));
    }
}
