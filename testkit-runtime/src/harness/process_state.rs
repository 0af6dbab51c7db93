//! The state of the process that tests share: noted when the worker starts, put back before each test, and looked at
//! after it for what cannot be put back.
//!
//! Restored: working directory, environment variables, ignored signals and the signal mask, alarms, the mask of file modes,
//! descriptors 0 to 2. (The panic hook is the caller's.) Threads, child processes and signal handlers that a test leaves
//! behind can't be taken back: then the process is replaced; those of a wide fixture may stay, see `adopted`, as do the
//! directory and the variables that it has set, see `surroundings`. The whole of it must cost a few microseconds, since it
//! is paid for every test.

use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::adopted;
use super::dispositions::Dispositions;
use super::surroundings::Baseline;

/// What a descriptor refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileIdentity {
    device: libc::dev_t,
    inode: libc::ino_t,
    kind: libc::mode_t,
}

impl FileIdentity {
    /// What `descriptor` refers to; `None` if it is closed.
    pub(super) fn of(descriptor: RawFd) -> Option<Self> {
        status(descriptor).map(|status| Self::from(&status))
    }

    pub(super) fn is_socket(&self) -> bool {
        self.kind == libc::S_IFSOCK
    }
}

impl From<&libc::stat> for FileIdentity {
    fn from(status: &libc::stat) -> Self {
        Self { device: status.st_dev, inode: status.st_ino, kind: status.st_mode & libc::S_IFMT }
    }
}

fn status(descriptor: RawFd) -> Option<libc::stat> {
    let mut status = MaybeUninit::<libc::stat>::uninit();
    // SAFETY: the pointer is to room for a `stat`, which is read only if the call says that it filled it.
    unsafe { (libc::fstat(descriptor, status.as_mut_ptr()) == 0).then(|| status.assume_init()) }
}

/// A copy of the descriptor, closed in programs that tests start and out of the way of tests that count on low
/// numbers; negative if there is none to be had.
pub(super) fn high_copy(descriptor: RawFd) -> RawFd {
    // SAFETY: makes a new descriptor; no memory is involved.
    unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, COPIES_FROM) }
}

/// One of the descriptors 0 to 2, and a copy of it under a high number to put it back from.
#[derive(Clone, Copy, Debug)]
struct Standard {
    descriptor: RawFd,
    identity: Option<FileIdentity>,
    copy: RawFd,
}

/// Copies are made above this number.
const COPIES_FROM: RawFd = 200;

impl Standard {
    fn capture(descriptor: RawFd) -> Self {
        Self { descriptor, identity: FileIdentity::of(descriptor), copy: high_copy(descriptor) }
    }

    /// Looks at it, and puts it back if it is not what it was.
    fn settle(self) -> Stream {
        let now = status(self.descriptor);
        if now.as_ref().map(FileIdentity::from) == self.identity {
            return Stream { is_own: true, end: now.as_ref().map_or(0, size) };
        }
        let kept = status(self.copy).filter(|kept| Some(FileIdentity::from(kept)) == self.identity);
        // SAFETY: `copy` was just seen to be the file we opened; the standard descriptor is ours to set.
        let is_own = kept.is_some() && unsafe { libc::dup2(self.copy, self.descriptor) } >= 0;
        Stream { is_own, end: kept.as_ref().map_or(0, size) }
    }

    /// What was written to it since it had the size `from`, if it is captured in a file.
    fn written_since(self, from: u64) -> Option<Vec<u8>> {
        let is_it = |status: &libc::stat| Some(FileIdentity::from(status)) == self.identity;
        let end = status(self.copy).filter(is_it).filter(is_regular).map(|status| size(&status))?;
        // A file that somebody has sent all output of the command to is for writing alone.
        // SAFETY: asks for a number; no memory is involved.
        let flags = unsafe { libc::fcntl(self.copy, libc::F_GETFL) };
        if flags & libc::O_ACCMODE != libc::O_RDWR || flags & libc::O_APPEND == 0 {
            return None;
        }
        let mut bytes = vec![0_u8; usize::try_from(end.saturating_sub(from)).ok()?];
        let mut filled = 0;
        while let Some(room) = bytes.get_mut(filled..).filter(|room| !room.is_empty()) {
            let offset = libc::off_t::try_from(from + filled as u64).ok()?;
            // SAFETY: the pointer is to room for as many bytes as are asked for.
            match unsafe { libc::pread(self.copy, room.as_mut_ptr().cast(), room.len(), offset) } {
                // It was made shorter meanwhile, or cannot be read.
                ..=0 => break,
                count => filled += count.cast_unsigned(),
            }
        }
        bytes.truncate(filled);
        Some(bytes)
    }
}

/// What a test can ask of its own output: the streams, and their sizes when it began.
static OUTPUT: OnceLock<[Standard; 2]> = OnceLock::new();
static BEGINS: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// What the running test has written to standard output (`false`) or to standard error (`true`), if that is captured.
pub(super) fn written(to_stderr: bool) -> Option<Vec<u8>> {
    let stream = usize::from(to_stderr);
    OUTPUT.get()?[stream].written_since(BEGINS[stream].load(Ordering::Relaxed))
}

