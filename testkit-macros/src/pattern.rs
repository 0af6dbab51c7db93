//! Name patterns: `*` stands for any run of characters, `?` for one.

/// Whether the whole of `name` matches `pattern`.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
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
pub(crate) fn matches_any(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        // By far the most common form, and asked for every function of a module.
        Some(prefix) if !prefix.contains(['*', '?']) => name.starts_with(prefix),
        Some(_) | None => matches(pattern, name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_stars_and_question_marks() {
        #[track_caller]
        fn check(pattern: &str, name: &str, want: bool) {
            assert_eq!(matches(pattern, name), want, "pattern: {pattern:?}, name: {name:?}");
            assert_eq!(matches_any(&[pattern.to_owned()], name), want, "pattern: {pattern:?}, name: {name:?}");
        }
        check("test_*", "test_add", true);
        check("test_*", "test_", true);
        check("test_*", "tests", false);
        check("*_test.rs", "math_test.rs", true);
        check("*_test.rs", "math_test.rsx", false);
        check("*a*b", "xaxbab", true);
        check("*a*b", "xaxbac", false);
        check("t?st", "test", true);
        check("t?st", "tst", false);
        check("", "", true);
        check("*", "anything", true);
    }
}
