#[testkit::tests]
mod tests {
    fn block_on_number(_: u8) {}

    #[runtime(tokio)]
    async fn test_tokio() {}

    #[runtime(smol)]
    async fn test_smol() {}

    #[runtime(block_on_number)]
    async fn test_of_another_type() {}

    #[runtime(nowhere::block_on)]
    async fn test_unknown() {}
}
