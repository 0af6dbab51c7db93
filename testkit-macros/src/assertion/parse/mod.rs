//! Splits the source of an expression at its operators: as much of Rust's grammar as it takes to know where each part of
//! a condition begins and ends.
//!
//! Not a parser of Rust: types, patterns, closures and blocks are runs of tokens here, and code that is no expression may
//! be split in some way, since the compiler sees the same tokens in the end. The operators and their precedence are those
//! of the Rust reference, <https://doc.rust-lang.org/reference/expressions.html>.

mod cursor;

use std::ops::Range;

use proc_macro2::{Delimiter, Group, Spacing, TokenTree};

/// A part of an expression.
#[derive(Debug)]
pub(super) struct Node {
    /// Which tokens of its list it consists of.
    pub(super) range: Range<usize>,
    pub(super) kind: Kind,
}

/// What a part of an expression is.
#[derive(Debug)]
pub(super) enum Kind {
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    /// One of `== != < <= > >=`; the range is the operator's.
    Comparison(Box<Node>, Range<usize>, Box<Node>),
    /// Any other operator between two values, by which both are consumed.
    Arithmetic(Box<Node>, Box<Node>),
    /// `!x`
    Not(Box<Node>),
    /// `-x`
    Negation(Box<Node>),
    /// `*x`
    Dereference(Box<Node>),
    /// `&x`; whether it is `&mut x`.
    Reference(Box<Node>, bool),
    /// `(x)`, or `x` in an invisible group; the token is at the start of the range.
    Parenthesized,
    /// `receiver.name(…)`; the arguments are the last token of the range.
    Method {
        receiver: Box<Node>,
        name: String,
    },
    /// `callee(…)`; the arguments are the last token of the range.
    Call(Box<Node>),
    /// `x.y`, `x.0`
    Field(Box<Node>),
    /// `x[…]`; the index is the last token of the range.
    Index(Box<Node>),
    /// `x?`
    Try(Box<Node>),
    /// `x as T`
    Cast(Box<Node>),
    /// A name alone.
    Name,
    /// A path with several segments.
    Path,
    Literal,
    /// `matches!(…)`; the arguments are the last token of the range.
    Matches,
    /// `let PATTERN = x`; the range is the pattern's.
    Let(Range<usize>, Box<Node>),
    /// Anything else: it is left as it is.
    Opaque,
}

/// Reads the expression at the start of `tokens`; `None` if there is none. It may end before the tokens do.
pub(super) fn expression(tokens: &[TokenTree]) -> Option<Node> {
    let mut parser = Parser { tokens, at: 0 };
    parser.binary(0)
}

/// The expressions of a list with commas between them, or `None` if it is no such list.
pub(super) fn list(tokens: &[TokenTree]) -> Option<Vec<Node>> {
    let mut parser = Parser { tokens, at: 0 };
    let mut nodes = Vec::new();
    while parser.at < tokens.len() {
        nodes.push(parser.binary(0)?);
        if parser.at < tokens.len() && !parser.eat(",") {
            return None;
        }
    }
    Some(nodes)
}

/// The tokens inside of a group.
pub(super) fn inside(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

struct Parser<'t> {
    tokens: &'t [TokenTree],
    at: usize,
}

/// Operators between two operands, with their precedence: a higher one binds tighter.
const BINARY: [(&str, u8); 31] = [
    // Longer ones first, since each is looked for in turn.
    ("<<=", 1),
    (">>=", 1),
    ("..=", 2),
    ("...", 2),
    ("&&", 4),
    ("||", 3),
    ("==", 5),
    ("!=", 5),
    ("<=", 5),
    (">=", 5),
    ("<<", 9),
    (">>", 9),
    ("+=", 1),
    ("-=", 1),
    ("*=", 1),
    ("/=", 1),
    ("%=", 1),
    ("^=", 1),
    ("&=", 1),
    ("|=", 1),
    ("..", 2),
    ("<", 5),
    (">", 5),
    ("=", 1),
    ("|", 6),
    ("^", 7),
    ("&", 8),
    ("+", 10),
    ("-", 10),
    ("*", 11),
    ("/", 11),
];
/// Makes a part of the operand of a prefix operator.
type Prefixed = fn(Box<Node>) -> Kind;
const PREFIXES: [(&str, Prefixed); 3] = [("!", Kind::Not), ("-", Kind::Negation), ("*", Kind::Dereference)];
const REMAINDER: (&str, u8) = ("%", 11);
/// The words by which an expression can begin that is no path.
const KEYWORDS: [&str; 17] = [
    "true", "false", "if", "match", "while", "for", "loop", "unsafe", "const", "async", "move", "static", "return",
    "break", "continue", "yield", "become",
];
const OR: u8 = 3;
const AND: u8 = 4;
const COMPARISON: u8 = 5;
const RANGE: u8 = 2;
const LOWEST_ARITHMETIC: u8 = 6;

