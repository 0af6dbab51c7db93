//! How far two floating-point numbers are from each other.

/// What is said of two texts that are close, but different, floating-point numbers.
///
/// `path` is where they are; empty if they are the sides themselves.
pub(super) fn note(path: &str, left: &str, right: &str) -> Option<String> {
    let is_float = |text: &str| text.contains(['.', 'e']) && text.len() < 400;
    if !is_float(left) && !is_float(right) {
        return None;
    }
    let (left_value, right_value) = (left.parse::<f64>().ok()?, right.parse::<f64>().ok()?);
    let difference = (left_value - right_value).abs();
    let magnitude = left_value.abs().max(right_value.abs());
    // Numbers further apart than that are different because of something else than rounding.
    let close = difference <= magnitude * 1e-4;
    if !difference.is_finite() || !close {
        return None;
    }
    let steps = steps(left, right, left_value, right_value);
    let what = if path.is_empty() { "the sides differ".to_owned() } else { format!("{path} differs") };
    Some(format!("{what} by {difference:.2e}{steps}: testkit::approx({right}) allows for rounding"))
}

/// The distance in units in the last place, where the texts tell which of the two types of floats they are.
fn steps(left: &str, right: &str, left_value: f64, right_value: f64) -> String {
    let single = |text: &str| text.parse::<f32>().is_ok_and(|value| format!("{value:?}") == text);
    let count = match (single(left), single(right)) {
        (false, _) | (_, false) => ordinal_f64(left_value).abs_diff(ordinal_f64(right_value)),
        (true, true) => return String::new(),
    };
    match count {
        1 => " (1 ulp)".to_owned(),
        2..=9_999 => format!(" ({count} ulps)"),
        _ => String::new(),
    }
}

/// The number's place in the order of all of them.
fn ordinal_f64(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_numbers_are_measured() {
        #[track_caller]
        fn check(left: &str, right: &str, want: Option<&str>) {
            assert_eq!(note("", left, right).as_deref(), want);
        }
        check(
            "0.30000000000000004",
            "0.3",
            Some("the sides differ by 5.55e-17 (1 ulp): testkit::approx(0.3) allows for rounding"),
        );
        check("1.00001", "1.0", Some("the sides differ by 1.00e-5: testkit::approx(1.0) allows for rounding"));
        check(
            "-0.1",
            "-0.10000000000000002",
            Some("the sides differ by 1.39e-17 (1 ulp): testkit::approx(-0.10000000000000002) allows for rounding"),
        );
        check("1.0", "2.0", None);
        check("NaN", "1.0", None);
        check("inf", "1.0", None);
        check("1000001", "1000002", None);
        check("1.x", "1.y", None);
    }
}
