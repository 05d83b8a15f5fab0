//! The objects of PDF (ISO 32000-2, 7.3), as far as navigating a document needs them.
//!
//! Strict: deviations from the standard are `None`, and the document is left to the engines, which are lenient.

/// Most nested arrays and dictionaries.
const MAX_DEPTH: u32 = 64;

/// One object. Strings are skipped: nothing here depends on them.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Object {
    Null,
    Bool(bool),
    Number(f64),
    String,
    Name(Vec<u8>),
    Array(Vec<Object>),
    Dict(Dict),
    /// Object and generation number.
    Ref(u32, u32),
    /// An operator of a content stream.
    Operator(Vec<u8>),
}

impl Object {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(n) if n.is_finite() => Some(*n),
            _ => None,
        }
    }

    /// A non-negative integer.
    pub(super) fn unsigned(&self) -> Option<u64> {
        self.number().filter(|n| *n >= 0.0 && n.fract() == 0.0 && *n < 1e15).map(|n| n as u64)
    }

    pub(super) fn name(&self) -> Option<&[u8]> {
        match self {
            Self::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn array(&self) -> Option<&[Object]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        *self == Self::Null
    }
}

/// A dictionary, in file order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Dict(pub(super) Vec<(Vec<u8>, Object)>);

impl Dict {
    /// The value of `key`, or `Null`.
    pub(super) fn get(&self, key: &str) -> &Object {
        self.0.iter().find(|(k, _)| k == key.as_bytes()).map_or(&Object::Null, |(_, value)| value)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.iter().any(|(k, _)| k == key.as_bytes())
    }
}

/// Reads consecutive objects.
pub(super) struct Lexer<'a> {
    data: &'a [u8],
    pub(super) at: usize,
    /// Whether `1 0 R` is a reference: in files it is, in content streams not.
    references: bool,
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

impl<'a> Lexer<'a> {
    /// For a part of a file.
    pub(super) fn file(data: &'a [u8], at: usize) -> Self {
        Self { data, at, references: true }
    }

    /// For a content stream.
    pub(super) fn content(data: &'a [u8]) -> Self {
        Self { data, at: 0, references: false }
    }

    fn peek(&self) -> Option<u8> {
        self.data.get(self.at).copied()
    }

    pub(super) fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'%' => self.at += self.data[self.at..].iter().take_while(|b| !matches!(b, b'\r' | b'\n')).count(),
                byte if is_space(byte) => self.at += 1,
                _ => break,
            }
        }
    }

    /// Whether only whitespace is left.
    pub(super) fn at_end(&mut self) -> bool {
        self.skip_space();
        self.at >= self.data.len()
    }

    /// Skips `word` if it is next.
    pub(super) fn eat(&mut self, word: &[u8]) -> bool {
        self.skip_space();
        let found = self.data.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if found { word.len() } else { 0 };
        found
    }

    pub(super) fn object(&mut self) -> Option<Object> {
        self.nested(0)
    }

    fn nested(&mut self, depth: u32) -> Option<Object> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.skip_space();
        match self.peek()? {
            b'/' => self.name().map(Object::Name),
            b'(' => self.string(),
            b'<' if self.data.get(self.at + 1) == Some(&b'<') => self.dict(depth).map(Object::Dict),
            b'<' => {
                self.at += self.data[self.at..].iter().position(|b| *b == b'>')? + 1;
                Some(Object::String)
            }
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.eat(b"]") {
                    items.push(self.nested(depth + 1)?);
                }
                Some(Object::Array(items))
            }
            b'+' | b'-' | b'.' | b'0'..=b'9' => self.number_or_reference(),
            byte if is_delimiter(byte) => None,
            _ => Some(match self.word() {
                b"true" => Object::Bool(true),
                b"false" => Object::Bool(false),
                b"null" => Object::Null,
                _ if self.references => return None,
                word => Object::Operator(word.to_vec()),
            }),
        }
    }

    fn word(&mut self) -> &'a [u8] {
        let rest = &self.data[self.at..];
        let n = rest.iter().take_while(|b| !is_space(**b) && !is_delimiter(**b)).count();
        self.at += n;
        &rest[..n]
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let word = self.word();
        if !word.contains(&b'#') {
            return Some(word.to_vec());
        }
        let (mut name, mut rest) = (Vec::new(), word);
        while let Some((&byte, after)) = rest.split_first() {
            let hex = |b: u8| (b as char).to_digit(16);
            match (byte, after.first().copied().and_then(hex), after.get(1).copied().and_then(hex)) {
                (b'#', Some(high), Some(low)) => {
                    name.push((high * 16 + low) as u8);
                    rest = &after[2..];
                }
                _ => {
                    name.push(byte);
                    rest = after;
                }
            }
        }
        Some(name)
    }

    fn string(&mut self) -> Option<Object> {
        let mut open = 0u32;
        loop {
            match self.peek()? {
                b'\\' => self.at += 1,
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Some(Object::String);
            }
        }
    }

    fn dict(&mut self, depth: u32) -> Option<Dict> {
        self.at += 2;
        let mut dict = Dict::default();
        while !self.eat(b">>") {
            if self.peek()? != b'/' {
                return None;
            }
            let key = self.name()?;
            dict.0.push((key, self.nested(depth + 1)?));
        }
        Some(dict)
    }

    fn number(&mut self) -> Option<f64> {
        let word = std::str::from_utf8(self.word()).ok()?;
        word.parse().ok().or_else(|| word.strip_prefix("--").and_then(|n| n.parse::<f64>().ok()).map(|n| -n))
    }

    fn number_or_reference(&mut self) -> Option<Object> {
        let number = self.number()?;
        let whole = number >= 0.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX);
        if self.references && whole {
            let start = self.at;
            self.skip_space();
            if self.peek().is_some_and(|b| b.is_ascii_digit())
                && let Some(generation) = self.number().filter(|g| g.fract() == 0.0 && *g <= 65_535.0)
                && self.eat(b"R")
                && self.peek().is_none_or(|b| is_space(b) || is_delimiter(b))
            {
                return Some(Object::Ref(number as u32, generation as u32));
            }
            self.at = start;
        }
        Some(Object::Number(number))
    }
}

