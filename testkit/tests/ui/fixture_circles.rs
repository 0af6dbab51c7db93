#[testkit::tests]
mod tests {
    #[fixture]
    fn alone(alone: &u8) -> u8 {
        *alone
    }

    #[fixture]
    fn hen(egg: &u8) -> u8 {
        *egg
    }

    #[fixture]
    fn egg(hen: &u8) -> u8 {
        *hen
    }

    #[fixture]
    fn rock(paper: u8) -> u8 {
        paper
    }

    #[fixture]
    fn paper(_scissors: &u8) -> u8 {
        1
    }

    #[fixture]
    fn scissors(rock: &u8) -> u8 {
        *rock
    }

    // It stands outside of the circle.
    #[fixture]
    fn chick(egg: &u8) -> u8 {
        *egg
    }

    fn test_chick(chick: &u8) {
        assert!(*chick == 1);
    }
}

mod outer {
    use testkit::prelude::*;

    use self::inner::second;

    #[fixture]
    fn first(second: &u8) -> u8 {
        *second
    }

    fn number() -> u8 {
        second(&1)
    }

    mod inner {
        use super::*;

        #[fixture]
        pub(super) fn second(first: &u8) -> u8 {
            *first + super::number()
        }
    }
}

fn main() {}
