//! What a failing assertion calls: it gathers the values and ends the test with a failure.

mod bounded;
mod compare;
mod explain;
mod full_values;
mod keep;
mod macros;
mod nearest;
mod outcome;
mod probe;
mod told;

pub(crate) use bounded::line;
#[cfg(feature = "proptest")]
pub(crate) use explain::{shown, start_of};
pub use keep::{
    Asked, Consumed, Container, Copied, Copyable, LastElement, Looked, NoPrimitive, Other, Peek, PrimitiveProbe, Slot,
    Undecided, Watch, copy_place, peek, place, snap, watch,
};
pub use outcome::{
    Chain, ExpectedMessage, OfAnything, OfError, OfPointer, did_not_panic, expect_chain, expect_message, failed,
    message_of, not_matching, other_variant, panic_of,
};
pub use probe::{Probe, Undebuggable, Value};
pub use told::{
    Kept, Site, Told, Waiting, asked, compared, fail, fail_comparison, fail_equality, failed_comparison, failure, late,
    note, unmatched,
};
