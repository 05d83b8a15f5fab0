//! A zip writer that can resume after a crash, given the entries written so far. (Existing crates cannot.)
//!
//! Entries are stored, not deflated: most files in drives are already compressed. Uses zip64 where a size or an offset
//! needs it (APPNOTE 6.3.10, sections 4.3 to 4.5).

use std::collections::HashSet;
use std::io::{self, Seek, SeekFrom, Write};

/// In a 32-bit field: the value is in the zip64 field.
const ZIP64: u64 = 0xffff_ffff;
/// 1 January 1980, 0:00. Drives do not report times, and this way the same files give the same package.
const TIME: [u8; 4] = [0, 0, 0x21, 0];
/// Flag: names are UTF-8.
const UTF8: u16 = 1 << 11;

/// A file written to the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Offset of its header.
    pub(crate) offset: u64,
    /// Offset of the end of its content.
    pub(crate) end: u64,
    pub(crate) size: u64,
    pub(crate) crc: u32,
}

impl Entry {
    /// Serialises the entry, to resume after a crash.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for number in [self.offset, self.end, self.size, u64::from(self.crc), self.name.len() as u64] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(self.name.as_bytes());
    }

    /// Parses concatenated output of [`write`](Self::write); `None` if it is malformed.
    pub(crate) fn read_all(mut bytes: &[u8]) -> Option<Vec<Self>> {
        let mut all = Vec::new();
        while !bytes.is_empty() {
            let mut next = || {
                let (number, rest) = bytes.split_first_chunk::<8>()?;
                bytes = rest;
                Some(u64::from_le_bytes(*number))
            };
            let (offset, end, size, crc, length) = (next()?, next()?, next()?, next()?, next()?);
            let (name, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
            bytes = rest;
            let name = String::from_utf8(name.to_vec()).ok()?;
            all.push(Self { name, offset, end, size, crc: u32::try_from(crc).ok()? });
        }
        Some(all)
    }
}

/// An archive being written.
pub(crate) struct Zip<F> {
    file: F,
    entries: Vec<Entry>,
    /// Names in lower case: some systems ignore case.
    names: HashSet<String>,
    /// Offset of the next entry.
    end: u64,
}

impl<F: Write + Seek> Zip<F> {
    /// Continues an archive in `file` that contains `entries`.
    pub(crate) fn resume(file: F, entries: Vec<Entry>) -> Self {
        let names = entries.iter().map(|entry| entry.name.to_lowercase()).collect();
        let end = entries.last().map_or(0, |entry| entry.end);
        Self { file, entries, names, end }
    }

    /// The file.
    pub(crate) fn file(&self) -> &F {
        &self.file
    }

    /// The file, without the archive.
    pub(crate) fn into_file(self) -> F {
        self.file
    }

