#[testkit::tests]
mod tests {
    fn test_add(a: u8) {}

    async fn test_async() {}

    fn test_right() {
        test_add(1);
    }
}

fn main() {}
