//! Which tests go where next. Pure: it knows queues and estimates, no process and no clock; time comes in as durations.
//!
//! Tests stand in *lanes*, one for each way of running in each binary. Whoever has a free place asks for a [`Task`].
//! A served lane is made of *blocks*: tests that share something costly stand in one, and a worker stays with its block.
//! Sizes follow guided self-scheduling (Polychronopoulos and Kuck, 1987): large pieces while much is left, small ones
//! towards the end, so that no place idles while tests are left.

mod blocks;
mod estimate;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use testkit_protocol::event::AttemptReason;

use crate::model::{BinaryIndex, Bond, TestIndex};
use blocks::{Block, BlockIndex, Blocks};
use estimate::Estimate;

/// Names a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LaneIndex(usize);

/// Where a worker gets its tests from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seat {
    lane: LaneIndex,
    block: BlockIndex,
}

impl Seat {
    /// The lane of which its block is one.
    pub(crate) fn lane(self) -> LaneIndex {
        self.lane
    }
}

/// Names what some tests keep from running beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConstraintIndex(usize);

/// What may not run beside a test.
#[derive(Debug, PartialEq, Eq)]
struct Constraint {
    /// Sorted; no two tests with a key in common run at the same time.
    keys: Vec<String>,
    /// Nothing else runs at the same time.
    exclusive: bool,
}

/// How the tests of a lane are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LaneKind {
    /// On a worker that serves requests; the text is the libtest name of its carrier.
    Served(Arc<str>),
    /// By libtest, many in one process, one at a time.
    Batched,
    /// One process for each test.
    Single,
    /// By libtest, all in one process, several at a time; the process takes up every place.
    Threads,
}

/// Something to do for one place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Task {
    pub(crate) binary: BinaryIndex,
    pub(crate) kind: TaskKind,
    /// In the order in which they will run; never empty.
    pub(crate) tests: Vec<TestIndex>,
    /// What the place holds until [`Scheduler::release`].
    pub(crate) hold: Option<ConstraintIndex>,
}

/// How a task is to be run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TaskKind {
    /// Hand the tests to a worker that sits here.
    Serve { seat: Seat, carrier: Arc<str> },
    /// One libtest process for the tests.
    Batch { lane: LaneIndex },
    /// One process for the one test.
    Single,
    /// One libtest process that runs the tests on threads of its own.
    Threads,
    /// One process for the one test, which has been attempted before.
    Alone { reason: AttemptReason },
}

struct Lane {
    binary: BinaryIndex,
    kind: LaneKind,
    /// Holds for all of its tests: one place at most works on a lane that has one.
    constraint: Option<ConstraintIndex>,
    blocks: Blocks,
    /// Places that work on the lane now.
    active: usize,
    estimate: Estimate,
}

/// What is left to run.
pub(crate) struct Scheduler {
    places: usize,
    lanes: Vec<Lane>,
    alone: VecDeque<(BinaryIndex, TestIndex, AttemptReason)>,
    constraints: Vec<Constraint>,
    /// Tests that have one.
    constraint_of: HashMap<TestIndex, ConstraintIndex>,
    /// The same.
    bond_of: HashMap<TestIndex, Arc<Bond>>,
    /// What the places hold now.
    held: Vec<ConstraintIndex>,
}

/// A batch's process takes about this long to start and end, measured as an order of magnitude: smaller batches than
/// this would cost more than they balance.
const PROCESS_COST: Duration = Duration::from_millis(5);
/// Tests that are expected to take less than this together may share a request.
const REQUEST_COST: Duration = Duration::from_micros(20);
/// The most tests in one request.
const REQUEST_LIMIT: usize = 4;
/// Whether a batch can be made to end after the test that is running.
const BATCHES_CAN_BE_STOPPED: bool = cfg!(target_os = "linux");
/// The largest batch; whoever runs it may give some of it back.
const BATCH_LIMIT: usize = 5000;
/// Tests of so long a queue are handed out mixed: neighbours take alike, so batches of every second test are more even
/// than halves. Beyond it libtest's search for names would take longer than that saves.
const MIXED_LIMIT: usize = 400;
/// How much work a served worker is handed at once; what it has not begun can be taken back.
const SERVED_AHEAD: Duration = Duration::from_millis(10);
/// The most tests a served worker is handed at once: so many requests fit into a socket unread.
const SERVED_LIMIT: usize = 200;
/// What a served worker is handed while nothing is known of its tests' durations.
const SERVED_FIRST: usize = 16;

