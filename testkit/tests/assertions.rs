//! What a failed assertion shows.

#![expect(clippy::pedantic, reason = "the assertions are written as users write theirs")]

use std::panic;

/// The text of the panic that `assertion` raises.
fn failure(assertion: fn()) -> String {
    let payload = panic::catch_unwind(assertion).expect_err("the assertion should fail");
    match (payload.downcast_ref::<String>(), payload.downcast_ref::<&str>()) {
        (Some(text), _) => text.clone(),
        (None, Some(text)) => (*text).to_owned(),
        (None, None) => panic!("a payload that is no text"),
    }
}

#[track_caller]
fn check(assertion: fn(), want: &str) {
    assert_eq!(failure(assertion), want);
}

fn add(left: u32, right: u32) -> u32 {
    left + right
}

#[derive(PartialEq)]
struct Silent;

#[derive(PartialEq)]
struct Angry;

impl std::fmt::Debug for Angry {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("no")
    }
}

fn generic<T: PartialEq>(left: T, right: T) {
    testkit::assert!(left != right);
}

#[test]
fn comparisons_show_both_operands() {
    check(
        || testkit::assert!(add(2, 3) == 6, "adding {}", "numbers"),
        "adding numbers\nassertion failed: add(2, 3) == 6\n  left:  add(2, 3) = 5\n  right: 6",
    );
    check(
        || {
            let values = [1, 2];
            testkit::assert!(values.len() >= 3);
        },
        "assertion failed: values.len() >= 3\n  left:  values.len() = 2\n  right: 3\n         values       = [1, 2]",
    );
    check(
        || testkit::assert!("a".repeat(2) == "b"),
        "assertion failed: \"a\".repeat(2) == \"b\"\n  left:  \"a\".repeat(2) = \"aa\"\n  right: \"b\"",
    );
    check(|| testkit::assert_eq!(add(1, 1), 3), "assertion failed: add(1, 1) == 3\n  left:  add(1, 1) = 2\n  right: 3");
    check(
        || testkit::assert_ne!(add(1, 1), 2, "not {}", 2),
        "not 2\nassertion failed: add(1, 1) != 2\n  both sides: 2",
    );
}

#[test]
fn other_conditions_show_their_source() {
    check(
        || testkit::assert!(add(1, 1) == 3 || [1].is_empty()),
        "assertion failed: add(1, 1) == 3 || [1].is_empty()\n                                    ^^^^^^^^^^^^^^\n  \
         add(1, 1) = 2",
    );
    check(
        || {
            let name = "x";
            testkit::assert!(false, "why {name}");
        },
        "why x\nassertion failed: false",
    );
}

#[test]
fn what_a_let_binds_is_there_for_all_that_follows() {
    check(
        || {
            let found = Some(1);
            testkit::assert!(found.is_some() && let Some(x) = found && let Some(y) = Some(x + 1) && y == 3 && x == 1);
        },
        "assertion failed: found.is_some() && let Some(x) = found && let Some(y) = Some(x + 1) && y == 3\n                                                                                         \
         ^^^^^^\n                  && x == 1\n  left:  y = 2\n  right: 3",
    );
    check(
        || {
            let found = Some(1);
            testkit::assert!(let Some(x) = found && let None = Some(x));
        },
        "assertion failed: let Some(x) = found && let None = Some(x)\n                                         \
         ^^^^^^^^^^^^^^^^^^\n  Some(x) = Some(1)",
    );
}

#[test]
fn texts_are_shown_in_lines_and_searched() {
    let page = "<html>\n<body> \n\tx\n";
    let shown = "\n    | <html>\n    | <body>␠\n    | ⇥x\n    |\n";
    let wanted = String::from("<bdy>");
    let text = testkit::assert_panics!(testkit::assert!(page.contains("<bdy>")));
    assert_eq!(
        text,
        format!(
            "assertion failed: page.contains(\"<bdy>\")\n  page ={shown}  note: nearest: \"<body>\" at char 1 of line 2"
        )
    );
    let text = testkit::assert_panics!(testkit::assert!(page.contains(&wanted)));
    assert!(text.ends_with("\n  wanted = \"<bdy>\"\n  note: nearest: \"<body>\" at char 1 of line 2"), "{text}");
    let text = testkit::assert_panics!(testkit::assert!(page.starts_with(wanted.as_str())));
    assert!(text.ends_with("\n  note: the first character is as expected"), "{text}");
    let log: String = (0..5_000).map(|number| format!("line {number}\n")).collect();
    let text = testkit::assert_panics!(testkit::assert!(log.contains("lime 399")));
    assert!(text.ends_with("\n  note: nearest: \"line 399\" at char 1 of line 400"), "{text}");
    assert!(text.contains("\n    | … ") && text.contains("\n    | line 4999\n"), "{text}");
    assert!(text.lines().count() < 45, "{text}");
}

#[test]
fn values_beside_the_comparison_are_bounded() {
    let started = std::time::Instant::now();
    let (numbers, others): (Vec<u32>, Vec<Option<u32>>) = ((0..1_000_000).collect(), vec![Some(1); 1_000_000]);
    let text = testkit::assert_panics!(testkit::assert!(numbers.len() + others.len() == 3 && others.is_empty()));
    assert!(
        text.contains(" 22, 23,\n     … and more]\n    (shortened: more than 1048576 bytes, as far as it goes in "),
        "{text}"
    );
    assert!(text.lines().count() < 60, "{text}");
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
}

