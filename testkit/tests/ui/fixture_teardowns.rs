use testkit::fixture;

fn stop(port: u16) {
    let _ = port;
}

#[fixture(teardown = stop)]
fn of_another_type() -> String {
    String::new()
}

#[fixture(teardown = |server, port| drop((server, port)))]
fn of_two() -> String {
    String::new()
}

#[fixture(teardown = stopp)]
fn unknown() -> u16 {
    80
}

#[fixture(teardown = |port: u16| port + 1)]
fn with_a_value() -> u16 {
    80
}

fn main() {}
