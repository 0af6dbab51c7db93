//! What happens to each variable in a condition, as far as its tokens tell.

use proc_macro2::{Delimiter, Spacing, TokenTree};

use super::capture::whole;
use super::methods::{is_changing, is_looking};
use super::parse::{self, Kind, Node};

/// What an expression is to what is around it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is shown anyway: an operand of a comparison.
    Shown,
    /// It is looked at.
    Looked,
    /// Its value is consumed.
    Consumed,
    /// It is changed in place.
    Changed,
    /// Nobody knows.
    Unknown,
}

/// How often a variable is mentioned, and as what.
#[derive(Clone, Copy, Default)]
pub(super) struct Mentions {
    pub(super) all: u32,
    pub(super) consumed: u32,
    pub(super) changed: u32,
    pub(super) unknown: u32,
}

/// The variables of a condition.
#[derive(Default)]
pub(super) struct Variables(Vec<(String, Mentions)>);

impl Variables {
    /// Notes what happens to each variable.
    pub(super) fn survey(&mut self, tokens: &[TokenTree], node: &Node, role: Role) {
        match &node.kind {
            Kind::Name => self.mention(&tokens[node.range.start].to_string(), role),
            Kind::Path | Kind::Literal => {}
            Kind::And(left, right) | Kind::Or(left, right) | Kind::Arithmetic(left, right) => {
                self.survey(tokens, left, Role::Consumed);
                self.survey(tokens, right, Role::Consumed);
            }
            Kind::Comparison(left, _, right) => {
                self.survey(tokens, left, Role::Looked);
                self.survey(tokens, right, Role::Looked);
            }
            Kind::Not(operand) | Kind::Negation(operand) | Kind::Try(operand) | Kind::Cast(operand) => {
                self.survey(tokens, operand, Role::Consumed);
            }
            Kind::Dereference(operand) => self.survey(tokens, operand, role_of_base(role)),
            Kind::Reference(operand, is_mutable) => {
                self.survey(tokens, operand, if *is_mutable { Role::Changed } else { Role::Looked });
            }
            Kind::Field(base) => self.survey(tokens, base, role),
            Kind::Index(base) => {
                self.survey(tokens, base, role_of_base(role));
                self.survey_arguments(&tokens[node.range.end - 1]);
            }
            Kind::Parenthesized => {
                let TokenTree::Group(group) = &tokens[node.range.start] else { return };
                let inner = parse::inside(group);
                match whole(&inner) {
                    Some(node) => self.survey(&inner, &node, role),
                    None => self.survey_unknown(&inner),
                }
            }
            Kind::Method { receiver, name } => {
                self.survey(tokens, receiver, role_of_receiver(name));
                self.survey_arguments(&tokens[node.range.end - 1]);
            }
            Kind::Call(callee) => {
                self.survey(tokens, callee, Role::Unknown);
                self.survey_arguments(&tokens[node.range.end - 1]);
            }
            Kind::Matches | Kind::Let(..) | Kind::Opaque => self.survey_unknown(&tokens[node.range.clone()]),
        }
    }

    fn survey_arguments(&mut self, group: &TokenTree) {
        let TokenTree::Group(group) = group else { return };
        let inner = parse::inside(group);
        match parse::list(&inner) {
            Some(nodes) => nodes.iter().for_each(|node| self.survey(&inner, node, Role::Consumed)),
            None => self.survey_unknown(&inner),
        }
    }

    fn survey_unknown(&mut self, tokens: &[TokenTree]) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => self.mention(&word.to_string(), Role::Unknown),
                TokenTree::Group(group) => self.survey_unknown(&parse::inside(group)),
                TokenTree::Literal(literal) => {
                    // A text may hold names between braces: `format!("{name}")`.
                    let text = literal.to_string();
                    for name in text.split('{').skip(1).filter_map(|rest| rest.split(['}', ':']).next()) {
                        self.mention(name, Role::Unknown);
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn mention(&mut self, name: &str, role: Role) {
        let index = self.0.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.0.push((name.to_owned(), Mentions::default()));
            self.0.len() - 1
        });
        let mentions = &mut self.0[index].1;
        mentions.all += 1;
        match role {
            Role::Shown | Role::Looked => {}
            Role::Consumed => mentions.consumed += 1,
            Role::Changed => mentions.changed += 1,
            Role::Unknown => mentions.unknown += 1,
        }
    }

    pub(super) fn mentions(&self, name: &str) -> Mentions {
        self.0.iter().find(|(known, _)| known == name).map(|(_, mentions)| *mentions).unwrap_or_default()
    }

    /// Whether there is just one: another may borrow from it, or it from that one.
    pub(super) fn are_one(&self) -> bool {
        self.0.iter().filter(|(name, _)| is_variable(name)).count() == 1
    }

