#[testkit::test(time_out = "1s")]
fn test_slow() {}

fn main() {}
