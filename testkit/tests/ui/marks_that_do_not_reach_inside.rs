#[testkit::tests]
#[serial]
mod tests {
    #[testkit::tests]
    mod inner {
        fn test_inner() {}
    }
}

fn main() {}
