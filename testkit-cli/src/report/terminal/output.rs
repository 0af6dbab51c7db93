//! Where the report goes: plain lines, or a live terminal with the progress below them.
//!
//! On a live terminal a thread of its own draws, some times a second: an event costs no more than the text it adds, and the
//! times of the tests that are running go on while no event comes.

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle, TermLike};

use super::Mode;
use super::progress::Progress;
use super::style::Style;

/// How long a plain report may say nothing before it says how far the run is, in microseconds.
const SILENCE_US: u64 = 30_000_000;

/// Time between two drawings.
const DRAW_EVERY: Duration = Duration::from_millis(100);

/// Columns of the bar, frame included.
const BAR_COLUMNS: u16 = 26;

/// Where the report goes.
pub(super) enum Output<W: Write + Send + 'static> {
    Plain(Plain<W>),
    Live(Live<W>),
}

impl<W: Write + Send + 'static> Output<W> {
    pub(super) fn new(out: W, mode: Mode, style: Style) -> Self {
        match mode {
            Mode::Plain => Self::Plain(Plain { out, progress: Progress::default(), last_said_us: 0 }),
            Mode::Live(columns) => Self::Live(Live::new(out, columns, style)),
        }
    }

    /// Changes what is known of the progress.
    pub(super) fn progress(&mut self, change: impl FnOnce(&mut Progress)) {
        match self {
            Self::Plain(plain) => change(&mut plain.progress),
            Self::Live(live) => change(&mut live.screen.state().progress),
        }
    }

    /// Ends the drawing on its own and draws once, as of `now_us`.
    #[cfg(test)]
    pub(super) fn draw_by_hand(&mut self, now_us: u64) {
        match self {
            Self::Plain(_) => {}
            Self::Live(live) => {
                if let Some(painter) = &mut live.painter {
                    painter.end();
                }
                live.screen.draw(now_us);
            }
        }
    }

    /// From now on the progress may be drawn.
    pub(super) fn start_drawing(&mut self) {
        match self {
            Self::Plain(_) => {}
            Self::Live(live) => live.start_drawing(),
        }
    }

    /// Puts out the text that an event led to, and empties it.
    pub(super) fn event_done(&mut self, at_us: u64, text: &mut String) -> io::Result<()> {
        match self {
            Self::Plain(plain) => plain.event_done(at_us, text),
            Self::Live(live) => live.event_done(text),
        }
    }

    /// Takes the progress away and writes what is left.
    pub(super) fn close(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(plain) => plain.out.flush(),
            Self::Live(live) => live.close(),
        }
    }
}

/// Plain lines.
pub(super) struct Plain<W> {
    out: W,
    progress: Progress,
    last_said_us: u64,
}

impl<W: Write> Plain<W> {
    fn event_done(&mut self, at_us: u64, text: &mut String) -> io::Result<()> {
        if text.is_empty() {
            if at_us.saturating_sub(self.last_said_us) < SILENCE_US {
                return Ok(());
            }
            let Some(line) = self.progress.line(at_us) else {
                return Ok(());
            };
            text.push_str(&line);
        }
        self.last_said_us = at_us;
        let written = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        text.clear();
        written
    }
}

/// A terminal with the progress in its last lines.
pub(super) struct Live<W: Write + Send + 'static> {
    screen: Arc<Screen<W>>,
    /// Set once the progress may be drawn.
    painter: Option<Painter>,
    began: Instant,
}

impl<W: Write + Send + 'static> Live<W> {
    fn new(out: W, columns: fn() -> u16, style: Style) -> Self {
        let canvas =
            Arc::new(Canvas { columns, written: Mutex::new(Written { out: BufWriter::new(out), error: None }) });
        // We say when to draw; the bar's own limit must never drop a drawing.
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(Shared(Arc::clone(&canvas))), u8::MAX);
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let inner = BAR_COLUMNS - 2;
        let beside = Arc::new(Mutex::new(String::new()));
        let shown = Arc::clone(&beside);
        let write_beside = move |_: &ProgressState, out: &mut dyn fmt::Write| {
            // Writing into the bar's own buffer cannot fail.
            let _ = out.write_str(&lock(&shown));
        };
        let template = format!("[{{bar:{inner}}}] {{beside}}");
        let style_of_bar = ProgressStyle::with_template(&template).expect("the template is ours");
        bar.set_style(style_of_bar.progress_chars("━╸ ").with_key("beside", write_beside));
        let state = Mutex::new(State { progress: Progress::default(), pending: String::new() });
        let screen = Screen { canvas, bar, beside, style, state };
        Self { screen: Arc::new(screen), painter: None, began: Instant::now() }
    }

    fn start_drawing(&mut self) {
        let (stop, stopped) = mpsc::channel::<()>();
        let screen = Arc::clone(&self.screen);
        let began = self.began;
        let draw = move || {
            while stopped.recv_timeout(DRAW_EVERY) == Err(RecvTimeoutError::Timeout) {
                let since_us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
                let now_us = screen.state().progress.now_us(since_us);
                screen.draw(now_us);
            }
        };
        // Without a thread the report still comes, with the progress left out.
        self.painter = thread::Builder::new()
            .name("progress".to_owned())
            .spawn(draw)
            .ok()
            .map(|thread| Painter { stop: Some(stop), thread: Some(thread) });
    }

    fn event_done(&mut self, text: &mut String) -> io::Result<()> {
        if !text.is_empty() {
            if self.painter.is_some() {
                self.screen.state().pending.push_str(text);
            } else {
                self.screen.canvas.written().write(text.as_bytes()).flush();
            }
            text.clear();
        }
        self.screen.canvas.written().error.take().map_or(Ok(()), Err)
    }

    fn close(&mut self) -> io::Result<()> {
        self.painter = None;
        self.screen.bar.finish_and_clear();
        let pending = std::mem::take(&mut self.screen.state().pending);
        let mut written = self.screen.canvas.written();
        written.write(pending.as_bytes()).flush();
        written.error.take().map_or(Ok(()), Err)
    }
}

