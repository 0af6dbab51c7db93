//! `assert_eq!` and `assert_ne!`, and the code around the conditions of `assert!`, `check!` and `eventually!`, which are
//! procedural macros, since they must take the condition apart.
//!
//! Some have long names, because the compiler's messages show them: in constant code, where nothing can be reported, and for
//! the fields of packed structs, to which there are no references, the way out is the standard library's `assert!`.

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
    ($left:expr, approx($expected:expr) $($rest:tt)*) => {
        $crate::__near!(==, $left, approx($expected) $($rest)*)
    };
    ($left:expr, testkit::approx($expected:expr) $($rest:tt)*) => {
        $crate::__near!(==, $left, $crate::approx($expected) $($rest)*)
    };
    ($left:expr, $right:expr $(,)?) => {
        $crate::__equality_by_reference_unlike_std_assert!(==, $left, $right, ::core::option::Option::None)
    };
    ($left:expr, $right:expr, $($message:tt)+) => {
        $crate::__equality_by_reference_unlike_std_assert!(==, $left, $right, ::core::option::Option::Some(::core::format_args!($($message)+)))
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
    ($left:expr, approx($expected:expr) $($rest:tt)*) => {
        $crate::__near!(!=, $left, approx($expected) $($rest)*)
    };
    ($left:expr, testkit::approx($expected:expr) $($rest:tt)*) => {
        $crate::__near!(!=, $left, $crate::approx($expected) $($rest)*)
    };
    ($left:expr, $right:expr $(,)?) => {
        $crate::__equality_by_reference_unlike_std_assert!(!=, $left, $right, ::core::option::Option::None)
    };
    ($left:expr, $right:expr, $($message:tt)+) => {
        $crate::__equality_by_reference_unlike_std_assert!(!=, $left, $right, ::core::option::Option::Some(::core::format_args!($($message)+)))
    };
}

/// What a comparison becomes that is to hold (`[!]`) or not to (`[]`):
/// `how not (LEFT) [operator] (RIGHT) [texts] (site) [values kept of the left] [of the right] [changed places] (message)`. Its
/// value is the comparison's.
///
/// As in the standard library's `assert_eq!`, nothing is moved, temporaries live to the end of the `match`, and there
/// is no closure, so `?`, `.await` and `return` work in the operands. `Debug` runs only once the assertion has failed.
/// The `let` ends the temporaries where those of the standard `assert!` end: before the message is made and before the
/// panic, so that a lock in the condition is neither held nor poisoned by them.
#[doc(hidden)]
#[macro_export]
macro_rules! __comparison_by_reference_unlike_std_assert {
    ($how:tt $not:tt $left:tt $operator:tt $right:tt $texts:tt $site:tt [$($kept:tt)*] [] $changed:tt $message:tt) => {{
        $($crate::__keep!$kept;)*
        #[allow(static_mut_refs, clippy::float_cmp, reason = "the author compares, only we take references")]
        let failure = match (&$left, &$right) {
            (left, right) => $crate::__compared!(left right $not $operator $texts $site [$($kept)*] $changed),
        };
        let failure = $crate::__seen!(failure [$($kept)*]);
        $crate::__outcome!($how $not failure $message)
    }};
    // What the left operand borrows may be free again in the right one: places are noted in between.
    ($how:tt $not:tt $left:tt $operator:tt $right:tt $texts:tt $site:tt [$($kept:tt)*] [$($more:tt)+] $changed:tt $message:tt) => {{
        $($crate::__keep!$kept;)*
        $($crate::__keep_later!(room $more);)+
        #[allow(static_mut_refs, clippy::float_cmp, reason = "the author compares, only we take references")]
        let failure = match &$left {
            left => {
                $($crate::__keep_later!(now $more);)+
                match &$right {
                    right => $crate::__compared!(left right $not $operator $texts $site [$($kept)* $($more)+] $changed),
                }
            }
        };
        let failure = $crate::__seen!(failure [$($kept)* $($more)+]);
        $crate::__outcome!($how $not failure $message)
    }};
}

