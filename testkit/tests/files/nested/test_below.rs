testkit::discover!();

fn test_below() {}
