use testkit::prelude::*;

testkit::discover!();

#[skip("why")]
#[test]
fn plain() {}

fn main() {}
