//! Little-endian integers, and byte strings with their lengths.

use std::time::Duration;

use thumbling_core::bytes::Reader;

/// Why bytes are not a message. Both ends treat it as an attack: the other process is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "malformed message: {}", self.0)
    }
}

impl std::error::Error for Malformed {}

/// The result of decoding.
pub type Decoded<T> = Result<T, Malformed>;

/// Appends values to a message.
#[derive(Debug, Default)]
pub struct Writer(pub Vec<u8>);

impl Writer {
    /// A message that starts with `tag`.
    pub fn new(tag: u8) -> Self {
        Self(vec![tag])
    }

    pub fn u8(&mut self, n: u8) -> &mut Self {
        self.0.push(n);
        self
    }

    pub fn bool(&mut self, yes: bool) -> &mut Self {
        self.u8(u8::from(yes))
    }

    pub fn u32(&mut self, n: u32) -> &mut Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    pub fn u64(&mut self, n: u64) -> &mut Self {
        self.0.extend(n.to_le_bytes());
        self
    }

    pub fn f64(&mut self, n: f64) -> &mut Self {
        self.u64(n.to_bits())
    }

    /// At most `max` bytes of `text`, cut at a character.
    pub fn text(&mut self, text: &str, max: usize) -> &mut Self {
        let mut end = text.len().min(max);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.u32(end as u32);
        self.0.extend_from_slice(&text.as_bytes()[..end]);
        self
    }

    pub fn option<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T)) -> &mut Self {
        self.bool(value.is_some());
        if let Some(value) = value {
            put(self, value);
        }
        self
    }

    /// Nanoseconds; centuries suffice.
    pub fn duration(&mut self, time: Duration) -> &mut Self {
        self.u64(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }
}

/// Reads values from a message; [`end`](Self::end) makes sure that nothing is left.
#[derive(Debug)]
pub struct Parser<'a>(Reader<'a>);

impl<'a> Parser<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Reader::le(bytes))
    }

    pub fn u8(&mut self) -> Decoded<u8> {
        self.0.u8().ok_or(Malformed("it is cut off"))
    }

    pub fn bool(&mut self) -> Decoded<bool> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed("a flag that is neither 0 nor 1")),
        }
    }

    pub fn u32(&mut self) -> Decoded<u32> {
        self.0.u32().ok_or(Malformed("it is cut off"))
    }

    pub fn u64(&mut self) -> Decoded<u64> {
        self.0.u64().ok_or(Malformed("it is cut off"))
    }

    pub fn f64(&mut self) -> Decoded<f64> {
        self.u64().map(f64::from_bits)
    }

    pub fn text(&mut self, max: usize) -> Decoded<String> {
        let len = self.u32()? as usize;
        if len > max {
            return Err(Malformed("a text is too long"));
        }
        let bytes = self.0.take(len).ok_or(Malformed("it is cut off"))?;
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| Malformed("a text is not UTF-8"))
    }

    pub fn option<T>(&mut self, get: impl FnOnce(&mut Self) -> Decoded<T>) -> Decoded<Option<T>> {
        if self.bool()? { get(self).map(Some) } else { Ok(None) }
    }

    pub fn duration(&mut self) -> Decoded<Duration> {
        self.u64().map(Duration::from_nanos)
    }

    /// The number of the elements that follow.
    pub fn count(&mut self, max: usize) -> Decoded<usize> {
        match self.u32()? as usize {
            n if n > max => Err(Malformed("too many elements")),
            n => Ok(n),
        }
    }

    /// The bytes that are left.
    pub fn rest(&self) -> &'a [u8] {
        self.0.rest()
    }

    pub fn end(&self) -> Decoded<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed("bytes follow its end")) }
    }
}