    /// The entries written so far.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Adds what `copy` writes, about `size` bytes, under a name based on `name`. On failure the archive is unchanged.
    pub(crate) fn add<E: From<io::Error>>(
        &mut self,
        folder: &str,
        name: &str,
        size: u64,
        copy: impl FnOnce(&mut dyn Write) -> Result<(), E>,
    ) -> Result<(), E> {
        let name = self.unused(folder, name);
        let mut entry = Entry { name, offset: self.end, end: 0, size: 0, crc: 0 };
        let wide = size >= ZIP64;
        self.file.seek(SeekFrom::Start(self.end))?;
        let header = local_header(&entry, wide);
        self.file.write_all(&header)?;
        let mut counted = Counted { file: &mut self.file, size: 0, crc: crc32fast::Hasher::new() };
        copy(&mut counted)?;
        entry.size = counted.size;
        entry.crc = counted.crc.finalize();
        entry.end = self.end + header.len() as u64 + entry.size;
        if entry.size >= ZIP64 && !wide {
            return Err(io::Error::other("a file grew beyond 4 GiB while it was being packed").into());
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        self.file.write_all(&local_header(&entry, wide))?;
        self.end = entry.end;
        self.names.insert(entry.name.to_lowercase());
        self.entries.push(entry);
        Ok(())
    }

    /// Removes all but the first `count` entries.
    pub(crate) fn truncate(&mut self, count: usize) {
        for entry in self.entries.drain(count..) {
            self.names.remove(&entry.name.to_lowercase());
        }
        self.end = self.entries.last().map_or(0, |entry| entry.end);
    }

    /// Writes the central directory. Returns the file, and the length of the archive.
    pub(crate) fn finish(mut self) -> io::Result<(F, u64)> {
        self.file.seek(SeekFrom::Start(self.end))?;
        let mut directory = Vec::new();
        self.entries.iter().for_each(|entry| directory_header(entry, &mut directory));
        let (count, size) = (self.entries.len() as u64, directory.len() as u64);
        if self.end >= ZIP64 || size >= ZIP64 || count >= 0xffff {
            let at = self.end + size;
            directory.extend_from_slice(b"PK\x06\x06");
            directory.extend_from_slice(&44u64.to_le_bytes());
            directory.extend_from_slice(&[45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            for number in [count, count, size, self.end] {
                directory.extend_from_slice(&number.to_le_bytes());
            }
            directory.extend_from_slice(b"PK\x06\x07\0\0\0\0");
            directory.extend_from_slice(&at.to_le_bytes());
            directory.extend_from_slice(&1u32.to_le_bytes());
        }
        directory.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        for number in [count.min(0xffff), count.min(0xffff)] {
            directory.extend_from_slice(&(number as u16).to_le_bytes());
        }
        for number in [size, self.end] {
            directory.extend_from_slice(&(number.min(ZIP64) as u32).to_le_bytes());
        }
        directory.extend_from_slice(&[0, 0]);
        self.file.write_all(&directory)?;
        self.file.flush()?;
        let length = self.end + directory.len() as u64;
        Ok((self.file, length))
    }

    /// A name based on the host's name of the file that no entry has.
    fn unused(&self, folder: &str, name: &str) -> String {
        let plain = sanitised(name);
        let (stem, extension) = match plain.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
            _ => (plain.as_str(), String::new()),
        };
        (1u32..)
            .map(|n| match n {
                1 => format!("{folder}{plain}"),
                n => format!("{folder}{stem} ({n}){extension}"),
            })
            .find(|name| !self.names.contains(&name.to_lowercase()))
            .unwrap_or_default()
    }
}

/// `name` as a valid file name on every system: no path, no control characters, nothing that Windows rejects.
fn sanitised(name: &str) -> String {
    let is_invalid =
        |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{202e}');
    let clean: String = name.chars().map(|c| if is_invalid(c) { '_' } else { c }).take(200).collect();
    let clean = clean.trim_matches(|c: char| c == ' ').trim_end_matches('.');
    let stem = clean.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || stem.len() == 4
            && (stem.starts_with("COM") || stem.starts_with("LPT"))
            && stem.ends_with(|c: char| c.is_ascii_digit());
    match clean {
        "" | "." | ".." => "_".into(),
        clean if device => format!("_{clean}"),
        clean => clean.into(),
    }
}

fn local_header(entry: &Entry, wide: bool) -> Vec<u8> {
    let mut header = b"PK\x03\x04".to_vec();
    common(&mut header, entry, wide);
    let size = if wide { ZIP64 } else { entry.size } as u32;
    header.extend_from_slice(&size.to_le_bytes());
    header.extend_from_slice(&size.to_le_bytes());
    header.extend_from_slice(&(entry.name.len() as u16).to_le_bytes());
    header.extend_from_slice(&(if wide { 20u16 } else { 0 }).to_le_bytes());
    header.extend_from_slice(entry.name.as_bytes());
    if wide {
        header.extend_from_slice(&[1, 0, 16, 0]);
        header.extend_from_slice(&entry.size.to_le_bytes());
        header.extend_from_slice(&entry.size.to_le_bytes());
    }
    header
}

/// The fields that both headers share: version, flags, method, time, checksum.
fn common(header: &mut Vec<u8>, entry: &Entry, wide: bool) {
    header.extend_from_slice(&(if wide { 45u16 } else { 20 }).to_le_bytes());
    header.extend_from_slice(&UTF8.to_le_bytes());
    header.extend_from_slice(&0u16.to_le_bytes());
    header.extend_from_slice(&TIME);
    header.extend_from_slice(&entry.crc.to_le_bytes());
}

fn directory_header(entry: &Entry, out: &mut Vec<u8>) {
    let mut extra = Vec::new();
    if entry.size >= ZIP64 {
        extra.extend_from_slice(&entry.size.to_le_bytes());
        extra.extend_from_slice(&entry.size.to_le_bytes());
    }
    if entry.offset >= ZIP64 {
        extra.extend_from_slice(&entry.offset.to_le_bytes());
    }
    let wide = !extra.is_empty();
    // "Made by" Unix, so that the permissions below apply.
    out.extend_from_slice(b"PK\x01\x02\x2d\x03");
    common(out, entry, wide);
    for number in [entry.size, entry.size] {
        out.extend_from_slice(&(number.min(ZIP64) as u32).to_le_bytes());
    }
    out.extend_from_slice(&(entry.name.len() as u16).to_le_bytes());
    out.extend_from_slice(&(if wide { extra.len() as u16 + 4 } else { 0 }).to_le_bytes());
    out.extend_from_slice(&[0; 6]);
    out.extend_from_slice(&(0o100_644u32 << 16).to_le_bytes());
    out.extend_from_slice(&(entry.offset.min(ZIP64) as u32).to_le_bytes());
    out.extend_from_slice(entry.name.as_bytes());
    if wide {
        out.extend_from_slice(&1u16.to_le_bytes());
        out.extend_from_slice(&(extra.len() as u16).to_le_bytes());
        out.extend_from_slice(&extra);
    }
}

struct Counted<'a, F> {
    file: &'a mut F,
    size: u64,
    crc: crc32fast::Hasher,
}

impl<F: Write> Write for Counted<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.size += n as u64;
        self.crc.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn add(zip: &mut Zip<Cursor<Vec<u8>>>, name: &str, content: &[u8]) {
        zip.add::<io::Error>("", name, content.len() as u64, |to| to.write_all(content)).unwrap();
    }

