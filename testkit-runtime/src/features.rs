//! What expanded code writes where it needs a feature: without it, that is a compile error which says so.

/// What the code of a `#[property]` stands in.
#[cfg(feature = "proptest")]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_proptest {
    ($($code:tt)*) => {
        $($code)*
    };
}

#[cfg(not(feature = "proptest"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __with_proptest {
    ($($code:tt)*) => {
        ::core::compile_error!(
            "`#[property]` needs the feature `proptest` of testkit: run `cargo add --dev testkit --features proptest`"
        )
    };
}
