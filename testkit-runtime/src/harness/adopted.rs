//! Threads, child processes and signal handlers that may outlive a test, because they are a wider fixture's.
//!
//! What else is new at the end of a test was left behind by it, see `process_state`. While no wide fixture stands, nothing
//! here costs more than a look at a flag.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[cfg(unix)]
use super::dispositions::{Disposition, Dispositions};

/// The number of a thread or of a process.
type Id = u32;

/// What runs in this process, and its children.
#[derive(Clone, Debug, Default)]
struct Snapshot {
    threads: Vec<Id>,
    /// `None` if they cannot be told apart here.
    children: Option<Vec<Id>>,
}

/// The process before the set-up of a wide fixture.
#[derive(Debug)]
pub(crate) struct BeforeSetUp {
    snapshot: Snapshot,
    #[cfg(unix)]
    dispositions: Option<Dispositions>,
}

/// What has been adopted.
#[derive(Debug)]
struct Family {
    threads: Vec<Id>,
    children: Vec<Id>,
    /// Fixtures that stand and have started threads of their own: such threads may start more at any time, as a server
    /// does for each connection.
    hosts: usize,
    /// Fixtures that stand and seem to have started child processes, where these cannot be told apart.
    parents: usize,
    /// What is done about signals since then; until `process_state` has taken it over.
    #[cfg(unix)]
    dispositions: Vec<Disposition>,
}

static FAMILY: Mutex<Family> = Mutex::new(Family::NONE);
/// Whether there is anything in [`FAMILY`]: asked after each test.
static HAS_ADOPTED: AtomicBool = AtomicBool::new(false);

fn family() -> MutexGuard<'static, Family> {
    // Nothing panics with the lock in hand.
    FAMILY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a fixture has started, for as long as it stands. Drop it once the fixture is torn down.
#[derive(Debug, Default)]
pub(crate) struct Adopted {
    is_host: bool,
    is_parent: bool,
}

/// The process as it is now, to be handed to [`adopt_since`] after the set-up of a wide fixture.
pub(crate) fn before_set_up() -> BeforeSetUp {
    // Only a worker looks at what a test leaves behind.
    let is_worker = super::is_worker();
    BeforeSetUp {
        snapshot: if is_worker { now() } else { Snapshot::default() },
        #[cfg(unix)]
        dispositions: is_worker.then(Dispositions::now),
    }
}

fn now() -> Snapshot {
    Snapshot { threads: list::threads(), children: list::children() }
}

/// Allows the threads, child processes and signal handlers to stay that there are now and were not `before`, whatever becomes
/// of the fixture. If it started threads, others may come and stay while it stands.
pub(crate) fn adopt_since(before: &BeforeSetUp) -> Adopted {
    if !super::is_worker() {
        return Adopted::default();
    }
    let now = now();
    let mut family = family();
    let (is_host, is_parent) = family.adopt(&before.snapshot, &now, has_children(), list::is_of_a_pool);
    #[cfg(unix)]
    family.dispositions.extend(before.dispositions.iter().flat_map(Dispositions::changed));
    if !family.is_empty() {
        HAS_ADOPTED.store(true, Ordering::Relaxed);
    }
    Adopted { is_host, is_parent }
}

impl Drop for Adopted {
    fn drop(&mut self) {
        if self.is_host || self.is_parent {
            family().release(self.is_host, self.is_parent, list::threads);
        }
    }
}

/// Whether every thread of this process may be there; `at_start` are those that every test finds.
#[cfg(target_os = "linux")]
pub(super) fn may_threads_stay(at_start: &[Id]) -> bool {
    let may_be_some = HAS_ADOPTED.load(Ordering::Relaxed) || !list::POOLS.is_empty();
    may_be_some && family().may_threads_stay(list::threads(), at_start, list::is_of_a_pool)
}

/// What is done about signals since a wide fixture was set up.
#[cfg(unix)]
pub(super) fn take_dispositions() -> Vec<Disposition> {
    if HAS_ADOPTED.load(Ordering::Relaxed) { std::mem::take(&mut family().dispositions) } else { Vec::new() }
}

/// Whether every child process may be there.
#[cfg(unix)]
pub(super) fn may_children_stay() -> bool {
    HAS_ADOPTED.load(Ordering::Relaxed) && family().may_children_stay(list::children())
}

#[cfg(unix)]
fn has_children() -> bool {
    super::process_state::has_children()
}

#[cfg(not(unix))]
fn has_children() -> bool {
    false
}

impl Family {
    const NONE: Self = Self {
        threads: Vec::new(),
        children: Vec::new(),
        hosts: 0,
        parents: 0,
        #[cfg(unix)]
        dispositions: Vec::new(),
    };

