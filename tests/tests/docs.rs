//! That the code on the pages of the documentation is the code that is compiled and run.

#![expect(clippy::unwrap_used, reason = "everything here is test code")]

use std::fs;

use testkit_tests::root;

/// The blocks of a page that are marked as Rust.
fn rust_blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap())
}

#[test]
fn idioms_are_those_of_the_example() {
    let example = root().join("examples/idioms");
    let sources = ["src/lib.rs", "tests/test_idioms.rs"].map(|path| fs::read_to_string(example.join(path)).unwrap());
    let mut blocks = 0;
    for entry in fs::read_dir(root().join("docs/from-python")).unwrap() {
        let path = entry.unwrap().path();
        for block in rust_blocks(&fs::read_to_string(&path).unwrap()) {
            blocks += 1;
            for part in block.split("\n\n") {
                let part = part.trim_end();
                let stands_there = sources.iter().any(|source| source.contains(part));
                assert!(stands_there, "{}: not in examples/idioms:\n{part}", path.display());
            }
        }
    }
    assert!(blocks >= 8, "only {blocks} blocks of code were found");
}
