//! The marks of a test, as its record tells them.

use std::sync::Arc;

use testkit_protocol::record::{MarkRecord, RetryRecord, TestRecord, XfailRecord};

/// The marks of one test; most tests have none. Time limit and `#[ignore]`, which plain tests can have too, are apart.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TestMarks {
    /// `#[skip]`, with its reason or an empty text.
    pub(crate) skip: Option<String>,
    pub(crate) xfail: Option<XfailRecord>,
    pub(crate) retry: Option<RetryRecord>,
    /// Keys of `#[serial]`.
    pub(crate) serial: Vec<String>,
    pub(crate) exclusive: bool,
    pub(crate) isolate: bool,
    /// Free marks.
    pub(crate) free: Vec<MarkRecord>,
}

impl TestMarks {
    /// Takes the marks out of a record; `None` if it has none.
    pub(crate) fn take(record: &mut TestRecord) -> Option<Arc<Self>> {
        let marks = Self {
            skip: record.skip.take(),
            xfail: record.xfail.take(),
            retry: record.retry.take(),
            serial: std::mem::take(&mut record.serial),
            exclusive: record.exclusive,
            isolate: record.isolate,
            free: std::mem::take(&mut record.marks),
        };
        (marks != Self::default()).then(|| Arc::new(marks))
    }
}