    fn is_empty(&self) -> bool {
        #[cfg(unix)]
        let has_dispositions = !self.dispositions.is_empty();
        #[cfg(not(unix))]
        let has_dispositions = false;
        self.threads.is_empty() && self.children.is_empty() && self.parents == 0 && !has_dispositions
    }

    /// Whether the fixture that was set up in between has threads of its own, and children that cannot be told apart.
    fn adopt(
        &mut self,
        before: &Snapshot,
        now: &Snapshot,
        has_children: bool,
        is_of_a_pool: impl Fn(Id) -> bool,
    ) -> (bool, bool) {
        // What a fixture has started that was set up for this one is adopted already, and not this one's.
        let is_new = |known: &[Id], before: &[Id], id: Id| !before.contains(&id) && !known.contains(&id);
        let threads: Vec<Id> =
            now.threads.iter().copied().filter(|&id| is_new(&self.threads, &before.threads, id)).collect();
        // A pool serves everybody: that it was needed for the first time says nothing of this fixture.
        let is_host = threads.iter().any(|&id| !is_of_a_pool(id));
        self.threads.extend(threads);
        self.hosts += usize::from(is_host);
        let is_parent = match (&now.children, &before.children) {
            (Some(now), Some(before)) => {
                let children: Vec<Id> = now.iter().copied().filter(|&id| is_new(&self.children, before, id)).collect();
                self.children.extend(children);
                false
            }
            (Some(_), None) | (None, _) => has_children,
        };
        self.parents += usize::from(is_parent);
        (is_host, is_parent)
    }

    /// A fixture is torn down. What it leaves running, and what came while it stood, cannot be told apart from here on.
    fn release(&mut self, is_host: bool, is_parent: bool, threads_now: impl FnOnce() -> Vec<Id>) {
        self.hosts -= usize::from(is_host);
        self.parents -= usize::from(is_parent);
        if is_host && self.hosts == 0 {
            self.threads = threads_now();
        }
    }

    #[cfg(target_os = "linux")]
    fn may_threads_stay(&mut self, now: Vec<Id>, at_start: &[Id], is_of_a_pool: impl Fn(Id) -> bool) -> bool {
        // Numbers are given again: one whose thread is gone means nothing any more.
        self.threads.retain(|id| now.contains(id));
        if self.hosts > 0 {
            return true;
        }
        for id in now {
            if at_start.contains(&id) || self.threads.contains(&id) {
                continue;
            }
            if !is_of_a_pool(id) {
                return false;
            }
            self.threads.push(id);
        }
        true
    }

    #[cfg(unix)]
    fn may_children_stay(&mut self, now: Option<Vec<Id>>) -> bool {
        let Some(now) = now else { return self.parents > 0 };
        self.children.retain(|id| now.contains(id));
        now.iter().all(|id| self.children.contains(id))
    }
}

/// What the system tells of this process. Source: proc(5).
#[cfg(target_os = "linux")]
mod list {
    use std::fs;

    use super::Id;

    pub(super) use crate::executor::POOLS;

    const TASKS: &str = "/proc/self/task";

    /// The threads of this process.
    pub(super) fn threads() -> Vec<Id> {
        let entries = fs::read_dir(TASKS).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
    }

    /// Its children, those of all threads; `None` if the system has no such lists.
    pub(super) fn children() -> Option<Vec<Id>> {
        let mut children = Vec::new();
        let mut is_known = false;
        for thread in threads() {
            // A thread that has ended meanwhile has handed its children to another.
            let Ok(text) = fs::read_to_string(format!("{TASKS}/{thread}/children")) else { continue };
            is_known = true;
            children.extend(text.split_ascii_whitespace().filter_map(|id| id.parse::<Id>().ok()));
        }
        is_known.then_some(children)
    }

    /// Whether the thread belongs to a pool that the whole process shares, by its name.
    pub(super) fn is_of_a_pool(thread: Id) -> bool {
        if POOLS.is_empty() {
            return false;
        }
        let name = fs::read_to_string(format!("{TASKS}/{thread}/comm")).unwrap_or_default();
        POOLS.iter().any(|pool| name.starts_with(pool))
    }
}

/// Threads are not counted here, and children not told apart.
#[cfg(not(target_os = "linux"))]
mod list {
    use super::Id;

    pub(super) fn threads() -> Vec<Id> {
        Vec::new()
    }

    pub(super) fn children() -> Option<Vec<Id>> {
        None
    }

