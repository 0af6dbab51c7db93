#[testkit::tests]
mod tests {
    #[uses("clean")]
    fn test_string() {}

    #[uses]
    fn test_nothing() {}

    #[uses(clean())]
    fn test_call() {}

    #[uses(clen)]
    fn test_unknown() {}

    #[uses(clean = true)]
    fn test_option() {}

    #[fixture]
    fn clean() {}
}

// It is the same mark of both tests.
#[testkit::tests]
#[uses(nobody)]
mod other {
    fn test_one() {}

    fn test_two() {}
}

fn main() {}
