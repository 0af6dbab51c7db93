//! What the process does about signals: noted, compared, put back.

use std::mem::MaybeUninit;

/// The signals whose disposition is kept: those that programs handle or ignore. Each costs a system call for each test.
/// Source: signal(7).
const SIGNALS: [i32; 22] = [
    libc::SIGHUP,
    libc::SIGINT,
    libc::SIGQUIT,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGUSR1,
    libc::SIGSEGV,
    libc::SIGUSR2,
    libc::SIGPIPE,
    libc::SIGALRM,
    libc::SIGTERM,
    libc::SIGCHLD,
    libc::SIGCONT,
    libc::SIGTSTP,
    libc::SIGTTIN,
    libc::SIGTTOU,
    libc::SIGPROF,
    libc::SIGWINCH,
    libc::SIGSYS,
];

/// What the process does about each signal.
#[derive(Debug)]
pub(super) struct Dispositions(Vec<Disposition>);

impl Dispositions {
    /// As they are now.
    pub(super) fn now() -> Self {
        Self(SIGNALS.into_iter().filter_map(Disposition::of).collect())
    }

    /// Those of now that are not as they are here.
    pub(super) fn changed(&self) -> Vec<Disposition> {
        let changed = self.0.iter().filter(|kept| RawDisposition::of(kept.signal) != kept.raw);
        changed.filter_map(|kept| Disposition::of(kept.signal)).collect()
    }

    /// Takes over what has become of some signals.
    pub(super) fn adopt(&mut self, changed: Vec<Disposition>) {
        for new in changed {
            if let Some(kept) = self.0.iter_mut().find(|kept| kept.signal == new.signal) {
                *kept = new;
            }
        }
    }

    /// Puts back what has changed, but for handlers; whether there was nothing else.
    pub(super) fn restore(&self) -> bool {
        let mut is_as_before = true;
        for kept in &self.0 {
            if RawDisposition::of(kept.signal) == kept.raw {
                continue;
            }
            if Disposition::of(kept.signal).is_some_and(|now| now.is_handler()) {
                is_as_before = false;
                continue;
            }
            // SAFETY: `action` came from the same call in this process; its handler, if any, is still there.
            unsafe { libc::sigaction(kept.signal, &raw const kept.action, std::ptr::null_mut()) };
        }
        is_as_before
    }
}

/// What the process does about a signal.
pub(super) struct Disposition {
    signal: i32,
    /// To put it back with.
    action: libc::sigaction,
    /// To compare it by.
    raw: RawDisposition,
}

impl std::fmt::Debug for Disposition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Disposition").field("signal", &self.signal).finish_non_exhaustive()
    }
}

impl Disposition {
    /// `None` for a signal that the system does not know.
    fn of(signal: i32) -> Option<Self> {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: nothing is set; the pointer is to room for the answer, which is read only if the call filled it.
        let action = unsafe {
            if libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) != 0 {
                return None;
            }
            action.assume_init()
        };
        Some(Self { signal, action, raw: RawDisposition::of(signal) })
    }

    /// Whether a function is called; the signal is neither ignored nor has its usual effect.
    fn is_handler(&self) -> bool {
        ![libc::SIG_DFL, libc::SIG_IGN].contains(&self.action.sa_sigaction)
    }
}

/// A disposition as the kernel gives it: only good for comparing. It is looked at some thirty times for each test, and
/// the C library would copy and convert it each time.
#[derive(Clone, Copy, PartialEq, Eq)]
struct RawDisposition([u64; 8]);

impl RawDisposition {
    #[cfg(target_os = "linux")]
    fn of(signal: i32) -> Self {
        /// Size of the kernel's signal set, in bytes, which the call has to name.
        const SIGNAL_SET: usize = 8;
        let mut words = [0_u64; 8];
        let nothing = std::ptr::null::<u64>();
        // SAFETY: nothing is set; the kernel's structure has four words at most, so the room is more than enough.
        unsafe { libc::syscall(libc::SYS_rt_sigaction, signal, nothing, words.as_mut_ptr(), SIGNAL_SET) };
        Self(words)
    }

    #[cfg(not(target_os = "linux"))]
    fn of(signal: i32) -> Self {
        let mut action = MaybeUninit::<libc::sigaction>::uninit();
        // SAFETY: nothing is set; the pointer is to room for the answer, which is read only if the call filled it.
        let action = unsafe {
            (libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) == 0).then(|| action.assume_init())
        };
        let words = action.map(|action| [action.sa_sigaction as u64, u64::from(action.sa_flags.cast_unsigned())]);
        let mut all = [0; 8];
        all[..2].copy_from_slice(&words.unwrap_or_default());
        Self(all)
    }
}
