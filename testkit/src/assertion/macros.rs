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

/// What `assert!` makes of a comparison: `(LEFT) [operator] (RIGHT) [texts] message`.
///
/// As in the standard library's `assert_eq!`, nothing is moved, temporaries live to the end of the `match`, and there
/// is no closure, so `?`, `.await` and `return` work in the operands. `Debug` runs only once the assertion has failed.
/// The braces end the temporaries where those of the standard `assert!` end.
#[doc(hidden)]
#[macro_export]
macro_rules! __comparison {
    ($left:tt [$($operator:tt)+] $right:tt $texts:tt $($message:tt)*) => {
        {
            match (&$left, &$right) {
                (left, right) => {
                    if !(*left $($operator)+ *right) {
                        use $crate::__private::Undebuggable as _;
                        $crate::__private::fail_comparison(
                            &$texts,
                            $crate::__private::Probe(&left).value(),
                            $crate::__private::Probe(&right).value(),
                            $crate::__message!($($message)*),
                        )
                    }
                }
            };
        }
    };
}

/// What `assert!` makes of any other condition: `(CONDITION) text message`.
#[doc(hidden)]
#[macro_export]
macro_rules! __condition {
    ($condition:tt $text:tt $($message:tt)*) => {
        if !$condition {
            $crate::__private::fail_condition($text, $crate::__message!($($message)*))
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __message {
    () => { ::core::option::Option::None };
    ($($message:tt)+) => { ::core::option::Option::Some(::core::format_args!($($message)+)) };
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
                        &[::core::stringify!($left), ::core::stringify!($right)],
                        [$crate::__private::Probe(&left).value(), $crate::__private::Probe(&right).value()],
                        $message,
                    )
                }
            }
        }
    };
}
