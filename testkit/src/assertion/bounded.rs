//! The `Debug` text of a value, bounded: whatever its author does there, the report is written.

use std::fmt::{self, Debug, Write};
use std::panic::{self, AssertUnwindSafe};

/// How a text ends that was longer than its bound.
pub(super) const CUT: &str = "<cut: its Debug text is too long>";

/// How often a `Debug` that goes on after an error is told so before it is ended.
const PATIENCE: u32 = 10_000;

/// The text of a value.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) text: String,
    /// Whether it is all that the value has to say: neither cut, nor ended by an error or a panic.
    pub(super) whole: bool,
}

/// Takes what is written up to a bound.
struct Bounded {
    text: String,
    limit: usize,
    full: bool,
    refused: u32,
}

/// What ends a `Debug` that does not mind errors.
struct TooMuch;

impl Write for Bounded {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if self.full {
            self.refused += 1;
            if self.refused > PATIENCE && cfg!(panic = "unwind") {
                // Not a panic: the hook has nothing to report.
                panic::resume_unwind(Box::new(TooMuch));
            }
            return Err(fmt::Error);
        }
        let room = self.limit - self.text.len();
        if piece.len() <= room {
            self.text.push_str(piece);
            return Ok(());
        }
        let end = (0..=room).rev().find(|&end| piece.is_char_boundary(end)).unwrap_or(0);
        self.text.push_str(&piece[..end]);
        self.full = true;
        Err(fmt::Error)
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
fn bounded(limit: usize, write: impl FnOnce(&mut Bounded) -> fmt::Result) -> (String, End) {
    let mut writer = Bounded { text: String::new(), limit, full: false, refused: 0 };
    // The writer is only looked at afterwards for what it has taken, which is whole at any time.
    let result = panic::catch_unwind(AssertUnwindSafe(|| write(&mut writer)));
    let end = match result {
        Ok(Ok(())) if !writer.full => End::Whole,
        _ if writer.full => End::Cut,
        Ok(_) => End::Error,
        Err(_) => End::Panic,
    };
    (writer.text, end)
}

/// The pretty text of a value, of `limit` bytes at most; a panic in its `Debug`, or an error, becomes part of the text.
pub(super) fn text(value: &dyn Debug, limit: usize) -> Text {
    let (mut text, end) = bounded(limit, |writer| write!(writer, "{value:#?}"));
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
    let (text, end) = bounded(limit, |writer| write!(writer, "{value:?}"));
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
