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

async fn awaits() {
    assert!(three().await == 3);
}

fn is_send<T: Send>(_: T) {}

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
    tail(&Mutex::new("a".to_owned()));
    let moved = Some(String::new());
    assert!(moved.unwrap() == "");
}
