//! Integers in byte slices: getters by offset, and the cursor [`Reader`].
//!
//! Every access is checked and yields `None` past the end. What that means (a corrupt file, a record to skip, a
//! default) is up to the caller.

/// Byte order of multi-byte integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endian {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl Endian {
    /// From the byte order mark of TIFF, EXIF and formats derived from them: `II` or `MM`.
    pub fn from_mark(mark: &[u8]) -> Option<Self> {
        match mark {
            [b'I', b'I', ..] => Some(Self::Little),
            [b'M', b'M', ..] => Some(Self::Big),
            _ => None,
        }
    }

    /// The 16-bit integer at offset `at`.
    pub fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        match self {
            Self::Little => u16_le(bytes, at),
            Self::Big => u16_be(bytes, at),
        }
    }

    /// The 32-bit integer at offset `at`.
    pub fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        match self {
            Self::Little => u32_le(bytes, at),
            Self::Big => u32_be(bytes, at),
        }
    }

    /// The unsigned integer in all of `bytes`, at most eight.
    pub fn uint(self, bytes: &[u8]) -> u64 {
        let push = |n: u64, b: &u8| n << 8 | u64::from(*b);
        match self {
            Self::Little => bytes.iter().rev().fold(0, push),
            Self::Big => bytes.iter().fold(0, push),
        }
    }
}

/// Little-endian 16-bit integer at offset `at`.
pub fn u16_le(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// Little-endian 32-bit integer at offset `at`.
pub fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// Little-endian 64-bit integer at offset `at`.
pub fn u64_le(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// Big-endian 16-bit integer at offset `at`.
pub fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

/// Big-endian 32-bit integer at offset `at`.
pub fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// Big-endian 64-bit integer at offset `at`.
pub fn u64_be(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_be_bytes)
}

/// The `N` bytes at offset `at`.
pub fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// A cursor over bytes in memory. A read past the end returns `None` and leaves the position unchanged.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    data: &'a [u8],
    rest: &'a [u8],
    endian: Endian,
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `data`.
    pub fn new(data: &'a [u8], endian: Endian) -> Self {
        Self { data, rest: data, endian }
    }

    /// A little-endian cursor at the start of `data`.
    pub fn le(data: &'a [u8]) -> Self {
        Self::new(data, Endian::Little)
    }

    /// A big-endian cursor at the start of `data`.
    pub fn be(data: &'a [u8]) -> Self {
        Self::new(data, Endian::Big)
    }

    /// The whole slice, independent of the position.
    pub fn data(&self) -> &'a [u8] {
        self.data
    }

    /// The bytes from the position on.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Number of bytes from the position on.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether the position is at the end.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// Moves `count` bytes forward.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        self.take(count).map(drop)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    /// The next byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    /// The next 16-bit integer.
    pub fn u16(&mut self) -> Option<u16> {
        let bytes = self.array()?;
        Some(match self.endian {
            Endian::Little => u16::from_le_bytes(bytes),
            Endian::Big => u16::from_be_bytes(bytes),
        })
    }

    /// The next 32-bit integer.
    pub fn u32(&mut self) -> Option<u32> {
        let bytes = self.array()?;
        Some(match self.endian {
            Endian::Little => u32::from_le_bytes(bytes),
            Endian::Big => u32::from_be_bytes(bytes),
        })
    }

    /// The next 64-bit integer.
    pub fn u64(&mut self) -> Option<u64> {
        let bytes = self.array()?;
        Some(match self.endian {
            Endian::Little => u64::from_le_bytes(bytes),
            Endian::Big => u64::from_be_bytes(bytes),
        })
    }

    /// The next signed 16-bit integer.
    pub fn i16(&mut self) -> Option<i16> {
        self.u16().map(u16::cast_signed)
    }

    /// The next signed 32-bit integer.
    pub fn i32(&mut self) -> Option<i32> {
        self.u32().map(u32::cast_signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn getters_return_none_past_the_end() {
        assert_eq!(u16_le(&[1, 2, 3], 1), Some(0x0302));
        assert_eq!(u16_be(&[1, 2, 3], 1), Some(0x0203));
        assert_eq!(u16_le(&[1, 2, 3], 2), None);
        assert_eq!(u64_be(&[0; 8], usize::MAX), None);
    }

    #[test]
    fn a_byte_order_mark_selects_the_byte_order() {
        let bytes = [1, 2, 3, 4];
        let both = [&b"II*\0"[..], b"MM\0*"].map(|mark| Endian::from_mark(mark).unwrap());
        assert_eq!(both.map(|endian| endian.u16(&bytes, 1)), [Some(0x0302), Some(0x0203)]);
        assert_eq!(both.map(|endian| endian.u32(&bytes, 0)), [Some(0x0403_0201), Some(0x0102_0304)]);
        assert_eq!(both.map(|endian| endian.uint(&bytes[..3])), [0x03_0201, 0x01_0203]);
        assert_eq!(Endian::from_mark(b"IM"), None);
    }

    #[test]
    fn the_cursor_reads_in_its_byte_order() {
        let data = [1, 2, 0xFF, 0xFE];
        assert_eq!(Reader::le(&data).u32(), Some(0xFEFF_0201));
        assert_eq!(Reader::be(&data).u32(), Some(0x0102_FFFE));
        let mut reader = Reader::be(&data);
        assert_eq!((reader.u16(), reader.i16(), reader.is_empty()), (Some(0x0102), Some(-2), true));
    }

    #[test]
    fn a_failed_read_does_not_move_the_cursor() {
        let mut reader = Reader::le(&[1, 2, 3]);
        assert_eq!((reader.u32(), reader.take(4), reader.remaining()), (None, None, 3));
        assert_eq!((reader.u8(), reader.rest(), reader.data()), (Some(1), &[2, 3][..], &[1, 2, 3][..]));
    }
}
