#[testkit::tests]
mod tests {
    #[parametrize(n, [1, "two"])]
    fn test_number(n: u8) {
        let _ = n;
    }

    #[parametrize((text, length), [(String::new(), 0), ("a", 1)])]
    fn test_text(text: &str, length: usize) {
        assert!(text.len() == length);
    }

    #[fixture(arguments(name))]
    fn user(name: String) -> String {
        name
    }

    #[parametrize(user.name, ["Ann"])]
    fn test_user(user: &str) {
        let _ = user;
    }

    #[parametrize(n, [unknown()])]
    fn test_unknown(n: u8) {
        let _ = n;
    }

    struct TestGroup;

    impl TestGroup {
        #[parametrize(n, ["one"])]
        fn test_method(&self, n: u8) {
            let _ = n;
        }
    }
}

fn main() {}
