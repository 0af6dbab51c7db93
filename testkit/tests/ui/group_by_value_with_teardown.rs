#[testkit::tests]
mod tests {
    struct TestGroup;

    impl TestGroup {
        fn test_one(self) {}

        fn teardown(self) {}
    }
}

fn main() {}
