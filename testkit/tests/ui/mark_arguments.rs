#[testkit::tests]
mod tests {
    #[skip(12)]
    fn test_skip() {}

    #[skip_if(true)]
    fn test_skip_if() {}

    #[xfail(strikt = false)]
    fn test_xfail() {}

    #[retry]
    fn test_retry() {}

    #[retry(1, delay = "5")]
    fn test_retry_delay() {}

    #[serial(3)]
    fn test_serial() {}

    #[exclusive("a")]
    fn test_exclusive() {}

    #[isolate = "a"]
    fn test_isolate() {}

    #[mark(slow)]
    fn test_mark() {}
}

fn main() {}
