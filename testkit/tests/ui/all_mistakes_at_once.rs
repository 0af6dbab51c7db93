//! Errors come all at once, and hide nothing: the helper is there for the code behind it.

#[testkit::tests]
mod tests {
    unsafe fn test_unsafe() {}

    fn test_unknown(server: &u8) {
        let _ = server;
    }

    #[parametrize(n, [])]
    fn test_nothing(n: u8) {
        let _ = n;
    }

    #[xfail(strikt = false)]
    async fn test_option() {}

    pub fn helper() {}

    struct TestDivide {
        value: u8,
    }

    impl TestDivide {
        fn test_alone() {}

        fn test_taken(&self, (a, b): (u8, u8)) {
            let _ = (a, b, self.value);
        }

        fn teardown(&self) {}
    }
}

fn main() {
    tests::helper();
}
