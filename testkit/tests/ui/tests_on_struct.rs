#[testkit::tests]
struct TestGroup;

fn main() {}
