//! A package that enables the features of testkit, for its tests.
