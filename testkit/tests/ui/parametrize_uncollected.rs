use testkit::prelude::*;

#[parametrize(n, [1, 2])]
fn test_alone(n: u8) {
    let _ = n;
}

#[parametrize(n, [1, 2])]
struct Server;

#[property]
fn test_property(n: u8) {
    let _ = n;
}

#[testkit::tests]
mod tests {
    #[parametrize(n, [1, 2])]
    fn helper(n: u8) {
        let _ = n;
    }

    struct TestGroup;

    impl TestGroup {
        #[parametrize(n, [1, 2])]
        fn helper(&self, n: u8) {
            let _ = n;
        }

        fn test_one(&self) {
            self.helper(1);
            helper(1);
        }
    }
}

fn main() {}
