testkit::discover!();

use mistakes::*;

fn test_misspelt(hlper: u8) {
    assert!(hlper == helper());
}