/// An indirect object of a file.
pub(super) struct Indirect {
    pub(super) number: u32,
    pub(super) object: Object,
    /// Start of its stream, if it has one, relative to the data read.
    pub(super) stream: Option<usize>,
    /// End of the object, or start of its stream.
    pub(super) end: usize,
}

/// Reads `1 0 obj … endobj` at the start of `data`, or up to the stream; `None` if it is incomplete.
pub(super) fn indirect(data: &[u8]) -> Option<Indirect> {
    let mut lexer = Lexer::file(data, 0);
    let number = lexer.object()?.unsigned()?;
    lexer.object()?.unsigned()?;
    if !lexer.eat(b"obj") {
        return None;
    }
    let object = lexer.object()?;
    let mut stream = None;
    if object.dict().is_some() && lexer.eat(b"stream") {
        // A line feed ends the line, with or without a carriage return before it.
        match data.get(lexer.at..)? {
            [b'\r', b'\n', ..] => lexer.at += 2,
            [b'\n', ..] => lexer.at += 1,
            _ => return None,
        }
        stream = Some(lexer.at);
    } else if !lexer.eat(b"endobj") {
        return None;
    }
    Some(Indirect { number: u32::try_from(number).ok()?, object, stream, end: lexer.at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_indirect_object_is_read_up_to_its_stream() {
        let read = indirect(b"7 0 obj << /A [1 -2.5 (a\\)b) 3 0 R] /B#43 /N /C true>>\nstream\r\nbytes").unwrap();
        assert_eq!(read.number, 7);
        let dict = read.object.dict().unwrap();
        let items = [Object::Number(1.0), Object::Number(-2.5), Object::String, Object::Ref(3, 0)];
        assert_eq!(dict.get("A").array().unwrap(), items);
        assert_eq!(dict.get("BC").name().unwrap(), b"N");
        assert_eq!(read.stream, Some(63));
        assert!(indirect(b"7 0 obj 123").is_none(), "123 may be the start of 1234");
    }

    #[test]
    fn two_numbers_of_a_content_stream_are_no_reference() {
        let mut lexer = Lexer::content(b"1 0 R");
        assert_eq!(lexer.object(), Some(Object::Number(1.0)));
        assert_eq!(lexer.object(), Some(Object::Number(0.0)));
        assert_eq!(lexer.object(), Some(Object::Operator(b"R".to_vec())));
    }

    #[test]
    fn nesting_beyond_the_limit_is_refused() {
        assert_eq!(Lexer::file("[".repeat(100_000).as_bytes(), 0).object(), None);
    }
}
