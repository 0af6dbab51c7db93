//! `assert!`, `check!` and `eventually!`: from a condition to the calls that evaluate it and tell why it does not hold.
//!
//! The code around each part is in `macro_rules!` macros of the library (`testkit/src/assertion/macros.rs`): the compiler
//! expands those much faster than unoptimised code here makes tokens.

use std::ops::Range;
use std::time::Duration;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use testkit_protocol::duration;
use testkit_protocol::spelling::nearest;

use super::capture::{self, Capture, Capturer, parenthesized, text};
use super::methods::{is_asking, is_looking};
use super::parse::{self, Kind, Node};
use super::variables::{Hold, hold_of_left};
use crate::attribute::string_value;
use crate::diagnostic::Diagnostics;

/// Expands the arguments of `assert!`.
pub(crate) fn assert(input: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = input.clone().into_iter().collect();
    let Some((node, message)) = split(&tokens) else {
        // The standard macro has the words for what is wrong here.
        return quote! { ::core::assert!(#input) };
    };
    if let Some(expansion) = plain_comparison(&tokens, &node, &message) {
        return expansion;
    }
    let mut condition = Condition::new("assert", quote! { (assert) }, &tokens, &node, &message);
    let evaluation = condition.evaluation(&tokens, &node, Some(false));
    condition.finished(&quote! {
        #[allow(clippy::diverging_sub_expression, reason = "the author leaves, only we would go on with a value")]
        let _: bool = #evaluation;
    })
}

/// The expansion of a comparison with nothing in it to be kept: by far the most common assertion.
fn plain_comparison(tokens: &[TokenTree], node: &Node, message: &TokenStream) -> Option<TokenStream> {
    let Kind::Comparison(left, operator, right) = &node.kind else { return None };
    if ![left, right].iter().all(|operand| is_plain(tokens, operand)) {
        return None;
    }
    let mut source = text(&tokens[left.range.clone()]);
    source.push(' ');
    let start = source.len();
    let operator = &tokens[operator.clone()];
    for token in operator {
        source.push_str(&token.to_string());
    }
    let end = source.len();
    source.push(' ');
    source.push_str(&text(&tokens[right.range.clone()]));
    let operator: TokenStream = operator.iter().cloned().collect();
    let is_near = is_near(tokens, left, right);
    let [left, right] = [left, right].map(|node| parenthesized(tokens[node.range.clone()].iter().cloned().collect()));
    let left = if is_near { actual(&left) } else { left };
    Some(quote! {
        ::testkit::__assert_comparison_by_reference_unlike_std_assert!(#left [#operator] #right #source #start #end (#message))
    })
}

/// Whether the right operand is written as `approx(…)`, which the left one cannot be compared with by itself.
fn is_near(tokens: &[TokenTree], left: &Node, right: &Node) -> bool {
    is_approx(tokens, right) && !is_approx(tokens, left)
}

fn is_approx(tokens: &[TokenTree], node: &Node) -> bool {
    match &node.kind {
        Kind::Method { receiver, .. } => is_approx(tokens, receiver),
        Kind::Call(callee) => {
            let is_named = matches!(&tokens[callee.range.end - 1], TokenTree::Ident(name) if name == "approx");
            let takes_one = || match &tokens[node.range.end - 1] {
                TokenTree::Group(arguments) => {
                    parse::list(&parse::inside(arguments)).is_some_and(|list| list.len() == 1)
                }
                _ => false,
            };
            is_named && takes_one()
        }
        _ => false,
    }
}

/// The operand at the left of an `approx(…)`.
fn actual(operand: &TokenTree) -> TokenTree {
    parenthesized(quote! { ::testkit::__private::Actual(&#operand) })
}

/// Whether there is nothing in an operand that could be kept.
fn is_plain(tokens: &[TokenTree], node: &Node) -> bool {
    let is_plain_group = |index: usize| match &tokens[index] {
        TokenTree::Group(group) => {
            let inner = parse::inside(group);
            parse::list(&inner)
                .is_some_and(|nodes| nodes.iter().all(|node| matches!(node.kind, Kind::Literal | Kind::Path)))
        }
        _ => false,
    };
    match &node.kind {
        Kind::Name | Kind::Path | Kind::Literal => true,
        Kind::Field(base) => is_plain(tokens, base),
        Kind::Negation(operand) | Kind::Dereference(operand) => matches!(operand.kind, Kind::Literal | Kind::Name),
        Kind::Arithmetic(left, right) => {
            matches!((&left.kind, &right.kind), (Kind::Literal | Kind::Path, Kind::Literal | Kind::Path))
        }
        Kind::Call(callee) => matches!(callee.kind, Kind::Name | Kind::Path) && is_plain_group(node.range.end - 1),
        _ => false,
    }
}

/// Expands the arguments of `check!`.
pub(crate) fn check(input: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = input.clone().into_iter().collect();
    let Some((node, message)) = split(&tokens) else {
        return quote! { { ::core::assert!(#input); true } };
    };
    let mut condition = Condition::new("check", quote! { (check) }, &tokens, &node, &message);
    let evaluation = condition.evaluation(&tokens, &node, Some(false));
    condition.finished(&valued(&evaluation))
}

/// The evaluation where its value is needed. Who does not look at that must not be told that an `||` is of no use.
fn valued(evaluation: &TokenStream) -> TokenStream {
    let holds = Ident::new("holds", Span::mixed_site());
    quote! {
        #[allow(clippy::diverging_sub_expression, reason = "the author leaves, only we would go on with a value")]
        let #holds: bool = #evaluation;
        #holds
    }
}

/// The condition and the tokens of the message after it; `None` if that is not what the tokens are.
fn split(tokens: &[TokenTree]) -> Option<(Node, TokenStream)> {
    let node = parse::expression(tokens)?;
    let message = match tokens.get(node.range.end) {
        None => TokenStream::new(),
        Some(TokenTree::Punct(punct)) if punct.as_char() == ',' => {
            tokens[node.range.end + 1..].iter().cloned().collect()
        }
        Some(_) => return None,
    };
    Some((node, message))
}

/// How long to wait when nothing is said.
const EVERY_NS: u64 = 10_000_000;
const WITHIN_NS: u64 = 5_000_000_000;
/// What `eventually!` takes besides the condition.
const OPTIONS: [&str; 2] = ["within", "every"];

/// Expands the arguments of `eventually!`.
pub(crate) fn eventually(input: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = input.clone().into_iter().collect();
    let Some((node, rest)) = split(&tokens) else {
        return quote! { ::core::assert!(#input) };
    };
    let (mut within, mut every) = (WITHIN_NS, EVERY_NS);
    let mut diagnostics = Diagnostics::default();
    let mut rest: Vec<TokenTree> = rest.into_iter().collect();
    while let [TokenTree::Ident(name), TokenTree::Punct(equals), value, ..] = rest.as_slice()
        && equals.as_char() == '='
    {
        let word = name.to_string();
        match string_value(&value.to_string()).as_deref().map(duration::parse) {
            Some(Ok(time)) if word == "within" => within = nanoseconds(time),
            Some(Ok(time)) if word == "every" => every = nanoseconds(time),
            Some(Err(error)) => diagnostics.plain(value.span(), error),
            None => diagnostics.plain(value.span(), format!("`{word}` takes a time such as \"2s\"")),
            Some(Ok(_)) => {
                let near = nearest(&word, &OPTIONS).unwrap_or("within");
                let message = format!("unknown option `{word}` of `eventually!`");
                diagnostics.error(name.span(), message, format!("did you mean `{near}`?"));
            }
        }
        let length = if rest.len() > 3 { 4 } else { 3 };
        rest.drain(..length);
    }
    if !diagnostics.is_empty() {
        return diagnostics.into_tokens();
    }
    let message: TokenStream = rest.into_iter().collect();
    let mut condition = Condition::new("eventually", quote! { (eventually waiting) }, &tokens, &node, &message);
    let waiting = Ident::new("waiting", Span::mixed_site());
    condition.how = TokenTree::Group(Group::new(Delimiter::Parenthesis, quote! { eventually #waiting }));
    let evaluation = condition.evaluation(&tokens, &node, Some(false));
    let evaluation = condition.finished(&valued(&evaluation));
    let pause = if awaits(&tokens[node.range.clone()]) {
        // Awaited on its own: a reference to what counts the attempts could not go to another thread with the future.
        quote! { let pause = #waiting.pause_of_task(); pause.await; }
    } else {
        quote! { #waiting.pause(); }
    };
    quote! {
        {
            let #waiting = ::testkit::__private::Waiting::new(#within, #every);
            while !#evaluation {
                #pause
            }
        }
    }
}

/// Whether an `.await` stands in the tokens that is of the function around them: not one of an `async` block.
fn awaits(tokens: &[TokenTree]) -> bool {
    let is_word = |token: &TokenTree, words: &[&str]| matches!(token, TokenTree::Ident(word) if words.iter().any(|it| word == it));
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => {
            let before = &tokens[..at];
            let is_async = match before {
                [.., first, last] if is_word(last, &["move"]) => is_word(first, &["async"]),
                [.., last] => is_word(last, &["async"]),
                [] => false,
            };
            !is_async && awaits(&parse::inside(group))
        }
        TokenTree::Ident(_) => is_word(token, &["await"]),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What the parts of one condition share.
struct Condition<'a> {
    /// `(assert)`, `(check)` or `(eventually …)`: what becomes of a failure.
    how: TokenTree,
    macro_name: &'static str,
    /// Source text of the whole condition.
    expression: String,
    /// Where in the text the part before ended: parts come in the order of the text.
    searched: usize,
    message: &'a TokenStream,
    /// Whether the condition has parts at all.
    is_whole: bool,
    /// How many values are kept so far.
    kept: usize,
    /// Comparisons that did not decide, and the variables that hold their operands.
    undecided: Vec<Ident>,
}

impl<'a> Condition<'a> {
    fn new(
        macro_name: &'static str,
        how: TokenStream,
        tokens: &[TokenTree],
        node: &Node,
        message: &'a TokenStream,
    ) -> Self {
        let how = how.into_iter().next().unwrap_or_else(|| unreachable!("it is a group"));
        let expression = text(&tokens[node.range.clone()]);
        Self { how, macro_name, expression, searched: 0, message, is_whole: true, kept: 0, undecided: Vec::new() }
    }

    /// The evaluation with what it needs before it, as one block.
    fn finished(&self, evaluation: &TokenStream) -> TokenStream {
        let undecided = &self.undecided;
        quote! { { #(let #undecided = ::testkit::__private::Undecided::new();)* #evaluation } }
    }

    /// Code with the value of the condition. Where that is `fails_if`, the failure is told.
    fn evaluation(&mut self, tokens: &[TokenTree], node: &Node, fails_if: Option<bool>) -> TokenStream {
        match &node.kind {
            Kind::And(left, right) => {
                let parts = conjunction(node);
                if fails_if == Some(false) && parts.iter().any(|part| matches!(part.kind, Kind::Let(..))) {
                    self.is_whole = false;
                    return self.bindings(tokens, &parts);
                }
                self.both(tokens, left, right, fails_if, false)
            }
            Kind::Or(left, right) => self.both(tokens, left, right, fails_if, true),
            Kind::Not(operand) => {
                let value = self.evaluation(tokens, operand, fails_if.map(|fails_if| !fails_if));
                let value = parenthesized(value);
                quote! { !#value }
            }
            Kind::Parenthesized => {
                let TokenTree::Group(group) = &tokens[node.range.start] else {
                    return self.leaf(tokens, node, fails_if);
                };
                let inner = parse::inside(group);
                match capture::whole(&inner) {
                    Some(node) if !matches!(node.kind, Kind::Opaque | Kind::Let(..)) => {
                        let value = self.evaluation(&inner, &node, fails_if);
                        TokenStream::from(parenthesized(value))
                    }
                    _ => self.leaf(tokens, node, fails_if),
                }
            }
            Kind::Let(..) if fails_if == Some(false) => self.bindings(tokens, &[node]),
            Kind::Comparison(left, operator, right) => self.comparison(tokens, node, (left, operator, right), fails_if),
            _ => self.leaf(tokens, node, fails_if),
        }
    }

    /// `left && right`, or `left || right`. Where the second part decides, the first one had its say before.
    fn both(
        &mut self,
        tokens: &[TokenTree],
        left: &Node,
        right: &Node,
        fails_if: Option<bool>,
        is_or: bool,
    ) -> TokenStream {
        self.is_whole = false;
        let of_left = fails_if.filter(|fails_if| *fails_if == is_or);
        let left = self.evaluation(tokens, left, of_left);
        let right = self.evaluation(tokens, right, fails_if);
        let value = if is_or {
            quote! { #left || #right }
        } else {
            quote! { #left && #right }
        };
        TokenStream::from(parenthesized(value))
    }

    /// The parts of a conjunction with `let PATTERN = value` among them: what it binds is there for all that follow it.
    fn bindings(&mut self, tokens: &[TokenTree], parts: &[&Node]) -> TokenStream {
        let Some((part, rest)) = parts.split_first() else { return quote! { true } };
        let Kind::Let(pattern, value) = &part.kind else {
            let first = self.evaluation(tokens, part, Some(false));
            if rest.is_empty() {
                return first;
            }
            let rest = self.bindings(tokens, rest);
            return TokenStream::from(parenthesized(quote! { #first && #rest }));
        };
        let site = self.site(&text(&tokens[part.range.clone()]));
        let value_text = text(&tokens[value.range.clone()]);
        let value: TokenStream = tokens[value.range.clone()].iter().cloned().collect();
        let pattern: TokenStream = tokens[pattern.clone()].iter().cloned().collect();
        let rest = self.bindings(tokens, rest);
        let (how, message, value) = (&self.how, self.message, parenthesized(value));
        quote! { ::testkit::__binding!( #how #value (#pattern) (#rest) #value_text #site (#message) ) }
    }

    fn comparison(
        &mut self,
        tokens: &[TokenTree],
        node: &Node,
        (left, operator, right): (&Node, &Range<usize>, &Node),
        fails_if: Option<bool>,
    ) -> TokenStream {
        let part = &tokens[node.range.clone()];
        let are_both_mutable = [left, right].iter().all(|node| borrows_mutably(&tokens[node.range.clone()]));
        if are_both_mutable {
            // References to both at once would be one too many.
            return self.leaf(tokens, node, fails_if);
        }
        let (left_text, right_text) = (text(&tokens[left.range.clone()]), text(&tokens[right.range.clone()]));
        let operator: TokenStream = tokens[operator.clone()].iter().cloned().collect();
        let operator_text: String = operator.to_string().split_whitespace().collect();
        // Where it should not hold, its opposite is what was asked for.
        let asked = if fails_if == Some(true) { opposite(&operator_text) } else { &operator_text };
        let texts = quote! { [#left_text, #asked, #right_text] };
        let is_near = is_near(tokens, left, right);
        let hold = hold_of_left(tokens, left, right);
        let Some(fails_if) = fails_if else {
            let kept = Ident::new(&format!("undecided_{}", self.undecided.len()), Span::mixed_site());
            self.undecided.push(kept.clone());
            let [left, right] = [left, right].map(|node| tokens[node.range.clone()].iter().cloned().collect());
            let (left, right) = (operand_before(left, hold), parenthesized(right));
            let left = if is_near { actual(&left) } else { left };
            return quote! { ::testkit::__undecided!( #left [#operator] #right #texts #kept ) };
        };
        let mut capturer = Capturer::new(tokens, &[left, right], self.kept);
        let left = operand_before(capturer.operand(tokens, left), hold);
        let left = if is_near { actual(&left) } else { left };
        let captures = self.captures(&capturer.captures);
        let first_of_right = capturer.captures.len();
        let right = parenthesized(capturer.operand(tokens, right));
        let more = bracketed(capturer.captures[first_of_right..].iter().map(Capture::tokens));
        let site = self.site(&text(part));
        let (not, changed) = (not(fails_if), changed(&capturer));
        let (how, message) = (&self.how, self.message);
        self.kept += capturer.made;
        quote! {
            ::testkit::__comparison_by_reference_unlike_std_assert!( #how #not #left [#operator] #right #texts #site #captures #more #changed (#message) )
        }
    }

    /// A condition that is no comparison.
    fn leaf(&mut self, tokens: &[TokenTree], node: &Node, fails_if: Option<bool>) -> TokenStream {
        let Some(fails_if) = fails_if else {
            return TokenStream::from(parenthesized(tokens[node.range.clone()].iter().cloned().collect()));
        };
        let mut capturer = Capturer::new(tokens, &[node], self.kept);
        let condition = parenthesized(capturer.condition(tokens, node, fails_if));
        let condition = if may_be_negated_only(node) { parenthesized(quote! { !!#condition }) } else { condition };
        let site = self.site(&text(&tokens[node.range.clone()]));
        let (not, changed) = (not(fails_if), changed(&capturer));
        let captures = self.captures(&capturer.captures);
        self.kept += capturer.made;
        let (how, message) = (&self.how, self.message);
        let needle = needle(tokens, node);
        quote! { ::testkit::__condition!( #how #not #condition #site #captures #changed (#needle) (#message) ) }
    }

    /// `[(way "source" name (place)) …]`, those of comparisons that did not decide before them.
    fn captures(&self, captures: &[Capture]) -> TokenTree {
        let undecided = self
            .undecided
            .iter()
            .map(|name| TokenTree::Group(Group::new(Delimiter::Parenthesis, quote! { undecided "" #name () })));
        bracketed(undecided.chain(captures.iter().map(Capture::tokens)))
    }

    /// The macro's name, the source and the range of the part that decides: fields of the library's `Site`.
    fn site(&mut self, part: &str) -> TokenTree {
        let (macro_name, expression) = (self.macro_name, &self.expression);
        let start = expression[self.searched..].find(part).map(|start| start + self.searched);
        let (start, end) = match start {
            Some(start) if !self.is_whole => {
                self.searched = start + part.len();
                (start, start + part.len())
            }
            Some(_) | None => (0, 0),
        };
        let offset = |offset: usize| u32::try_from(offset).unwrap_or(0);
        let (start, end) = (offset(start), offset(end));
        let fields = quote! { #macro_name, #expression, #start, #end };
        TokenTree::Group(Group::new(Delimiter::Parenthesis, fields))
    }
}

/// `[("source" (place)) …]` of the places that the evaluation changes.
fn changed(capturer: &Capturer) -> TokenTree {
    bracketed(capturer.captures.iter().filter_map(Capture::changed))
}

fn bracketed(tokens: impl Iterator<Item = TokenTree>) -> TokenTree {
    TokenTree::Group(Group::new(Delimiter::Bracket, tokens.collect()))
}

/// Whether the value may be something else than a `bool` that `!` makes one of, which is all that the standard `assert!` asks for: a
/// reference to a `bool`, say. Code that may leave has no type before it is given one.
fn may_be_negated_only(node: &Node) -> bool {
    match &node.kind {
        Kind::Name | Kind::Path | Kind::Field(_) | Kind::Index(_) | Kind::Call(_) | Kind::Try(_) => true,
        Kind::Method { name, .. } => !is_asking(name) && !is_looking(name),
        Kind::Literal
        | Kind::And(..)
        | Kind::Or(..)
        | Kind::Arithmetic(..)
        | Kind::Comparison(..)
        | Kind::Not(_)
        | Kind::Negation(_)
        | Kind::Cast(_)
        | Kind::Dereference(_)
        | Kind::Reference(..)
        | Kind::Parenthesized
        | Kind::Matches
        | Kind::Let(..)
        | Kind::Opaque => false,
    }
}

/// The left operand of a comparison, as it is held while the right one is evaluated.
fn operand_before(operand: TokenStream, hold: Hold) -> TokenTree {
    match hold {
        Hold::Reference => parenthesized(operand),
        Hold::Copy => {
            let mut block = Group::new(Delimiter::Brace, operand);
            block.set_span(Span::mixed_site());
            TokenTree::Group(block)
        }
        Hold::CopyOfPrimitive => {
            let operand = parenthesized(operand);
            parenthesized(quote! { *::testkit::__private::before(&#operand).read() })
        }
    }
}

/// The parts of `a && b && c`, in order.
fn conjunction(node: &Node) -> Vec<&Node> {
    match &node.kind {
        Kind::And(left, right) => {
            let mut parts = conjunction(left);
            parts.extend(conjunction(right));
            parts
        }
        _ => vec![node],
    }
}

/// The comparison that holds where this one does not, but for values that have no order.
fn opposite(operator: &str) -> &str {
    match operator {
        "==" => "!=",
        "!=" => "==",
        "<" => ">=",
        ">=" => "<",
        ">" => "<=",
        "<=" => ">",
        other => other,
    }
}

/// `[!]` where a condition is to hold, `[]` where it is not.
fn not(fails_if: bool) -> TokenTree {
    let not = if fails_if {
        TokenStream::new()
    } else {
        quote! { ! }
    };
    TokenTree::Group(Group::new(Delimiter::Bracket, not))
}

/// Whether `&mut` stands in the tokens.
fn borrows_mutably(tokens: &[TokenTree]) -> bool {
    tokens.windows(2).any(|pair| match pair {
        [TokenTree::Punct(punct), TokenTree::Ident(word)] => punct.as_char() == '&' && word == "mut",
        _ => false,
    }) || tokens.iter().any(|token| match token {
        TokenTree::Group(group) => borrows_mutably(&parse::inside(group)),
        _ => false,
    })
}

/// What `text.contains("…")` and its like look for: a variant of the library's `Needle` and its fields.
fn needle(tokens: &[TokenTree], node: &Node) -> Option<TokenStream> {
    let Kind::Method { name, .. } = &node.kind else { return None };
    if !["contains", "starts_with", "ends_with"].contains(&name.as_str()) {
        return None;
    }
    let TokenTree::Group(arguments) = &tokens[node.range.end - 1] else { return None };
    match parse::inside(arguments).as_slice() {
        [literal @ TokenTree::Literal(source)] => {
            let is_text = source.to_string().starts_with(['"', 'r']);
            is_text.then(|| quote! { Text(#name, #literal) })
        }
        // What is borrowed for the call is kept by its own name.
        [TokenTree::Punct(reference), operand @ ..] if reference.as_char() == '&' => {
            let source = text(operand);
            Some(quote! { Operand(#name, #source) })
        }
        [] => None,
        operand => {
            let source = text(operand);
            Some(quote! { Operand(#name, #source) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn awaits_of_the_function_itself_are_told_from_those_of_blocks() {
        #[track_caller]
        fn check(source: &str, want: bool) {
            let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
            assert_eq!(awaits(&tokens), want, "{source}");
        }
        check("a.b().await == 3", true);
        check("*(m.lock().await) == 1", true);
        check("matches!(f(x).await, Some(_))", true);
        check("async { flag }.await", true);
        check("async move { a.await }.await", true);
        check("flag.load() && awaited", false);
        check("block_on(async { a.await }) == 1", false);
        check("block_on(async move { a.await; b.await }) && c", false);
        check("", false);
    }
}
