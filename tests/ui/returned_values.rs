#[testkit::tests]
mod tests {
    struct NoDebug;

    fn test_number() -> u8 {
        1
    }

    async fn test_error() -> Result<(), NoDebug> {
        Ok(())
    }

    #[fixture]
    fn server() -> Result<u16, NoDebug> {
        Ok(80)
    }

    struct TestGroup;

    impl TestGroup {
        fn test_number(&self) -> u8 {
            1
        }

        fn teardown(self) -> u8 {
            1
        }
    }
}
