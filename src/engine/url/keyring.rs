//! The secrets that sign: one that signs now, and those whose signatures still hold.
//!
//! Rotation: [`Keyring::rotate`] brings in a new secret to sign with; the old one goes on to be accepted until
//! [`Keyring::retire`] takes it away, which is right once everything that it signed has expired.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Field;
use crate::error::{Error, ErrorKind, Result};

/// Bytes of a secret, at least: as many as the signature has.
pub const MIN_SECRET: usize = 32;
/// Characters of a key id, at most.
pub const MAX_KEY_ID: usize = 16;

/// A secret and the name it goes by in URLs.
#[derive(Clone)]
pub struct Key {
    id: Arc<str>,
    secret: Arc<[u8]>,
    /// Both key blocks already hashed in, so that a signature costs two blocks less.
    hmac: Hmac<Sha256>,
}

impl Key {
    /// The secret `secret`, called `id`. `invalid-argument` if the secret has less than [`MIN_SECRET`] bytes, or the id
    /// is not 1 to [`MAX_KEY_ID`] lower-case letters and digits.
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

    /// A new random secret, called `id`.
    pub fn random(id: &str) -> Result<Self> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|e| Error::new(ErrorKind::Io, format!("no randomness: {e}")))?;
        Self::new(id, &secret)
    }

    /// What it is called.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The signature of `fields` for one `purpose`: each, and the purpose, with its length before it.
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

/// The keys of one engine, or of several that answer for each other. May be rotated while it is in use.
#[derive(Debug)]
pub struct Keyring {
    /// The one that signs first. Never empty.
    keys: RwLock<Vec<Key>>,
}

impl Keyring {
    /// Signs with `key`.
    pub fn new(key: Key) -> Self {
        Self { keys: RwLock::new(vec![key]) }
    }

    /// Signs with a random secret that lives as long as this process.
    pub fn random() -> Result<Self> {
        Key::random("r").map(Self::new)
    }

    /// Goes on to accept what `key` signed. A key of the same id is replaced.
    #[must_use]
    pub fn accepting(self, key: Key) -> Self {
        self.accept(key);
        self
    }

    /// As [`accepting`](Self::accepting), while it is in use.
    pub fn accept(&self, key: Key) {
        self.write(|keys| match keys.iter().position(|k| k.id == key.id) {
            Some(at) => keys[at] = key,
            None => keys.push(key),
        });
    }

    /// Signs with `key` from now on, and goes on to accept the others. `invalid-argument` if one of them has its id.
    pub fn rotate(&self, key: Key) -> Result<()> {
        self.write(|keys| match keys.iter().any(|k| k.id == key.id) {
            true => Err(Error::invalid_argument(format!("there is a key called {}", key.id))),
            false => {
                keys.insert(0, key);
                Ok(())
            }
        })
    }

    /// No longer accepts what the key `id` signed. `invalid-argument` if it is the one that signs, or none.
    pub fn retire(&self, id: &str) -> Result<()> {
        self.write(|keys| match keys.iter().position(|k| &*k.id == id) {
            Some(at) if at > 0 => {
                keys.remove(at);
                Ok(())
            }
            Some(_) => Err(Error::invalid_argument(format!("the key {id} is the one that signs"))),
            None => Err(Error::invalid_argument(format!("there is no key called {id}"))),
        })
    }

    /// The key that signs.
    pub fn signer(&self) -> Key {
        self.read(|keys| keys[0].clone())
    }

    /// Whether `mac` is what the key `id` signs `fields` with, compared in constant time. An unknown id takes as long.
    pub fn verify(&self, id: &str, purpose: &str, fields: &[Field<'_>], mac: &[u8; 32]) -> bool {
        let (key, known) = self.read(|keys| match keys.iter().find(|k| &*k.id == id) {
            Some(key) => (key.clone(), true),
            None => (keys[0].clone(), false),
        });
        key.keyed(purpose, fields).verify_slice(mac).is_ok() & known
    }

    /// All keys, the one that signs first.
    pub fn keys(&self) -> Vec<Key> {
        self.read(|keys| keys.to_vec())
    }

    fn read<T>(&self, look: impl FnOnce(&[Key]) -> T) -> T {
        look(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
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
    fn a_short_secret_and_a_wild_id_are_refused() {
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
    fn what_an_old_key_signed_holds_until_it_is_retired() {
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
    fn the_key_that_signs_is_not_retired() {
        let ring = Keyring::new(key("a", 1));
        assert!(ring.retire("a").is_err());
        assert!(ring.rotate(key("a", 2)).is_err());
    }

    #[test]
    fn secrets_do_not_get_into_logs() {
        let secret = *b"0123456789abcdef0123456789abcdef";
        let ring = Keyring::new(Key::new("a", &secret).unwrap());
        let shown = format!("{ring:?}");
        assert!(shown.contains("\"a\"") && !shown.contains("48, 49") && !shown.contains("0123"), "{shown}");
    }

    // RFC 4231 has no keys of 32 bytes that fit; this one was computed by Python's hmac and hashlib.
    #[test]
    fn signatures_are_hmac_sha256_over_length_prefixed_fields() {
        let mac = key("k", b'k').mac("thumbling url", &[Field::Text("1"), Field::Number(7)]);
        let hex: String = mac.iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, "c74ed0a4420c738226fb8e29cdc2edb4c14cb9c407091baa44cb097aad3f59bc");
    }
}
