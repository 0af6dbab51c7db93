//! What a test asks for, from the text of its module.

use super::*;
use crate::ast::{self, Item, ItemKind, Items};
use crate::names::known_home;

/// What the last function of `source` asks for, or what is wrong, without hints and places.
fn asking(source: &str) -> Result<Asking, Vec<String>> {
    let mut items = ast::scan(source.parse().unwrap());
    let names = Names::of(&items, known_home(None));
    let Some(Item { attributes, kind: ItemKind::Function(function), .. }) = items.items.pop() else {
        panic!("the source ends with no function")
    };
    let mut diagnostics = Diagnostics::default();
    let mut marks = marked::marks(&attributes, &PackageConfig::default(), &mut diagnostics);
    marks.inherit(&[], "test_a", Span::call_site(), &mut diagnostics);
    let asking = Asking::of(&function, &marks, &Offers::default(), &names, &mut diagnostics);
    let errors = diagnostics.into_located("");
    let first_line = |text: &String| text.lines().next().unwrap().splitn(4, ':').nth(3).unwrap().trim().to_owned();
    match asking {
        Some(asking) if errors.is_empty() => Ok(asking),
        Some(_) | None => Err(errors.iter().map(first_line).collect()),
    }
}

#[test]
fn literal_cases_multiply_in_the_order_of_pytest() {
    /// `id = function` of each combination.
    #[track_caller]
    fn check(attributes: &str, want: &[&str]) {
        let asking = asking(&format!("{attributes} fn test_a(a: u8, b: u8, c: u8) {{}}")).unwrap();
        let got: Vec<String> = asking.combinations().iter().map(|it| format!("{} = {}", it.id, it.function)).collect();
        assert_eq!(got, want, "{attributes}");
    }
    check("#[parametrize((a, b, c), [(1, 2, 3), carry: (9, 1, 10)])]", &["1-2-3 = case_1", "carry = carry"]);
    // The attribute next to the function varies slowest, and comes first in the id.
    check(
        "#[parametrize(a, [1, 2])] #[parametrize((b, c), [(3, 4), (5, 6)])]",
        &["3-4-1 = case_1_case_1", "3-4-2 = case_1_case_2", "5-6-1 = case_2_case_1", "5-6-2 = case_2_case_2"],
    );
    check(
        "#[parametrize(a, [x: 1])] #[parametrize(b, [y: 2])] #[parametrize(c, [z: 3, 4])]",
        &["z-y-x = z_y_x", "4-y-x = case_2_y_x"],
    );
    // What would be the same id gets a number.
    check("#[parametrize((a, b, c), [(1, 2, 3), (1, 2, 3)])]", &["1-2-3_0 = case_1", "1-2-3_1 = case_2"]);
    // What would be the same function gets an underscore.
    check(
        "#[parametrize((a, b), [p: (1, 1), p_q: (2, 2)])] #[parametrize(c, [x: 3, x_p: 4])]",
        &["x-p = x_p", "x-p_q = x_p_q", "x_p-p = x_p_p", "x_p-p_q = x_p_p_q"],
    );
    check(
        "#[parametrize((a, b), [q: (1, 1), p_q: (2, 2)])] #[parametrize(c, [x_p: 3, x: 4])]",
        &["x_p-q = x_p_q", "x_p-p_q = x_p_p_q", "x-q = x_q", "x-p_q = x_p_q_"],
    );
    // Rows have no part in what is compiled.
    check("#[parametrize(a, [1, 2])] #[parametrize((b, c), from = rows())]", &["1 = case_1", "2 = case_2"]);
    check("#[parametrize((a, b, c), from = rows())]", &[" = "]);
}

#[test]
fn combinations_know_their_cases() {
    let source = "
        #[parametrize(a, [#[skip] 1, #[xfail] #[ignore] 2])]
        #[parametrize(b, from = rows())]
        #[parametrize(c, [#[timeout(\"1s\")] 3, 4])]
        fn test_a(a: u8, b: u8, c: u8) {}";
    let got: Vec<(Vec<usize>, Vec<String>)> = asking(source)
        .unwrap()
        .combinations()
        .into_iter()
        .map(|it| (it.choice, it.attributes.into_iter().map(|attribute| attribute.path).collect()))
        .collect();
    let want: [(&[usize], &[&str]); 4] = [
        (&[0, 0, 0], &["timeout", "skip"]),
        (&[0, 0, 1], &["timeout", "xfail", "ignore"]),
        (&[1, 0, 0], &["skip"]),
        (&[1, 0, 1], &["xfail", "ignore"]),
    ];
    let want: Vec<_> = want
        .iter()
        .map(|(choice, paths)| (choice.to_vec(), paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>()))
        .collect();
    assert_eq!(got, want);
}

