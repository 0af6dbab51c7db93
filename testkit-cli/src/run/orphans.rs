//! Processes that tests start and that slip away from their group: on Linux they become our children and are ended
//! with the run.

#[cfg(target_os = "linux")]
use testkit_protocol::env;

/// Adopts orphans of the run until it is over.
#[derive(Debug)]
pub(super) struct Orphans {
    #[cfg(target_os = "linux")]
    of_the_run: Vec<u8>,
    #[cfg(target_os = "linux")]
    of_the_build: Vec<u8>,
}

#[cfg(target_os = "linux")]
impl Orphans {
    /// From now on processes whose parent has ended become ours. Cargo's helpers (a compiler cache's server, say) may
    /// be among them: they carry the mark of the build in their environment. What a test starts carries the run's
    /// identifier, or nothing at all if the test emptied its environment.
    pub(super) fn adopt(run_id: &str) -> Self {
        // Without it, a daemon that a test left behind stays, as under every other runner.
        let _ = rustix::process::set_child_subreaper(rustix::process::Pid::from_raw(1));
        Self {
            of_the_run: format!("{}={run_id}", env::RUN_ID).into_bytes(),
            of_the_build: format!("{}=1", env::BUILD).into_bytes(),
        }
    }

    /// Ends what is left of the run.
    pub(super) fn kill(&self) {
        // Each round may orphan the children of those that it ends.
        for _ in 0..ROUNDS {
            let orphans: Vec<_> = children().into_iter().filter(|child| self.is_of_the_run(*child)).collect();
            if orphans.is_empty() {
                return;
            }
            for orphan in orphans {
                let _ = rustix::process::kill_process(orphan, rustix::process::Signal::KILL);
                let _ = rustix::process::waitpid(Some(orphan), rustix::process::WaitOptions::empty());
            }
        }
    }

    fn is_of_the_run(&self, process: rustix::process::Pid) -> bool {
        // What cannot be read is another user's.
        let Ok(environment) = std::fs::read(format!("/proc/{}/environ", process.as_raw_nonzero())) else {
            return false;
        };
        let holds = |marker: &[u8]| environment.split(|byte| *byte == 0).any(|entry| entry == marker);
        holds(&self.of_the_run) || !holds(&self.of_the_build)
    }
}

/// How many generations of orphans are followed: a fork bomb is not outrun.
#[cfg(target_os = "linux")]
const ROUNDS: usize = 20;

/// The children of this process. Source: proc(5), `/proc/PID/task/TID/children`.
#[cfg(target_os = "linux")]
fn children() -> Vec<rustix::process::Pid> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    tasks
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|text| text.split_whitespace().filter_map(|number| number.parse().ok()).collect::<Vec<i32>>())
        .filter_map(rustix::process::Pid::from_raw)
        .collect()
}

#[cfg(not(target_os = "linux"))]
impl Orphans {
    pub(super) fn adopt(_run_id: &str) -> Self {
        Self {}
    }

    pub(super) fn kill(&self) {}
}
