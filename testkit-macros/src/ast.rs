//! Items as token sequences: just enough of Rust's grammar to find tests, without looking into bodies.
//!
//! Macros are compiled without optimisation, so parsing each body with syn would cost users seconds. Here a body is
//! one opaque group, and everything that is no function, module, type or `impl` is skipped up to its end. What the
//! items mean is in [`crate::collect`]; attributes are in [`crate::attribute`].

use std::cell::OnceCell;
use std::collections::VecDeque;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::attribute::Attribute;
use crate::lists::{self, angle_step};

/// The contents of a file, module or `impl` block.
#[derive(Debug, Default)]
pub(crate) struct Items {
    /// `#![…]` attributes and `//!` docs, as they came.
    pub(crate) inner_attributes: Vec<TokenTree>,
    /// The items in the order of the source.
    pub(crate) items: Vec<Item>,
}

/// One item.
#[derive(Debug)]
pub(crate) struct Item {
    /// Outer attributes and docs.
    pub(crate) attributes: Vec<Attribute>,
    /// `pub`, `pub(crate)`, or nothing.
    pub(crate) visibility: Vec<TokenTree>,
    /// What it is.
    pub(crate) kind: ItemKind,
}

/// The kinds of item that matter to us.
#[derive(Debug)]
pub(crate) enum ItemKind {
    /// `fn`
    Function(Box<Function>),
    /// `mod`
    Module(Module),
    /// `struct`, `enum` or `union`
    Type(TypeItem),
    /// `impl`
    Implementation(Implementation),
    /// `use …;`, as all its tokens.
    Use(Vec<TokenTree>),
    /// `macro_rules! name { … }`, with its name.
    MacroRules(String, Vec<TokenTree>),
    /// `path::name!(…)` in item position.
    MacroCall(MacroCall),
    /// Any other item, with the name it has in the namespace of types.
    Other(Option<String>, Vec<TokenTree>),
}

/// A function or method, its body unread.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// `const`, `async`, `unsafe`, `extern "C"`, as they came.
    pub(crate) qualifiers: Vec<TokenTree>,
    /// The keyword `fn`.
    pub(crate) keyword: TokenTree,
    /// Its name.
    pub(crate) name: Ident,
    /// `<…>`, or nothing.
    pub(crate) generics: Vec<TokenTree>,
    /// `(…)`
    pub(crate) arguments: Group,
    /// What stands between the commas of them, once somebody has asked.
    argument_list: OnceCell<Vec<Vec<TokenTree>>>,
    /// `-> Type`, or nothing.
    pub(crate) output: Vec<TokenTree>,
    /// `where …`, or nothing.
    pub(crate) where_clause: Vec<TokenTree>,
    /// `{…}`, or `;` in a trait.
    pub(crate) body: TokenTree,
}

/// `mod name { … }` or `mod name;`
#[derive(Debug)]
pub(crate) struct Module {
    /// `mod`, with `unsafe` before it if it was there.
    pub(crate) keyword: Vec<TokenTree>,
    /// Its name.
    pub(crate) name: Ident,
    /// `{…}`, or `;` where the module is a file.
    pub(crate) body: TokenTree,
}

/// A type that can be a group.
#[derive(Debug)]
pub(crate) struct TypeItem {
    /// Its name.
    pub(crate) name: Ident,
    /// `struct Name;`
    pub(crate) is_unit: bool,
    /// It has parameters.
    pub(crate) is_generic: bool,
    /// The whole item.
    pub(crate) tokens: Vec<TokenTree>,
}

/// An `impl` block.
#[derive(Debug)]
pub(crate) struct Implementation {
    /// Everything before the body, the keyword included.
    pub(crate) head: Vec<TokenTree>,
    /// The type's name, where it is a path without parameters on the way.
    pub(crate) self_type: Option<Ident>,
    /// `impl<…>` or `impl Type<…>`.
    pub(crate) is_generic: bool,
    /// `impl Trait for …`
    pub(crate) is_trait: bool,
    /// `{…}`
    pub(crate) body: Group,
}

/// A macro called where an item could stand.
#[derive(Debug)]
pub(crate) struct MacroCall {
    /// The path's segments joined by `::`.
    pub(crate) path: String,
    /// Where the path begins.
    pub(crate) span: Span,
    /// The whole call.
    pub(crate) tokens: Vec<TokenTree>,
}

