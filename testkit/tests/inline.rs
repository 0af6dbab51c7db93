//! `#[testkit::tests]` on an inline module: every kind of test in it.
#![forbid(unsafe_code)]
#![deny(warnings)]
#![expect(clippy::pedantic, reason = "the tests are written as users write theirs")]

#[testkit::tests]
mod tests {
    use std::io;

    fn test_add() {
        assert!(1 + 1 == 2, "adding {}", 1);
        assert_eq!(1, 1);
    }

    #[test]
    fn any_name() {}

    #[testkit::test]
    #[testkit::timeout("5s")]
    fn ours() {}

    #[should_panic(expected = "left:  1 + 1 = 2")]
    fn test_panics() {
        assert!(1 + 1 == 3);
    }

    #[ignore = "not \"today\""]
    fn test_ignored() {}

    #[cfg(any())]
    fn test_absent() {}

    #[cfg_attr(all(), ignore = "always")]
    #[cfg_attr(any(), should_panic)]
    fn test_conditionally_ignored() {
        panic!("it is ignored");
    }

    fn test_result() -> io::Result<()> {
        Ok(())
    }

    fn test_box() -> Result<(), Box<dyn std::error::Error>> {
        Ok(())
    }

    fn test_text() -> Result<(), String> {
        Ok(())
    }

    fn test_code() -> std::process::ExitCode {
        std::process::ExitCode::SUCCESS
    }

    struct TestDivide;

    impl TestDivide {
        fn test_by_zero(&self) {
            assert!(1_u32.checked_div(0).is_none());
        }

        #[ignore]
        fn test_ignored(&self) {}
    }

    #[derive(Default)]
    struct TestDefault {
        value: u8,
    }

    impl TestDefault {
        fn test_fresh(&mut self) {
            self.value += 1;
            assert!(self.value == 1);
        }

        fn test_by_value(self) -> Result<(), String> {
            assert_ne!(self.value, 1);
            Ok(())
        }
    }

    struct TestSetup(Vec<u8>);

    impl TestSetup {
        fn setup() -> Self {
            Self(vec![1])
        }

        fn test_value(&self) {
            assert!(self.0 == [1]);
        }

        fn teardown(self) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Default)]
    struct TestTeardown;

    impl TestTeardown {
        fn test_borrowed(&self) {}

        fn teardown(self) {}
    }

    mod nested {
        fn test_inner() {}
    }
}
