//! String literals in `Debug` text, read back.

use std::borrow::Cow;

/// The text of a string literal, if `value` is one and nothing else.
///
/// What lies between two escapes is copied at once, and a run of escapes is read byte by byte: both are fast also where
/// nothing is optimised, as in most test binaries.
pub fn unescaped(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return (!inner.contains('"') && !inner.contains('\n')).then_some(Cow::Borrowed(inner));
    }
    if inner.contains('\n') {
        return None;
    }
    let bytes = inner.as_bytes();
    let mut text = String::with_capacity(inner.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            let letter = match *bytes.get(at + 1)? {
                b'n' => '\n',
                b't' => '\t',
                b'r' => '\r',
                b'0' => '\0',
                byte @ (b'\\' | b'"' | b'\'') => char::from(byte),
                b'u' => {
                    let (letter, length) = unicode_escape(&inner[at..])?;
                    at += length - 2;
                    letter
                }
                _ => return None,
            };
            text.push(letter);
            at += 2;
            continue;
        }
        let end = inner[at..].find('\\').map_or(inner.len(), |length| at + length);
        let plain = &inner[at..end];
        if plain.contains('"') {
            return None;
        }
        text.push_str(plain);
        at = end;
    }
    Some(Cow::Owned(text))
}

/// The character of the escape `\u{…}` that `text` begins with, and the length of the escape in bytes.
fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let (digits, _) = text.strip_prefix("\\u{")?.split_once('}')?;
    let letter = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    Some((letter, "\\u{}".len() + digits.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_become_the_texts_that_they_stand_for() {
        #[track_caller]
        fn check(value: &str, want: Option<&str>) {
            assert_eq!(unescaped(value).as_deref(), want, "value: {value}");
        }
        check("\"\"", Some(""));
        check("\"a b\"", Some("a b"));
        for text in [
            "two\nlines\t\r\0",
            "\\n is no line break",
            "\"quoted\" 'text'",
            "caf\u{e9} e\u{301} \u{200b}",
            "\u{1b}[0m",
        ] {
            check(&format!("{text:?}"), Some(text));
        }
        check("abc", None);
        check("\"a\"b\"", None);
        check("\"\\q\"", None);
        check("\"\\u{110000}\"", None);
        check("\"a\nb\"", None);
    }
}
