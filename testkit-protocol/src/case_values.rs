//! The arguments of a case that is written out, in one text: what the macros write and the library reads.
//!
//! Names and values are told apart by the separators that ASCII has for this, which no source text of an expression holds
//! unescaped.

/// Between a name and its value.
const UNIT: char = '\u{1f}';

/// Behind a value.
const RECORD: char = '\u{1e}';

/// Appends a name and its value.
pub fn push(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push(UNIT);
    text.extend(value.chars().filter(|character| ![UNIT, RECORD].contains(character)));
    text.push(RECORD);
}

/// The names and values of a text.
pub fn read(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split_terminator(RECORD).filter_map(|pair| pair.split_once(UNIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pushed_is_read() {
        let mut text = String::new();
        push(&mut text, "a", "\"x\\u{1e}\"");
        push(&mut text, "user.name", "");
        push(&mut text, "b", "[1, 2]\u{1f}");
        let read: Vec<_> = read(&text).collect();
        assert_eq!(read, [("a", "\"x\\u{1e}\""), ("user.name", ""), ("b", "[1, 2]")]);
        assert_eq!(super::read("").count(), 0);
    }
}
