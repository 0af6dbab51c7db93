//! Nothing: its tests are about themselves.
