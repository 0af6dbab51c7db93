//! `assert!`: splits a comparison into its two operands and reports their values.
//!
//! What it found goes to a `macro_rules!` macro of the library, `__comparison!` or `__condition!`, which holds the code
//! around it: the compiler expands those much faster than unoptimised code here makes tokens.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};

use super::source;

/// The condition and what follows it.
struct Input {
    condition: Condition,
    /// Arguments of `format_args!`; empty if there is no message.
    message: TokenStream,
}

enum Condition {
    Comparison { left: TokenStream, operator: TokenStream, right: TokenStream },
    Plain(TokenStream),
}

/// Expands the arguments of `assert!`.
pub(crate) fn expand(tokens: &TokenStream) -> TokenStream {
    let Some(input) = split(tokens).or_else(|| parse(tokens)) else {
        // The standard macro has the words for what is wrong here.
        return quote! { ::core::assert!(#tokens) };
    };
    let message = input.message;
    match input.condition {
        Condition::Comparison { left, operator, right } => {
            let (left_text, right_text) = (source::text(&left), source::text(&right));
            let operator_text: String = operator.to_string().split_whitespace().collect();
            let (left, right) = (parenthesized(left), parenthesized(right));
            quote! {
                ::testkit::__comparison!(#left [#operator] #right [#left_text, #operator_text, #right_text] #message)
            }
        }
        Condition::Plain(condition) => {
            let text = source::text(&condition);
            let condition = parenthesized(condition);
            quote! { ::testkit::__condition!(#condition #text #message) }
        }
    }
}

/// Parentheses of the macro's own, so that no lint takes them for the author's, placed where the operand begins.
fn parenthesized(tokens: TokenStream) -> TokenTree {
    let first = tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(Span::mixed_site().located_at(first));
    TokenTree::Group(group)
}

/// Splits without parsing, which is much faster; `None` where only a parser can know.
fn split(tokens: &TokenStream) -> Option<Input> {
    let mut operands = [Vec::new(), Vec::new()];
    let mut operator: Vec<TokenTree> = Vec::new();
    let mut is_plain = false;
    let mut tokens = tokens.clone().into_iter().peekable();
    // Whether an operand can end here, so that `&`, `*` and `-` are binary.
    let mut after_operand = false;
    let mut message = TokenStream::new();
    while let Some(token) = tokens.next() {
        let punct = match &token {
            TokenTree::Ident(word) if SPECIAL_WORDS.iter().any(|special| word == special) => return None,
            TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Group(_) => {
                after_operand = true;
                None
            }
            TokenTree::Punct(punct) => Some(punct.clone()),
        };
        if let Some(punct) = punct {
            let next = match tokens.peek() {
                Some(TokenTree::Punct(next)) if punct.spacing() == Spacing::Joint => Some(next.as_char()),
                Some(_) | None => None,
            };
            match (punct.as_char(), next) {
                (',', _) => {
                    message = tokens.collect();
                    break;
                }
                ('=' | '!', Some('=')) if operator.is_empty() && after_operand => {
                    operator.push(token);
                    operator.extend(tokens.next());
                    after_operand = false;
                    continue;
                }
                ('&', Some('&')) if after_operand => {
                    is_plain = true;
                    let index = usize::from(!operator.is_empty());
                    operands[index].push(token);
                    operands[index].extend(tokens.next());
                    after_operand = false;
                    continue;
                }
                ('.' | ':', Some(':') | None) | ('!' | '*' | '&' | '-' | '+' | '?' | '/' | '%' | '^', None) => {
                    after_operand = punct.as_char() == '?';
                }
                (':', _) if !after_operand => {}
                _ => return None,
            }
        }
        operands[usize::from(!operator.is_empty())].push(token);
    }
    let [left, right] = operands;
    if left.is_empty() || !after_operand {
        return None;
    }
    let condition = if operator.is_empty() {
        Condition::Plain(left.into_iter().collect())
    } else if is_plain {
        Condition::Plain(left.into_iter().chain(operator).chain(right).collect())
    } else {
        Condition::Comparison {
            left: left.into_iter().collect(),
            operator: operator.into_iter().collect(),
            right: right.into_iter().collect(),
        }
    };
    Some(Input { condition, message })
}

/// Words that begin an expression whose end only a parser finds.
const SPECIAL_WORDS: &[&str] = &[
    "as", "async", "box", "break", "const", "continue", "do", "for", "if", "in", "let", "loop", "match", "move",
    "return", "static", "struct", "unsafe", "while", "yield",
];

/// Splits by parsing; `None` if it is no expression.
fn parse(tokens: &TokenStream) -> Option<Input> {
    let parser = |input: ParseStream<'_>| {
        let condition = match input.parse::<syn::Expr>()? {
            syn::Expr::Binary(binary) if is_comparison(&binary.op) && binary.attrs.is_empty() => {
                Condition::Comparison {
                    left: binary.left.into_token_stream(),
                    operator: binary.op.into_token_stream(),
                    right: binary.right.into_token_stream(),
                }
            }
            other => Condition::Plain(other.into_token_stream()),
        };
        if !input.is_empty() {
            input.parse::<syn::Token![,]>()?;
        }
        Ok(Input { condition, message: input.parse()? })
    };
    parser.parse2(tokens.clone()).ok()
}

fn is_comparison(operator: &syn::BinOp) -> bool {
    use syn::BinOp::{Eq, Ge, Gt, Le, Lt, Ne};
    matches!(operator, Eq(_) | Ne(_) | Lt(_) | Le(_) | Gt(_) | Ge(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_comparisons() {
        #[track_caller]
        fn check(source: &str, want: &str) {
            let tokens: TokenStream = source.parse().unwrap();
            let show = |input: Input| match input.condition {
                Condition::Plain(condition) => {
                    format!("{} / {}", source::text(&condition), source::text(&input.message))
                }
                Condition::Comparison { left, operator, right } => {
                    let parts = [&left, &operator, &right, &input.message].map(source::text);
                    format!("{} [{}] {} / {}", parts[0], parts[1], parts[2], parts[3])
                }
            };
            let parsed = parse(&tokens).map(show);
            assert_eq!(parsed.as_deref(), Some(want), "parsed: {source}");
            if let Some(fast) = split(&tokens) {
                assert_eq!(show(fast), want, "split: {source}");
            }
        }
        check("a == b", "a [==] b / ");
        check("a != b,", "a [!=] b / ");
        check("a <= b, \"x {}\", y", "a [<=] b / \"x {}\", y");
        check("f::<A, B>() > 1", "f::<A, B>() [>] 1 / ");
        check("!a == *b", "!a [==] *b / ");
        check("&a == &&b", "&a [==] &&b / ");
        check("-a.b()? == c[0].d", "-a.b()? [==] c[0].d / ");
        check("a && b == c", "a && b == c / ");
        check("a == b && c == d, \"m\"", "a == b && c == d / \"m\"");
        check("a || b", "a || b / ");
        check("!a", "!a / ");
        check("v.iter().any(|x| x == 1)", "v.iter().any(|x| x == 1) / ");
        check("|a, b| a == b", "|a, b| a == b / ");
        check("a as u8 == b", "a as u8 [==] b / ");
        check("matches!(a, Some(1))", "matches!(a, Some(1)) / ");
        check("matches!(a, B) == true", "matches!(a, B) [==] true / ");
        check("if a { b } else { c } == d", "if a { b } else { c } [==] d / ");
        check("a - b == c * d", "a - b [==] c * d / ");
        check("a..b == c", "a..b == c / ");
        check("x == P { a: 1 }", "x [==] P { a: 1 } / ");
        check("::a::b == c", "::a::b [==] c / ");
        check("\"x\".len() == 1, \"{x}\"", "\"x\".len() [==] 1 / \"{x}\"");
    }

    #[test]
    fn leaves_what_is_no_expression() {
        assert!(split(&TokenStream::new()).is_none() && parse(&TokenStream::new()).is_none());
        assert!(parse(&"a b".parse().unwrap()).is_none());
    }
}