impl Scheduler {
    /// A scheduler for so many places.
    pub(crate) fn new(places: usize) -> Self {
        Self {
            places: places.max(1),
            lanes: Vec::new(),
            alone: VecDeque::new(),
            constraints: Vec::new(),
            constraint_of: HashMap::new(),
            bond_of: HashMap::new(),
            held: Vec::new(),
        }
    }

    /// Says what may not run beside a test, before the test is added.
    pub(crate) fn constrain(&mut self, test: TestIndex, keys: &[String], exclusive: bool) {
        if keys.is_empty() && !exclusive {
            return;
        }
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        let constraint = Constraint { keys, exclusive };
        let known = self.constraints.iter().position(|known| *known == constraint);
        let index = known.unwrap_or_else(|| {
            self.constraints.push(constraint);
            self.constraints.len() - 1
        });
        self.constraint_of.insert(test, ConstraintIndex(index));
    }

    /// Says what a test shares with others of its binary, before the test is added.
    pub(crate) fn bind(&mut self, test: TestIndex, bond: Arc<Bond>) {
        self.bond_of.insert(test, bond);
    }

    /// A place no longer works on a task that held something.
    pub(crate) fn release(&mut self, hold: ConstraintIndex) {
        if let Some(position) = self.held.iter().position(|held| *held == hold) {
            self.held.swap_remove(position);
        }
    }

    /// Whether tests with this constraint may begin beside what is running.
    fn may_begin(&self, constraint: Option<ConstraintIndex>, idle: bool) -> bool {
        if self.held.iter().any(|held| self.constraints[held.0].exclusive) {
            return false;
        }
        let Some(ConstraintIndex(index)) = constraint else { return true };
        let wanted = &self.constraints[index];
        let is_free = |key| !self.held.iter().any(|held| self.constraints[held.0].keys.contains(key));
        (idle || !wanted.exclusive) && wanted.keys.iter().all(is_free)
    }

    /// Adds tests of a binary that are run in one way, after those already there.
    pub(crate) fn add(&mut self, binary: BinaryIndex, kind: &LaneKind, tests: impl IntoIterator<Item = TestIndex>) {
        // In one process on several threads, the library itself keeps tests apart, and no other process runs beside it.
        if self.constraint_of.is_empty() || *kind == LaneKind::Threads {
            self.add_to_lane(binary, kind, None, tests);
            return;
        }
        let mut free = Vec::new();
        for test in tests {
            match self.constraint_of.get(&test) {
                None => free.push(test),
                Some(&constraint) => self.add_to_lane(binary, kind, Some(constraint), [test]),
            }
        }
        self.add_to_lane(binary, kind, None, free);
    }

    fn add_to_lane(
        &mut self,
        binary: BinaryIndex,
        kind: &LaneKind,
        constraint: Option<ConstraintIndex>,
        tests: impl IntoIterator<Item = TestIndex>,
    ) {
        let is_meant = |lane: &Lane| lane.binary == binary && lane.kind == *kind && lane.constraint == constraint;
        let at = self.lanes.iter().position(is_meant).unwrap_or_else(|| {
            let (kind, blocks, estimate) = (kind.clone(), Blocks::default(), Estimate::default());
            self.lanes.push(Lane { binary, kind, constraint, blocks, active: 0, estimate });
            self.lanes.len() - 1
        });
        let lane = &mut self.lanes[at];
        match lane.kind {
            LaneKind::Served(_) => lane.blocks.add(tests, |test| self.bond_of.get(&test)),
            // Their processes run the tests in an order of their own, or just one.
            LaneKind::Batched | LaneKind::Single | LaneKind::Threads => lane.blocks.add(tests, |_| None),
        }
    }

