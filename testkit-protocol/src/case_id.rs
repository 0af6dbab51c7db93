//! What a case of a parametrized test is called: the `1-2-3` of `test_add[1-2-3]`.
//!
//! The macros make these ids of the source texts of literal cases, the library of the `Debug` texts of rows that are known
//! at run time only; the rules are one set, so that a table of cases may move from the one to the other. The id stands
//! between brackets at the end of a test's name, is typed into shells and printed to terminals: what it is made of shows
//! itself, on one line, and holds neither a bracket nor `::`. It is made to be read; [`make_unique`] keeps ids apart.

use std::collections::{HashMap, HashSet};

/// Longest text of a string in an id, in characters.
const LONGEST_STRING: usize = 100;

/// Longest text of any other value in an id, in characters.
const LONGEST_VALUE: usize = 40;

/// The id of the case with this `index`, from 0: the texts of its values, joined by `-`.
///
/// `values` are names and texts: a value's source text or its `{:?}` text, empty if there is none. In the id stands
///
/// - the content of a string or a character; with its quotes, if it is empty or begins or ends with white space. A string
///   literal may be converted by `.to_owned()`, `.to_string()`, `.into()` or `String::from(…)`;
/// - any other text without the modules and types before a name: `Pg` for `Kind::Pg`, `from_secs(1)` for
///   `Duration::from_secs(1)`;
/// - the argument's name and the index, such as `b7`, if the text is longer than 100 characters for a string, 40 for
///   anything else.
///
/// All of it is passed through [`harmless`].
pub fn of_values(values: &[(&str, &str)], index: usize) -> String {
    let parts: Vec<String> = values.iter().map(|(name, text)| of_value(name, text, index)).collect();
    if parts.is_empty() { format!("case{index}") } else { parts.join("-") }
}

fn of_value(name: &str, text: &str, index: usize) -> String {
    let text = text.trim();
    let (id, longest) = match content(without_conversion(text)) {
        Some(content) if content.trim() == content && !content.is_empty() => (content, LONGEST_STRING),
        Some(content) => (format!("\"{content}\""), LONGEST_STRING),
        None => (tidy(text), LONGEST_VALUE),
    };
    let id = harmless(&id);
    if id.is_empty() || id.chars().count() > longest { format!("{name}{index}") } else { id }
}

/// The text as it may stand in an id: also what becomes of ids that the author wrote.
///
/// Blanks around it are cut off; brackets become parentheses; several colons become one; characters that do not show
/// themselves are escaped as in Rust, `\n` or `\u{200b}`. Nothing else is escaped, a backslash neither.
pub fn harmless(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for character in text.trim().chars() {
        match character {
            '[' => id.push('('),
            ']' => id.push(')'),
            ':' if id.ends_with(':') => {}
            ' '..='~' => id.push(character),
            // What `Debug` does to a character that is not the first of its text: it leaves accents on their letters.
            _ => id.extend(format!("-{character}").escape_debug().skip(1)),
        }
    }
    id
}

/// Gives each id that comes several times a suffix, as pytest does: `0`, `1` … in their order, behind a `_` if the id ends
/// with a digit. A suffixed id that is there already is passed over.
///
/// Source: `IdMaker.make_unique_parameterset_ids` in pytest's `_pytest/python.py`.
pub fn make_unique<'a>(ids: impl IntoIterator<Item = &'a mut String>) {
    let ids: Vec<&mut String> = ids.into_iter().collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for id in &ids {
        *counts.entry((*id).clone()).or_default() += 1;
    }
    if counts.len() == ids.len() {
        return;
    }
    let mut taken: HashSet<String> = counts.keys().cloned().collect();
    let mut next_suffixes: HashMap<String, usize> = HashMap::new();
    for id in ids.into_iter().filter(|id| counts[*id] > 1) {
        let separator = if id.ends_with(|last: char| last.is_ascii_digit()) { "_" } else { "" };
        let next = next_suffixes.entry(id.clone()).or_default();
        loop {
            let unique = format!("{id}{separator}{next}");
            *next += 1;
            if taken.insert(unique.clone()) {
                *id = unique;
                break;
            }
        }
    }
}

/// The string literal inside of an expression that only makes a `String` of it; any other text as it is.
fn without_conversion(text: &str) -> &str {
    let literal = [".to_owned()", ".to_string()", ".into()"].iter().find_map(|method| text.strip_suffix(method));
    literal.or_else(|| text.strip_prefix("String::from(")?.strip_suffix(')')).unwrap_or(text)
}

