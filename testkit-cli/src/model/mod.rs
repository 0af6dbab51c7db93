//! What the command knows of binaries and tests: plain data, no file, process, clock or environment.

mod binary;
mod fixture;
mod marks;
#[cfg(test)]
pub(crate) mod samples;
mod test_list;

pub(crate) use binary::{Binary, Harness, Launch};
pub(crate) use fixture::Fixture;
pub(crate) use marks::TestMarks;
pub(crate) use test_list::{BinaryIndex, Bond, Host, Test, TestIndex, TestList};
