mod helpers {
    pub fn port() -> u16 {
        80
    }

    pub fn serve_forever() {}
}

#[testkit::tests]
mod tests {
    use super::helpers::{self, port, serve_forever};

    struct Server;

    #[fixture]
    fn server() -> Server {
        Server
    }

    fn test_misspelt(serve: &Server) {
        let _ = serve;
    }

    fn test_values(left: i32, right: &str) {
        assert!(left.to_string() == right);
    }

    fn test_function(port: u16) {
        assert!(port == 80);
    }

    #[allow(non_snake_case)]
    fn test_type(Server: &Server) {
        let _ = Server;
    }

    fn test_built_in(tmp_path: &str, worker_id: usize) {
        let _ = (tmp_path, worker_id);
    }

    fn test_parameter(param: u8) {
        let _ = param;
    }

    #[fixture]
    fn client(tmp_pth: &String, address: &[u8]) -> usize {
        tmp_pth.len() + address.len()
    }

    #[uses(clean_database)]
    fn test_used() {}

    #[uses(helpers, serve_forever)]
    fn test_used_function() {
        serve_forever();
        assert!(port() == helpers::port());
    }

    struct TestGroup(u8);

    impl TestGroup {
        fn setup(number: u8) -> Self {
            Self(number)
        }

        fn test_method(&self, _address: &str) {
            let _ = self.0;
        }
    }
}

#[testkit::test]
fn alone(server: &u8) {
    let _ = server;
}

fn main() {}
