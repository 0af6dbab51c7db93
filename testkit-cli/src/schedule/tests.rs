use super::*;

/// Begins a task of a worker.
#[track_caller]
fn sit_down(scheduler: &mut Scheduler, task: &Task) -> Seat {
    let TaskKind::Serve { seat, .. } = task.kind else { panic!("it is no worker's: {task:?}") };
    scheduler.sit_down(seat);
    seat
}

fn indices(range: std::ops::Range<usize>) -> impl Iterator<Item = TestIndex> {
    range.map(TestIndex)
}

#[test]
fn batches_share_what_is_there_among_the_free_places() {
    let mut scheduler = Scheduler::new(2);
    scheduler.add(BinaryIndex(0), &LaneKind::Batched, indices(0..63));
    let first = scheduler.next(true).unwrap().tests.len();
    scheduler.enter(LaneIndex(0));
    let second = scheduler.next(false).unwrap().tests.len();
    if BATCHES_CAN_BE_STOPPED {
        assert_eq!((first, second), (32, 31));
    } else {
        assert_eq!((first, second), (16, 12));
    }
    scheduler.add(BinaryIndex(1), &LaneKind::Batched, indices(100..20_000));
    assert_eq!(scheduler.next(false).unwrap().tests.len(), BATCH_LIMIT);
}

#[test]
fn fast_tests_are_not_split_into_tiny_batches() {
    let mut scheduler = Scheduler::new(2);
    scheduler.add(BinaryIndex(0), &LaneKind::Batched, indices(0..50));
    scheduler.observe(LaneIndex(0), Duration::from_micros(50));
    assert_eq!(scheduler.next(true).unwrap().tests.len(), 50);
}

#[test]
fn a_served_worker_gets_ten_milliseconds_of_work() {
    let mut scheduler = Scheduler::new(2);
    scheduler.add(BinaryIndex(0), &LaneKind::Served("carrier".into()), indices(0..5000));
    let first = scheduler.next(true).unwrap();
    assert_eq!(first.tests.len(), SERVED_FIRST);
    let mut seat = sit_down(&mut scheduler, &first);
    scheduler.observe(LaneIndex(0), Duration::from_millis(1));
    assert_eq!(scheduler.more(&mut seat, 0).len(), 10);
    assert_eq!(scheduler.more(&mut seat, 9).len(), 0, "enough is pending");
    for _ in 0..20 {
        scheduler.observe(LaneIndex(0), Duration::from_secs(10));
    }
    assert_eq!(scheduler.more(&mut seat, 0).len(), 1, "slow tests are handed out singly");
}

#[test]
fn lanes_without_places_come_first_and_reruns_before_all() {
    let mut scheduler = Scheduler::new(2);
    scheduler.add(BinaryIndex(0), &LaneKind::Served("a".into()), indices(0..100));
    scheduler.add(BinaryIndex(1), &LaneKind::Single, indices(100..102));
    let task = scheduler.next(true).unwrap();
    assert_eq!(task.binary, BinaryIndex(0));
    sit_down(&mut scheduler, &task);
    assert_eq!(scheduler.next(false).unwrap().tests, [TestIndex(100)]);
    scheduler.add_alone(BinaryIndex(0), TestIndex(3), AttemptReason::AloneAfterFailure);
    assert_eq!(scheduler.next(false).unwrap().tests, [TestIndex(3)]);
}

#[test]
fn threads_wait_for_every_place() {
    let mut scheduler = Scheduler::new(2);
    scheduler.add(BinaryIndex(0), &LaneKind::Threads, indices(0..10));
    assert_eq!(scheduler.next(false), None);
    assert_eq!(scheduler.next(true).unwrap().tests.len(), 10);
}

/// What the test with this number shares with others: some of each kind.
fn bond(kind: usize, number: usize) -> Option<Bond> {
    let key = |count: usize| Some(format!("{}", number % count));
    match kind {
        0 => None,
        1 => Some(Bond { together: key(3), near: None }),
        2 => Some(Bond { together: None, near: key(4) }),
        _ => Some(Bond { together: key(2), near: key(3) }),
    }
}

