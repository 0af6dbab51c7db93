use testkit::fixture;

#[fixture]
struct Server;

#[fixture]
mod servers {}

#[fixture]
impl Server {}

impl Server {
    #[fixture]
    fn new() -> Self {
        Self
    }

    #[fixture]
    fn port(&self) -> u16 {
        80
    }
}

#[testkit::tests]
mod tests {
    struct TestServer;

    impl TestServer {
        #[fixture]
        fn address() -> String {
            String::new()
        }

        fn test_address(&self) {}
    }

    struct Server;

    impl Server {
        #[fixture]
        fn address() -> String {
            String::new()
        }
    }
}

fn main() {}
