#[testkit::tests]
mod tests {
    #[property]
    fn test_property(number: u8) {
        let _ = number;
    }

    #[parametrize((a, b), toml = "cases.toml")]
    fn test_table(a: u8, b: u8) {
        let _ = (a, b);
    }
}
