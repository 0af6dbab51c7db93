//! From the model to code. Expanded code names only `::testkit::__private`.

pub(crate) mod asking;
pub(crate) mod cases;
pub(crate) mod code;
pub(crate) mod description;
pub(crate) mod discover;
pub(crate) mod discover_files;
pub(crate) mod entries;
pub(crate) mod fallback;
pub(crate) mod fixture;
pub(crate) mod function;
pub(crate) mod group;
pub(crate) mod mark;
pub(crate) mod marks;
pub(crate) mod module;

use proc_macro2::{Group, Span, TokenStream, TokenTree};

/// The module whose items expanded code names.
const PRIVATE: &str = "::testkit::__private";

/// The form of an argument is the request, whatever a lint has to say of it.
pub(crate) const ALLOWED_FORMS: &str = "#[allow(clippy::needless_pass_by_value, clippy::trivially_copy_pass_by_ref)]";

/// Tokens of text that this crate composed, placed at the macro's call.
///
/// The compiler's own lexer is many times faster than building the same tokens one by one in unoptimised code.
pub(crate) fn tokens(text: &str) -> TokenStream {
    if proc_macro::is_available() {
        // `proc_macro2` would lex it a second time itself, to be sure that the compiler's lexer does not panic.
        let tokens = text.parse::<proc_macro::TokenStream>();
        return tokens
            .unwrap_or_else(|error| panic!("testkit composed code that does not lex: {error}\n{text}"))
            .into();
    }
    text.parse().unwrap_or_else(|error| panic!("testkit composed code that does not lex: {error}\n{text}"))
}

/// The same tokens at `span`, so that a panic raised in them is placed there.
pub(crate) fn placed(stream: TokenStream, span: Span) -> TokenStream {
    let place = |token| match token {
        TokenTree::Group(group) => {
            let mut moved = Group::new(group.delimiter(), placed(group.stream(), span));
            moved.set_span(span);
            TokenTree::Group(moved)
        }
        mut other => {
            other.set_span(span);
            other
        }
    };
    stream.into_iter().map(place).collect()
}

/// The source texts that `piece` makes of `items`, one behind the other.
pub(crate) fn concatenated<T>(items: impl IntoIterator<Item = T>, mut piece: impl FnMut(T) -> String) -> String {
    let mut text = String::new();
    for item in items {
        text.push_str(&piece(item));
    }
    text
}

/// A Rust string literal of `text`.
pub(crate) fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// `cfg` predicates joined to one, all of which must hold.
pub(crate) fn all_of(conditions: &[String]) -> Option<String> {
    match conditions {
        [] => None,
        [one] => Some(one.clone()),
        more => Some(format!("all({})", more.join(", "))),
    }
}
