use googletest::prelude::*;

use super::values::*;

#[gtest]
fn c01_arithmetic() {
    let (a, b, c) = (2, 3, 6);
    assert_pred!(a + b == c);
}

#[gtest]
fn c02_conjunction() {
    let (v, s) = (vec![1, 2, 3], "abc");
    assert_pred!(!v.is_empty() && v.len() == s.len() && s.starts_with("x"));
}

#[gtest]
fn c03_long_text() {
    assert_that!(long("e"), eq(&long("a")));
}

#[gtest]
fn c04_lines() {
    assert_that!(lines("some"), eq(&lines("other")));
}

#[gtest]
fn c05_vector() {
    let mut v = numbers();
    v[57] = -1;
    assert_that!(v, container_eq(numbers()));
}

#[gtest]
fn c06_map() {
    assert_that!(hash(2), eq(&hash(20)));
}

#[gtest]
fn c07_struct() {
    assert_that!(user(10121), eq(&user(10122)));
}

#[gtest]
fn c08_result() {
    assert_that!(parse("12x"), ok(anything()));
}

#[gtest]
fn c09_float() {
    assert_that!(0.1 + 0.2, eq(0.3));
}

#[gtest]
fn c10_contains() {
    let s = "hello world";
    assert_that!(s, contains_substring("wurld"));
}

#[gtest]
fn c11_panic() {
    divide(1.0, 0.0);
}

#[gtest]
fn c12_message() {
    let (a, b) = (2, 3);
    assert_that!(a, gt(b), "a should exceed b for user {}", "ada");
}

#[gtest]
fn c13_without_debug() {
    let (a, b) = (Opaque(1), Opaque(2));
    assert_pred!(a == b);
}

#[gtest]
fn c14_soft() {
    for i in 0..3 {
        expect_that!(i % 2, eq(1), "round {i}");
    }
}