/// The failure of a comparison, if it is one: `left right not [operator] [texts] (site) [kept values] [changed places]`.
#[doc(hidden)]
#[macro_export]
macro_rules! __compared {
    ($left:ident $right:ident [$($not:tt)?] [$($operator:tt)+] $texts:tt $site:tt [$($kept:tt)*] [$($changed:tt)*]) => {{
        let holds = *$left $($operator)+ *$right;
        if $($not)? holds {
            let failure = $crate::__private::in_constants_use_std_assert::failed_comparison(
                &$crate::__private::Site $site,
                &$texts,
                $crate::__private::Probe($left).value($crate::__private::OWN_WORDS as *const _),
                $crate::__private::Probe($right).value($crate::__private::OWN_WORDS as *const _),
                &[$($crate::__kept!$kept),*],
            );
            $($crate::__changed!(failure $changed);)*
            ::core::option::Option::Some(failure)
        } else {
            ::core::option::Option::None
        }
    }};
}

/// What a comparison becomes that is all that `assert!` is given, with nothing in it to be kept:
/// `(LEFT) [operator] (RIGHT) source start end (message)`, where the operator stands from `start` to `end` in the source. Most assertions are that, so it is as little as can be.
#[doc(hidden)]
#[macro_export]
macro_rules! __assert_comparison_by_reference_unlike_std_assert {
    // Without a message there is nothing that could meet the temporaries.
    ($left:tt [$($operator:tt)+] $right:tt $source:literal $start:literal $end:literal ()) => {
        {
            #[allow(static_mut_refs, clippy::float_cmp, reason = "the author compares, only we take references")]
            match (&$left, &$right) {
                (left, right) => {
                    if !(*left $($operator)+ *right) {
                        $crate::__private::in_constants_use_std_assert::fail_comparison(
                            $source,
                            $start,
                            $end,
                            $crate::__private::Probe(left).value($crate::__private::OWN_WORDS as *const _),
                            $crate::__private::Probe(right).value($crate::__private::OWN_WORDS as *const _),
                        )
                    }
                }
            };
        }
    };
    ($left:tt [$($operator:tt)+] $right:tt $source:literal $start:literal $end:literal $message:tt) => {
        {
            #[allow(static_mut_refs, clippy::float_cmp, reason = "the author compares, only we take references")]
            let failure = match (&$left, &$right) {
                (left, right) => {
                    if *left $($operator)+ *right {
                        ::core::option::Option::None
                    } else {
                        ::core::option::Option::Some($crate::__private::in_constants_use_std_assert::whole_comparison(
                            $source,
                            $start,
                            $end,
                            $crate::__private::Probe(left).value($crate::__private::OWN_WORDS as *const _),
                            $crate::__private::Probe(right).value($crate::__private::OWN_WORDS as *const _),
                        ))
                    }
                }
            };
            if let ::core::option::Option::Some(failure) = failure {
                $crate::__private::in_constants_use_std_assert::fail($crate::__message!$message, failure)
            }
        }
    };
}

/// What any other condition becomes: `how not (CONDITION) (site) [kept values] [changed places] (text looked for) (message)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __condition {
    ($how:tt [$($not:tt)?] $condition:tt $site:tt [$($kept:tt)*] [$($changed:tt)*] $needle:tt $message:tt) => {{
        $($crate::__keep!$kept;)*
        #[allow(static_mut_refs, clippy::float_cmp, reason = "the author compares, only we take references")]
        #[allow(clippy::diverging_sub_expression, reason = "the author leaves, only we would go on with a value")]
        let failure = match $condition {
            #[allow(unreachable_code, reason = "so is what stands behind a condition that leaves")]
            holds => {
                let holds: bool = holds;
                if $($not)? holds {
                    let failure = $crate::__private::in_constants_use_std_assert::failed_condition(
                        &$crate::__private::Site $site,
                        $crate::__needle!$needle,
                        &[$($crate::__kept!$kept),*],
                    );
                    $($crate::__changed!(failure $changed);)*
                    ::core::option::Option::Some(failure)
                } else {
                    ::core::option::Option::None
                }
            }
        };
        let failure = $crate::__seen!(failure [$($kept)*]);
        $crate::__outcome!($how [$($not)?] failure $message)
    }};
}

