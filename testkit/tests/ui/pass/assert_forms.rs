//! Whatever the standard `assert!` takes, ours takes as well.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::sync::Mutex;
use testkit::assert;

#[derive(PartialEq)]
struct Silent(u8);

fn generic<T: PartialEq>(left: T, right: T) {
    assert!(left == right);
    testkit::assert_eq!(left, right);
}

fn question() -> Result<(), std::num::ParseIntError> {
    assert!("3".parse::<u8>()? == 3);
    assert!("3".parse::<u8>()? > 2, "message");
    Ok(())
}

async fn three() -> u8 {
    3
}

async fn later<T>(value: T) -> T {
    value
}

async fn awaits() {
    let list = [1, 2];
    let text = String::from("x");
    let cell = std::cell::Cell::new(3);
    assert!(three().await == 3);
    assert!(list.len() == later(2).await, "of {} and {:?}", later(2).await, cell);
    assert!(list.len() == 2 && later(true).await);
    assert!(list.len() == 3 || later(true).await);
    assert!(!(list.len() == 3 || later(false).await));
    assert!(later(Some(1)).await.is_some() && text.starts_with(later("x").await));
    assert!(let Some(one) = later(Some(1)).await && one == later(1).await);
    assert!(matches!(later(3).await, 3) && later(vec![1]).await.iter().all(|number| *number == 1));
    testkit::assert_eq!(later(1).await, later(1).await, "of {}", later(1).await);
    testkit::assert_ne!(later(1).await, later(2).await);
    testkit::check!(later(1).await == 1);
    testkit::eventually!(later(1).await == 1, within = "1s");
    testkit::assert_ok!(later(Ok::<_, u8>(1)).await);
    testkit::assert_matches!(later(3).await, 3);
}

fn is_send<T: Send>(_: T) {}

pub fn double(number: i32) -> i32 {
    number * 2
}

// A macro of the author's, with every kind of fragment.
macro_rules! wrapper {
    (tokens $($tokens:tt)*) => { assert!($crate::double($($tokens)*) > 0 && true) };
    (pattern $value:expr, $pattern:pat) => { assert!(matches!($value, $pattern)) };
    (binding $value:expr, $pattern:pat => $condition:expr) => { assert!(let $pattern = $value && $condition) };
    (type $value:expr, $type:ty) => { assert!($value as $type == <$type>::default()) };
    (block $block:block) => { assert!($block) };
    (literal $literal:literal, $name:ident) => { assert!($name == $literal) };
    (path $path:path, $argument:expr) => { assert!($path($argument) == 4) };
    ($left:expr, $right:expr) => { assert!($crate::double($left) == $right, "double {}", $left) };
}

fn wrapped() {
    wrapper!(1 + 1, 2 + 2);
    wrapper!(tokens 1 + 1);
    wrapper!(pattern Some(3), Some(3) | None);
    wrapper!(binding Some(3), Some(_three) => true);
    wrapper!(type 0_u8, u32);
    wrapper!(block { true });
    let negative = -3;
    wrapper!(literal -3, negative);
    wrapper!(path crate::double, 2);
}

fn bindings() {
    let text = Some(String::from("abc"));
    assert!(let Some(text) = &text && text.len() == 3);
    assert!(let Some(text) = &text && let Some(first) = text.chars().next() && first == 'a' && text.len() == 3);
    assert!(text.is_some() && let Some(text) = &text && text.len() == 3 && text != "x");
    assert!(let Some(ref text) = text && !text.is_empty());
    assert!(let Ok(number) | Err(number) = "3".parse().map_err(|_| 4) && number == 3);
    assert!(let (one, two) = (1, 2) && one + 1 == two);
    assert!(let [first, .., last] = [1, 2, 3] && first < last);
    assert!(let Some(_) = text);
}

fn tail(text: &Mutex<String>) {
    assert!(*text.lock().unwrap() == "a")
}

fn main() {
    let left = 1;
    let strings = vec!["a".to_owned()];
    assert!(left == 1, "left {left} {}", left);
    assert!(strings[0] == "a");
    assert!(strings == ["a"]);
    assert!(Silent(1) == Silent(1));
    assert!(strings.iter().any(|it| it == "a"));
    assert!(left == 1 && strings.len() == 1 || false);
    assert!(matches!(Some(left), Some(1)));
    assert!(left as u64 == 1_u64);
    assert!(!strings.is_empty(),);
    assert!(Vec::<u8>::new() == []);
    assert!((1..3).contains(&left));
    assert!(left << 1 == 2);
    assert!(if left == 1 { true } else { false });
    assert!(&strings == &strings);
    assert!(*strings[0] == *"a");
    assert!(-left < 0 && true);
    assert!(strings.concat() != "b", "x");
    let closure = |value: u8| assert!(value != 0);
    closure(1);
    match left {
        1 => assert!(left == 1),
        _ => assert!(left > 1),
    }
    generic(Silent(1), Silent(1));
    question().unwrap();
    is_send(awaits());
    wrapped();
    bindings();
    tail(&Mutex::new("a".to_owned()));
    let moved = Some(String::new());
    assert!(moved.unwrap() == "");
}
