//! Signals that ask the command to stop.

/// Calls `take` with the number of each signal that asks the command to stop, on a thread of its own.
///
/// # Errors
/// If the system refuses the handlers or the thread.
#[cfg(unix)]
pub(crate) fn listen(take: impl Fn(i32) + Send + 'static) -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            take(signal);
        }
    })?;
    Ok(())
}

/// There are no such signals here: Ctrl-C ends the command as it ends any program.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(crate) fn listen(_take: impl Fn(i32) + Send + 'static) -> std::io::Result<()> {
    Ok(())
}
