//! Where a text that was looked for stands, or what comes nearest to it.

use testkit_protocol::text::unescaped;

/// Most characters of a text that are searched.
const SEARCHED: usize = 20_000;
/// Most characters of what is looked for.
const LONGEST: usize = 80;

/// What a method looked for in a text; its name comes first.
#[derive(Clone, Copy, Debug)]
pub enum Needle {
    /// This text.
    Text(&'static str, &'static str),
    /// The value with this source, if it is a text.
    Operand(&'static str, &'static str),
}

/// Finds among the values that an assertion shows the text that was searched, and the one that was looked for.
#[derive(Debug)]
pub(super) struct Search {
    needle: Needle,
    searched: Option<String>,
    wanted: Option<String>,
}

impl Search {
    pub(super) fn new(needle: Needle) -> Self {
        let wanted = match needle {
            Needle::Text(_, text) => Some(text.to_owned()),
            Needle::Operand(..) => None,
        };
        Self { needle, searched: None, wanted }
    }

    /// One of the values, by its source and its whole `Debug` text.
    pub(super) fn offer(&mut self, source: &str, value: &str) {
        let Some(text) = unescaped(value) else { return };
        match self.needle {
            Needle::Operand(_, wanted) if wanted == source => self.wanted = Some(text.into_owned()),
            // The receiver comes before the arguments.
            Needle::Operand(..) | Needle::Text(..) if self.searched.is_none() => {
                self.searched = Some(text.into_owned());
            }
            Needle::Operand(..) | Needle::Text(..) => {}
        }
    }

    /// Where the text stands that was looked for, or what there is most like it; nothing if that is not like it at all.
    pub(super) fn note(&self) -> Option<String> {
        let (text, wanted) = (self.searched.as_deref()?, self.wanted.as_deref()?);
        let (Needle::Text(method, _) | Needle::Operand(method, _)) = self.needle;
        if let Some((before, _)) = text.split_once(wanted).filter(|_| !wanted.is_empty()) {
            return Some(format!("it stands at {}", place(before)));
        }
        match method {
            "starts_with" => alike("first", text.chars(), wanted.chars()),
            "ends_with" => alike("last", text.chars().rev(), wanted.chars().rev()),
            _ => nearest(text, wanted),
        }
    }
}

/// The place behind a text, counted from 0 in one line, and from 1 as in an editor where there are several.
fn place(before: &str) -> String {
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[line_start..].chars().count();
    match before.matches('\n').count() {
        0 => format!("char {column}"),
        lines => format!("char {} of line {}", column + 1, lines + 1),
    }
}

/// How many characters are the same before the first that is not.
fn alike(end: &str, text: impl Iterator<Item = char>, needle: impl Iterator<Item = char>) -> Option<String> {
    let count = text.zip(needle).take_while(|(left, right)| left == right).count();
    match count {
        0 => None,
        1 => Some(format!("the {end} character is as expected")),
        count => Some(format!("the {end} {count} characters are as expected")),
    }
}

fn nearest(text: &str, needle: &str) -> Option<String> {
    let needle: Vec<char> = needle.chars().collect();
    let text: Vec<char> = text.chars().take(SEARCHED).collect();
    if needle.len() < 2 || needle.len() > LONGEST {
        return None;
    }
    let (distance, end) = best_end(&text, &needle);
    if distance * 2 > needle.len() {
        return None;
    }
    let start = best_start(&text[..end], &needle, distance);
    let found: String = text[start..end].iter().collect();
    Some(format!("nearest: {found:?} at {}", place(&text[..start].iter().collect::<String>())))
}

/// The least edit distance of `needle` from any part of `text`, and where that part ends.
///
/// Source: Sellers, "The theory and computation of evolutionary distances" (1980): dynamic programming in which a match may
/// begin anywhere.
fn best_end(text: &[char], needle: &[char]) -> (usize, usize) {
    let mut row: Vec<usize> = (0..=needle.len()).collect();
    let mut best = (needle.len(), 0);
    for (index, character) in text.iter().enumerate() {
        let mut diagonal = row[0];
        for (at, wanted) in needle.iter().enumerate() {
            let replaced = diagonal + usize::from(character != wanted);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
        if row[needle.len()] < best.0 {
            best = (row[needle.len()], index + 1);
        }
    }
    best
}

/// Where the part that ends with `text` and has this distance begins.
fn best_start(text: &[char], needle: &[char], distance: usize) -> usize {
    let (mut text, mut needle) = (text.to_vec(), needle.to_vec());
    text.reverse();
    needle.reverse();
    let mut row: Vec<usize> = (0..=needle.len()).collect();
    for (index, character) in text.iter().enumerate() {
        let mut diagonal = row[0];
        // This time the match begins here: what is left out at the start counts.
        row[0] = index + 1;
        for (at, wanted) in needle.iter().enumerate() {
            let replaced = diagonal + usize::from(character != wanted);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
        if row[needle.len()] == distance {
            return text.len() - index - 1;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str, method: &'static str, needle: &str) -> Option<String> {
        let mut search = Search::new(Needle::Operand(method, "needle"));
        search.offer("text", &format!("{text:?}"));
        search.offer("needle", &format!("{needle:?}"));
        search.note()
    }

    #[test]
    fn finds_what_is_nearest() {
        #[track_caller]
        fn check(text: &str, needle: &str, want: Option<&str>) {
            assert_eq!(note(text, "contains", needle).as_deref(), want, "{needle:?} in {text:?}");
        }
        check("hello world", "wurld", Some("nearest: \"world\" at char 6"));
        check("hello world", "world", Some("it stands at char 6"));
        check("one\ntwo\n\"three\"", "\"tree\"", Some("nearest: \"\\\"three\\\"\" at char 1 of line 3"));
        check("one\ntwo", "wo", Some("it stands at char 2 of line 2"));
        check("hello", "xyz", None);
        check("abc", "x", None);
        check("", "abc", None);
    }

    #[test]
    fn looks_for_literals_in_texts_alone() {
        let mut search = Search::new(Needle::Text("contains", "wurld"));
        search.offer("list", "[1, 2]");
        assert_eq!(search.note(), None);
        search.offer("text", "\"the world\"");
        assert_eq!(search.note().as_deref(), Some("nearest: \"world\" at char 4"));
    }

    #[test]
    fn tells_how_far_the_ends_are_as_expected() {
        #[track_caller]
        fn check(text: &str, method: &'static str, needle: &str, want: Option<&str>) {
            assert_eq!(note(text, method, needle).as_deref(), want, "{method} {needle:?} in {text}");
        }
        check("/usr/lib/rust", "starts_with", "/usr/local", Some("the first 6 characters are as expected"));
        check("/usr/lib/rust", "starts_with", "/var", Some("the first character is as expected"));
        check("/usr/lib/rust", "starts_with", "rust", Some("it stands at char 9"));
        check("/usr/lib/rust", "starts_with", "x", None);
        check("main.rs", "ends_with", ".ts", Some("the last character is as expected"));
        check("main.rs", "ends_with", "", None);
    }
}
