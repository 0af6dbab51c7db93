//! Everything that can stand around a test notes that it was there. Some of it fails on purpose.

mod notes;

use notes::note;
use testkit::fixture;

testkit::discover!();

#[fixture(scope = "module", autouse, teardown = |()| note("module torn down"))]
fn module() {
    note("module set up");
    testkit::defer(|| note("deferred by the module"));
}

/// The value that is made for each test.
struct TestOrder;

impl TestOrder {
    fn setup_group() {
        note("group set up");
        testkit::defer(|| note("deferred by the group"));
    }

    fn setup() -> Self {
        note("set up");
        testkit::defer(|| note("deferred by the set-up"));
        Self
    }

    fn test_passes(&self) {
        note("test passes");
        testkit::defer(|| note("deferred by the test"));
        testkit::defer(|| note("deferred last by the test"));
    }

    fn test_fails(&self) {
        note("test fails");
        panic!("on purpose");
    }

    fn teardown(self) {
        note("torn down");
    }

    fn teardown_group((): ()) {
        note("group torn down");
    }
}

struct TestFailingSetUp;

impl TestFailingSetUp {
    fn setup() -> Self {
        note("set-up fails");
        testkit::defer(|| note("deferred by the failing set-up"));
        panic!("on purpose");
    }

    fn test_never_run(&self) {
        note("never run");
    }

    fn teardown(self) {
        note("never torn down");
    }
}

struct TestFailingTearDown;

impl TestFailingTearDown {
    fn setup() -> Self {
        testkit::defer(|| note("deferred before the failing teardown"));
        Self
    }

    fn test_itself_passes(&self) {
        note("test itself passes");
    }

    fn teardown(self) {
        note("teardown fails");
        panic!("on purpose");
    }
}

struct TestFailingGroup;

impl TestFailingGroup {
    fn setup_group() {
        note("group's set-up fails");
        testkit::defer(|| note("deferred by the failing group"));
        panic!("on purpose");
    }

    fn test_first(&self) {
        note("never run");
    }

    fn test_second(&self) {
        note("never run");
    }

    fn teardown_group((): ()) {
        note("never torn down");
    }
}