proptest::proptest! {
    /// Whatever is handed out, given back and cleared: every test comes out exactly once, and no two workers have tests
    /// of one block at the same time that are to run together.
    #[test]
    fn nothing_is_lost(
        lanes in proptest::collection::vec((0_usize..4, 0_usize..60, 0_usize..4), 1..5),
        steps in proptest::collection::vec((0_u8..6, 0_usize..20), 0..80),
        places in 1_usize..5,
    ) {
        let mut scheduler = Scheduler::new(places);
        let mut count = 0;
        let mut bonds: Vec<(usize, Option<Bond>)> = Vec::new();
        for (binary, (kind, tests, bound)) in lanes.iter().enumerate() {
            let kind = [LaneKind::Served("c".into()), LaneKind::Batched, LaneKind::Single, LaneKind::Threads][*kind].clone();
            for test in indices(count..count + tests) {
                let bond = bond(*bound, test.0);
                bonds.push((binary, bond.clone().filter(|_| matches!(kind, LaneKind::Served(_)))));
                if let Some(bond) = bond {
                    scheduler.bind(test, Arc::new(bond));
                }
            }
            scheduler.add(BinaryIndex(binary), &kind, indices(count..count + tests));
            count += tests;
        }
        let together = |test: &TestIndex| {
            let (binary, bond) = &bonds[test.0];
            Some((*binary, bond.as_ref()?.together.clone()?))
        };
        let mut seen = Vec::new();
        // Workers that sit, with what they have not run.
        let mut workers: Vec<(Seat, Vec<TestIndex>)> = Vec::new();
        for (step, number) in steps {
            let at = number % workers.len().max(1);
            match step {
                0 | 1 => if let Some(task) = scheduler.next(true) {
                    match task.kind {
                        TaskKind::Serve { seat, .. } => {
                            scheduler.sit_down(seat);
                            workers.push((seat, task.tests));
                        }
                        TaskKind::Batch { lane } => {
                            let keep = number.min(task.tests.len());
                            seen.extend_from_slice(&task.tests[..keep]);
                            scheduler.give_back(lane, task.tests[keep..].iter().copied());
                        }
                        TaskKind::Single | TaskKind::Threads | TaskKind::Alone { .. } => seen.extend(task.tests),
                    }
                },
                2 => if let Some((seat, pending)) = workers.get_mut(at) {
                    seen.append(pending);
                    pending.extend(scheduler.more(seat, 0));
                },
                3 => if let Some((seat, _)) = workers.get(at) {
                    scheduler.observe(seat.lane(), Duration::from_micros(number as u64));
                },
                4 => if !workers.is_empty() {
                    let (seat, pending) = workers.swap_remove(at);
                    scheduler.stand_up(seat);
                    scheduler.give_back(seat.lane(), pending.into_iter());
                },
                _ => if let Some((seat, _)) = workers.get(at) {
                    let left = scheduler.clear(seat.lane());
                    scheduler.add(BinaryIndex(99), &LaneKind::Single, left);
                },
            }
            for (one, (_, pending)) in workers.iter().enumerate() {
                for (_, others) in &workers[one + 1..] {
                    let shared = pending.iter().filter_map(together).find(|key| others.iter().filter_map(together).any(|other| other == *key));
                    proptest::prop_assert_eq!(shared, None, "two workers have tests that are to run together");
                }
            }
        }
        for (seat, pending) in workers {
            scheduler.stand_up(seat);
            seen.extend(pending);
        }
        while let Some(task) = scheduler.next(true) {
            proptest::prop_assert!(!task.tests.is_empty());
            seen.extend(task.tests);
        }
        proptest::prop_assert!(scheduler.is_empty());
        seen.sort_unstable();
        proptest::prop_assert_eq!(seen, indices(0..count).collect::<Vec<_>>());
    }
}

/// A scheduler of so many places with one served lane, whose tests have these bonds.
fn bound(places: usize, bonds: &[(Option<&str>, Option<&str>)]) -> Scheduler {
    let mut scheduler = Scheduler::new(places);
    for (at, (together, near)) in bonds.iter().enumerate() {
        let bond = Bond { together: together.map(str::to_owned), near: near.map(str::to_owned) };
        scheduler.bind(TestIndex(at), Arc::new(bond));
    }
    scheduler.add(BinaryIndex(0), &LaneKind::Served("c".into()), indices(0..bonds.len()));
    scheduler
}

