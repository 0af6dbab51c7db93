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
    /// Its tests, in the order of the source.
    pub tests: &'static [TestCase],
    /// Those of them that something may multiply.
    pub asking: &'static [Asking],
}

/// A test that asks for fixtures, or has rows that are known at run time only. Made by expanded code only.
#[derive(Debug)]
pub struct Asking {
    /// [`TestCase::name`]
    pub name: &'static str,
    /// Where it stands, and what may multiply it.
    pub site: &'static Site,
}

inventory::collect!(ModuleEntry);

/// A folder collected by `discover_files!`. Made by expanded code only.
#[derive(Debug)]
pub struct FolderEntry {
    /// The static description; the reference keeps the linker from dropping it.
    pub description: &'static [u8],
}

inventory::collect!(FolderEntry);

/// A collected test. Made by expanded code only.
#[derive(Debug)]
pub struct TestCase {
    /// Path below the module: `test_add`, `TestDivide::test_by_zero`.
    pub name: &'static str,
    /// Line of the test's name, from 1.
    pub line: u32,
    /// Column of the test's name, from 1.
    pub column: u32,
    /// Runs the test; a failure leaves as a panic.
    pub run: fn(),
    /// What `#[should_panic]` asks for.
    pub should_panic: ShouldPanic,
}

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
