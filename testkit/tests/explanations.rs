//! What assertions show of types with words of their own, `testkit::Explain`, and with `Debug` as well.

#![expect(clippy::pedantic, reason = "the assertions are written as users write theirs")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt::{self, Formatter};
use std::num::ParseIntError;
use std::panic;
use std::rc::Rc;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

/// With `Debug`, which nobody is to see.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Cents(u32);

impl testkit::Explain for Cents {
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl FromStr for Cents {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl Cents {
    fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl std::ops::Add for Cents {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

fn half(amount: Cents) -> Cents {
    Cents(amount.0 / 2)
}

/// With words of its own, and no `Debug`.
#[derive(Clone, Copy, PartialEq)]
struct Mark(u8);

impl testkit::Explain for Mark {
    fn explain(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "mark {}", self.0)
    }
}

impl std::ops::Add<u8> for Mark {
    type Output = u8;

    fn add(self, other: u8) -> u8 {
        self.0 + other
    }
}

impl Mark {
    fn is_best(self) -> bool {
        self.0 == 1
    }
}

fn worse(mark: Mark) -> Mark {
    Mark(mark.0 + 1)
}

/// The text of the panic that `assertion` raises.
#[track_caller]
fn check(assertion: impl FnOnce() + panic::UnwindSafe, want: &str) {
    let payload = panic::catch_unwind(assertion).expect_err("the assertion should fail");
    let text = payload.downcast_ref::<String>().expect("failures are texts");
    let (_, shown) = text.split_once('\n').expect("values are shown");
    assert_eq!(shown, want);
}

#[test]
fn words_of_its_own_come_before_debug() {
    check(|| testkit::assert_eq!(Cents(105), Cents(205)), "  left:  Cents(105) = 1.05\n  right: Cents(205) = 2.05");
    check(|| testkit::assert!(Cents(105) == Cents(205)), "  left:  Cents(105) = 1.05\n  right: Cents(205) = 2.05");
    check(
        || testkit::assert!(Cents(105) == Cents(205), "in the middle"),
        "assertion failed: Cents(105) == Cents(205)\n  left:  Cents(105) = 1.05\n  right: Cents(205) = 2.05",
    );
    check(|| testkit::assert!(Cents(205) < Cents(105)), "  left:  Cents(205) = 2.05\n  right: Cents(105) = 1.05");
    check(|| testkit::assert_none!(Some(Cents(5))), "  Some(Cents(5)) = Some(0.05)");
    check(|| _ = testkit::assert_ok!(Err::<u8, _>(Cents(5))), "  Err::<u8, _>(Cents(5)) = Err(0.05)");
    check(|| testkit::assert_matches!(Cents(5), Cents(6)), "  Cents(5) = 0.05");
}

#[test]
fn what_is_kept_besides_the_operands_is_in_own_words() {
    let (amount, amounts, mark, marks) = (Cents(105), vec![Cents(105)], Mark(2), vec![Mark(2)]);
    check(
        || testkit::assert!(half(amount) == Cents(205)),
        "  left:  half(amount) = 0.52\n  right: Cents(205)   = 2.05\n         amount       = 1.05",
    );
    check(
        || testkit::assert!(half(amount) + Cents(1) == Cents(2)),
        "  left:  half(amount) + Cents(1) = 0.53\n  right: Cents(2)                = 0.02\n         amount                  = 1.05\n         half(amount)            = 0.52",
    );
    check(|| testkit::assert!(amounts.is_empty()), "  amounts = [1.05]");
    check(
        || testkit::assert!(amounts.iter().all(|it| it.is_zero())),
        "  amounts                     = [1.05]\n  element 0 of amounts.iter() = 1.05",
    );
    check(|| testkit::assert!(Some(amount).is_none()), "  amount       = 1.05\n  Some(amount) = Some(1.05)");
    let mut changed = amounts.clone();
    check(
        panic::AssertUnwindSafe(|| testkit::assert!(changed.pop() == None)),
        "  left:  changed.pop() = Some(1.05)\n  right: None\n         changed       = []   (after evaluation)",
    );
    check(
        || testkit::assert!(worse(mark) + 1 == 0),
        "  left:  worse(mark) + 1 = 4\n  right: 0\n         mark            = mark 2\n         worse(mark)     = mark 3",
    );
    check(|| testkit::assert!(marks.is_empty()), "  marks = [mark 2]");
    check(
        || testkit::assert!(marks.iter().copied().all(|it| it.is_best())),
        "  marks                              = [mark 2]\n  element 0 of marks.iter().copied() = mark 2",
    );
    check(|| testkit::assert!(Some(mark).is_none()), "  mark       = mark 2\n  Some(mark) = Some(mark 2)");
}

#[test]
fn what_holds_such_values_explains_itself() {
    #[track_caller]
    fn check_held<T: testkit::Explain>(value: T, want: &str) {
        let text = testkit::assert_panics!(testkit::assert_matches!(&value, _ if false));
        let shown = text.rsplit_once("= ").expect("a value is shown").1;
        assert_eq!(shown.split_whitespace().collect::<Vec<_>>().join(" "), want);
    }
    let cents = Cents(105);
    check_held::<&Cents>(&cents, "1.05");
    check_held(Box::new(cents), "1.05");
    check_held(Rc::new(cents), "1.05");
    check_held(Arc::new(cents), "1.05");
    check_held(RefCell::new(cents).borrow(), "1.05");
    check_held(RefCell::new(cents).borrow_mut(), "1.05");
    check_held(Mutex::new(cents).lock().unwrap(), "1.05");
    check_held(Some(cents), "Some(1.05)");
    check_held(Ok::<_, String>(cents), "Ok(1.05)");
    check_held(Err::<Cents, _>("no"), "Err(\"no\")");
    check_held([cents], "[1.05]");
    check_held(&[cents][..], "[1.05]");
    check_held(vec![Some(cents)], "[Some(1.05)]");
    check_held(VecDeque::from([cents]), "[1.05]");
    check_held(LinkedList::from([cents]), "[1.05]");
    check_held(BinaryHeap::from([cents]), "[1.05]");
    check_held(BTreeSet::from([cents]), "{1.05}");
    check_held(HashSet::from([cents]), "{1.05}");
    check_held(BTreeMap::from([("a", cents)]), "{\"a\": 1.05}");
    check_held(HashMap::from([(cents, cents)]), "{Cents(105): 1.05}");
}

#[test]
fn differences_are_found_inside_of_what_holds_such_values() {
    let left = BTreeMap::from([("fee", vec![Cents(105), Cents(7)])]);
    let right = BTreeMap::from([("fee", vec![Cents(105), Cents(8)])]);
    check(
        || testkit::assert_eq!(left, right),
        "  left:  left  = {\"fee\": [1.05, 0.07]}\n  right: right = {\"fee\": [1.05, 0.08]}\n  \
         differs at [\"fee\"][1]: 0.07 ≠ 0.08",
    );
}

#[test]
fn others_are_shown_by_their_debug() {
    check(
        || testkit::assert_eq!((Cents(1), 2), (Cents(3), 2)),
        "  left:  (Cents(1), 2)\n  right: (Cents(3), 2)\n  differs at .0.0: 1 ≠ 3",
    );
}

#[test]
fn in_generic_code_the_bounds_decide() {
    fn with_debug<T: PartialEq + fmt::Debug>(left: T, right: T) {
        testkit::assert_eq!(left, right);
    }
    fn with_own_words<T: PartialEq + testkit::Explain>(left: T, right: T) {
        testkit::assert_eq!(left, right);
    }
    fn with_both<T: PartialEq + fmt::Debug + testkit::Explain>(left: T, right: T) {
        testkit::assert_eq!(left, right);
    }
    let shown = |assertion: fn(Cents, Cents)| {
        let text = testkit::assert_panics!(assertion(Cents(1), Cents(2)));
        text.lines().nth(1).map(str::to_owned)
    };
    assert_eq!(shown(with_debug).as_deref(), Some("  left:  left  = Cents(1)"));
    assert_eq!(shown(with_own_words).as_deref(), Some("  left:  left  = 0.01"));
    assert_eq!(shown(with_both).as_deref(), Some("  left:  left  = 0.01"));
}

#[test]
fn the_type_may_be_known_from_later_code_only() {
    check(
        || {
            let mut found = None;
            testkit::assert_ne!(found, None);
            found = Some(Cents(1));
            _ = found;
        },
        "  both sides: None",
    );
    check(
        || {
            let mut amounts = vec![Default::default()];
            testkit::assert!(amounts.is_empty());
            amounts.push(Cents(1));
        },
        "  amounts = [0.00]",
    );
    check(
        || {
            let zero = Cents(0);
            testkit::assert!(zero == "5".parse().unwrap());
        },
        "  left:  zero                 = 0.00\n  right: \"5\".parse().unwrap() = 0.05",
    );
    check(
        || {
            let number = 1.5;
            testkit::assert!(number == "2.5".parse().unwrap());
        },
        "  left:  number                 = 1.5\n  \
         right: \"2.5\".parse().unwrap() = 2.5",
    );
}
