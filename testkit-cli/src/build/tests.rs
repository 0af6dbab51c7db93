//! Whole builds of a small workspace.