/// What became of a standard stream.
#[derive(Clone, Copy, Debug)]
struct Stream {
    /// Whether it is, or is again, what it was at the start.
    is_own: bool,
    /// Size of the file behind it, in bytes; 0 if it is no regular file or cannot be found any more.
    end: u64,
}

fn is_regular(status: &libc::stat) -> bool {
    status.st_mode & libc::S_IFMT == libc::S_IFREG
}

fn size(status: &libc::stat) -> u64 {
    if is_regular(status) { u64::try_from(status.st_size).unwrap_or(0) } else { 0 }
}

/// The process after a test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    /// Size of what was written to standard output, in bytes, if that is captured in a file.
    pub(super) stdout_end: u64,
    /// The same for standard error.
    pub(super) stderr_end: u64,
    /// What the test left behind that nobody can take back, as a fragment.
    pub(super) leftover: Option<&'static str>,
}

impl Settled {
    /// Notes where the output of the next test begins: where this one's ends.
    fn noted(self) -> Self {
        BEGINS[0].store(self.stdout_end, Ordering::Relaxed);
        BEGINS[1].store(self.stderr_end, Ordering::Relaxed);
        self
    }
}

/// How long a thread that is just ending may take to be gone.
const THREAD_GRACE: Duration = Duration::from_millis(3);

/// The state at the start.
#[derive(Debug)]
pub(super) struct ProcessState {
    baseline: Baseline,
    standard: [Standard; 3],
    dispositions: RefCell<Dispositions>,
    mask: libc::sigset_t,
    file_mode_mask: libc::mode_t,
    tasks: Option<Tasks>,
    /// Whether the last test can have changed anything of this.
    may_be_touched: Cell<bool>,
    /// The least that a system call has taken.
    cheapest_call: Cell<Duration>,
}

impl ProcessState {
    /// Notes the state as it is now.
    pub(super) fn capture() -> Self {
        let standard = [0, 1, 2].map(Standard::capture);
        OUTPUT.get_or_init(|| [standard[1], standard[2]]);
        Self {
            baseline: Baseline::capture(),
            standard,
            dispositions: RefCell::new(Dispositions::now()),
            mask: signal_mask(),
            file_mode_mask: file_mode_mask(),
            tasks: Tasks::open(),
            may_be_touched: Cell::new(false),
            cheapest_call: Cell::new(Duration::MAX),
        }
    }

    /// Puts back, before a test, what the one before it may have changed. The descriptors are [`Self::settle`]'s.
    ///
    /// # Errors
    /// What could not be put back, as a fragment; the process should not run another test then.
    pub(super) fn restore(&self) -> Result<(), &'static str> {
        let may_be_touched = self.may_be_touched.get();
        // Variables are changed without a system call.
        let is_new = self.baseline.restore(may_be_touched)?;
        if may_be_touched || is_new {
            self.restore_signals_and_modes();
        }
        Ok(())
    }

    /// The same after something else than a test.
    ///
    /// # Errors
    /// As [`Self::restore`].
    pub(super) fn restore_all(&self) -> Result<(), &'static str> {
        self.may_be_touched.set(true);
        self.restore()
    }

    /// Whether a test that ran for so long can have made a system call. Without one it changed nothing of the process
    /// but its memory, and most of the looking can be left out: that is more than half of what a small test costs.
    ///
    /// The bound is half of what the cheapest call has ever taken here, measured again and again, so that a processor
    /// that has become faster meanwhile is noticed.
    pub(super) fn can_have_called(&self, ran: Duration) -> bool {
        ran >= self.cheapest_call.get() / 2
    }

    fn measure_call(&self) {
        let started = Instant::now();
        // SAFETY: asks for a number, and cannot fail.
        unsafe { libc::getppid() };
        self.cheapest_call.set(self.cheapest_call.get().min(started.elapsed()));
    }

    /// Looks at the process after a test that made no system call: only what was in buffers may have been written.
    pub(super) fn settle_untouched(&self) -> Settled {
        self.may_be_touched.set(false);
        let end = |standard: Standard| status(standard.descriptor).as_ref().map_or(0, size);
        Settled { stdout_end: end(self.standard[1]), stderr_end: end(self.standard[2]), leftover: None }.noted()
    }

    /// Looks at the output after something that is no test: puts the streams back, and gives the sizes of standard output and
    /// standard error, where the output of the next test begins.
    pub(super) fn settle_output(&self) -> (u64, u64) {
        let [_, stdout, stderr] = self.standard.map(Standard::settle);
        let settled = Settled { stdout_end: stdout.end, stderr_end: stderr.end, leftover: None }.noted();
        (settled.stdout_end, settled.stderr_end)
    }

    /// Looks at the process after a test, and puts its standard streams back.
    pub(super) fn settle(&self) -> Settled {
        self.may_be_touched.set(true);
        self.measure_call();
        let [stdin, stdout, stderr] = self.standard.map(Standard::settle);
        let handlers = self.settle_dispositions();
        let leftover = if stdin.is_own && stdout.is_own && stderr.is_own {
            handlers.or_else(|| self.leftover())
        } else {
            Some("a standard stream was closed or replaced")
        };
        Settled { stdout_end: stdout.end, stderr_end: stderr.end, leftover }.noted()
    }

    fn restore_signals_and_modes(&self) {
        // SAFETY: the pointer is to a whole signal set; the old one is not asked for.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.mask, std::ptr::null_mut()) };
        let stopped = MaybeUninit::<libc::itimerval>::zeroed();
        // SAFETY: the pointer is to a timer of zeros, which stops it; the old one is not asked for. `alarm` is the same
        // timer. The mask of file modes is a plain number.
        unsafe {
            libc::setitimer(libc::ITIMER_REAL, stopped.as_ptr(), std::ptr::null_mut());
            libc::umask(self.file_mode_mask);
        }
    }

    /// Whoever installs a signal handler does so once a process, and counts on it from then on: to take it away would break
    /// the next test that needs it, and to leave it may break one that does not.
    fn settle_dispositions(&self) -> Option<&'static str> {
        let mut dispositions = self.dispositions.borrow_mut();
        dispositions.adopt(adopted::take_dispositions());
        (!dispositions.restore()).then_some("a signal handler was left behind")
    }

    fn leftover(&self) -> Option<&'static str> {
        if has_children() && !adopted::may_children_stay() {
            return Some("a child process was left behind");
        }
        let has_more_threads = |tasks: &Tasks| {
            let deadline = Instant::now() + THREAD_GRACE;
            while tasks.has_more() {
                if Instant::now() > deadline {
                    return true;
                }
                std::thread::sleep(Duration::from_micros(50));
            }
            false
        };
        if self.tasks.as_ref().is_some_and(has_more_threads) {
            return Some("a thread was left running");
        }
        None
    }
}

