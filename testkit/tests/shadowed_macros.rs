//! A macro that the module defines or imports keeps its meaning, and constant code keeps the standard ones.
#![forbid(unsafe_code)]
#![deny(warnings)]

mod other {
    macro_rules! assert_ne {
        ($left:expr, $right:expr, by $by:expr) => {
            ::std::assert_ne!($left + $by, $right)
        };
    }
    pub(crate) use assert_ne;
}

#[testkit::tests]
mod tests {
    use crate::other::assert_ne;

    macro_rules! assert_eq {
        ($one:expr) => {
            ::std::assert_eq!($one, 1)
        };
    }

    fn test_own_macros() {
        assert_eq!(1);
        assert_ne!(1, 2, by 3);
        assert!(1 == 1);
    }

    const fn is_small(value: u8) -> bool {
        assert!(value != 1);
        value < 5
    }

    fn test_constant_code() {
        const SMALL: bool = is_small(2);
        const { assert!(SMALL) }
    }
}
