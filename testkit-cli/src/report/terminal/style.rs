//! Colour, if it is wanted, and foreign text made safe to print.

use colored::Color;

/// Whether text is coloured, and how wide it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// Whether there is colour at all.
    pub(super) color: bool,
    /// Width of the report in columns; `usize::MAX` where there is none.
    pub(super) columns: usize,
}

/// What a piece of text is, for its looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Something is well.
    Good,
    /// Something is wrong.
    Bad,
    /// Something deserves a look.
    Odd,
    /// A heading.
    Strong,
    /// Of less importance than its surroundings.
    Faint,
    /// A place in a source file.
    Place,
}

impl Style {
    /// The text with its look; the same text where there is no colour.
    pub(super) fn paint(self, look: Look, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match look {
            Look::Good => format!("1;{}", Color::Green.to_fg_str()),
            Look::Bad => format!("1;{}", Color::Red.to_fg_str()),
            Look::Odd => format!("1;{}", Color::Yellow.to_fg_str()),
            Look::Strong => "1".to_owned(),
            Look::Faint => "2".to_owned(),
            Look::Place => Color::Cyan.to_fg_str().into_owned(),
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// Appends foreign text, each of its lines after `indent`, each with a line end.
    ///
    /// Nothing in it can act on the terminal or on a CI system: control characters become visible, and the marks that start
    /// a command in a log are broken. Colours stay if there is colour, and end with their line.
    pub(super) fn push_foreign(self, out: &mut String, text: &str, indent: &str) {
        let text = text.strip_suffix('\n').unwrap_or(text);
        for line in text.split('\n') {
            let (line, colored) = self.harmless(line.strip_suffix('\r').unwrap_or(line));
            if !line.is_empty() {
                out.push_str(indent);
                out.push_str(&line);
            }
            if colored {
                out.push_str("\x1b[0m");
            }
            out.push('\n');
        }
    }

    /// Foreign text such as an id as one line, with nothing in it that acts on anything, and no colour.
    pub(super) fn foreign_line(text: &str) -> String {
        Self { color: false, columns: usize::MAX }.harmless(text).0
    }

    /// A line with its control characters made visible and its commands broken; and whether a colour stayed in it.
    fn harmless(self, line: &str) -> (String, bool) {
        let mut text = String::with_capacity(line.len());
        let mut colored = false;
        let mut rest = line;
        while let Some(at) = rest.find(acts) {
            text.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(sequence) = color_sequence(rest) {
                // Where there is no colour, one is left out rather than shown: it says nothing.
                if self.color {
                    text.push_str(sequence);
                    colored = true;
                }
                rest = &rest[sequence.len()..];
                continue;
            }
            let character = rest.chars().next().expect("the text begins with the character that was found");
            text.push_str(&visible(character));
            rest = &rest[character.len_utf8()..];
        }
        text.push_str(rest);
        (break_commands(text), colored)
    }
}

/// Whether a character does something else than to show itself: controls, and those that reorder or hide text.
fn acts(character: char) -> bool {
    (character.is_control() && character != '\t')
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// How such a character is shown: `␛` for ESC, `\u{202e}` for one without a picture.
fn visible(character: char) -> String {
    match u32::from(character) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).map(String::from).unwrap_or_default(),
        0x7f => "␡".to_owned(),
        code => format!("\\u{{{code:x}}}"),
    }
}

/// The colour sequence (`ESC [ … m`) that the text begins with, if it does.
///
/// Source: ECMA-48, 8.3.117 SGR.
fn color_sequence(text: &str) -> Option<&str> {
    let parameters = text.strip_prefix("\x1b[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':')?;
    parameters[end..].starts_with('m').then(|| &text[..=text.len() - parameters.len() + end])
}

/// Breaks what CI systems take for a command: `##[` and `##vso[` and `##teamcity[` anywhere in a line (Azure, GitHub,
/// `TeamCity`), `::name …::` at its start, white space ignored (GitHub), GitLab's `section_start:` and `section_end:`.
fn break_commands(mut line: String) -> String {
    const MARKS: [(&str, &str); 5] = [
        ("##[", "# #["),
        ("##vso[", "# #vso["),
        ("##teamcity[", "# #teamcity["),
        ("section_start:", "section_start :"),
        ("section_end:", "section_end :"),
    ];
    if line.contains("##") || line.contains("section_") {
        for (mark, broken) in MARKS {
            if line.contains(mark) {
                line = line.replace(mark, broken);
            }
        }
    }
    let command = line.trim_start().strip_prefix("::");
    if command.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains("::")) {
        line = line.replacen("::", ": :", 1);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(color: bool, text: &str, want: &str) {
        let mut out = String::new();
        Style { color, columns: 100 }.push_foreign(&mut out, text, "  ");
        assert_eq!(out, want, "text: {text:?}");
    }

    #[test]
    fn foreign_text_cannot_act_on_the_terminal() {
        check(false, "plain\n\n  text\n", "  plain\n\n    text\n");
        check(false, "a\r\nb\rc\n", "  a\n  b␍c\n");
        check(false, "\x1b[2J\x07bell\x08\x7f\u{9b}x\u{202e}", "  ␛[2J␇bell␈␡\\u{9b}x\\u{202e}\n");
        check(false, "tab\tkept", "  tab\tkept\n");
        check(false, "\x1b[31mred\x1b[0m", "  red\n");
        check(true, "\x1b[31mred\nstill", "  \x1b[31mred\x1b[0m\n  still\n");
        check(true, "\x1b[31", "  ␛[31\n");
        check(true, "\x1b]0;title\x07", "  ␛]0;title␇\n");
        check(true, "\x1b[1;38:5:9mx", "  \x1b[1;38:5:9mx\x1b[0m\n");
    }

    #[test]
    fn foreign_text_cannot_command_a_ci_system() {
        check(false, "::error file=a.rs::boom", "  : :error file=a.rs::boom\n");
        check(false, " \t::stop-commands::x", "   \t: :stop-commands::x\n");
        check(false, "std::fmt::Debug", "  std::fmt::Debug\n");
        check(false, "a ##vso[task.complete]x ##[error]y", "  a # #vso[task.complete]x # #[error]y\n");
        check(false, "##teamcity[testFailed]", "  # #teamcity[testFailed]\n");
        check(false, "## Heading", "  ## Heading\n");
        check(false, "section_start:1:x\r\x1b[0K", "  section_start :1:x␍␛[0K\n");
        // A colour or an invisible character in the middle must not hide a mark that appears once it is gone.
        check(false, "#\x1b[0m#vso[x]", "  # #vso[x]\n");
        check(false, "\x1b[0m::error::x", "  : :error::x\n");
    }
}
