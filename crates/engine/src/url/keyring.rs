//! The secrets that sign URLs: one that signs, and others whose signatures are still accepted.
//!
//! To rotate, [`Keyring::rotate`] adds a new signing key. Signatures of the old one are accepted until
//! [`Keyring::retire`] removes it, once everything it signed has expired.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::random;
use thumbling::{Error, Result};

/// Shortest secret, bytes: the length of a signature.
pub const MIN_SECRET: usize = 32;
/// Longest key id, characters.
pub const MAX_KEY_ID: usize = 16;

/// A field of what is signed.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// Text, as UTF-8.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A number, as 8 bytes, most significant first.
    Number(u64),
}

/// A secret, and its id in URLs.
#[derive(Clone)]
pub struct Key {
    id: Arc<str>,
    secret: Arc<[u8]>,
    /// With both key blocks already hashed, which saves two blocks per signature.
    hmac: Hmac<Sha256>,
}

impl Key {
    /// A key with the id `id`. `invalid-argument` if the secret is shorter than [`MIN_SECRET`] bytes, or the id is not 1 to
    /// [`MAX_KEY_ID`] lower-case letters and digits.
    pub fn new(id: &str, secret: &[u8]) -> Result<Self> {
        let named = (1..=MAX_KEY_ID).contains(&id.len());
        if !named || !id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            return Err(Error::invalid_argument("a key id is 1 to 16 lower-case letters and digits"));
        }
        if secret.len() < MIN_SECRET {
            return Err(Error::invalid_argument(format!("a secret has {MIN_SECRET} bytes or more")));
        }
        let hmac = Hmac::new_from_slice(secret).map_err(|_| Error::internal("HMAC takes keys of any length"))?;
        Ok(Self { id: id.into(), secret: secret.into(), hmac })
    }

    /// A key with a random secret and the id `id`.
    pub fn random(id: &str) -> Result<Self> {
        Self::new(id, &random::bytes::<32>()?)
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The signature of `fields` for one `purpose`. The purpose and each field are preceded by their length.
    pub fn mac(&self, purpose: &str, fields: &[Field<'_>]) -> [u8; 32] {
        self.keyed(purpose, fields).finalize().into_bytes().into()
    }

    fn keyed(&self, purpose: &str, fields: &[Field<'_>]) -> Hmac<Sha256> {
        let mut hmac = self.hmac.clone();
        let mut field = |bytes: &[u8]| {
            hmac.update(&(bytes.len() as u64).to_be_bytes());
            hmac.update(bytes);
        };
        field(purpose.as_bytes());
        for one in fields {
            match one {
                Field::Text(text) => field(text.as_bytes()),
                Field::Bytes(bytes) => field(bytes),
                Field::Number(number) => field(&number.to_be_bytes()),
            }
        }
        hmac
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The keys of one engine, or of several that accept each other's URLs. Can be rotated while in use.
#[derive(Debug)]
pub struct Keyring {
    /// The signing key first. Never empty.
    keys: RwLock<Vec<Key>>,
}

impl Keyring {
    /// A keyring that signs with `key`.
    pub fn new(key: Key) -> Self {
        Self { keys: RwLock::new(vec![key]) }
    }

    /// A keyring that signs with a random key. Its signatures become invalid when the process ends.
    pub fn random() -> Result<Self> {
        Key::random("r").map(Self::new)
    }

    /// Also accepts signatures of `key`. Replaces a key with the same id.
    #[must_use]
    pub fn accepting(self, key: Key) -> Self {
        self.accept(key);
        self
    }

    /// Like [`accepting`](Self::accepting), for a keyring in use.
    pub fn accept(&self, key: Key) {
        self.write(|keys| match keys.iter().position(|k| k.id == key.id) {
            Some(at) => keys[at] = key,
            None => keys.push(key),
        });
    }

    /// Signs with `key` from now on, and still accepts the others. `invalid-argument` if one of them has the same id.
    pub fn rotate(&self, key: Key) -> Result<()> {
        self.write(|keys| match keys.iter().any(|k| k.id == key.id) {
            true => Err(Error::invalid_argument(format!("there is already a key {}", key.id))),
            false => {
                keys.insert(0, key);
                Ok(())
            }
        })
    }

    /// No longer accepts signatures of the key `id`. `invalid-argument` if it is the signing key, or unknown.
    pub fn retire(&self, id: &str) -> Result<()> {
        self.write(|keys| match keys.iter().position(|k| &*k.id == id) {
            Some(at) if at > 0 => {
                keys.remove(at);
                Ok(())
            }
            Some(_) => Err(Error::invalid_argument(format!("the key {id} is the signing key"))),
            None => Err(Error::invalid_argument(format!("there is no key {id}"))),
        })
    }

    /// The signing key.
    pub fn signer(&self) -> Key {
        self.read(|keys| keys[0].clone())
    }

    /// Whether `mac` is the signature of `fields` by the key `id`, compared in constant time. Unknown ids take as long.
    pub fn verify(&self, id: &str, purpose: &str, fields: &[Field<'_>], mac: &[u8; 32]) -> bool {
        let (key, known) = self.read(|keys| match keys.iter().find(|k| &*k.id == id) {
            Some(key) => (key.clone(), true),
            None => (keys[0].clone(), false),
        });
        key.keyed(purpose, fields).verify_slice(mac).is_ok() & known
    }

    /// All keys, the signing key first.
    pub fn keys(&self) -> Vec<Key> {
        self.read(|keys| keys.to_vec())
    }

    fn read<T>(&self, read: impl FnOnce(&[Key]) -> T) -> T {
        read(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut Vec<Key>) -> T) -> T {
        change(&mut self.keys.write().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str, fill: u8) -> Key {
        Key::new(id, &[fill; 32]).unwrap()
    }

    #[test]
    fn short_secrets_and_invalid_ids_are_refused() {
        assert!(Key::new("k", &[1; 31]).is_err());
        for id in ["", "K", "a.b", "a/b", "ä", "12345678901234567"] {
            assert!(Key::new(id, &[1; 32]).is_err(), "{id}");
        }
    }

    #[test]
    fn moving_a_byte_between_fields_changes_the_signature() {
        let key = key("k", 1);
        let (a, b) = ([Field::Text("ab"), Field::Text("c")], [Field::Text("a"), Field::Text("bc")]);
        assert_ne!(key.mac("p", &a), key.mac("p", &b));
        assert_ne!(key.mac("p", &a), key.mac("q", &a));
    }

    #[test]
    fn signatures_of_an_old_key_are_accepted_until_it_is_retired() {
        let ring = Keyring::new(key("a", 1));
        let old = ring.signer().mac("p", &[Field::Number(1)]);
        ring.rotate(key("b", 2)).unwrap();
        assert_eq!(ring.signer().id(), "b");
        assert!(ring.verify("a", "p", &[Field::Number(1)], &old));
        ring.retire("a").unwrap();
        assert!(!ring.verify("a", "p", &[Field::Number(1)], &old));
        assert!(!ring.verify("b", "p", &[Field::Number(1)], &old));
    }

    #[test]
    fn the_signing_key_cannot_be_retired() {
        let ring = Keyring::new(key("a", 1));
        assert!(ring.retire("a").is_err());
        assert!(ring.rotate(key("a", 2)).is_err());
    }

    #[test]
    fn debug_output_of_a_keyring_hides_its_secrets() {
        let secret = *b"0123456789abcdef0123456789abcdef";
        let ring = Keyring::new(Key::new("a", &secret).unwrap());
        let shown = format!("{ring:?}");
        assert!(shown.contains("\"a\"") && !shown.contains("48, 49") && !shown.contains("0123"), "{shown}");
    }

    // RFC 4231 has no vector with a 32-byte key; this one was computed with Python's hmac and hashlib.
    #[test]
    fn signatures_are_hmac_sha256_over_length_prefixed_fields() {
        let mac = key("k", b'k').mac("thumbling url", &[Field::Text("1"), Field::Number(7)]);
        let hex: String = mac.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "c74ed0a4420c738226fb8e29cdc2edb4c14cb9c407091baa44cb097aad3f59bc");
    }
}
