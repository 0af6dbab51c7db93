//! Which values inside of an operand are kept for the report, and the operand with what it takes to keep them.
//!
//! The rules follow what a sub-expression is to its surroundings. A place that is only looked at is borrowed, or copied, if
//! its type allows that; the library knows. Of a place that is consumed or changed the address is noted, and read after the
//! failure if its type says that it is still there. The result of a call that is consumed goes through a function that keeps
//! a copy of its bits, read only if its type is `Copy`. Nothing is evaluated twice, nothing lives longer, and no closure
//! stands around anything, so `?`, `return` and borrows work as without us.
//!
//! What is kept of an operand is noted right before that operand is evaluated: the one before it may have borrowed the same.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;

use super::methods::{is_asking, is_changing, is_iterating};
use super::parse::{self, Kind, Node};
use super::source;
use super::variables::{Role, Variables, is_variable, role_of_base, role_of_receiver};

/// A value that is kept.
pub(super) struct Capture {
    way: Way,
    source: String,
    /// The variable that keeps it.
    name: Ident,
    /// The place itself; empty for others.
    place: TokenStream,
}

/// How a value is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// A place that is only looked at.
    Looked,
    /// A place whose value is consumed.
    Consumed,
    /// A place of which nobody knows what happens to it: a copy is kept.
    Copied,
    /// A place that the evaluation changes; it is looked at afterwards.
    Changed,
    /// The result of a call that is consumed.
    Result,
    /// The temporary that a question is asked of.
    Asked,
    /// The elements that an iterator gave.
    Watched,
}

