//! The tests that wait in a lane, in blocks of those that share something.
//!
//! Tests that are to run *together* have a block that one worker at a time takes from. Those that are only best run
//! *near* each other have one that others take from when there is nothing else for them. All else is in one block.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::model::{Bond, TestIndex};

/// Names a block of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct BlockIndex(usize);

/// What the tests of a block share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Tie {
    Together(String),
    Near(String),
}

impl Tie {
    fn of(bond: &Bond) -> Option<Self> {
        match (&bond.together, &bond.near) {
            (Some(key), _) => Some(Self::Together(key.clone())),
            (None, Some(key)) => Some(Self::Near(key.clone())),
            (None, None) => None,
        }
    }
}

/// Tests that share something, or nothing.
#[derive(Debug)]
pub(super) struct Block {
    tie: Option<Tie>,
    queue: VecDeque<TestIndex>,
    /// Workers that take from it now.
    active: usize,
}

impl Block {
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many tests wait in it.
    pub(super) fn left(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn active(&self) -> usize {
        self.active
    }

    /// Whether its tests share something.
    pub(super) fn is_bound(&self) -> bool {
        self.tie.is_some()
    }

    /// Whether one more worker may take from it, and at what cost: what is shared is built once more in each worker.
    fn cost_of_joining(&self) -> Option<(bool, usize)> {
        let is_taken = self.active > 0;
        match &self.tie {
            _ if self.queue.is_empty() => None,
            Some(Tie::Together(_)) if is_taken => None,
            Some(Tie::Together(_) | Tie::Near(_)) => Some((is_taken, self.active)),
            None => Some((false, self.active)),
        }
    }
}

/// Everything that waits in a lane.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// In the order in which they came up.
    all: Vec<Block>,
    by_tie: HashMap<Option<Tie>, BlockIndex>,
    /// Of tests that are in a block with a tie, which one, and what they are best run near in it.
    home_of: HashMap<TestIndex, (BlockIndex, Option<Arc<Bond>>)>,
    left: usize,
}

impl Blocks {
    /// Adds tests, after those already there; `bond_of` says what they share with others.
    pub(super) fn add<'a>(
        &mut self,
        tests: impl IntoIterator<Item = TestIndex>,
        bond_of: impl Fn(TestIndex) -> Option<&'a Arc<Bond>>,
    ) {
        let mut mixed: Vec<BlockIndex> = Vec::new();
        for test in tests {
            let bond = bond_of(test);
            let tie = bond.and_then(|bond| Tie::of(bond));
            let is_bound = tie.is_some();
            let block = self.block_with(tie);
            self.all[block.0].queue.push_back(test);
            self.left += 1;
            if is_bound {
                let order = bond.filter(|bond| bond.together.is_some() && bond.near.is_some());
                if order.is_some() && mixed.last() != Some(&block) {
                    mixed.push(block);
                }
                self.home_of.insert(test, (block, order.cloned()));
            }
        }
        for block in mixed {
            self.gather(block);
        }
    }

    fn block_with(&mut self, tie: Option<Tie>) -> BlockIndex {
        if let Some(&block) = self.by_tie.get(&tie) {
            return block;
        }
        let block = BlockIndex(self.all.len());
        self.all.push(Block { tie: tie.clone(), queue: VecDeque::new(), active: 0 });
        self.by_tie.insert(tie, block);
        block
    }

    /// Brings those of a block together that are best run near each other, at the place of the first.
    fn gather(&mut self, block: BlockIndex) {
        let near = |test: &TestIndex| {
            let (_, bond) = self.home_of.get(test)?;
            bond.as_ref()?.near.as_deref()
        };
        let queue = &mut self.all[block.0].queue;
        let mut first: HashMap<&str, usize> = HashMap::new();
        let mut ranked: Vec<(usize, TestIndex)> = Vec::with_capacity(queue.len());
        for (at, test) in queue.iter().enumerate() {
            ranked.push((near(test).map_or(at, |near| *first.entry(near).or_insert(at)), *test));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        *queue = ranked.into_iter().map(|(_, test)| test).collect();
    }

    /// Puts tests back that were handed out and not begun, ahead of the others.
    pub(super) fn give_back(&mut self, tests: impl DoubleEndedIterator<Item = TestIndex>) {
        for test in tests.rev() {
            let block = match self.home_of.get(&test) {
                Some((block, _)) => *block,
                None => self.block_with(None),
            };
            self.all[block.0].queue.push_front(test);
            self.left += 1;
        }
    }

    /// Takes everything.
    pub(super) fn drain(&mut self) -> Vec<TestIndex> {
        self.left = 0;
        self.all.iter_mut().flat_map(|block| block.queue.drain(..)).collect()
    }

    /// Takes so many tests of a block.
    pub(super) fn take(&mut self, block: BlockIndex, count: usize) -> Vec<TestIndex> {
        self.left -= count;
        self.all[block.0].queue.drain(..count).collect()
    }

    /// Takes so many tests of a block, as evenly spread as can be, in their order.
    pub(super) fn take_evenly(&mut self, block: BlockIndex, count: usize) -> Vec<TestIndex> {
        self.left -= count;
        take_evenly(&mut self.all[block.0].queue, count)
    }

    /// How many tests wait in all blocks.
    pub(super) fn left(&self) -> usize {
        self.left
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left == 0
    }

    pub(super) fn block(&self, block: BlockIndex) -> &Block {
        &self.all[block.0]
    }

    /// The block that one more worker had best take from: one that costs nothing extra, with the fewest workers, the
    /// oldest of those.
    pub(super) fn next(&self) -> Option<BlockIndex> {
        if self.left == 0 {
            return None;
        }
        let costs = self.all.iter().enumerate().filter_map(|(at, block)| Some((block.cost_of_joining()?, at)));
        costs.min().map(|(_, at)| BlockIndex(at))
    }

    /// A worker begins to take from a block.
    pub(super) fn enter(&mut self, block: BlockIndex) {
        self.all[block.0].active += 1;
    }

    /// A worker no longer takes from a block.
    pub(super) fn leave(&mut self, block: BlockIndex) {
        self.all[block.0].active -= 1;
    }
}

/// Takes `count` elements out of a queue, as evenly spread as can be, in their order.
fn take_evenly(queue: &mut VecDeque<TestIndex>, count: usize) -> Vec<TestIndex> {
    let length = queue.len();
    let (mut taken, mut left) = (Vec::with_capacity(count), VecDeque::with_capacity(length - count));
    for (index, test) in queue.drain(..).enumerate() {
        // The taken ones are those at which `count * index / length` rises.
        if taken.len() * length <= index * count && taken.len() < count {
            taken.push(test);
        } else {
            left.push_back(test);
        }
    }
    *queue = left;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_go_to_different_batches() {
        #[track_caller]
        fn check(length: usize, count: usize, want: &[usize]) {
            let mut queue: VecDeque<TestIndex> = (0..length).map(TestIndex).collect();
            let taken = take_evenly(&mut queue, count);
            assert_eq!(taken, want.iter().copied().map(TestIndex).collect::<Vec<_>>());
            assert!((0..length).map(TestIndex).filter(|index| !taken.contains(index)).eq(queue), "{length} {count}");
        }
        check(6, 3, &[0, 2, 4]);
        check(7, 4, &[0, 2, 4, 6]);
        check(9, 3, &[0, 3, 6]);
        check(5, 5, &[0, 1, 2, 3, 4]);
        check(5, 4, &[0, 2, 3, 4]);
        check(3, 1, &[0]);
    }
}
