//! Durations as people write them, in options and in marks: `500ms`, `5s`, `1.5m`, `2h`.

use std::time::Duration;

/// Reads a duration: a decimal number and one of the units `ns us ms s m h`; white space around either is allowed.
///
/// # Errors
/// A message that names the text and shows the form, for anything else, for no time at all, and for durations that are not
/// finite.
pub fn parse(text: &str) -> Result<Duration, String> {
    let trimmed = text.trim();
    let number_end = trimmed.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(number_end);
    let seconds_of_unit = match unit.trim() {
        "ns" => 1e-9,
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "" => return Err(format!("`{text}` has no unit; write it as in `500ms`, `5s` or `2m`")),
        unit => {
            return Err(format!("unknown unit `{unit}` in `{text}`; known are ns, us, ms, s, m, h"));
        }
    };
    let number: f64 = number.parse().map_err(|_| format!("`{text}` is no duration; write it as in `500ms` or `5s`"))?;
    let duration =
        Duration::try_from_secs_f64(number * seconds_of_unit).map_err(|_| format!("`{text}` is too long"))?;
    if duration.is_zero() { Err(format!("`{text}` is no time at all")) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations() {
        #[track_caller]
        fn check(text: &str, want: Result<u64, &str>) {
            let got = parse(text).map(|duration| u64::try_from(duration.as_millis()).unwrap());
            assert_eq!(got, want.map_err(str::to_owned), "text: {text:?}");
        }
        check("500ms", Ok(500));
        check(" 1.5 s ", Ok(1500));
        check("2m", Ok(120_000));
        check("5", Err("`5` has no unit; write it as in `500ms`, `5s` or `2m`"));
        check("5 years", Err("unknown unit `years` in `5 years`; known are ns, us, ms, s, m, h"));
        check("s", Err("`s` is no duration; write it as in `500ms` or `5s`"));
        check("0s", Err("`0s` is no time at all"));
        check("99999999999999999999h", Err("`99999999999999999999h` is too long"));
    }
}
