#[testkit::tests]
mod tests {
    fn test_pattern((a, b): (u8, u8)) {
        let _ = (a, b);
    }

    fn test_underscore(_: &String) {}

    fn test_mutable(server: &mut String) {
        server.clear();
    }

    fn test_nameless(server: &impl Clone) {
        let _ = server.clone();
    }

    #[fixture]
    fn fixture_of_a_pattern((port, _): (u16, u16)) -> u16 {
        port
    }

    struct TestGroup;

    impl TestGroup {
        fn test_pattern(&self, [a]: [u8; 1]) {
            let _ = a;
        }
    }
}

fn main() {}
