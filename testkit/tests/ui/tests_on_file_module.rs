#[testkit::tests]
mod somewhere;

fn main() {}
