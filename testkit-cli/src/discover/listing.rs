//! Tests as a harness lists them: libtest's JSON and terse forms.
//!
//! The JSON form is unstable and gives place and reason; the terse one is what every harness understands. Neither is
//! asked of a `harness = false` target unless its tests are about to run, since any other `main` would just run.

use std::collections::HashSet;
use std::ffi::OsString;
use std::time::Duration;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};
use testkit_protocol::location::Location;

use super::process::{self, Finished};
use crate::model::Binary;

/// A test as its harness lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// Its name, spaces and all.
    pub(crate) name: String,
    /// It is ignored, with its reason or an empty text.
    pub(crate) ignore: Option<String>,
    /// Where it stands, if the harness says so.
    pub(crate) location: Option<Location>,
}

/// Why a binary's tests are not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error("failed to start `{path}` to list its tests: {source}")]
    Start { path: Utf8PathBuf, source: std::io::Error },
    #[error("listing the tests of `{path}` took longer than {limit:?}; does something in it run before `main`?")]
    TimedOut { path: Utf8PathBuf, limit: Duration },
    #[error("`{path} --list` failed ({status}): {stderr}")]
    Failed { path: Utf8PathBuf, status: std::process::ExitStatus, stderr: String },
    #[error("`{path} --list` says `{line}`, which is no test; is the target `harness = false`?")]
    Line { path: Utf8PathBuf, line: String },
}

/// Lists the tests of a libtest binary, ignored ones and benchmarks included: `cargo test` runs those once.
///
/// Blocks on one process, on three where the first is not understood.
pub(crate) fn list(binary: &Binary, limit: Duration) -> Result<Vec<Listed>, ListError> {
    // For this process only: a test that starts a compiler must not inherit it.
    let unlock = [("RUSTC_BOOTSTRAP".into(), "1".into())];
    let json = run(binary, &["--list", "--format", "json", "-Z", "unstable-options"], &unlock, limit)?;
    if json.status.success()
        && let Some(tests) = parse_json(&String::from_utf8_lossy(&json.stdout))
    {
        return Ok(tests);
    }
    list_terse(binary, limit)
}

fn list_terse(binary: &Binary, limit: Duration) -> Result<Vec<Listed>, ListError> {
    let ask = |arguments: &[&str]| {
        let finished = run(binary, arguments, &[], limit)?;
        if !finished.status.success() {
            let stderr = String::from_utf8_lossy(&finished.stderr).trim().to_owned();
            return Err(ListError::Failed { path: binary.path.clone(), status: finished.status, stderr });
        }
        parse_terse(&String::from_utf8_lossy(&finished.stdout))
            .map_err(|line| ListError::Line { path: binary.path.clone(), line })
    };
    Ok(join(ask(&["--list", "--format", "terse"])?, ask(&["--list", "--format", "terse", "--ignored"])?))
}

/// Arguments that ask a harness for its tests.
pub(crate) const TERSE_LIST: [&str; 3] = ["--list", "--format", "terse"];

/// Makes a list of what a target with a `main` of its own answered to [`TERSE_LIST`]; asks once more, for its ignored
/// tests. `None` if the answer is no list, or an empty one: then that process *was* the run.
pub(crate) fn custom_list(binary: &Binary, answer: &[u8], limit: Duration) -> Option<Vec<Listed>> {
    let tests = parse_terse(std::str::from_utf8(answer).ok()?).ok()?;
    if tests.is_empty() {
        return None;
    }
    let ignored = run(binary, &["--list", "--format", "terse", "--ignored"], &[], limit);
    let ignored = ignored.map(|finished| String::from_utf8_lossy(&finished.stdout).into_owned()).unwrap_or_default();
    let ignored = parse_terse(&ignored).unwrap_or_default();
    // A harness that does not know `--ignored` lists everything again; then nothing is known to be ignored.
    let ignored = if ignored == tests { Vec::new() } else { ignored };
    Some(join(tests, ignored))
}

