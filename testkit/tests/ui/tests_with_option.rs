#[testkit::tests(parallel)]
mod tests {
    fn test_one() {}
}

fn main() {}
