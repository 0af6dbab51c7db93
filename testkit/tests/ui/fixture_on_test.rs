use testkit::fixture;

#[fixture]
#[test]
fn test_plain() {}

#[fixture]
#[testkit::test]
fn test_ours() {}

#[testkit::tests]
mod tests {
    #[test]
    #[fixture]
    fn test_collected() {}
}

fn main() {}
