#[testkit::tests]
mod tests {
    #[cfg_attr(unix, parametrize(n, [1, 2]))]
    fn test_cases(n: u8) {
        let _ = n;
    }

    #[cfg_attr(unix, uses(clean))]
    fn test_uses() {}
}

fn main() {}
