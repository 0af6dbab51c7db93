//! The source text of an expression, rebuilt from its tokens.

use std::fmt::Write as _;

use proc_macro2::{Delimiter, LineColumn, Spacing, Span, TokenStream, TokenTree};

/// The text of `tokens` as the author wrote it, up to line breaks and comments.
///
/// Two tokens stand apart where their columns say so. Tokens that a macro made have no columns of use: then the usual
/// habits of writing decide.
pub(crate) fn text(tokens: &TokenStream) -> String {
    let mut writer = Writer { text: String::new(), previous: None };
    writer.stream(tokens);
    writer.text
}

struct Writer {
    text: String,
    previous: Option<Piece>,
}

#[derive(Clone, Copy)]
struct Piece {
    start: LineColumn,
    end: LineColumn,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    /// Parentheses and brackets; braces are set apart like words.
    Open,
    Close,
    OpenBrace,
    CloseBrace,
    Comma,
    /// The second of `::`, a dot, and others that bind to what comes next.
    Tight,
    /// A punctuation mark that goes on with the next one.
    Joint,
    Operator,
}

impl Writer {
    fn stream(&mut self, tokens: &TokenStream) {
        for token in tokens.clone() {
            match token {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::None => {
                            self.stream(&group.stream());
                            continue;
                        }
                    };
                    let is_brace = group.delimiter() == Delimiter::Brace;
                    let is_empty = group.stream().is_empty();
                    self.piece(open, group.span_open(), if is_brace { Kind::OpenBrace } else { Kind::Open });
                    self.stream(&group.stream());
                    let kind = if is_brace && !is_empty { Kind::CloseBrace } else { Kind::Close };
                    if kind == Kind::Close && !is_empty && self.line_breaks(group.span_close()) {
                        // The comma after the last of several lines.
                        if self.text.ends_with(',') {
                            self.text.pop();
                        }
                    }
                    self.piece(close, group.span_close(), kind);
                }
                TokenTree::Punct(punct) => {
                    let mut buffer = [0; 4];
                    let text = punct.as_char().encode_utf8(&mut buffer);
                    let kind = match (punct.as_char(), punct.spacing()) {
                        (',' | ';', _) => Kind::Comma,
                        (':', Spacing::Alone) if self.text.ends_with(':') => Kind::Tight,
                        ('.' | '?', Spacing::Alone) => Kind::Tight,
                        (_, Spacing::Joint) => Kind::Joint,
                        (_, Spacing::Alone) => Kind::Operator,
                    };
                    self.piece(text, punct.span(), kind);
                }
                TokenTree::Ident(word) => self.piece(&word.to_string(), word.span(), Kind::Word),
                TokenTree::Literal(literal) => self.piece(&literal.to_string(), literal.span(), Kind::Word),
            }
        }
    }

    fn line_breaks(&self, next: Span) -> bool {
        self.previous.is_some_and(|previous| previous.end.line < next.start().line)
    }

    fn piece(&mut self, text: &str, span: Span, kind: Kind) {
        let start = span.start();
        if let Some(previous) = self.previous
            && needs_space(previous, start, kind, text)
        {
            self.text.push(' ');
        }
        self.text.write_str(text).expect("writing to a String cannot fail");
        self.previous = Some(Piece { start, end: span.end(), kind });
    }
}

fn needs_space(previous: Piece, start: LineColumn, kind: Kind, text: &str) -> bool {
    let end = previous.end;
    if start.line > end.line {
        // A line break inside of parentheses or before a method is no space on one line.
        return !(previous.kind == Kind::Open || kind == Kind::Close || text == "." || kind == Kind::Comma);
    }
    let has_columns = start.line > 0 && start != previous.start;
    if has_columns && start.line == end.line && start.column >= end.column {
        return start.column > end.column;
    }
    match (previous.kind, kind) {
        (Kind::Open | Kind::Tight | Kind::Joint, _)
        | (_, Kind::Close | Kind::Comma | Kind::Tight)
        | (Kind::Word | Kind::Close, Kind::Open) => false,
        (Kind::Word | Kind::Close, Kind::Joint) => text != ":",
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_it_was_written() {
        #[track_caller]
        fn check(source: &str, want: &str) {
            assert_eq!(text(&source.parse().unwrap()), want, "source: {source:?}");
        }
        check("add(2, 3) == 6", "add(2, 3) == 6");
        check("a . b /* why */ == -c", "a . b == -c");
        check("v\n    .iter()\n    .map(|x| x + 1)\n    .count() == 3", "v.iter().map(|x| x + 1).count() == 3");
        check("f(\n    1,\n    2,\n)", "f(1, 2)");
        check("P {\n  x: 1,\n  y: \"a\\nb\",\n}", "P { x: 1, y: \"a\\nb\", }");
        check("a::<B<C>>(&mut d)?[..]", "a::<B<C>>(&mut d)?[..]");
    }

    #[test]
    fn reads_well_without_columns() {
        #[track_caller]
        fn check(source: &str, want: &str) {
            let tokens = source.parse::<TokenStream>().unwrap();
            let tokens = tokens.into_iter().map(|mut token| {
                token.set_span(Span::call_site());
                token
            });
            assert_eq!(text(&tokens.collect()), want, "source: {source:?}");
        }
        check("a.b == c", "a.b == c");
        check("a::b == c , d", "a::b == c, d");
    }
}