fn file_mode_mask() -> libc::mode_t {
    // SAFETY: numbers only. It can only be read by setting it; no other thread makes files now.
    unsafe {
        let mask = libc::umask(0o077);
        libc::umask(mask);
        mask
    }
}

fn signal_mask() -> libc::sigset_t {
    let mut mask = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: nothing is set; a signal set of zeros is an empty one, should the call fail.
    unsafe {
        libc::pthread_sigmask(libc::SIG_SETMASK, std::ptr::null(), mask.as_mut_ptr());
        mask.assume_init()
    }
}

/// Whether this process has children, such as have ended and were not waited for included.
pub(super) fn has_children() -> bool {
    let mut information = MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: the pointer is to room for the answer; `WNOWAIT` leaves any child as it is.
    let result = unsafe {
        libc::waitid(libc::P_ALL, 0, information.as_mut_ptr(), libc::WEXITED | libc::WNOHANG | libc::WNOWAIT)
    };
    result == 0
}

/// The threads of this process, counted by the links of its folder of tasks.
#[derive(Debug)]
struct Tasks {
    #[cfg(target_os = "linux")]
    folder: std::fs::File,
    #[cfg(target_os = "linux")]
    identity: FileIdentity,
    #[cfg(target_os = "linux")]
    at_start: Vec<u32>,
}

#[cfg(target_os = "linux")]
impl Tasks {
    /// `None` where there is no `/proc`.
    fn open() -> Option<Self> {
        use std::os::fd::AsRawFd as _;
        let folder = std::fs::File::open("/proc/self/task").ok()?;
        let identity = FileIdentity::of(folder.as_raw_fd())?;
        let listed = std::fs::read_dir("/proc/self/task").ok()?.flatten();
        let at_start = listed.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        let tasks = Self { folder, identity, at_start };
        // If the system counts otherwise, do not count at all.
        (tasks.count()? == tasks.at_start.len() as u64).then_some(tasks)
    }

    /// Whether there are threads that were not there at the start and may not stay.
    fn has_more(&self) -> bool {
        let Some(count) = self.count() else { return true };
        count > self.at_start.len() as u64 && !adopted::may_threads_stay(&self.at_start)
    }

    /// `None` if a test closed the folder.
    fn count(&self) -> Option<u64> {
        use std::os::fd::AsRawFd as _;
        let descriptor = self.folder.as_raw_fd();
        let status = status(descriptor).filter(|status| FileIdentity::from(status) == self.identity)?;
        // Two links are for the folder itself, and one for each task.
        #[expect(clippy::useless_conversion, reason = "the type differs between architectures")]
        u64::from(status.st_nlink).checked_sub(2)
    }
}

#[cfg(not(target_os = "linux"))]
impl Tasks {
    /// Threads are not counted here: one that a test leaves behind goes on beside the next tests.
    fn open() -> Option<Self> {
        None
    }

    #[expect(clippy::unused_self, reason = "called as where threads are counted")]
    fn has_more(&self) -> bool {
        false
    }
}