/// What a comparison becomes that is not the last word: `(LEFT) [operator] (RIGHT) [texts] variable`.
#[doc(hidden)]
#[macro_export]
macro_rules! __undecided {
    ($left:tt [$($operator:tt)+] $right:tt $texts:tt $kept:ident) => {{
        #[allow(static_mut_refs, clippy::float_cmp, reason = "the author compares, only we take references")]
        let holds: bool = match (&$left, &$right) {
            (left, right) => {
                let holds = *left $($operator)+ *right;
                if !holds {
                    $kept.note(
                        &$texts,
                        $crate::__private::PrimitiveProbe(left).primitive(),
                        $crate::__private::PrimitiveProbe(right).primitive(),
                    );
                }
                holds
            }
        };
        holds
    }};
}

/// What `let PATTERN = VALUE` becomes, and what is behind it: `how (VALUE) (PATTERN) (rest) text (site) (message)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __binding {
    ($how:tt $value:tt ($($pattern:tt)+) ($($rest:tt)+) $text:literal $site:tt $message:tt) => {
        {
            #[allow(unreachable_code, reason = "what stands behind the pattern may leave")]
            let outcome = match $value {
                $($pattern)+ => ::core::result::Result::Ok($($rest)+),
                #[allow(unreachable_patterns, reason = "the pattern may match everything")]
                ref other => ::core::result::Result::Err($crate::__private::in_constants_use_std_assert::unmatched(
                    &$crate::__private::Site $site,
                    $text,
                    $crate::__private::Probe(other).value($crate::__private::OWN_WORDS as *const _),
                )),
            };
            match outcome {
                ::core::result::Result::Ok(holds) => holds,
                #[allow(unreachable_code, reason = "some tell by leaving")]
                ::core::result::Result::Err(failure) => {
                    $crate::__tell!($how failure $message);
                    false
                }
            }
        }
    };
}

/// Makes room for a value: `way "source" variable (place)`.
///
/// A place in constants is a temporary, which lives as long as the variable only if `&` stands right behind the `=`.
#[doc(hidden)]
#[macro_export]
macro_rules! __keep {
    (looked $source:literal $name:ident ($($place:tt)+)) => {
        #[allow(static_mut_refs, reason = "the author reads it, only we take a reference")]
        let $name = &$($place)+;
        let $name = $crate::__private::looking($name).keep();
    };
    (consumed $source:literal $name:ident ($($place:tt)+)) => {
        #[allow(static_mut_refs, reason = "the author reads it, only we take a reference")]
        let $name = $crate::__private::place(&$($place)+);
    };
    (copied $source:literal $name:ident ($($place:tt)+)) => {
        #[allow(static_mut_refs, reason = "the author reads it, only we take a reference")]
        let $name = &$($place)+;
        let $name = $crate::__private::copying($name).keep();
    };
    (result $source:literal $name:ident ()) => { let $name = $crate::__private::Slot::new(); };
    (asked $source:literal $name:ident ()) => { let $name = $crate::__private::Peek::new(); };
    (watched $source:literal $name:ident ()) => { let $name = $crate::__private::Watch::new(); };
    (changed $source:literal $name:ident ($($place:tt)+)) => { let $name = $crate::__private::place(&raw const $($place)+); };
    (undecided $source:literal $name:ident ()) => {};
}

