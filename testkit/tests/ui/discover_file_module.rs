testkit::discover!();

#[path = "modules/test_forgotten.rs"]
mod test_forgotten;

fn main() {}
