use super::*;

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
fn neighbours_go_to_different_batches() {
    #[track_caller]
    fn check(length: usize, count: usize, want: &[usize]) {
        let mut queue: VecDeque<TestIndex> = indices(0..length).collect();
        let taken = take_evenly(&mut queue, count);
        assert_eq!(taken, want.iter().copied().map(TestIndex).collect::<Vec<_>>());
        assert!(indices(0..length).filter(|index| !taken.contains(index)).eq(queue), "{length} {count}");
    }
    check(6, 3, &[0, 2, 4]);
    check(7, 4, &[0, 2, 4, 6]);
    check(9, 3, &[0, 3, 6]);
    check(5, 5, &[0, 1, 2, 3, 4]);
    check(5, 4, &[0, 2, 3, 4]);
    check(3, 1, &[0]);
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
    scheduler.observe(LaneIndex(0), Duration::from_millis(1));
    assert_eq!(scheduler.more(LaneIndex(0), 0).len(), 10);
    assert_eq!(scheduler.more(LaneIndex(0), 9).len(), 0, "enough is pending");
    for _ in 0..20 {
        scheduler.observe(LaneIndex(0), Duration::from_secs(10));
    }
    assert_eq!(scheduler.more(LaneIndex(0), 0).len(), 1, "slow tests are handed out singly");
}

#[test]
fn lanes_without_places_come_first_and_reruns_before_all() {
    let mut scheduler = Scheduler::new(2);
    scheduler.add(BinaryIndex(0), &LaneKind::Served("a".into()), indices(0..100));
    scheduler.add(BinaryIndex(1), &LaneKind::Single, indices(100..102));
    let task = scheduler.next(true).unwrap();
    assert_eq!(task.binary, BinaryIndex(0));
    scheduler.enter(LaneIndex(0));
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

proptest::proptest! {
    /// Whatever is handed out, given back and converted: every test comes out exactly once.
    #[test]
    fn nothing_is_lost(
        lanes in proptest::collection::vec((0_usize..4, 0_usize..60), 1..5),
        steps in proptest::collection::vec((0_u8..4, 0_usize..20), 0..60),
        places in 1_usize..5,
    ) {
        let mut scheduler = Scheduler::new(places);
        let mut count = 0;
        for (binary, (kind, tests)) in lanes.iter().enumerate() {
            let kind = [LaneKind::Served("c".into()), LaneKind::Batched, LaneKind::Single, LaneKind::Threads][*kind].clone();
            scheduler.add(BinaryIndex(binary), &kind, indices(count..count + tests));
            count += tests;
        }
        let mut seen = Vec::new();
        let mut served = None;
        for (step, number) in steps {
            match step {
                0 => if let Some(task) = scheduler.next(true) {
                    if let TaskKind::Serve { lane, .. } | TaskKind::Batch { lane } = task.kind {
                        served = Some(lane);
                        let keep = number.min(task.tests.len());
                        seen.extend_from_slice(&task.tests[..keep]);
                        scheduler.give_back(lane, task.tests[keep..].iter().copied());
                    } else {
                        seen.extend(task.tests);
                    }
                },
                1 => if let Some(lane) = served { seen.extend(scheduler.more(lane, number)); },
                2 => if let Some(lane) = served { scheduler.observe(lane, Duration::from_micros(number as u64)); },
                _ => if let Some(lane) = served { scheduler.convert(lane, &LaneKind::Single); },
            }
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
