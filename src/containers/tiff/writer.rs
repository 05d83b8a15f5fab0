//! Writes small TIFF files, for tests.

use super::tag;
use thumbling_core::bytes::Endian;

/// The value of an entry.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Bytes(Vec<u8>),
    Text(&'static str),
    Short(Vec<u16>),
    Long(Vec<u32>),
    Ratio(Vec<(u32, u32)>),
    /// The offset of each blob, as LONG.
    Offsets(Vec<Vec<u8>>),
    /// The offset of each directory, as LONG.
    Directories(Vec<Ifd>),
}

/// A directory to be written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ifd(Vec<(u16, Value)>);

impl Ifd {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces an entry.
    pub(crate) fn with(mut self, tag: u16, value: Value) -> Self {
        self.0.retain(|(t, _)| *t != tag);
        self.0.push((tag, value));
        self
    }

    pub(crate) fn short(self, tag: u16, value: u16) -> Self {
        self.with(tag, Value::Short(vec![value]))
    }

    pub(crate) fn long(self, tag: u16, value: u32) -> Self {
        self.with(tag, Value::Long(vec![value]))
    }

    /// An uncompressed picture in one strip.
    pub(crate) fn picture(size: (u32, u32), photometric: u16, samples: u16, bits: u16, data: Vec<u8>) -> Self {
        Self::new()
            .long(tag::IMAGE_WIDTH, size.0)
            .long(tag::IMAGE_LENGTH, size.1)
            .with(tag::BITS_PER_SAMPLE, Value::Short(vec![bits; samples.into()]))
            .short(tag::PHOTOMETRIC, photometric)
            .short(tag::SAMPLES_PER_PIXEL, samples)
            .strips(vec![data])
    }

    pub(crate) fn strips(self, strips: Vec<Vec<u8>>) -> Self {
        let counts = strips.iter().map(|s| s.len() as u32).collect();
        self.with(tag::STRIP_BYTE_COUNTS, Value::Long(counts)).with(tag::STRIP_OFFSETS, Value::Offsets(strips))
    }

    pub(crate) fn tiles(mut self, size: (u32, u32), tiles: Vec<Vec<u8>>) -> Self {
        self.0.retain(|(t, _)| !matches!(*t, tag::STRIP_OFFSETS | tag::STRIP_BYTE_COUNTS));
        let counts = tiles.iter().map(|s| s.len() as u32).collect();
        self.long(tag::TILE_WIDTH, size.0)
            .long(tag::TILE_LENGTH, size.1)
            .with(tag::TILE_BYTE_COUNTS, Value::Long(counts))
            .with(tag::TILE_OFFSETS, Value::Offsets(tiles))
    }
}

/// A file with `chain` as its directories.
pub(crate) fn write(order: Endian, big: bool, chain: &[Ifd]) -> Vec<u8> {
    let mark: &[u8] = if order == Endian::Little { b"II" } else { b"MM" };
    let mut out = Out { bytes: mark.to_vec(), order, big };
    out.number(if big { 43 } else { 42 }, 2);
    if big {
        out.number(8, 2);
        out.number(0, 2);
    }
    let mut link = out.bytes.len();
    out.offset(0);
    for ifd in chain {
        let (at, next) = out.ifd(ifd);
        out.patch(link, at);
        link = next;
    }
    out.bytes
}

/// [`write`] in little endian, classic TIFF.
pub(crate) fn classic(chain: &[Ifd]) -> Vec<u8> {
    write(Endian::Little, false, chain)
}

struct Out {
    bytes: Vec<u8>,
    order: Endian,
    big: bool,
}

impl Out {
    fn encoded(&self, n: u64, bytes: usize) -> Vec<u8> {
        match self.order {
            Endian::Little => n.to_le_bytes()[..bytes].to_vec(),
            Endian::Big => n.to_be_bytes()[8 - bytes..].to_vec(),
        }
    }

    fn number(&mut self, n: u64, bytes: usize) {
        let encoded = self.encoded(n, bytes);
        self.bytes.extend(encoded);
    }

    fn offset_bytes(&self) -> usize {
        if self.big { 8 } else { 4 }
    }

    fn offset(&mut self, n: u64) {
        self.number(n, self.offset_bytes());
    }

    fn patch(&mut self, at: usize, n: usize) {
        let encoded = self.encoded(n as u64, self.offset_bytes());
        self.bytes[at..at + encoded.len()].copy_from_slice(&encoded);
    }

    fn align(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(2), 0);
    }

    /// Appends `ifd`; returns its offset and the position of its link to the next one.
    fn ifd(&mut self, ifd: &Ifd) -> (usize, usize) {
        let mut entries = ifd.0.clone();
        entries.sort_by_key(|(tag, _)| *tag);
        let fields: Vec<_> = entries.into_iter().map(|(tag, value)| (tag, self.value(value))).collect();
        self.align();
        let at = self.bytes.len();
        self.number(fields.len() as u64, if self.big { 8 } else { 2 });
        for (tag, (kind, count, field)) in fields {
            self.number(tag.into(), 2);
            self.number(kind, 2);
            self.offset(count);
            self.bytes.extend(field);
        }
        let link = self.bytes.len();
        self.offset(0);
        (at, link)
    }

    /// Type, count and value field of an entry; a long value is appended first.
    fn value(&mut self, value: Value) -> (u64, u64, Vec<u8>) {
        let (kind, bytes): (u64, Vec<Vec<u8>>) = match value {
            Value::Bytes(b) => (7, b.into_iter().map(|b| vec![b]).collect()),
            Value::Text(text) => (2, text.bytes().chain([0]).map(|b| vec![b]).collect()),
            Value::Short(v) => (3, v.into_iter().map(|n| self.encoded(n.into(), 2)).collect()),
            Value::Long(v) => (4, v.into_iter().map(|n| self.encoded(n.into(), 4)).collect()),
            Value::Ratio(v) => (
                5,
                v.into_iter().map(|(a, b)| [self.encoded(a.into(), 4), self.encoded(b.into(), 4)].concat()).collect(),
            ),
            Value::Offsets(blobs) => {
                let mut places = Vec::new();
                for blob in blobs {
                    self.align();
                    places.push(self.encoded(self.bytes.len() as u64, 4));
                    self.bytes.extend(blob);
                }
                (4, places)
            }
            Value::Directories(ifds) => {
                let places: Vec<usize> = ifds.iter().map(|ifd| self.ifd(ifd).0).collect();
                (4, places.into_iter().map(|at| self.encoded(at as u64, 4)).collect())
            }
        };
        let (count, mut field) = (bytes.len() as u64, bytes.concat());
        if field.len() > self.offset_bytes() {
            self.align();
            let at = self.bytes.len() as u64;
            self.bytes.extend(field);
            field = self.encoded(at, self.offset_bytes());
        }
        field.resize(self.offset_bytes(), 0);
        (kind, count, field)
    }
}
