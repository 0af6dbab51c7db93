#[testkit::tests]
mod tests {
    struct Odd;

    #[parametrize((number, odd), csv = "data.csv")]
    fn test_cells(number: u8, odd: Odd) {
        let _ = (number, odd);
    }

    #[parametrize(path, files = "data/*.txt")]
    fn test_files(path: u8) {
        let _ = path;
    }
}
