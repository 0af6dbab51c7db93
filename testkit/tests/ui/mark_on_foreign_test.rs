testkit::discover!();

#[testkit::retry(2)]
#[rstest]
fn test_foreign() {}

fn main() {}
