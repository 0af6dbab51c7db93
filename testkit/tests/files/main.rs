//! `discover_files!()`: the files of this folder and of the folders below it.
#![forbid(unsafe_code)]
#![deny(warnings)]

testkit::discover_files!();

/// Not collected: `discover_files!` collects files, not the one it stands in.
#[test]
fn plain_beside_it() {
    let text: String = testkit::__private::descriptions().into_iter().map(String::from_utf8_lossy).collect();
    for name in ["test_included", "test_own_discovery", "test_deeper", "test_below"] {
        assert!(text.contains(&format!("\"name\":\"{name}\"")), "{name} is not in {text}");
    }
    assert!(text.contains(r#""files":["math_test.rs","nested/deeper/test_deeper.rs","nested/test_below.rs","test_own-discovery.rs"],"root":"main.rs""#), "{text}");
}
