//! The `Debug` text of a value, bounded: whatever its author does there, the report is written.

use std::fmt::{self, Debug, Write};
use std::panic::{self, AssertUnwindSafe};

/// How a text ends that was longer than its bound.
pub(super) const CUT: &str = "<cut: its Debug text is too long>";

/// Most work that a pretty text may be: writes, each counted once and once more for every level of indentation before it,
/// since the standard library passes it on from level to level. Enough for a million texts, or a depth of some 200.
const MAX_PRETTY: usize = 12_000_000;

/// Most writes of a text on one line.
const MAX_PLAIN: usize = 6_000_000;

/// Room that is made for a text that has just begun, in bytes.
const LEAST_ROOM: usize = 256;

/// How often a `Debug` that goes on after an error is told so before it is ended.
const PATIENCE: u32 = 10_000;

/// The text of a value.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) text: String,
    /// Whether it is all that the value has to say: neither cut, nor ended by an error or a panic.
    pub(super) whole: bool,
}

impl Text {
    /// Whether the value has more to say.
    pub(super) fn is_cut(&self) -> bool {
        self.text.ends_with(CUT)
    }
}

/// Takes what is written up to a bound.
///
/// A large value is written in millions of small pieces, and nothing here is optimised where the author's tests are not. So
/// what is done for most pieces calls next to nothing; to push them onto a string would take most of the time of a report.
struct Bounded {
    /// What has been written; behind its end is room for what comes next.
    text: Vec<u8>,
    /// Where the next piece goes, behind the end of `text`.
    next: *mut u8,
    /// How much has been written there, in bytes, which the length of `text` does not count yet.
    pending: usize,
    /// How much more there is room for, in bytes; never more than the bound leaves.
    room: usize,
    limit: usize,
    /// How much work may still be done.
    work: usize,
    /// Levels of indentation that the line at hand began with.
    levels: usize,
    full: bool,
    refused: u32,
}

/// What ends a `Debug` that does not mind errors.
struct TooMuch;

impl Bounded {
    fn new(limit: usize, work: usize) -> Self {
        let next = std::ptr::dangling_mut();
        Self { text: Vec::new(), next, pending: 0, room: 0, limit, work, levels: 0, full: false, refused: 0 }
    }

    /// Appends a piece for which there is no room, or which is too much.
    fn write_slowly(&mut self, piece: &str, cost: usize) -> fmt::Result {
        if self.full {
            self.refused += 1;
            if self.refused > PATIENCE && cfg!(panic = "unwind") {
                // Not a panic: the hook has nothing to report.
                panic::resume_unwind(Box::new(TooMuch));
            }
            return Err(fmt::Error);
        }
        self.settle();
        let left = self.limit - self.text.len();
        let end = if piece.len() <= left && cost <= self.work {
            self.work -= cost;
            piece.len()
        } else {
            self.full = true;
            (0..=left.min(piece.len())).rev().find(|&end| piece.is_char_boundary(end)).unwrap_or(0)
        };
        self.text.extend_from_slice(&piece.as_bytes()[..end]);
        if self.full {
            return Err(fmt::Error);
        }
        self.text.reserve(self.text.len().max(LEAST_ROOM));
        self.room = (self.text.capacity() - self.text.len()).min(self.limit - self.text.len());
        self.next = self.text.spare_capacity_mut().as_mut_ptr().cast();
        Ok(())
    }

    /// Counts what has been written behind the end of `text`, where there is no room any more.
    fn settle(&mut self) {
        let length = self.text.len() + self.pending;
        // SAFETY: so many bytes behind the end, within the capacity, are those of the pieces that were copied there.
        unsafe { self.text.set_len(length) };
        (self.pending, self.room) = (0, 0);
    }

    fn into_text(mut self) -> String {
        self.settle();
        String::from_utf8(self.text).expect("only whole characters are written")
    }
}

impl Write for Bounded {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        match piece.as_bytes() {
            [b' ', b' ', b' ', b' '] => self.levels += 1,
            [.., b'\n'] => self.levels = 0,
            _ => {}
        }
        let (length, cost) = (piece.len(), 1 + self.levels);
        if length > self.room || cost > self.work {
            return self.write_slowly(piece, cost);
        }
        // SAFETY: there is room for so many bytes, in the capacity of a vector to which nobody else has a reference.
        unsafe { copy(piece.as_ptr(), self.next, length) };
        self.next = self.next.wrapping_add(length);
        self.pending += length;
        self.room -= length;
        self.work -= cost;
        Ok(())
    }
}

/// Copies bytes to a place that does not overlap with them.
///
/// # Safety
/// `from` is valid for reads of `length` bytes, `to` for writes.
unsafe fn copy(from: *const u8, to: *mut u8, length: usize) {
    // The standard library's function is the same, but checks what it is told where debug assertions are on.
    #[cfg(unix)]
    // SAFETY: as the caller says.
    unsafe {
        libc::memcpy(to.cast(), from.cast(), length);
    }
    #[cfg(not(unix))]
    // SAFETY: as the caller says.
    unsafe {
        to.copy_from_nonoverlapping(from, length);
    }
}

