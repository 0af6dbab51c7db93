// Marks are for tests: what a fixture needs, it asks for, and what it skips, it skips itself.
#[testkit::tests]
mod tests {
    #[fixture]
    fn clean() {}

    #[uses(clean)]
    #[fixture]
    fn number() -> u8 {
        1
    }

    #[skip("not here")]
    #[fixture]
    fn third() -> u8 {
        3
    }

    fn test_number(number: u8) {
        assert!(number == 1);
    }
}

fn main() {}
