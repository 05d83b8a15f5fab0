//! Standard encryption (MS-OFFCRYPTO 2.3.4.5), Office 2007: AES-ECB with a key derived from the password.

use std::sync::Arc;

use super::agile::stretched;
use super::cipher::{Aes, Decrypted, Hash};
use super::error::encrypted_error;
use thumbling_core::bytes::u32_le;
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

const ROUNDS: u32 = 50_000;

/// Decrypts `content`; `info` follows the version.
pub(super) fn open(info: &[u8], content: Source, size: u64, password: &[u8], cx: &Context<'_>) -> Result<Source> {
    let corrupt = || Error::corrupt("missing or damaged encryption parameters");
    let number = |at: usize| u32_le(info, at).map(|n| n as usize);
    // Flags, header size and header: flags, extra size, algorithm, hash, key bits …
    let (Some(header), Some(algorithm), Some(bits)) = (number(4), number(16), number(24)) else {
        return Err(corrupt());
    };
    if !matches!(algorithm, 0x660E..=0x6610) {
        return Err(encrypted_error());
    }
    // … and verifier: salt size, salt, encrypted verifier, hash size, encrypted hash.
    let verifier = header.checked_add(8).and_then(|at| info.get(at..)).ok_or_else(corrupt)?;
    let (salt, input, value) = match (verifier.get(4..20), verifier.get(20..36), verifier.get(40..72)) {
        (Some(salt), Some(input), Some(value)) => (salt, input, value),
        _ => return Err(corrupt()),
    };
    let hash = stretched(Hash::Sha1, salt, password, ROUNDS, cx)?;
    let hash = Hash::Sha1.of(&[&hash, &[0; 4]]);
    let half = |with: u8| {
        let mut padded = [with; 64];
        padded.iter_mut().zip(&hash).for_each(|(p, h)| *p ^= h);
        Hash::Sha1.of(&[&padded])
    };
    let key = [half(0x36), half(0x5C)].concat();
    let aes = key.get(..bits / 8).and_then(Aes::new).ok_or_else(corrupt)?;
    let (mut input, mut value) = (input.to_vec(), value.to_vec());
    aes.decrypt(&mut input);
    aes.decrypt(&mut value);
    if Hash::Sha1.of(&[&input]) != value[..20] {
        return Err(encrypted_error());
    }
    Ok(Source::from_read_at(Arc::new(Decrypted { content, size, aes, chained: None }), size))
}
