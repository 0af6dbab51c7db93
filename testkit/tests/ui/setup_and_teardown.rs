#[testkit::tests]
mod tests {
    struct TestGroup(u8);

    impl TestGroup {
        fn setup(value: u8) -> Self {
            Self(value)
        }

        fn teardown(&self) {}

        fn test_one(&self) {
            let _ = self.0;
        }
    }

    struct TestOther;

    impl TestOther {
        fn setup(&self) -> Self {
            Self
        }

        fn test_one(&self) {}
    }

    struct TestThird;

    impl TestThird {
        fn setup() {}

        unsafe fn teardown(self) {}

        fn test_one(&self) {}
    }
}

fn main() {}
