use testkit::prelude::*;

#[skip("no server")]
fn test_skip() {}

#[serial]
mod tests {}

#[xfail("bug 1")]
impl TestGroup {
    fn test_method(&self) {}
}

struct TestGroup;

fn main() {}
