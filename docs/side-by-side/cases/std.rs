use super::values::*;

#[test]
fn c01_arithmetic() {
    let (a, b, c) = (2, 3, 6);
    assert!(a + b == c);
}

#[test]
fn c02_conjunction() {
    let (v, s) = (vec![1, 2, 3], "abc");
    assert!(!v.is_empty() && v.len() == s.len() && s.starts_with("x"));
}

#[test]
fn c03_long_text() {
    assert_eq!(long("e"), long("a"));
}

#[test]
fn c04_lines() {
    assert_eq!(lines("some"), lines("other"));
}

#[test]
fn c05_vector() {
    let mut v = numbers();
    v[57] = -1;
    assert_eq!(v, numbers());
}

#[test]
fn c06_map() {
    assert_eq!(hash(2), hash(20));
}

#[test]
fn c07_struct() {
    assert_eq!(user(10121), user(10122));
}

#[test]
fn c08_result() {
    assert!(parse("12x").is_ok());
}

#[test]
fn c09_float() {
    assert!(0.1 + 0.2 == 0.3);
}

#[test]
fn c10_contains() {
    let s = "hello world";
    assert!(s.contains("wurld"));
}

#[test]
fn c11_panic() {
    divide(1.0, 0.0);
}

#[test]
fn c12_message() {
    let (a, b) = (2, 3);
    assert!(a > b, "a should exceed b for user {}", "ada");
}

#[test]
fn c13_without_debug() {
    let (a, b) = (Opaque(1), Opaque(2));
    assert!(a == b);
}

#[test]
fn c14_soft() {
    for i in 0..3 {
        assert!(i % 2 == 1, "round {i}");
    }
}
