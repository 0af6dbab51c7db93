#[testkit::test]
struct TestGroup;

fn main() {}