impl<W: Write + Send + 'static> Drop for Live<W> {
    fn drop(&mut self) {
        self.painter = None;
        self.screen.bar.finish_and_clear();
    }
}

/// The thread that draws; dropping it ends it.
struct Painter {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Painter {
    fn drop(&mut self) {
        self.end();
    }
}

impl Painter {
    fn end(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed; there is nothing to add.
            let _ = thread.join();
        }
    }
}

/// What the terminal is to show, and the means to show it.
struct Screen<W: Write + Send + 'static> {
    canvas: Arc<Canvas<W>>,
    bar: ProgressBar,
    /// What stands beside and below the bar.
    beside: Arc<Mutex<String>>,
    style: Style,
    state: Mutex<State>,
}

/// What the terminal is to show.
struct State {
    progress: Progress,
    /// Lines to be printed above the progress.
    pending: String,
}

impl<W: Write + Send + 'static> Screen<W> {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Prints the lines that are due and draws the progress as it is at this time of the run.
    fn draw(&self, now_us: u64) {
        // The last column stays free: some terminals begin a new line when it is written.
        let below = usize::from((self.canvas.columns)()).saturating_sub(1);
        let beside = below.saturating_sub(usize::from(BAR_COLUMNS) + 1);
        let (pending, done, beside) = {
            let mut state = self.state();
            let beside = state.progress.beside_bar(now_us, beside, below, self.style);
            (std::mem::take(&mut state.pending), state.progress.done(), beside)
        };
        if !pending.is_empty() {
            self.bar.suspend(|| self.canvas.written().write(pending.as_bytes()).flush());
        }
        let Some((done, total)) = done else { return };
        *lock(&self.beside) = beside;
        // One call, since each draws.
        self.bar.update(|bar| {
            bar.set_len(total);
            bar.set_pos(done);
        });
    }
}

/// The writer as a terminal for the progress bar.
struct Canvas<W: Write> {
    columns: fn() -> u16,
    written: Mutex<Written<W>>,
}

/// The writer, and what went wrong with it first.
struct Written<W: Write> {
    out: BufWriter<W>,
    error: Option<io::Error>,
}

impl<W: Write> Canvas<W> {
    fn written(&self) -> MutexGuard<'_, Written<W>> {
        lock(&self.written)
    }
}

impl<W: Write> Written<W> {
    fn write(&mut self, bytes: &[u8]) -> &mut Self {
        let result = self.out.write_all(bytes);
        self.note(result);
        self
    }

    fn flush(&mut self) {
        let result = self.out.flush();
        self.note(result);
    }

    fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.error.get_or_insert(error);
        }
    }
}

/// Locks, also after a panic elsewhere: what is locked here is whole after every statement.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of the two that hold the canvas: the progress bar.
struct Shared<W: Write>(Arc<Canvas<W>>);

impl<W: Write> fmt::Debug for Shared<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shared")
    }
}

impl<W: Write> Shared<W> {
    fn put(&self, text: &str) {
        self.0.written().write(text.as_bytes());
    }
}

// Errors are kept in the canvas, where the reporter finds them; the progress bar would drop them.
impl<W: Write + Send> TermLike for Shared<W> {
    fn width(&self) -> u16 {
        (self.0.columns)()
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        if lines > 0 {
            self.put(&format!("\x1b[{lines}A"));
        }
        Ok(())
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        if lines > 0 {
            self.put(&format!("\x1b[{lines}B"));
        }
        Ok(())
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        if columns > 0 {
            self.put(&format!("\x1b[{columns}C"));
        }
        Ok(())
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        if columns > 0 {
            self.put(&format!("\x1b[{columns}D"));
        }
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.put(text);
        self.put("\n");
        Ok(())
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.put(text);
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.put("\r\x1b[2K");
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        self.0.written().flush();
        Ok(())
    }
}