/// How the text of a value ended.
enum End {
    /// With all that the value has to say.
    Whole,
    /// At the limit.
    Cut,
    /// With an error of its `Debug`.
    Error,
    /// With a panic in its `Debug`.
    Panic,
}

/// What `write` writes, up to `limit` bytes.
fn bounded(limit: usize, work: usize, write: impl FnOnce(&mut Bounded) -> fmt::Result) -> (String, End) {
    let mut writer = Bounded::new(limit, work);
    // The writer is only looked at afterwards for what it has taken, which is whole at any time.
    let result = panic::catch_unwind(AssertUnwindSafe(|| write(&mut writer)));
    let end = match result {
        Ok(Ok(())) if !writer.full => End::Whole,
        _ if writer.full => End::Cut,
        Ok(_) => End::Error,
        Err(_) => End::Panic,
    };
    (writer.into_text(), end)
}

/// The text of a value, of `limit` bytes at most; a panic in its `Debug`, or an error, becomes part of the text.
///
/// The text is the pretty one, but for values that are so large or so deep that it would take too long: they have theirs on
/// one line.
pub(super) fn text(value: &dyn Debug, limit: usize) -> Text {
    let (mut text, mut end) = bounded(limit, MAX_PRETTY, |writer| write!(writer, "{value:#?}"));
    if matches!(end, End::Cut) && text.len() < limit {
        (text, end) = bounded(limit, MAX_PLAIN, |writer| write!(writer, "{value:?}"));
    }
    text.push_str(match end {
        End::Whole => return Text { text, whole: true },
        End::Cut => CUT,
        End::Error => ERROR,
        End::Panic => PANIC,
    });
    Text { text, whole: false }
}

const ERROR: &str = "<its Debug returned an error>";
const PANIC: &str = "<its Debug panicked>";

/// The text of a value on one line, as `{:?}` gives it, of `limit` bytes at most and then a `…`; whatever else would end or
/// break the line is told in it.
pub(crate) fn line(value: &dyn Debug, limit: usize) -> String {
    let (text, end) = bounded(limit, MAX_PLAIN, |writer| write!(writer, "{value:?}"));
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // Where the standard library's types write something, it is escaped already; others begin a new line.
            '\n' | '\r' | '\t' => line.push(' '),
            _ if character.is_control() => line.extend(character.escape_default()),
            _ => line.push(character),
        }
    }
    line.push_str(match end {
        End::Whole => "",
        End::Cut => "…",
        End::Error => ERROR,
        End::Panic => PANIC,
    });
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Endless;

    impl Debug for Endless {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                formatter.write_str("more ")?;
            }
        }
    }

    struct Heedless;

    impl Debug for Heedless {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            loop {
                let _ = formatter.write_str("more ");
            }
        }
    }

    struct Failing;

    impl Debug for Failing {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("half ")?;
            Err(fmt::Error)
        }
    }

    struct Panicking;

    impl Debug for Panicking {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("half ")?;
            panic!("in the middle");
        }
    }

    #[test]
    fn what_is_too_large_or_too_deep_stands_on_one_line() {
        struct Nested(u32);
        impl Debug for Nested {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0 {
                    0 => formatter.write_str("end"),
                    depth => formatter.debug_list().entry(&Nested(depth - 1)).finish(),
                }
            }
        }
        #[track_caller]
        fn check(value: &dyn Debug, start: &str, want_whole: bool) {
            let Text { text, whole } = text(value, 64 << 20);
            assert!(text.starts_with(start), "{}", text.chars().take(80).collect::<String>());
            assert_eq!(whole, want_whole);
        }
        check(&Nested(100), "[\n    [\n", true);
        check(&Nested(600), "[[[", true);
        check(&vec![1_u8; 1_000_000], "[\n    1,\n", true);
        check(&vec![1_u8; 2_900_000], "[1, 1, ", true);
        check(&vec![1_u8; 5_000_000], "[1, 1, ", false);
    }

    #[test]
    fn whatever_debug_does_gives_a_text() {
        #[track_caller]
        fn check(value: &dyn Debug, limit: usize, want: &str, want_whole: bool) {
            let text = text(value, limit);
            assert_eq!((text.text.as_str(), text.whole), (want, want_whole));
        }
        check(&"ab", 4, "\"ab\"", true);
        check(&"äöü", 4, "\"ä<cut: its Debug text is too long>", false);
        check(&Endless, 7, "more mo<cut: its Debug text is too long>", false);
        check(&Heedless, 7, "more mo<cut: its Debug text is too long>", false);
        check(&Failing, 100, "half <its Debug returned an error>", false);
        check(&Panicking, 100, "half <its Debug panicked>", false);
    }

    #[test]
    fn the_text_on_one_line_stays_there() {
        #[track_caller]
        fn check(value: &dyn Debug, limit: usize, want: &str) {
            assert_eq!(line(value, limit), want);
        }
        check(&["a\nb"], 100, r#"["a\nb"]"#);
        check(&format_args!("two\nlines\u{1b}[1m"), 100, "two lines\\u{1b}[1m");
        check(&"äöü", 4, "\"ä…");
        check(&Heedless, 7, "more mo…");
        check(&Failing, 100, "half <its Debug returned an error>");
        check(&Panicking, 100, "half <its Debug panicked>");
    }
}
