//! The file format of blobs: content, a hash of each MiB of it, and a footer that authenticates the hashes.
//!
//! ```text
//! content | per 1 MiB chunk: truncated SHA-256, 16 bytes | "THMBLOB1" | content length, u64 LE | truncated SHA-256 of hashes and length, 16 bytes
//! ```
//!
//! The footer comes last, so a file can be written as a stream. A range can be verified without reading the rest.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

/// Bytes covered by one hash.
pub(super) const CHUNK: u64 = 1 << 20;
/// Length of a hash, bytes.
const HASH: usize = 16;
/// Length of the footer, bytes.
pub(super) const FOOTER: u64 = 32;
const MAGIC: &[u8; 8] = b"THMBLOB1";

fn hash(bytes: &[u8]) -> [u8; HASH] {
    let mut short = [0; HASH];
    short.copy_from_slice(&Sha256::digest(bytes)[..HASH]);
    short
}

/// The hashes and the footer of content in memory.
pub(super) fn trailer(content: &[u8]) -> Vec<u8> {
    let mut tail: Vec<u8> = content.chunks(CHUNK as usize).flat_map(hash).collect();
    append_footer(&mut tail, content.len() as u64);
    tail
}

/// Reads content to its end and writes its hashes and footer.
pub(super) fn seal(content: &mut impl Read, to: &mut impl Write) -> io::Result<u64> {
    let (mut tail, mut length) = (Vec::new(), 0);
    let mut chunk = Vec::with_capacity(CHUNK as usize);
    loop {
        chunk.clear();
        content.by_ref().take(CHUNK).read_to_end(&mut chunk)?;
        if chunk.is_empty() {
            break;
        }
        length += chunk.len() as u64;
        tail.extend_from_slice(&hash(&chunk));
    }
    append_footer(&mut tail, length);
    to.write_all(&tail)?;
    Ok(length)
}

fn append_footer(tail: &mut Vec<u8>, length: u64) {
    let checksum = checksum(tail, length);
    tail.extend_from_slice(MAGIC);
    tail.extend_from_slice(&length.to_le_bytes());
    tail.extend_from_slice(&checksum);
}

fn checksum(hashes: &[u8], length: u64) -> [u8; HASH] {
    let mut all = hashes.to_vec();
    all.extend_from_slice(&length.to_le_bytes());
    hash(&all)
}

/// Length of the content of a file of `size` bytes with this footer; `None` if the footer is invalid.
pub(super) fn content_length(footer: &[u8; FOOTER as usize], size: u64) -> Option<u64> {
    let (magic, rest) = footer.split_first_chunk::<8>()?;
    let (length, _) = rest.split_first_chunk::<8>()?;
    let length = u64::from_le_bytes(*length);
    let whole = length.checked_add(length.div_ceil(CHUNK) * HASH as u64)?.checked_add(FOOTER)?;
    (magic == MAGIC && whole == size).then_some(length)
}

/// The hashes of a blob, authenticated by its footer.
pub(super) struct Hashes(Vec<u8>);

impl Hashes {
    /// `None` if they do not match the footer.
    pub(super) fn new(hashes: Vec<u8>, length: u64, footer: &[u8; FOOTER as usize]) -> Option<Self> {
        (checksum(&hashes, length)[..] == footer[16..]).then_some(Self(hashes))
    }

    /// Whether `chunk` is chunk `n` of the content.
    pub(super) fn match_chunk(&self, n: u64, chunk: &[u8]) -> bool {
        let at = n as usize * HASH;
        self.0.get(at..at + HASH) == Some(&hash(chunk)[..])
    }
}

/// The content of a whole file; `None` if it is damaged.
pub(super) fn content(mut file: Vec<u8>) -> Option<Vec<u8>> {
    let size = file.len() as u64;
    let footer: [u8; FOOTER as usize] = *file.last_chunk()?;
    let length = content_length(&footer, size)?;
    let tail = file.split_off(length as usize);
    let hashes = Hashes::new(tail[..tail.len() - FOOTER as usize].to_vec(), length, &footer)?;
    let sound = file.chunks(CHUNK as usize).enumerate().all(|(n, chunk)| hashes.match_chunk(n as u64, chunk));
    sound.then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(length: usize) -> Vec<u8> {
        let mut file: Vec<u8> = (0..length).map(|i| (i * 7 % 251) as u8).collect();
        file.extend(trailer(&file.clone()));
        file
    }

    #[test]
    fn content_round_trips() {
        for length in [0, 1, 1000, CHUNK as usize, CHUNK as usize + 1] {
            assert_eq!(content(file(length)).unwrap().len(), length);
        }
    }

    #[test]
    fn every_flipped_bit_of_a_small_blob_is_detected() {
        let sound = file(50);
        for bit in 0..sound.len() * 8 {
            let mut broken = sound.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(content(broken).is_none(), "bit {bit}");
        }
    }

    #[test]
    fn every_truncation_is_detected() {
        let sound = file(50);
        for length in 0..sound.len() {
            assert!(content(sound[..length].to_vec()).is_none(), "{length}");
        }
    }

    #[test]
    fn sealing_a_stream_equals_sealing_memory() {
        let bytes = vec![9; CHUNK as usize * 2 + 5];
        let mut tail = Vec::new();
        assert_eq!(seal(&mut &bytes[..], &mut tail).unwrap(), bytes.len() as u64);
        assert_eq!(tail, trailer(&bytes));
    }
}
