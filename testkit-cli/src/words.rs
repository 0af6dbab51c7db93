//! Numbers, counts and durations as people read them.

use std::fmt::Write as _;

/// A number with its digits in groups of three: `1,234,567`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts: `1 test`, `2 tests`.
pub(crate) fn count(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// A duration in nanoseconds with three digits that matter: `850 us`, `12 ms`, `1.23 s`, `2 min 3 s`, `1 h 2 min`.
pub(crate) fn duration(nanoseconds: u64) -> String {
    let milliseconds = nanoseconds / 1_000_000;
    let seconds = milliseconds / 1000;
    match milliseconds {
        0 => format!("{} us", nanoseconds / 1000),
        1..=999 => format!("{milliseconds} ms"),
        1000..=59_999 => format!("{seconds}.{:02} s", milliseconds % 1000 / 10),
        60_000..=3_599_999 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600_000.. => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// The duration of a whole run: `1.23s`, and from a minute on as [`duration`].
pub(crate) fn run_duration(nanoseconds: u64) -> String {
    let hundredths = nanoseconds / 10_000_000;
    if hundredths < 6000 { format!("{}.{:02}s", hundredths / 100, hundredths % 100) } else { duration(nanoseconds) }
}

/// A duration in a column: seconds with three decimals, `  0.003s`.
pub(crate) fn duration_column(nanoseconds: u64) -> String {
    let milliseconds = nanoseconds / 1_000_000;
    format!("{:>3}.{:03}s", milliseconds / 1000, milliseconds % 1000)
}

/// The text with every run of white space as one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text as one word of a POSIX shell, in quotes only where it needs them.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    let mut word = String::with_capacity(text.len() + 2);
    write!(word, "'{}'", text.replace('\'', r"'\''")).expect("writing to a String cannot fail");
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let texts: Vec<_> = [0, 12, 999, 1000, 1_234_567].into_iter().map(number).collect();
        assert_eq!(texts, ["0", "12", "999", "1,000", "1,234,567"]);
        assert_eq!(count(1, "test", "tests"), "1 test");
        assert_eq!(count(0, "test", "tests"), "0 tests");
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        #[track_caller]
        fn check(nanoseconds: u64, want: &str, want_run: &str, want_column: &str) {
            assert_eq!(duration(nanoseconds), want);
            assert_eq!(run_duration(nanoseconds), want_run);
            assert_eq!(duration_column(nanoseconds), want_column);
        }
        check(0, "0 us", "0.00s", "  0.000s");
        check(850_999, "850 us", "0.00s", "  0.000s");
        check(12_345_678, "12 ms", "0.01s", "  0.012s");
        check(1_239_000_000, "1.23 s", "1.23s", "  1.239s");
        check(59_999_000_000, "59.99 s", "59.99s", " 59.999s");
        check(123_400_000_000, "2 min 3 s", "2 min 3 s", "123.400s");
        check(3_725_000_000_000, "1 h 2 min", "1 h 2 min", "3725.000s");
    }

    #[test]
    fn shell_words_are_quoted_where_needed() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(shell_word(text), want);
        }
        check("demo::bin/tool::tests::test_add", "demo::bin/tool::tests::test_add");
        check("demo::test_add[1-2]", "'demo::test_add[1-2]'");
        check("it's", r"'it'\''s'");
        check("", "''");
        check("$(reboot)", "'$(reboot)'");
    }
}
