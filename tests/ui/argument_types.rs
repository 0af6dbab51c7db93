#[testkit::tests]
mod tests {
    struct Db;

    #[fixture]
    fn db() -> Db {
        Db
    }

    #[fixture]
    fn text() -> Result<String, std::num::ParseIntError> {
        Ok(String::new())
    }

    fn test_borrowed(db: &u32) {
        assert!(*db == 1);
    }

    fn test_owned(db: u32) {
        assert!(db == 1);
    }

    // What a fixture returns in a `Result` is its value.
    fn test_result(text: &Result<String, std::num::ParseIntError>) {
        assert!(text.is_ok());
    }

    // A `String` can be asked for as a `&str`.
    fn test_text(text: &str) {
        assert!(text.is_empty());
    }

    #[fixture]
    fn client(db: &String) -> usize {
        db.len()
    }

    struct TestGroup;

    impl TestGroup {
        fn setup_group() -> u8 {
            1
        }

        fn test_method(&self, db: &u32, group: &u16) {
            assert!(*db == u32::from(*group));
        }
    }

    #[parametrize(n, [1, 2])]
    fn test_beside_a_case(n: u8, db: &u32) {
        assert!(*db == u32::from(n));
    }
}
