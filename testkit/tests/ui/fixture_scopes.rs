#[testkit::tests]
mod tests {
    use std::rc::Rc;

    #[fixture]
    fn directory() -> String {
        String::new()
    }

    #[fixture(scope = "session")]
    fn server(directory: &str) -> u16 {
        u16::try_from(directory.len()).unwrap_or(80)
    }

    #[fixture(scope = "group")]
    fn shared() -> Rc<u8> {
        Rc::new(1)
    }

    // Each has a value of its own.
    #[fixture(scope = "module")]
    fn owner(directory: String) -> String {
        directory
    }
}

fn main() {}
