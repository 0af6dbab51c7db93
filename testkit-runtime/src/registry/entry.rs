//! The constant data that expanded code submits. One [`ModuleEntry`] a collected module, so that registration costs
//! little to compile however many tests there are.

use crate::harness::Site;

/// A collected module. Made by expanded code only.
#[derive(Debug)]
pub struct ModuleEntry {
    /// `module_path!()` of the module.
    pub module: &'static str,
    /// Its source file, as given to the compiler.
    pub file: &'static str,
    /// The static description, which also stands in the link section; the reference keeps the linker from dropping it.
    pub description: &'static [u8],
    /// What runs its tests: the `run` of their lines is a number of these.
    pub tests: &'static [Registered],
    /// Those with `#[should_panic]`, by their paths below the module.
    pub should_panic: &'static [(&'static str, ShouldPanic)],
    /// Where its tests stand that ask for something.
    pub sites: &'static [&'static Site],
}

/// What runs one described test, or the cases of one. Made by expanded code only.
///
/// The compiler reads one of these a test, so it has nothing that the description says as well.
#[derive(Clone, Copy, Debug)]
pub enum Registered {
    /// One test.
    Test(fn()),
    /// So many literal cases of one function, by their numbers: the `case` of their lines.
    Cases(fn(usize), usize),
    /// What a `#[cfg]` has left out.
    Absent,
}

/// What runs a test; a failure leaves as a panic.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Body {
    /// A function of its own.
    Test(fn()),
    /// A function that it shares with other cases, and its number among them.
    Case(fn(usize), usize),
}

impl Registered {
    /// What runs the test that this is, or its case.
    pub(crate) fn body(self, case: Option<usize>) -> Option<Body> {
        match (self, case) {
            (Self::Test(run), None) => Some(Body::Test(run)),
            (Self::Cases(run, count), Some(case)) if case < count => Some(Body::Case(run, case)),
            (Self::Test(_), Some(_)) | (Self::Cases(..) | Self::Absent, _) => None,
        }
    }

    /// How many tests it runs.
    pub(crate) fn count(self) -> usize {
        match self {
            Self::Test(_) => 1,
            Self::Cases(_, count) => count,
            Self::Absent => 0,
        }
    }
}

impl Body {
    /// Runs it.
    pub(crate) fn run(self) {
        match self {
            Self::Test(run) => run(),
            Self::Case(run, number) => run(number),
        }
    }
}

inventory::collect!(ModuleEntry);

/// A folder collected by `discover_files!`. Made by expanded code only.
#[derive(Debug)]
pub struct FolderEntry {
    /// The static description; the reference keeps the linker from dropping it.
    pub description: &'static [u8],
}

inventory::collect!(FolderEntry);

/// What `#[should_panic]` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShouldPanic {
    /// Nothing: a panic is a failure.
    No,
    /// A panic with any message.
    Yes,
    /// A panic whose message contains this text.
    Containing(&'static str),
}
