// Included as it is: it has no `discover!()`.
fn test_included() {}

#[testkit::timeout("1s")]
#[test]
fn plain() {}
