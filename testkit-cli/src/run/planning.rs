//! From what is found to what is run: takes the tests as they come, picks the selected ones, and gives each its lane.

use std::collections::HashMap;

use testkit_protocol::event::{BinaryListed, EventKind, PlanClosed, PlanExtended, TestFinished};
use testkit_protocol::failure::{Failure, FailureKind};
use testkit_protocol::outcome::Verdict;

use super::attempts::errored;
use super::driver::{Driver, Stop};
use crate::args::Isolation;
use crate::discover::{self, Listed};
use crate::model::{BinaryIndex, Harness, Host, Test, TestIndex};
use crate::schedule::LaneKind;
use crate::select::{Fate, fate};
use crate::worker::WORKERS_EXIST;

impl Driver<'_> {
    pub(super) fn take_tests(&mut self, binary: BinaryIndex, tests: Vec<Test>, last: bool) {
        if !WORKERS_EXIST && tests.iter().any(|test| matches!(test.host, Host::Collected { .. })) {
            self.do_without_workers(binary);
        }
        for test in tests {
            // A harness may list a name twice; `--exact` runs both, and that is one test to us.
            if self.ids.insert(test.id.clone()) {
                *self.tests_of.entry(binary).or_default() += 1;
                let index = self.list.add_test(test);
                self.unplanned.push(index);
            }
        }
        if last {
            self.listed.insert(binary);
            let tests = self.tests_of.get(&binary).copied().unwrap_or(0);
            let found = self.list.binary(binary);
            let (id, path) = (found.id.clone(), found.path.to_string());
            self.emit(EventKind::BinaryListed(BinaryListed { binary: id, path, tests }));
        }
        self.plan();
    }

    pub(super) fn take_unlisted(&mut self, binary: BinaryIndex, reason: &str) {
        let test = Test::whole(self.list.binary(binary), binary);
        let index = self.list.add_test(test);
        self.selected += 1;
        self.selected_binaries.insert(binary);
        let failure = Failure::new(FailureKind::Runner, format!("the tests of this binary cannot be listed: {reason}"));
        self.verdict_without_process(index, errored(vec![failure]));
    }

    pub(super) fn close_list(&mut self) {
        self.list_closed = true;
        self.plan();
        if self.stop != Some(Stop::BuildFailed) && !self.selection_failed {
            self.emit(EventKind::PlanClosed(PlanClosed {
                binaries: self.selected_binaries.len() as u64,
                selected: self.selected as u64,
                deselected: self.deselected,
            }));
        }
    }

    /// Plans what can be planned: everything at once, unless selectors or `--no-early` ask for the whole list first.
    pub(super) fn plan(&mut self) {
        let wait = self.select.is_some() || !self.settings.early || self.settings.max_failures.is_some();
        let ready = if wait { self.list_closed } else { true };
        if !ready || self.stop.is_some() || self.selection_failed {
            return;
        }
        let mut tests = std::mem::take(&mut self.unplanned);
        if let Some(select) = self.select {
            let Some(selected) = select(&self.list) else {
                self.selection_failed = true;
                return;
            };
            let before = tests.len();
            tests.retain(|test| selected.contains(test));
            self.deselected += (before - tests.len()) as u64;
        }
        self.schedule(tests);
    }

    fn schedule(&mut self, tests: Vec<TestIndex>) {
        let mut lanes: Vec<(BinaryIndex, LaneKind, Vec<TestIndex>)> = Vec::new();
        let constraints = self.common_constraints(&tests);
        for index in tests {
            let test = self.list.test(index);
            let binary = test.binary;
            let skipped = match fate(test, self.settings.run_ignored) {
                Fate::LeaveOut => {
                    self.deselected += 1;
                    continue;
                }
                Fate::Skip { reason } => Some(reason.to_owned()),
                Fate::Run => None,
            };
            self.selected += 1;
            self.selected_binaries.insert(binary);
            if let Some(reason) = skipped {
                self.finish_unattempted(index, Verdict::Skipped, Some(reason));
                continue;
            }
            let test = self.list.test(index);
            let (marks, bond) = (test.marks.clone(), test.bond.clone());
            let xfail = marks.as_ref().and_then(|marks| marks.xfail.as_ref());
            if let Some(xfail) = xfail.filter(|xfail| xfail.not_run) {
                self.finish_unattempted(index, Verdict::XFailed, Some(xfail.reason.clone()));
                continue;
            }
            if let Host::Unknown { attempt, .. } = &test.host {
                let attempt = attempt.as_ref().clone();
                self.verdict_without_process(index, attempt);
                continue;
            }
            let kind = self.lane_kind(index);
            if let Some(together) = together(self.list.test(index)).filter(|_| !constraints.is_empty()) {
                if let Some((serial, exclusive)) = constraints.get(&(binary, together.to_owned())) {
                    self.scheduler.constrain(index, serial, *exclusive);
                }
            } else if let Some(marks) = marks {
                self.scheduler.constrain(index, &marks.serial, marks.exclusive);
            }
            if let Some(bond) = bond {
                self.scheduler.bind(index, bond);
            }
            match lanes.iter_mut().rev().find(|(of, lane, _)| (*of, lane) == (binary, &kind)) {
                Some((_, _, tests)) => tests.push(index),
                None => lanes.push((binary, kind, vec![index])),
            }
        }
        for (binary, kind, tests) in lanes {
            self.scheduler.add(binary, &kind, tests);
        }
    }

    /// What may not run beside tests that are run together: what may not run beside any of them, or they could not be.
    fn common_constraints(&self, tests: &[TestIndex]) -> HashMap<(BinaryIndex, String), (Vec<String>, bool)> {
        let mut constraints: HashMap<(BinaryIndex, String), (Vec<String>, bool)> = HashMap::new();
        for test in tests.iter().map(|index| self.list.test(*index)) {
            let Some((key, marks)) = together(test).zip(test.marks.as_deref()) else { continue };
            if !marks.serial.is_empty() || marks.exclusive {
                let (serial, exclusive) = constraints.entry((test.binary, key.to_owned())).or_default();
                serial.extend_from_slice(&marks.serial);
                *exclusive |= marks.exclusive;
            }
        }
        constraints
    }

    pub(super) fn lane_kind(&self, index: TestIndex) -> LaneKind {
        let test = self.list.test(index);
        let binary = self.list.binary(test.binary);
        match (&test.host, self.settings.isolation) {
            // Descriptors do not reach through a target runner: results come by exit status and text.
            _ if binary.launch.has_runner => LaneKind::Single,
            (Host::Whole, _) | (_, Isolation::Process) => LaneKind::Single,
            (Host::Named { .. }, _) if binary.harness == Harness::Custom => LaneKind::Single,
            _ if test.marks.as_ref().is_some_and(|marks| marks.isolate) => LaneKind::Single,
            // libtest does not know cases; without a worker there is one error for each.
            (Host::Case { .. }, _) if self.without_workers.contains_key(&test.binary) => LaneKind::Single,
            // It has its verdict before it gets a lane.
            (Host::Unknown { .. }, Isolation::Worker | Isolation::Threads) => LaneKind::Single,
            (Host::Collected { .. } | Host::Named { .. }, Isolation::Threads) => LaneKind::Threads,
            (Host::Named { .. }, Isolation::Worker) => LaneKind::Batched,
            (Host::Collected { .. }, Isolation::Worker) if self.without_workers.contains_key(&test.binary) => {
                LaneKind::Batched
            }
            (Host::Collected { carrier, .. }, Isolation::Worker)
            | (Host::Case { carrier, .. }, Isolation::Worker | Isolation::Threads) => LaneKind::Served(carrier.clone()),
        }
    }

    /// Whether so many tests are all that a binary has.
    pub(super) fn is_whole(&self, binary: BinaryIndex, tests: usize) -> bool {
        self.listed.contains(&binary) && self.tests_of.get(&binary) == Some(&(tests as u64))
    }

    /// Whether every test of a binary is known.
    pub(super) fn is_listed(&self, binary: BinaryIndex) -> bool {
        self.listed.contains(&binary)
    }

    /// A target with a `main` of its own answered with its tests: they take the place of the entry for the whole.
    pub(super) fn extend_plan(&mut self, binary: BinaryIndex, listed: Vec<Listed>) {
        let first = self.list.tests.len();
        for test in discover::listed_tests(self.list.binary(binary), binary, &listed) {
            if self.ids.insert(test.id.clone()) {
                self.list.add_test(test);
            }
        }
        self.asked.push((self.list.binary(binary).clone(), listed));
        let added: Vec<TestIndex> = (first..self.list.tests.len()).map(TestIndex).collect();
        self.selected -= 1;
        let (before, id) = (self.selected, self.list.binary(binary).id.clone());
        let path = self.list.binary(binary).path.to_string();
        self.emit(EventKind::BinaryListed(BinaryListed { binary: id, path, tests: added.len() as u64 }));
        self.schedule(added);
        if self.list_closed {
            let selected = self.selected as u64;
            self.emit(EventKind::PlanExtended(PlanExtended {
                added: selected.saturating_sub(before as u64),
                selected,
            }));
        }
    }

    /// Tells the verdict of a test that no attempt was made at.
    pub(super) fn finish_unattempted(&mut self, index: TestIndex, verdict: Verdict, reason: Option<String>) {
        let (skip_reason, xfail_reason) = match verdict {
            Verdict::XFailed => (None, reason),
            _ => (reason, None),
        };
        let test = self.list.test(index);
        let finished = TestFinished {
            test: test.id.clone(),
            verdict,
            attempts: 0,
            duration_ns: 0,
            location: test.location.clone(),
            skip_reason,
            xfail_reason,
            fails_only_after_others: false,
        };
        self.emit(EventKind::TestFinished(finished));
    }
}

/// What a test is to be run together with others for.
pub(super) fn together(test: &Test) -> Option<&str> {
    test.bond.as_ref()?.together.as_deref()
}