impl Capture {
    /// `(way "source" name (place))`, for the library's macros.
    pub(super) fn tokens(&self) -> TokenTree {
        let Self { way, source, name, place } = self;
        let way = match way {
            Way::Looked => "looked",
            Way::Consumed => "consumed",
            Way::Copied => "copied",
            Way::Changed => "changed",
            Way::Result => "result",
            Way::Asked => "asked",
            Way::Watched => "watched",
        };
        let way = Ident::new(way, Span::mixed_site());
        TokenTree::Group(Group::new(Delimiter::Parenthesis, quote! { #way #source #name (#place) }))
    }

    /// `("source" name)` of one that the evaluation changes.
    pub(super) fn changed(&self) -> Option<TokenTree> {
        let Self { source, name, .. } = self;
        let tokens = || TokenTree::Group(Group::new(Delimiter::Parenthesis, quote! { #source #name }));
        (self.way == Way::Changed).then(tokens)
    }
}

/// More values than this are not kept: a report is to be read.
const LIMIT: usize = 8;

/// Keeps values of the operands of one condition.
#[derive(Default)]
pub(super) struct Capturer {
    pub(super) captures: Vec<Capture>,
    variables: Variables,
    /// Sources that are shown as operands.
    shown: Vec<String>,
    /// Number of the first variable of this condition, so that names differ in the whole assertion.
    first: usize,
    /// How many variables were named.
    pub(super) made: usize,
    is_off: bool,
    /// Whether something before in the operand changes a place: what it borrowed for that may be free only behind it.
    has_changed: bool,
}

impl Capturer {
    /// For the operands `nodes` of one condition. `first` is how many values were kept before it.
    pub(super) fn new(tokens: &[TokenTree], nodes: &[&Node], first: usize) -> Self {
        let mut capturer = Self { first, ..Self::default() };
        for node in nodes {
            let part = &tokens[node.range.clone()];
            // What is kept would live in the future across the `.await`.
            capturer.is_off |= has_word(part, "await");
            capturer.shown.push(text(part));
        }
        if !capturer.is_off {
            for node in nodes {
                capturer.variables.survey(tokens, node, Role::Looked);
            }
        }
        capturer
    }

    /// An operand of a comparison, ready to be evaluated.
    pub(super) fn operand(&mut self, tokens: &[TokenTree], node: &Node) -> TokenStream {
        self.has_changed = false;
        let built = if self.is_off { copied(tokens, node) } else { self.build(tokens, node, Role::Shown) };
        built.into_iter().collect()
    }

    /// A condition that is no comparison, ready to be evaluated: what it asks, it asks of something to be shown.
    ///
    /// `fails_if` is the value that makes the assertion fail.
    pub(super) fn condition(&mut self, tokens: &[TokenTree], node: &Node, fails_if: bool) -> TokenStream {
        if self.is_off {
            return copied(tokens, node).into_iter().collect();
        }
        let built = match &node.kind {
            // The last element seen is the one that broke the rule.
            Kind::Method { receiver, name } if name == if fails_if { "any" } else { "all" } => {
                self.watched(tokens, node, receiver)
            }
            Kind::Method { receiver, name } if is_asking(name) && !is_place(receiver) => {
                self.asked(tokens, node, receiver)
            }
            Kind::Matches => self.matches(tokens, node),
            _ => None,
        };
        let built = built.unwrap_or_else(|| self.build(tokens, node, Role::Shown));
        built.into_iter().collect()
    }

    /// `receiver.is_some()` with the receiver noted.
    fn asked(&mut self, tokens: &[TokenTree], node: &Node, receiver: &Node) -> Option<Vec<TokenTree>> {
        let built: TokenStream = self.build(tokens, receiver, Role::Shown).into_iter().collect();
        let name = self.keep(Way::Asked, tokens, receiver)?;
        let is_temporary = matches!(receiver.kind, Kind::Method { .. } | Kind::Call(_) | Kind::Try(_));
        let asked = if is_temporary {
            // The method may consume it: the library decides by its type.
            quote! { ::testkit::__private::asking(#built).ask(&#name) }
        } else {
            let place = parenthesized(quote! { *::testkit::__private::peek(&#built, &#name) });
            TokenStream::from(place)
        };
        Some(self.method(tokens, node, receiver, asked.into_iter().collect()))
    }

    /// `receiver.all(…)` with the elements noted on their way.
    fn watched(&mut self, tokens: &[TokenTree], node: &Node, receiver: &Node) -> Option<Vec<TokenTree>> {
        let Kind::Method { name, .. } = &receiver.kind else { return None };
        if !is_iterating(name) {
            return None;
        }
        let built: TokenStream = self.build(tokens, receiver, Role::Shown).into_iter().collect();
        let name = self.keep(Way::Watched, tokens, receiver)?;
        let watched = quote! { ::testkit::__private::watching(#built).watch(&#name) };
        Some(self.method(tokens, node, receiver, watched.into_iter().collect()))
    }

    /// `matches!(value, PATTERN)` with the value noted, if the pattern takes nothing out of it.
    fn matches(&mut self, tokens: &[TokenTree], node: &Node) -> Option<Vec<TokenTree>> {
        let at = node.range.end - 1;
        let TokenTree::Group(group) = &tokens[at] else { return None };
        let inner = parse::inside(group);
        let value = parse::expression(&inner)?;
        let pattern = &inner[value.range.end..];
        if binds(pattern) {
            return None;
        }
        let looked: TokenStream = copied(&inner, &value).into_iter().collect();
        let name = self.keep(Way::Asked, &inner, &value)?;
        let rest: TokenStream = pattern.iter().cloned().collect();
        let mut changed = Group::new(group.delimiter(), quote! { *::testkit::__private::peek(&#looked, &#name) #rest });
        changed.set_span(group.span());
        let mut output = tokens[node.range.start..at].to_vec();
        output.push(TokenTree::Group(changed));
        Some(output)
    }

    /// The tokens of a part, with what it takes to keep values in it.
    fn build(&mut self, tokens: &[TokenTree], node: &Node, role: Role) -> Vec<TokenTree> {
        match &node.kind {
            Kind::Name => {
                self.place(tokens, node, role);
                copied(tokens, node)
            }
            Kind::Field(base) => {
                if role == Role::Consumed {
                    let built = copied(tokens, node);
                    return self.result(tokens, node, built);
                }
                self.place(tokens, node, role);
                if is_place(base) {
                    return copied(tokens, node);
                }
                let mut built = self.build(tokens, base, role_of_base(role));
                built.extend_from_slice(&tokens[base.range.end..node.range.end]);
                built
            }
            Kind::Arithmetic(left, right) => {
                let mut built = self.build(tokens, left, Role::Consumed);
                built.extend_from_slice(&tokens[left.range.end..right.range.start]);
                built.extend(self.build(tokens, right, Role::Consumed));
                built
            }
            Kind::Dereference(operand) => {
                let of_reference = if role_of_base(role) == Role::Unknown { Role::Unknown } else { Role::Shown };
                self.prefixed(tokens, node, operand, of_reference)
            }
            Kind::Reference(operand, false) => self.prefixed(tokens, node, operand, Role::Looked),
            Kind::Negation(operand) => self.prefixed(tokens, node, operand, Role::Consumed),
            Kind::Index(base) => {
                let mut built = self.build(tokens, base, role_of_base(role));
                built.extend_from_slice(&tokens[base.range.end..node.range.end - 1]);
                built.push(self.arguments(&tokens[node.range.end - 1]));
                built
            }
            Kind::Parenthesized => {
                let TokenTree::Group(group) = &tokens[node.range.start] else { return copied(tokens, node) };
                let inner = parse::inside(group);
                let Some(inner_node) = whole(&inner) else { return copied(tokens, node) };
                let built = self.build(&inner, &inner_node, role);
                vec![regrouped(group, built)]
            }
            Kind::Method { receiver, name } => {
                let receiver_role = match role_of_receiver(name) {
                    Role::Looked if !is_place(receiver) => Role::Shown,
                    role => role,
                };
                let built = self.build(tokens, receiver, receiver_role);
                let built = self.method(tokens, node, receiver, built);
                self.has_changed |= is_changing(name);
                if role == Role::Consumed { self.result(tokens, node, built) } else { built }
            }
            Kind::Call(callee) => {
                let mut built = tokens[callee.range.start..node.range.end - 1].to_vec();
                built.push(self.arguments(&tokens[node.range.end - 1]));
                let is_constructor = text(&tokens[callee.range.clone()])
                    .rsplit("::")
                    .next()
                    .is_some_and(|name| name.starts_with(char::is_uppercase));
                if role == Role::Consumed && !is_constructor { self.result(tokens, node, built) } else { built }
            }
            Kind::Try(operand) => {
                let mut built = self.build(tokens, operand, Role::Unknown);
                built.extend_from_slice(&tokens[operand.range.end..node.range.end]);
                built
            }
            Kind::Cast(operand) => {
                let mut built = self.build(tokens, operand, Role::Consumed);
                built.extend_from_slice(&tokens[operand.range.end..node.range.end]);
                built
            }
            Kind::Reference(_, true) => {
                self.has_changed = true;
                copied(tokens, node)
            }
            Kind::And(..)
            | Kind::Or(..)
            | Kind::Comparison(..)
            | Kind::Not(_)
            | Kind::Path
            | Kind::Literal
            | Kind::Matches
            | Kind::Let(..)
            | Kind::Opaque => copied(tokens, node),
        }
    }

    fn prefixed(&mut self, tokens: &[TokenTree], node: &Node, operand: &Node, role: Role) -> Vec<TokenTree> {
        let mut built = tokens[node.range.start..operand.range.start].to_vec();
        built.extend(self.build(tokens, operand, role));
        built
    }

    /// A method call with its arguments looked into; `receiver` is the receiver's tokens.
    fn method(&mut self, tokens: &[TokenTree], node: &Node, of: &Node, mut receiver: Vec<TokenTree>) -> Vec<TokenTree> {
        let last = node.range.end - 1;
        receiver.extend_from_slice(&tokens[of.range.end..last]);
        receiver.push(self.arguments(&tokens[last]));
        receiver
    }

    /// The arguments of a call, in their group.
    fn arguments(&mut self, group: &TokenTree) -> TokenTree {
        let TokenTree::Group(group) = group else { return group.clone() };
        let inner = parse::inside(group);
        let Some(nodes) = parse::list(&inner).filter(|nodes| !nodes.is_empty()) else {
            return TokenTree::Group(group.clone());
        };
        let mut built = Vec::new();
        let mut end = 0;
        for node in &nodes {
            built.extend_from_slice(&inner[end..node.range.start]);
            built.extend(self.build(&inner, node, Role::Consumed));
            end = node.range.end;
        }
        built.extend_from_slice(&inner[end..]);
        regrouped(group, built)
    }

    /// Keeps a place, if that can be done.
    fn place(&mut self, tokens: &[TokenTree], node: &Node, role: Role) {
        let Some(root) = root(tokens, node) else { return };
        // Constants, statics, unit structs and variants explain themselves.
        if !is_variable(&root) {
            return;
        }
        let mentions = self.variables.mentions(&root);
        let is_quiet = mentions.changed == 0 && mentions.unknown == 0;
        let way = match role {
            _ if self.has_changed => return,
            Role::Looked if is_quiet && mentions.consumed == 0 => Way::Looked,
            Role::Consumed if is_quiet => Way::Consumed,
            Role::Changed if mentions.all == 1 && matches!(node.kind, Kind::Name) && self.variables.are_one() => {
                Way::Changed
            }
            Role::Unknown if mentions.all == 1 && matches!(node.kind, Kind::Name) => Way::Copied,
            Role::Shown | Role::Looked | Role::Consumed | Role::Changed | Role::Unknown => return,
        };
        self.keep(way, tokens, node);
    }

    fn keep(&mut self, way: Way, tokens: &[TokenTree], node: &Node) -> Option<Ident> {
        let source = text(&tokens[node.range.clone()]);
        let is_known = self.shown.contains(&source) || self.captures.iter().any(|capture| capture.source == source);
        if is_known || self.captures.len() >= LIMIT {
            return None;
        }
        let name = Ident::new(&format!("kept_{}", self.first + self.made), Span::mixed_site());
        let place = match way {
            Way::Looked | Way::Consumed | Way::Copied | Way::Changed => copied(tokens, node).into_iter().collect(),
            Way::Result | Way::Asked | Way::Watched => TokenStream::new(),
        };
        self.made += 1;
        self.captures.push(Capture { way, source, name: name.clone(), place });
        Some(name)
    }

    /// Keeps the result of a call that is consumed; `built` is the call.
    fn result(&mut self, tokens: &[TokenTree], node: &Node, built: Vec<TokenTree>) -> Vec<TokenTree> {
        let part = &tokens[node.range.clone()];
        if self.may_be_held(part)
            && let Some(name) = self.keep(Way::Result, tokens, node)
        {
            let value: TokenStream = built.into_iter().collect();
            return quote! { ::testkit::__private::snap(#value, &#name) }.into_iter().collect();
        }
        built
    }

    /// Whether a value that may borrow from the variables in `part` can be held to the end: nobody else changes them.
    fn may_be_held(&self, part: &[TokenTree]) -> bool {
        self.variables.change_only_in(part)
    }
}

/// The variable that a place is a part of.
fn root(tokens: &[TokenTree], node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Name => Some(tokens[node.range.start].to_string()),
        Kind::Field(base) => root(tokens, base),
        _ => None,
    }
}

fn is_place(node: &Node) -> bool {
    match &node.kind {
        Kind::Name => true,
        Kind::Field(base) => is_place(base),
        _ => false,
    }
}

/// The one expression that the tokens are.
pub(super) fn whole(tokens: &[TokenTree]) -> Option<Node> {
    parse::expression(tokens).filter(|node| node.range.end == tokens.len())
}

fn copied(tokens: &[TokenTree], node: &Node) -> Vec<TokenTree> {
    tokens[node.range.clone()].to_vec()
}

/// The source text of tokens.
pub(super) fn text(tokens: &[TokenTree]) -> String {
    source::text(&tokens.iter().cloned().collect())
}

/// Whether a word stands among the tokens, also inside of groups.
pub(super) fn has_word(tokens: &[TokenTree], wanted: &str) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(word) => word == wanted,
        TokenTree::Group(group) => has_word(&parse::inside(group), wanted),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether a pattern binds names, or may: a name in lower case that is no field and no path.
fn binds(pattern: &[TokenTree]) -> bool {
    pattern.iter().enumerate().any(|(index, token)| match token {
        TokenTree::Ident(word) => {
            let is_punct = |at: usize, character: char| {
                matches!(pattern.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == character)
            };
            let word = word.to_string();
            let is_value = word == "true" || word == "false" || word.starts_with(char::is_uppercase) || word == "_";
            let in_path = index > 0 && is_punct(index - 1, ':') || is_punct(index + 1, ':');
            !is_value && !in_path
        }
        TokenTree::Group(group) => binds(&parse::inside(group)),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn regrouped(group: &Group, tokens: Vec<TokenTree>) -> TokenTree {
    let mut changed = Group::new(group.delimiter(), tokens.into_iter().collect());
    changed.set_span(group.span());
    TokenTree::Group(changed)
}

/// Parentheses of the macro's own, so that no lint takes them for the author's, placed where their content begins.
pub(super) fn parenthesized(tokens: TokenStream) -> TokenTree {
    let first = tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(Span::mixed_site().located_at(first));
    TokenTree::Group(group)
}
