//! A fixture that outlives a test cannot change what is put back after that.

#[testkit::tests]
mod tests {
    #[fixture(scope = "session")]
    fn home(env: &testkit::Env) -> u8 {
        env.set("HOME", "/nowhere");
        1
    }

    fn test_home(home: &u8) {
        assert!(*home == 1);
    }
}

fn main() {}
