//! The macros of this module's assertions.

/// Ends the test as failed, with a message.
///
/// ```should_panic
/// testkit::fail!("port {} is taken", 8080);
/// ```
#[macro_export]
macro_rules! fail {
    ($($message:tt)*) => {
        $crate::__private::failed($crate::__message!($($message)*))
    };
}

/// The value of a `Result` that is to be `Ok`; a failure shows the error and what caused it.
///
/// The `Result` may be behind a reference, then so is the value.
///
/// ```
/// use testkit::assert_ok;
///
/// let number = assert_ok!("12".parse::<i32>());
/// assert!(number == 12);
/// ```
///
/// ```should_panic
/// testkit::assert_ok!("12x".parse::<i32>(), "the size");
/// ```
#[macro_export]
macro_rules! assert_ok {
    ($result:expr $(, $($message:tt)*)?) => {
        match $result {
            ::core::result::Result::Ok(value) => value,
            ::core::result::Result::Err(error) => {
                use $crate::__private::{OfAnything as _, OfError as _, OfPointer as _};
                $crate::__private::other_variant(
                    $crate::__message!($($($message)*)?),
                    ["assert_ok", ::core::concat!("assert_ok!(", ::core::stringify!($result), ")"), ::core::stringify!($result)],
                    "Err",
                    ::core::option::Option::Some($crate::__private::Probe(&error).value($crate::__private::OWN_WORDS as *const _)),
                    &(&&&$crate::__private::Chain(&error)).texts(),
                )
            }
        }
    };
}

/// The error of a `Result` that is to be `Err`; a failure shows the value.
///
/// ```
/// use testkit::assert_err;
///
/// let error = assert_err!("12x".parse::<i32>());
/// assert!(error.to_string() == "invalid digit found in string");
/// ```
///
/// ```should_panic
/// testkit::assert_err!("12".parse::<i32>());
/// ```
#[macro_export]
macro_rules! assert_err {
    ($result:expr $(, $($message:tt)*)?) => {
        match $result {
            ::core::result::Result::Err(error) => error,
            ::core::result::Result::Ok(value) => {
                $crate::__private::other_variant(
                    $crate::__message!($($($message)*)?),
                    ["assert_err", ::core::concat!("assert_err!(", ::core::stringify!($result), ")"), ::core::stringify!($result)],
                    "Ok",
                    ::core::option::Option::Some($crate::__private::Probe(&value).value($crate::__private::OWN_WORDS as *const _)),
                    &[],
                )
            }
        }
    };
}

/// The value of an `Option` that is to have one.
///
/// ```
/// use testkit::assert_some;
///
/// let first = assert_some!([7, 8].first());
/// assert!(*first == 7);
/// ```
///
/// ```should_panic
/// testkit::assert_some!(Vec::<u8>::new().pop());
/// ```
#[macro_export]
macro_rules! assert_some {
    ($option:expr $(, $($message:tt)*)?) => {
        match $option {
            ::core::option::Option::Some(value) => value,
            ::core::option::Option::None => $crate::__private::other_variant(
                $crate::__message!($($($message)*)?),
                ["assert_some", ::core::concat!("assert_some!(", ::core::stringify!($option), ")"), ::core::stringify!($option)],
                "None",
                ::core::option::Option::None,
                &[],
            ),
        }
    };
}

/// Asserts that an `Option` has no value; a failure shows the one it has.
///
/// ```
/// testkit::assert_none!("a=b".find(';'));
/// ```
///
/// ```should_panic
/// testkit::assert_none!("a=b".find('='));
/// ```
#[macro_export]
macro_rules! assert_none {
    ($option:expr $(, $($message:tt)*)?) => {
        match $option {
            ::core::option::Option::None => {}
            ::core::option::Option::Some(value) => {
                $crate::__private::other_variant(
                    $crate::__message!($($($message)*)?),
                    ["assert_none", ::core::concat!("assert_none!(", ::core::stringify!($option), ")"), ::core::stringify!($option)],
                    "Some",
                    ::core::option::Option::Some($crate::__private::Probe(&value).value($crate::__private::OWN_WORDS as *const _)),
                    &[],
                )
            }
        }
    };
}

