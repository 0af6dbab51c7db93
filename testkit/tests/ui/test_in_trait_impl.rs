#[testkit::tests]
mod tests {
    struct TestGroup;

    trait Checks {
        fn test_one(&self);
    }

    impl Checks for TestGroup {
        fn test_one(&self) {}
    }
}

fn main() {}
