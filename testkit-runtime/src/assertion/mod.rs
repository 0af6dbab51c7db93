//! What a failing assertion calls: it gathers the values and ends the test with a failure.

mod bounded;
mod compare;
mod explain;
mod full_values;
mod keep;
mod macros;
mod nearest;
mod outcome;
mod own_words;
mod pause;
mod probe;
mod shorten;
mod told;

pub(crate) use bounded::line;
#[cfg(feature = "proptest")]
pub(crate) use explain::{shown, start_of};
pub use keep::{
    Peek, PrimitiveProbe, Slot, Undecided, Watch, altered, asked, asking, before, consumed, copying, filled,
    last_element, looking, peek, place, snap, watching,
};
pub use nearest::Needle;
pub use outcome::{
    Chain, ExpectedMessage, OfAnything, OfError, OfPointer, did_not_panic, expect_chain, expect_message, failed,
    message_of, not_matching, other_variant, panic_of,
};
pub use own_words::Explain;
pub use probe::{OWN_WORDS, Probe, Value};
pub use told::{Kept, Site, Told, Waiting, in_constants_use_std_assert};