    /// Asks for a test to be run alone in its process, before anything that is queued.
    pub(crate) fn add_alone(&mut self, binary: BinaryIndex, test: TestIndex, reason: AttemptReason) {
        self.alone.push_back((binary, test, reason));
    }

    /// Puts tests back that were handed out and not begun, ahead of the others.
    pub(crate) fn give_back(&mut self, lane: LaneIndex, tests: impl DoubleEndedIterator<Item = TestIndex>) {
        self.lanes[lane.0].blocks.give_back(tests);
    }

    /// Takes everything that is left in a lane, to be added in another way: its workers cannot be started.
    pub(crate) fn clear(&mut self, lane: LaneIndex) -> Vec<TestIndex> {
        self.lanes[lane.0].blocks.drain()
    }

    /// Notes how long a test of a lane took.
    pub(crate) fn observe(&mut self, lane: LaneIndex, duration: Duration) {
        self.lanes[lane.0].estimate.observe(duration);
    }

    /// How many tests of a lane to put into one request: a request is what can be taken back from a served worker, so it
    /// holds more than one only where tests are so short that requests would cost as much as they do.
    pub(crate) fn in_one_request(&self, lane: LaneIndex) -> usize {
        self.lanes[lane.0].estimate.tests_in(REQUEST_COST).unwrap_or(1).clamp(1, REQUEST_LIMIT)
    }

    /// How long so many tests of a lane are expected to take; no time if nothing is known.
    pub(crate) fn expected(&self, lane: LaneIndex, tests: usize) -> Duration {
        self.lanes[lane.0].estimate.time_of(tests).unwrap_or_default()
    }

    /// A place has begun to work on a lane.
    pub(crate) fn enter(&mut self, lane: LaneIndex) {
        self.lanes[lane.0].active += 1;
    }

    /// A place no longer works on a lane.
    pub(crate) fn leave(&mut self, lane: LaneIndex) {
        self.lanes[lane.0].active -= 1;
    }

    /// A worker has begun to work on a lane.
    pub(crate) fn sit_down(&mut self, seat: Seat) {
        self.enter(seat.lane);
        self.lanes[seat.lane.0].blocks.enter(seat.block);
    }

    /// A worker no longer works on its lane.
    pub(crate) fn stand_up(&mut self, seat: Seat) {
        self.leave(seat.lane);
        self.lanes[seat.lane.0].blocks.leave(seat.block);
    }

    /// Whether nothing is left to hand out.
    pub(crate) fn is_empty(&self) -> bool {
        self.alone.is_empty() && self.lanes.iter().all(|lane| lane.blocks.is_empty())
    }

    /// Takes everything that is left, to say of it that it was not run.
    pub(crate) fn drain(&mut self) -> Vec<TestIndex> {
        self.alone.clear();
        self.lanes.iter_mut().flat_map(|lane| lane.blocks.drain()).collect()
    }

