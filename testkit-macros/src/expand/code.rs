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

    /// As tokens in their places: brackets are where what stands before them is.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.placed_behind(Span::call_site())
    }

    fn placed_behind(self, mut before: Span) -> TokenStream {
        let mut stream = TokenStream::new();
        for piece in self.pieces {
            match piece {
                Piece::Text(text, span) => {
                    before = span;
                    stream.extend(placed(tokens(&text), span));
                }
                Piece::Tokens(author) => {
                    for token in author {
                        before = token.span();
                        stream.extend([token]);
                    }
                }
                Piece::Group(delimiter, inner) => {
                    let mut group = Group::new(delimiter, inner.placed_behind(before));
                    group.set_span(before);
                    stream.extend([TokenTree::Group(group)]);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn code(build: impl FnOnce(&mut Code) -> &mut Code) -> Code {
        let mut code = Code::default();
        build(&mut code);
        code
    }

    fn author(source: &str) -> TokenStream {
        source.parse().unwrap()
    }

    #[test]
    fn text_and_tokens_are_the_same_code() {
        #[track_caller]
        fn check(code: &Code, want: &str) {
            let plain = |text: &str| text.replace(char::is_whitespace, "");
            assert_eq!(plain(&code.clone().into_text()), plain(want), "as text");
            assert_eq!(plain(&code.clone().into_tokens().to_string()), plain(want), "as tokens");
        }
        let here = Span::call_site();
        check(&Code::default(), "");
        check(&code(|it| it.text("let a = b;", here)), "let a = b;");
        check(&code(|it| it.text("f", here).group(Delimiter::Parenthesis, Code::default())), "f()");
        let arguments = code(|it| it.tokens(author("1 + 2")).text(",", here).tokens(author("\"a  b\"")));
        check(&code(|it| it.text("f", here).group(Delimiter::Parenthesis, arguments.clone())), "f(1 + 2, \"a  b\")");
        check(&code(|it| it.group(Delimiter::Bracket, arguments.clone())), "[1 + 2, \"a  b\"]");
        let block = code(|it| it.code(arguments.clone()).text(";", here));
        check(&code(|it| it.text("loop", here).group(Delimiter::Brace, block)), "loop { 1 + 2, \"a  b\"; }");
        let invisible = code(|it| it.group(Delimiter::None, arguments));
        assert_eq!(invisible.into_text().trim(), "1 + 2 , \"a  b\"");
    }

    #[test]
    fn words_do_not_run_together() {
        let here = Span::call_site();
        let code =
            code(|it| it.text("let", here).tokens(author("a")).text("=", here).tokens(author("move")).text("b", here));
        assert_eq!(code.into_text().split_whitespace().collect::<Vec<_>>(), ["let", "a", "=", "move", "b"]);
    }

    #[test]
    fn brackets_are_where_what_stands_before_them_is() {
        // Two places in one text, as proc-macro2's own lexer tells them.
        let places: Vec<Span> = author("\n\nfirst\n second").into_iter().map(|token| token.span()).collect();
        let place = |span: Span| (span.start().line, span.start().column);
        assert_ne!(place(places[0]), place(places[1]));
        let inner = code(|it| it.text("g", places[1]).group(Delimiter::Parenthesis, Code::default()));
        let whole = code(|it| it.text("f", places[0]).group(Delimiter::Parenthesis, inner));
        let tokens: Vec<TokenTree> = whole.into_tokens().into_iter().collect();
        let [TokenTree::Ident(f), TokenTree::Group(arguments)] = tokens.as_slice() else { panic!("not a call") };
        assert_eq!(place(f.span()), place(places[0]));
        assert_eq!(place(arguments.span()), place(places[0]));
        let inside: Vec<TokenTree> = arguments.stream().into_iter().collect();
        assert_eq!(inside.iter().map(|token| place(token.span())).collect::<Vec<_>>(), [place(places[1]); 2]);
    }
}
