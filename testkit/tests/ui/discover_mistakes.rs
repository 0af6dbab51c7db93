testkit::discover!();

fn test_add(a: u8) {
    let _ = a;
}

fn test_pair((a, b): (u8, u8)) {
    let _ = (a, b);
}

async unsafe fn test_async() {}

struct TestGroup {
    value: u8,
}

impl TestGroup {
    fn test_alone() {}

    fn value(&self) -> u8 {
        self.value
    }
}

fn main() {}
