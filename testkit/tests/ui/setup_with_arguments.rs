#[testkit::tests]
mod tests {
    struct TestGroup(u8);

    impl TestGroup {
        fn setup(value: u8) -> Self {
            Self(value)
        }

        fn teardown(&self) {}

        fn test_one(&self) {}
    }
}

fn main() {}
