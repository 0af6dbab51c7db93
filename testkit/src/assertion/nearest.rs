//! Where a text that was looked for stands, or what comes nearest to it.

/// Most characters of a text that are searched.
const SEARCHED: usize = 4_000;
/// Most characters of what is looked for.
const LONGEST: usize = 80;

/// A note on where `needle` stands in `value`, the `Debug` text of a string that was asked by `method`, or on what there is
/// most like it; nothing if that is not like it at all.
pub(super) fn note(value: &str, [method, needle]: [&str; 2]) -> Option<String> {
    let text = value.strip_prefix('"')?.strip_suffix('"')?;
    if let Some((before, _)) = text.split_once(needle).filter(|_| !needle.is_empty()) {
        return Some(format!("it stands at char {}", before.chars().count()));
    }
    match method {
        "starts_with" => alike("first", text.chars(), needle.chars()),
        "ends_with" => alike("last", text.chars().rev(), needle.chars().rev()),
        _ => nearest(text, needle),
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
            assert_eq!(note(value, ["contains", needle]).as_deref(), want, "{needle:?} in {value}");
        }
        check("\"hello world\"", "wurld", Some("nearest: \"world\" at char 6"));
        check("\"hello world\"", "world", Some("it stands at char 6"));
        check("\"hello\"", "xyz", None);
        check("[1, 2]", "ab", None);
        check("\"abc\"", "x", None);
        check("\"\"", "abc", None);
    }

    #[test]
    fn tells_how_far_the_ends_are_as_expected() {
        #[track_caller]
        fn check(value: &str, method: &str, needle: &str, want: Option<&str>) {
            assert_eq!(note(value, [method, needle]).as_deref(), want, "{method} {needle:?} in {value}");
        }
        check("\"/usr/lib/rust\"", "starts_with", "/usr/local", Some("the first 6 characters are as expected"));
        check("\"/usr/lib/rust\"", "starts_with", "/var", Some("the first character is as expected"));
        check("\"/usr/lib/rust\"", "starts_with", "rust", Some("it stands at char 9"));
        check("\"/usr/lib/rust\"", "starts_with", "x", None);
        check("\"main.rs\"", "ends_with", ".ts", Some("the last character is as expected"));
        check("\"main.rs\"", "ends_with", "", None);
    }
}