    pub(super) fn is_of_a_pool(_: Id) -> bool {
        false
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const AT_START: [Id; 2] = [1, 2];

    fn snapshot(threads: &[Id], children: Option<&[Id]>) -> Snapshot {
        Snapshot { threads: threads.to_vec(), children: children.map(<[Id]>::to_vec) }
    }

    /// Threads from 100 on are those of a pool.
    fn is_of_a_pool(id: Id) -> bool {
        id >= 100
    }

    #[test]
    fn threads_of_a_fixture_stay_and_may_start_others_while_it_stands() {
        let mut family = Family::NONE;
        let check = |family: &mut Family, now: &[Id], want: bool| {
            assert_eq!(family.may_threads_stay(now.to_vec(), &AT_START, is_of_a_pool), want, "{now:?} in {family:?}");
        };
        check(&mut family, &[1, 2], true);
        check(&mut family, &[1, 2, 3], false);
        let before = snapshot(&[1, 2], Some(&[]));
        let adopted = family.adopt(&before, &snapshot(&[1, 2, 3], Some(&[])), false, is_of_a_pool);
        assert_eq!(adopted, (true, false));
        check(&mut family, &[1, 2, 3], true);
        check(&mut family, &[1, 2, 3, 4], true);
        family.release(true, false, || vec![1, 2, 3, 4]);
        check(&mut family, &[1, 2, 3, 4], true);
        check(&mut family, &[1, 2, 4, 5], false);
        // The number 3 was given again.
        check(&mut family, &[1, 2, 3], false);
    }

    #[test]
    fn a_fixture_without_threads_of_its_own_allows_no_others() {
        let mut family = Family::NONE;
        let empty = snapshot(&[1, 2], Some(&[]));
        assert_eq!(family.adopt(&empty, &empty, false, is_of_a_pool), (false, false));
        assert_eq!(family.adopt(&empty, &snapshot(&[1, 2, 100], Some(&[])), false, is_of_a_pool), (false, false));
        assert!(family.may_threads_stay(vec![1, 2, 100, 101], &AT_START, is_of_a_pool));
        assert!(!family.may_threads_stay(vec![1, 2, 100, 3], &AT_START, is_of_a_pool));
    }

    #[test]
    fn what_was_started_for_an_inner_fixture_is_not_the_outer_ones() {
        let mut family = Family::NONE;
        let (outer, inner) = (snapshot(&[1, 2], Some(&[])), snapshot(&[1, 2], Some(&[])));
        let now = snapshot(&[1, 2, 3], Some(&[7]));
        assert_eq!(family.adopt(&inner, &now, true, is_of_a_pool), (true, false));
        assert_eq!(family.adopt(&outer, &now, true, is_of_a_pool), (false, false));
        assert_eq!((family.threads, family.children, family.hosts), (vec![3], vec![7], 1));
    }

    #[test]
    fn child_processes_of_a_fixture_stay_and_no_others() {
        let mut family = Family::NONE;
        family.adopt(&snapshot(&[1], Some(&[7])), &snapshot(&[1], Some(&[7, 8])), true, is_of_a_pool);
        assert!(family.may_children_stay(Some(vec![8])));
        assert!(!family.may_children_stay(Some(vec![7, 8])));
        assert!(!family.may_children_stay(Some(vec![9])));
        // The number 8 was given again.
        assert!(!family.may_children_stay(Some(vec![8])));
    }

    #[test]
    fn children_that_cannot_be_told_apart_stay_while_the_fixture_stands() {
        let mut family = Family::NONE;
        let unknown = snapshot(&[1], None);
        assert_eq!(family.adopt(&unknown, &unknown, false, is_of_a_pool), (false, false));
        assert!(!family.may_children_stay(None));
        assert_eq!(family.adopt(&unknown, &unknown, true, is_of_a_pool), (false, true));
        assert!(family.may_children_stay(None));
        family.release(false, true, Vec::new);
        assert!(!family.may_children_stay(None));
    }

    #[test]
    fn nothing_is_adopted_outside_of_a_worker() {
        let before = before_set_up();
        let other = std::thread::spawn(std::thread::park);
        let adopted = adopt_since(&before);
        assert!(!adopted.is_host && !adopted.is_parent && !HAS_ADOPTED.load(Ordering::Relaxed));
        other.thread().unpark();
        other.join().unwrap();
    }

    #[test]
    fn the_system_lists_threads_and_children() {
        let is_listed = || {
            // SAFETY: asks for a number, and cannot fail.
            let own = unsafe { libc::gettid() };
            list::threads().contains(&own.cast_unsigned())
        };
        assert!(is_listed());
        assert!(std::thread::spawn(is_listed).join().unwrap());
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let known = list::children();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(known.is_none_or(|known| known.contains(&child.id())));
    }
}
