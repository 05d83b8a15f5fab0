//! Signed URLs of thumbnails, and opening signed URLs.

use std::time::Instant;

use crate::inner::Inner;
use crate::model::blob::hex;
use crate::model::caller::Caller;
use crate::model::drive::Action;
use crate::model::error::{EngineError, Result, Subject};
use crate::model::key::{self, RecordKey};
use crate::model::lookup::{LookupMode, LookupState};
use crate::model::package;
use crate::model::record::{Record, RecordState};
use crate::model::task::ShareTask;
use crate::model::url::{Claims, SignedUrl, Target, UrlContent, UrlError};
use crate::observe;
use crate::ops::lookup::Stat;
use crate::url;
use thumbling::ErrorKind;
use thumbling::Source;

/// Largest thumbnail, bytes, that is not expected to be larger by its record: it is read into memory to be verified.
const MAX_THUMBNAIL: u64 = 8 << 20;

impl Inner {
    pub(crate) fn thumbnail_url(
        &self,
        target: Target<'_>,
        spec: Option<&str>,
        caller: &Caller,
        hint: Option<&str>,
        mode: LookupMode,
    ) -> Result<SignedUrl> {
        self.url_of(target, spec, caller, hint, mode).map_err(|e| e.traced_by(caller))
    }

    fn url_of(
        &self,
        target: Target<'_>,
        spec: Option<&str>,
        caller: &Caller,
        hint: Option<&str>,
        mode: LookupMode,
    ) -> Result<SignedUrl> {
        let started = Instant::now();
        self.check_open()?;
        let spec = self.spec(spec)?;
        let call = self.lookup_context(mode);
        let hinted = hint.and_then(|hint| self.verify_hint(hint, &target, caller));
        let (file, stat) = match hinted {
            // A hint replaces `resolve` and `stat`, but never `authorize`.
            Some((file, version)) => {
                self.host.authorize(caller, Some(&file), &file.space, Action::View, &call)?;
                let stat = Stat::of_content(&file, version);
                (file, stat)
            }
            None => {
                let file = match target {
                    Target::File(file) => file.clone(),
                    Target::Uri(uri) => self.host.resolve(uri, caller, &call)?,
                };
                let stat = self.stat_for_lookup(&file, caller, &call);
                (file, stat)
            }
        };
        let states = self.lookup_states(std::slice::from_ref(&file), &[stat], spec, mode, started)?;
        let mut state = states.into_iter().next().unwrap_or(LookupState::NotExist);
        self.authorize_again(&file, caller, &call, started, &mut state);
        url_or_error(state)
    }

    pub(crate) fn open_url(&self, signed: &str) -> std::result::Result<UrlContent, UrlError> {
        self.check_open().map_err(|_| UrlError)?;
        let claims = url::verify(&self.keys, &self.config.base_url, signed, self.clock.wall())?;
        let content = self.open_claims(&claims).unwrap_or_else(|e| {
            tracing::warn!(error = %e, file = %claims.file, "a signed URL could not be opened");
            None
        });
        content.ok_or(UrlError)
    }

    fn open_claims(&self, claims: &Claims) -> Result<Option<UrlContent>> {
        if claims.spec == package::SPEC {
            return self.open_package(claims);
        }
        let Ok(spec) = self.spec(Some(&claims.spec)) else { return Ok(None) };
        let key = spec.key(&key::content_key(&claims.file, Some(&claims.version)));
        let Some(Record { state: RecordState::Ready(ready), .. }) = self.record(&key)? else { return Ok(None) };
        let bytes = match self.blobs.get(ready.blob, MAX_THUMBNAIL.max(ready.size)) {
            Ok(Some(bytes)) if key::etag(&bytes) == ready.etag => bytes,
            Ok(_) => return self.drop_damaged(&key),
            Err(e) if e.kind() == ErrorKind::Corrupt => return self.drop_damaged(&key),
            Err(e) => return Err(e),
        };
        let body = Source::from_bytes(bytes);
        Ok(Some(UrlContent::new(body, ready.media_type, hex(&ready.etag), claims.expires)))
    }

    fn open_package(&self, claims: &Claims) -> Result<Option<UrlContent>> {
        let Some(task) = package::task_of(&claims.file) else { return Ok(None) };
        let key = key::package_key(&claims.file.space, task.as_bytes());
        let Some(Record { state: RecordState::Ready(ready), .. }) = self.record(&key)? else { return Ok(None) };
        let Some(body) = self.blobs.open(ready.blob)? else { return self.drop_damaged(&key) };
        let mut content = UrlContent::new(body, ready.media_type, hex(&ready.etag), claims.expires);
        content.file_name = self.queue.task(&task)?.and_then(|task| match task.share {
            Some(ShareTask::Package { zip_name, .. }) => Some(zip_name),
            _ => None,
        });
        Ok(Some(content))
    }

    /// Drops a record whose bytes are damaged or missing, so that the next lookup queues it again.
    fn drop_damaged(&self, key: &RecordKey) -> Result<Option<UrlContent>> {
        metrics::counter!(observe::DAMAGED).increment(1);
        tracing::error!("a blob is damaged or missing; it will be generated again");
        self.records.drop_records(&[*key])?;
        Ok(None)
    }
}

/// The URL of a thumbnail that is ready, or why there is none.
fn url_or_error(state: LookupState) -> Result<SignedUrl> {
    let error = |kind, detail| Err(EngineError::new(kind, Subject::File, detail));
    match state {
        LookupState::Ready { url, .. } => Ok(url),
        LookupState::Pending { retry_after } => {
            Err(EngineError::busy(Subject::File, "the thumbnail is being generated", retry_after))
        }
        LookupState::NotExist => Err(EngineError::not_found(Subject::Call, "there is no thumbnail of this file")),
        LookupState::Failed { kind } => error(kind, "the thumbnail could not be generated"),
        LookupState::Unsupported => error(ErrorKind::Unsupported, "files of this format have no thumbnails"),
        LookupState::Denied => error(ErrorKind::Denied, "the drive denies access to this caller"),
        LookupState::Viral => error(ErrorKind::Viral, "the file is viral"),
        LookupState::Malicious => error(ErrorKind::Malicious, "the file is malicious"),
        LookupState::NoSuchFile => error(ErrorKind::NotFound, "there is no such file"),
    }
}
