//! Lists of numbers that are texts.

use super::pretty;

/// Fewest bytes that are taken for a text, and most that are shown.
const FEWEST: usize = 4;
const MOST: usize = 60;

/// What two lists of bytes read as texts, if both may be meant so.
pub(super) fn note(left: &str, right: &str) -> Option<String> {
    let (left, right) = (text(left)?, text(right)?);
    Some(format!("as texts, the left side is {left:?} and the right one {right:?}"))
}

/// The text whose bytes a list holds; `None` if they are hardly one.
fn text(value: &str) -> Option<String> {
    let node = pretty::open(value, 0).filter(|node| node.shape == pretty::Shape::List)?;
    let bytes: Vec<u8> = node.parts().map(|part| part.value.parse().ok()).collect::<Option<_>>()?;
    let text = String::from_utf8(bytes).ok()?;
    let letters = text.chars().filter(|letter| letter.is_alphanumeric()).count();
    let odd = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t');
    let count = text.chars().count();
    ((FEWEST..=MOST).contains(&count) && letters * 2 >= count && !text.contains(odd)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_may_be_texts_are_read() {
        let list = |bytes: &[u8]| format!("{bytes:#?}");
        let want = "as texts, the left side is \"hello\" and the right one \"hallo\\n\"";
        assert_eq!(note(&list(b"hello"), &list(b"hallo\n")).as_deref(), Some(want));
        assert_eq!(note(&list(b"abc"), &list(b"hallo")), None);
        assert_eq!(note(&list(b"hell\x01"), &list(b"hallo")), None);
        assert_eq!(note(&list(b"hell\xff"), &list(b"hallo")), None);
        assert_eq!(note("[\n    400,\n]", "[\n    401,\n]"), None);
        assert_eq!(note("5", "6"), None);
    }
}
