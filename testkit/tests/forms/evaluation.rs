// Expressions whose evaluation leaves a trace: what is made, asked, compared and dropped, in this order. Included once with the
// standard macro and once with testkit's.

use super::{Tracked, log, tracked};

macro_rules! cases {
    ($($name:ident => $body:block)+) => {
        /// Every case with its name; some of them panic.
        pub(crate) const CASES: &[(&str, fn())] = &[$((stringify!($name), $name)),+];
        $(fn $name() { $body log("end"); })+
    };
}

/// Polls a future that is ready at once.
fn ready<F: Future + Send>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("it is ready"),
    }
}

async fn later(id: u32) -> u32 {
    log(&format!("await {id}"));
    id
}

cases! {
    comparison => { assert!(tracked(1) == tracked(1)); }
    comparison_fails => { assert!(tracked(1) == tracked(2)); }
    not_equal => { assert!(tracked(1) != tracked(2)); }
    order => { assert!(tracked(1) < tracked(2)); }
    order_fails => { assert!(tracked(2) < tracked(1)); }
    asked => { assert!(tracked(1).id() == 1 && tracked(2).is(2)); }
    asked_fails => { assert!(tracked(1).id() == 1 && tracked(2).is(3)); }
    consumed => { assert!(tracked(1).into_id() == 1); }
    consumed_fails => { let kept = tracked(1); assert!(kept.into_id() == 2); }
    short_circuit => { assert!(tracked(1).is(1) || tracked(2).is(2)); }
    second_decides => { assert!(tracked(1).is(2) || tracked(2).is(2)); }
    all_of_three => { assert!(tracked(1).is(1) && tracked(2).is(2) && tracked(3).is(3)); }
    middle_fails => { assert!(tracked(1).is(1) && tracked(2).is(1) && tracked(3).is(3)); }
    negated => { assert!(!tracked(1).is(2)); }
    negated_fails => { assert!(!(tracked(1).is(1) && tracked(2) == tracked(2))); }
    kept_in_a_place => { let (a, b) = (tracked(1), tracked(1)); assert!(a == b); log("behind"); }
    kept_in_a_place_fails => { let (a, b) = (tracked(1), tracked(2)); assert!(a == b); }
    field => { let pair = (tracked(1), tracked(2)); assert!(pair.0 != pair.1 && pair.1.id() == 2); }
    index => { let all = [tracked(1), tracked(2)]; assert!(all[tracked(1).id() as usize].id() == 2); }
    arguments => { fn sum(a: u32, b: u32) -> u32 { log("sum"); a + b } assert!(sum(tracked(1).id(), tracked(2).id()) == tracked(3).id()); }
    nested_calls => { assert!(tracked(1).plus(tracked(2).plus(tracked(3).id()).id()).id() == 6); }
    arithmetic => { assert!(tracked(1).id() + tracked(2).id() * tracked(3).id() == 7); }
    arithmetic_fails => { assert!(tracked(1).id() + tracked(2).id() * tracked(3).id() == 8); }
    iterator => { let all = [tracked(1), tracked(2)]; assert!(all.iter().all(|one| one.id() > 0) && all.iter().any(|one| one.is(2))); }
    iterator_fails => { let all = [tracked(1), tracked(2), tracked(3)]; assert!(all.iter().all(|one| one.is(1))); }
    option => { assert!(Some(tracked(1)).is_some() && None::<u8>.is_none()); }
    option_fails => { assert!(Some(tracked(1)).is_none()); }
    result => { assert!(Ok::<_, u8>(tracked(1)).is_ok_and(|value| value.is(1))); }
    unwrapped => { assert!(Some(tracked(1)).unwrap().id() == 1); }
    asked_temporaries => { assert!(!vec![tracked(1)].is_empty() && Some(tracked(2)).is_some() && tracked(3).plus(1).is(4)); }
    asked_temporaries_fail => { fn both() -> Vec<Tracked> { vec![tracked(1), tracked(2)] } assert!(both().is_empty()); }
    asked_by_value => { struct Own(Tracked); impl Own { fn contains(self, id: u32) -> bool { self.0.is(id) } } fn own() -> Own { Own(tracked(1)) } assert!(own().contains(1)); }
    asked_by_value_fails => { struct Own(Tracked); impl Own { fn contains(self, id: u32) -> bool { self.0.is(id) } } fn own() -> Own { Own(tracked(1)) } assert!(own().contains(2)); }
    elements_moved => { assert!(vec![tracked(1), tracked(2)].into_iter().all(|one| one.id() > 0)); log("behind"); }
    elements_moved_fail => { assert!(vec![tracked(1), tracked(2), tracked(3)].into_iter().all(|one| one.is(1))); }
    changes_then_looks => { let mut ids = vec![tracked(1), tracked(2)]; let last = &mut ids; assert!(last.pop().map_or(0, |one| one.id()) == ids.len() as u32 + 1); }
    changes_then_looks_and_fails => { let mut ids = vec![tracked(1), tracked(2)]; let last = &mut ids; assert!(last.pop().map_or(0, |one| one.id()) == ids.len() as u32); }
    copied_then_changed => { let mut id = 1; assert!(id + 1 == { id = tracked(2).id(); id } && id == 2); }
    copied_then_changed_fails => { let mut id = 1; assert!(id == { id = tracked(2).id(); id }); }
    bound => { assert!(Some(tracked(1)).is_some_and(|one| one.is(1)) && tracked(2).is(2)); }
    borrowed => { assert!(&tracked(1) == &tracked(1)); }
    block => { assert!({ log("in the block"); tracked(1) } == tracked(1)); }
    condition_in_it => { assert!(if tracked(1).is(1) { tracked(2).is(2) } else { false }); }
    match_in_it => { assert!(match tracked(1).id() { 1 => tracked(2).is(2), _ => false }); }
    matches_in_it => { assert!(matches!(tracked(1).id(), 1 | 2)); }
    message_is_not_made => { assert!(tracked(1).is(1), "message {}", tracked(2).id()); }
    message_is_made_once => { assert!(tracked(1).is(2), "message {}", tracked(2).id()); }
    message_of_comparison => { assert!(tracked(1) == tracked(2), "message {}", tracked(3).id()); }
    in_a_loop => { for id in 1..3 { assert!(tracked(id).is(id)); } }
    leaves_a_loop => { loop { assert!(tracked(1).is(1) && { if tracked(2).is(2) { break } true }); } }
    goes_on_with_a_loop => { for id in 1..3 { assert!(tracked(id).is(id) && { if id == 1 { continue } true }); log("round"); } }
    returns => { fn f() -> u32 { assert!(tracked(1).is(1) && { if tracked(2).is(2) { return 7 } true }); 8 } log(&f().to_string()); }
    question_mark => { fn f() -> Option<u32> { assert!(tracked(1).is(Some(1)?) && tracked(2).is(None?)); Some(8) } log(&format!("{:?}", f())); }
    question_mark_in_comparison => { fn f() -> Result<u32, u32> { assert!(tracked(1).id() == Err(4_u32)?); Ok(8) } log(&format!("{:?}", f())); }
    awaits => { ready(async { assert!(later(1).await == later(1).await && tracked(2).id() == later(2).await); }); }
    awaits_in_arguments => { ready(async { assert!(tracked(1).plus(later(2).await).id() == 3, "message {}", later(4).await); }); }
    awaits_behind_a_place => { ready(async { let kept = tracked(1); assert!(kept.id() == later(1).await); log("behind"); drop(kept); }); }
    moves => { let kept = tracked(1); assert!(kept.into_id() == 1); log("behind"); }
    mutates => { let mut ids = vec![tracked(1), tracked(2)]; assert!(ids.pop().unwrap().id() == 2 && ids.len() == 1); }
    mutates_and_fails => { let mut ids = vec![tracked(1), tracked(2)]; assert!(ids.pop().unwrap().id() == 2 && ids.len() == 2); }
    assigns => { let mut id = 1; assert!({ id += 1; id } == 2 && tracked(id).is(2)); }
    as_value => { let unit: () = assert!(tracked(1).is(1)); log(&format!("{unit:?}")); }
    as_tail => { fn f() { assert!(tracked(1) == tracked(1)) } f(); log("behind"); }
    closure_call => { let is = |id: u32| tracked(id).is(id); assert!(is(1) && is(2)); }
    panics_inside => { assert!(tracked(1).is(1) && { if true { panic!("inside") } tracked(2).is(2) }); }
    equal_values => { assert_eq!(tracked(1), tracked(1)); }
    equal_values_fail => { assert_eq!(tracked(1), tracked(2), "message {}", tracked(3).id()); }
    unequal_values => { assert_ne!(tracked(1).id(), tracked(2).id()); }
    unequal_values_fail => { assert_ne!(tracked(1), tracked(1)); }
    equal_values_awaited => { ready(async { assert_eq!(later(1).await, later(1).await, "message {}", later(2).await); }); }
}
