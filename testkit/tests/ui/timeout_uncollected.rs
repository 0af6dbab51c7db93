#[testkit::timeout("5s")]
fn test_slow() {}

fn main() {}