    /// Takes the next thing to do for a place that has no process; `idle` is whether every place is free.
    pub(crate) fn next(&mut self, idle: bool) -> Option<Task> {
        let may_begin = |(_, test, _): &(_, TestIndex, _)| self.may_begin(self.constraint_of.get(test).copied(), idle);
        if let Some(position) = self.alone.iter().position(may_begin)
            && let Some((binary, test, reason)) = self.alone.remove(position)
        {
            let hold = self.constraint_of.get(&test).copied();
            self.held.extend(hold);
            return Some(Task { binary, kind: TaskKind::Alone { reason }, tests: vec![test], hold });
        }
        // The lane with the fewest places first, so that binaries run side by side; among those the oldest. What must run
        // while nothing else does comes last: every place has to become free for it.
        let is_exclusive = |lane: &Lane| lane.constraint.is_some_and(|held| self.constraints[held.0].exclusive);
        let lane = (0..self.lanes.len())
            .filter(|index| self.lanes[*index].blocks.next().is_some())
            .filter(|index| idle || self.lanes[*index].kind != LaneKind::Threads)
            .filter(|index| self.may_begin(self.lanes[*index].constraint, idle))
            .min_by_key(|index| (is_exclusive(&self.lanes[*index]), self.lanes[*index].active))?;
        let block = self.lanes[lane].blocks.next()?;
        let size = self.size(lane, block, 1);
        let index = LaneIndex(lane);
        let lane = &mut self.lanes[lane];
        let kind = match &lane.kind {
            LaneKind::Served(carrier) => {
                TaskKind::Serve { seat: Seat { lane: index, block }, carrier: Arc::clone(carrier) }
            }
            LaneKind::Batched => TaskKind::Batch { lane: index },
            LaneKind::Single => TaskKind::Single,
            LaneKind::Threads => TaskKind::Threads,
        };
        let is_mixed = lane.kind == LaneKind::Batched && lane.blocks.left() <= MIXED_LIMIT;
        let tests = if is_mixed { lane.blocks.take_evenly(block, size) } else { lane.blocks.take(block, size) };
        let hold = lane.constraint;
        self.held.extend(hold);
        Some(Task { binary: lane.binary, kind, tests, hold })
    }

    /// Takes more tests for a worker at `seat` that has `pending` left; none if that is enough for now. A worker whose
    /// block is used up moves on to another one.
    pub(crate) fn more(&mut self, seat: &mut Seat, pending: usize) -> Vec<TestIndex> {
        let blocks = &self.lanes[seat.lane.0].blocks;
        let stays = !blocks.block(seat.block).is_empty();
        let Some(block) = (if stays { Some(seat.block) } else { blocks.next() }) else { return Vec::new() };
        let size = self.size(seat.lane.0, block, usize::from(!stays));
        if pending > size / 2 || !self.alone.is_empty() && pending > 0 {
            return Vec::new();
        }
        let blocks = &mut self.lanes[seat.lane.0].blocks;
        blocks.leave(seat.block);
        blocks.enter(block);
        seat.block = block;
        blocks.take(block, size)
    }

    /// How many tests of a block to hand out at once; at least 1 if there are any. `newcomers` more than now are about to
    /// work on it.
    fn size(&self, index: usize, block: BlockIndex, newcomers: usize) -> usize {
        let lane = &self.lanes[index];
        let block = lane.blocks.block(block);
        let left = block.left();
        match lane.kind {
            LaneKind::Single => left.min(1),
            LaneKind::Threads => left,
            LaneKind::Served(_) => {
                let workers = if lane.constraint.is_some() { 1 } else { self.workers_of(block, newcomers) };
                let share = left.div_ceil(workers);
                let ahead = lane.estimate.tests_in(SERVED_AHEAD).map_or(SERVED_FIRST, |count| count.min(SERVED_LIMIT));
                share.min(ahead.max(1))
            }
            LaneKind::Batched if lane.constraint.is_some() => left.min(BATCH_LIMIT),
            LaneKind::Batched => {
                let is_free = |lane: &&Lane| lane.kind == LaneKind::Batched && lane.constraint.is_none();
                let batched = || self.lanes.iter().filter(is_free);
                let all_left: usize = batched().map(|lane| lane.blocks.left()).sum();
                let share = if BATCHES_CAN_BE_STOPPED {
                    // What a batch holds up is taken back from it, so everything may be handed out at once.
                    let free = self.places.saturating_sub(batched().map(|lane| lane.active).sum());
                    all_left.div_ceil(free.max(1))
                } else {
                    all_left.div_ceil(2 * self.places)
                };
                // Nothing known: as if a process were worth its start with one test.
                let worthwhile = lane.estimate.tests_in(PROCESS_COST).unwrap_or(1);
                left.min(share.max(worthwhile).min(BATCH_LIMIT))
            }
        }
    }

    /// Among how many workers a block is to be shared out.
    fn workers_of(&self, block: &Block, newcomers: usize) -> usize {
        if block.is_bound() { (block.active() + newcomers).max(1) } else { self.places }
    }
}

#[cfg(test)]
mod tests;
