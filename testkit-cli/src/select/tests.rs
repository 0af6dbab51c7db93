use super::*;
use crate::model::{TestMarks, samples};

fn strings(selectors: &[&str]) -> Vec<String> {
    selectors.iter().map(|selector| (*selector).to_owned()).collect()
}

fn place(folder: &str) -> Place<'_> {
    Place { workspace_root: Utf8Path::new("/ws"), folder: Utf8Path::new(folder) }
}

#[test]
fn selectors_mean_tests() {
    #[track_caller]
    fn check(folder: &str, selectors: &[&str], want: &[&str]) {
        let list = samples::list();
        let got = select(&strings(selectors), place(folder), &list).unwrap_or_else(|error| panic!("{error}"));
        let got: Vec<_> = got.into_iter().map(|index| list.test(index).id.as_str()).collect();
        assert_eq!(got, want, "{selectors:?} in `{folder}`");
    }
    let sums = ["shop::cart::tests::TestTotal::test_sum[one]", "shop::cart::tests::TestTotal::test_sum[two items]"];
    let cart = ["shop::cart::tests::test_add", "shop::cart::tests::test_add_all", sums[0], sums[1]];

    // Full ids mean one test, also where they are part of others.
    check("", &["shop::cart::tests::test_add"], &cart[..1]);
    check("", &[sums[1]], &sums[1..]);
    check("", &["till::api"], &["till::api"]);
    // Parts of ids.
    check("", &["tests::test_add"], &cart[..2]);
    check("", &["TestTotal"], &sums);
    check("", &["test_sum[two"], &sums[1..]);
    check("", &["shop::cart", "TestTotal"], &cart);
    // Files: relative to the folder, then to the root, then the end of any path.
    check("", &["shop/src/cart.rs"], &cart);
    check("shop", &["src/cart.rs"], &cart);
    check("shop", &["./src/../src/cart.rs"], &cart);
    check("till", &["../shop/src/cart.rs"], &cart);
    check("till", &["shop/src/cart.rs"], &cart);
    check("till", &["cart.rs"], &cart);
    check("", &["/ws/shop/src/cart.rs"], &cart);
    check("", &[r"shop\src\cart.rs"], &cart);
    check("shop", &["tests/api.rs"], &["shop::api::get", "shop::api::put"]);
    check("till", &["tests/api.rs"], &["till::api"]);
    check("", &["tests/api.rs"], &["shop::api::get", "shop::api::put", "till::api"]);
    // Lines.
    check("", &["shop/src/cart.rs:10"], &cart[..1]);
    check("", &["shop/src/cart.rs:13:9"], &cart[..1]);
    check("", &["cart.rs:32"], &sums);
    check("shop", &["tests/api.rs:5"], &["shop::api::get"]);
    check("shop", &["tests/api.rs:19"], &["shop::api::get"]);
    check("shop", &["tests/api.rs:900"], &["shop::api::put"]);
    // Paths in files.
    check("", &["cart.rs::TestTotal"], &sums);
    check("", &["cart.rs::tests::TestTotal::test_sum"], &sums);
    check("", &["cart.rs::TestTotal::test_sum[one]"], &sums[..1]);
    check("", &["cart.rs::test_add"], &cart[..1]);
    // A test may be named like a file.
    check("", &["ui/pass.rs"], &["shop::ui::ui/pass.rs"]);
    // Several, each test once; none.
    check("", &["cart.rs:10", "test_add", "shop::api::get"], &[cart[0], cart[1], "shop::api::get"]);
    check("", &[], &samples::list().tests.iter().map(|test| test.id.as_str()).collect::<Vec<_>>());
}

#[test]
fn what_matches_nothing_is_named_with_what_comes_near() {
    #[track_caller]
    fn check(selectors: &[&str], want: &str) {
        let list = samples::list();
        let error = select(&strings(selectors), place(""), &list).unwrap_err();
        assert_eq!(error.to_string(), want, "{selectors:?}");
    }
    check(
        &["tset_add", "TestTotal", "TestTotl::test_sum"],
        "selector 1 `tset_add` matches no test
  nearest: shop::cart::tests::test_add
selector 3 `TestTotl::test_sum` matches no test
  nearest: shop::cart::tests::TestTotal::test_sum[one]
           shop::cart::tests::TestTotal::test_sum[two items]",
    );
    check(&["zzzzzz"], "selector 1 `zzzzzz` matches no test");
    check(&["src/crat.rs"], "selector 1 `src/crat.rs` names a file without tests\n  nearest: shop/src/cart.rs");
    check(
        &["cart.rs:21"],
        "selector 1 `cart.rs:21` names a line outside of any test
  nearest: shop::cart::tests::test_add_all (lines 16 to 20)
           shop::cart::tests::TestTotal::test_sum[one] (lines 30 to 34)
           shop::cart::tests::TestTotal::test_sum[two items] (lines 30 to 34)",
    );
    check(
        &["till/tests/api.rs:3"],
        "selector 1 `till/tests/api.rs:3` names a line, but the lines of this file's tests are not known",
    );
    check(
        &["cart.rs::test_ad"],
        "selector 1 `cart.rs::test_ad` names nothing in that file
  nearest: shop::cart::tests::test_add",
    );
}

