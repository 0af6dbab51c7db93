//! What a word was probably meant to be.

/// The nearest of `known` to `word`, if it is near enough to be what the author meant.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let length = word.chars().count();
    let limit = length.max(3) / 3 + 1;
    let distances = known.iter().map(|candidate| (edit_distance(word, candidate), *candidate));
    // Words that have nothing in common are as far from each other as the longer one is long.
    let is_near =
        |(distance, candidate): &(usize, &str)| *distance <= limit && *distance < length.max(candidate.chars().count());
    distances.filter(is_near).min().map(|(_, candidate)| candidate)
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
        assert_eq!(nearest("n", &["na"]), Some("na"));
        assert_eq!(nearest("db", &["dx"]), Some("dx"));
    }
}