impl Parser<'_> {
    fn binary(&mut self, least: u8) -> Option<Node> {
        let start = self.at;
        let mut left = if self.word("let") {
            self.let_condition()?
        } else if self.peek("..") {
            self.prefix_range()?
        } else {
            self.unary()?
        };
        while let Some((operator, precedence)) = self.operator() {
            if precedence < least || precedence == COMPARISON && least > COMPARISON {
                break;
            }
            let operator_at = self.at;
            self.at += operator.len();
            if precedence == RANGE && !self.begins_operand() {
                left = Node { range: start..self.at, kind: Kind::Opaque };
                continue;
            }
            // Assignments are read from the right, everything else from the left.
            let right = self.binary(if precedence == 1 { 1 } else { precedence + 1 })?;
            let (left_node, right_node) = (Box::new(left), Box::new(right));
            let kind = match precedence {
                OR => Kind::Or(left_node, right_node),
                AND => Kind::And(left_node, right_node),
                COMPARISON => Kind::Comparison(left_node, operator_at..operator_at + operator.len(), right_node),
                LOWEST_ARITHMETIC.. => Kind::Arithmetic(left_node, right_node),
                _ => Kind::Opaque,
            };
            left = Node { range: start..self.at, kind };
        }
        Some(left)
    }

    /// The operator here, if there is one.
    fn operator(&self) -> Option<(&'static str, u8)> {
        if !matches!(self.tokens.get(self.at), Some(TokenTree::Punct(_))) {
            return None;
        }
        BINARY.iter().chain([&REMAINDER]).copied().find(|(operator, _)| self.peek(operator))
    }

    fn let_condition(&mut self) -> Option<Node> {
        let start = self.at;
        self.at += 1;
        let pattern = self.at;
        while !self.is_single_equals() {
            self.tokens.get(self.at)?;
            self.at += 1;
        }
        let pattern = pattern..self.at;
        self.at += 1;
        // `&&` and `||` end the value.
        let value = self.binary(COMPARISON)?;
        Some(Node { range: start..self.at, kind: Kind::Let(pattern, Box::new(value)) })
    }

    /// `=` that is not part of `==`, `=>`, `..=` and their like.
    fn is_single_equals(&self) -> bool {
        let is_joint = |index: usize| match self.tokens.get(index) {
            Some(TokenTree::Punct(punct)) => punct.spacing() == Spacing::Joint && punct.as_char() != '\'',
            _ => false,
        };
        self.punct_at(self.at, '=') && !is_joint(self.at) && !(self.at > 0 && is_joint(self.at - 1))
    }

    fn prefix_range(&mut self) -> Option<Node> {
        let start = self.at;
        self.at += if self.peek("..=") { 3 } else { 2 };
        if self.begins_operand() {
            self.binary(RANGE + 1)?;
        }
        Some(Node { range: start..self.at, kind: Kind::Opaque })
    }

    /// Whether an operand can begin here: after `a..` there need not be one.
    fn begins_operand(&self) -> bool {
        match self.tokens.get(self.at) {
            None => false,
            Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), '&' | '*' | '-' | '!' | '|' | '<' | ':' | '\''),
            Some(TokenTree::Group(group)) => group.delimiter() != Delimiter::Brace,
            Some(TokenTree::Ident(_) | TokenTree::Literal(_)) => true,
        }
    }

    fn unary(&mut self) -> Option<Node> {
        let start = self.at;
        if self.peek("&") {
            // `&&x` is two references here.
            self.at += 1;
            if self.peek("raw") && (self.word_at(self.at + 1, "const") || self.word_at(self.at + 1, "mut")) {
                self.at += 2;
                self.unary()?;
                return Some(Node { range: start..self.at, kind: Kind::Opaque });
            }
            let is_mutable = self.eat_word("mut");
            let operand = Box::new(self.unary()?);
            return Some(Node { range: start..self.at, kind: Kind::Reference(operand, is_mutable) });
        }
        for (operator, kind) in PREFIXES {
            if self.peek(operator) {
                self.at += 1;
                let operand = Box::new(self.unary()?);
                return Some(Node { range: start..self.at, kind: kind(operand) });
            }
        }
        let mut node = self.postfix()?;
        while self.word("as") {
            self.at += 1;
            self.skip_type()?;
            node = Node { range: start..self.at, kind: Kind::Cast(Box::new(node)) };
        }
        Some(node)
    }

    fn postfix(&mut self) -> Option<Node> {
        let start = self.at;
        let mut node = self.primary()?;
        loop {
            let kind = match self.tokens.get(self.at) {
                Some(TokenTree::Punct(punct)) if punct.as_char() == '?' => {
                    self.at += 1;
                    Kind::Try(Box::new(node))
                }
                Some(TokenTree::Punct(punct)) if punct.as_char() == '.' && !self.peek("..") => {
                    self.at += 1;
                    self.member(node)?
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                    self.at += 1;
                    Kind::Call(Box::new(node))
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => {
                    self.at += 1;
                    Kind::Index(Box::new(node))
                }
                _ => return Some(node),
            };
            node = Node { range: start..self.at, kind };
        }
    }

    /// What follows a dot.
    fn member(&mut self, receiver: Node) -> Option<Kind> {
        match self.tokens.get(self.at)? {
            TokenTree::Literal(_) => {
                self.at += 1;
                Some(Kind::Field(Box::new(receiver)))
            }
            TokenTree::Ident(name) => {
                let name = name.to_string();
                self.at += 1;
                if name == "await" {
                    return Some(Kind::Opaque);
                }
                if self.peek("::") {
                    self.at += 2;
                    self.skip_angles()?;
                }
                match self.tokens.get(self.at) {
                    Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
                        self.at += 1;
                        Some(Kind::Method { receiver: Box::new(receiver), name })
                    }
                    _ => Some(Kind::Field(Box::new(receiver))),
                }
            }
            TokenTree::Punct(_) | TokenTree::Group(_) => None,
        }
    }

    fn primary(&mut self) -> Option<Node> {
        let start = self.at;
        let kind = match self.tokens.get(self.at)? {
            TokenTree::Literal(_) => {
                self.at += 1;
                Kind::Literal
            }
            TokenTree::Group(group) => {
                self.at += 1;
                match group.delimiter() {
                    Delimiter::Parenthesis | Delimiter::None => Kind::Parenthesized,
                    Delimiter::Bracket | Delimiter::Brace => Kind::Opaque,
                }
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                '|' => self.closure()?,
                '<' => {
                    self.skip_angles()?;
                    self.path()?
                }
                ':' => self.path()?,
                '\'' => {
                    // A label, `'outer: loop { … }`.
                    self.at += 3;
                    let TokenTree::Ident(word) = self.tokens.get(self.at)? else { return None };
                    self.keyword(&word.to_string())?
                }
                '#' => {
                    // An attribute.
                    self.at += 2;
                    self.unary()?;
                    Kind::Opaque
                }
                _ => return None,
            },
            TokenTree::Ident(word) => match word.to_string() {
                word if KEYWORDS.contains(&word.as_str()) => self.keyword(&word)?,
                _ => self.path()?,
            },
        };
        Some(Node { range: start..self.at, kind })
    }

    /// An expression that begins with one of [`KEYWORDS`].
    fn keyword(&mut self, word: &str) -> Option<Kind> {
        self.at += 1;
        match word {
            "true" | "false" => Some(Kind::Literal),
            "if" => self.if_expression(),
            "async" if self.begins_closure() => {
                self.eat_word("move");
                self.closure()
            }
            "match" | "while" | "for" | "loop" | "unsafe" | "const" | "async" => self.skip_to_block(),
            "move" | "static" => {
                self.eat_word("move");
                self.closure()
            }
            "return" | "break" | "continue" | "yield" | "become" => {
                if self.punct_at(self.at, '\'') {
                    self.at += 2;
                }
                if self.begins_operand() { self.binary(0).map(|_| Kind::Opaque) } else { Some(Kind::Opaque) }
            }
            _ => None,
        }
    }

    fn begins_closure(&self) -> bool {
        let next = if self.word("move") { self.at + 1 } else { self.at };
        self.punct_at(next, '|')
    }

    /// What follows `if`.
    fn if_expression(&mut self) -> Option<Kind> {
        loop {
            self.skip_to_block()?;
            if !self.eat_word("else") {
                return Some(Kind::Opaque);
            }
            if !self.eat_word("if") {
                return self.skip_to_block();
            }
        }
    }

    fn closure(&mut self) -> Option<Kind> {
        if !self.eat("|") {
            return None;
        }
        while !self.eat("|") {
            self.tokens.get(self.at)?;
            self.at += 1;
        }
        if self.peek("->") {
            return self.skip_to_block();
        }
        self.binary(0).map(|_| Kind::Opaque)
    }

    fn path(&mut self) -> Option<Kind> {
        let start = self.at;
        let mut segments = 0;
        loop {
            if self.peek("::") {
                self.at += 2;
                if self.punct_at(self.at, '<') {
                    self.skip_angles()?;
                    continue;
                }
            } else if segments > 0 {
                break;
            }
            let TokenTree::Ident(_) = self.tokens.get(self.at)? else { return None };
            self.at += 1;
            segments += 1;
        }
        match self.tokens.get(self.at) {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                self.at += 1;
                Some(Kind::Opaque)
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '!' && !self.peek("!=") => {
                let TokenTree::Group(_) = self.tokens.get(self.at + 1)? else { return None };
                let is_matches = self.at > 0 && self.word_at(self.at - 1, "matches");
                self.at += 2;
                Some(if is_matches { Kind::Matches } else { Kind::Opaque })
            }
            _ if self.at == start + 1 => Some(Kind::Name),
            _ => Some(Kind::Path),
        }
    }
}

#[cfg(test)]
mod tests;
