#[testkit::tests]
mod tests {
    fn rows() -> Vec<(u8, u8)> {
        vec![(1, 2)]
    }

    #[parametrize((a, b), from = rows())]
    fn test_rows(a: u8, b: String) {
        assert!(b.len() == usize::from(a));
    }

    #[parametrize(n, from = 3)]
    fn test_number(n: u8) {
        let _ = n;
    }

    #[parametrize((a, b), from = [1, 2])]
    fn test_one_for_two(a: u8, b: u8) {
        assert!(a == b);
    }

    #[parametrize(n, from = rows)]
    fn test_not_called(n: (u8, u8)) {
        let _ = n;
    }
}

fn main() {}
