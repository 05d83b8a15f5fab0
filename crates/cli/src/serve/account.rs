//! Tokens of users, signed with the host's own keys, so that they survive a restart.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thumbling_engine::url::Field;
use thumbling_engine::url::keyring::Keyring;

const PURPOSE: &str = "thumbling demo token";
/// Lifetime of a token, s.
const LIFETIME: u64 = 30 * 24 * 3600;
/// The cookie that carries a token: event sources cannot send headers.
pub const COOKIE: &str = "thumbling_token";
/// Longest name of a user, bytes.
pub const MAX_NAME: usize = 64;

/// The id of the user named `name`, as in `X-User-Id` and `unionId`.
pub fn user_id(name: &str) -> String {
    format!("u{}", URL_SAFE_NO_PAD.encode(name))
}

/// A token for the user `id`.
pub fn token(keys: &Keyring, id: &str) -> String {
    let expires = now() + LIFETIME;
    let signer = keys.signer();
    let mac = signer.mac(PURPOSE, &[Field::Text(signer.id()), Field::Text(id), Field::Number(expires)]);
    format!("{id}.{expires}.{}.{}", signer.id(), URL_SAFE_NO_PAD.encode(mac))
}

/// The id of the user that `token` was issued to.
pub fn user(keys: &Keyring, token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (id, expires, key, mac) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let mac: [u8; 32] = URL_SAFE_NO_PAD.decode(mac).ok()?.try_into().ok()?;
    let until: u64 = expires.parse().ok()?;
    let signed = keys.verify(key, PURPOSE, &[Field::Text(key), Field::Text(id), Field::Number(until)], &mac);
    (parts.next().is_none() && signed && until > now()).then(|| id.to_owned())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_identifies_its_user_and_a_changed_one_is_refused() {
        let keys = Keyring::random().unwrap();
        let token = token(&keys, &user_id("玛丽"));
        assert_eq!(user(&keys, &token), Some(user_id("玛丽")));
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'5' { b'6' } else { b'5' };
            assert_eq!(user(&keys, std::str::from_utf8(&bytes).unwrap()), None, "{at}");
        }
        assert_eq!(user(&Keyring::random().unwrap(), &token), None);
    }
}
