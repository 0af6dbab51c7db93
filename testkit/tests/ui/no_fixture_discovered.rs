testkit::discover!();

use testkit::prelude::*;

struct Server;

#[fixture]
fn server() -> Server {
    Server
}

fn port() -> u16 {
    80
}

fn test_misspelt(sever: &Server) {
    let _ = sever;
}

fn test_function(port: u16) {
    assert!(port == 80);
}

#[uses(clean_database)]
fn test_used() {}

struct TestGroup;

impl TestGroup {
    fn test_method(&self, group: &Server) {
        let _ = group;
    }
}

fn main() {}
