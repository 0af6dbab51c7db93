struct TestGroup;

impl TestGroup {
    #[testkit::test]
    fn test_one(&self) {}
}

fn main() {}
