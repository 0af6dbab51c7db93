//! Inner docs, so this file has its own `discover!()`.
use testkit::assert;
testkit::discover!();

fn test_own_discovery() {
    assert!(module_path!().ends_with("test_own_discovery"));
}
