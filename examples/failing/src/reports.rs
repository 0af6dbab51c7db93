//! What the tests of `tests/test_reports.rs` compare, call and read.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fmt;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::num::ParseIntError;

/// A struct with structs in it.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// What the user is called.
    pub name: String,
    /// In years.
    pub age: u8,
    /// What else is known.
    pub profile: Profile,
}

/// The second level.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Words, in any order.
    pub tags: Vec<&'static str>,
    /// Where the user lives.
    pub address: Address,
}

/// The third level.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    /// Its name alone.
    pub street: &'static str,
    /// The city.
    pub city: &'static str,
    /// The postal code.
    pub zip: i32,
}

impl Address {
    /// An address with this postal code.
    pub fn with_zip(zip: i32) -> Self {
        Self { street: "5th Avenue", city: "New York", zip }
    }
}

/// A user who lives at this postal code.
pub fn user(zip: i32) -> User {
    let profile = Profile { tags: vec!["admin", "beta"], address: Address::with_zip(zip) };
    User { name: "Ada".to_owned(), age: 36, profile }
}

/// The one user with the number 7.
pub fn find_user(number: u32) -> Option<User> {
    (number == 7).then(|| user(10121))
}

/// A type without `Debug`.
#[derive(Clone, Copy, PartialEq)]
pub struct Opaque(pub u8);

/// A type whose `Debug` does not show all that its `PartialEq` compares.
#[derive(PartialEq)]
pub struct Stubborn {
    /// In both.
    pub shown: u8,
    /// Compared, but not shown.
    pub hidden: u8,
}

impl fmt::Debug for Stubborn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Stubborn").field("shown", &self.shown).finish_non_exhaustive()
    }
}

/// A line of more than a hundred characters with one word that varies.
pub fn long_text(letter: &str) -> String {
    format!(
        "The quick brown fox jumps over the lazy dog and the gr{letter}y cat watches from the window of the old house by the sea"
    )
}

/// Twelve lines, of which the sixth varies.
pub fn lines(sixth: &str) -> String {
    let line = |number| format!("line {number}: {} content\n", if number == 6 { sixth } else { "some" });
    (1..=12).map(line).collect()
}

/// The numbers from 0 to 99.
pub fn numbers() -> Vec<i32> {
    (0..100).collect()
}

/// A map and a set of the standard library, iterated in the same order in every run.
pub type Map<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;
type Set<T> = HashSet<T, BuildHasherDefault<DefaultHasher>>;

/// Five numbers with names.
pub fn scores(beta: u32) -> Map<&'static str, u32> {
    [("alpha", 1), ("beta", beta), ("gamma", 3), ("delta", 4), ("epsilon", 5)].into_iter().collect()
}

/// A map of a map.
pub fn shelf(price: u32) -> Map<&'static str, Map<&'static str, u32>> {
    let fruit = [("apple", price), ("pear", 2)].into_iter().collect();
    [("fruit", fruit)].into_iter().collect()
}

/// These numbers, in no order.
pub fn numbered(numbers: impl IntoIterator<Item = u32>) -> Set<u32> {
    numbers.into_iter().collect()
}

/// A number from its text.
///
/// # Errors
/// If the text is no number.
pub fn parse(text: &str) -> Result<i32, ParseIntError> {
    text.parse()
}

/// A quotient.
///
/// # Panics
/// If the divisor is zero.
pub fn divide(dividend: f64, divisor: f64) -> f64 {
    assert!(divisor != 0.0, "division of {dividend} by zero");
    dividend / divisor
}

/// Why there is no port.
#[derive(Debug)]
pub struct PortError {
    source: NumberError,
}

/// Why a text is no number.
#[derive(Debug)]
pub struct NumberError {
    text: String,
    source: ParseIntError,
}

impl fmt::Display for PortError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("failed to read the port")
    }
}

impl Error for PortError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

impl fmt::Display for NumberError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is no number", self.text)
    }
}

impl Error for NumberError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

/// The number behind `port = `.
///
/// # Errors
/// If there is none; the error has two sources.
pub fn read_port(line: &str) -> Result<u16, PortError> {
    let text = line.trim_start_matches("port = ");
    let failed = |source| PortError { source: NumberError { text: text.to_owned(), source } };
    text.parse().map_err(failed)
}
