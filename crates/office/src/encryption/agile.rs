//! Agile encryption (MS-OFFCRYPTO 2.3.4.10), Office 2010 and later: a key derived from the password encrypts the key of
//! the package.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::cipher::{Aes, Decrypted, Hash};
use super::error::encrypted_error;
use crate::xml::{Document, Element};
use thumbling_core::decode::Context;
use thumbling_core::error::{Error, Result};
use thumbling_core::source::Source;

/// Hash iterations allowed. Office uses 100,000; ten times that takes half a second.
const MAX_ROUNDS: u32 = 1_000_000;

/// Block keys (MS-OFFCRYPTO 2.3.4.11, 2.3.4.13).
const FOR_INPUT: [u8; 8] = [0xFE, 0xA7, 0xD2, 0x76, 0x3B, 0x4B, 0x9E, 0x79];
const FOR_VALUE: [u8; 8] = [0xD7, 0xAA, 0x0F, 0x6D, 0x30, 0x61, 0x34, 0x4E];
const FOR_KEY: [u8; 8] = [0x14, 0x6E, 0x0B, 0xE7, 0xAB, 0xAC, 0xD0, 0xD6];

/// The parameters in `keyData` and `encryptedKey`.
struct Encryption {
    hash: Hash,
    salt: Vec<u8>,
    key_bytes: usize,
}

impl Encryption {
    /// `None` unless it is AES-CBC.
    fn of(element: Element<'_>) -> Option<Self> {
        let is = |name: &str, value: &str| element.attr(name).is_some_and(|v| v.eq_ignore_ascii_case(value));
        if !is("cipherAlgorithm", "AES") || !is("cipherChaining", "ChainingModeCBC") {
            return None;
        }
        let hash = Hash::named(element.attr("hashAlgorithm")?)?;
        let key_bytes = element.number::<usize>("keyBits")? / 8;
        Some(Self { hash, salt: bytes(element, "saltValue")?, key_bytes })
    }
}

fn bytes(element: Element<'_>, name: &str) -> Option<Vec<u8>> {
    STANDARD.decode(element.attr(name)?.trim()).ok()
}

/// The first element with this local name.
fn find<'a>(element: Element<'a>, name: &str) -> Option<Element<'a>> {
    let is_it = |e: Element<'_>| e.name().rsplit(':').next() == Some(name);
    element.children().find_map(|child| if is_it(child) { Some(child) } else { find(child, name) })
}

/// Decrypts `content`; `info` is the XML description.
pub(super) fn open(info: &[u8], content: Source, size: u64, password: &[u8], cx: &Context<'_>) -> Result<Source> {
    let document = Document::parse(info, cx)?;
    let corrupt = || Error::corrupt("missing or damaged encryption parameters");
    let data = find(document.root(), "keyData").ok_or_else(corrupt)?;
    // Without one, the key is encrypted by a certificate.
    let key = find(document.root(), "encryptedKey").ok_or_else(encrypted_error)?;
    let (data, by) = Encryption::of(data).zip(Encryption::of(key)).ok_or_else(encrypted_error)?;
    let rounds = key.number::<u32>("spinCount").filter(|n| *n <= MAX_ROUNDS).ok_or_else(encrypted_error)?;
    let hash = stretched(by.hash, &by.salt, password, rounds, cx)?;
    let decrypted = |name: &str, purpose: &[u8]| {
        let mut bytes = bytes(key, name)?;
        let key = fitted(by.hash.of(&[&hash, purpose]), by.key_bytes);
        Aes::new(&key)?.decrypt_chained(&mut bytes, &by.salt);
        Some(bytes)
    };
    let all = (
        decrypted("encryptedVerifierHashInput", &FOR_INPUT),
        decrypted("encryptedVerifierHashValue", &FOR_VALUE),
        decrypted("encryptedKeyValue", &FOR_KEY),
    );
    let (Some(input), Some(value), Some(key)) = all else { return Err(corrupt()) };
    let input = by.hash.of(&[&input[..by.salt.len().min(input.len())]]);
    if value.get(..input.len()) != Some(&input) {
        return Err(encrypted_error());
    }
    let aes = key.get(..data.key_bytes).and_then(Aes::new).ok_or_else(corrupt)?;
    let chained = Some((data.hash, data.salt));
    Ok(Source::from_read_at(Arc::new(Decrypted { content, size, aes, chained }), size))
}

/// The iterated hash of the password.
pub(super) fn stretched(hash: Hash, salt: &[u8], password: &[u8], rounds: u32, cx: &Context<'_>) -> Result<Vec<u8>> {
    let mut value = hash.of(&[salt, password]);
    for n in 0..rounds {
        if n.is_multiple_of(4096) {
            cx.check()?;
        }
        value = hash.of(&[&n.to_le_bytes(), &value]);
    }
    Ok(value)
}

/// A hash, truncated or padded to `length`.
fn fitted(mut hash: Vec<u8>, length: usize) -> Vec<u8> {
    // No key is longer, whatever the file claims.
    hash.resize(length.min(64), 0x36);
    hash
}
