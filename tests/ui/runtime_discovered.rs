testkit::discover!();

use testkit::prelude::*;

#[runtime(tokio, flavor = "multi_thread")]
async fn test_tokio() {}
