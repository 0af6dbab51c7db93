//! What the static descriptions say of a test: looked up where a test asks about itself, since the registry itself holds no
//! more than what is needed to run it.

use testkit_protocol::json::Json;

use super::ModuleEntry;
use super::lines::{self, Module, member};

/// A test as it is described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Described {
    /// Path of its module inside the crate; empty for the root.
    pub(crate) module: String,
    /// Its path below the module, with the case that is known before it runs.
    pub(crate) name: String,
    /// Names of the author's own marks, innermost first, and their arguments as source text.
    pub(crate) marks: Vec<(String, Option<String>)>,
}

impl Described {
    /// The test with this id: its own, or that of a case of it that is known at run time only.
    pub(crate) fn with_id(id: &str) -> Option<Self> {
        Self::with_id_in(modules(), id)
    }

    /// The test whose hosting libtest test has this name.
    pub(crate) fn hosted_by(libtest: &str) -> Option<Self> {
        Self::hosted_by_in(modules(), libtest)
    }

    /// Its id, without a case that is known at run time only.
    pub(crate) fn id(&self) -> String {
        if self.module.is_empty() { self.name.clone() } else { format!("{}::{}", self.module, self.name) }
    }

    fn with_id_in(modules: impl Iterator<Item = Module> + Clone, id: &str) -> Option<Self> {
        let found = modules.clone().find_map(|module| module.find(id, |inside| member("name", inside), named));
        found.or_else(|| {
            let stems = modules.flat_map(|module| module.stems_of(id).map(move |test| module.described(&test)));
            stems.max_by_key(|described| described.name.len())
        })
    }

    fn hosted_by_in(modules: impl Iterator<Item = Module> + Clone, libtest: &str) -> Option<Self> {
        let host = |test: &Json, inside: &str| test.get("libtest").and_then(Json::as_str) == Some(inside);
        let other = |test: &Json, inside: &str| test.get("libtest").is_none() && named(test, inside);
        let found = modules.clone().find_map(|module| module.find(libtest, |inside| member("libtest", inside), host));
        let mut modules = modules;
        found.or_else(|| modules.find_map(|module| module.find(libtest, |inside| member("name", inside), other)))
    }
}

fn named(test: &Json, name: &str) -> bool {
    lines::name(test) == name
}

fn modules() -> impl Iterator<Item = Module> + Clone {
    inventory::iter::<ModuleEntry>.into_iter().map(Module::of)
}

impl Module {
    /// The test whose line has `needle` and that `is_it`, each of them told what the id is in this module.
    fn find(self, id: &str, needle: impl Fn(&str) -> String, is_it: impl Fn(&Json, &str) -> bool) -> Option<Described> {
        let inside = self.inside(id)?;
        self.tests_with(&needle(inside)).find(|test| is_it(test, inside)).map(|test| self.described(&test))
    }

    fn described(&self, test: &Json) -> Described {
        let text = |json: &Json, key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let marks = test.get("marks").and_then(Json::as_array).unwrap_or_default().iter();
        let marks = marks.filter_map(|mark| Some((text(mark, "name")?, text(mark, "arguments"))));
        Described { module: self.path.to_owned(), name: lines::name(test).to_owned(), marks: marks.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULES: [Module; 2] = [
        Module {
            path: "",
            text: "{\"module\":{}}\n{\"test\":{\"name\":\"test_a\",\"libtest\":\"discovered::test_a\"}}\n",
        },
        Module {
            path: "tests",
            text: "{\"module\":{}}\n{\"test\":{\"name\":\"test_a\"}}\n\
                   {\"test\":{\"name\":\"test_b[1]\",\"libtest\":\"test_b::case_1\",\"marks\":[{\"name\":\"slow\"},\
                   {\"name\":\"db\",\"arguments\":\"kind = \\\"pg\\\"\"}]}}\n\
                   {\"site\":{\"number\":0,\"expands\":true}}\n\
                   {\"test\":{\"name\":\"TestG::test_c\",\"libtest\":\"test_g::test_c\",\"site\":0}}\n\
                   {\"test\":{\"name\":\"TestG::test_c[x]\",\"site\":0}}\n",
        },
    ];

    #[test]
    fn finds_tests_by_their_ids() {
        #[track_caller]
        fn check(id: &str, want: Option<(&str, &str)>) {
            let found = Described::with_id_in(MODULES.into_iter(), id);
            assert_eq!(found.as_ref().map(|it| (it.module.as_str(), it.name.as_str())), want, "{id}");
        }
        check("test_a", Some(("", "test_a")));
        check("tests::test_a", Some(("tests", "test_a")));
        check("tests::test_b[1]", Some(("tests", "test_b[1]")));
        check("tests::test_b[2]", None);
        check("tests::TestG::test_c[Pg::1]", Some(("tests", "TestG::test_c")));
        check("tests::TestG::test_c[x-1]", Some(("tests", "TestG::test_c[x]")));
        check("tests::test_g::test_c", None);
    }

    #[test]
    fn finds_tests_by_their_hosts() {
        #[track_caller]
        fn check(libtest: &str, want: Option<&str>) {
            let found = Described::hosted_by_in(MODULES.into_iter(), libtest);
            assert_eq!(found.map(|it| it.id()).as_deref(), want, "{libtest}");
        }
        check("discovered::test_a", Some("test_a"));
        check("tests::test_a", Some("tests::test_a"));
        check("tests::test_b::case_1", Some("tests::test_b[1]"));
        check("tests::test_g::test_c", Some("tests::TestG::test_c"));
        check("test_a", None);
    }

    #[test]
    fn knows_marks() {
        let marks = Described::with_id_in(MODULES.into_iter(), "tests::test_b[1]").unwrap().marks;
        assert_eq!(marks, [("slow".to_owned(), None), ("db".to_owned(), Some("kind = \"pg\"".to_owned()))]);
    }
}
