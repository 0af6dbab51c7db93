use testkit::fixture;

#[fixture(arguments(name))]
fn unknown(age: u8) -> u8 {
    age
}

#[fixture(scope = "session", arguments(name))]
fn wide(name: String) -> String {
    name
}

#[fixture(arguments(name))]
fn borrowing(name: &str) -> String {
    name.to_owned()
}

#[fixture(arguments(age, age = 3))]
fn twice(age: u8) -> u8 {
    age
}

#[fixture(arguments(age = "three"))]
fn of_another_type(age: u8) -> u8 {
    age
}

fn main() {}
