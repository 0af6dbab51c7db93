//! What asks for a fixture that cannot be made is not told as well.

use testkit::prelude::*;

#[fixture]
unsafe fn unchecked() -> u8 {
    1
}

#[fixture(scoop = "session")]
fn misspelt() -> u8 {
    1
}

#[fixture]
fn lonely(nobody: &u8) -> u8 {
    *nobody
}

#[fixture]
fn hen(egg: &u8) -> u8 {
    *egg
}

#[fixture]
fn egg(hen: &u8) -> u8 {
    *hen
}

#[testkit::tests]
mod tests {
    use super::*;

    #[fixture]
    fn client(misspelt: &u8) -> u8 {
        *misspelt
    }

    fn test_fixtures(unchecked: &u8, misspelt: &u8, lonely: u8, hen: &u8, client: &u8) {
        assert!([*unchecked, *misspelt, lonely, *hen, *client] == [1; 5]);
    }

    #[uses(egg)]
    fn test_used() {}
}