fn run(
    binary: &Binary,
    arguments: &[&str],
    environment: &[(OsString, OsString)],
    limit: Duration,
) -> Result<Finished, ListError> {
    let finished = process::run(&binary.launch, arguments, environment, limit)
        .map_err(|source| ListError::Start { path: binary.path.clone(), source })?;
    if finished.timed_out {
        return Err(ListError::TimedOut { path: binary.path.clone(), limit });
    }
    Ok(finished)
}

/// Marks those of `tests` that are `ignored` too.
fn join(tests: Vec<String>, ignored: Vec<String>) -> Vec<Listed> {
    let known: HashSet<&String> = tests.iter().collect();
    // A harness may list an ignored test only when asked for it.
    let only_ignored: Vec<String> = ignored.iter().filter(|name| !known.contains(name)).cloned().collect();
    let ignored: HashSet<String> = ignored.into_iter().collect();
    let listed = |name: String| Listed { ignore: ignored.contains(&name).then(String::new), name, location: None };
    tests.into_iter().chain(only_ignored).map(listed).collect()
}

/// Reads lines of the form `NAME: test` or `NAME: benchmark`.
///
/// # Errors
/// The first line of another form.
fn parse_terse(text: &str) -> Result<Vec<String>, String> {
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let name = line.strip_suffix(": test").or_else(|| line.strip_suffix(": benchmark"));
            name.map(str::to_owned).ok_or_else(|| line.to_owned())
        })
        .collect()
}

/// A line of the JSON form: `{ "type": "test", "event": "discovered", … }`.
#[derive(Deserialize)]
struct JsonLine {
    r#type: String,
    event: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    ignore: bool,
    #[serde(default)]
    ignore_message: String,
    #[serde(default)]
    source_path: String,
    #[serde(default)]
    start_line: u32,
    #[serde(default)]
    start_col: u32,
    /// Of the closing line: how many were listed.
    #[serde(default)]
    total: usize,
}

/// Reads the JSON form; `None` if it is not one, or not whole.
///
/// libtest does not escape the reason, which may hold quotes and line breaks. Other lines, such as what code before
/// `main` prints, are passed over.
fn parse_json(text: &str) -> Option<Vec<Listed>> {
    let mut tests = Vec::new();
    let mut total = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !line.starts_with('{') {
            continue;
        }
        // A reason with a line break in it may by chance leave a line that parses.
        let is_cut = line.contains(REASON_START) && !line.contains(REASON_END);
        let parsed = if is_cut { None } else { serde_json::from_str::<JsonLine>(line).ok() };
        let Some(parsed) = parsed.or_else(|| parse_unescaped(line, &mut lines)) else {
            continue;
        };
        match (parsed.r#type.as_str(), parsed.event.as_str()) {
            ("test", "discovered") => tests.push(Listed {
                name: parsed.name,
                ignore: parsed.ignore.then_some(parsed.ignore_message),
                location: (!parsed.source_path.is_empty())
                    .then(|| Location::new(parsed.source_path, parsed.start_line, parsed.start_col)),
            }),
            ("suite", "completed") => total = Some(parsed.total),
            _ => {}
        }
    }
    (total == Some(tests.len())).then_some(tests)
}

/// Before and after the reason in a line of the JSON form.
const REASON_START: &str = r#", "ignore_message": ""#;
const REASON_END: &str = r#"", "source_path": ""#;