/// Splits the tokens of a file, module body or `impl` body into items.
pub(crate) fn scan(stream: TokenStream) -> Items {
    let mut cursor = Cursor { tokens: stream.into_iter().collect() };
    let mut items = Items::default();
    loop {
        let mut attributes = Vec::new();
        while cursor.at_punct('#') {
            let hash = cursor.bump();
            if cursor.at_punct('!') {
                items.inner_attributes.extend(hash);
                items.inner_attributes.extend(cursor.bump());
                items.inner_attributes.extend(cursor.bump());
            } else if let (Some(hash), Some(TokenTree::Group(group))) = (hash, cursor.bump()) {
                attributes.push(Attribute::new(hash, group));
            }
        }
        if cursor.is_at_end() {
            if !attributes.is_empty() {
                let tokens = attributes.into_iter().flat_map(Attribute::into_tokens).collect();
                let kind = ItemKind::Other(None, tokens);
                items.items.push(Item { attributes: Vec::new(), visibility: Vec::new(), kind });
            }
            return items;
        }
        let visibility = cursor.visibility();
        let kind = cursor.item();
        items.items.push(Item { attributes, visibility, kind });
    }
}

struct Cursor {
    tokens: VecDeque<TokenTree>,
}

impl Cursor {
    /// Puts the contents of invisible groups (what a `$item` of `macro_rules!` becomes) in their place.
    fn flatten(&mut self) {
        while let Some(TokenTree::Group(group)) = self.tokens.front() {
            if group.delimiter() != Delimiter::None {
                return;
            }
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            self.tokens.pop_front();
            for token in inner.into_iter().rev() {
                self.tokens.push_front(token);
            }
        }
    }

    fn peek(&mut self) -> Option<&TokenTree> {
        self.flatten();
        self.tokens.front()
    }

    fn bump(&mut self) -> Option<TokenTree> {
        self.peek();
        self.tokens.pop_front()
    }

    fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn at_punct(&mut self, character: char) -> bool {
        matches!(self.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == character)
    }

    fn at_word(&mut self, word: &str) -> bool {
        matches!(self.peek(), Some(TokenTree::Ident(ident)) if ident == word)
    }

    fn at_group(&mut self, delimiter: Delimiter) -> bool {
        matches!(self.peek(), Some(TokenTree::Group(group)) if group.delimiter() == delimiter)
    }

    fn visibility(&mut self) -> Vec<TokenTree> {
        let mut tokens = Vec::new();
        if self.at_word("pub") {
            tokens.extend(self.bump());
            if self.at_group(Delimiter::Parenthesis) {
                tokens.extend(self.bump());
            }
        }
        tokens
    }

    fn item(&mut self) -> ItemKind {
        let mut before = Vec::new();
        loop {
            let Some(TokenTree::Ident(word)) = self.peek() else {
                return self.other(before, None, false);
            };
            match word.to_string().as_str() {
                "const" => {
                    before.extend(self.bump());
                    if !["fn", "async", "unsafe", "extern", "safe", "trait"].iter().any(|word| self.at_word(word)) {
                        return self.up_to_semicolon(before, None);
                    }
                }
                "async" | "unsafe" | "default" | "safe" => before.extend(self.bump()),
                "extern" => {
                    before.extend(self.bump());
                    if self.at_word("crate") {
                        return self.up_to_semicolon(before, None);
                    }
                    if matches!(self.peek(), Some(TokenTree::Literal(_))) {
                        before.extend(self.bump());
                    }
                }
                "fn" => return self.function(before),
                "mod" => return self.module(before),
                "struct" | "enum" => return self.type_item(before),
                // A word like any other, except before a name.
                "union" if matches!(self.tokens.get(1), Some(TokenTree::Ident(_))) => return self.type_item(before),
                "impl" => return self.implementation(before),
                "use" => {
                    return match self.up_to_semicolon(before, None) {
                        ItemKind::Other(_, tokens) => ItemKind::Use(tokens),
                        kind => kind,
                    };
                }
                "static" => return self.up_to_semicolon(before, None),
                "type" => {
                    before.extend(self.bump());
                    let name = self.peek_name();
                    return self.up_to_semicolon(before, name);
                }
                "trait" => {
                    before.extend(self.bump());
                    let name = self.peek_name();
                    return self.other(before, name, false);
                }
                _ => return self.macro_call(before),
            }
        }
    }

    fn peek_name(&mut self) -> Option<String> {
        match self.peek() {
            Some(TokenTree::Ident(name)) => Some(name.to_string()),
            Some(_) | None => None,
        }
    }

