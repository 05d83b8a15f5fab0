//! Hashes and AES by their names in Office files, and content that is decrypted as it is read.

use std::io;

use aes::cipher::{BlockCipherDecrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256, Block};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use thumbling_core::source::{ReadAt, Source};

pub(super) const BLOCK: usize = 16;

/// Bytes of an agile package that are encrypted together.
const SEGMENT: u64 = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().replace('-', "").as_str() {
            "SHA1" => Some(Self::Sha1),
            "SHA256" => Some(Self::Sha256),
            "SHA384" => Some(Self::Sha384),
            "SHA512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash of the concatenated pieces.
    pub(super) fn of(self, pieces: &[&[u8]]) -> Vec<u8> {
        fn run<D: Digest>(pieces: &[&[u8]]) -> Vec<u8> {
            let mut digest = D::new();
            pieces.iter().for_each(|piece| digest.update(piece));
            digest.finalize().to_vec()
        }
        match self {
            Self::Sha1 => run::<Sha1>(pieces),
            Self::Sha256 => run::<Sha256>(pieces),
            Self::Sha384 => run::<Sha384>(pieces),
            Self::Sha512 => run::<Sha512>(pieces),
        }
    }
}

/// AES with a key of 128, 192 or 256 bits.
pub(super) enum Aes {
    Bits128(Aes128),
    Bits192(Aes192),
    Bits256(Aes256),
}

impl Aes {
    /// `None` for other key lengths.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Aes128::new_from_slice(key).ok().map(Self::Bits128),
            24 => Aes192::new_from_slice(key).ok().map(Self::Bits192),
            32 => Aes256::new_from_slice(key).ok().map(Self::Bits256),
            _ => None,
        }
    }

    /// Decrypts whole blocks (ECB); a rest stays as it is.
    pub(super) fn decrypt(&self, bytes: &mut [u8]) {
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            let mut one = Block::from(*block);
            match self {
                Self::Bits128(aes) => aes.decrypt_block(&mut one),
                Self::Bits192(aes) => aes.decrypt_block(&mut one),
                Self::Bits256(aes) => aes.decrypt_block(&mut one),
            }
            *block = one.into();
        }
    }

    /// Decrypts whole blocks (CBC).
    pub(super) fn decrypt_chained(&self, bytes: &mut [u8], start: &[u8]) {
        let mut before = [0; BLOCK];
        before.iter_mut().zip(start).for_each(|(b, s)| *b = *s);
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            let encrypted = *block;
            self.decrypt(block);
            block.iter_mut().zip(before).for_each(|(b, x)| *b ^= x);
            before = encrypted;
        }
    }
}

/// An encrypted package.
pub(super) struct Decrypted {
    pub(super) content: Source,
    pub(super) size: u64,
    pub(super) aes: Aes,
    /// Hash and salt of the initialisation vectors of CBC segments; `None` for ECB.
    pub(super) chained: Option<(Hash, Vec<u8>)>,
}

impl ReadAt for Decrypted {
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.size || buf.is_empty() {
            return Ok(0);
        }
        let number = offset / SEGMENT;
        let mut segment = [0; SEGMENT as usize];
        let got = self.content.read_up_to(number * SEGMENT, &mut segment)?;
        let segment = &mut segment[..got];
        match &self.chained {
            Some((hash, salt)) => {
                let start = hash.of(&[salt, &(number as u32).to_le_bytes()]);
                self.aes.decrypt_chained(segment, &start);
            }
            None => self.aes.decrypt(segment),
        }
        let from = (offset - number * SEGMENT) as usize;
        let left = (self.size - offset).min(segment.len().saturating_sub(from) as u64) as usize;
        let n = left.min(buf.len());
        buf[..n].copy_from_slice(&segment[from..from + n]);
        Ok(n)
    }
}