/// What is written between the quotes, if the whole text is one string or character literal.
fn content(text: &str) -> Option<String> {
    let rest = text.strip_prefix(['b', 'c']).unwrap_or(text);
    if let Some(raw) = rest.strip_prefix('r') {
        let inner = raw.trim_start_matches('#');
        let end = format!("\"{}", &raw[..raw.len() - inner.len()]);
        let inner = inner.strip_prefix('"')?.strip_suffix(end.as_str())?;
        return (!inner.contains(&end)).then(|| inner.to_owned());
    }
    if let Some(inner) = rest.strip_prefix('"') {
        return unescaped(inner.strip_suffix('"')?, '"');
    }
    let character = unescaped(rest.strip_prefix('\'')?.strip_suffix('\'')?, '\'')?;
    (character.chars().count() == 1).then_some(character)
}

/// The text without escapes; `None` if the literal ends inside of it, or an escape is none of Rust's.
fn unescaped(inner: &str, quote: char) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(character) = rest.next() {
        if character == quote {
            return None;
        }
        if character != '\\' {
            text.push(character);
            continue;
        }
        match rest.next()? {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            '0' => text.push('\0'),
            escaped @ ('\\' | '\'' | '"') => text.push(escaped),
            'x' => {
                let (digits, behind) = rest.as_str().split_at_checked(2)?;
                text.push(char::from(u8::from_str_radix(digits, 16).ok()?));
                rest = behind.chars();
            }
            'u' => {
                let (digits, behind) = rest.as_str().strip_prefix('{')?.split_once('}')?;
                let code = u32::from_str_radix(&digits.replace('_', ""), 16).ok()?;
                text.push(char::from_u32(code)?);
                rest = behind.chars();
            }
            // A line that goes on in the next one.
            '\n' => rest = rest.as_str().trim_start().chars(),
            _ => return None,
        }
    }
    Some(text)
}

/// The source or `Debug` text on one line, without the modules and types before a name.
fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let (mut in_string, mut is_escaped) = (false, false);
    for character in text.chars() {
        if in_string {
            in_string = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
        } else if character.is_whitespace() {
            if !(tidy.ends_with(' ') || tidy == "-") {
                tidy.push(' ');
            }
            continue;
        } else {
            in_string = character == '"';
            if character == '_' || character.is_alphabetic() {
                cut_qualifier(&mut tidy);
            }
        }
        tidy.push(character);
    }
    tidy
}

