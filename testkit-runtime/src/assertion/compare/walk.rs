//! Goes through two sequences of lines or parts together, of any length, and tells what is equal, changed, or on one side.
//!
//! What is equal is passed over by comparing memory. From the first difference on, a bounded piece of both sides is
//! aligned; where they meet again, the next equal stretch begins. After a bounded number of items the rest is left.

use std::collections::HashMap;

use super::align::{Run, align, differences, in_place};
use super::pretty::{self, Shape};

/// Items of one side that are aligned at first: enough for most changes.
const SMALL_PIECE: usize = 250;

/// Most items of one side that are aligned at a time, where a smaller piece does not tell where the sides meet again.
const MAX_PIECE: usize = 4_000;

/// Most items of one side that are aligned in all.
const MAX_ALIGNED: usize = 20_000;

/// Most combinations of items that are tried to pair those of a gap.
const MAX_PAIRINGS: usize = 1_024;

/// What the items of a sequence are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Items {
    /// Lines.
    Lines,
    /// The parts of a list or tuple.
    Parts { indentation: usize, shape: Shape },
}

/// One item: its lines without the last line break, and its place in the sequence, from 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'t> {
    pub(super) lines: &'t str,
    pub(super) index: usize,
}

/// What comes next in two sequences.
#[derive(Debug)]
pub(super) enum Step<'t> {
    /// These lines on both sides, as the left one has them, the last line break included.
    Same(&'t str),
    /// One item that differs.
    Changed(Item<'t>, Item<'t>),
    /// An item on the left side only.
    Left(Item<'t>),
    /// An item on the right side only.
    Right(Item<'t>),
    /// What was not compared, line breaks included.
    Rest(&'t str, &'t str),
}

/// What is left of one side.
#[derive(Clone, Copy, Debug)]
struct Side<'t> {
    text: &'t str,
    index: usize,
}

impl Items {
    /// Where the first item of `text` ends, in bytes, line break included.
    fn end(self, text: &str) -> usize {
        match self {
            Self::Lines => text.find('\n').map_or(text.len(), |at| at + 1),
            Self::Parts { indentation, .. } => pretty::part_end(text, indentation),
        }
    }

    /// The text by which an item is found equal to another.
    fn identity(self, lines: &str) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Lines => lines.into(),
            Self::Parts { indentation, shape } => {
                let value = pretty::part(lines, indentation, shape).value;
                pretty::canonical(value, indentation)
            }
        }
    }
}

impl<'t> Side<'t> {
    /// Takes the next items from the text, `size` at most.
    fn piece(&self, items: Items, size: usize) -> Vec<Item<'t>> {
        let mut rest = self.text;
        let mut piece = Vec::new();
        while !rest.is_empty() && piece.len() < size {
            let (lines, after) = rest.split_at(items.end(rest));
            piece.push(Item { lines: lines.strip_suffix('\n').unwrap_or(lines), index: self.index + piece.len() });
            rest = after;
        }
        piece
    }

    /// Passes over `count` items whose lines are `length` bytes long.
    fn skip(&mut self, length: usize, count: usize) {
        self.text = &self.text[length..];
        self.index += count;
    }
}

/// Goes through the items of two texts in order.
pub(super) fn walk<'t>(left: &'t str, right: &'t str, items: Items, mut visit: impl FnMut(Step<'t>)) {
    let mut left = Side { text: left, index: 0 };
    let mut right = Side { text: right, index: 0 };
    let mut aligned = 0;
    while aligned < MAX_ALIGNED {
        let (length, count) = common_items(left.text, right.text, items);
        if length > 0 {
            visit(Step::Same(&left.text[..length]));
            left.skip(length, count);
            right.skip(length, count);
        }
        if left.text.is_empty() && right.text.is_empty() {
            return;
        }
        aligned += step_over_piece(&mut left, &mut right, items, &mut visit);
    }
    if !left.text.is_empty() || !right.text.is_empty() {
        visit(Step::Rest(left.text, right.text));
    }
}

