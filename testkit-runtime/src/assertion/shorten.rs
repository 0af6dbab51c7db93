//! Long values, shortened so that they still read as values.

use testkit_protocol::text::{more_than, shortened_by};

use super::bounded::CUT;

/// Longest text of a value in a report, in bytes.
const MAX_SHOWN: usize = 4_000;

/// Most lines of it, written out, and most elements of a list: those share lines.
const MAX_LINES: usize = 40;
const MAX_ELEMENTS: usize = 200;

/// Of a value that is too long: how many lines or elements are shown of its beginning and of its end, and how many bytes.
const HEAD: (usize, usize) = (24, 2_000);
const TAIL: (usize, usize) = (8, 500);

/// The `{:#?}` text of a value with its middle left out, and what is said of that; `None` if it is short enough.
///
/// What is left is the text of a value of its kind, so that the report lays it out as it does others.
pub(super) fn shortened(text: &str) -> Option<Shortened> {
    let breaks = Breaks::of(text);
    let most = match breaks {
        Breaks::Elements => MAX_ELEMENTS,
        Breaks::Lines | Breaks::Escapes => MAX_LINES,
    };
    if text.len() <= MAX_SHOWN && breaks.all(text).nth(most).is_none() {
        return None;
    }
    let boundary = |at: usize| (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let before = &text[..boundary(HEAD.1.min(text.len()))];
    let head = breaks.all(before).take(HEAD.0 + 1).last().unwrap_or(before.len());
    let after_start = boundary(text.len().saturating_sub(TAIL.1)).max(head);
    if let Some(whole) = text.strip_suffix(CUT) {
        return Some(Shortened { value: breaks.open_ended(&text[..head]), bytes: whole.len(), cut: true });
    }
    let after: Vec<_> = breaks.all(&text[after_start..]).map(|at| after_start + at).collect();
    let tail = after.iter().rev().nth(TAIL.0).or(after.first()).copied().unwrap_or(after_start);
    let middle = match breaks {
        Breaks::Elements => format!("    … {} more …,\n", breaks.count(&text[head..tail])),
        Breaks::Lines => format!("    … {} lines …\n", breaks.count(&text[head..tail])),
        Breaks::Escapes if breaks.all(before).next().is_some() => {
            format!("… {} lines …\\n", breaks.count(&text[head..tail]))
        }
        Breaks::Escapes => " … ".to_owned(),
    };
    Some(Shortened { value: format!("{}{middle}{}", &text[..head], &text[tail..]), bytes: text.len(), cut: false })
}

/// A value with its middle left out.
#[derive(Debug)]
pub(super) struct Shortened {
    value: String,
    /// Length of the text.
    bytes: usize,
    /// Whether the value has more to say than its text.
    cut: bool,
}

impl Shortened {
    /// The value with a line that says so, and where the rest is.
    pub(super) fn with_note(self, rest: &str) -> String {
        let Self { value, bytes, cut } = self;
        let length = if cut { more_than(bytes) } else { format!("{bytes} bytes in all") };
        format!("{value}\n{}", shortened_by(&format!("{length}{rest}")))
    }
}

/// Where a text may be cut.
#[derive(Clone, Copy, Debug)]
enum Breaks {
    /// Behind the elements of a list of plain values.
    Elements,
    /// Behind its lines.
    Lines,
    /// Behind the line breaks in a string literal.
    Escapes,
}

impl Breaks {
    fn of(text: &str) -> Self {
        if !text.contains('\n') {
            return Self::Escapes;
        }
        let is_element = |line: &str| line.starts_with("    ") && line.ends_with(',') && !line.starts_with("     ");
        let mut lines = text.lines();
        let opens = lines.next().is_some_and(|line| matches!(line, "[" | "{"));
        // The first ones tell of the others.
        let elements = lines.take(MAX_ELEMENTS).filter(|line| !matches!(*line, "]" | "}")).all(is_element);
        if opens && elements { Self::Elements } else { Self::Lines }
    }

    /// A beginning of a value whose end is not known.
    fn open_ended(self, head: &str) -> String {
        match self {
            Self::Elements => format!("{head}    … and more,\n{}", if head.starts_with('[') { "]" } else { "}" }),
            Self::Lines => format!("{head}    … and more lines"),
            Self::Escapes if head.starts_with('"') => format!("{head} … and more\""),
            Self::Escapes => format!("{head} … and more"),
        }
    }

    /// Where each break ends, in bytes.
    fn all(self, text: &str) -> impl Iterator<Item = usize> {
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                // Plain searches for one character are fast also where nothing is optimised.
                let mark = if matches!(self, Self::Escapes) { '\\' } else { '\n' };
                at += text[at..].find(mark)? + 1;
                if !matches!(self, Self::Escapes) {
                    return Some(at);
                }
                let is_line_break = text[at..].starts_with('n');
                at += text[at..].chars().next().map_or(0, char::len_utf8);
                if is_line_break {
                    return Some(at);
                }
            }
        })
    }

    /// How many breaks there are.
    fn count(self, text: &str) -> usize {
        match self {
            Self::Elements | Self::Lines => text.matches('\n').count(),
            Self::Escapes => self.all(text).count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &dyn std::fmt::Debug) -> Option<String> {
        shortened(&format!("{value:#?}")).map(|short| short.with_note(""))
    }

    #[test]
    fn what_is_short_stays() {
        assert_eq!(shown(&"a\nb"), None);
        assert_eq!(shown(&vec![0_u8; 190]), None);
        assert_eq!(shown(&"line\n".repeat(40)), None);
        assert_eq!(shown(&"x".repeat(3_998)), None);
    }

    #[test]
    fn a_value_that_was_cut_has_no_end() {
        #[track_caller]
        fn check(value: &dyn std::fmt::Debug, end: &str) {
            let text: String = format!("{value:#?}").chars().take(8_000).collect();
            let text = shortened(&(text + CUT)).expect("it is long").with_note("");
            assert!(text.ends_with(&format!("{end}\n(shortened: more than 8000 bytes)")), "{text}");
        }
        check(&(1..5_000).collect::<Vec<u32>>(), "    24,\n    … and more,\n]");
        check(&vec![Some("x"); 1_000], "    … and more lines");
        check(&"line\n".repeat(3_000), "\\nline\\n … and more\"");
        check(&format_args!("{:?}", vec![7; 5_000]), "7, 7, 7 … and more");
    }

    #[test]
    fn the_middle_is_left_out() {
        #[track_caller]
        fn check(value: &dyn std::fmt::Debug, start: &str, middle: &str, end: &str) {
            let text = shown(value).expect("it is long");
            assert!(text.starts_with(start) && text.contains(middle) && text.ends_with(end), "{text}");
            assert!(text.len() < 3_000, "{text}");
        }
        let list: Vec<u32> = (0..1_000_000).collect();
        check(
            &list,
            "[\n    0,\n    1,\n",
            ",\n    … 999968 more …,\n",
            "    999999,\n]\n(shortened: 11888893 bytes in all)",
        );
        check(
            &"some line\n".repeat(100),
            "\"some line\\n",
            "\\n… 67 lines …\\nsome",
            "line\\n\"\n(shortened: 1102 bytes in all)",
        );
        check(&"é".repeat(5_000), "\"éé", "é … é", "é\"\n(shortened: 10002 bytes in all)");
        check(&"\\n".repeat(5_000), "\"\\\\n", " … ", "n\"\n(shortened: 15002 bytes in all)");
        check(&vec![Some(1); 50], "[\n    Some(\n", "    … ", "]\n(shortened: 1403 bytes in all)");
    }
}