#[test]
fn knows_what_supplies_each_argument() {
    /// The arguments, each with what supplies it; then the fixtures whose values are not seen.
    #[track_caller]
    fn check(source: &str, want: &[&str]) {
        let asking = asking(source).unwrap();
        let supply = |(argument, supply): &(Argument, Supply)| {
            let from = match supply {
                Supply::Fixture(path) => path.text.clone(),
                Supply::Case { axis, column } => format!("case {axis}.{column}"),
                Supply::Generated(Some(strategy)) => format!("made by {strategy}"),
                Supply::Generated(None) => "made".to_owned(),
            };
            format!("{}: {from}", argument.name)
        };
        let used = asking.uses.iter().map(|path| format!("uses {}", path.text));
        let got: Vec<String> = asking.arguments.iter().map(supply).chain(used).collect();
        assert_eq!(got, want, "{source}");
    }
    check("fn test_a() {}", &[]);
    check("#[fixture] fn db() {} fn test_a(db: &Db) {}", &["db: db"]);
    check("#[fixture] fn db() {} fn test_a(_db: &Db) {}", &["_db: db"]);
    check(
        "use x::{db, other as server}; fn test_a(db: Db, server: &S) {}",
        &["db: __testkit_db", "server: __testkit_server"],
    );
    // What comes with testkit, by name and type; but not if the module has one itself.
    check("fn test_a(tmp_path: &testkit::TmpPath) {}", &["tmp_path: ::testkit::fixtures::tmp_path"]);
    check("#[fixture] fn env() {} fn test_a(env: &Env) {}", &["env: env"]);
    check("use x::*; fn test_a(env: &Env) {}", &["env: ::testkit::fixtures::env"]);
    // Where nobody can tell, the compiler is asked once.
    check("use x::*; fn test_a(db: &Db, r#type: &T) {}", &["db: __testkit_db", "r#type: __testkit_type"]);
    check(
        "#[fixture] fn db() {} #[parametrize((b, _a), [(1, 2)])] #[parametrize(c, [3])] fn test_a(_a: u8, b: u8, c: u8, db: &Db) {}",
        &["_a: case 1.1", "b: case 1.0", "c: case 0.0", "db: db"],
    );
    check(
        "#[fixture] fn db() {} #[property(b = 0..3)] fn test_a(a: u8, b: u8, db: &Db) {}",
        &["a: made", "b: made by 0 .. 3", "db: db"],
    );
    check("#[fixture] fn clean() {} #[uses(clean, x::other)] fn test_a() {}", &["uses clean", "uses x::other"]);
}

#[test]
fn says_what_nothing_supplies() {
    #[track_caller]
    fn check(source: &str, want: &[&str]) {
        assert_eq!(asking(source).map(drop), Err(want.iter().map(|text| (*text).to_owned()).collect()), "{source}");
    }
    check("fn test_a(db: &Db) {}", &["there is no fixture `db`, which `test_a` asks for"]);
    check(
        "#[fixture] fn server() {} fn test_a(serve: &Db) {}",
        &["there is no fixture `serve`, which `test_a` asks for; did you mean `server`?"],
    );
    check("fn db() {} fn test_a(db: &Db) {}", &["`db`, which `test_a` asks for, is a function without `#[fixture]`"]);
    check(
        "#[rstest::fixture] fn db() {} fn test_a(db: &Db) {}",
        &["`db`, which `test_a` asks for, is a fixture of another framework"],
    );
    check(
        "#[fixture(teardown = drop)] fn db() {} fn test_a(db: Db) {}",
        &["`test_a` asks for a value of `db` of its own, and `db` has a `teardown` that takes each value at its end"],
    );
    check("fn test_a(cx: &Cx) {}", &["the fixture `cx` of testkit is a `Context`, and `test_a` asks for a `Cx`"]);
    // An attribute that cannot be read would have supplied what then nobody misses.
    check("#[parametrize(n, [])] fn test_a(n: u8) {}", &["`#[parametrize]` has no cases, so nothing would be tested"]);
    check("#[property(cases = 0)] fn test_a(n: u8) {}", &["`#[property]` takes `cases` as a number, at least 1"]);
    check("#[cfg_attr(x, parametrize(n, [1]))] fn test_a(n: u8) {}", &["`#[parametrize]` cannot depend on `cfg`"]);
    check("#[property] fn test_a() {}", &["`test_a` takes nothing that `#[property]` could make up"]);
}

#[test]
fn says_what_a_fixture_should_return() {
    /// The hint for an argument of a type.
    #[track_caller]
    fn check(of_type: &str, want: &str) {
        let items = ast::scan(format!("fn test_a(it: {of_type}) {{}}").parse().unwrap());
        let names = Names::of(&Items::default(), known_home(None));
        let Some(Item { kind: ItemKind::Function(function), .. }) = items.items.first() else { panic!("no function") };
        let mut diagnostics = Diagnostics::default();
        Asking::of(function, &Marks::default(), &Offers::default(), &names, &mut diagnostics);
        let text = diagnostics.into_located("").join("");
        let returned = text.split("fn it() -> ").nth(1).and_then(|rest| rest.split('`').next());
        assert_eq!(returned, Some(want), "{text}");
    }
    check("Db", "Db");
    check("&Db", "Db");
    check("&'a Db", "Db");
    check("&str", "String");
    check("&'static str", "String");
    check("&std::path::Path", "std::path::PathBuf");
    check("&[u8]", "Vec<u8>");
    check("&[u8; 3]", "[u8; 3]");
    check("&dyn Shape", "Box<dyn Shape>");
    check("Option<&str>", "Option<&str>");
}
