//! A blob as a file: its content, a hash of each mebibyte of it, and a foot that vouches for the hashes.
//!
//! ```text
//! content | 16 bytes a chunk of 1 MiB: SHA-256, cut off | "THMBLOB1" | content bytes, u64 LE | 16 bytes: SHA-256 of hashes and length
//! ```
//!
//! The foot comes last, so that a file can be written as it grows; and a range can be checked without reading the rest.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

/// Bytes that share a hash.
pub(super) const CHUNK: u64 = 1 << 20;
/// Bytes of one hash.
const HASH: usize = 16;
/// Bytes of the foot.
pub(super) const FOOT: u64 = 32;
const MAGIC: &[u8; 8] = b"THMBLOB1";

fn hash(bytes: &[u8]) -> [u8; HASH] {
    let mut short = [0; HASH];
    short.copy_from_slice(&Sha256::digest(bytes)[..HASH]);
    short
}

/// The hashes and the foot of content that is in memory.
pub(super) fn foot(content: &[u8]) -> Vec<u8> {
    let mut tail: Vec<u8> = content.chunks(CHUNK as usize).flat_map(hash).collect();
    close(&mut tail, content.len() as u64);
    tail
}

/// Reads content to its end and writes its hashes and foot.
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
    close(&mut tail, length);
    to.write_all(&tail)?;
    Ok(length)
}

fn close(tail: &mut Vec<u8>, length: u64) {
    let check = check(tail, length);
    tail.extend_from_slice(MAGIC);
    tail.extend_from_slice(&length.to_le_bytes());
    tail.extend_from_slice(&check);
}

fn check(hashes: &[u8], length: u64) -> [u8; HASH] {
    let mut all = hashes.to_vec();
    all.extend_from_slice(&length.to_le_bytes());
    hash(&all)
}

/// How long the content of a file of `size` bytes with this foot is; `None` if it is no blob's foot.
pub(super) fn content_length(foot: &[u8; FOOT as usize], size: u64) -> Option<u64> {
    let (magic, rest) = foot.split_first_chunk::<8>()?;
    let (length, _) = rest.split_first_chunk::<8>()?;
    let length = u64::from_le_bytes(*length);
    let whole = length.checked_add(length.div_ceil(CHUNK) * HASH as u64)?.checked_add(FOOT)?;
    (magic == MAGIC && whole == size).then_some(length)
}

/// The hashes of a blob, vouched for by its foot.
pub(super) struct Hashes(Vec<u8>);

impl Hashes {
    /// `None` if they are not those of the foot.
    pub(super) fn new(hashes: Vec<u8>, length: u64, foot: &[u8; FOOT as usize]) -> Option<Self> {
        (check(&hashes, length)[..] == foot[16..]).then_some(Self(hashes))
    }

    /// Whether `chunk` is the content's `n`th.
    pub(super) fn match_chunk(&self, n: u64, chunk: &[u8]) -> bool {
        let at = n as usize * HASH;
        self.0.get(at..at + HASH) == Some(&hash(chunk)[..])
    }
}

/// The content of a whole file; `None` if anything is wrong with it.
pub(super) fn content(mut file: Vec<u8>) -> Option<Vec<u8>> {
    let size = file.len() as u64;
    let foot: [u8; FOOT as usize] = *file.last_chunk()?;
    let length = content_length(&foot, size)?;
    let tail = file.split_off(length as usize);
    let hashes = Hashes::new(tail[..tail.len() - FOOT as usize].to_vec(), length, &foot)?;
    let sound = file.chunks(CHUNK as usize).enumerate().all(|(n, chunk)| hashes.match_chunk(n as u64, chunk));
    sound.then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(length: usize) -> Vec<u8> {
        let mut file: Vec<u8> = (0..length).map(|i| (i * 7 % 251) as u8).collect();
        file.extend(foot(&file.clone()));
        file
    }

    #[test]
    fn content_comes_back_whole() {
        for length in [0, 1, 1000, CHUNK as usize, CHUNK as usize + 1] {
            assert_eq!(content(file(length)).unwrap().len(), length);
        }
    }

    #[test]
    fn every_flipped_bit_of_a_small_blob_is_found() {
        let sound = file(50);
        for bit in 0..sound.len() * 8 {
            let mut broken = sound.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            assert!(content(broken).is_none(), "bit {bit}");
        }
    }

    #[test]
    fn every_cut_is_found() {
        let sound = file(50);
        for length in 0..sound.len() {
            assert!(content(sound[..length].to_vec()).is_none(), "{length}");
        }
    }

    #[test]
    fn sealing_a_stream_is_the_same_as_sealing_memory() {
        let bytes = vec![9; CHUNK as usize * 2 + 5];
        let mut tail = Vec::new();
        assert_eq!(seal(&mut &bytes[..], &mut tail).unwrap(), bytes.len() as u64);
        assert_eq!(tail, foot(&bytes));
    }
}