fn numbers(tests: &[TestIndex]) -> Vec<usize> {
    tests.iter().map(|test| test.0).collect()
}

#[test]
fn one_worker_has_all_that_run_together() {
    let (a, b, free) = ((Some("a"), None), (Some("b"), None), (None, None));
    let mut scheduler = bound(3, &[a, b, a, free, a, b]);
    let first = scheduler.next(true).unwrap();
    assert_eq!(numbers(&first.tests), [0, 2, 4]);
    let mut worker = sit_down(&mut scheduler, &first);
    let second = scheduler.next(false).unwrap();
    assert_eq!(numbers(&second.tests), [1, 5]);
    sit_down(&mut scheduler, &second);
    // The first one ends in the midst of its block: whoever comes next takes up the rest.
    scheduler.stand_up(worker);
    scheduler.give_back(worker.lane(), [TestIndex(2), TestIndex(4)].into_iter());
    let third = scheduler.next(false).unwrap();
    assert_eq!(numbers(&third.tests), [2, 4]);
    worker = sit_down(&mut scheduler, &third);
    assert_eq!(numbers(&scheduler.more(&mut worker, 0)), [3], "then it goes on with something else");
    assert!(scheduler.more(&mut worker, 0).is_empty());
    assert!(scheduler.is_empty());
}

#[test]
fn nobody_else_takes_from_what_runs_together() {
    let mut scheduler = bound(2, &[(Some("a"), None); 40]);
    let first = scheduler.next(true).unwrap();
    assert_eq!(first.tests.len(), SERVED_FIRST);
    let mut worker = sit_down(&mut scheduler, &first);
    assert_eq!(scheduler.next(false), None);
    assert_eq!(scheduler.more(&mut worker, 0).len(), SERVED_FIRST);
}

#[test]
fn workers_stay_near_what_they_have_built() {
    let (pg, my) = ((None, Some("db=Pg")), (None, Some("db=My")));
    let mut scheduler = bound(2, &[pg, my, pg, my, pg, my]);
    let first = scheduler.next(true).unwrap();
    assert_eq!(numbers(&first.tests), [0, 2, 4]);
    sit_down(&mut scheduler, &first);
    let second = scheduler.next(false).unwrap();
    assert_eq!(numbers(&second.tests), [1, 3, 5]);
    // Whoever is idle helps, when there is nothing else.
    let mut scheduler = bound(2, &[pg; 40]);
    let first = scheduler.next(true).unwrap();
    sit_down(&mut scheduler, &first);
    assert_eq!(scheduler.next(false).unwrap().tests.len(), 12, "half of what is left");
    // One worker alone takes block after block.
    let mut scheduler = bound(1, &[pg, my, (None, None), my, pg]);
    let first = scheduler.next(true).unwrap();
    let mut worker = sit_down(&mut scheduler, &first);
    let mut order = numbers(&first.tests);
    order.extend(numbers(&scheduler.more(&mut worker, 0)));
    order.extend(numbers(&scheduler.more(&mut worker, 0)));
    assert_eq!(order, [0, 4, 1, 3, 2]);
}

#[test]
fn what_runs_together_is_ordered_by_what_is_near() {
    let test = |near| (Some("a"), near);
    let (pg, my) = (test(Some("Pg")), test(Some("My")));
    let mut scheduler = bound(1, &[pg, my, test(None), pg, my, test(None)]);
    assert_eq!(numbers(&scheduler.next(true).unwrap().tests), [0, 3, 1, 4, 2, 5]);
}

