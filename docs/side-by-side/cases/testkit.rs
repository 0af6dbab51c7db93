use testkit::{assert, assert_eq, check};

use super::values::*;

testkit::discover!();

fn test_c01_arithmetic() {
    let (a, b, c) = (2, 3, 6);
    assert!(a + b == c);
}

fn test_c02_conjunction() {
    let (v, s) = (vec![1, 2, 3], "abc");
    assert!(!v.is_empty() && v.len() == s.len() && s.starts_with("x"));
}

fn test_c03_long_text() {
    assert_eq!(long("e"), long("a"));
}

fn test_c04_lines() {
    assert_eq!(lines("some"), lines("other"));
}

fn test_c05_vector() {
    let mut v = numbers();
    v[57] = -1;
    assert_eq!(v, numbers());
}

fn test_c06_map() {
    assert_eq!(hash(2), hash(20));
}

fn test_c07_struct() {
    assert_eq!(user(10121), user(10122));
}

fn test_c08_result() {
    assert!(parse("12x").is_ok());
}

fn test_c09_float() {
    assert!(0.1 + 0.2 == 0.3);
}

fn test_c10_contains() {
    let s = "hello world";
    assert!(s.contains("wurld"));
}

fn test_c11_panic() {
    divide(1.0, 0.0);
}

fn test_c12_message() {
    let (a, b) = (2, 3);
    assert!(a > b, "a should exceed b for user {}", "ada");
}

fn test_c13_without_debug() {
    let (a, b) = (Opaque(1), Opaque(2));
    assert!(a == b);
}

fn test_c14_soft() {
    for i in 0..3 {
        check!(i % 2 == 1, "round {i}");
    }
}
