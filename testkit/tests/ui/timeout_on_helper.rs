#[testkit::tests]
mod tests {
    #[testkit::timeout("5s")]
    fn helper() {}
}

fn main() {}
