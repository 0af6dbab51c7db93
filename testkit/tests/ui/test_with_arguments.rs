#[testkit::test]
fn test_add(a: u8) {
    let _ = a;
}

fn main() {}
