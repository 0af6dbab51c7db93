//! Code that is composed of text and of the author's own tokens.
//!
//! In an attribute the author's tokens keep their places, so that an error in them points there. `discover!` reads a file,
//! whose tokens have no place that the compiler knows: there the code becomes one text.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

use super::{placed, tokens};

/// Pieces of code, each of them whole in its brackets.
#[derive(Clone, Default)]
pub(crate) struct Code {
    pieces: Vec<Piece>,
}

#[derive(Clone)]
enum Piece {
    /// Text of ours, placed where it belongs to.
    Text(String, Span),
    /// Tokens of the author.
    Tokens(TokenStream),
    /// `(…)`, `{…}` or `[…]`
    Group(Delimiter, Code),
}

impl Code {
    /// Appends text of ours, which the compiler sees at `span`.
    pub(crate) fn text(&mut self, text: impl Into<String>, span: Span) -> &mut Self {
        self.pieces.push(Piece::Text(text.into(), span));
        self
    }

    /// Appends what the author wrote.
    pub(crate) fn tokens(&mut self, stream: TokenStream) -> &mut Self {
        self.pieces.push(Piece::Tokens(stream));
        self
    }

    /// Appends other code in brackets.
    pub(crate) fn group(&mut self, delimiter: Delimiter, inner: Self) -> &mut Self {
        self.pieces.push(Piece::Group(delimiter, inner));
        self
    }

    /// Appends other code.
    pub(crate) fn code(&mut self, other: Self) -> &mut Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// As tokens in their places.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let mut stream = TokenStream::new();
        for piece in self.pieces {
            match piece {
                Piece::Text(text, span) => stream.extend(placed(tokens(&text), span)),
                Piece::Tokens(author) => stream.extend(author),
                Piece::Group(delimiter, inner) => {
                    stream.extend([TokenTree::Group(Group::new(delimiter, inner.into_tokens()))]);
                }
            }
        }
        stream
    }

    /// As one text.
    pub(crate) fn into_text(self) -> String {
        let mut text = String::new();
        for piece in self.pieces {
            match piece {
                Piece::Text(piece, _) => text.push_str(&piece),
                Piece::Tokens(author) => text.push_str(&author.to_string()),
                Piece::Group(delimiter, inner) => {
                    let (open, close) = match delimiter {
                        Delimiter::Parenthesis => ('(', ')'),
                        Delimiter::Brace => ('{', '}'),
                        Delimiter::Bracket => ('[', ']'),
                        Delimiter::None => (' ', ' '),
                    };
                    text.push(open);
                    text.push_str(&inner.into_text());
                    text.push(close);
                }
            }
            text.push(' ');
        }
        text
    }
}
