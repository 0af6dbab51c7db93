//! smol: `block_on` on the test's thread, with the reactor that all of the smol family shares.

pub(super) use async_io::block_on;
