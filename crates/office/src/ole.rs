//! OLE2 compound files (MS-CFB): a file system of streams in one file, stored as chains of sectors.
//!
//! Opening reads the header, the list of FAT sectors, and the directory. FAT sectors are read as chains need them, and
//! a stream is a [`Source`] over ranges of the file, without a copy. A chain ends at a loop or when it is longer than
//! its stream; a stream ends where its chain does.

#[cfg(test)]
pub(crate) mod tests;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;

use thumbling_core::decode::Context;
use thumbling_core::error::{Error, ErrorKind, Result};
use thumbling_core::limits::Reservation;
use thumbling_core::source::{ReadAt, Source};

const MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// The largest sector number. Higher values end a chain or mark special sectors.
const MAX_SECTOR: u32 = 0xFFFF_FFFA;
/// No directory entry.
const NONE: u32 = 0xFFFF_FFFF;

/// Smaller streams are in the mini stream, in sectors of 64 bytes.
const MINI_STREAM: u64 = 4096;
const MINI_SECTOR: u64 = 64;

/// FAT sectors cached.
const MAX_CACHED: usize = 256;

/// Pieces of a chain per memory reservation.
const STEP: usize = 1 << 16;

/// Bytes of a directory entry.
const ENTRY: usize = 128;

/// An open OLE2 file.
pub struct CompoundFile {
    source: Source,
    sector: u64,
    /// FAT sectors, in order.
    table: Vec<u32>,
    cache: RefCell<HashMap<u32, Box<[u8]>>>,
    /// First sector of the mini FAT.
    mini_table: u32,
    /// The first entry is the root.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    name: String,
    /// 1 is a storage, 2 a stream, 5 the root.
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    size: u64,
}

impl CompoundFile {
    /// Opens a file; `corrupt` if it is not OLE2.
    pub fn open(source: &Source, cx: &Context<'_>) -> Result<Self> {
        cx.check()?;
        Self::open_within(source, cx.limits().max_entries as usize)
    }

    /// The same without a context, reading at most `max` directory entries.
    pub(super) fn open_within(source: &Source, max: usize) -> Result<Self> {
        let header = source.read_vec(0, 512)?;
        if !header.starts_with(MAGIC) {
            return Err(Error::corrupt("not an OLE2 file"));
        }
        let sector = match u16_at(&header, 30) {
            9 => 512,
            12 => 4096,
            n => return Err(Error::corrupt(format!("OLE2 sectors of 2^{n} bytes"))),
        };
        let mut file = Self {
            source: source.clone(),
            sector,
            table: Vec::new(),
            cache: RefCell::default(),
            mini_table: u32_at(&header, 60),
            entries: Vec::new(),
        };
        file.read_table(&header)?;
        file.read_directory(u32_at(&header, 48), max)?;
        Ok(file)
    }

    /// The FAT sectors: the first 109 are in the header, the rest in a chain of their own.
    fn read_table(&mut self, header: &[u8]) -> Result<()> {
        let per_sector = self.sector as usize / 4;
        let sectors = self.sectors();
        let count = (u32_at(header, 44) as usize).min(sectors as usize / per_sector + 1);
        self.table = numbers(&header[76..512]).take(count).collect();
        let mut next = u32_at(header, 68);
        let mut seen = HashSet::new();
        while self.table.len() < count && next <= MAX_SECTOR && u64::from(next) < sectors && seen.insert(next) {
            let bytes = self.read_sector(next)?;
            let left = count - self.table.len();
            self.table.extend(numbers(&bytes[..bytes.len() - 4]).take(left.min(per_sector - 1)));
            next = u32_at(&bytes, bytes.len() - 4);
        }
        Ok(())
    }

    fn read_directory(&mut self, start: u32, max: usize) -> Result<()> {
        let mut seen = HashSet::new();
        let mut at = start;
        while at <= MAX_SECTOR && u64::from(at) < self.sectors() && seen.insert(at) && self.entries.len() < max {
            let bytes = self.read_sector(at)?;
            self.entries.extend(bytes.chunks_exact(ENTRY).map(Entry::read));
            at = self.next(at)?;
        }
        match self.entries.is_empty() {
            true => Err(Error::corrupt("an OLE2 file without a directory")),
            false => Ok(()),
        }
    }

    /// Names directly in a storage; the empty path is the root.
    pub fn names(&self, path: &str) -> impl Iterator<Item = &str> {
        let children = self.find(path).map(|at| self.children(at)).unwrap_or_default();
        children.into_iter().map(|at| self.entries[at].name.as_str())
    }

    /// All names in the file.
    pub(super) fn all_names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// The stream at `path`, with `/` between names, without regard to case. `not-found` if there is none.
    pub fn stream(&self, path: &str, cx: &Context<'_>) -> Result<Source> {
        let missing = || Error::new(ErrorKind::NotFound, format!("no stream `{path}`"));
        let found = self.find(path).or_else(|| {
            let is_it = |e: &Entry| e.kind == 2 && e.name.eq_ignore_ascii_case(path);
            self.entries.iter().position(is_it)
        });
        let entry = found.map(|at| &self.entries[at]).filter(|e| e.kind == 2).ok_or_else(missing)?;
        if entry.size >= MINI_STREAM {
            return self.chain(entry.start, entry.size, cx);
        }
        let root = &self.entries[0];
        let mini = self.chain(root.start, root.size, cx)?;
        let table = self.chain(self.mini_table, self.source.size() / 8, cx)?;
        let (mut bytes, mut at) = (Vec::with_capacity(entry.size as usize), entry.start);
        while (bytes.len() as u64) < entry.size && at <= MAX_SECTOR {
            let length = MINI_SECTOR.min(entry.size - bytes.len() as u64);
            let mut piece = [0; MINI_SECTOR as usize];
            let got = mini.read_up_to(u64::from(at) * MINI_SECTOR, &mut piece[..length as usize])?;
            bytes.extend_from_slice(&piece[..got]);
            // Looping chains must end at the end of the mini stream.
            if (got as u64) < length {
                break;
            }
            let mut next = [0xFF; 4];
            table.read_up_to(u64::from(at) * 4, &mut next)?;
            at = u32::from_le_bytes(next);
        }
        Ok(Source::from_bytes(bytes))
    }

