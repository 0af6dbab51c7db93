#[testkit::tests]
mod tests {
    #[fixture(arguments(name))]
    fn user(name: String) -> String {
        name
    }

    #[parametrize(numbr, [1, 2])]
    fn test_misspelt(number: u8) {
        let _ = number;
    }

    #[parametrize((a, b), [(1, 2)])]
    fn test_too_many(a: u8) {
        let _ = a;
    }

    #[parametrize(n, [1, 2])]
    #[parametrize(n, [3, 4])]
    fn test_twice(n: u8) {
        let _ = n;
    }

    #[parametrize(user.nam, [String::new()])]
    fn test_argument_of_a_fixture(user: &str) {
        let _ = user;
    }

    #[parametrize(usr.name, [String::new()])]
    fn test_unknown_fixture(user: &str) {
        let _ = user;
    }
}

fn main() {}
