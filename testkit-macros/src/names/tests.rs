//! What names are found to be, in the text of files.

use std::fs;

use super::*;

/// A folder of source files that is removed in the end.
struct Files(tempfile::TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }

    /// The names of a module: `a.rs`, or `a.rs::inside::deeper`.
    fn names(&self, module: &str) -> Names {
        let mut parts = module.split("::").map(str::to_owned);
        let home = Home { file: self.0.path().join(parts.next().unwrap()), inside: parts.collect() };
        let (own, home) = (OnceCell::from(modules::load(&home).unwrap()), known_home(Some(home)));
        Names { own, home, owner: String::new(), found: RefCell::default(), wanted: RefCell::default() }
    }
}

fn short(found: &Found) -> &'static str {
    match found {
        Found::Fixture(..) => "fixture",
        Found::Imported => "imported",
        Found::Not(Thing::Function) => "function",
        Found::Not(Thing::ForeignFixture) => "foreign fixture",
        Found::Not(Thing::Type) => "type",
        Found::Not(Thing::Module) => "module",
        Found::Absent => "absent",
        Found::Unsure => "unsure",
    }
}

/// What the name `db` is in a module that is `source`.
#[track_caller]
fn check(source: &str, want: &str) {
    let files = Files::new(&[("a.rs", source)]);
    assert_eq!(short(&files.names("a.rs").find("db")), want, "{source}");
}

#[test]
fn knows_the_items_of_the_module() {
    check("", "absent");
    check("#[fixture] fn db() {}", "fixture");
    check("#[testkit::fixture(scope = \"session\")] pub(crate) async fn db() {}", "fixture");
    check("fn db() {}", "function");
    check("fn dba() {} static db: u8 = 1; const db: u8 = 2;", "absent");
    check("struct db;", "type");
    check("enum db { A }", "type");
    check("mod db {}", "module");
    check("mod db;", "module");
    check("use rstest::fixture; #[fixture] fn db() {}", "foreign fixture");
    check("#[rstest::fixture] fn db() {}", "foreign fixture");
}

#[test]
fn is_unsure_where_something_else_may_make_the_name() {
    check("type db = other::db;", "unsure");
    check("trait db {}", "unsure");
    check("make_fixtures!();", "unsure");
    check("thread_local! { static A: u8 = 1; }", "absent");
    check("testkit::discover!();", "absent");
    check("macro_rules! make { () => {} }", "absent");
    check("#[make_fixture] fn other() {}", "unsure");
    check("#[cfg_attr(unix, make_fixture)] fn other() {}", "unsure");
    check("#[cfg_attr(unix, fixture)] fn db() {}", "unsure");
    check("#[derive(Debug)] #[allow(dead_code)] #[clippy::msrv = \"1\"] struct Other;", "absent");
    check("#[must_use] #[inline] fn db() {}", "function");
    check("#[serial_test::serial] fn other() {}", "absent");
    check("#[tokio::test] async fn test_a() {}", "absent");
    check("#[rstest] fn db() {}", "unsure");
}

#[test]
fn of_several_items_the_fixture_counts() {
    check("#[cfg(unix)] fn db() {} #[cfg(not(unix))] #[fixture] fn db() {}", "fixture");
    check("#[cfg(unix)] #[fixture] fn db() {} #[cfg(not(unix))] fn db() {}", "fixture");
    check("#[cfg(unix)] fn db() {} #[cfg(not(unix))] use other::db;", "imported");
}

#[test]
fn follows_imports() {
    check("use other::db;", "imported");
    check("use other::{a, b::c as db};", "imported");
    check("use other::db as a;", "absent");
    check("use other::*;", "unsure");
    check("use std::collections::*;", "absent");
    check("use testkit::prelude::*;", "absent");
    check("use testkit::*;", "unsure");
    check("mod a { #[fixture] pub fn db() {} } use a::db;", "fixture");
    check("mod a { #[fixture] pub fn db() {} } use self::a::*;", "fixture");
    check("mod a { pub fn db() {} } use a::db;", "function");
    check("mod a { pub fn db() {} } use a::*;", "function");
    check("mod a { pub struct db; } pub use a::{db};", "type");
    check("mod a { pub use super::b::*; } mod b { #[fixture] pub fn dc() {} } use a::dc as db;", "fixture");
    check("mod a { make!(); } use a::*;", "unsure");
    // The compiler says of the import itself that nothing is there.
    check("mod a {} use a::db;", "imported");
    // Two modules that bring each other in.
    check("mod a { pub use super::b::*; } mod b { pub use super::a::*; } use a::*;", "absent");
    check("use self::a as b; mod a { #[fixture] pub fn db() {} } use b::*;", "fixture");
    check("enum Kind { A } use Kind::*;", "absent");
    // Functions and types live side by side.
    check("mod a { pub fn db() {} } mod b { #[fixture] pub fn db() {} } use a::*; use b::*;", "fixture");
    check("mod a { pub fn db() {} } use a::*; use other::*;", "unsure");
}

