//! What methods of the standard library do with their receiver, by their names.
//!
//! A method of another type may have the same name and do otherwise. Whoever asks must end up with code that compiles and
//! is right all the same; only what is shown may then be less.

/// Methods that only look at their receiver.
const LOOKING: &[&str] = &[
    "as_bytes",
    "as_deref",
    "as_path",
    "as_ref",
    "as_slice",
    "as_str",
    "borrow",
    "bytes",
    "capacity",
    "chars",
    "chunks",
    "cmp",
    "contains",
    "contains_key",
    "ends_with",
    "eq",
    "exists",
    "find",
    "first",
    "get",
    "is_ascii",
    "is_dir",
    "is_disjoint",
    "is_empty",
    "is_err",
    "is_file",
    "is_none",
    "is_ok",
    "is_some",
    "is_sorted",
    "is_subset",
    "is_superset",
    "iter",
    "keys",
    "last",
    "len",
    "lines",
    "matches",
    "ne",
    "partial_cmp",
    "peek",
    "rfind",
    "split",
    "split_whitespace",
    "starts_with",
    "strip_prefix",
    "strip_suffix",
    "to_lowercase",
    "to_owned",
    "to_string",
    "to_uppercase",
    "to_vec",
    "trim",
    "trim_end",
    "trim_start",
    "values",
    "windows",
];

/// Methods that change their receiver and return something that does not borrow from it.
const CHANGING: &[&str] = &[
    "clear",
    "dedup",
    "insert",
    "pop",
    "pop_back",
    "pop_first",
    "pop_front",
    "pop_last",
    "push",
    "push_back",
    "push_front",
    "push_str",
    "remove",
    "retain",
    "reverse",
    "sort",
    "swap_remove",
    "take",
    "truncate",
];

/// Methods of which one wants to know what they were asked of.
const ASKING: &[&str] = &[
    "contains",
    "contains_key",
    "ends_with",
    "is_disjoint",
    "is_empty",
    "is_err",
    "is_none",
    "is_ok",
    "is_some",
    "is_subset",
    "is_superset",
    "starts_with",
];

/// Methods that return an iterator.
const ITERATING: &[&str] = &[
    "bytes",
    "chars",
    "chunks",
    "cloned",
    "copied",
    "enumerate",
    "filter",
    "filter_map",
    "flat_map",
    "into_iter",
    "into_keys",
    "into_values",
    "iter",
    "keys",
    "lines",
    "map",
    "rev",
    "skip",
    "split_whitespace",
    "take",
    "values",
    "windows",
    "zip",
];

/// Whether the method only looks at its receiver.
pub(super) fn is_looking(name: &str) -> bool {
    LOOKING.contains(&name)
}

/// Whether it changes its receiver in place.
pub(super) fn is_changing(name: &str) -> bool {
    CHANGING.contains(&name)
}

/// Whether it answers a question about its receiver.
pub(super) fn is_asking(name: &str) -> bool {
    ASKING.contains(&name)
}

/// Whether it returns an iterator.
pub(super) fn is_iterating(name: &str) -> bool {
    ITERATING.contains(&name)
}
