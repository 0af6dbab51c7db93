//! Source text on one line.

/// The text with every stretch of whitespace outside of literals as one space, and line breaks inside of them as `\n`.
pub(super) fn joined(source: &str) -> String {
    let mut line = String::with_capacity(source.len());
    let mut rest = source.trim();
    while let Some(first) = rest.chars().next() {
        let literal = literal_length(rest, line.chars().next_back());
        if literal > 0 {
            line.push_str(&rest[..literal].replace('\n', "\\n"));
            rest = &rest[literal..];
        } else if first.is_whitespace() {
            line.push(' ');
            rest = rest.trim_start();
        } else {
            line.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    line
}

/// The length of the literal of a text or character that `source` begins with, in bytes; 0 if there is none. `before` is the
/// character before it.
fn literal_length(source: &str, before: Option<char>) -> usize {
    let is_in_word = before.is_some_and(|before| before.is_alphanumeric() || before == '_');
    let hashes = source.strip_prefix('r').map_or(0, |rest| rest.len() - rest.trim_start_matches('#').len());
    // `br"…"` and `cr"…"` as well; a name that ends in `r` is followed by no quote.
    let may_be_raw = !is_in_word || matches!(before, Some('b' | 'c'));
    if may_be_raw && source.starts_with('r') && source[1 + hashes..].starts_with('"') {
        let end = format!("\"{}", "#".repeat(hashes));
        let inner = hashes + 2;
        return source[inner..].find(&end).map_or(source.len(), |at| inner + at + end.len());
    }
    let mut letters = source.char_indices().skip(1);
    match source.as_bytes().first() {
        Some(b'"') => {
            while let Some((at, letter)) = letters.next() {
                match letter {
                    '\\' => drop(letters.next()),
                    '"' => return at + 1,
                    _ => {}
                }
            }
            source.len()
        }
        // `' '`, and not the lifetime `'a`.
        Some(b'\'') => match (letters.next(), letters.next()) {
            (Some((_, '\\')), Some(_)) => letters.find(|(_, letter)| *letter == '\'').map_or(0, |(at, _)| at + 1),
            (Some(_), Some((at, '\''))) => at + 1,
            _ => 0,
        },
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitespace_is_joined_outside_of_literals() {
        #[track_caller]
        fn check(source: &str, want: &str) {
            assert_eq!(joined(source), want);
        }
        check("", "");
        check("  a\n    .b( c )\t== d  ", "a .b( c ) == d");
        check("f(\"a  b\",\n  1)", "f(\"a  b\", 1)");
        check("f(\"a\n  b\")", "f(\"a\\n  b\")");
        check("f(\"a \\\"  b\",  c)", "f(\"a \\\"  b\", c)");
        check("r\"a  \\\" ==  x", "r\"a  \\\" == x");
        check("r#\"a  \"  b\"# ==  x", "r#\"a  \"  b\"# == x");
        check("br\"a  b\"  ==  b\"c  d\"", "br\"a  b\" == b\"c  d\"");
        check("for  == \"a  b\"", "for == \"a  b\"");
        check("c == ' '  && d == '\\''  && e", "c == ' ' && d == '\\'' && e");
        check("'\\u{20}'   x", "'\\u{20}' x");
        check("f::<'a,  T>(&'a  x)", "f::<'a, T>(&'a x)");
        check("\"open   end", "\"open   end");
        check("x == 'ä'  + 'b'", "x == 'ä' + 'b'");
    }
}