    #[test]
    fn a_failed_entry_leaves_the_archive_unchanged_and_resumable() {
        let mut zip = Zip::resume(Cursor::new(Vec::new()), Vec::new());
        add(&mut zip, "a.txt", b"one");
        let failed = zip.add::<io::Error>("", "b.txt", 9, |to| {
            to.write_all(b"half")?;
            Err(io::Error::other("gone"))
        });
        assert!(failed.is_err());
        let mut known = Vec::new();
        zip.entries().iter().for_each(|entry| entry.write(&mut known));
        let mut zip = Zip::resume(zip.file, Entry::read_all(&known).unwrap());
        add(&mut zip, "A.TXT", b"two");
        let names: Vec<_> = zip.entries().iter().map(|entry| entry.name.clone()).collect();
        assert_eq!(names, ["a.txt", "A (2).TXT"]);
        let (file, length) = zip.finish().unwrap();
        // Leftovers of the failed entry may follow the end.
        assert!(file.get_ref()[..length as usize].ends_with(&[0, 0]));
    }

    #[test]
    fn names_cannot_escape_the_archive() {
        for (name, clean) in [
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("C:\\x", "C__x"),
            ("..", "_"),
            ("", "_"),
            ("nul.txt", "_nul.txt"),
            ("com1", "_com1"),
            ("a\0b\n.png", "a_b_.png"),
            ("资料 .pdf", "资料 .pdf"),
        ] {
            assert_eq!(sanitised(name), clean, "{name}");
        }
    }

    #[test]
    fn large_numbers_use_zip64() {
        let entry = Entry { name: "x".into(), offset: 5 << 32, end: 11 << 32, size: 6 << 32, crc: 1 };
        let mut header = Vec::new();
        directory_header(&entry, &mut header);
        assert!(header.ends_with(&(5u64 << 32).to_le_bytes()));
        assert_eq!(header[20..28], [0xff; 8]);
        assert_eq!(local_header(&entry, true).len(), 30 + 1 + 20);
    }
}