#[test]
fn what_may_be_borrowed_is_not_called_moved() {
    fn push(list: &mut Vec<u8>) -> usize {
        list.push(1);
        list.len()
    }
    fn pushed(list: &mut Vec<u8>) {
        testkit::assert!(push(list) == 3);
    }
    check(|| pushed(&mut vec![]), "assertion failed: push(list) == 3\n  left:  push(list) = 1\n  right: 3");
    // Nor is a builder that its own method consumes looked at afterwards.
    struct Builder(u8);
    impl Builder {
        fn insert(self, number: u8) -> u8 {
            self.0 + number
        }
    }
    check(
        || {
            let builder = Builder(1);
            testkit::assert!(builder.insert(1) == 3);
        },
        "assertion failed: builder.insert(1) == 3\n  left:  builder.insert(1) = 2\n  right: 3",
    );
    check(
        || {
            let mut number = 1;
            testkit::assert!(
                number == {
                    number += 1;
                    number
                }
            );
        },
        "assertion failed: number == { number += 1; number }\n  left:  number                  = 1\n  \
         right: { number += 1; number } = 2",
    );
}

#[test]
fn values_without_debug_show_their_type() {
    check(
        || testkit::assert!(Silent != Silent),
        "assertion failed: Silent != Silent\n  left:  Silent = <a value of type assertions::Silent>\n  \
         right: Silent = <a value of type assertions::Silent>",
    );
    check(
        || generic(Silent, Silent),
        "assertion failed: left != right\n  left:  left  = <a value of type assertions::Silent>\n  \
         right: right = <a value of type assertions::Silent>",
    );
}

#[derive(PartialEq)]
struct Money {
    cents: u32,
    currency: &'static str,
}

impl testkit::Explain for Money {
    fn explain(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let amount = format_args!("{}.{:02}", self.cents / 100, self.cents % 100);
        formatter.debug_struct("Money").field("amount", &amount).field("currency", &self.currency).finish()
    }
}

#[test]
fn values_explain_themselves() {
    fn money(cents: u32) -> Money {
        Money { cents, currency: "EUR" }
    }
    check(
        || testkit::assert!(money(105) == money(205)),
        "assertion failed: money(105) == money(205)\n  left:  money(105) = Money { amount: 1.05, currency: \"EUR\" }\n  \
         right: money(205) = Money { amount: 2.05, currency: \"EUR\" }\n  differs at .amount: 1.05 ≠ 2.05",
    );
    check(
        || testkit::assert_eq!(vec![Some(money(105))], [Some(money(105)), None]),
        "assertion failed: vec![Some(money(105))] == [Some(money(105)), None]\n  \
         left:  vec![Some(money(105))]   = [Some(Money { amount: 1.05, currency: \"EUR\" })]\n  \
         right: [Some(money(105)), None] = [Some(Money { amount: 1.05, currency: \"EUR\" }), None]\n  \
         differs at [1]: only right: None",
    );
    check(
        || generic(Box::new(money(1)), Box::new(money(1))),
        "assertion failed: left != right\n  left:  left  = \
         <a value of type alloc::boxed::Box<assertions::Money>>\n  right: right = <a value of type \
         alloc::boxed::Box<assertions::Money>>",
    );
    let text = testkit::assert_panics!(testkit::assert_ok!(Err::<u8, _>(money(3))));
    assert!(text.contains("= Err(Money { amount: 0.03, currency: \"EUR\" })"), "{text}");
}

#[test]
fn a_panic_in_debug_does_not_hide_the_failure() {
    check(
        || testkit::assert!(Angry != Angry),
        "assertion failed: Angry != Angry\n  left:  Angry = <its Debug panicked>\n  \
         right: Angry = <its Debug panicked>",
    );
}

#[test]
fn temporaries_end_with_the_assertion() {
    let lock = std::sync::Mutex::new(1_i32);
    testkit::assert!(*lock.lock().unwrap() == 1);
    testkit::assert!(*lock.lock().unwrap() == 1);
    fn tail(lock: &std::sync::Mutex<u8>) {
        testkit::assert!(*lock.lock().unwrap() == 1)
    }
    tail(&std::sync::Mutex::new(1));
}

#[test]
fn the_message_may_lock_what_the_condition_locked() {
    let lock = std::sync::Mutex::new(1_i32);
    let text = testkit::assert_panics!(testkit::assert!(*lock.lock().unwrap() == 2, "it is {}", lock.lock().unwrap()));
    assert!(text.starts_with("it is 1\nassertion failed: *lock.lock().unwrap() == 2\n  left:  *lock"), "{text}");
    // The message itself is alive while it panics, as that of the standard macro.
    lock.clear_poison();
    testkit::assert_panics!(testkit::assert!(
        lock.lock().unwrap().is_positive() && *lock.lock().unwrap() > 1,
        "{lock:?}"
    ));
    assert!(!lock.is_poisoned(), "nothing of the condition is held while it panics");
    let cell = std::cell::RefCell::new(vec![1]);
    testkit::assert_panics!(testkit::assert!(cell.borrow_mut().pop() == Some(2), "{:?}", cell.borrow()), "[]");
}