/// Makes room for a value in two steps: where it is to be looked at from, and, when the operand before it is done, where it is
/// kept: `step (way "source" variable (place))`.
#[doc(hidden)]
#[macro_export]
macro_rules! __keep_later {
    (room (looked $($rest:tt)*)) => { $crate::__keep_later!(room_of $($rest)*) };
    (room (consumed $($rest:tt)*)) => { $crate::__keep_later!(room_of $($rest)*) };
    (room (copied $($rest:tt)*)) => { $crate::__keep_later!(room_of $($rest)*) };
    (room $other:tt) => {};
    (room_of $source:literal $name:ident $place:tt) => { let $name; };
    (now (looked $source:literal $name:ident ($($place:tt)+))) => {
        #[allow(static_mut_refs, reason = "the author reads it, only we take a reference")]
        let place = &$($place)+;
        $name = $crate::__private::looking(place).keep();
    };
    (now (consumed $source:literal $name:ident ($($place:tt)+))) => {
        #[allow(static_mut_refs, reason = "the author reads it, only we take a reference")]
        let place = &$($place)+;
        $name = $crate::__private::place(place);
    };
    (now (copied $source:literal $name:ident ($($place:tt)+))) => {
        #[allow(static_mut_refs, reason = "the author reads it, only we take a reference")]
        let place = &$($place)+;
        $name = $crate::__private::copying(place).keep();
    };
    (now $other:tt) => { $crate::__keep!$other };
}

/// The value that was kept, after the failure.
///
/// It is looked at in a copy made here: what nobody refers to need not be written to memory where nothing fails.
#[doc(hidden)]
#[macro_export]
macro_rules! __kept {
    (looked $source:literal $name:ident $place:tt) => {
        $crate::__private::Kept::Later($source)
    };
    (consumed $source:literal $name:ident $place:tt) => {
        $crate::__private::Kept::Later($source)
    };
    (copied $source:literal $name:ident $place:tt) => {
        $crate::__private::Kept::Later($source)
    };
    (result $source:literal $name:ident $place:tt) => {
        $crate::__private::Kept::Seen(
            $source,
            $crate::__private::filled(&$name).copy().seen($crate::__private::OWN_WORDS as *const _),
        )
    };
    (asked $source:literal $name:ident $place:tt) => {
        $crate::__private::Kept::Seen(
            $source,
            $crate::__private::asked(&$name).seen($crate::__private::OWN_WORDS as *const _),
        )
    };
    (watched $source:literal $name:ident $place:tt) => {
        $crate::__private::Kept::Element(
            $source,
            $crate::__private::last_element(&$name).index(),
            $crate::__private::last_element(&$name).copy().seen($crate::__private::OWN_WORDS as *const _),
        )
    };
    (changed $source:literal $name:ident $place:tt) => {
        $crate::__private::Kept::Changed($source)
    };
    (undecided $source:literal $name:ident $place:tt) => {
        $crate::__private::Kept::Undecided(&$name)
    };
}

/// The failure, if there is one, with the values of the places that were there before the condition: `failure [kept values]`.
///
/// That comes when the temporaries of the condition are gone: a lock among them may be one that `Debug` takes.
#[doc(hidden)]
#[macro_export]
macro_rules! __seen {
    ($failure:ident []) => { $failure };
    ($failure:ident [$($kept:tt)+]) => {
        match $failure {
            ::core::option::Option::None => ::core::option::Option::None,
            ::core::option::Option::Some(failure) => {
                $($crate::__seen!(failure $kept);)+
                ::core::option::Option::Some(failure)
            }
        }
    };
    ($failure:ident (looked $source:literal $name:ident $place:tt)) => {
        let $failure = $crate::__private::in_constants_use_std_assert::seen(
            $failure,
            $source,
            { $name }.seen($crate::__private::OWN_WORDS as *const _),
        );
    };
    ($failure:ident (consumed $source:literal $name:ident $place:tt)) => {
        let $failure = $crate::__private::in_constants_use_std_assert::seen(
            $failure,
            $source,
            $crate::__private::consumed($name).copy().seen($crate::__private::OWN_WORDS as *const _),
        );
    };
    ($failure:ident (copied $source:literal $name:ident $place:tt)) => {
        let $failure = $crate::__private::in_constants_use_std_assert::seen(
            $failure,
            $source,
            { $name }.seen($crate::__private::OWN_WORDS as *const _),
        );
    };
    ($failure:ident $other:tt) => {};
}

