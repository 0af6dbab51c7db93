#[testkit::tests]
mod tests {
    struct TestGroup {
        value: u8,
    }

    impl TestGroup {
        fn test_one(&self) {
            assert!(self.value == 1);
        }
    }
}

fn main() {}