/// Asserts that a value matches a pattern, with a condition if you like; a failure shows the value.
///
/// Behind `=>` stands what the assertion is worth, with the names that the pattern binds.
///
/// ```
/// use testkit::assert_matches;
///
/// let words: Vec<&str> = "GET /index.html".split(' ').collect();
/// let path = assert_matches!(words.as_slice(), ["GET", path] if path.starts_with('/') => *path);
/// assert!(path == "/index.html");
/// assert_matches!(path.len(), 1..=255, "a path of one to 255 bytes");
/// ```
///
/// ```should_panic
/// testkit::assert_matches!("12".parse::<i32>(), Ok(13));
/// ```
#[macro_export]
macro_rules! assert_matches {
    ($value:expr, $pattern:pat $(if $guard:expr)? => $result:expr $(, $($message:tt)*)?) => {
        match $value {
            $pattern $(if $guard)? => $result,
            #[allow(unreachable_patterns, reason = "the pattern may match everything")]
            ref other => {
                $crate::__private::not_matching(
                    $crate::__message!($($($message)*)?),
                    ::core::concat!(
                        "assert_matches!(",
                        ::core::stringify!($value),
                        ", ",
                        ::core::stringify!($pattern),
                        $(" if ", ::core::stringify!($guard),)?
                        ")",
                    ),
                    ::core::stringify!($value),
                    $crate::__private::Probe(other).value($crate::__private::OWN_WORDS as *const _),
                )
            }
        }
    };
    ($value:expr, $pattern:pat $(if $guard:expr)? $(, $($message:tt)*)?) => {
        $crate::assert_matches!($value, $pattern $(if $guard)? => {} $(, $($message)*)?)
    };
}

/// Asserts what an error and its sources say, outermost first, all of them.
///
/// Takes an error, or what points at one, such as `Box<dyn Error>`.
///
/// ```
/// let error = "eighty".parse::<u16>().unwrap_err();
/// testkit::assert_error_chain!(error, ["invalid digit found in string"]);
/// ```
///
/// ```should_panic
/// let error = std::io::Error::other("disk full");
/// testkit::assert_error_chain!(error, ["failed to save", "disk full"], "after {} writes", 3);
/// ```
#[macro_export]
macro_rules! assert_error_chain {
    ($error:expr, [$($expected:expr),* $(,)?] $(, $($message:tt)*)?) => {
        match &$error {
            error => {
                use $crate::__private::{OfError as _, OfPointer as _};
                $crate::__private::expect_chain(
                    ::core::concat!(
                        "assert_error_chain!(",
                        ::core::stringify!($error),
                        ", ",
                        ::core::stringify!([$($expected),*]),
                        ")",
                    ),
                    &(&&&$crate::__private::Chain(error)).texts(),
                    &[$(::std::string::ToString::to_string(&$expected)),*],
                    $crate::__message!($($($message)*)?),
                )
            }
        }
    };
}

/// Asserts that an expression panics, and is worth the panic's message. What the panic would print is not printed.
///
/// The second argument says what the message has to be: a text that it contains, a condition on it, or, with the feature
/// `regex`, a regular expression that matches somewhere in it. If nothing panics, the failure shows the value.
///
/// ```
/// use testkit::assert_panics;
///
/// let divide = |a: u32, b: u32| a / b;
/// assert_panics!(divide(1, 0));
/// assert_panics!(divide(1, 0), "divide by zero");
/// assert_panics!(divide(1, 0), |message: &str| message.len() < 80);
/// ```
///
/// ```should_panic
/// testkit::assert_panics!(1 + 1);
/// ```
#[macro_export]
macro_rules! assert_panics {
    ($body:expr $(,)?) => {
        match $crate::__private::panic_of(|| $body) {
            ::core::result::Result::Ok(panicked) => $crate::__private::message_of(panicked),
            ::core::result::Result::Err(value) => {
                $crate::__private::did_not_panic(
                    ::core::option::Option::None,
                    [::core::concat!("assert_panics!(", ::core::stringify!($body), ")"), ::core::stringify!($body)],
                    $crate::__private::Probe(&value).value($crate::__private::OWN_WORDS as *const _),
                )
            }
        }
    };
    ($body:expr, $expected:expr $(, $($message:tt)*)?) => {
        match $crate::__private::panic_of(|| $body) {
            ::core::result::Result::Ok(panicked) => $crate::__private::expect_message(
                [
                    ::core::concat!("assert_panics!(", ::core::stringify!($body), ", ", ::core::stringify!($expected), ")"),
                    ::core::stringify!($body),
                ],
                panicked,
                &$expected,
                $crate::__message!($($($message)*)?),
            ),
            ::core::result::Result::Err(value) => {
                $crate::__private::did_not_panic(
                    $crate::__message!($($($message)*)?),
                    [
                        ::core::concat!(
                            "assert_panics!(",
                            ::core::stringify!($body),
                            ", ",
                            ::core::stringify!($expected),
                            ")",
                        ),
                        ::core::stringify!($body),
                    ],
                    $crate::__private::Probe(&value).value($crate::__private::OWN_WORDS as *const _),
                )
            }
        }
    };
}
