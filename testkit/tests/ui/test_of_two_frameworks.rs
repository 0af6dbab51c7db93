#[testkit::test]
#[tokio::test]
async fn test_slow() {}

fn main() {}
