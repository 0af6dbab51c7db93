#[testkit::tests]
mod tests {
    struct TestGroup;

    impl TestGroup {
        fn test_add(&self, a: u8) {
            let _ = a;
        }
    }
}

fn main() {}
