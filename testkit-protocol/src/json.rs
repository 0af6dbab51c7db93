//! JSON, as much of it as a test binary needs: a writer for messages and a reader for requests.
//!
//! A user's test binary must not have to compile serde (see `docs/decisions/`); the command reads and writes the same
//! bytes with serde, and the tests of [`crate::message`] hold the two together.
//! Source: RFC 8259, <https://www.rfc-editor.org/rfc/rfc8259>.

use std::fmt::{self, Write as _};

/// Writes one JSON value to the end of a text.
#[derive(Debug)]
pub struct Writer<'a> {
    out: &'a mut String,
}

impl<'a> Writer<'a> {
    /// A writer that appends to `out`.
    pub fn new(out: &'a mut String) -> Self {
        Self { out }
    }

    /// Writes a string, escaped.
    pub fn string(&mut self, text: &str) {
        write_string(self.out, text);
    }

    /// Writes an object whose members `fill` adds.
    pub fn object(&mut self, fill: impl FnOnce(&mut ObjectWriter<'_>)) {
        self.out.push('{');
        fill(&mut ObjectWriter { out: self.out, first: true });
        self.out.push('}');
    }

    /// Writes an array of `items`, each by `write`.
    pub fn array<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Writer<'_>, &T)) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            write(&mut Writer { out: self.out }, item);
        }
        self.out.push(']');
    }
}

/// Adds the members of one object.
#[derive(Debug)]
pub struct ObjectWriter<'a> {
    out: &'a mut String,
    first: bool,
}

impl ObjectWriter<'_> {
    /// Adds a member whose value `write` writes; `name` must need no escapes.
    pub fn field(&mut self, name: &'static str, write: impl FnOnce(&mut Writer<'_>)) {
        self.out.push_str(if self.first { "\"" } else { ",\"" });
        self.first = false;
        self.out.push_str(name);
        self.out.push_str("\":");
        write(&mut Writer { out: self.out });
    }

    /// Adds a string.
    pub fn string(&mut self, name: &'static str, text: &str) {
        self.field(name, |writer| writer.string(text));
    }

    /// Adds a string if there is one.
    pub fn optional_string(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.string(name, text);
        }
    }

    /// Adds an array of strings.
    pub fn strings(&mut self, name: &'static str, texts: &[String]) {
        self.field(name, |writer| writer.array(texts, |writer, text| writer.string(text)));
    }

    /// Adds a number.
    pub fn number(&mut self, name: &'static str, number: u64) {
        self.field(name, |writer| write_number(writer.out, number));
    }

    /// Adds a boolean.
    pub fn boolean(&mut self, name: &'static str, boolean: bool) {
        self.field(name, |writer| writer.out.push_str(if boolean { "true" } else { "false" }));
    }
}

/// Appends a number.
pub fn write_number(out: &mut String, mut number: u64) {
    // Without the formatting machinery, which is slow where nothing is optimised.
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend(digits[start..].iter().map(|digit| char::from(*digit)));
}

/// Appends `text` as a JSON string, quotes included.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut written = 0;
    for (index, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[written..index]);
        if escape.is_empty() {
            write!(out, "\\u{byte:04x}").expect("writing to a String cannot fail");
        } else {
            out.push_str(escape);
        }
        written = index + 1;
    }
    out.push_str(&text[written..]);
    out.push('"');
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// Any number, as its text.
    Number(String),
    /// A string, unescaped.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object; members in the order of the text.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value of the member `name`, if this is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is one without sign, fraction or exponent that fits.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The items, if this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }
}

/// Why a text is not the JSON that was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    expected: &'static str,
    offset: Option<usize>,
}

impl JsonError {
    /// Well-formed, but not `expected`.
    pub(crate) fn unexpected(expected: &'static str) -> Self {
        Self { expected, offset: None }
    }

    /// What was expected instead, in words.
    pub fn expected(&self) -> &'static str {
        self.expected
    }

    /// Where in the text, in bytes; `None` if the text is JSON, only not the one that was wanted.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "expected {}", self.expected)?;
        match self.offset {
            Some(offset) => write!(formatter, " at byte {offset}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for JsonError {}

/// How deep arrays and objects may be nested: no message of ours comes near it, and a deeper text cannot exhaust the
/// stack.
const DEPTH_LIMIT: usize = 64;

/// Reads one JSON value that takes up the whole text.
///
/// # Errors
/// If the text is not JSON, or nested deeper than 64 levels.
pub fn parse(text: &str) -> Result<Json, JsonError> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.skip_space();
    if parser.at < text.len() { Err(parser.expected("the end of the text")) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn expected(&self, expected: &'static str) -> JsonError {
        JsonError { expected, offset: Some(self.at) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn accept(&mut self, byte: u8) -> bool {
        let accepted = self.peek() == Some(byte);
        self.at += usize::from(accepted);
        accepted
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        if depth > DEPTH_LIMIT {
            return Err(self.expected("fewer levels of nesting"));
        }
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string().map(Json::String),
            Some(b'[') => self.array(depth),
            Some(b'{') => self.object(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Json, JsonError> {
        let words = [("null", Json::Null), ("true", Json::Boolean(true)), ("false", Json::Boolean(false))];
        for (word, value) in words {
            if self.text[self.at..].starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.expected("a value"))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Json, JsonError> {
        let start = self.at;
        self.accept(b'-');
        if !self.accept(b'0') {
            self.digits()?;
        }
        if self.accept(b'.') {
            self.digits()?;
        }
        if self.accept(b'e') || self.accept(b'E') {
            if !self.accept(b'+') {
                self.accept(b'-');
            }
            self.digits()?;
        }
        Ok(Json::Number(self.text[start..self.at].to_owned()))
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.accept(b'[');
        let mut items = Vec::new();
        self.skip_space();
        if self.accept(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.accept(b']') {
                return Ok(Json::Array(items));
            }
            if !self.accept(b',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.accept(b'{');
        let mut members = Vec::new();
        self.skip_space();
        if self.accept(b'}') {
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            if !self.accept(b':') {
                return Err(self.expected("`:`"));
            }
            members.push((name, self.value(depth + 1)?));
            self.skip_space();
            if self.accept(b'}') {
                return Ok(Json::Object(members));
            }
            if !self.accept(b',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        if !self.accept(b'"') {
            return Err(self.expected("`\"`"));
        }
        let mut text = String::new();
        loop {
            let plain = self.at;
            while self.peek().is_some_and(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            text.push_str(&self.text[plain..self.at]);
            if self.accept(b'"') {
                return Ok(text);
            }
            if !self.accept(b'\\') {
                return Err(self.expected("`\"`"));
            }
            text.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.peek().ok_or_else(|| self.expected("an escape"))?;
        self.at += 1;
        Ok(match byte {
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hexadecimal()?;
                match unit {
                    0xd800..=0xdbff if self.accept(b'\\') && self.accept(b'u') => {
                        let low = self.hexadecimal()?;
                        let pair = [unit, low];
                        char::decode_utf16(pair).next().and_then(Result::ok).ok_or_else(|| self.expected("a pair"))?
                    }
                    _ => char::from_u32(u32::from(unit)).ok_or_else(|| self.expected("a whole pair of surrogates"))?,
                }
            }
            _ => {
                self.at -= 1;
                return Err(self.expected("an escape"));
            }
        })
    }

    fn hexadecimal(&mut self) -> Result<u16, JsonError> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.expected("four hexadecimal digits"))?;
        self.at += 4;
        Ok(unit)
    }
}

#[cfg(test)]
mod tests;
