// Expressions that compile and hold under the standard `assert!`, whatever `assert!` is here. Included twice in each of two
// editions: once with the standard macro, once with testkit's.

macro_rules! forms {
    ($($name:ident => $body:block)+) => {
        /// Every form with its name.
        pub(crate) const FORMS: &[(&str, fn())] = &[$((stringify!($name), $name)),+];
        $(fn $name() $body)+
    };
}

// A macro of the author's around the assertion.
macro_rules! wrapped {
    ($condition:expr) => { assert!($condition) };
    ($left:expr, $right:expr) => { assert!($left == $right, "wrapped {}", 1) };
    (tokens $($tokens:tt)+) => { assert!($($tokens)+) };
}

forms! {
    literal_true => { assert!(true); }
    literal_with_trailing_comma => { assert!(true,); }
    name => { let ready = true; assert!(ready); }
    negated_name => { let ready = false; assert!(!ready); }
    twice_negated => { let ready = true; assert!(!!ready); }
    constant => { const LIMIT: u8 = 3; assert!(LIMIT == 3); }
    static_item => { static LIMIT: u8 = 3; assert!(LIMIT == 3); }
    sum => { let (a, b, c) = (2, 3, 5); assert!(a + b == c); }
    difference => { let (a, b) = (2_u8, 3_u8); assert!(b - a == 1); }
    product_and_sum => { let (a, b) = (2, 3); assert!(a * b + 1 == 7); }
    quotient_and_remainder => { let n = 17; assert!(n / 5 == 3 && n % 5 == 2); }
    bit_operators => { let n = 0b1010_u8; assert!(n & 0b10 == 0b10 && n | 1 == 0b1011 && n ^ n == 0); }
    shifts => { let n = 1_u32; assert!(n << 4 == 16 && 16 >> 4 == n); }
    negation => { let n = 5; assert!(-n == -5); }
    bit_complement => { let n = 0_u8; assert!(!n == 255); }
    parentheses => { let (a, b) = (2, 3); assert!((a + b) * 2 == 10); }
    outer_parentheses => { let a = 2; #[allow(unused_parens)] { assert!((a == 2)); } }
    less => { let (a, b) = (1, 2); assert!(a < b); }
    less_or_equal => { let (a, b) = (2, 2); assert!(a <= b && a >= b); }
    greater => { let (a, b) = (1, 2); assert!(b > a); }
    not_equal => { let (a, b) = (1, 2); assert!(a != b); }
    and => { let (a, b) = (1, 2); assert!(a == 1 && b == 2); }
    or_first => { let (a, b) = (1, 2); assert!(a == 1 || b == 7); }
    or_second => { let (a, b) = (1, 2); assert!(a == 7 || b == 2); }
    mixed_and_or => { let (a, b, c) = (1, 2, 3); assert!(a == 1 && b == 7 || c == 3); }
    grouped_and_or => { let (a, b, c) = (1, 2, 3); assert!(a == 1 && (b == 7 || c == 3)); }
    negated_group => { let (a, b) = (1, 2); assert!(!(a == 2 && b == 2)); }
    negated_or => { let (a, b) = (1, 2); assert!(!(a == 2 || b == 3)); }
    deeply_grouped => { let a = 1; assert!(((a == 1) && !(a == 2)) || (a == 3 && (a == 4 || a == 5))); }
    short_circuit_protects => { let o: Option<u8> = None; assert!(o.is_none() || o.unwrap() > 3); }
    short_circuit_and => { let v: Vec<u8> = vec![]; assert!(!(!v.is_empty() && v[0] == 1)); }
    bool_and_operator => { let (a, b) = (true, true); assert!(a & b); }
    bool_xor => { let (a, b) = (true, false); assert!(a ^ b); }
    range_contains => { let x = 3; assert!((1..5).contains(&x)); }
    inclusive_range => { let x = 5; assert!((1..=5).contains(&x)); }
    ranges_compared => { assert!((0..3) == (0..3)); }
    method => { let v = vec![1, 2]; assert!(v.len() == 2); }
    method_chain => { let v = [1, 2, 3]; assert!(v.iter().map(|x| x * 2).sum::<i32>() == 12); }
    method_with_turbofish => { assert!("12".parse::<i32>().unwrap() == 12); }
    collected => { let v: Vec<u8> = (0..3).collect(); assert!(v == (0..3).collect::<Vec<u8>>()); }
    is_empty => { let v: Vec<u8> = vec![]; assert!(v.is_empty()); }
    is_ok => { assert!("1".parse::<u8>().is_ok()); }
    is_err => { assert!("x".parse::<u8>().is_err()); }
    is_some_of_place => { let o = Some(String::new()); assert!(o.is_some()); drop(o); }
    is_some_and => { let o = Some(3); assert!(o.is_some_and(|x| x > 2)); }
    contains => { let s = String::from("hello"); assert!(s.contains("ell")); }
    contains_char => { assert!("hello".contains('e')); }
    contains_closure => { assert!("hello1".contains(|c: char| c.is_ascii_digit())); }
    starts_with_array => { assert!("hello".starts_with(['h', 'j'])); }
    vec_contains => { let v = vec![1, 2]; let one = 1; assert!(v.contains(&one)); }
    contains_owned => { let v = vec![String::from("a")]; assert!(v.contains(&"a".to_string())); }
    map_contains_key => {
        let m = std::collections::HashMap::from([("a", 1)]);
        assert!(m.contains_key("a") && m["a"] == 1 && m.get("b").is_none());
    }
    all => { let v = [2, 4]; assert!(v.iter().all(|n| n % 2 == 0)); }
    any => { let v = vec![2, 3]; assert!(v.iter().any(|x| *x == 3)); }
    not_any => { let v = vec![2, 3]; assert!(!v.iter().any(|&x| x > 3)); }
    all_of_into_iter => { let v = vec![String::from("a")]; assert!(v.into_iter().all(|s| s == "a")); }
    all_of_chars => { assert!("abc".chars().all(char::is_alphabetic)); }
    all_with_move => { let limit = 5; assert!([1, 2].iter().copied().all(move |n| n < limit)); }
    all_changing_a_variable => { let mut count = 0; assert!([1, 2].iter().all(|_| { count += 1; true })); assert!(count == 2); }
    enumerate_all => { let v = [0, 1]; assert!(v.iter().enumerate().all(|(i, n)| i == *n)); }
    filter_count => { let v = [1, 2, 3]; assert!(v.iter().filter(|n| **n > 1).count() == 2); }
    closure_comparing => { let f = |x: i32| x == 3; assert!(f(3)); }
    closure_called_in_place => { assert!((|| true)()); }
    function_pointer => { let f: fn(i32) -> bool = |x| x > 0; assert!(f(1)); }
    function_as_argument => { fn twice(x: i32) -> i32 { 2 * x } assert!([1].map(twice) == [2]); }
    nested_calls => { fn f(x: i32) -> i32 { x + 1 } assert!(f(f(f(0))) == 3); }
    call_with_reference => { fn f(x: &str) -> usize { x.len() } let s = String::from("ab"); assert!(f(&s) == 2); }
    call_with_mutable_reference => {
        fn push(v: &mut Vec<u8>) -> usize { v.push(1); v.len() }
        let mut v = vec![];
        assert!(push(&mut v) == 1);
    }
    reborrowed_twice => {
        fn push(v: &mut Vec<u8>, n: u8) -> usize { v.push(n); v.len() }
        let mut owned = vec![];
        let r = &mut owned;
        assert!(push(r, 1) == 1);
        assert!(push(r, 2) == 2 && push(r, 3) == 3);
    }
    two_mutable_operands => {
        fn bump(v: &mut i32) -> &mut i32 { *v += 1; v }
        let mut v = 0;
        assert!(*bump(&mut v) == 1 && *bump(&mut v) == 2);
        assert!(*bump(&mut v) != *bump(&mut v));
    }
    moved_by_method => { let s = String::from("ab"); assert!(s.into_bytes() == b"ab"); }
    moved_into_call => { fn take(s: String) -> usize { s.len() } let s = String::from("abc"); assert!(take(s) == 3); }
    moved_into_closure => { let s = String::from("abc"); let f = move || s.len(); assert!(f() == 3); }
    moved_by_unwrap => { let o = Some(String::from("abc")); assert!(o.unwrap() == "abc"); }
    moved_operand => { let s = String::from("a"); assert!(s + "b" == "ab"); }
    used_then_moved => {
        fn take(s: String) -> usize { s.len() }
        let s = String::from("abc");
        assert!(s.len() == take(s));
    }
    looked_at_then_moved_in_next => {
        let s = String::from("abc");
        assert!(s.len() == 3 && s.into_bytes().len() == 3);
    }
    clone_and_move => { let s = String::from("a"); assert!(s.clone() == s); drop(s); }
    partial_move => { struct P { a: String, b: u8 } let p = P { a: "x".into(), b: 1 }; assert!(p.a.into_bytes() == b"x"); assert!(p.b == 1); }
    by_value_len => { struct Own(u8); impl Own { fn len(self) -> u8 { self.0 } } let own = Own(3); assert!(own.len() == 3); }
    by_value_contains => { struct Own(u8); impl Own { fn contains(self, n: u8) -> bool { self.0 == n } } let own = Own(3); assert!(own.contains(3)); }
    by_value_is_ok_of_place => { struct Own; impl Own { fn is_ok(self) -> bool { true } } let own = Own; assert!(own.is_ok()); }
    changing_len => { struct Odd(u8); impl Odd { fn len(&mut self) -> u8 { self.0 += 1; self.0 } } let mut odd = Odd(3); assert!(odd.len() == 4); }
    popped => { let mut v = vec![1, 2]; assert!(v.pop() == Some(2)); assert!(v == [1]); }
    popped_reference => {
        struct Stack(Vec<u8>);
        impl Stack { fn pop(&mut self) -> Option<&mut u8> { self.0.last_mut() } }
        let mut stack = Stack(vec![1]);
        assert!(stack.pop().is_some());
    }
    popped_and_compared => {
        struct Stack(Vec<u8>);
        impl Stack { fn pop(&mut self) -> Option<&u8> { self.0.last() } }
        let mut stack = Stack(vec![1]);
        assert!(stack.pop() == Some(&1));
    }
    inserted => { let mut set = std::collections::BTreeSet::new(); assert!(set.insert(1) && !set.insert(1)); }
    iterator_next => { let mut it = [1, 2].into_iter(); assert!(it.next() == Some(1) && it.next() == Some(2) && it.next().is_none()); }
    two_nexts => { let mut it = [1, 1].into_iter(); assert!(it.next() == it.next()); }
    first_and_pop => { let mut v = vec![3]; assert!(v.first().copied() == v.pop()); }
    first_sum_and_pop => { let mut v = vec![3, 4]; assert!(v.first().copied().unwrap_or(0) + 1 == v.pop().unwrap()); }
    iter_mut => { let mut v = vec![1]; assert!(v.iter_mut().next().is_some()); }
    index => { let v = [1, 2]; let i = 1; assert!(v[i] == 2 && v[i - 1] == 1); }
    index_owned => { let v = vec!["b".to_string()]; assert!(v[0] == "b"); }
    slice => { let v = [1, 2, 3]; assert!(v[1..] == [2, 3] && &v[..1] == [1]); }
    map_index => { let m = std::collections::BTreeMap::from([(1, "a")]); assert!(m[&1] == "a"); }
    tuple_field => { let t = (1, (2, "x")); assert!(t.0 == 1 && t.1.0 == 2 && t.1.1 == "x"); }
    struct_field => { struct P { x: i32 } let p = P { x: 1 }; assert!(p.x + 1 == 2 && p.x > 0); }
    nested_field_method => { struct P { name: String } let p = P { name: "a".into() }; assert!(p.name.len() == 1); }
    reference_field => { struct P<'a> { x: &'a str } let p = P { x: "a" }; assert!(p.x == "a"); }
    dereference => { let x = &3; assert!(*x == 3); }
    boxed => { let b = Box::new(3); assert!(*b == 3 && *b + 1 == 4); }
    references_compared => { let (a, b) = (3, 3); assert!(&a == &b); }
    double_reference => { let a = 3; assert!(&&a == &&3); }
    str_and_string => { let s = String::from("a"); assert!(s == "a" && "a" == s && s == *"a" && &s == "a"); }
    vec_and_array => { let v = vec![1, 2]; assert!(v == [1, 2] && v == vec![1, 2] && v[..] == [1, 2]); }
    option_compared => { let o = Some(1); assert!(o == Some(1) && o != None); }
    none_compared => { let o: Option<u8> = None; assert!(o == None); }
    result_compared => { let r: Result<u8, String> = Ok(1); assert!(r == Ok(1)); }
    enum_path => { #[derive(PartialEq)] enum E { A, B(u8) } let e = E::B(1); assert!(e == E::B(1) && e != E::A); }
    struct_literal => { #[derive(PartialEq)] struct P { x: i32 } let p = P { x: 1 }; assert!(p == P { x: 1 }); }
    struct_literal_left => { #[derive(PartialEq)] struct P { x: i32 } assert!(P { x: 1 } == P { x: 1 }); }
    tuple_literal => { let (a, b) = (1, 2); assert!((a, b) == (1, 2)); }
    array_literal => { let a = 1; assert!([a, 2] == [1, 2]); }
    array_repeat => { assert!([0; 3] == [0, 0, 0]); }
    unit_compared => { #[allow(clippy::unit_cmp)] { assert!(() == ()); } }
    without_debug => { #[derive(PartialEq)] struct Opaque; assert!(Opaque == Opaque); }
    generic_without_debug => { fn same<T: PartialEq>(a: T, b: T) { assert!(a == b); } same(1, 1); }
    generic_method => { fn short<T: AsRef<str>>(t: T) { assert!(t.as_ref().len() < 9); } short("a"); }
    unsized_operands => { let (a, b): (&[u8], &[u8]) = (&[1], &[1]); assert!(*a == *b); }
    str_unsized => { let s = "abc"; assert!(*s == *"abc"); }
    dyn_compared => { let d: &dyn std::any::Any = &3_u8; assert!(d.is::<u8>()); }
    float => { let x = 0.5_f64; assert!((x - 0.5).abs() < 1e-9 && x.sqrt() > 0.7); }
    cast => { let n = 3_u8; assert!(n as u32 == 3 && n as f64 > 2.5 && -1_i8 as u8 == 255); }
    cast_in_parentheses => { let n = 3_u8; assert!((n as usize) < 4); }
    cast_generic => { let p = &3 as *const i32; assert!(p as usize != 0); }
    character_cast => { assert!(b'a' as char == 'a' && 'a' as u32 == 97); }
    matches_macro => { let o = Some(3); assert!(matches!(o, Some(3))); }
    matches_with_binding => { let o = Some(3); assert!(matches!(o, Some(n) if n > 2)); }
    matches_of_owned => { let o = Some(String::from("a")); assert!(matches!(o, Some(_))); drop(o); }
    matches_of_call => { assert!(matches!("x".parse::<u8>(), Err(_))); }
    matches_of_reference => { let s = String::from("a"); assert!(matches!(s.as_str(), "a" | "b")); }
    matches_moving => { let o = Some(String::from("a")); assert!(matches!(o, Some(s) if s == "a")); }
    not_matches => { let r: Result<u8, ()> = Ok(1); assert!(!matches!(r, Err(_))); }
    other_macro => { assert!(vec![1, 2].len() == 2 && format!("{}", 1) == "1"); }
    macro_alone => { assert!(cfg!(test)); }
    format_with_inline_name => { let name = "x"; assert!(format!("{name}!") == "x!"); }
    if_expression => { let a = 1; assert!(if a == 1 { true } else { false }); }
    if_let_expression => { let o = Some(1); assert!(if let Some(n) = o { n == 1 } else { false }); }
    if_compared => { let a = 1; assert!((if a == 1 { 2 } else { 3 }) == 2); }
    match_expression => { let a = 1; assert!(match a { 1 => true, _ => false }); }
    match_compared => { let a = 1; assert!((match a { 1 => "x", _ => "y" }) == "x"); }
    block => { assert!({ let a = 1; a == 1 }); }
    block_compared => { assert!({ 1 } == 1 && 2 == { 2 }); }
    unsafe_block => { let p = &3 as *const i32; assert!(unsafe { *p } == 3); }
    loop_expression => { assert!(loop { break true; }); }
    labelled_block => { assert!('a: { if true { break 'a true; } false }); }
    with_message => { let a = 1; assert!(a == 1, "a message"); }
    with_formatted_message => { let a = 1; assert!(a == 1, "a is {}", a); }
    with_inline_arguments => { let a = 1; assert!(a == 1, "a is {a}, {a:?}, {0}", 2); }
    with_named_arguments => { let a = 1; assert!(a == 1, "a is {b}", b = a); }
    with_trailing_comma => { let a = 1; assert!(a == 1, "a is {}", a,); }
    message_moves => { let s = String::from("x"); let a = 1; assert!(a == 1, "{}", s.into_boxed_str()); }
    message_of_several_lines => { assert!(true, "first\nsecond {}", "x"); }
    question_mark => {
        fn f() -> Result<(), std::num::ParseIntError> { assert!("3".parse::<i32>()? == 3); Ok(()) }
        assert!(f().is_ok());
    }
    question_mark_in_argument => {
        fn f() -> Option<()> { let v = [1]; assert!(v.contains(v.first()?) && *v.first()? == 1); Some(()) }
        assert!(f() == Some(()));
    }
    question_mark_that_leaves => {
        fn f() -> Result<(), std::num::ParseIntError> { assert!("x".parse::<i32>()? == 3); Ok(()) }
        assert!(f().is_err());
    }
    return_inside => { fn f() -> u8 { assert!(if true { return 3 } else { true }); 4 } assert!(f() == 3); }
    continue_inside => { let mut n = 0; for i in 0..3 { assert!(if i == 1 { continue } else { i != 1 }); n += 1; } assert!(n == 2); }
    break_inside => { let mut n = 0; for i in 0..9 { assert!(i != 2 || { break }); n += 1; } assert!(n == 2); }
    in_closure_body => { let f = |a: u8| assert!(a == 1 && a < 2); f(1); }
    in_match_arm => { match 1 { 1 => assert!(true), _ => assert!(false) } }
    as_value => { let unit: () = assert!(true); let _ = unit; }
    as_last_expression => { fn f() { assert!(1 == 1) } f() }
    in_const_generic => { fn f<const N: usize>() { assert!(N == 3 && [0; N].len() == N); } f::<3>(); }
    in_trait_method => { trait T { fn check(&self) -> u8; fn ok(&self) { assert!(self.check() == 1); } } struct S; impl T for S { fn check(&self) -> u8 { 1 } } S.ok(); }
    self_field => { struct S { v: Vec<u8> } impl S { fn ok(&self) { assert!(self.v.len() == 1 && self.v[0] == 1); } } S { v: vec![1] }.ok(); }
    self_by_value => { struct S(String); impl S { fn ok(self) { assert!(self.0.into_bytes().len() == 1); } } S("a".into()).ok(); }
    mutable_self => { struct S(u8); impl S { fn next(&mut self) -> u8 { self.0 += 1; self.0 } fn ok(&mut self) { assert!(self.next() == 1 && self.next() == 2); } } S(0).ok(); }
    associated_constant => { struct S; impl S { const N: u8 = 3; } assert!(S::N == 3); }
    qualified_path => { assert!(<u8 as Default>::default() == 0 && <[u8]>::len(&[1]) == 1); }
    path_with_generics => { assert!(Vec::<u8>::new().is_empty() && std::mem::size_of::<(u8, u16)>() == 4); }
    generics_with_comma => { assert!(std::collections::HashMap::<u8, u8>::new().is_empty(), "why {}", 1); }
    less_than_generic_look => { let (a, b, c) = (1, 2, 3); assert!(a < b && b < c); }
    shift_and_compare => { let a = 1; assert!((a << 1) < 4); }
    wrapped_condition => { wrapped!(1 + 1 == 2); }
    wrapped_operands => { let a = 1; wrapped!(a + 1, 2); }
    wrapped_low_precedence => { let (a, b) = (true, false); wrapped!(a || b, true); }
    wrapped_tokens => { let a = 1; wrapped!(tokens a == 1, "a {}", a); }
    mutex_in_both_parts => { let m = std::sync::Mutex::new(vec![1]); assert!(m.lock().unwrap().len() == 1 && m.lock().unwrap()[0] == 1); }
    mutex_in_both_operands_of_or => { let m = std::sync::Mutex::new(1); assert!(*m.lock().unwrap() == 2 || *m.lock().unwrap() == 1); }
    mutex_emptiness => { let m = std::sync::Mutex::new(Vec::<u8>::new()); assert!(m.lock().unwrap().is_empty() && m.lock().unwrap().is_empty()); }
    refcell_twice => { let c = std::cell::RefCell::new(vec![1]); assert!(c.borrow().len() == 1 && c.borrow_mut().pop() == Some(1)); }
    cell => { let c = std::cell::Cell::new(1); assert!(c.get() == 1 && c.replace(2) == 1); }
    temporaries => { assert!(String::from("ab").as_str() == "ab" && String::from("ab").trim().len() == 2); }
    temporary_in_argument => { fn f(s: &str) -> &str { s } assert!(f(&String::from("ab")) == "ab"); }
    rc => { let r = std::rc::Rc::new(3); assert!(*r == 3 && std::rc::Rc::strong_count(&r) == 1); }
    cow => { let c = std::borrow::Cow::Borrowed("a"); assert!(c == "a" && c.len() == 1); }
    bytes => { let b = b"ab"; assert!(b == b"ab" && b[0] == b'a' && b.starts_with(b"a")); }
    lifetimes => { fn f<'a>(a: &'a str, b: &'a str) { assert!(a.len() == b.len() && a != b); } f("a", "b"); }
    raw_name => { let r#type = 1; assert!(r#type == 1); }
    underscore_name => { let _x = 1; assert!(_x == 1); }
    shadowed_names => { let (left, right, holds) = (1, 1, true); assert!(left == right && holds); }
    shadowed_more => { let (decided, kept_0, waiting) = (1, 2, 3); assert!(decided + kept_0 == waiting); }
    shadowed_crates => { #[allow(non_snake_case)] let Some_ = 1; assert!(Some_ == 1); }
    ordering => { assert!(1.cmp(&2) == std::cmp::Ordering::Less && 1.0_f64.partial_cmp(&2.0).is_some()); }
    comparison_of_booleans => { let (a, b) = (1, 2); assert!((a < b) == true); }
    comparison_of_comparisons => { let (a, b) = (1, 2); assert!((a == 1) == (b == 2)); }
    nested_assertion => { assert!({ assert!(true); true }); }
    inferred_by_comparison => { let x = 1.5; assert!(x == "1.5".parse().unwrap()); }
    inferred_sum => { let x = 3.0; assert!(x == [1.0, 2.0].into_iter().sum()); }
    inferred_into => { let x = 3_u64; assert!(x == 3_u8.into() && x > 2_u8.into()); }
    inferred_default => { let x = 0_u8; assert!(x == Default::default() || x != Default::default()); }
    inferred_collect => { let m = std::collections::BTreeMap::from([(1, 2)]); assert!(m == [(1, 2)].into_iter().collect()); }
    inferred_string => { let d = std::time::Duration::ZERO; assert!(d == Default::default()); }
    inferred_inside => { let v = vec![1_u8]; assert!(v.iter().map(|n| u32::from(*n)).sum::<u32>() == "1".parse().unwrap()); }
    never_on_the_right => { let v: Vec<u8> = vec![]; assert!(v.is_empty() || v[0] == unreachable!()); }
    async_block => { let f = async { 3 }; assert!(std::mem::size_of_val(&f) < 64); }
    string_with_braces => { let s = "{}"; assert!(s == "{}" && s.len() == 2); }
    huge_value => { let v = [7_u64; 512]; fn f(v: [u64; 512]) -> u64 { v[0] } assert!(f(v) == 7 && v.len() == 512); }
    zero_sized => { #[derive(Clone, Copy, PartialEq, Debug)] struct Z; fn f(_: Z) -> u8 { 1 } let z = Z; assert!(f(z) == 1 && z == Z); }
    never_called => { if false { assert!(unreachable!()); } }
    drop_guard => {
        struct Guard<'a>(&'a std::cell::Cell<u8>);
        impl Guard<'_> { fn get(&self) -> u8 { self.0.get() } }
        impl Drop for Guard<'_> { fn drop(&mut self) { self.0.set(self.0.get() + 1); } }
        let drops = std::cell::Cell::new(0);
        assert!(Guard(&drops).get() == 0 && Guard(&drops).get() == 1 && drops.get() == 2);
    }
    static_mut => { static mut COUNTER: u8 = 3; unsafe { assert!(COUNTER == 3); } }
    static_mut_lower => { #[expect(non_upper_case_globals, reason = "a name in lower case may be a static, too")] static mut counter: u8 = 3; unsafe { assert!(counter + 1 == 4 && counter > 2); } }
    static_mut_sum => { static mut COUNTER: u8 = 3; unsafe { assert!(COUNTER + 1 == 4 && COUNTER > 2); } }
    static_mut_matches => { static mut COUNTER: u8 = 3; unsafe { assert!(matches!(COUNTER, 3)); } }
    early_borrow_pop => { let mut v = vec![2, 1, 2]; let r = &mut v; assert!(r.pop() == Some(v.len())); }
    early_borrow_closure => { let mut v = vec![1]; let mut push = || { v.push(1); 2 }; assert!(push() == v.len()); }
    early_borrow_one_operand => { let mut v = vec![1]; let r = &mut v; fn f(a: Option<i32>, n: usize) -> bool { a == Some(1) && n == 0 } assert!(f(r.pop(), v.len())); }
    by_value_through_box => { #[derive(Debug)] struct Own(String); impl Own { fn len(self) -> usize { self.0.len() } } let b = Box::new(Own("abc".into())); assert!(b.len() == 3); }
    by_value_rc_self => { #[derive(Debug)] struct Own(String); impl Own { fn len(self: std::rc::Rc<Self>) -> usize { self.0.len() } } let b = std::rc::Rc::new(Own("abc".into())); assert!(b.len() == 3); }
    by_value_asked_rvalue => { struct Own(u8); impl Own { fn contains(self, n: u8) -> bool { self.0 == n } } fn make() -> Own { Own(3) } assert!(make().contains(3)); }
    by_value_is_empty_rvalue => { struct Own(u8); impl Own { fn is_empty(self) -> bool { self.0 == 3 } } fn make() -> Own { Own(3) } assert!(make().is_empty()); }
    by_mut_is_empty_rvalue => { struct Own(u8); impl Own { fn is_empty(&mut self) -> bool { self.0 == 3 } } fn make() -> Own { Own(3) } assert!(make().is_empty()); }
    by_mut_ref_rvalue => { struct Own(u8); impl Own { fn is_empty(&mut self) -> bool { self.0 == 3 } fn me(&mut self) -> &mut Own { self } } let mut o = Own(3); assert!(o.me().is_empty()); }
    not_an_iterator_all => { struct Par(Vec<u8>); impl Par { fn iter(&self) -> Par { Par(self.0.clone()) } fn map(self, f: fn(u8) -> u8) -> Par { Par(self.0.into_iter().map(f).collect()) } fn all(self, f: impl Fn(u8) -> bool) -> bool { self.0.into_iter().all(f) } } let p = Par(vec![1]); assert!(p.iter().map(|x| x + 1).all(|x| x == 2)); }
    iterator_with_own_all => { struct It(u8); impl Iterator for It { type Item = u8; fn next(&mut self) -> Option<u8> { None } } impl It { fn map(self, _: u8) -> It { self } fn all(&mut self, n: u8) -> bool { n == self.0 } } assert!(It(3).map(1).all(3)); }
    late_type => { let mut o = None; assert!(o.is_none()); o = Some(3); let _ = o; }
    late_type_vec => { let mut v = Vec::new(); assert!(v.is_empty() && v.len() == 0); v.push(String::new()); }
    late_type_eq => { let mut v = Vec::new(); assert!(v == Vec::<String>::new()); v.push(String::new()); }
    late_int => { let n = 3; assert!(n == 3 && n + 1 == 4); let _: u8 = n; }
    lower_const => { #[allow(non_upper_case_globals)] const empty: Vec<u8> = Vec::new(); assert!(empty.len() == 0 && empty.is_empty()); }
    lower_const_copy => { #[allow(non_upper_case_globals)] const n: u8 = 3; assert!(n + 1 == 4); }
    partially_moved => { struct P { a: String, b: String } let p = P { a: "a".into(), b: "b".into() }; drop(p.a); assert!(p.b.len() == 1 && p.b == "b"); }
    other_field_borrowed => { struct P { a: Vec<u8>, b: String } let mut p = P { a: vec![], b: "b".into() }; let a = &mut p.a; assert!(p.b.len() == 1); a.push(1); }
    uninit_later => { let x; assert!({ x = 3; x == 3 } && x == 3); }
    assign_in_arg => { fn f(_: (), n: u8) -> bool { n == 3 } let x; assert!(f({ x = 3; }, x)); }
    slice_pattern => { let v = [1, 2, 3]; assert!(matches!(v[..], [1, .., 3])); }
    matches_box => { let b: Box<Option<u8>> = Box::new(Some(1)); assert!(matches!(*b, Some(_))); }
    raw_pointers => { let x = 3; let p = &raw const x; assert!(!p.is_null() && p == &raw const x && unsafe { *p } == 3); }
    coerced_argument => { fn f(s: &[u8]) -> usize { s.len() } fn g() -> &'static [u8; 2] { &[1, 2] } assert!(f(g()) == 2); }
    coerced_string => { fn f(s: &str) -> usize { s.len() } struct S(String); impl S { fn get(&self) -> &String { &self.0 } } let s = S("ab".into()); assert!(f(s.get()) == 2); }
    coerced_dyn => { fn f(d: &dyn std::fmt::Debug) -> bool { format!("{d:?}") == "3" } fn g() -> &'static i32 { &3 } assert!(f(g())); }
    coerced_box_dyn => { fn f(d: Box<dyn std::fmt::Debug>) -> bool { format!("{d:?}") == "3" } assert!(f(Box::new(3))); }
    fn_item_argument => { fn f(g: fn(u8) -> u8) -> u8 { g(1) } fn id(x: u8) -> u8 { x } fn pick() -> fn(u8) -> u8 { id } assert!(f(pick()) == 1 && f(id) == 1); }
    impl_argument => { fn f(i: impl Iterator<Item = u8>) -> u8 { i.sum() } assert!(f([1, 2].into_iter()) == 3); }
    into_argument => { fn f(s: impl Into<String>) -> usize { s.into().len() } let s = "ab"; assert!(f(s) == 2 && f(String::from("a")) == 1); }
    mut_iter_argument => { let mut it = [1, 2, 3].iter(); assert!(it.by_ref().take(2).count() == 2 && it.next() == Some(&3)); }
    entry_api => { let mut m = std::collections::HashMap::new(); assert!(*m.entry("a").or_insert(1) == 1 && m.len() == 1); }
    chained_mut => { let mut v = vec![3, 1, 2]; v.sort(); assert!(v.iter_mut().map(|x| { *x += 1; *x }).collect::<Vec<_>>() == [2, 3, 4]); }
    rc_refcell => { let c = std::rc::Rc::new(std::cell::RefCell::new(vec![1])); assert!(c.borrow().len() == 1 && c.borrow().contains(&1) && !c.borrow().is_empty()); assert!(c.borrow_mut().is_empty() == false); }
    guard_held => { let m = std::sync::Mutex::new(vec![1]); let g = m.lock().unwrap(); assert!(g.len() == 1 && !g.is_empty()); }
    scoped_thread => { let v = vec![1]; std::thread::scope(|s| { s.spawn(|| assert!(v.len() == 1)); }); }
    join_handle => { let h = std::thread::spawn(|| 3); assert!(h.join().unwrap() == 3); let h = std::thread::spawn(|| 3); assert!(h.join().is_ok()); }
    channel => { let (tx, rx) = std::sync::mpsc::channel(); assert!(tx.send(5).is_ok()); assert!(rx.recv().unwrap() == 5 && rx.try_recv().is_err()); }
    downcast => { let b: Box<dyn std::any::Any> = Box::new(3_u8); assert!(b.downcast_ref::<u8>().is_some() && b.is::<u8>()); assert!(*b.downcast::<u8>().unwrap() == 3); }
    error_kind => { let r = std::fs::read("/nonexistent"); assert!(r.as_ref().unwrap_err().kind() == std::io::ErrorKind::NotFound); assert!(r.is_err_and(|e| e.kind() == std::io::ErrorKind::NotFound)); }
    ptr_eq => { let a = std::rc::Rc::new(1); let b = a.clone(); assert!(std::rc::Rc::ptr_eq(&a, &b) && std::ptr::eq(&*a, &*b)); }
    iter_eq => { let s = "abba"; assert!(s.chars().rev().eq(s.chars()) && [1, 2].iter().eq([1, 2].iter())); }
    zip_all => { let (a, b) = (vec![1, 2], vec![1, 2]); assert!(a.iter().zip(&b).all(|(x, y)| x == y)); }
    windows_all => { let v = [1, 2, 3]; assert!(v.windows(2).all(|w| w[0] < w[1])); }
    nested_option => { let o = Some(Some(3)); assert!(o.flatten() == Some(3) && o.unwrap().unwrap() == 3); }
    try_in_method => { fn f() -> Option<()> { let v = vec![Some(1)]; assert!(v.first()?.is_some() && v[0]? == 1); Some(()) } f().unwrap(); }
    lifetimes_struct => { struct W<'a>(&'a mut Vec<u8>); impl<'a> W<'a> { fn get(&mut self) -> &mut Vec<u8> { self.0 } } let mut v = vec![1]; let mut w = W(&mut v); assert!(w.get().len() == 1 && w.get().pop() == Some(1)); assert!(v.is_empty()); }
    lending => { struct L(u8); impl L { fn get_mut(&mut self) -> &mut u8 { &mut self.0 } } fn f(x: &mut u8) -> u8 { *x += 1; *x } let mut l = L(0); assert!(f(l.get_mut()) + 1 == f(l.get_mut())); }
    deref_mut_field => { let mut b = Box::new((vec![1], 2)); assert!(b.0.pop() == Some(1) && b.1 == 2 && b.0.is_empty()); }
    shadow_macro_names => { let (some, none, place, snap, kept, root) = (1, 2, 3, 4, 5, 6); assert!(some + none + place + snap + kept + root == 21); }
    u128_values => { let n = u128::MAX; assert!(n > 1 && n - 1 < n && i128::MIN < 0); }
    f32_values => { let x = 0.5_f32; assert!(x + x == 1.0 && x * 2.0 <= 1.0); }
    wrapping => { use std::num::Wrapping; let w = Wrapping(255_u8); assert!(w + Wrapping(1) == Wrapping(0)); }
    operators_overloaded => { #[derive(Clone, Copy, PartialEq, Debug)] struct V(i32); impl std::ops::Add for V { type Output = V; fn add(self, o: V) -> V { V(self.0 + o.0) } } impl std::ops::Neg for V { type Output = V; fn neg(self) -> V { V(-self.0) } } let a = V(1); assert!(a + a == V(2) && -a == V(-1)); }
    operators_moving => { #[derive(PartialEq)] struct V(String); impl std::ops::Add for V { type Output = V; fn add(self, o: V) -> V { V(self.0 + &o.0) } } let (a, b) = (V("a".into()), V("b".into())); assert!(a + b == V("ab".into())); }
    operators_on_references => { let (a, b) = (&1, &2); assert!(a + b == 3 && *a + 1 == *b && a < b); }
    mul_of_mut_ref => { struct M(i32); impl std::ops::Add<i32> for &mut M { type Output = i32; fn add(self, n: i32) -> i32 { self.0 += n; self.0 } } let mut m = M(1); let r = &mut m; assert!(r + 1 == 2); }
    comparison_partial => { #[derive(PartialEq, PartialOrd)] struct P(f64); assert!(P(1.0) < P(2.0) && !(P(f64::NAN) < P(1.0))); }
    comparison_other_type => { struct A(u8); struct B(u8); impl PartialEq<B> for A { fn eq(&self, b: &B) -> bool { self.0 == b.0 } } assert!(A(1) == B(1) && !(A(1) == B(2))); }
    dyn_eq => { trait T { fn id(&self) -> u8; } impl PartialEq for dyn T { fn eq(&self, o: &dyn T) -> bool { self.id() == o.id() } } struct S; impl T for S { fn id(&self) -> u8 { 1 } } let (a, b): (Box<dyn T>, Box<dyn T>) = (Box::new(S), Box::new(S)); assert!(*a == *b); }
    array_of_arrays => { let a = [[1, 2], [3, 4]]; assert!(a[1][0] == 3 && a.concat() == [1, 2, 3, 4] && a.len() == 2); }
    range_full => { let v = vec![1, 2, 3]; assert!(v[..] == [1, 2, 3] && v[1..=1] == [2] && v[..2].len() == 2); }
    ranges_as_values => { let r = 1..4; assert!(r.len() == 3 && r.contains(&2) && r == (1..4)); }
    string_index => { let s = "héllo"; assert!(&s[0..1] == "h" && s.char_indices().nth(1) == Some((1, 'é'))); }
    byte_strings => { assert!(b"ab".to_vec() == vec![b'a', b'b'] && c"ab".to_bytes() == b"ab"); }
    raw_string => { let s = r#"a"b"#; assert!(s == r#"a"b"# && s.contains(r#"""#) && s.contains('"')); }
    numeric_literals => { assert!(1_000 == 1000 && 0xff == 255 && 1e3 == 1000.0 && 0b11 == 3 && 1u8 as f32 == 1f32 && 1. == 1.0); }
    labeled_loop => { let x = 'a: loop { assert!(if true { break 'a 3 } else { true }); }; assert!(x == 3); }
    const_block => { assert!(const { 1 + 1 } == 2); }
    closure_with_type => { assert!((|x: i32| -> bool { x > 0 })(1)); }
    async_closure => { let f = async || 3; let _ = f; assert!(true); }
    attribute_inside => { assert!({ #[allow(unused)] let x = 3; x == 3 }); }
    turbofish_compare => { assert!("3".parse::<i32>().unwrap() < 4 && std::mem::size_of::<Vec<Vec<u8>>>() > 0); }
    as_pointer_compare => { let x = 3; assert!(&x as *const i32 as usize > 0 && (x as u8) < 4); }
    generic_assoc => { fn f<I: IntoIterator>(i: I) where I::Item: PartialEq<u8>, I: Clone { assert!(i.clone().into_iter().all(|x| x == 1) && i.into_iter().next().unwrap() == 1); } f(vec![1_u8]); }
    generic_unsized => { fn f<T: ?Sized + AsRef<[u8]>>(t: &T) { assert!(t.as_ref().len() == 2 && t.as_ref()[0] == b'a'); } f("ab"); }
    impl_trait_value => { fn f() -> impl PartialEq<u8> + Copy { 3_u8 } let x = f(); assert!(x == 3 && f() == 3); }
    recursion => { fn f(n: u32) { assert!(n < 100); if n > 0 { f(n - 1) } } f(50); }
    pinned => { let p = std::pin::pin!(3); assert!(*p == 3); let p = Box::pin(4); assert!(*p == 4 && p.as_ref().get_ref() == &4); }
    atomic => { use std::sync::atomic::*; let a = AtomicU8::new(1); assert!(a.fetch_add(1, Ordering::SeqCst) == 1 && a.load(Ordering::SeqCst) == 2); }
    once_cell => { let c = std::cell::OnceCell::new(); assert!(*c.get_or_init(|| 3) == 3 && c.get() == Some(&3) && c.set(4).is_err()); }
    option_take => { let mut o = Some(3); assert!(o.take() == Some(3) && o.is_none() && o.replace(4).is_none() && o == Some(4)); }
    mem_replace => { let mut v = 1; assert!(std::mem::replace(&mut v, 2) == 1 && v == 2); }
    two_muts_in_call => { fn f(a: &mut i32, b: &mut i32) -> i32 { std::mem::swap(a, b); *a } let (mut a, mut b) = (1, 2); assert!(f(&mut a, &mut b) == 2 && a == 2 && b == 1); }
    mut_and_shared => { let mut v = vec![1, 2]; v.push(3); assert!({ v.push(4); v.len() } == 4 && v.len() == 4); }
    result_question_nested => { fn f() -> Result<u8, Box<dyn std::error::Error>> { assert!("3".parse::<u8>()? + "4".parse::<u8>()? == 7); Ok(1) } assert!(f().unwrap() == 1); }
    macro_in_operand => { macro_rules! three { () => { 3 } } assert!(three!() == 3 && three!() + 1 == 4 && [three!(); 2].len() == 2); }
    stringify_in_operand => { assert!(stringify!(a == b) == "a == b" && line!() > 0 && concat!("a", 1) == "a1"); }
    unit_struct_eq => { #[derive(PartialEq, Debug)] struct U; let u = U; assert!(u == U && U == u); }
    never_type => { fn f() -> u8 { assert!(match 1 { 1 => true, _ => return 2 }); 3 } assert!(f() == 3); }
    union_field => { union U { a: u32, b: f32 } let u = U { a: 1 }; assert!(unsafe { u.a } == 1); unsafe { assert!(u.a == 1 && u.a + 1 == 2) } }
    where_self => { struct S<T>(T); impl<T> S<T> where T: PartialEq + Clone { fn ok(&self) { assert!(self.0 == self.0.clone() && [self.0.clone()] == [self.0.clone()]); } } S(String::new()).ok(); }
    higher_ranked => { fn f(g: impl for<'a> Fn(&'a str) -> &'a str) { assert!(g("ab") == "ab" && g(&String::from("x")).len() == 1); } f(|s| s); }
    copy_then_mutate => { fn bump(v: &mut i32) -> i32 { *v += 1; *v } let mut x = 1; assert!(x != bump(&mut x)); }
    copy_then_block => { let mut x = 1; assert!(x + 1 == { x += 1; x } && x == 2); assert!(x != { x += 1; x }); }
    copy_field_then_mutate => { struct P { n: u8 } fn bump(p: &mut P) -> u8 { p.n += 1; p.n } let mut p = P { n: 1 }; assert!(p.n < bump(&mut p)); }
    iterator_take => { let it = [1, 2, 3].into_iter(); assert!(it.take(2).count() == 2); }
    by_value_pop => { struct S(u8); impl S { fn pop(self) -> u8 { self.0 } fn insert(self, n: u8) -> S { S(n) } } let s = S(3); assert!(s.pop() == 3); let s = S(1); assert!(s.insert(4).pop() == 4); }
    option_insert => { let mut o = None; assert!(*o.insert(3) == 3 && o == Some(3)); }
    iterator_last => { let r = 0..3; assert!(r.last() == Some(2)); let it = [1].iter(); assert!(it.last() == Some(&1)); }
    iterator_find => { let mut it = [1, 2].iter(); assert!(it.find(|x| **x == 2) == Some(&2)); assert!(it.len() == 0); }
    iterator_cmp => { let (a, b) = (0..3, 0..3); assert!(a.eq(b)); }
    unresolved_argument => { fn f(n: u8) -> u8 { n } let x = "3".parse().unwrap(); assert!(f(x) == 3); }
    unresolved_default => { fn f(v: &Vec<u8>) -> usize { v.len() } let v = Default::default(); assert!(f(&v) == v.len()); }
    user_deref => { struct D(String); impl std::ops::Deref for D { type Target = String; fn deref(&self) -> &String { &self.0 } } let d = D("ab".into()); assert!(d.len() == 2 && d.starts_with("a") && !d.is_empty()); }
    reborrowed_argument => { fn push(v: &mut Vec<u8>) -> usize { v.push(1); v.len() } fn f(v: &mut Vec<u8>) { assert!(push(v) == 1); assert!(push(v) == 2 && v.len() == 2); } f(&mut vec![]); }
    dyn_iterator => { let mut it: Box<dyn Iterator<Item = u8>> = Box::new([1].into_iter()); assert!(it.next() == Some(1) && it.next().is_none()); let it: Box<dyn Iterator<Item = u8>> = Box::new([1].into_iter()); assert!(it.last() == Some(1)); }
    boxed_fn => { let f: Box<dyn Fn(u8) -> u8> = Box::new(|x| x); assert!(f(1) == 1 && f(2) > f(1)); let g: Box<dyn FnOnce() -> u8> = Box::new(|| 1); assert!(g() == 1); }
    chars_all_any => { let s = String::from("ab"); assert!(s.chars().all(|c| c.is_alphabetic()) && s.bytes().any(|b| b == b'a')); }
    into_iter_all_moves => { let v = vec![String::from("a")]; assert!(v.into_iter().map(|s| s + "b").all(|s| s.len() == 2)); }
    all_with_question => { fn f() -> Option<bool> { assert!([1].iter().all(|x| *x == 1) && Some(3)? == 3); Some(true) } assert!(f().is_some()); }
    peekable => { let mut it = [1, 2].iter().peekable(); assert!(it.peek() == Some(&&1) && it.next() == Some(&1)); }
    guard_is_empty => { let m = std::sync::Mutex::new(String::new()); assert!(m.lock().unwrap().is_empty()); assert!(m.try_lock().is_ok()); let r = std::sync::RwLock::new(vec![1]); assert!(r.read().unwrap().contains(&1) && r.write().unwrap().len() == 1); }
    cow_methods => { let c: std::borrow::Cow<str> = "a".into(); assert!(c.starts_with('a') && c.to_string() == "a" && c.into_owned() == "a"); }
    path_methods => { let p = std::path::Path::new("/a/b.rs"); assert!(p.starts_with("/a") && p.ends_with("b.rs") && p.extension().is_some() && p.file_stem() == Some("b".as_ref())); let b = p.to_path_buf(); assert!(b.starts_with("/a") && !b.exists()); }
    changed_element => { let mut v = vec![vec![1]]; assert!(v[0].pop() == Some(1)); assert!(v[0].pop().is_none() && v.len() == 1); }
    changed_element_of_array => { use std::collections::HashSet; let mut sets = [HashSet::new(), HashSet::from([1])]; assert!(sets[0].insert(2)); assert!(!sets[1].insert(1) && sets[1].remove(&1)); }
    next_of_element => { let mut its = vec![[1, 2].iter(), [3].iter()]; assert!(its[0].next() == Some(&1)); assert!(its[1].next().is_some_and(|n| *n == 3)); }
    take_of_element => { let mut all = vec![Some(1), None]; let i = 0; assert!(all[i].take().is_some()); assert!(all[i].is_none() && all[1].replace(3).is_none()); }
    changed_element_of_field => { struct S { slots: Vec<Vec<u8>>, more: [Vec<u8>; 1] } let mut s = S { slots: vec![vec![1]], more: [vec![2]] }; let i = 0; assert!(s.slots[i].pop() == Some(1)); assert!(s.more[0].pop() == Some(2) && s.slots[0].is_empty()); }
    changed_field_of_element => { struct P { items: Vec<u8> } let mut v = vec![P { items: vec![1] }]; assert!(v[0].items.pop() == Some(1)); assert!(v[0].items.is_empty()); }
    changed_behind_reference => { fn f(v: &mut Vec<u8>, all: &mut [Vec<u8>]) { assert!((*v).pop() == Some(1)); assert!((*all)[0].pop() == Some(2)); assert!(all[0].is_empty()); } f(&mut vec![1], &mut [vec![2]]); }
    reference_to_bool => { let v = [true]; for b in v.iter() { assert!(b); assert!(!!b, "{b}"); } let map = std::collections::HashMap::from([(1, false)]); assert!(!map.get(&1).unwrap()); assert!(!map[&1]); let b = &&false; assert!(!**b); }
    operand_of_not => { struct No; impl std::ops::Not for No { type Output = bool; fn not(self) -> bool { true } } assert!(!No); let no = No; assert!(!no); }
    number_and_method_on_its_owner => { struct C { n: u32 } impl C { fn bump(&mut self) -> u32 { self.n += 1; self.n } fn check(&mut self) { assert!(self.n < self.bump()); assert!(self.n <= self.bump() && self.n != self.bump()); } } let mut c = C { n: 0 }; assert!(c.n < c.bump()); c.check(); }
    element_and_method_on_its_list => { let mut v = vec![1, 1]; assert!(v[0] == v.pop().unwrap()); let mut v = [1.0, 2.0]; assert!(v[0] < v.iter_mut().fold(0.0, |a, b| a + *b)); }
    text_and_method_on_its_owner => { struct C { name: String } impl C { fn shown(&self) -> String { self.name.clone() } } let c = C { name: "a".into() }; assert!(c.name == c.shown()); assert!(c.name == c.name.to_lowercase()); }
    number_and_method_with_turbofish => { struct C { n: u8 } impl C { fn go<T: From<u8>>(&mut self) -> T { T::from(self.n) } } let mut c = C { n: 1 }; assert!(c.n == c.go::<u8>()); }
}
