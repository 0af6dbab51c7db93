//! Which items of two sequences belong together: the shortest way from one to the other, within a bounded amount of work.
//!
//! Sources: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986); where that would take
//! too long, the items that each side has once, as in Bram Cohen's patience diff.

use std::collections::HashMap;
use std::ops::Range;

/// Most items that the shortest way may leave out and put in.
///
/// It bounds time to that many steps an item, and memory to its square, in words.
const MAX_EDITS: usize = 400;

/// A piece of two sequences: equal on both sides, or on none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) left: Range<usize>,
    pub(super) right: Range<usize>,
    pub(super) equal: bool,
}

/// Cuts two sequences into runs, in order, none of them empty on both sides, equal and unequal ones in turn.
pub(super) fn align(left: &[u32], right: &[u32]) -> Vec<Run> {
    let prefix = left.iter().zip(right).take_while(|(left, right)| left == right).count();
    let suffix = left[prefix..].iter().rev().zip(right[prefix..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (left_end, right_end) = (left.len() - suffix, right.len() - suffix);
    let mut pairs: Vec<_> = (0..prefix).map(|index| (index, index)).collect();
    let (left_middle, right_middle) = (&left[prefix..left_end], &right[prefix..right_end]);
    let middle = common(left_middle, right_middle).unwrap_or_else(|| common_unique(left_middle, right_middle));
    pairs.extend(middle.into_iter().map(|(a, b)| (a + prefix, b + prefix)));
    pairs.extend((0..suffix).map(|index| (left_end + index, right_end + index)));
    runs(&pairs, left.len(), right.len())
}

/// The same where every item belongs to the one in its place; both sequences have the same length.
pub(super) fn in_place(left: &[u32], right: &[u32]) -> Vec<Run> {
    let equal = (0..left.len()).filter(|&index| left[index] == right[index]);
    runs(&equal.map(|index| (index, index)).collect::<Vec<_>>(), left.len(), right.len())
}

/// How many items the unequal runs tell of.
pub(super) fn differences(runs: &[Run]) -> usize {
    runs.iter().filter(|run| !run.equal).map(|run| run.left.len().max(run.right.len())).sum()
}

/// The runs in which exactly `pairs` are equal.
fn runs(pairs: &[(usize, usize)], left_len: usize, right_len: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut left_at, mut right_at) = (0, 0);
    for &(left, right) in pairs.iter().chain([&(left_len, right_len)]) {
        if left > left_at || right > right_at {
            runs.push(Run { left: left_at..left, right: right_at..right, equal: false });
        }
        if left < left_len {
            match runs.last_mut() {
                Some(run) if run.equal => {
                    run.left.end = left + 1;
                    run.right.end = right + 1;
                }
                Some(_) | None => runs.push(Run { left: left..left + 1, right: right..right + 1, equal: true }),
            }
        }
        (left_at, right_at) = (left + 1, right + 1);
    }
    runs
}

/// Index pairs of a longest common subsequence; `None` if the two are too far apart.
fn common(left: &[u32], right: &[u32]) -> Option<Vec<(usize, usize)>> {
    // `trace[edits][x + edits - y]` is the furthest x on the diagonal x - y after that many edits.
    let mut trace: Vec<Vec<usize>> = Vec::new();
    'search: for edits in 0..=(left.len() + right.len()) {
        if edits > MAX_EDITS {
            return None;
        }
        let mut row = vec![0; 2 * edits + 1];
        for (slot, reached) in row.iter_mut().enumerate().step_by(2) {
            let (mut x, _) = entered(&trace, edits, slot);
            let mut y = x + edits - slot;
            while x < left.len() && y < right.len() && left[x] == right[y] {
                x += 1;
                y += 1;
            }
            *reached = x;
            if x == left.len() && y == right.len() {
                trace.push(row);
                break 'search;
            }
        }
        trace.push(row);
    }
    let (mut x, mut y) = (left.len(), right.len());
    let mut pairs = Vec::new();
    for edits in (0..trace.len()).rev() {
        let slot = x + edits - y;
        let (from, leaves_out) = entered(&trace, edits, slot);
        while x > from {
            x -= 1;
            y -= 1;
            pairs.push((x, y));
        }
        match leaves_out {
            _ if edits == 0 => {}
            true => x -= 1,
            false => y -= 1,
        }
    }
    pairs.reverse();
    Some(pairs)
}

/// Index pairs of the items that either side has once, as many as come in the same order.
fn common_unique(left: &[u32], right: &[u32]) -> Vec<(usize, usize)> {
    // How often each side has an item, and where last.
    let mut places: HashMap<u32, [(u32, usize); 2]> = HashMap::new();
    for (side, items) in [left, right].into_iter().enumerate() {
        for (index, &item) in items.iter().enumerate() {
            let (count, place) = &mut places.entry(item).or_default()[side];
            *count += 1;
            *place = index;
        }
    }
    let unique = left.iter().enumerate().filter_map(|(index, item)| match places.get(item) {
        Some(&[(1, _), (1, place)]) => Some((index, place)),
        Some(_) | None => None,
    });
    // A longest increasing subsequence: `ends[n]` is the pair with the smallest place that ends one of n + 1 pairs.
    let pairs: Vec<(usize, usize)> = unique.collect();
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (at, &(_, place)) in pairs.iter().enumerate() {
        let length = ends.partition_point(|&end| pairs[end].1 < place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut longest: Vec<_> =
        std::iter::successors(ends.last().copied(), |&at| before[at]).map(|at| pairs[at]).collect();
    longest.reverse();
    longest
}

/// Where a diagonal is entered with this many edits: at which x, and whether by leaving out an item of the left sequence.
fn entered(trace: &[Vec<usize>], edits: usize, slot: usize) -> (usize, bool) {
    let Some(before) = edits.checked_sub(1).map(|edits| &trace[edits]) else { return (0, false) };
    // The row before has one diagonal less on either side.
    let puts_in = before.get(slot).copied();
    let leaves_out = slot.checked_sub(2).map(|slot| before[slot] + 1);
    (puts_in.max(leaves_out).unwrap_or(0), leaves_out > puts_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shortest_way_is_found() {
        #[track_caller]
        fn check(left: &[u32], right: &[u32], want_common: usize) {
            let runs = align(left, right);
            let (mut left_at, mut right_at, mut common) = (0, 0, 0);
            for run in &runs {
                assert_eq!((run.left.start, run.right.start), (left_at, right_at), "{runs:?}");
                assert_eq!(run.equal, left[run.left.clone()] == right[run.right.clone()], "{run:?}");
                common += if run.equal { run.left.len() } else { 0 };
                (left_at, right_at) = (run.left.end, run.right.end);
            }
            assert_eq!((left_at, right_at), (left.len(), right.len()), "{runs:?}");
            assert_eq!(common, want_common, "{runs:?}");
        }
        check(&[], &[], 0);
        check(&[1], &[], 0);
        check(&[1, 2, 3], &[1, 2, 3], 3);
        check(&[1, 2, 3], &[2, 3], 2);
        check(&[2, 3], &[1, 2, 3, 4], 2);
        check(&[1, 2, 3, 1, 2, 2, 1], &[3, 2, 1, 2, 1, 3], 4); // the paper's example, ABCABBA and CBABAC
        check(&[1, 1, 1], &[2, 2], 0);
        let (long, other): (Vec<_>, Vec<_>) = ((0..5_000).collect(), (10_000..15_000).collect());
        check(&long, &other, 0); // beyond the bound
        let moved: Vec<_> = (20_000..21_500).chain(1_000..5_000).chain([7, 7]).collect();
        check(&long, &moved, 4_000);
    }
}
