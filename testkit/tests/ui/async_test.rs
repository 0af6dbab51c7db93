#[testkit::tests]
mod tests {
    async fn test_async() {}
}

fn main() {}