#[test]
fn looks_into_the_modules_around() {
    #[track_caller]
    fn check(module: &str, files: &[(&str, &str)], want: &str) {
        let all = Files::new(files);
        assert_eq!(short(&all.names(module).find("db")), want, "{module} of {files:?}");
    }
    let inside = "#[fixture] fn db() {} mod tests { use super::*; }";
    check("a.rs::tests", &[("a.rs", inside)], "fixture");
    check("a.rs::tests", &[("a.rs", "#[fixture] fn db() {} mod tests {}")], "absent");
    check("a.rs::tests", &[("a.rs", "use other::db; mod tests { use super::*; }")], "imported");
    check("a.rs::b::c", &[("a.rs", "#[fixture] fn db() {} mod b { mod c { use super::super::*; } }")], "fixture");
    check("a.rs::b", &[("a.rs", "mod b { use super::db; }")], "imported");
    // Files of modules.
    let common = ("common.rs", "#[fixture] pub fn db() {}");
    check("a.rs", &[("a.rs", "mod common; use common::*;"), common], "fixture");
    check("a.rs", &[("a.rs", "mod common; use common::*;"), ("common/mod.rs", "")], "absent");
    check("a.rs", &[("a.rs", "mod common; use common::*;")], "unsure");
    check("a.rs", &[("a.rs", "#[path = \"b.rs\"] mod common; use common::*;"), ("b.rs", "fn db() {}")], "function");
    // The file around a file is known by what it says.
    let tests = ("db/tests.rs", "use super::*;");
    check("db/tests.rs", &[tests, ("db.rs", "mod tests; #[fixture] fn db() {}")], "fixture");
    check("db/tests.rs", &[tests, ("db/mod.rs", "mod tests; fn db() {}")], "function");
    check("db/tests.rs", &[tests, ("db.rs", "#[fixture] fn db() {}")], "unsure");
    check("db/tests.rs", &[tests, ("db.rs", "#[path = \"x.rs\"] mod tests;")], "unsure");
    check("db/tests.rs", &[tests, ("db.rs", "mod tests;"), ("db/mod.rs", "mod tests;")], "unsure");
    check("lib/mod.rs", &[("lib/mod.rs", "use super::*;"), ("main.rs", "mod lib; struct db;")], "type");
}

#[test]
fn knows_what_a_fixture_is_told() {
    let source = "
        #[fixture(params = [1, 2], arguments(name, age = 3), teardown = drop)]
        fn user(param: u8, name: String, age: u8, _db: &Db, tmp_path: &TmpPath) -> User {}";
    let files = Files::new(&[("a.rs", source)]);
    let Found::Fixture(facts, home) = files.names("a.rs").find("user") else { panic!("a fixture is not found") };
    assert_eq!(facts.asks, ["db", "tmp_path"]);
    assert_eq!(facts.arguments, ["name", "age"]);
    assert!(facts.has_teardown);
    assert_eq!(facts.place.0, 3);
    assert_eq!(home, None, "it is the module itself");
}

#[test]
fn suggests_the_fixtures_in_reach() {
    let source = "
        #[fixture] fn a() {}
        fn b() {}
        mod other { #[fixture] pub fn c() {} #[fixture] pub fn d() {} }
        mod tests { use super::*; use super::other::c; #[fixture] fn e() {} }";
    let files = Files::new(&[("a.rs", source)]);
    let mut fixtures = files.names("a.rs::tests").fixtures();
    fixtures.sort();
    assert_eq!(fixtures, ["a", "c", "e"]);
}

#[test]
fn finds_circles() {
    #[track_caller]
    fn check(source: &str, want: Option<&[&str]>) {
        let files = Files::new(&[("a.rs", source)]);
        let circle = files.names("a.rs").circle("a");
        let names: Option<Vec<String>> = circle.map(|circle| circle.into_iter().map(|step| step.name).collect());
        let want = want.map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(names, want, "{source}");
    }
    check("#[fixture] fn a(b: &B) {} #[fixture] fn b() {}", None);
    check("#[fixture] fn a(a: &A) {}", Some(&["a"]));
    let both = "\n#[fixture] fn a(b: &B) {}\n#[fixture] fn b(a: &A) {}";
    check(both, Some(&["a", "b"]));
    check("\n#[fixture] fn a(b: &B) {}\n#[fixture] fn b(c: &C) {}\n#[fixture] fn c(b: &B) {}", None);
    check("\n#[fixture] fn a(b: B, c: C) {}\n#[fixture] fn b() {}\n#[fixture] fn c(_a: &A) {}", Some(&["a", "c"]));
    check(
        "#[fixture] fn a(c: &C) {}\nuse x::b as c;\nmod x {\nuse super::*;\n#[fixture] pub fn b(a: &A) {} }",
        Some(&["a", "c"]),
    );
    // What has been looked at is not looked at again: this would take for ever.
    let layer = |n: usize, m: usize| {
        format!("#[fixture] fn l{n}(l{m}: &L, m{m}: &L) {{}}\n#[fixture] fn m{n}(l{m}: &L, m{m}: &L) {{}}\n")
    };
    let layers = crate::expand::concatenated(0..40, |n| layer(n, n + 1));
    check(&format!("#[fixture] fn a(l0: &L) {{}}\n{layers}"), None);
}
