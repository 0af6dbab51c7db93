#[testkit::tests]
mod tests {
    #[parametrize(n, [
        #[cfg(unix)]
        0,
        #[parametrize(m, [1])]
        1,
        #[inline]
        2,
        #[xfail(strikt = true)]
        3,
        #[skip("not yet")]
        #[ignore]
        4,
    ])]
    fn test_cases(n: u8) {
        let _ = n;
    }
}

fn main() {}
