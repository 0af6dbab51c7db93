//! What `testkit fixtures` writes: who can be asked for, where it stands, and what it asks for itself.

use std::io::{self, Write};

use serde::Serialize;
use testkit_protocol::fixture::Scope;

use crate::args::FixturesFormat;
use crate::model::Fixture;
use crate::words;

/// Version of the JSON document: changes when an old reader would misunderstand it; added fields do not change it.
const FORMAT: u32 = 1;

/// The fixtures of all binaries by module and line, each once: a module may be part of several binaries.
pub(crate) fn in_order(fixtures: impl IntoIterator<Item = Fixture>) -> Vec<Fixture> {
    let mut fixtures: Vec<Fixture> = fixtures.into_iter().collect();
    let name = |fixture: &Fixture| fixture.record.name.clone();
    fixtures.sort_by_cached_key(|fixture| (fixture.location.clone(), name(fixture), fixture.module.clone()));
    fixtures.dedup_by(|later, earlier| later.location == earlier.location && later.record.name == earlier.record.name);
    fixtures.sort_by(|one, other| one.module.cmp(&other.module));
    fixtures
}

/// Writes the fixtures in their order, but those that the library brings last.
///
/// # Errors
/// Whatever `out` answers, a closed pipe included.
pub(crate) fn write_fixtures(fixtures: &[Fixture], format: FixturesFormat, mut out: impl Write) -> io::Result<()> {
    let mut fixtures: Vec<&Fixture> = fixtures.iter().collect();
    fixtures.sort_by_key(|fixture| fixture.is_built_in());
    match format {
        FixturesFormat::Text => text(&fixtures, &mut out)?,
        FixturesFormat::Json => json(&fixtures, &mut out)?,
    }
    out.flush()
}

/// The fixtures by module, each with its scope, its place, what it asks for and its documentation.
fn text(fixtures: &[&Fixture], out: &mut impl Write) -> io::Result<()> {
    let mut module = None;
    for fixture in fixtures {
        let heading = if fixture.is_built_in() { "built in" } else { &fixture.module };
        if module != Some(heading) {
            if module.is_some() {
                out.write_all(b"\n")?;
            }
            writeln!(out, "{heading}")?;
            module = Some(heading);
        }
        let record = &fixture.record;
        write!(out, "  {} [{}{}]", record.name, record.scope, if record.autouse { ", autouse" } else { "" })?;
        if fixture.is_built_in() {
            out.write_all(b"\n")?;
        } else {
            writeln!(out, "  {}:{}", fixture.location.file, fixture.location.line)?;
        }
        for (word, names) in [("asks for", &record.asks), ("params", &record.params)] {
            if !names.is_empty() {
                writeln!(out, "    {word}: {}", names.join(", "))?;
            }
        }
        for line in fixture.documentation().lines() {
            writeln!(out, "{}", format!("    {line}").trim_end())?;
        }
    }
    if module.is_some() {
        out.write_all(b"\n")?;
    }
    writeln!(out, "{}", words::count(fixtures.len() as u64, "fixture", "fixtures"))
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    fixtures: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    module: &'a str,
    built_in: bool,
    scope: Scope,
    file: &'a str,
    line: u32,
    #[serde(skip_serializing_if = "is_unknown")]
    column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    doc: Option<String>,
    asks: &'a [String],
    params: &'a [String],
    autouse: bool,
    teardown: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_unknown(column: &u32) -> bool {
    *column == 0
}

fn json(fixtures: &[&Fixture], out: &mut impl Write) -> io::Result<()> {
    let entries = fixtures.iter().map(|fixture| Entry {
        name: &fixture.record.name,
        module: &fixture.module,
        built_in: fixture.is_built_in(),
        scope: fixture.record.scope,
        file: &fixture.location.file,
        line: fixture.location.line,
        column: fixture.location.column,
        doc: Some(fixture.documentation()).filter(|text| !text.is_empty()),
        asks: &fixture.record.asks,
        params: &fixture.record.params,
        autouse: fixture.record.autouse,
        teardown: fixture.record.teardown,
    });
    serde_json::to_writer(&mut *out, &Document { format: FORMAT, fixtures: entries.collect() })?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use testkit_protocol::location::Location;
    use testkit_protocol::record::FixtureRecord;

    use super::*;

    fn fixtures() -> Vec<Fixture> {
        let fixture = |module: &str, file: &str, record: FixtureRecord| Fixture {
            module: module.to_owned(),
            location: Location::new(file, record.line, 4),
            record,
        };
        let tmp_path = FixtureRecord {
            name: "tmp_path".to_owned(),
            line: 40,
            doc: Some("A folder of the test's own.".to_owned()),
            ..FixtureRecord::default()
        };
        let server = FixtureRecord {
            name: "server".to_owned(),
            scope: Scope::Session,
            line: 9,
            doc: Some(" A server.\n\n Listens on a free port. ".to_owned()),
            asks: vec!["port".to_owned(), "env".to_owned()],
            autouse: true,
            teardown: true,
            ..FixtureRecord::default()
        };
        let db = FixtureRecord {
            name: "db".to_owned(),
            scope: Scope::Module,
            line: 20,
            params: vec!["Pg".to_owned(), "My".to_owned()],
            ..FixtureRecord::default()
        };
        vec![
            fixture("testkit::fixture::built_in", "/registry/testkit/src/fixture.rs", tmp_path),
            fixture("shop::tests", "shop/src/lib.rs", server),
            fixture("shop::tests", "shop/src/lib.rs", db),
        ]
    }

    fn written(format: FixturesFormat) -> String {
        let mut out = Vec::new();
        write_fixtures(&fixtures(), format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_has_what_the_library_brings_at_its_end() {
        insta::assert_snapshot!(written(FixturesFormat::Text));
    }

    #[test]
    fn json_has_every_field() {
        insta::assert_snapshot!(written(FixturesFormat::Json));
    }
}
