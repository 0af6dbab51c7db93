//! Tests that need the same value of a fixture with parameters are run next to each other, so that each value is made once.

#![expect(clippy::trivially_copy_pass_by_ref, reason = "what has a `teardown` is lent, however small")]

mod notes;

use notes::note;
use testkit::fixture;

testkit::discover!();

#[fixture(scope = "module", params = ["red", "blue"], teardown = |color: &str| note(&format!("{color} paint is gone")))]
fn paint(param: &'static str) -> &'static str {
    note(&format!("{param} paint is mixed"));
    param
}

#[fixture(params = [1, 2], teardown = |number: u32| note(&format!("brush {number} is cleaned")))]
fn brush(param: u32) -> u32 {
    note(&format!("brush {param} is taken"));
    param
}

fn test_brush(brush: &u32) {
    note(&format!("brush {brush} is tried"));
}

fn test_paint(paint: &str) {
    note(&format!("{paint} paint is tried"));
}

fn test_both(brush: &u32, paint: &str) {
    note(&format!("brush {brush} is dipped into {paint} paint"));
}
