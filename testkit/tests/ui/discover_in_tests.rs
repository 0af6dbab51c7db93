#[testkit::tests]
mod tests {
    testkit::discover!();

    fn test_one() {}
}

fn main() {}