/// Aligns the next items of both sides and passes over those of which that tells enough; returns how many were aligned.
fn step_over_piece<'t>(
    left: &mut Side<'t>,
    right: &mut Side<'t>,
    items: Items,
    visit: &mut impl FnMut(Step<'t>),
) -> usize {
    let mut size = SMALL_PIECE;
    let mut aligned = 0;
    let (left_items, right_items, runs) = loop {
        let (left_items, right_items) = (left.piece(items, size), right.piece(items, size));
        aligned += left_items.len().max(right_items.len());
        let mut runs = align_items(&left_items, &right_items, items);
        if left_items.len() < size && right_items.len() < size {
            break (left_items, right_items, runs);
        }
        let common = runs.iter().filter(|run| run.equal).map(|run| run.left.len()).sum::<usize>();
        // A few equal items among many may be equal by chance.
        if common * 2 >= left_items.len().min(right_items.len()) || size >= MAX_PIECE {
            // What follows the last equal items may well be equal to something beyond this piece.
            let last_equal = runs.iter().rposition(|run| run.equal);
            runs.truncate(last_equal.map_or(runs.len(), |last| last + 1));
            break (left_items, right_items, runs);
        }
        size *= 4;
    };
    for run in runs {
        let (lefts, rights) = (&left_items[run.left.clone()], &right_items[run.right.clone()]);
        let left_length = length_of(left, lefts);
        let right_length = length_of(right, rights);
        if run.equal {
            visit(Step::Same(&left.text[..left_length]));
        } else {
            gap(lefts, rights, items, visit);
        }
        left.skip(left_length, lefts.len());
        right.skip(right_length, rights.len());
    }
    aligned
}

/// Which items of two pieces belong together.
fn align_items<'t>(left: &[Item<'t>], right: &[Item<'t>], items: Items) -> Vec<Run> {
    let mut symbols = HashMap::new();
    let mut number = |item: &Item<'t>| {
        let next = u32::try_from(symbols.len()).unwrap_or(u32::MAX);
        // The texts of lists without maps and sets are borrowed: a symbol costs a look-up.
        *symbols.entry(items.identity(item.lines)).or_insert(next)
    };
    let (first_left, first_right) = (left.first().map(|item| item.index), right.first().map(|item| item.index));
    let left: Vec<_> = left.iter().map(&mut number).collect();
    let right: Vec<_> = right.iter().map(&mut number).collect();
    let aligned = align(&left, &right);
    // Elements that have changed places are no insertions and removals, if that is told as shortly.
    if matches!(items, Items::Parts { .. }) && left.len() == right.len() && first_left == first_right {
        let in_place = in_place(&left, &right);
        if differences(&in_place) <= differences(&aligned) {
            return in_place;
        }
    }
    aligned
}

/// How many bytes at the start of the side these items are, line breaks included.
fn length_of(side: &Side<'_>, items: &[Item<'_>]) -> usize {
    let length = items.iter().map(|item| item.lines.len() + 1).sum::<usize>();
    length.min(side.text.len())
}

/// The items at the start that are the same text on both sides: their length in bytes, and how many they are.
pub(super) fn common_items(left: &str, right: &str, items: Items) -> (usize, usize) {
    let common = common_prefix(left.as_bytes(), right.as_bytes());
    // An item that ends where the other side goes on is not the same one: `a` at the end of the text, and `a\n`.
    let whole = common == left.len() && common == right.len();
    let (mut end, mut count) = (0, 0);
    while end < common {
        let next = end + items.end(&left[end..]);
        if next > common || (next == left.len() && !left.ends_with('\n') && !whole) {
            break;
        }
        end = next;
        count += 1;
    }
    (end, count)
}

/// Length of the common beginning, in bytes.
pub(super) fn common_prefix(left: &[u8], right: &[u8]) -> usize {
    // Slices are compared by the platform's memory comparison, which is fast also where nothing is optimised.
    const BLOCK: usize = 4_096;
    let equal = |size: usize, from: usize| {
        let blocks = left[from..].chunks_exact(size).zip(right[from..].chunks_exact(size));
        from + blocks.take_while(|(left, right)| left == right).count() * size
    };
    let blocks = equal(BLOCK, 0);
    let small = equal(32, blocks);
    equal(1, small)
}