/// Cuts off a `Name::` at the end, if there is one.
fn cut_qualifier(text: &mut String) {
    let Some(path) = text.trim_end().strip_suffix("::") else { return };
    let path = path.trim_end();
    let before = path.trim_end_matches(|last: char| last == '_' || last.is_alphanumeric());
    if before.len() < path.len() || path.is_empty() {
        let length = before.len();
        text.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_made_of_values() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(of_values(&[("value", text)], 7), want, "text: {text}");
        }
        check("1", "1");
        check("-1", "-1");
        check("- 1", "-1");
        check("1_000u32", "1_000u32");
        check("0.5", "0.5");
        check("true", "true");
        check("()", "()");
        check("", "value7");
        check("  ", "value7");

        check(r#""abc""#, "abc");
        check(r#""a b, \"c\"""#, r#"a b, "c""#);
        check(r#""""#, r#""""#);
        check(r#"" ""#, r#"" ""#);
        check(r#""a ""#, r#""a ""#);
        check(r#""\n""#, r#""\n""#);
        check(r#""a\nb\t\x41\u{e9}\u{1_F600}\0""#, "a\\nb\\tAé😀\\0");
        check("\"a\\\n    b\"", "ab");
        check("\"two\nlines\"", "two\\nlines");
        check(r#"r"C:\a""#, r"C:\a");
        check(r##"r#"a"b"#"##, r#"a"b"#);
        check(r#"b"bytes\xff""#, "bytesÿ");
        check(r#"c"text""#, "text");
        check("'a'", "a");
        check("'\\''", "'");
        check("' '", r#"" ""#);
        check("b'x'", "x");
        check(r#""abc".to_owned()"#, "abc");
        check(r#""abc".to_string()"#, "abc");
        check(r#""abc".into()"#, "abc");
        check(r#"String::from("abc")"#, "abc");
        check(&format!("{:?}", "é".repeat(100)), &"é".repeat(100));
        check(&format!("{:?}", "é".repeat(101)), "value7");

        check("Pg", "Pg");
        check("Kind::Pg", "Pg");
        check("crate :: db :: Kind :: Pg", "Pg");
        check("::std::i32::MAX", "MAX");
        check("i32::MAX - 1", "MAX - 1");
        check("Duration::from_secs(1)", "from_secs(1)");
        check("Some(Kind::Pg)", "Some(Pg)");
        check("Vec::<u8>::new()", "Vec:<u8>:new()");
        check(r#"Some("a::b  c")"#, r#"Some("a:b  c")"#);
        check(r#"Some("a\"  b")"#, r#"Some("a\"  b")"#);
        check(r#""a" + "b""#, r#""a" + "b""#);
        check(r#"r"a" + r"b""#, r#"r"a" + r"b""#);
        check("name.into()", "name.into()");
        check("[1, 2]", "(1, 2)");
        check("vec![1,\n    2]", "vec!(1, 2)");
        check("Point { x: 1, y: 2 }", "Point { x: 1, y: 2 }");
        check("'static", "'static");
        check("br", "br");
        check("b", "b");
        check("r#type", "r#type");
        check("\"", "\"");
        check("'ab'", "'ab'");
        check(r#""\q""#, r#""\q""#);
        check(r#""\x4""#, r#""\x4""#);
        check(&"x".repeat(40), &"x".repeat(40));
        check(&"x".repeat(41), "value7");
    }

    #[test]
    fn values_are_joined() {
        assert_eq!(of_values(&[("a", "1"), ("b", "\"x\""), ("want", "-2")], 0), "1-x--2");
        assert_eq!(of_values(&[("a", "1"), ("b", "")], 3), "1-b3");
        assert_eq!(of_values(&[], 3), "case3");
    }

    #[test]
    fn what_would_disturb_becomes_harmless() {
        #[track_caller]
        fn check(text: &str, want: &str) {
            assert_eq!(harmless(text), want, "text: {text:?}");
        }
        check("carry", "carry");
        check("  a b ", "a b");
        check("a[0]::b", "a(0):b");
        check(":::::", ":");
        check("a:b: :c", "a:b: :c");
        check("a\r\n\u{7}b", "a\\r\\n\\u{7}b");
        check("\u{200b}\u{202e}\u{a0}x", "\\u{200b}\\u{202e}\\u{a0}x");
        check("e\u{301}", "e\u{301}");
        check("日本", "日本");
        check(r"C:\a's", r"C:\a's");
    }

    #[test]
    fn ids_become_unique() {
        #[track_caller]
        fn check(ids: &[&str], want: &[&str]) {
            let mut unique: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            make_unique(&mut unique);
            assert_eq!(unique, want);
        }
        check(&[], &[]);
        check(&["a", "b"], &["a", "b"]);
        check(&["a", "b", "a"], &["a0", "b", "a1"]);
        check(&["1", "1"], &["1_0", "1_1"]);
        check(&["a", "a0", "a", "a1"], &["a2", "a0", "a3", "a1"]);
        check(&["a1", "a1", "a1_0"], &["a1_1", "a1_2", "a1_0"]);
    }

    proptest! {
        #[test]
        fn any_text_gives_an_id_that_disturbs_nobody(text in "\\PC*|[\\x00-\\x7f]*|[a:\\[\\] \"'\\\\]{0,12}") {
            for text in [text.clone(), format!("{text:?}")] {
                let id = of_values(&[("value", text.as_str())], 1);
                prop_assert!(!id.is_empty());
                prop_assert_eq!(id.trim(), id.as_str());
                prop_assert!(!id.contains(['[', ']', '\n']) && !id.contains("::"), "id: {:?}", id);
                prop_assert!(!id.contains(char::is_control), "id: {:?}", id);
                prop_assert_eq!(harmless(&id), id);
            }
        }

        #[test]
        fn a_strings_content_is_read_from_its_debug_text(text in "\\PC*|[\\x00-\\x7f]*") {
            prop_assert_eq!(content(&format!("{text:?}")), Some(text));
        }

        #[test]
        fn unique_ids_are_unique(ids in prop::collection::vec("[ab]?[01]?(_[01])?", 0..12)) {
            let mut unique = ids.clone();
            make_unique(&mut unique);
            let set: HashSet<&String> = unique.iter().collect();
            prop_assert_eq!(set.len(), ids.len());
            for (before, after) in ids.iter().zip(&unique) {
                let is_single = ids.iter().filter(|id| *id == before).count() == 1;
                prop_assert!(after.starts_with(before) && (!is_single || after == before));
            }
        }
    }
}
