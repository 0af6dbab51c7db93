//! What a test wrote to one of its streams, as it is shown: under a caption, harmless, and not without end.

use testkit_protocol::event::{Captured, Section};

use super::block::{INDENT, push_line};
use super::style::{Look, Style};
use crate::words;

/// What every line that a test wrote begins with.
const OUTPUT_INDENT: &str = "    ";

/// How many lines at the beginning are shown, where not all are.
const FIRST_LINES: usize = 60;

/// How many lines at the end are shown, where not all are.
const LAST_LINES: usize = 140;

/// Longest line that is shown, in bytes.
const LINE: usize = 4000;

/// Appends a text that helps to understand a failure, in the same manner.
pub(super) fn push_section(out: &mut String, style: Style, section: &Section, whole: bool) {
    let Section { title, text } = section;
    let captured = Captured { bytes: text.len() as u64, head: text.clone(), ..Captured::default() };
    push(out, style, &Style::foreign_line(&words::one_line(title)), &captured, whole);
}

/// Appends what a test wrote, nothing if it wrote nothing. Unless `whole`, the middle of a long text is left out, and the
/// ends of long lines.
pub(super) fn push(out: &mut String, style: Style, stream: &str, captured: &Captured, whole: bool) {
    if captured.head.is_empty() && captured.omitted == 0 {
        return;
    }
    let size = if captured.omitted > 0 {
        format!("{}, shortened", words::count(captured.bytes, "byte", "bytes"))
    } else {
        words::count(captured.head.lines().count() as u64, "line", "lines")
    };
    let doubt = if captured.approximate { "; may hold output of neighbouring tests" } else { "" };
    let caption = format!("--- {stream} ({size}{doubt}) ---");
    push_line(out, &format!("{INDENT}{}", style.paint(Look::Faint, &caption)));

    let (first, last, left_out) = if captured.omitted > 0 {
        let (first, last) = if whole {
            (captured.head.as_str(), captured.tail.as_str())
        } else {
            (first_lines(&captured.head, FIRST_LINES), last_lines(&captured.tail, LAST_LINES))
        };
        let unseen = (captured.head.len() - first.len() + captured.tail.len() - last.len()) as u64;
        (first, last, Some(format!("… {} omitted …", words::count(captured.omitted + unseen, "byte", "bytes"))))
    } else {
        let lines = captured.head.lines().count();
        if whole || lines <= FIRST_LINES + LAST_LINES {
            (captured.head.as_str(), "", None)
        } else {
            let unseen = words::count((lines - FIRST_LINES - LAST_LINES) as u64, "line", "lines");
            let mark = format!("… {unseen} not shown; `-v` shows all …");
            (first_lines(&captured.head, FIRST_LINES), last_lines(&captured.head, LAST_LINES), Some(mark))
        }
    };
    push_lines(out, style, first, whole);
    if let Some(mark) = left_out {
        push_line(out, &format!("{OUTPUT_INDENT}{}", style.paint(Look::Faint, &mark)));
        push_lines(out, style, last, whole);
    }
}

fn push_lines(out: &mut String, style: Style, text: &str, whole: bool) {
    if text.is_empty() {
        return;
    }
    if whole || text.split('\n').all(|line| line.len() <= LINE) {
        style.push_foreign(out, text, OUTPUT_INDENT);
        return;
    }
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        let end = (0..=LINE.min(line.len())).rfind(|&at| line.is_char_boundary(at)).unwrap_or_default();
        if end < line.len() {
            let more = words::count((line.len() - end) as u64, "more byte", "more bytes");
            style.push_foreign(out, &format!("{} … {more}", &line[..end]), OUTPUT_INDENT);
        } else {
            style.push_foreign(out, line, OUTPUT_INDENT);
        }
    }
}

fn first_lines(text: &str, count: usize) -> &str {
    text.match_indices('\n').nth(count - 1).map_or(text, |(at, _)| &text[..=at])
}

fn last_lines(text: &str, count: usize) -> &str {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.rmatch_indices('\n').nth(count - 1).map_or(text, |(at, _)| &text[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(captured: &Captured, whole: bool) -> String {
        let mut out = String::new();
        push(&mut out, Style { color: false, columns: 100 }, "stdout", captured, whole);
        out
    }

    fn text(head: String) -> Captured {
        Captured { bytes: head.len() as u64, head, ..Captured::default() }
    }

    #[test]
    fn the_middle_of_a_long_output_is_shown_when_asked_for() {
        let lines = |range: std::ops::RangeInclusive<u32>| {
            let lines: Vec<_> = range.map(|at| format!("line {at}\n")).collect();
            lines.concat()
        };
        let all = text(lines(1..=1000));
        assert_eq!(shown(&all, true).lines().count(), 1001);
        let short = shown(&all, false);
        let short: Vec<_> = short.lines().collect();
        assert_eq!(short.len(), 1 + 60 + 1 + 140);
        assert_eq!(
            [short[0], short[1], short[60], short[61], short[62], short[201]],
            [
                "  --- stdout (1,000 lines) ---",
                "    line 1",
                "    line 60",
                "    … 800 lines not shown; `-v` shows all …",
                "    line 861",
                "    line 1000"
            ]
        );
        assert_eq!(shown(&text(lines(1..=200)), false).lines().count(), 201);

        let cut = Captured { bytes: 5000, omitted: 100, tail: lines(801..=1000), ..text(lines(1..=61)) };
        let short = shown(&cut, false);
        assert!(short.contains("    line 60\n    … 648 bytes omitted …\n    line 861\n"), "{short}");
    }

    #[test]
    fn long_lines_are_cut() {
        let long = text(format!("short\n{}é\nend\n", "x".repeat(3999)));
        assert!(shown(&long, false).contains("x … 2 more bytes\n    end\n"));
        assert!(shown(&long, true).contains("xé\n    end\n"));
    }

    #[test]
    fn nothing_is_not_shown() {
        assert_eq!(shown(&Captured::default(), false), "");
        assert_eq!(shown(&text("\n".to_owned()), false), "  --- stdout (1 line) ---\n\n");
    }
}
