//! `assert_eq!` and `assert_ne!`. `assert!` is a procedural macro, since it must find the operator.

/// Asserts that two values are equal; a failure shows both.
///
/// ```
/// use testkit::assert_eq;
///
/// assert_eq!(1 + 1, 2);
/// assert_eq!("a".len(), 1, "with a message, and {}", "arguments");
/// ```
///
/// ```should_panic
/// testkit::assert_eq!(1 + 1, 3, "arithmetic");
/// ```
#[macro_export]
macro_rules! assert_eq {
    ($left:expr, $right:expr $(,)?) => {
        $crate::__equality!(==, $left, $right, ::core::option::Option::None)
    };
    ($left:expr, $right:expr, $($message:tt)+) => {
        $crate::__equality!(==, $left, $right, ::core::option::Option::Some(::core::format_args!($($message)+)))
    };
}

/// Asserts that two values are not equal; a failure shows both.
///
/// ```
/// use testkit::assert_ne;
///
/// assert_ne!(1 + 1, 3);
/// ```
///
/// ```should_panic
/// testkit::assert_ne!(1 + 1, 2);
/// ```
#[macro_export]
macro_rules! assert_ne {
    ($left:expr, $right:expr $(,)?) => {
        $crate::__equality!(!=, $left, $right, ::core::option::Option::None)
    };
    ($left:expr, $right:expr, $($message:tt)+) => {
        $crate::__equality!(!=, $left, $right, ::core::option::Option::Some(::core::format_args!($($message)+)))
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __equality {
    ($operator:tt, $left:expr, $right:expr, $message:expr) => {
        match (&$left, &$right) {
            (left, right) => {
                if !(*left $operator *right) {
                    use $crate::__private::Undebuggable as _;
                    $crate::__private::fail_equality(
                        ::core::stringify!($operator),
                        [::core::stringify!($left), ::core::stringify!($right)],
                        [$crate::__private::Probe(&left).value(), $crate::__private::Probe(&right).value()],
                        $message,
                    )
                }
            }
        }
    };
}