    fn function(&mut self, qualifiers: Vec<TokenTree>) -> ItemKind {
        let mut head = qualifiers;
        let Some(keyword) = self.bump() else {
            return ItemKind::Other(None, head);
        };
        let Some(TokenTree::Ident(name)) = self.peek().cloned() else {
            head.push(keyword);
            return self.other(head, None, false);
        };
        self.bump();
        let generics = if self.at_punct('<') { self.angles() } else { Vec::new() };
        let Some(TokenTree::Group(arguments)) = self.bump() else {
            head.push(keyword);
            head.push(TokenTree::Ident(name));
            head.extend(generics);
            return self.other(head, None, false);
        };
        let (mut output, mut where_clause, mut depth) = (Vec::new(), Vec::new(), 0_i32);
        loop {
            if depth == 0 && self.at_word("where") {
                where_clause.extend(self.bump());
                continue;
            }
            let Some(token) = self.bump() else {
                head.push(keyword);
                head.push(TokenTree::Ident(name));
                return ItemKind::Other(None, head);
            };
            let into = if where_clause.is_empty() { &mut output } else { &mut where_clause };
            let ends = match &token {
                TokenTree::Group(group) => depth == 0 && group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(punct) => depth == 0 && punct.as_char() == ';',
                TokenTree::Ident(_) | TokenTree::Literal(_) => false,
            };
            if ends {
                let function = Function {
                    qualifiers: head,
                    keyword,
                    name,
                    generics,
                    arguments,
                    argument_list: OnceCell::new(),
                    output,
                    where_clause,
                    body: token,
                };
                return ItemKind::Function(Box::new(function));
            }
            depth += angle_step(into.last(), &token);
            into.push(token);
        }
    }

    /// `<…>`, with what is nested in it.
    fn angles(&mut self) -> Vec<TokenTree> {
        let (mut tokens, mut depth): (Vec<TokenTree>, i32) = (Vec::new(), 0);
        while let Some(token) = self.bump() {
            depth += angle_step(tokens.last(), &token);
            tokens.push(token);
            if depth == 0 {
                break;
            }
        }
        tokens
    }

    fn module(&mut self, mut keyword: Vec<TokenTree>) -> ItemKind {
        keyword.extend(self.bump());
        match (self.bump(), self.peek()) {
            (Some(TokenTree::Ident(name)), Some(_)) => match self.bump() {
                Some(body) => ItemKind::Module(Module { keyword, name, body }),
                None => ItemKind::Other(None, keyword),
            },
            (token, _) => {
                keyword.extend(token);
                self.other(keyword, None, false)
            }
        }
    }

    fn type_item(&mut self, mut before: Vec<TokenTree>) -> ItemKind {
        before.extend(self.bump());
        let Some(TokenTree::Ident(name)) = self.bump() else {
            return self.other(before, None, false);
        };
        before.push(TokenTree::Ident(name.clone()));
        let (is_unit, is_generic) = (self.at_punct(';'), self.at_punct('<'));
        let ItemKind::Other(_, tokens) = self.other(before, None, true) else {
            unreachable!("`other` gives nothing else");
        };
        ItemKind::Type(TypeItem { name, is_unit, is_generic, tokens })
    }

    fn implementation(&mut self, mut head: Vec<TokenTree>) -> ItemKind {
        head.extend(self.bump());
        let mut is_generic = false;
        if self.at_punct('<') {
            is_generic = true;
            head.extend(self.angles());
        }
        let (mut depth, mut is_trait, mut self_type) = (0_i32, false, None);
        while let Some(token) = self.bump() {
            match &token {
                TokenTree::Group(body) if depth == 0 && body.delimiter() == Delimiter::Brace => {
                    let body = body.clone();
                    return ItemKind::Implementation(Implementation { head, self_type, is_generic, is_trait, body });
                }
                TokenTree::Ident(word) if depth == 0 && word == "for" => {
                    is_trait = true;
                    is_generic = false;
                    self_type = None;
                }
                TokenTree::Ident(word) if depth == 0 && word == "where" => {
                    head.push(token);
                    while !self.is_at_end() && !self.at_group(Delimiter::Brace) {
                        head.extend(self.bump());
                    }
                    continue;
                }
                TokenTree::Ident(word) if depth == 0 => self_type = Some(word.clone()),
                TokenTree::Punct(punct) if punct.as_char() == '<' => is_generic = true,
                TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Group(_) | TokenTree::Literal(_) => {}
            }
            depth += angle_step(head.last(), &token);
            head.push(token);
        }
        ItemKind::Other(None, head)
    }