#[test]
fn a_growing_list_can_be_asked() {
    let list = samples::list();
    let matching = matching(&strings(&["nothing", "shop::api::get"]), place(""), &list);
    assert_eq!(matching.unmatched, [0]);
    assert_eq!(matching.tests.len(), 1);
}

#[test]
fn ignored_tests_run_when_asked_for() {
    #[track_caller]
    fn check(ignore: Option<&str>, which: RunIgnored, want: Fate<'_>) {
        let test = Test { ignore: ignore.map(str::to_owned), ..samples::list().tests[0].clone() };
        assert_eq!(fate(&test, which), want, "{ignore:?} {which:?}");
    }
    check(None, RunIgnored::Default, Fate::Run);
    check(None, RunIgnored::All, Fate::Run);
    check(None, RunIgnored::Only, Fate::LeaveOut);
    check(Some("slow"), RunIgnored::Default, Fate::Skip { reason: "slow" });
    check(Some(""), RunIgnored::Default, Fate::Skip { reason: "" });
    check(Some("slow"), RunIgnored::All, Fate::Run);
    check(Some("slow"), RunIgnored::Only, Fate::Run);
}

#[test]
fn a_test_with_skip_is_never_run() {
    #[track_caller]
    fn check(ignore: Option<&str>, which: RunIgnored, want: Fate<'_>) {
        let marks = TestMarks { skip: Some("why".to_owned()), ..TestMarks::default() };
        let test = samples::list().tests[0].clone();
        let test = Test { ignore: ignore.map(str::to_owned), marks: Some(marks.into()), ..test };
        assert_eq!(fate(&test, which), want, "{ignore:?} {which:?}");
    }
    let skip = Fate::Skip { reason: "why" };
    check(None, RunIgnored::Default, skip);
    check(None, RunIgnored::All, skip);
    check(None, RunIgnored::Only, Fate::LeaveOut);
    check(Some("slow"), RunIgnored::Default, skip);
    check(Some("slow"), RunIgnored::All, skip);
    check(Some("slow"), RunIgnored::Only, skip);
}

#[test]
fn fifty_thousand_tests_are_no_burden() {
    let list = samples::large(50_000);
    let every_id: Vec<String> = list.tests.iter().map(|test| test.id.to_string()).collect();
    let limit = std::time::Duration::from_millis(if cfg!(debug_assertions) { 3000 } else { 100 });
    for selectors in [every_id, strings(&["test_4", "src/module_7.rs", "src/module_9.rs::tests::test_4500"])] {
        let began = std::time::Instant::now();
        assert!(select(&selectors, place(""), &list).is_ok());
        println!("{} selectors: {:?}", selectors.len(), began.elapsed());
        assert!(began.elapsed() < limit, "{:?}", began.elapsed());
    }
    let began = std::time::Instant::now();
    assert!(select(&strings(&["tset_4096"]), place(""), &list).is_err());
    println!("nearest names: {:?}", began.elapsed());
}

#[test]
fn a_test_without_its_case_means_all_cases() {
    let mut list = samples::list();
    for (of, case) in
        [("q", "q[Pg]"), ("q", "q[My]"), ("query", "query[1]"), ("many[1]", "many[1-Pg]"), ("many[2]", "many[2-Pg]")]
    {
        let mut test = list.test(TestIndex(0)).clone();
        let (path, of) = (format!("cart::tests::test_{case}"), format!("cart::tests::test_{of}"));
        test.id = testkit_protocol::id::TestId(format!("shop::{path}"));
        test.host = Host::Case { path, of: of.into(), libtest: "x".into(), carrier: "x".into() };
        list.add_test(test);
    }
    let check = |selector: &str, want: &[&str]| {
        let got = select(&strings(&[selector]), place(""), &list).unwrap_or_else(|error| panic!("{error}"));
        let got: Vec<_> = got.into_iter().map(|index| list.test(index).id.as_str()).collect();
        let want: Vec<_> = want.iter().map(|name| format!("shop::cart::tests::{name}")).collect();
        assert_eq!(got, want, "{selector}");
    };
    check("shop::cart::tests::test_q", &["test_q[Pg]", "test_q[My]"]);
    check("shop::cart::tests::test_q[My]", &["test_q[My]"]);
    check("test_q", &["test_q[Pg]", "test_q[My]", "test_query[1]"]);
    check("cart.rs::test_q", &["test_q[Pg]", "test_q[My]"]);
    check("shop::cart::tests::test_many", &["test_many[1-Pg]", "test_many[2-Pg]"]);
    check("shop::cart::tests::test_many[1]", &["test_many[1-Pg]"]);
    check("test_many[2]", &["test_many[2-Pg]"]);
    check("cart.rs::test_many[2]", &["test_many[2-Pg]"]);
    check("shop::cart::tests::TestTotal::test_sum", &["TestTotal::test_sum[one]", "TestTotal::test_sum[two items]"]);
}
