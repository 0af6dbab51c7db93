use proc_macro2::TokenStream;

use super::super::source;
use super::*;

/// The structure as text: every part in brackets with a letter.
fn shape(tokens: &[TokenTree], node: &Node) -> String {
    let text = |range: &Range<usize>| source::text(&tokens[range.clone()].iter().cloned().collect::<TokenStream>());
    let of = |node: &Node| shape(tokens, node);
    match &node.kind {
        Kind::And(left, right) => format!("({} && {})", of(left), of(right)),
        Kind::Or(left, right) => format!("({} || {})", of(left), of(right)),
        Kind::Comparison(left, operator, right) => format!("({} {} {})", of(left), text(operator), of(right)),
        Kind::Arithmetic(left, right) => format!("[{} {}]", of(left), of(right)),
        Kind::Not(operand) => format!("!{}", of(operand)),
        Kind::Negation(operand) => format!("-{}", of(operand)),
        Kind::Dereference(operand) => format!("*{}", of(operand)),
        Kind::Reference(operand, is_mutable) => {
            format!("&{}{}", if *is_mutable { "mut " } else { "" }, of(operand))
        }
        Kind::Parenthesized => {
            let TokenTree::Group(group) = &tokens[node.range.start] else { unreachable!() };
            let inner = inside(group);
            match list(&inner).as_deref() {
                Some([one]) => format!("P{}", shape(&inner, one)),
                _ => "P".to_owned(),
            }
        }
        Kind::Method { receiver, name } => format!("{}.{name}()", of(receiver)),
        Kind::Call(callee) => format!("{}()", of(callee)),
        Kind::Field(base) => format!("{}.f", of(base)),
        Kind::Index(base) => format!("{}[]", of(base)),
        Kind::Try(operand) => format!("{}?", of(operand)),
        Kind::Cast(operand) => format!("{}:", of(operand)),
        Kind::Name => text(&node.range),
        Kind::Path => format!("p{}", text(&node.range)),
        Kind::Literal => format!("'{}", text(&node.range)),
        Kind::Matches => "m".to_owned(),
        Kind::Let(pattern, value) => format!("(let {} = {})", text(pattern), of(value)),
        Kind::Opaque => "_".to_owned(),
    }
}

#[test]
fn splits_by_precedence() {
    #[track_caller]
    fn check(source: &str, want: &str) {
        let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
        let node = expression(&tokens).unwrap_or_else(|| panic!("no expression: {source}"));
        assert_eq!(shape(&tokens, &node), want, "source: {source}");
        let rest: TokenStream = tokens[node.range.end..].iter().cloned().collect();
        assert!(rest.is_empty() || rest.to_string().starts_with(','), "not read: {rest}");
    }
    check("a + b * c == d", "([a [b c]] == d)");
    check("a && b || c && !d", "((a && b) || (c && !d))");
    check("a == b && c < d", "((a == b) && (c < d))");
    check("a & b == c", "([a b] == c)");
    check("a | b ^ c & d << 1 >= e", "([a [b [c [d '1]]]] >= e)");
    check("-a.b().c == *d[0]", "(-a.b().f == *d[])");
    check("&a == &mut b", "(&a == &mut b)");
    check("&&a == b", "(&&a == b)");
    check("x as u32 == y as Vec<u8>::T", "(x: == y:)");
    check("x as *const u8 == y", "(x: == y)");
    check("x as fn(u8) -> u8 == f", "(x: == f)");
    check("a::<B<C>, D>(1)?.e::<F>() == g", "(pa::<B<C>, D>()?.e() == g)");
    check("<T as X<U>>::f(1) >> 2 == 3", "([p<T as X<U>>::f() '2] == '3)");
    check("(a && b) || (c)", "(P(a && b) || Pc)");
    check("v.iter().any(|x| *x == 3 && y)", "v.iter().any()");
    check("matches!(a, Some(1) | None) && b!(c)", "(m && _)");
    check("a != !b", "(a != !b)");
    check("P { x: 1 } == p", "(_ == p)");
    check("if a { b } else if c { d } else { e } == f", "(_ == f)");
    check("match a { _ => b } && c", "(_ && c)");
    check("unsafe { a } == async move { b }", "(_ == _)");
    check("|a: u8| -> bool { a > b }", "_");
    check("a..b == c", "_");
    check("(0..5).contains(&x)", "P_.contains()");
    check("let Some(x) = e && x > 3", "((let Some(x) = e) && (x > '3))");
    check("let A { b: 1..=3, .. } = e.f()? && c", "((let A { b: 1..=3, .. } = e.f()?) && c)");
    check("a.await == b.0.1", "(_ == b.f)");
    check("a, \"message {}\", b", "a");
    check("[1, 2] == [a, b]", "(_ == _)");
    check("\"a\" < b, c", "('\"a\" < b)");
    check("return || x", "_");
    check("a % b == 0", "([a b] == '0)");
    check("'l: loop { break 'l a } == b", "(_ == b)");
    check("x.0 == 1.5", "(x.f == '1.5)");
}

#[test]
fn what_is_no_expression_is_none() {
    for source in ["", "==", "a ==", "&", "a as", "let x"] {
        let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
        assert!(expression(&tokens).is_none(), "source: {source}");
    }
}
