#[testkit::tests]
mod tests {
    #[fixture(teardown = drop)]
    fn server() -> String {
        String::new()
    }

    #[fixture]
    fn client(server: String) -> String {
        server
    }

    fn test_server(server: String) {
        assert!(server.is_empty());
    }

    fn test_client(client: String) {
        assert!(client.is_empty());
    }
}

fn main() {}
