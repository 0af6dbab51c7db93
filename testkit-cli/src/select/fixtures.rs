//! Which fixtures a user's selectors mean.

use testkit_protocol::id::TestId;

use super::{NoMatch, Place, select};
use crate::model::{BinaryIndex, Fixture, Host, Test, TestIndex, TestList};

/// The fixtures that `selectors` mean, as indices into `fixtures`, each once, in their order; all of them if there is no
/// selector.
///
/// # Errors
/// [`NoMatch`], which names every selector that matches nothing, and what comes nearest to it.
pub(crate) fn fixtures(selectors: &[String], place: Place<'_>, fixtures: &[Fixture]) -> Result<Vec<usize>, NoMatch> {
    // A fixture has what selectors look at in a test: a path, a file and a first line.
    let list = TestList { binaries: Vec::new(), tests: fixtures.iter().map(as_test).collect() };
    let selected = select(selectors, place, &list).map_err(|error| NoMatch { kind: "fixture", ..error })?;
    Ok(selected.into_iter().map(|TestIndex(index)| index).collect())
}

fn as_test(fixture: &Fixture) -> Test {
    let path = fixture.path();
    Test {
        id: TestId(path.clone()),
        binary: BinaryIndex(0),
        host: Host::Named { name: path },
        location: Some(fixture.location.clone()),
        end_line: None,
        ignore: None,
        timeout: None,
        marks: None,
        bond: None,
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use testkit_protocol::location::Location;
    use testkit_protocol::record::FixtureRecord;

    use super::*;

    #[test]
    fn fixtures_are_selected_as_tests_are() {
        let fixture = |module: &str, name: &str, file: &str, line| Fixture {
            module: module.to_owned(),
            location: Location::new(file, line, 4),
            record: FixtureRecord { name: name.to_owned(), line, ..FixtureRecord::default() },
        };
        let all = [
            fixture("shop::tests", "cart", "src/lib.rs", 3),
            fixture("shop::tests", "till", "src/lib.rs", 9),
            fixture("testkit::fixture", "tmp_path", "/registry/testkit/src/fixture.rs", 40),
        ];
        let place = Place { workspace_root: Utf8Path::new("/ws"), folder: Utf8Path::new("") };
        let select = |selector: &str| fixtures(&[selector.to_owned()], place, &all).map_err(|error| error.to_string());
        assert_eq!(fixtures(&[], place, &all).unwrap(), [0, 1, 2]);
        assert_eq!(select("shop::tests::till").unwrap(), [1]);
        assert_eq!(select("shop::").unwrap(), [0, 1]);
        assert_eq!(select("src/lib.rs").unwrap(), [0, 1]);
        assert_eq!(select("src/lib.rs:11").unwrap(), [1]);
        assert_eq!(select("lib.rs::cart").unwrap(), [0]);
        assert_eq!(
            select("tests::carts").unwrap_err(),
            "selector 1 `tests::carts` matches no fixture\n  nearest: shop::tests::cart"
        );
    }
}
