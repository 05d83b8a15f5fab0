//! URLs that let whoever has them fetch one thumbnail for a while, and nothing else.
//!
//! ```text
//! https://drive.example/thumb / 1.k3 / space / file / version / spec ?sign=<mac>:<expiry>
//! the host's base               |  |                                   |     Unix time, s
//!                          form --+  +-- key id                        +-- base64url, 43 characters
//! ```
//!
//! The signature is HMAC-SHA256 over the length-prefixed fields: form, key id, space, file, version, spec, expiry. It is
//! checked before anything else is believed, in constant time. A URL has one spelling only (`text.rs`): one that differs
//! in any byte from what was signed is refused, be it the base or the case of a digit. There is no URL without an
//! expiry, and none that lives longer than [`MAX_LIFE`].
//!
//! - [`keyring`]: the secrets, their ids and their rotation; [`keyfile`] keeps them in a folder.
//! - [`obfuscate`]: URLs whose file names are not to be read by people; the decoders are public.

pub mod keyfile;
pub mod keyring;
pub mod obfuscate;
mod text;

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyring::Keyring;

use crate::engine::id::{FileId, FileRef, SpaceId, Version};
use crate::error::{Error, Result};

/// How long a URL may live: 7 days, which is also what object stores allow.
pub const MAX_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Bytes of a URL beyond its base: three names of the host at three bytes a byte, and the rest.
const MAX_LEN: usize = 3 * 3 * crate::engine::id::MAX_ID + 1024;

/// The form of these URLs; another one would be another number.
const FORM: &str = "1";

/// What the signature speaks of; other uses of the same keys have other words.
const PURPOSE: &str = "thumbling url";

/// What a URL gives, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Whose thumbnail.
    pub file: FileRef,
    /// Of which content.
    pub version: Version,
    /// Which of the engine's specs, by name.
    pub spec: String,
    /// Unix time, s: from then on it gives nothing.
    pub expires: u64,
}

/// A URL that a client can fetch.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// Absolute where the engine's base URL is; to be decoded first if it is obfuscated.
    pub url: String,
    /// Unix time, s: from then on it gives nothing.
    pub expires: u64,
    /// Whether `url` has to go through a decoder of `bindings/decoders` first.
    pub obfuscated: bool,
}

// Whoever reads a log could use the URL.
impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("SignedUrl").field("url", &url).field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// A URL that gives nothing. Forged, expired, of a file that is gone: to an outsider all are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UrlError;

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such thumbnail")
    }
}

impl std::error::Error for UrlError {}

/// Signs `claims` below `base`, such as `https://drive.example/thumb` (without a slash at its end). `invalid-argument`
/// if the expiry has passed or is further than [`MAX_LIFE`] away.
pub fn sign(keys: &Keyring, base: &str, claims: &Claims, now: SystemTime) -> Result<SignedUrl> {
    if !lives(claims.expires, unix(now)) {
        return Err(Error::invalid_argument("a URL lives for more than nothing and at most 7 days"));
    }
    let signer = keys.signer();
    let mac = signer.mac(PURPOSE, &fields(signer.id(), claims));
    let mut url = String::with_capacity(base.len() + 160);
    url.push_str(base);
    for part in [&[FORM, ".", signer.id()].concat(), claims.file.space.as_str(), claims.file.file.as_str()]
        .into_iter()
        .chain([claims.version.as_str(), &claims.spec])
    {
        url.push('/');
        text::escape(part, &mut url);
    }
    url.push_str("?sign=");
    text::mac(&mac, &mut url);
    url.push(':');
    url.push_str(&claims.expires.to_string());
    Ok(SignedUrl { url, expires: claims.expires, obfuscated: false })
}

/// What `url`, which [`sign`] made below the same `base`, gives at `now`.
pub fn verify(keys: &Keyring, base: &str, url: &str, now: SystemTime) -> std::result::Result<Claims, UrlError> {
    let parsed = url.strip_prefix(base).filter(|rest| rest.len() <= MAX_LEN).and_then(parse).ok_or(UrlError)?;
    let id = parsed.key;
    // The signature first: what is not signed is not looked at, not even whether it has expired.
    if !keys.verify(id, PURPOSE, &fields(id, &parsed.claims), &parsed.mac) || !lives(parsed.claims.expires, unix(now)) {
        return Err(UrlError);
    }
    Ok(parsed.claims)
}

/// Not past, and not further away than any URL is signed for, as after a clock that was set back.
fn lives(expires: u64, now: u64) -> bool {
    expires > now && expires - now <= MAX_LIFE.as_secs()
}

fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// What is signed, in its order; the keyring prefixes each with its length.
fn fields<'a>(key: &'a str, claims: &'a Claims) -> [Field<'a>; 7] {
    [
        Field::Text(FORM),
        Field::Text(key),
        Field::Text(claims.file.space.as_str()),
        Field::Text(claims.file.file.as_str()),
        Field::Text(claims.version.as_str()),
        Field::Text(&claims.spec),
        Field::Number(claims.expires),
    ]
}

/// One thing that a signature speaks of.
#[derive(Debug, Clone, Copy)]
pub enum Field<'a> {
    /// Text, as UTF-8.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A number, as 8 bytes, most significant first.
    Number(u64),
}

struct Parsed<'a> {
    key: &'a str,
    claims: Claims,
    mac: [u8; 32],
}

/// Takes what stands behind the base apart; `None` if [`sign`] would not have spelled it so.
fn parse(rest: &str) -> Option<Parsed<'_>> {
    let (path, query) = rest.split_once('?')?;
    let mut parts = path.strip_prefix('/')?.split('/');
    let (form, key) = parts.next()?.split_once('.')?;
    if form != FORM {
        return None;
    }
    let mut next = || text::unescape(parts.next()?);
    let (space, file, version, spec) = (next()?, next()?, next()?, next()?);
    if parts.next().is_some() {
        return None;
    }
    let (mac, expires) = query.strip_prefix("sign=")?.split_once(':')?;
    let claims = Claims {
        file: FileRef::new(SpaceId::new(space).ok()?, FileId::new(file).ok()?),
        version: Version::new(version).ok()?,
        spec,
        expires: text::number(expires)?,
    };
    Some(Parsed { key, claims, mac: text::read_mac(mac)? })
}

#[cfg(test)]
mod tests;
