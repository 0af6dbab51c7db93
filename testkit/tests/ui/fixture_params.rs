use testkit::fixture;

#[fixture]
fn without_params(param: u8) -> u8 {
    param
}

#[fixture(params = [1, 2])]
fn without_param() -> u8 {
    1
}

#[fixture(params = [1, "two"])]
fn of_several_types(param: u8) -> u8 {
    param
}

fn main() {}
