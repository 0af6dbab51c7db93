#[testkit::tests]
mod tests {
    struct Odd;

    #[derive(Debug)]
    struct Shown;

    #[property(number = 3)]
    fn test_no_strategy(number: u8) {
        let _ = number;
    }

    #[property(number = 0..3)]
    fn test_range_without_a_type(number: u8) {
        let _ = number;
    }

    #[property(number = 0..3_u16)]
    fn test_of_another_type(number: u8) {
        let _ = number;
    }

    #[property(number = rang())]
    fn test_unknown(number: u8) {
        let _ = number;
    }

    #[property]
    fn test_without_arbitrary(shown: Shown) {
        let _ = shown;
    }

    #[property]
    fn test_without_debug(odd: Odd) {
        let _ = odd;
    }

    #[property]
    fn test_returns(number: u8) -> u8 {
        number
    }

    #[property(text = "[a-z]+")]
    fn test_right(text: &str, number: u8) -> Result<(), String> {
        let _ = (text, number);
        Ok(())
    }
}
