#[testkit::tests]
mod tests {
    struct TestGroup<T>(T);

    impl<T> TestGroup<T> {
        fn test_one(&self) {}
    }
}

fn main() {}
