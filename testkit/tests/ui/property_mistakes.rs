#[testkit::tests]
mod tests {
    #[property(numbr = 0..3_u8)]
    fn test_unknown_argument(number: u8) {
        let _ = number;
    }

    #[property(cases = 0)]
    fn test_no_cases(number: u8) {
        let _ = number;
    }

    #[property(cases = many)]
    fn test_cases_by_name(number: u8) {
        let _ = number;
    }

    #[property(100)]
    fn test_no_name(number: u8) {
        let _ = number;
    }

    #[property]
    #[parametrize(number, [1, 2])]
    fn test_both(number: u8) {
        let _ = number;
    }

    #[property]
    #[property(cases = 3)]
    fn test_twice(number: u8) {
        let _ = number;
    }

    #[property]
    fn test_nothing() {}

    #[property(number = 0..3, number = 3..6)]
    fn test_two_strategies(number: u8) {
        let _ = number;
    }
}

fn main() {}
