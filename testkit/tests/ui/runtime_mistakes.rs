#[testkit::tests]
mod tests {
    #[runtime]
    async fn test_nothing() {}

    #[runtime("tokio")]
    async fn test_string() {}

    #[runtime(tokio, flavour = "multi_thread")]
    async fn test_option() {}

    #[runtime(tokio, flavor = "many")]
    async fn test_flavor() {}

    #[runtime(tokio, worker_threads = 2)]
    async fn test_threads_of_one() {}

    #[runtime(tokio, flavor = "multi_thread", worker_threads = 0)]
    async fn test_no_threads() {}

    #[runtime(tokio, flavor = "multi_thread", start_paused = true)]
    async fn test_paused() {}

    #[runtime(smol, start_paused = true)]
    async fn test_option_of_another() {}

    #[runtime(block_on())]
    async fn test_call() {}

    #[runtime(smol)]
    #[runtime(tokio)]
    async fn test_two() {}
}

fn main() {}
