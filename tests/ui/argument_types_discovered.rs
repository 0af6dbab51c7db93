testkit::discover!();

use testkit::prelude::*;

struct Db;

#[fixture]
fn db() -> Db {
    Db
}

fn test_borrowed(db: &u32) {
    assert!(*db == 1);
}

fn test_owned(db: u32) {
    assert!(db == 1);
}

#[parametrize(n, ["one"])]
fn test_case(n: u8) {
    assert!(n == 1);
}
