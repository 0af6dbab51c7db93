testkit::discover!();

mod inner {
    fn test_one() {}
}

fn main() {}
