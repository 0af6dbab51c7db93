use proptest::prelude::*;
use testkit_protocol::record::{MarkRecord, XfailRecord};

use super::*;
use crate::model::{Harness, Host, Test, TestMarks, samples};
use crate::select::{Place, select};

fn written(list: &TestList, format: ListFormat) -> String {
    let all: Vec<_> = list.iter().map(|(index, _)| index).collect();
    let mut out = Vec::new();
    write(list, &all, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn tree() {
    insta::assert_snapshot!(written(&samples::list(), ListFormat::Tree), @r"
    shop
      cart
        tests
          test_add
          test_add_all [ignored: slow]
          TestTotal
            test_sum[one]
            test_sum[two items]

    shop::api
      get
      put

    shop::ui
      ui/pass.rs [ignored]

    till::api
      (the whole binary)

    8 tests in 4 binaries, 2 ignored
    ");
    insta::assert_snapshot!(written(&TestList::default(), ListFormat::Tree), @"0 tests in 0 binaries");
}

#[test]
fn json() {
    let text = written(&samples::list(), ListFormat::Json);
    assert_eq!(text.lines().count(), 1);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn marks_are_shown() {
    let mut list = samples::list();
    let skip = TestMarks { skip: Some("no server".to_owned()), ..TestMarks::default() };
    let xfail = XfailRecord { reason: "bug 12".to_owned(), ..XfailRecord::default() };
    let free = MarkRecord { name: "db".to_owned(), arguments: Some("kind = \"pg\"".to_owned()) };
    let other = TestMarks { xfail: Some(xfail), serial: vec![String::new()], free: vec![free], ..TestMarks::default() };
    list.tests[0].marks = Some(skip.into());
    list.tests[3].marks = Some(other.into());
    let tree = written(&list, ListFormat::Tree);
    assert!(
        tree.contains("test_add [skip: no server]\n") && tree.contains("test_sum[two items] [xfail: bug 12]\n"),
        "{tree}"
    );
    let document: serde_json::Value = serde_json::from_str(&written(&list, ListFormat::Json)).unwrap();
    assert_eq!(document["tests"][0]["skip"], "no server");
    let marked = &document["tests"][3];
    assert_eq!(marked["xfail"], serde_json::json!({"reason": "bug 12"}));
    assert_eq!(marked["serial"], serde_json::json!([""]));
    assert_eq!(marked["marks"], serde_json::json!([{"name": "db", "arguments": "kind = \"pg\""}]));
    assert_eq!((marked.get("skip"), marked.get("exclusive"), marked.get("retry")), (None, None, None));
}

#[test]
fn a_list_is_written_fast() {
    let list = samples::large(50_000);
    for format in [ListFormat::Tree, ListFormat::Ids, ListFormat::Json] {
        let began = std::time::Instant::now();
        let text = written(&list, format);
        println!("{format:?}: {} bytes in {:?}", text.len(), began.elapsed());
        assert!(began.elapsed().as_millis() < if cfg!(debug_assertions) { 3000 } else { 100 });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every line of `--format ids` is a selector that means its own test alone.
    #[test]
    fn ids_select_exactly_themselves(
        names in prop::collection::btree_set(r"(a|b|tests|x\.rs|Test)(::(a|b|test|y\.rs|T)){0,3}(\[[ab:/\.rs ]{0,5}\])?", 1..20),
        binaries in prop::collection::btree_set(r"p|q|p::t|p::bin/t", 1..4),
    ) {
        let mut list = TestList::default();
        for id in &binaries {
            let index = list.add_binary(samples::binary(id, "/ws/src/x.rs", Harness::Libtest));
            for (at, name) in names.iter().enumerate() {
                let place = (at % 2 == 0).then_some(("src/x.rs", 3));
                let test = samples::plain(&list, index, name, place);
                // Two binaries may spell the same id in different ways; discovery keeps ids unique.
                if list.tests.iter().all(|known| known.id != test.id) {
                    list.add_test(Test { host: Host::Named { name: name.clone() }, ..test });
                }
            }
        }
        let place = Place { workspace_root: "/ws".into(), folder: "".into() };
        for (line, (index, _)) in written(&list, ListFormat::Ids).lines().zip(list.iter()) {
            prop_assert_eq!(select(&[line.to_owned()], place, &list).unwrap(), vec![index], "{}", line);
        }
    }
}
