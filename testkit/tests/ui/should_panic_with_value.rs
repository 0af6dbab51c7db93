#[testkit::tests]
mod tests {
    #[should_panic]
    fn test_result() -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
