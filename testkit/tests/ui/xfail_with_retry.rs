#[testkit::tests]
#[retry(2)]
mod tests {
    #[xfail("bug 1")]
    fn test_both() {}
}

fn main() {}
