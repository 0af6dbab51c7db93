#[testkit::tests]
mod tests {
    #[retry(1)]
    #[retry(2)]
    fn test_retry() {}
}

fn main() {}