    /// Whether nothing but `part` does more to the variables in it than to look at them.
    pub(super) fn change_only_in(&self, part: &[TokenTree]) -> bool {
        let mut inside = Self::default();
        inside.survey_unknown(part);
        inside.0.iter().all(|(name, within)| {
            let all = self.mentions(name);
            all.all <= within.all || all.changed + all.unknown + all.consumed == 0
        })
    }
}

/// What a list is whose element has a role, or what a reference that is followed: both are looked at, unless the way leads to
/// something that may be changed.
pub(super) fn role_of_base(role: Role) -> Role {
    match role {
        Role::Changed | Role::Unknown => Role::Unknown,
        Role::Shown | Role::Looked | Role::Consumed => Role::Looked,
    }
}

/// What a method does to its receiver.
pub(super) fn role_of_receiver(name: &str) -> Role {
    if is_looking(name) {
        Role::Looked
    } else if is_changing(name) {
        Role::Changed
    } else if name.starts_with("into_") {
        Role::Consumed
    } else {
        Role::Unknown
    }
}

/// Whether a name is one that variables have.
pub(super) fn is_variable(name: &str) -> bool {
    name.starts_with(|first: char| first.is_lowercase() || first == '_')
}

/// How the left operand of a comparison is held while the right one is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// By reference.
    Reference,
    /// As a copy: only numbers and their like can be compared so, and those the compiler reads before it looks at the right
    /// operand.
    Copy,
    /// As a copy if it is a number or the like, and else by reference.
    CopyOfPrimitive,
}

/// How the left operand is to be held, if it is a place and the right one writes, or may write, to the variable that it is a
/// part of.
pub(super) fn hold_of_left(tokens: &[TokenTree], left: &Node, right: &Node) -> Hold {
    let Some(root) = root_of_place(tokens, left) else { return Hold::Reference };
    let right = &tokens[right.range.clone()];
    if writes(right, &root) {
        Hold::Copy
    } else if calls_on(right, &root) {
        Hold::CopyOfPrimitive
    } else {
        Hold::Reference
    }
}

/// The variable that a place is a part of, behind any number of fields, indices and dereferences.
fn root_of_place(tokens: &[TokenTree], node: &Node) -> Option<String> {
    match &node.kind {
        Kind::Name => Some(tokens[node.range.start].to_string()),
        Kind::Field(base) | Kind::Index(base) | Kind::Dereference(base) => root_of_place(tokens, base),
        _ => None,
    }
}

/// Whether a method is called on the variable, or on a part of it, that may do more than look at it.
fn calls_on(tokens: &[TokenTree], variable: &str) -> bool {
    let is_punct = |at: usize, character: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == character);
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => calls_on(&parse::inside(group), variable),
        TokenTree::Ident(word) if word == variable => {
            let mut at = at + 1;
            loop {
                match (tokens.get(at), tokens.get(at + 1), tokens.get(at + 2)) {
                    (Some(TokenTree::Group(group)), ..) if group.delimiter() == Delimiter::Bracket => at += 1,
                    (Some(_), Some(TokenTree::Ident(method)), Some(TokenTree::Group(arguments)))
                        if is_punct(at, '.') && arguments.delimiter() == Delimiter::Parenthesis =>
                    {
                        return !is_looking(&method.to_string());
                    }
                    // `.method::<Type>(…)`
                    (Some(_), Some(TokenTree::Ident(method)), Some(_))
                        if is_punct(at, '.') && is_punct(at + 2, ':') =>
                    {
                        return !is_looking(&method.to_string());
                    }
                    (Some(_), Some(_), _) if is_punct(at, '.') => at += 2,
                    _ => return false,
                }
            }
        }
        TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether `&mut variable` stands in the tokens, or an assignment to the variable or to a part of it.
fn writes(tokens: &[TokenTree], variable: &str) -> bool {
    let is_punct = |at: usize, character: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == character);
    let is_index =
        |at: usize| matches!(tokens.get(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket);
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => writes(&parse::inside(group), variable),
        TokenTree::Ident(word) if word == variable => {
            let is_borrowed =
                at >= 2 && is_punct(at - 2, '&') && matches!(&tokens[at - 1], TokenTree::Ident(word) if word == "mut");
            let mut end = at + 1;
            while is_punct(end, '.') || is_index(end) {
                end += if is_index(end) { 1 } else { 2 };
            }
            is_borrowed || is_assignment(&tokens[end.min(tokens.len())..])
        }
        TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether the tokens begin with `=` or one of its compounds.
fn is_assignment(tokens: &[TokenTree]) -> bool {
    let mut operator = String::new();
    for token in tokens {
        let TokenTree::Punct(punct) = token else { break };
        operator.push(punct.as_char());
        if punct.spacing() == Spacing::Alone {
            break;
        }
    }
    let is_comparison = ["==", "<=", ">=", "=>"].iter().any(|comparison| operator.starts_with(comparison));
    !is_comparison && operator.contains('=') && !operator.starts_with("..") && !operator.starts_with('!')
}
