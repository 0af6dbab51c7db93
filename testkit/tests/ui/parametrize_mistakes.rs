#[testkit::tests]
mod tests {
    #[parametrize]
    fn test_no_names(n: u8) {
        let _ = n;
    }

    #[parametrize(n)]
    fn test_no_values(n: u8) {
        let _ = n;
    }

    #[parametrize(n, [])]
    fn test_empty(n: u8) {
        let _ = n;
    }

    #[parametrize([1, 2])]
    fn test_values_alone(n: u8) {
        let _ = n;
    }

    #[parametrize("a, b", [(1, 2)])]
    fn test_names_as_string(a: u8, b: u8) {
        let _ = (a, b);
    }

    #[parametrize((a, b), [(1, 2), (3, 4, 5), (6,)])]
    fn test_length(a: u8, b: u8) {
        let _ = (a, b);
    }

    #[parametrize((a, b), [1, 2])]
    fn test_without_parentheses(a: u8, b: u8) {
        let _ = (a, b);
    }

    #[parametrize((a, a), [(1, 2)])]
    fn test_name_twice(a: u8) {
        let _ = a;
    }

    #[parametrize(n, [zero: 0, one: 1, zero: 2])]
    fn test_case_twice(n: u8) {
        let _ = n;
    }

    #[parametrize(n, [1, if])]
    fn test_no_expression(n: u8) {
        let _ = n;
    }

    #[parametrize(n, form = rows())]
    fn test_option(n: u8) {
        let _ = n;
    }

    #[parametrize(n, file = "data.csv")]
    fn test_option_of_a_file(n: u8) {
        let _ = n;
    }

    #[parametrize(n, from = rows(), csv = "data.csv")]
    fn test_two_sources(n: u8) {
        let _ = n;
    }

    #[parametrize(n, csv = data)]
    fn test_path(n: u8) {
        let _ = n;
    }

    #[parametrize(n, [1, 2], id = "{n}")]
    fn test_list_and_option(n: u8) {
        let _ = n;
    }

    #[parametrize(n, ids = ["a", "b"])]
    fn test_ids(n: u8) {
        let _ = n;
    }
}

fn main() {}
