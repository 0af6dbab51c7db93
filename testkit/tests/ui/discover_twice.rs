testkit::discover!();
testkit::discover!();

fn test_one() {}

fn main() {}