fn keys(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn tests_with_a_common_key_wait_for_each_other() {
    let mut scheduler = Scheduler::new(4);
    scheduler.constrain(TestIndex(0), &keys(&["a"]), false);
    scheduler.constrain(TestIndex(1), &keys(&["b", "a"]), false);
    scheduler.constrain(TestIndex(2), &keys(&["b"]), false);
    scheduler.add(BinaryIndex(0), &LaneKind::Single, indices(0..4));
    let task = |scheduler: &mut Scheduler| scheduler.next(false).map(|task| (task.tests[0].0, task.hold));
    let first = task(&mut scheduler).unwrap();
    assert_eq!(first.0, 0);
    assert_eq!(task(&mut scheduler).map(|(test, _)| test), Some(2), "1 shares a key with 0");
    assert_eq!(task(&mut scheduler).map(|(test, _)| test), Some(3));
    assert_eq!(task(&mut scheduler), None);
    scheduler.release(first.1.unwrap());
    assert_eq!(task(&mut scheduler), None, "1 shares a key with 2");
}

#[test]
fn exclusive_tests_come_when_every_place_is_free() {
    let mut scheduler = Scheduler::new(2);
    scheduler.constrain(TestIndex(0), &[], true);
    scheduler.add(BinaryIndex(0), &LaneKind::Served("c".into()), indices(0..3));
    let task = scheduler.next(true).unwrap();
    assert_eq!((task.tests[0], task.hold), (TestIndex(1), None), "the others come first");
    assert_eq!(scheduler.next(false).unwrap().tests, [TestIndex(2)]);
    assert_eq!(scheduler.next(false), None, "a place is busy");
    let exclusive = scheduler.next(true).unwrap();
    assert_eq!(exclusive.tests, [TestIndex(0)]);
    scheduler.add_alone(BinaryIndex(0), TestIndex(1), AttemptReason::Retry);
    assert_eq!(scheduler.next(false), None);
    scheduler.release(exclusive.hold.unwrap());
    assert_eq!(scheduler.next(true).unwrap().tests, [TestIndex(1)]);
}

proptest::proptest! {
    /// Places take and end tasks in any order: what must not meet never does, and everything is run in the end.
    #[test]
    fn constrained_tests_never_meet_and_all_run(
        tests in proptest::collection::vec((0_usize..4, 0_usize..3, proptest::collection::vec(0_u8..3, 0..3), 0_u8..8), 1..60),
        ends in proptest::collection::vec(0_usize..8, 0..200),
        places in 1_usize..5,
    ) {
        let mut scheduler = Scheduler::new(places);
        let constraint = |index: usize| {
            let (_, _, keys, exclusive) = &tests[index];
            (keys.iter().map(|key| format!("key {key}")).collect::<Vec<_>>(), *exclusive == 0)
        };
        for (index, (kind, binary, ..)) in tests.iter().enumerate() {
            let (keys, exclusive) = constraint(index);
            scheduler.constrain(TestIndex(index), &keys, exclusive);
            let kind = [LaneKind::Served("c".into()), LaneKind::Batched, LaneKind::Single, LaneKind::Single][*kind].clone();
            scheduler.add(BinaryIndex(*binary), &kind, [TestIndex(index)]);
        }
        let mut running: Vec<Task> = Vec::new();
        let mut seen = Vec::new();
        let mut again: std::collections::HashSet<TestIndex> = std::collections::HashSet::new();
        let mut ends = ends.into_iter();
        loop {
            while running.len() < places {
                let Some(task) = scheduler.next(running.is_empty()) else { break };
                for other in &running {
                    for (one, two) in task.tests.iter().flat_map(|one| other.tests.iter().map(move |two| (one, two))) {
                        let ((left, left_alone), (right, right_alone)) = (constraint(one.0), constraint(two.0));
                        proptest::prop_assert!(!left_alone && !right_alone, "an exclusive test runs beside another");
                        proptest::prop_assert!(!left.iter().any(|key| right.contains(key)), "{one:?} beside {two:?}");
                    }
                }
                running.push(task);
            }
            if running.is_empty() {
                break;
            }
            let end = ends.next().unwrap_or(0);
            let task = running.swap_remove(end % running.len());
            if let Some(hold) = task.hold {
                scheduler.release(hold);
            }
            match task.kind {
                TaskKind::Alone { .. } => {}
                // Some are tried again alone.
                _ if end > 4 && again.insert(task.tests[0]) => {
                    scheduler.add_alone(task.binary, task.tests[0], AttemptReason::Retry);
                    seen.extend(task.tests);
                }
                _ => seen.extend(task.tests),
            }
        }
        proptest::prop_assert!(scheduler.is_empty());
        seen.sort_unstable();
        proptest::prop_assert_eq!(seen, indices(0..tests.len()).collect::<Vec<_>>());
    }
}
