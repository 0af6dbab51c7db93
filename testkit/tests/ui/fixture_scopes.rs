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

    #[fixture]
    fn path(directory: &str) -> String {
        directory.to_owned()
    }

    // What its `path` borrows is gone after the first test.
    #[fixture(scope = "session")]
    fn archive(path: String) -> String {
        path
    }

    // Each has a value of its own.
    #[fixture(scope = "module")]
    fn owner(directory: String) -> String {
        directory
    }
}

fn main() {}
