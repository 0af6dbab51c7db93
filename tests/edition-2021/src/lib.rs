//! A package of edition 2021, for its tests.
