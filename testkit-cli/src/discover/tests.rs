//! Discovery in real binaries.
