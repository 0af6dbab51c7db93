#[testkit::tests]
mod tests {
    #[skip("no test")]
    fn helper() {}

    #[serial]
    struct TestGroup;

    #[exclusive]
    impl TestGroup {
        fn helper(&self) {}
    }
}

fn main() {}
