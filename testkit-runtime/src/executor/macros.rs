//! What expanded code names a runtime with. Where the feature is missing, that is a compile error which says so.

/// `tokio_runtime!(CurrentThread { start_paused: false })`: tokio, as a constant.
#[cfg(feature = "tokio")]
#[doc(hidden)]
#[macro_export]
macro_rules! __tokio_runtime {
    ($variant:ident { $($field:ident: $value:expr),* $(,)? }) => {
        $crate::__private::Runtime::Tokio($crate::__private::Tokio::$variant { $($field: $value),* })
    };
}

#[cfg(not(feature = "tokio"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __tokio_runtime {
    ($($any:tt)*) => {
        ::core::compile_error!(
            "`#[runtime(tokio)]` needs the feature `tokio` of testkit: run `cargo add --dev testkit --features tokio`"
        )
    };
}

/// `smol_runtime!()`: smol, as a constant.
#[cfg(feature = "smol")]
#[doc(hidden)]
#[macro_export]
macro_rules! __smol_runtime {
    () => {
        $crate::__private::Runtime::Smol
    };
}

#[cfg(not(feature = "smol"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __smol_runtime {
    () => {
        ::core::compile_error!(
            "`#[runtime(smol)]` needs the feature `smol` of testkit: run `cargo add --dev testkit --features smol`"
        )
    };
}
