struct TestGroup;

#[testkit::tests]
impl TestGroup {
    fn helper(&self) {}
}

fn main() {}
