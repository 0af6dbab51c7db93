//! Lists of tests for tests.

use std::time::Duration;

use testkit_protocol::id::{BinaryId, TestId};
use testkit_protocol::location::Location;

use super::{Binary, BinaryIndex, Harness, Host, Launch, Test, TestList};

/// A binary in the workspace `/ws`.
pub(crate) fn binary(id: &str, source: &str, harness: Harness) -> Binary {
    let path = format!("/ws/target/debug/deps/{}", id.replace("::", "-"));
    let package = id.split("::").next().unwrap();
    Binary {
        id: BinaryId(id.to_owned()),
        path: path.clone().into(),
        source: source.into(),
        harness,
        launch: Launch {
            command: vec![path.into()],
            directory: format!("/ws/{package}").into(),
            environment: Vec::new(),
            has_runner: false,
        },
    }
}

/// A test that libtest lists; `at` is its file and first line.
pub(crate) fn plain(list: &TestList, binary: BinaryIndex, name: &str, at: Option<(&str, u32)>) -> Test {
    Test {
        id: TestId::new(&list.binary(binary).id, name),
        binary,
        host: Host::Named { name: name.to_owned() },
        location: at.map(|(file, line)| Location::new(file, line, 0)),
        end_line: None,
        ignore: None,
        timeout: None,
        marks: None,
        bond: None,
    }
}

/// A collected test with its lines.
fn collected(list: &TestList, binary: BinaryIndex, path: &str, file: &str, lines: (u32, u32)) -> Test {
    let host = Host::Collected { path: path.to_owned(), libtest: path.to_owned(), carrier: "carrier".into() };
    let location = Some(Location::new(file, lines.0, 4));
    Test { host, location, end_line: Some(lines.1), ..plain(list, binary, path, None) }
}

/// A list with every kind of test in it.
pub(crate) fn list() -> TestList {
    let mut list = TestList::default();
    let shop = list.add_binary(binary("shop", "/ws/shop/src/lib.rs", Harness::Libtest));
    let cart = "shop/src/cart.rs";
    for (path, lines) in [
        ("cart::tests::test_add", (8, 14)),
        ("cart::tests::test_add_all", (16, 20)),
        ("cart::tests::TestTotal::test_sum[one]", (30, 34)),
        ("cart::tests::TestTotal::test_sum[two items]", (30, 34)),
    ] {
        let test = collected(&list, shop, path, cart, lines);
        list.add_test(test);
    }
    list.tests[1].ignore = Some("slow".to_owned());
    list.tests[2].timeout = Some(Duration::from_secs(5));

    let api = list.add_binary(binary("shop::api", "/ws/shop/tests/api.rs", Harness::Libtest));
    for (name, line) in [("get", 4), ("put", 20)] {
        let test = plain(&list, api, name, Some(("shop/tests/api.rs", line)));
        list.add_test(test);
    }
    let ui = list.add_binary(binary("shop::ui", "/ws/shop/tests/ui.rs", Harness::Custom));
    let mut test = plain(&list, ui, "ui/pass.rs", None);
    test.ignore = Some(String::new());
    list.add_test(test);

    let till = list.add_binary(binary("till::api", "/ws/till/tests/api.rs", Harness::Custom));
    let whole = Test { id: TestId("till::api".to_owned()), host: Host::Whole, ..plain(&list, till, "", None) };
    list.add_test(whole);
    list
}

/// A list of so many plain tests in a hundred files.
pub(crate) fn large(count: usize) -> TestList {
    let mut list = TestList::default();
    let index = list.add_binary(binary("big", "/ws/src/lib.rs", Harness::Libtest));
    for at in 0..count {
        let module = at * 100 / count;
        let file = format!("src/module_{module}.rs");
        let name = format!("module_{module}::tests::test_{at}");
        let line = u32::try_from(at).unwrap() * 5 + 1;
        let test = plain(&list, index, &name, Some((&file, line)));
        list.add_test(test);
    }
    list
}
