//! The arguments of a case, one by one.

use std::fmt::Debug;

/// The arguments of a case: a tuple, since the strategies of the arguments are one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the arguments of a property",
    note = "a property has up to 12 arguments, whose types have `Debug`"
)]
pub trait Arguments: Debug {
    /// Each of them, to be shown.
    fn each(&self) -> Vec<&dyn Debug>;
}

macro_rules! tuple {
    ($($name:ident)+) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: Debug),+> Arguments for ($($name,)+) {
            fn each(&self) -> Vec<&dyn Debug> {
                #[expect(non_snake_case, reason = "the value of a type has its name")]
                let ($($name,)+) = self;
                vec![$($name),+]
            }
        }
    };
}

// As many as the tuples have elements that are strategies.
tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H I);
tuple!(A B C D E F G H I J);
tuple!(A B C D E F G H I J K);
tuple!(A B C D E F G H I J K L);
