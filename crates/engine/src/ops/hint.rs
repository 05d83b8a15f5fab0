//! Context hints: what a listing knew about a file, signed, and sent back by the client that listed it, so that the drive
//! need not be asked again.
//!
//! A hint is valid for one minute, one caller, and one file (and URI). It grants no access.

use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::inner::Inner;
use crate::model::caller::Caller;
use crate::model::drive::{Action, FileInfo};
use crate::model::error::Result;
use crate::model::id::{FileId, FileRef, MAX_ID, SpaceId, Version};
use crate::model::url::Target;
use crate::url::Field;

/// Lifetime of a hint, s.
const LIFETIME: u64 = 60;
/// Purpose of the signature.
const PURPOSE: &str = "thumbling context hint";
/// Longest hint before base64, bytes: three ids, and the rest.
const MAX_LEN: usize = 3 * MAX_ID + 256;

impl Inner {
    pub(crate) fn context_hint(
        &self,
        file: &FileRef,
        uri: Option<&str>,
        info: Option<&FileInfo>,
        caller: &Caller,
    ) -> Result<String> {
        self.sign_hint(file, uri, info, caller).map_err(|e| e.traced_by(caller))
    }

    fn sign_hint(&self, file: &FileRef, uri: Option<&str>, info: Option<&FileInfo>, caller: &Caller) -> Result<String> {
        self.check_open()?;
        let info = match info {
            Some(info) => info.clone(),
            None => self.host.authorized_stat(caller, file, Action::View, &self.host.context(None))?,
        };
        let info = info.require_clean()?;
        let expires = self.unix() + LIFETIME;
        let signer = self.keys.signer();
        let names = [file.space.as_str(), file.file.as_str(), info.version.as_str()];
        let mac = signer.mac(PURPOSE, &fields(signer.id(), names, expires, uri, caller));
        let mut bytes = Vec::with_capacity(128);
        bytes.extend_from_slice(&expires.to_be_bytes());
        bytes.extend_from_slice(&mac);
        for text in [signer.id()].into_iter().chain(names) {
            bytes.extend_from_slice(&(text.len() as u16).to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The file and its version, if the hint is valid for this target and caller.
    pub(super) fn verify_hint(&self, hint: &str, target: &Target<'_>, caller: &Caller) -> Option<(FileRef, Version)> {
        if hint.len() > MAX_LEN * 4 / 3 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(hint).ok()?;
        let (expires, rest) = bytes.split_first_chunk::<8>()?;
        let (mac, mut rest) = rest.split_first_chunk::<32>()?;
        let mut next = || {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (text, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            rest = after;
            std::str::from_utf8(text).ok()
        };
        let (key, names) = (next()?, [next()?, next()?, next()?]);
        let uri = match target {
            Target::Uri(uri) => Some(*uri),
            Target::File(_) => None,
        };
        let expires = u64::from_be_bytes(*expires);
        if !self.keys.verify(key, PURPOSE, &fields(key, names, expires, uri, caller), mac) {
            return None;
        }
        let now = self.unix();
        if expires <= now || expires - now > LIFETIME {
            return None;
        }
        let [space, file, version] = names;
        let file = FileRef::new(SpaceId::new(space).ok()?, FileId::new(file).ok()?);
        match target {
            Target::File(target) if **target != file => None,
            _ => Some((file, Version::new(version).ok()?)),
        }
    }

    fn unix(&self) -> u64 {
        self.clock.wall().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
    }
}

fn fields<'a>(
    key: &'a str,
    [space, file, version]: [&'a str; 3],
    expires: u64,
    uri: Option<&'a str>,
    caller: &'a Caller,
) -> [Field<'a>; 14] {
    // Whether it is there, and its value: no value can stand for none.
    let optional =
        |text: Option<&'a str>| [Field::Number(text.is_some().into()), Field::Text(text.unwrap_or_default())];
    let [has_uri, uri] = optional(uri);
    let [has_user, user] = optional(caller.user.as_deref());
    let share = caller.share.as_ref();
    let [has_share, share_id] = optional(share.map(|share| share.id.as_str()));
    let [has_token, token] = optional(share.and_then(|share| share.token.as_deref()));
    let ticket = Field::Text(caller.ticket.as_deref().unwrap_or_default());
    [
        Field::Text(key),
        Field::Text(space),
        Field::Text(file),
        Field::Text(version),
        Field::Number(expires),
        has_uri,
        uri,
        has_user,
        user,
        has_share,
        share_id,
        has_token,
        token,
        ticket,
    ]
}