    fn find(&self, path: &str) -> Option<usize> {
        path.split('/').filter(|step| !step.is_empty()).try_fold(0, |at, step| {
            self.children(at).into_iter().find(|&child| self.entries[child].name.eq_ignore_ascii_case(step))
        })
    }

    /// The entries of a storage, which form a binary tree.
    fn children(&self, storage: usize) -> Vec<usize> {
        let (mut found, mut seen, mut open) = (Vec::new(), HashSet::new(), vec![self.entries[storage].child]);
        while let Some(at) = open.pop() {
            let Some(entry) = self.entries.get(at as usize).filter(|e| e.kind != 0 && at != 0) else { continue };
            if seen.insert(at) {
                found.push(at as usize);
                open.extend([entry.right, entry.left].into_iter().filter(|n| *n != NONE));
            }
        }
        found
    }

    /// The chain from a sector on, for at most `size` bytes.
    fn chain(&self, start: u32, size: u64, cx: &Context<'_>) -> Result<Source> {
        let size = size.min(self.source.size());
        let mut pieces: Vec<Piece> = Vec::new();
        let (mut at, mut length, mut held) = (start, 0_u64, Vec::new());
        while length < size && at <= MAX_SECTOR && u64::from(at) < self.sectors() {
            if (length / self.sector).is_multiple_of(4096) {
                cx.check()?;
            }
            let from = self.start_of(at);
            match pieces.last_mut() {
                Some(last) if last.from + last.length == from => last.length += self.sector,
                _ => {
                    // Vectors grow to twice their length.
                    if pieces.len() % STEP == STEP - 1 {
                        held.push(cx.reserve(2 * (STEP * size_of::<Piece>()) as u64)?);
                    }
                    pieces.push(Piece { at: length, from, length: self.sector });
                }
            }
            length += self.sector;
            at = self.next(at)?;
        }
        let size = size.min(length);
        if let [one] = pieces.as_slice() {
            return Ok(self.source.slice(one.from, size));
        }
        let chain = Chain { source: self.source.clone(), pieces, _held: held };
        Ok(Source::from_read_at(Arc::new(chain), size))
    }

    /// The next sector of a chain.
    fn next(&self, sector: u32) -> Result<u32> {
        let per_sector = (self.sector / 4) as u32;
        let Some(&at) = self.table.get((sector / per_sector) as usize) else { return Ok(NONE) };
        if at > MAX_SECTOR || u64::from(at) >= self.sectors() {
            return Ok(NONE);
        }
        let mut cache = self.cache.borrow_mut();
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        let bytes = match cache.entry(at) {
            std::collections::hash_map::Entry::Occupied(e) => e.into_mut(),
            std::collections::hash_map::Entry::Vacant(e) => e.insert(self.read_sector(at)?.into()),
        };
        Ok(u32_at(bytes, (sector % per_sector) as usize * 4))
    }

    /// Number of sectors without the header. The last one can be incomplete.
    fn sectors(&self) -> u64 {
        self.source.size().div_ceil(self.sector).saturating_sub(1)
    }

    fn start_of(&self, sector: u32) -> u64 {
        (u64::from(sector) + 1) * self.sector
    }

    /// A whole sector, padded with zeros at the end of the file.
    fn read_sector(&self, sector: u32) -> Result<Vec<u8>> {
        let mut bytes = vec![0; self.sector as usize];
        self.source.read_up_to(self.start_of(sector), &mut bytes)?;
        Ok(bytes)
    }
}

impl Entry {
    fn read(bytes: &[u8]) -> Self {
        let length = usize::from(u16_at(bytes, 64)).saturating_sub(2).min(62);
        let (units, _) = bytes[..length].as_chunks::<2>();
        let units: Vec<u16> = units.iter().map(|u| u16::from_le_bytes(*u)).collect();
        Self {
            name: String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned(),
            kind: bytes[66],
            left: u32_at(bytes, 68),
            right: u32_at(bytes, 72),
            child: u32_at(bytes, 76),
            start: u32_at(bytes, 116),
            // In files with small sectors, the upper half is undefined.
            size: u64::from(u32_at(bytes, 120)),
        }
    }
}

/// Consecutive sectors of a stream.
struct Piece {
    /// Offset in the stream.
    at: u64,
    /// Offset in the file.
    from: u64,
    length: u64,
}

/// A fragmented stream.
struct Chain {
    source: Source,
    pieces: Vec<Piece>,
    _held: Vec<Reservation>,
}

impl ReadAt for Chain {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.pieces.partition_point(|piece| piece.at <= offset);
        let Some(piece) = n.checked_sub(1).map(|n| &self.pieces[n]) else { return Ok(0) };
        let within = offset - piece.at;
        let length = (piece.length.saturating_sub(within)).min(buf.len() as u64) as usize;
        Ok(self.source.read_at(piece.from + within, &mut buf[..length])?)
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
