//! Every mistake that the macros know gets a compile error that says what to write instead: one mistake a file.
//!
//! Rewrite the expected texts with `TRYBUILD=overwrite cargo test --test ui`, and read the difference.

#[test]
fn mistakes_are_compile_errors_with_hints() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/*.rs");
}
