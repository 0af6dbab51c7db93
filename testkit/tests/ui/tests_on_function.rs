#[testkit::tests]
fn test_one() {}

fn main() {}
