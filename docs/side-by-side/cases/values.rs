//! What the cases compare: the same values for every library.

#![allow(dead_code, reason = "not every library has a case for every value")]

use std::collections::{BTreeMap, HashMap};

pub fn long(word: &str) -> String {
    format!(
        "The quick brown fox jumps over the lazy dog and then the gr{word}y cat watches it from the window of the old house by the sea"
    )
}

pub fn lines(sixth: &str) -> String {
    (1..=12).map(|line| format!("line {line}: {} content\n", if line == 6 { sixth } else { "some" })).collect()
}

pub fn numbers() -> Vec<i32> {
    (0..100).collect()
}

pub fn tree(beta: u32) -> BTreeMap<&'static str, u32> {
    BTreeMap::from([("alpha", 1), ("beta", beta), ("gamma", 3), ("delta", 4), ("epsilon", 5)])
}

pub fn hash(beta: u32) -> HashMap<&'static str, u32> {
    tree(beta).into_iter().collect()
}

#[derive(Debug, PartialEq)]
pub struct User {
    pub name: String,
    pub age: u8,
    pub profile: Profile,
}

#[derive(Debug, PartialEq)]
pub struct Profile {
    pub tags: Vec<&'static str>,
    pub address: Address,
}

#[derive(Debug, PartialEq)]
pub struct Address {
    pub street: &'static str,
    pub city: &'static str,
    pub zip: u32,
}

pub fn user(zip: u32) -> User {
    let address = Address { street: "5th Avenue", city: "New York", zip };
    User { name: "Ada".to_owned(), age: 36, profile: Profile { tags: vec!["admin", "beta"], address } }
}

pub fn parse(text: &str) -> Result<i32, std::num::ParseIntError> {
    text.parse()
}

#[derive(PartialEq)]
pub struct Opaque(pub u8);

pub fn divide(left: f64, right: f64) -> f64 {
    if right == 0.0 {
        panic!("division of {left} by zero");
    }
    left / right
}
