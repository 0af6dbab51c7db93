#[testkit::tests]
mod tests {
    struct TestGroup;

    impl TestGroup {
        fn test_alone() {}
    }
}

fn main() {}
