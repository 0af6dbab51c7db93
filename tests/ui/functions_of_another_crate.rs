//! What another crate has, only the compiler knows.

#[testkit::tests]
mod tests {
    use mistakes::*;

    fn test_function(helper: u8) {
        assert!(helper == 1);
    }

    fn test_misspelt(hlper: u8) {
        assert!(hlper == 1);
    }
}

#[testkit::tests]
mod other {
    use mistakes::helper;

    fn test_function(helper: u8) {
        assert!(helper == 1);
    }

    #[uses(helper)]
    fn test_used() {}

    #[fixture]
    fn client(helper: u8) -> u8 {
        helper
    }
}
