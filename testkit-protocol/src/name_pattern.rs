//! Name patterns: `*` stands for any run of characters, `?` for one.

/// Whether the whole of `name` matches `pattern`.
pub fn matches(pattern: &str, name: &str) -> bool {
    // By far the most common form, and asked for every function of a module.
    if let Some(prefix) = pattern.strip_suffix('*')
        && !prefix.contains(['*', '?'])
    {
        return name.starts_with(prefix);
    }
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    // `star` is the last star met, `resume` where in the name its text would end next.
    let (mut at, mut star, mut resume) = (0, None, 0);
    let mut index = 0;
    while index < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some(at);
                resume = index;
                at += 1;
            }
            Some(expected) if *expected == '?' || *expected == name[index] => {
                at += 1;
                index += 1;
            }
            Some(_) | None => {
                let Some(star) = star else { return false };
                at = star + 1;
                resume += 1;
                index = resume;
            }
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// Whether `name` matches one of `patterns`.
pub fn matches_any<P: AsRef<str>>(patterns: &[P], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern.as_ref(), name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn matches_stars_and_question_marks() {
        #[track_caller]
        fn check(pattern: &str, name: &str, want: bool) {
            assert_eq!(matches(pattern, name), want, "pattern: {pattern:?}, name: {name:?}");
        }
        check("test_*", "test_add", true);
        check("test_*", "test_", true);
        check("test_*", "tests", false);
        check("test_*.rs", "atest_a.rs", false);
        check("*_test.rs", "math_test.rs", true);
        check("*_test.rs", "math_test.rsx", false);
        check("*_test.rs", "a_test.rs_test.rs", true);
        check("*a*b", "xaxbab", true);
        check("*a*b", "xaxbac", false);
        check("t?st", "test", true);
        check("t?st", "tst", false);
        check("", "", true);
        check("", "a", false);
        check("*", "anything", true);
    }

    /// The definition, character by character.
    fn by_definition(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => by_definition(rest, name),
            (Some(('*', rest)), Some((_, behind))) => by_definition(rest, name) || by_definition(pattern, behind),
            (Some((expected, rest)), Some((first, behind))) => {
                (*expected == '?' || expected == first) && by_definition(rest, behind)
            }
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn matches_by_definition(pattern in "[ab*?]{0,6}", name in "[ab]{0,8}") {
            let (characters, letters): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
            prop_assert_eq!(matches(&pattern, &name), by_definition(&characters, &letters));
        }
    }
}