    fn macro_call(&mut self, before: Vec<TokenTree>) -> ItemKind {
        let mut tokens = before;
        let Some(span) = self.peek().map(TokenTree::span) else {
            return ItemKind::Other(None, tokens);
        };
        let mut path = String::new();
        loop {
            match self.peek() {
                Some(TokenTree::Ident(word)) => path.push_str(&word.to_string()),
                Some(TokenTree::Punct(punct)) if punct.as_char() == ':' => path.push(':'),
                Some(TokenTree::Punct(punct)) if punct.as_char() == '!' => break,
                Some(_) | None => return self.other(tokens, None, false),
            }
            tokens.extend(self.bump());
        }
        tokens.extend(self.bump());
        let mut name = None;
        if path == "macro_rules" {
            name = self.peek_name();
            tokens.extend(self.bump());
        }
        let is_brace = self.at_group(Delimiter::Brace);
        tokens.extend(self.bump());
        if !is_brace && self.at_punct(';') {
            tokens.extend(self.bump());
        }
        match name {
            Some(name) => ItemKind::MacroRules(name, tokens),
            None => ItemKind::MacroCall(MacroCall { path, span, tokens }),
        }
    }

    fn up_to_semicolon(&mut self, mut tokens: Vec<TokenTree>, name: Option<String>) -> ItemKind {
        while let Some(token) = self.bump() {
            let ends = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';');
            tokens.push(token);
            if ends {
                break;
            }
        }
        ItemKind::Other(name, tokens)
    }

    /// Anything else: up to `;` or the end of a brace group. With `skip_angles`, braces in `<…>` are no end.
    fn other(&mut self, mut tokens: Vec<TokenTree>, name: Option<String>, skip_angles: bool) -> ItemKind {
        if skip_angles && self.at_punct('<') {
            let angles = self.angles();
            tokens.extend(angles);
        }
        while let Some(token) = self.bump() {
            let ends = match &token {
                TokenTree::Punct(punct) => punct.as_char() == ';',
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Ident(_) | TokenTree::Literal(_) => false,
            };
            tokens.push(token);
            if ends {
                break;
            }
        }
        ItemKind::Other(name, tokens)
    }
}

impl Items {
    /// Says of attributes with one of these names that they are not ours.
    pub(crate) fn disown(&mut self, names: &[String]) {
        if names.is_empty() {
            return;
        }
        for attribute in self.items.iter_mut().flat_map(|item| &mut item.attributes) {
            attribute.disown(names);
        }
    }
}

impl Item {
    /// The item as it came, its attributes included.
    pub(crate) fn into_tokens(self) -> Vec<TokenTree> {
        let mut tokens: Vec<TokenTree> = self.attributes.into_iter().flat_map(Attribute::into_tokens).collect();
        tokens.extend(self.visibility);
        match self.kind {
            ItemKind::Function(function) => function.push_tokens(&mut tokens),
            ItemKind::Module(module) => {
                tokens.extend(module.keyword);
                tokens.push(TokenTree::Ident(module.name));
                tokens.push(module.body);
            }
            ItemKind::Type(item) => tokens.extend(item.tokens),
            ItemKind::Implementation(block) => {
                tokens.extend(block.head);
                tokens.push(TokenTree::Group(block.body));
            }
            ItemKind::MacroCall(call) => tokens.extend(call.tokens),
            ItemKind::Use(rest) | ItemKind::MacroRules(_, rest) | ItemKind::Other(_, rest) => tokens.extend(rest),
        }
        tokens
    }
}

impl Function {
    /// Appends the function as it came, without attributes and visibility.
    pub(crate) fn push_tokens(self, tokens: &mut Vec<TokenTree>) {
        tokens.extend(self.qualifiers);
        tokens.push(self.keyword);
        tokens.push(TokenTree::Ident(self.name));
        tokens.extend(self.generics);
        tokens.push(TokenTree::Group(self.arguments));
        tokens.extend(self.output);
        tokens.extend(self.where_clause);
        tokens.push(self.body);
    }

    /// Its arguments, a receiver among them.
    pub(crate) fn argument_list(&self) -> &[Vec<TokenTree>] {
        self.argument_list.get_or_init(|| lists::of_types(self.arguments.stream()))
    }

    /// Whether it has the qualifier `word`.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.qualifiers.iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == word))
    }

    /// Whether it returns something other than `()`.
    pub(crate) fn returns_value(&self) -> bool {
        match self.output.as_slice() {
            [] => false,
            [_, _, TokenTree::Group(unit)] => unit.delimiter() != Delimiter::Parenthesis || !unit.stream().is_empty(),
            [_, ..] => true,
        }
    }
}

#[cfg(test)]
mod tests;
