//! A fixture of which the macro knows nothing, because another macro may have made it.

mod fixtures {
    use testkit::prelude::*;

    macro_rules! make {
        () => {
            #[fixture(teardown = drop)]
            pub fn server() -> String {
                String::new()
            }
        };
    }

    make!();
}

#[testkit::tests]
mod tests {
    use super::fixtures::*;

    fn test_owned(server: String) {
        assert!(server.is_empty());
    }

    #[fixture]
    fn client(server: String) -> String {
        server
    }

    struct TestGroup;

    impl TestGroup {
        async fn test_method(&self, server: String, client: &str) {
            assert!(server == client);
        }
    }
}