/// Reads a line whose reason is not escaped, with the lines of `rest` over which the reason goes on.
fn parse_unescaped<'a>(line: &str, rest: &mut (impl Iterator<Item = &'a str> + Clone)) -> Option<JsonLine> {
    let start = line.find(REASON_START)? + REASON_START.len();
    let mut whole = line.to_owned();
    let mut ahead = rest.clone();
    while !(whole.contains(REASON_END) && whole.ends_with('}')) {
        whole.push('\n');
        whole.push_str(ahead.next()?);
    }
    let end = whole.rfind(REASON_END).filter(|&end| end >= start)?;
    let reason = serde_json::to_string(&whole[start..end]).ok()?;
    let escaped = format!("{}{reason}{}", &whole[..start - 1], &whole[end + 1..]);
    let parsed = serde_json::from_str(&escaped).ok()?;
    *rest = ahead;
    Some(parsed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_terse_lists() {
        #[track_caller]
        fn check(text: &str, want: Result<&[&str], &str>) {
            let got = parse_terse(text);
            let want = want.map(|names| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
            assert_eq!(got, want.map_err(str::to_owned), "{text:?}");
        }
        check("", Ok(&[]));
        check("a: test\ntests::b: benchmark\n", Ok(&["a", "tests::b"]));
        check("src/a b.txt - should panic: test\n", Ok(&["src/a b.txt - should panic"]));
        check("a : test\n: test\n", Ok(&["a ", ""]));
        check("x: test: test\n", Ok(&["x: test"]));
        check("a: test\nrunning the rest\n", Err("running the rest"));
        check("test a ... ok", Err("test a ... ok"));
    }

    /// A line as libtest writes it.
    fn discovered(name: &str, ignore: bool, reason: &str) -> String {
        format!(
            r#"{{ "type": "test", "event": "discovered", "name": "{name}", "ignore": {ignore}, "ignore_message": "{reason}", "source_path": "src/lib.rs", "start_line": 2, "start_col": 37, "end_line": 2, "end_col": 41 }}"#
        )
    }

    fn whole(lines: &[String]) -> String {
        let total = lines.len();
        let end = format!(
            r#"{{ "type": "suite", "event": "completed", "tests": {total}, "benchmarks": 0, "total": {total}, "ignored": 1 }}"#
        );
        format!("{{ \"type\": \"suite\", \"event\": \"discovery\" }}\n{}\n{end}\n", lines.join("\n"))
    }

    #[test]
    fn reads_json_lists() {
        let text = whole(&[discovered("tests::a", false, ""), discovered("b", true, "why \"q\" \\ x")]);
        let tests = parse_json(&text).unwrap();
        let location = Some(Location::new("src/lib.rs", 2, 37));
        assert_eq!(tests[0], Listed { name: "tests::a".to_owned(), ignore: None, location: location.clone() });
        assert_eq!(tests[1].ignore.as_deref(), Some("why \"q\" \\ x"));
        assert_eq!(tests[1].location, location);
        assert_eq!(parse_json(&format!("from a constructor\n{{\n{text}")).unwrap().len(), 2, "other lines");
        assert_eq!(parse_json(""), None);
        assert_eq!(parse_json("error: Unrecognized option: 'Z'"), None);
        let (cut, _) = text.rsplit_once("{ \"type\": \"suite\"").unwrap();
        assert_eq!(parse_json(cut), None, "no end");
    }

    proptest! {
        #[test]
        fn any_reason_is_read(reason in "[a-z\"\\\\ \n{},:é]{0,40}") {
            // libtest escapes nothing, so a reason that happens to be valid JSON string text reads as one.
            prop_assume!(serde_json::from_str::<String>(&format!("\"{reason}\"")).is_err());
            let text = whole(&[discovered("a", true, &reason), discovered("b", false, "")]);
            let tests = parse_json(&text).unwrap();
            prop_assert_eq!(tests.len(), 2);
            prop_assert_eq!(tests[0].ignore.as_deref(), Some(reason.as_str()));
        }
    }

    #[test]
    fn joins_the_two_lists() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let got = join(names(&["a", "b"]), names(&["b", "c"]));
        let got: Vec<_> = got.iter().map(|test| (test.name.as_str(), test.ignore.is_some())).collect();
        assert_eq!(got, [("a", false), ("b", true), ("c", true)]);
    }
}
