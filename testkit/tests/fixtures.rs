//! Fixtures, under libtest.

#[testkit::tests]
mod inline {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static SERVERS: AtomicUsize = AtomicUsize::new(0);

    struct Server {
        port: u16,
    }

    /// A server.
    ///
    /// More of it.
    #[fixture(scope = "session", teardown = |server: Server| assert!(server.port == 80))]
    fn server() -> Server {
        SERVERS.fetch_add(1, Ordering::SeqCst);
        Server { port: 80 }
    }

    #[fixture]
    fn address(server: &Server) -> Result<String, std::num::ParseIntError> {
        let port: u16 = "80".parse()?;
        assert!(server.port == port);
        Ok(format!("localhost:{port}"))
    }

    #[fixture]
    fn buffer(address: String) -> Vec<u8> {
        address.into_bytes()
    }

    fn test_borrows(server: &Server, address: &str) {
        assert!(address == "localhost:80");
        assert!(server.port == 80);
        assert!(SERVERS.load(Ordering::SeqCst) == 1);
    }

    fn test_owns(mut buffer: Vec<u8>, _server: &Server) {
        buffer.clear();
        assert!(buffer.is_empty());
    }

    #[expect(clippy::ptr_arg, reason = "the type of the value itself is to be had, too")]
    fn test_returns(address: &String) -> Result<(), std::num::ParseIntError> {
        let port: u16 = address[10..].parse()?;
        assert!(port == 80);
        Ok(())
    }

    #[parametrize((a, b, want), [(1, 2, 3), carry: (9, 1, 10), #[xfail("bug 12")] wrong: (1, 1, 3)])]
    fn test_add(a: i32, b: i32, want: i32, server: &Server) {
        assert!(server.port == 80);
        assert!(a + b == want);
    }

    #[parametrize(x, [0, 1])]
    #[parametrize(y, [2, 3])]
    fn test_product(x: i32, y: i32) {
        assert!(x < y);
    }

    #[parametrize((text, length), from = [("a", 1), ("bb", 2)], id = "{text}")]
    fn test_rows(text: &str, length: usize) {
        assert!(text.len() == length);
    }

    #[fixture(params = [1, 20])]
    fn number(param: u32) -> u32 {
        param
    }

    fn test_number(number: &u32) {
        assert!(*number > 0);
    }

    #[derive(Debug, PartialEq)]
    enum Kind {
        Pg,
        Lite(u8),
    }

    #[fixture(params = [Kind::Pg, lite: Kind::Lite(3), r#type: Kind::Lite(4), also: Kind::Pg])]
    fn kind(param: Kind) -> Kind {
        param
    }

    fn test_kind(kind: Kind, cx: &testkit::Context) {
        let want = match cx.name() {
            "test_kind[Pg]" | "test_kind[also]" => Kind::Pg,
            "test_kind[lite]" => Kind::Lite(3),
            "test_kind[type]" => Kind::Lite(4),
            _ => Kind::Lite(0),
        };
        assert!(kind == want);
    }

    #[fixture(arguments(name, age = 30))]
    fn user(name: String, age: u32) -> (String, u32) {
        (name, age)
    }

    #[parametrize((user.name, want), [("Ann".to_owned(), 3), ("Bo".to_owned(), 2)])]
    fn test_user(user: &(String, u32), want: usize) {
        assert!(user.0.len() == want && user.1 == 30);
    }

    #[fixture(autouse)]
    fn always() {}

    async fn test_async(address: &str) {
        assert!(async { address.len() }.await == 12);
    }

    struct TestGroup {
        address: String,
    }

    impl TestGroup {
        fn setup_group() -> Server {
            Server { port: 1 }
        }

        #[expect(clippy::needless_pass_by_value, reason = "it is the end of the value")]
        fn teardown_group(server: Server) {
            assert!(server.port == 1);
        }

        fn setup(address: &str) -> Self {
            Self { address: address.to_owned() }
        }

        fn test_shared(&self, group: &Server) {
            assert!(group.port == 1 && self.address.len() == 12);
        }

        #[parametrize(n, [1, 2])]
        fn test_cases(&mut self, n: usize, server: &Server) {
            self.address.truncate(n);
            assert!(self.address.len() == n && server.port == 80);
        }

        async fn test_waits(&self) {
            assert!(async { 1 }.await == 1);
        }

        async fn teardown(self) {
            std::future::ready(()).await;
        }
    }
}
