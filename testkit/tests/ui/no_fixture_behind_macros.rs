//! Where a macro may have made it, the compiler alone knows.

macro_rules! make {
    () => {
        struct Other;
    };
}

#[testkit::tests]
mod tests {
    make!();

    struct Server;

    #[fixture]
    fn server() -> Server {
        Server
    }

    fn test_misspelt(sever: &Server) {
        let _ = sever;
    }

    fn test_another(sever: &Server, server: &Server) {
        let _ = (sever, server);
    }

    #[fixture]
    fn client(address: &str) -> usize {
        address.len()
    }

    fn test_other(_o: &Other) {}
}

fn main() {}
