#[testkit::tests]
mod tests {
    struct TestWithoutSetup;

    impl TestWithoutSetup {
        fn teardown_group(value: u8) {
            let _ = value;
        }

        fn test_one(&self) {}
    }

    struct TestWithSelf;

    impl TestWithSelf {
        fn setup_group(&self) -> u8 {
            1
        }

        fn teardown_group(&self) {}

        fn test_one(&self, group: &u8) {
            let _ = group;
        }
    }

    struct TestUnknown;

    impl TestUnknown {
        fn setup_group(server: &u8) -> u8 {
            *server
        }

        fn test_one(&self) {}
    }

    struct TestNothingShared;

    impl TestNothingShared {
        fn test_one(&self, group: &u8) {
            let _ = group;
        }
    }
}

fn main() {}
