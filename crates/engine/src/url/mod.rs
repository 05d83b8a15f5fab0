//! Signed URLs: each lets its holder fetch one thumbnail or package for a limited time, and nothing else.
//!
//! ```text
//! https://drive.example/thumb / 1.k3 / space / file / version / spec ?sign=<mac>:<expiry>
//! base URL                      |  |                                   |     Unix time, s
//!                       version --+  +-- key id                        +-- base64url, 43 characters
//! ```
//!
//! The signature is HMAC-SHA256 over the length-prefixed fields: URL version, key id, space, file, version, spec, expiry.
//! It is verified in constant time before anything else is used. A URL has exactly one encoding (`text.rs`): any other
//! byte, even the case of a digit, is refused. Every URL expires, after at most [`MAX_LIFE`].
//!
//! - [`keyring`]: secrets, their ids and their rotation; [`keyfile`] stores them in a file.
//! - [`obfuscate`]: URLs that hide file names.

pub mod keyfile;
pub mod keyring;
pub mod obfuscate;
mod text;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyring::Keyring;

pub use keyring::Field;

use crate::model::id::{FileId, FileRef, MAX_ID, SpaceId, Version};
use thumbling::{Error, Result};

pub use crate::model::url::{Claims, SignedUrl, Target, UrlContent, UrlError};

/// Longest lifetime of a URL: 7 days, as in object stores.
pub const MAX_LIFE: Duration = Duration::from_secs(7 * 24 * 3600);

/// Longest URL without its base, bytes: three ids of the host, three bytes per byte when escaped, and the rest.
const MAX_LEN: usize = 3 * 3 * MAX_ID + 1024;

/// Version of this URL format.
const FORMAT: &str = "1";

/// Purpose of the signature; other uses of the same keys have other purposes.
const PURPOSE: &str = "thumbling url";

/// Signs `claims` under the base URL `base`, such as `https://drive.example/thumb`, without a trailing slash.
/// `invalid-argument` if the expiry has passed or is more than [`MAX_LIFE`] away.
pub fn sign(keys: &Keyring, base: &str, claims: &Claims, now: SystemTime) -> Result<SignedUrl> {
    if !is_valid(claims.expires, unix(now)) {
        return Err(Error::invalid_argument("the expiry has passed or is more than 7 days away"));
    }
    let signer = keys.signer();
    let mac = signer.mac(PURPOSE, &fields(signer.id(), claims));
    let mut url = String::with_capacity(base.len() + 160);
    url.push_str(base);
    for part in [&[FORMAT, ".", signer.id()].concat(), claims.file.space.as_str(), claims.file.file.as_str()]
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

/// The claims of `url`, if [`sign`] signed it under the same `base` and it has not expired at `now`.
pub fn verify(keys: &Keyring, base: &str, url: &str, now: SystemTime) -> std::result::Result<Claims, UrlError> {
    let parsed = url.strip_prefix(base).filter(|rest| rest.len() <= MAX_LEN).and_then(parse).ok_or(UrlError)?;
    let id = parsed.key;
    // The signature first: nothing unsigned is used, not even the expiry.
    if !keys.verify(id, PURPOSE, &fields(id, &parsed.claims), &parsed.mac)
        || !is_valid(parsed.claims.expires, unix(now))
    {
        return Err(UrlError);
    }
    Ok(parsed.claims)
}

/// Whether an expiry is in the future, but not further than any URL is signed for, as after a clock was set back.
fn is_valid(expires: u64, now: u64) -> bool {
    expires > now && expires - now <= MAX_LIFE.as_secs()
}

fn unix(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// The signed fields, in order.
fn fields<'a>(key: &'a str, claims: &'a Claims) -> [Field<'a>; 7] {
    [
        Field::Text(FORMAT),
        Field::Text(key),
        Field::Text(claims.file.space.as_str()),
        Field::Text(claims.file.file.as_str()),
        Field::Text(claims.version.as_str()),
        Field::Text(&claims.spec),
        Field::Number(claims.expires),
    ]
}

struct Parsed<'a> {
    key: &'a str,
    claims: Claims,
    mac: [u8; 32],
}

/// Parses what follows the base; `None` if it is not what [`sign`] produces.
fn parse(rest: &str) -> Option<Parsed<'_>> {
    let (path, query) = rest.split_once('?')?;
    let mut parts = path.strip_prefix('/')?.split('/');
    let (format, key) = parts.next()?.split_once('.')?;
    if format != FORMAT {
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
