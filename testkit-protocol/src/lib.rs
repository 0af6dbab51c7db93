//! The vocabulary shared by the `testkit` library, which runs inside a user's test binary, and the `testkit`
//! command, which starts those binaries.
//!
//! Everything here is data: what a test is ([`record`]), what happened ([`event`]), why a test failed ([`failure`]),
//! what the two processes say to each other ([`message`]) and how that looks as bytes ([`json`]). The one renderer
//! of a failure as text is [`text`]. Nothing here reads a clock, a file or the environment.
//!
//! The library and the command of one machine may have different versions, so all of this is a contract; it is
//! written down in `docs/protocol.md`.

pub mod case_id;
pub mod case_values;
pub mod duration;
pub mod env;
pub mod event;
pub mod failure;
pub mod fixture;
pub mod id;
pub mod json;
pub mod location;
pub mod message;
pub mod name_pattern;
pub mod outcome;
pub mod package_config;
pub mod record;
pub mod spelling;
pub mod test_files;
pub mod text;

/// The version of the protocol itself, sent in each side's greeting and in every static description.
///
/// It changes only when an old reader would misunderstand a new writer; added fields and events do not change it.
pub const PROTOCOL_VERSION: u32 = 1;
