#[testkit::tests]
mod tests {
    fn test_generic<T>() {}
}

fn main() {}
