#[testkit::retry(2)]
struct TestGroup;

fn main() {}
