#[testkit::tests]
mod tests {
    #[testkit::timeout("5")]
    fn test_slow() {}

    #[timeout(5)]
    fn test_number() {}

    #[timeout("1s")]
    #[timeout("2s")]
    fn test_twice() {}
}

fn main() {}
