//! Context hints: what a listing knew of a file, given back by the client that listed it, so that the drive is not asked
//! again. A hint is good for a minute, for one caller, for one file (and URI), and says nothing of what he may see.

use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::engine::caller::Caller;
use crate::engine::drive::{Action, FileInfo, Verdict};
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::{FileId, FileRef, SpaceId, Version};
use crate::engine::inner::Inner;
use crate::engine::link::Target;
use crate::engine::url::Field;
use crate::error::ErrorKind;

/// How long a hint is good, s.
const LIFE: u64 = 60;
/// What the signature speaks of.
const PURPOSE: &str = "thumbling context hint";
/// Bytes of a hint, at most: three names, and the rest.
const MOST: usize = 3 * crate::engine::id::MAX_ID + 256;

impl Inner {
    pub(crate) fn context_hint(
        &self,
        file: &FileRef,
        uri: Option<&str>,
        info: Option<&FileInfo>,
        caller: &Caller,
    ) -> Result<String> {
        self.hint(file, uri, info, caller).map_err(|e| e.asked_by(caller))
    }

    fn hint(&self, file: &FileRef, uri: Option<&str>, info: Option<&FileInfo>, caller: &Caller) -> Result<String> {
        self.check_open()?;
        let asked;
        let info = match info {
            Some(info) => info,
            None => {
                self.host.authorize(caller, Some(file), &file.space, Action::Look)?;
                asked = self.host.stat(file)?;
                &asked
            }
        };
        match info.verdict {
            Verdict::Clean => {}
            Verdict::Viral => return Err(EngineError::new(ErrorKind::Viral, Subject::File, "the file is viral")),
            Verdict::Malicious => {
                return Err(EngineError::new(ErrorKind::Malicious, Subject::File, "the file is malicious"));
            }
        }
        let expires = self.unix() + LIFE;
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

    /// The file and its version, if the hint is good for this target and caller.
    pub(crate) fn read_hint(&self, hint: &str, target: &Target<'_>, caller: &Caller) -> Option<(FileRef, Version)> {
        if hint.len() > MOST * 4 / 3 {
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
        if expires <= now || expires - now > LIFE {
            return None;
        }
        let [space, file, version] = names;
        let file = FileRef::new(SpaceId::new(space).ok()?, FileId::new(file).ok()?);
        match target {
            Target::File(asked) if **asked != file => None,
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
    // Whether there is one, and which: no text stands for none.
    let maybe = |text: Option<&'a str>| [Field::Number(text.is_some().into()), Field::Text(text.unwrap_or_default())];
    let [has_uri, uri] = maybe(uri);
    let [has_user, user] = maybe(caller.user.as_deref());
    let share = caller.share.as_ref();
    let [has_share, share_id] = maybe(share.map(|share| share.id.as_str()));
    let [has_token, token] = maybe(share.and_then(|share| share.token.as_deref()));
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
