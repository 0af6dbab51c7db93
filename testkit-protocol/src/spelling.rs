//! What a word was probably meant to be.

/// The nearest of `known` to `word`, if it is near enough to be what the author meant.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let length = word.chars().count();
    // Of a word of which nothing is left, any other would be as near.
    let limit = (length.max(3) / 3 + 1).min(length.saturating_sub(1));
    let distances = known.iter().map(|candidate| (edit_distance(word, candidate), *candidate));
    distances.filter(|(distance, _)| *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// Levenshtein distance in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, left) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, right) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_word() {
        #[track_caller]
        fn check(word: &str, want: Option<&str>) {
            assert_eq!(nearest(word, &["timeout", "ignore"]), want, "word: {word:?}");
        }
        check("time_out", Some("timeout"));
        check("timeuot", Some("timeout"));
        check("ignored", Some("ignore"));
        check("tag", None);
        check("x", None);
        assert_eq!(nearest("n", &["cx"]), None);
        assert_eq!(nearest("db", &["dx"]), Some("dx"));
    }
}
