//! Where the parser is in its tokens: what stands here, and how to pass what need not be understood.

use proc_macro2::{Delimiter, Spacing, TokenTree};

use super::{Kind, Parser};

impl Parser<'_> {
    /// Passes everything up to the next block, and the block.
    pub(super) fn skip_to_block(&mut self) -> Option<Kind> {
        loop {
            let token = self.tokens.get(self.at)?;
            self.at += 1;
            if matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace) {
                return Some(Kind::Opaque);
            }
        }
    }

    /// Passes `<…>`.
    pub(super) fn skip_angles(&mut self) -> Option<()> {
        if !self.punct_at(self.at, '<') {
            return None;
        }
        let mut depth = 0_u32;
        loop {
            if self.peek("->") || self.peek("=>") {
                self.at += 2;
                continue;
            }
            if let TokenTree::Punct(punct) = self.tokens.get(self.at)? {
                match punct.as_char() {
                    '<' => depth += 1,
                    '>' => depth -= 1,
                    _ => {}
                }
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Passes the type after `as`.
    pub(super) fn skip_type(&mut self) -> Option<()> {
        loop {
            match self.tokens.get(self.at)? {
                TokenTree::Punct(punct) => match punct.as_char() {
                    '&' | '*' | '!' => self.at += 1,
                    '\'' | ':' => self.at += 2,
                    '<' => self.skip_angles()?,
                    _ => return None,
                },
                TokenTree::Group(_) => {
                    self.at += 1;
                    return self.skip_return_type();
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    self.at += 1;
                    let goes_on = ["mut", "const", "dyn", "impl", "unsafe", "extern", "for", "fn"];
                    if goes_on.contains(&word.as_str()) {
                        continue;
                    }
                    if self.punct_at(self.at, '<') && !self.peek("<<") && !self.peek("<=") {
                        self.skip_angles()?;
                    }
                    if !self.peek("::") {
                        return self.skip_return_type();
                    }
                }
                TokenTree::Literal(_) => return None,
            }
        }
    }

    pub(super) fn skip_return_type(&mut self) -> Option<()> {
        if !self.peek("->") {
            return Some(());
        }
        self.at += 2;
        self.skip_type()
    }

    /// Whether these characters stand here, joined to each other.
    pub(super) fn peek(&self, text: &str) -> bool {
        if let Some(TokenTree::Ident(_)) = self.tokens.get(self.at) {
            return self.word(text);
        }
        let mut index = self.at;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let Some(TokenTree::Punct(punct)) = self.tokens.get(index) else { return false };
            let goes_on = characters.peek().is_some();
            if punct.as_char() != character || goes_on && punct.spacing() != Spacing::Joint {
                return false;
            }
            index += 1;
        }
        true
    }

    pub(super) fn punct_at(&self, index: usize, character: char) -> bool {
        matches!(self.tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == character)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let is_here = self.peek(text);
        if is_here {
            self.at += text.len();
        }
        is_here
    }

    pub(super) fn word(&self, text: &str) -> bool {
        self.word_at(self.at, text)
    }

    pub(super) fn word_at(&self, index: usize, text: &str) -> bool {
        matches!(self.tokens.get(index), Some(TokenTree::Ident(word)) if word == text)
    }

    pub(super) fn eat_word(&mut self, text: &str) -> bool {
        let is_here = self.word(text);
        self.at += usize::from(is_here);
        is_here
    }
}