/// Looks at a place that the evaluation has changed, when nothing uses the operands any more: `failure ("source" variable)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __changed {
    ($failure:ident ($source:literal $name:ident)) => {
        let $failure = $failure
            .changed($source, $crate::__private::altered(&$name).seen($crate::__private::OWN_WORDS as *const _));
    };
}

/// The value of a condition, whose failure is told if there is one: `how not failure (message)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    ($how:tt [$($not:tt)?] $failure:ident $message:tt) => {
        match $failure {
            ::core::option::Option::None => $($not)? false,
            #[allow(unreachable_code, reason = "some tell by leaving")]
            ::core::option::Option::Some(failure) => {
                $crate::__tell!($how failure $message);
                $($not)? true
            }
        }
    };
}

/// What becomes of a failure: `(assert)` ends the test, `(check)` records it, `(eventually variable)` tries again.
///
/// The message is the first argument here and elsewhere: an `.await` in it must find nothing that is not `Send`.
#[doc(hidden)]
#[macro_export]
macro_rules! __tell {
    ((assert) $failure:ident $message:tt) => { $crate::__private::in_constants_use_std_assert::fail($crate::__message!$message, $failure) };
    ((check) $failure:ident $message:tt) => { $crate::__private::in_constants_use_std_assert::note($crate::__message!$message, $failure) };
    ((eventually $waiting:ident) $failure:ident $message:tt) => {
        $crate::__private::in_constants_use_std_assert::late($crate::__message!$message, &$waiting, $failure)
    };
}

/// What a condition looks for: `Kind(method, text)`, or nothing.
#[doc(hidden)]
#[macro_export]
macro_rules! __needle {
    () => {
        ::core::option::Option::None
    };
    ($kind:ident $arguments:tt) => {
        ::core::option::Option::Some($crate::__private::Needle::$kind $arguments)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __message {
    () => { ::core::option::Option::None };
    ($($message:tt)+) => { ::core::option::Option::Some(::core::format_args!($($message)+)) };
}

/// `assert_eq!` or `assert_ne!` with `approx(…)` at the right: `operator, left, right` and a message.
#[doc(hidden)]
#[macro_export]
macro_rules! __near {
    ($operator:tt, $left:expr, $right:expr $(, $($message:tt)*)?) => {
        $crate::__equality_by_reference_unlike_std_assert!(
            $operator,
            $crate::__private::Actual(&$left),
            $right,
            $crate::__message!($($($message)*)?),
            [::core::stringify!($left), ::core::stringify!($right)]
        )
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __equality_by_reference_unlike_std_assert {
    ($operator:tt, $left:expr, $right:expr, $message:expr) => {
        $crate::__equality_by_reference_unlike_std_assert!($operator, $left, $right, $message, [::core::stringify!($left), ::core::stringify!($right)])
    };
    ($operator:tt, $left:expr, $right:expr, $message:expr, $texts:expr) => {
        match (&$left, &$right) {
            (left, right) => {
                if !(*left $operator *right) {
                    $crate::__private::in_constants_use_std_assert::fail_equality(
                        $message,
                        ::core::stringify!($operator),
                        &$texts,
                        [$crate::__private::Probe(left).value($crate::__private::OWN_WORDS as *const _), $crate::__private::Probe(right).value($crate::__private::OWN_WORDS as *const _)],
                    )
                }
            }
        }
    };
}
