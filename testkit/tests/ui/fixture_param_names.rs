use testkit::fixture;

#[fixture(params = [lite:])]
fn no_value(param: u8) -> u8 {
    param
}

#[fixture(params = [a b: 1])]
fn two_words(param: u8) -> u8 {
    param
}

#[fixture(params = ["one": 1])]
fn name_in_quotes(param: u8) -> u8 {
    param
}

#[fixture(params = [one: 1, two: 2, one: 3])]
fn name_twice(param: u8) -> u8 {
    param
}

#[fixture(params = [1, #[xfail("bug 12")] two: 2])]
fn mark(param: u8) -> u8 {
    param
}

#[fixture(params = [one: 1, two: "two"])]
fn of_another_type(param: u8) -> u8 {
    param
}

#[testkit::tests]
mod tests {
    #[parametrize(n, [one:])]
    fn test_no_value(n: u8) {
        let _ = n;
    }

    #[parametrize(n, ["one": 1])]
    fn test_name_in_quotes(n: u8) {
        let _ = n;
    }
}

fn main() {}
