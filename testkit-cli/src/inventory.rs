//! From a build to tests: takes the binaries as Cargo finishes them and finds the tests of each, on threads of its
//! own, so that the first tests are known while the last binary is being linked.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use camino::Utf8PathBuf;
use testkit_protocol::event::Notice;
use testkit_protocol::id::BinaryId;

use crate::build::{Build, BuildError, BuildKiller, BuildMessage, BuildRequest, Workspace};
use crate::discover::{self, Described, Expansions, ListingCache};
use crate::model::{Binary, BinaryIndex, Fixture, Harness, Test};
use crate::worker::{self, RunIdentity};

/// What to look for in binaries.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// Their tests. Those that stand for others are taken apart by workers, which get this identity; without one they
    /// stay as they are.
    Tests {
        /// What the workers are told of the run.
        cases: Option<RunIdentity>,
    },
    /// Their fixtures.
    Fixtures,
}

/// What is found, as it is found.
#[derive(Debug)]
pub(crate) enum Found {
    /// The workspace's folders; told before the first binary.
    Workspace(Workspace),
    /// A binary; they are numbered in the order in which they come.
    Binary(Box<Binary>),
    /// Some of its tests, in their order.
    Tests {
        /// Which binary.
        binary: BinaryIndex,
        /// The tests.
        tests: Vec<Test>,
        /// Whether these were the last ones.
        last: bool,
    },
    /// The fixtures that a binary describes.
    Fixtures(Vec<Fixture>),
    /// A binary does not say what tests it holds; the text says why.
    Unlisted {
        /// Which binary.
        binary: BinaryIndex,
        /// Why, as a fragment.
        reason: String,
    },
    /// Something to tell the user.
    Notice(Notice),
    /// Cargo is done.
    Built {
        /// Whether everything was built.
        success: bool,
        /// How long it took.
        duration: Duration,
    },
}

/// How long a binary may take to list its tests.
const LIST_LIMIT: Duration = Duration::from_secs(60);
/// How long a worker may take to say what the cases of one test are.
const CASES_LIMIT: Duration = Duration::from_secs(60);
/// How many binaries are looked into at once.
const THREADS: usize = 2;

/// Builds, and finds every test of what is built. Blocks until all is found; `tell` is called from several threads.
///
/// `building` gets the means to end each build that is started.
///
/// # Errors
/// If Cargo cannot be started, gives up before it builds, or what it says cannot be understood.
pub(crate) fn take(
    request: &BuildRequest,
    wanted: &Wanted,
    building: &(dyn Fn(BuildKiller) + Sync),
    tell: &(dyn Fn(Found) + Sync),
) -> Result<(), BuildError> {
    let known = Mutex::new(Known::default());
    let (success, mut duration) = take_build(request, wanted, building, tell, &known)?;
    let stale = std::mem::take(&mut known.lock().unwrap_or_else(PoisonError::into_inner).stale);
    let mut success = success;
    if success && !stale.is_empty() {
        // The sources were marked as changed; this build sees the new files.
        known.lock().unwrap_or_else(PoisonError::into_inner).again = Some(stale);
        let second = take_build(request, wanted, building, tell, &known)?;
        success = second.0;
        duration += second.1;
    }
    tell(Found::Built { success, duration });
    Ok(())
}

#[derive(Default)]
struct Known {
    /// How many binaries have been told.
    told: usize,
    /// Binaries whose folders hold other files than they were built from.
    stale: HashSet<BinaryId>,
    /// In a second build: the binaries that are looked into; the others are told already.
    again: Option<HashSet<BinaryId>>,
}

