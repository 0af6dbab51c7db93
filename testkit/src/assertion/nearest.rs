//! What comes nearest to a text that was looked for and is not there.

/// Most characters of a text that are searched.
const SEARCHED: usize = 4_000;
/// Most characters of what is looked for.
const LONGEST: usize = 80;

/// A note on what in `value`, the `Debug` text of a string, is most like `needle`; nothing if that is not like it at all.
pub(super) fn note(value: &str, needle: &str) -> Option<String> {
    let text = value.strip_prefix('"')?.strip_suffix('"')?;
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
    Some(format!("nearest: \"{found}\" at char {start}"))
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

    #[test]
    fn finds_what_is_nearest() {
        #[track_caller]
        fn check(value: &str, needle: &str, want: Option<&str>) {
            assert_eq!(note(value, needle).as_deref(), want, "{needle:?} in {value}");
        }
        check("\"hello world\"", "wurld", Some("nearest: \"world\" at char 6"));
        check("\"/usr/lib/rust\"", "/usr/local", Some("nearest: \"/usr/l\" at char 0"));
        check("\"hello\"", "xyz", None);
        check("[1, 2]", "ab", None);
        check("\"abc\"", "b", None);
        check("\"\"", "abc", None);
    }
}
