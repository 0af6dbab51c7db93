use testkit::fixture;

#[fixture(scop = "session")]
fn unknown_option() {}

#[fixture(ids = ["a"])]
fn unknown_option_without_likeness() {}

#[fixture(scope = "sesion")]
fn unknown_scope() {}

#[fixture(scope = "class")]
fn scope_of_pytest() {}

#[fixture(scope = session)]
fn scope_without_quotes() {}

#[fixture("session")]
fn no_option() {}

#[fixture(scope = "test", scope = "session")]
fn twice() {}

#[fixture(autouse = true)]
fn option_with_value() {}

#[fixture(teardown)]
fn no_teardown() {}

#[fixture(params = [])]
fn no_params(param: u8) -> u8 {
    param
}

#[fixture(params = "a")]
fn params_without_list(param: u8) -> u8 {
    param
}

#[fixture(arguments)]
fn no_arguments() {}

#[fixture(arguments("name"))]
fn arguments_as_strings() {}

fn main() {}