fn take_build(
    request: &BuildRequest,
    wanted: &Wanted,
    building: &(dyn Fn(BuildKiller) + Sync),
    tell: &(dyn Fn(Found) + Sync),
    known: &Mutex<Known>,
) -> Result<(bool, Duration), BuildError> {
    let mut build = Build::start(request.clone())?;
    building(build.killer());
    let (binaries, queue) = channel::<Binary>();
    let queue = Mutex::new(queue);
    let mut looker = None;
    std::thread::scope(|scope| {
        let mut result = None;
        let mut threads = Vec::new();
        while let Some(message) = build.next()? {
            match message {
                BuildMessage::Binary(binary) => {
                    if looker.is_none() {
                        let workspace = build.workspace()?;
                        tell(Found::Workspace(workspace.clone()));
                        looker = Some(std::sync::Arc::new(Looker {
                            cache: ListingCache::new(&workspace.cache_directory),
                            workspace_root: workspace.root,
                            wanted: wanted.clone(),
                        }));
                    }
                    if let Some(looker) = looker.as_ref().filter(|_| threads.len() < THREADS) {
                        let (looker, queue) = (std::sync::Arc::clone(looker), &queue);
                        threads.push(scope.spawn(move || looker.look(queue, known, tell)));
                    }
                    // The receiving end outlives the loop.
                    drop(binaries.send(*binary));
                }
                BuildMessage::Finished { success, duration } => result = Some((success, duration)),
            }
        }
        drop(binaries);
        for thread in threads {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
        Ok(result.unwrap_or_default())
    })
}

/// Looks into binaries.
struct Looker {
    cache: ListingCache,
    workspace_root: Utf8PathBuf,
    wanted: Wanted,
}

impl Looker {
    fn look(&self, queue: &Mutex<Receiver<Binary>>, known: &Mutex<Known>, tell: &(dyn Fn(Found) + Sync)) {
        loop {
            // The lock is held while waiting: one thread waits for the next binary, the other for the lock.
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(binary) = next else { return };
            self.look_into(&binary, known, tell);
        }
    }

    fn look_into(&self, binary: &Binary, known: &Mutex<Known>, tell: &(dyn Fn(Found) + Sync)) {
        let is_told = |known: &Known| known.again.as_ref().is_some_and(|again| !again.contains(&binary.id));
        if is_told(&known.lock().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let described = match binary.harness {
            Harness::Custom => Described::default(),
            Harness::Libtest => discover::described(&binary.path).unwrap_or_else(|error| {
                tell(Found::Notice(Notice {
                    message: format!("the tests of `{}` run as plain ones: {error}", binary.id),
                    hint: None,
                }));
                Described::default()
            }),
        };
        let index = {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.again.is_none() && self.is_stale(&described, tell) {
                known.stale.insert(binary.id.clone());
                return;
            }
            known.told += 1;
            tell(Found::Binary(Box::new(binary.clone())));
            BinaryIndex(known.told - 1)
        };
        let cases = match &self.wanted {
            Wanted::Tests { cases } => cases.as_ref(),
            Wanted::Fixtures => {
                tell(Found::Fixtures(described.fixtures));
                return;
            }
        };
        if binary.harness == Harness::Custom {
            let tests = discover::custom_tests(binary, index, &self.cache);
            tell(Found::Tests { binary: index, tests, last: true });
            return;
        }
        let collected =
            discover::collected_tests(binary, index, &described.tests, &expand(binary, cases, &described, tell));
        if !collected.is_empty() {
            tell(Found::Tests { binary: index, tests: collected, last: false });
        }
        match discover::plain(binary, &described.tests, &self.cache, LIST_LIMIT) {
            Ok(listed) => {
                let tests = discover::listed_tests(binary, index, &listed);
                tell(Found::Tests { binary: index, tests, last: true });
            }
            Err(error) => tell(Found::Unlisted { binary: index, reason: error.to_string() }),
        }
    }

    /// Whether a collected folder holds other files than were compiled, and Cargo has been made to see it.
    fn is_stale(&self, described: &Described, tell: &(dyn Fn(Found) + Sync)) -> bool {
        let mut stale = false;
        for folder in &described.folders {
            let made_stale = discover::folder_changes(folder).and_then(|changes| {
                if changes.is_empty() {
                    return Ok(false);
                }
                discover::make_stale(folder, &self.workspace_root).map(|()| true)
            });
            match made_stale {
                Ok(changed) => stale |= changed,
                // A test of the binary itself fails for every file that is left out.
                Err(error) => tell(Found::Notice(Notice { message: error.to_string(), hint: None })),
            }
        }
        stale
    }
}

/// Asks for the cases of tests that stand for others, where a worker can be had: descriptors do not reach through a target
/// runner.
fn expand(
    binary: &Binary,
    identity: Option<&RunIdentity>,
    described: &Described,
    tell: &(dyn Fn(Found) + Sync),
) -> Expansions {
    let Some(identity) = identity.filter(|_| worker::WORKERS_EXIST && !binary.launch.has_runner) else {
        return Expansions::new();
    };
    let expanded = discover::expand(binary, identity, &described.tests, CASES_LIMIT);
    if let Some(reason) = expanded.unserved {
        tell(Found::Notice(Notice {
            message: format!("no worker of `{}` can be asked for its tests' cases: {reason}", binary.id),
            hint: Some("each such test runs all its cases as one, through libtest".to_owned()),
        }));
    }
    expanded.expansions
}
