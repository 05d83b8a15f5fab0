//! Links: signed URLs of thumbnails and packages, and what they give to whoever comes with one.

use std::time::Instant;

use crate::engine::caller::Caller;
use crate::engine::drive::Action;
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::{FileRef, Version};
use crate::engine::inner::Inner;
use crate::engine::lookup::{Known, LookState, Mode};
use crate::engine::port::records::{Record, State};
use crate::engine::recipe::{self, RecordKey};
use crate::engine::url::{self, Claims, SignedUrl, UrlError};
use crate::error::ErrorKind;
use crate::source::Source;

/// Bytes of one thumbnail that are held in memory to be checked as a whole.
const WHOLE: u64 = 8 << 20;

/// The file that a URL is wanted of.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// By the host's URI, which the drive resolves.
    Uri(&'a str),
    /// By its name.
    File(&'a FileRef),
}

/// What a signed URL gives.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Opened {
    /// The bytes; checked against their checksum as they are read.
    pub content: Source,
    /// The media type.
    pub content_type: String,
    /// Changes when the bytes change; without quotes.
    pub etag: String,
    /// Unix time, s, from which on the URL gives nothing.
    pub expires: u64,
    /// What a package is called.
    pub file_name: Option<String>,
}

impl Inner {
    /// A URL of a thumbnail or a package. The same for an eighth of its life, so that clients can keep what it gave.
    pub(crate) fn sign(&self, file: &FileRef, version: &Version, spec: &str) -> Result<SignedUrl> {
        let now = self.clock.wall();
        let unix = now.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs();
        let life = self.config.url_life.as_secs().max(1);
        let step = (life / 8).max(1);
        let expires = ((unix + life) / step * step).max(unix + 1);
        let claims = Claims { file: file.clone(), version: version.clone(), spec: spec.to_owned(), expires };
        let mut signed = url::sign(&self.keys, &self.config.base_url, &claims, now)?;
        if self.config.obfuscate {
            signed.url = url::obfuscate::encode(&signed.url);
            signed.obfuscated = true;
        }
        Ok(signed)
    }

    pub(crate) fn thumbnail_url(
        &self,
        target: Target<'_>,
        spec: Option<&str>,
        caller: &Caller,
        hint: Option<&str>,
        mode: Mode,
    ) -> Result<SignedUrl> {
        self.url(target, spec, caller, hint, mode).map_err(|e| e.asked_by(caller))
    }

    fn url(
        &self,
        target: Target<'_>,
        spec: Option<&str>,
        caller: &Caller,
        hint: Option<&str>,
        mode: Mode,
    ) -> Result<SignedUrl> {
        let started = Instant::now();
        self.check_open()?;
        let made = self.spec(spec)?;
        let hinted = hint.and_then(|hint| self.read_hint(hint, &target, caller));
        let (file, known) = match hinted {
            // What the caller may see is asked all the same.
            Some((file, version)) => {
                self.host.authorize(caller, Some(&file), &file.space, Action::Look)?;
                let content = recipe::content_key(&file, Some(&version));
                (file, Known::File { version, content })
            }
            None => {
                let file = match target {
                    Target::File(file) => file.clone(),
                    Target::Uri(uri) => self.host.resolve(uri, caller)?,
                };
                let known = self.known(&file, caller);
                (file, known)
            }
        };
        let states = self.states(std::slice::from_ref(&file), &[known], made, mode, started)?;
        let wrong = |kind, detail| Err(EngineError::new(kind, Subject::File, detail));
        match states.into_iter().next() {
            Some(LookState::Ready { url, .. }) => Ok(url),
            Some(LookState::Pending { retry_after }) => {
                Err(EngineError::busy(Subject::File, "the thumbnail is being made", retry_after))
            }
            Some(LookState::Failed { kind }) => wrong(kind, "the thumbnail could not be made"),
            Some(LookState::Unsupported) => wrong(ErrorKind::Unsupported, "there are no thumbnails of such files"),
            Some(LookState::Denied) => wrong(ErrorKind::Denied, "the drive denies it to this caller"),
            Some(LookState::Viral) => wrong(ErrorKind::Viral, "the file is viral"),
            Some(LookState::Malicious) => wrong(ErrorKind::Malicious, "the file is malicious"),
            Some(LookState::NoSuchFile) => wrong(ErrorKind::NotFound, "there is no such file"),
            Some(LookState::NotExist) | None => {
                Err(EngineError::not_found(Subject::Call, "there is no thumbnail of this file"))
            }
        }
    }

    pub(crate) fn open_url(&self, signed: &str) -> std::result::Result<Opened, UrlError> {
        let claims = url::verify(&self.keys, &self.config.base_url, signed, self.clock.wall())?;
        let opened = self.opened(&claims).unwrap_or_else(|e| {
            tracing::warn!(error = %e, file = %claims.file, "a signed URL could not be served");
            None
        });
        opened.ok_or(UrlError)
    }

    fn opened(&self, claims: &Claims) -> Result<Option<Opened>> {
        self.check_open()?;
        if claims.spec == crate::engine::task::package::SPEC {
            return self.open_package(claims);
        }
        let Ok(made) = self.spec(Some(&claims.spec)) else { return Ok(None) };
        let content = recipe::content_key(&claims.file, Some(&claims.version));
        let key = recipe::record_key(&content, &made.variant);
        let record = self.records.get(&[key])?.into_iter().next().flatten();
        let Some(Record { state: State::Ready(ready), .. }) = record else { return Ok(None) };
        let bytes = match self.blobs.get(ready.blob, WHOLE.max(ready.size)) {
            Ok(Some(bytes)) if recipe::etag(&bytes) == ready.etag => bytes,
            Ok(_) => return self.forget_damaged(&key),
            Err(e) if e.kind() == ErrorKind::Corrupt => return self.forget_damaged(&key),
            Err(e) => return Err(e),
        };
        Ok(Some(Opened {
            content: Source::from_bytes(bytes),
            content_type: ready.media_type,
            etag: crate::engine::port::blobs::hex(&ready.etag),
            expires: claims.expires,
            file_name: None,
        }))
    }

    /// A record whose bytes are damaged or gone: forgotten, so that the next look makes it again.
    pub(crate) fn forget_damaged(&self, key: &RecordKey) -> Result<Option<Opened>> {
        metrics::counter!(crate::engine::observe::DAMAGED).increment(1);
        tracing::error!("a blob is damaged or gone; it will be made again");
        self.records.drop_records(&[*key])?;
        Ok(None)
    }
}
