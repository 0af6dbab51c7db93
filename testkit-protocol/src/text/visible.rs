//! Characters that do not show themselves, and how wide those are that do.

/// How many columns of a terminal a character takes.
///
/// Source: the ranges that Unicode Standard Annex #11 calls wide, in coarse blocks.
pub(super) fn columns_of(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036f | 0x200b..=0x200f | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfeff => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// How many columns of a terminal a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// What stands for a character that is part of a difference or at the end of a line; `None` if it shows itself.
pub(super) fn mark(character: char) -> Option<String> {
    if character == ' ' {
        return Some("␠".to_owned());
    }
    stand_in(character)
}

/// What stands for a character that does not show itself wherever it is.
pub(super) fn stand_in(character: char) -> Option<String> {
    match u32::from(character) {
        0x09 => Some("⇥".to_owned()),
        0x7f => Some("␡".to_owned()),
        code @ 0..=0x1f => char::from_u32(0x2400 + code).map(String::from),
        code if character.is_control()
            || (character.is_whitespace() && character != ' ')
            || (columns_of(character) == 0 && !matches!(code, 0xfe00..=0xfe0f))
            || matches!(code, 0xad | 0x2028..=0x202e | 0x2060..=0x206f) =>
        {
            Some(format!("\\u{{{code:x}}}"))
        }
        _ => None,
    }
}

/// A line with what does not show itself made visible: control characters, and white space at its end.
pub(super) fn line(text: &str) -> String {
    let trailing = text.trim_end().len();
    let shown = |(at, letter): (usize, char)| {
        let picture = if at >= trailing { mark(letter) } else { stand_in(letter) };
        picture.unwrap_or_else(|| letter.to_string())
    };
    text.char_indices().map(shown).collect()
}