/// Tells of a gap between equal items: the items of the shorter side are all changed ones, with those of the other side
/// that are most like them.
fn gap<'t>(lefts: &[Item<'t>], rights: &[Item<'t>], items: Items, visit: &mut impl FnMut(Step<'t>)) {
    let pairs = pairs(lefts, rights, items);
    let (mut left_at, mut right_at) = (0, 0);
    for (left, right) in pairs.into_iter().chain([(lefts.len(), rights.len())]) {
        lefts[left_at..left].iter().for_each(|&item| visit(Step::Left(item)));
        rights[right_at..right].iter().for_each(|&item| visit(Step::Right(item)));
        if left < lefts.len() && right < rights.len() {
            visit(Step::Changed(lefts[left], rights[right]));
        }
        (left_at, right_at) = (left + 1, right + 1);
    }
}

/// Which items of a gap are two versions of one, in order; as many as the shorter side has.
fn pairs(lefts: &[Item<'_>], rights: &[Item<'_>], items: Items) -> Vec<(usize, usize)> {
    let (n, m) = (lefts.len(), rights.len());
    let length = |items: &[Item<'_>]| items.iter().map(|item| item.lines.len()).sum::<usize>();
    if n == m || n * m > MAX_PAIRINGS || length(lefts).max(length(rights)) > 100_000 {
        return (0..n.min(m)).map(|index| (index, index)).collect();
    }
    if n > m {
        return pairs_of_shorter(rights, lefts, items).into_iter().map(|(right, left)| (left, right)).collect();
    }
    pairs_of_shorter(lefts, rights, items)
}

/// The pairing of every one of `few` with one of `many` that has the greatest likeness in all.
fn pairs_of_shorter(few: &[Item<'_>], many: &[Item<'_>], items: Items) -> Vec<(usize, usize)> {
    let spare = many.len() - few.len();
    // `best[index][shift]`: the likeness of the items up to `index`, the last paired at `index + shift` or before.
    let mut best: Vec<Vec<usize>> = Vec::new();
    for (index, item) in few.iter().enumerate() {
        let mut row: Vec<usize> = Vec::with_capacity(spare + 1);
        for shift in 0..=spare {
            let before = best.last().map_or(0, |row| row[shift]);
            let here = before + likeness(item.lines, many[index + shift].lines, items);
            row.push(row.last().map_or(here, |&earlier| earlier.max(here)));
        }
        best.push(row);
    }
    let mut shift = spare;
    let mut pairs: Vec<_> = (0..few.len())
        .rev()
        .map(|index| {
            while shift > 0 && best[index][shift - 1] == best[index][shift] {
                shift -= 1;
            }
            (index, index + shift)
        })
        .collect();
    pairs.reverse();
    pairs
}

/// How much two items have in common, from 0 to 1,000.
fn likeness(left: &str, right: &str, items: Items) -> usize {
    let (left, right) = match items {
        Items::Lines => (left, right),
        Items::Parts { .. } => (left.trim_end_matches(','), right.trim_end_matches(',')),
    };
    let longer = left.len().max(right.len()).max(1);
    if left.contains('\n') && right.contains('\n') {
        let mut lines: Vec<_> = left.split('\n').collect();
        lines.sort_unstable();
        let shared = right.split('\n').filter(|line| lines.binary_search(line).is_ok()).map(str::len).sum::<usize>();
        return (shared * 1_000 / longer).min(1_000);
    }
    let (left, right) = (left.trim_start().as_bytes(), right.trim_start().as_bytes());
    let prefix = common_prefix(left, right);
    let ends = left[prefix..].iter().rev().zip(right[prefix..].iter().rev());
    let suffix = ends.take_while(|(left, right)| left == right).count();
    (prefix + suffix) * 1_000 / longer
}
