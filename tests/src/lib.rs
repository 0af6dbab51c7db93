//! Nothing is here: the package is its tests.
