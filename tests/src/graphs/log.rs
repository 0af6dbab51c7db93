//! What the processes of a run have written down.

/// A line of the log.
#[derive(Clone, Debug)]
pub struct Line {
    /// Number of the process.
    pub process: u32,
    /// Number of the thread.
    pub thread: u32,
    /// What it did.
    pub word: Word,
}

/// Number of a value in its process, from 1.
pub(super) type Number = u32;

/// What a process did.
#[derive(Clone, Debug)]
pub enum Word {
    /// An attempt at a test begins; its path without a case.
    Begin(String),
    /// A set-up begins.
    Making {
        /// Number of the value that it will make.
        number: Number,
        /// Path of the fixture, or of the group whose `setup` it is.
        name: String,
        /// Its scope; `value` for a group's.
        scope: String,
        /// Its parameter; 0 for those without.
        parameter: u32,
        /// Values that it refers to.
        needed: Vec<Number>,
        /// Values that are its own.
        owned: Vec<Number>,
    },
    /// It has succeeded.
    Made(Number),
    /// Something runs that a set-up has deferred.
    Deferred {
        /// Number of the set-up's value.
        number: Number,
        /// Which of the deferred it is, from 0.
        index: usize,
    },
    /// The function that takes the value down has begun.
    TearDown(Number),
    /// The value is dropped.
    Drop(Number),
    /// The body of a test begins.
    Body {
        /// Path of the test.
        test: String,
        /// Values that it refers to.
        needed: Vec<Number>,
        /// Values that are its own.
        owned: Vec<Number>,
    },
    /// Something runs that a test has deferred.
    DeferredByTest(String),
    /// The body has ended.
    Left(String),
}

/// Reads a log.
///
/// # Panics
/// If it is not one.
pub fn read(text: &str) -> Vec<Line> {
    text.lines().map(|line| parse(line).unwrap_or_else(|| panic!("no line of a log: {line}"))).collect()
}

fn parse(line: &str) -> Option<Line> {
    let words: Vec<&str> = line.split(' ').collect();
    let [process, thread, words @ ..] = words.as_slice() else { return None };
    let word = match words {
        ["begin", test] => Word::Begin((*test).to_owned()),
        ["making", number, name, scope, parameter, needed, owned] => Word::Making {
            number: number.parse().ok()?,
            name: (*name).to_owned(),
            scope: (*scope).to_owned(),
            parameter: parameter.parse().ok()?,
            needed: numbers(needed)?,
            owned: numbers(owned)?,
        },
        ["made", number] => Word::Made(number.parse().ok()?),
        ["deferred", number, index] => Word::Deferred { number: number.parse().ok()?, index: index.parse().ok()? },
        ["teardown", number] => Word::TearDown(number.parse().ok()?),
        ["drop", number] => Word::Drop(number.parse().ok()?),
        ["body", test, needed, owned] => {
            Word::Body { test: (*test).to_owned(), needed: numbers(needed)?, owned: numbers(owned)? }
        }
        ["deferred-by-test", test] => Word::DeferredByTest((*test).to_owned()),
        ["left", test] => Word::Left((*test).to_owned()),
        _ => return None,
    };
    Some(Line { process: process.parse().ok()?, thread: thread.parse().ok()?, word })
}

fn numbers(text: &str) -> Option<Vec<Number>> {
    if text == "-" { Some(Vec::new()) } else { text.split(',').map(|number| number.parse().ok()).collect() }
}
