//! Look-ups: what there is for a file, right now.
//!
//! A look-up asks the drive two things (may he, what is it), computes the key, and gets one record. Nothing in it
//! waits for the queue: a miss is noted and answered with [`LookState::Pending`].

use std::time::{Duration, Instant};

use crate::engine::caller::Caller;
use crate::engine::drive::{Action, Verdict};
use crate::engine::error::{EngineError, Result, Subject};
use crate::engine::id::{FileRef, Version};
use crate::engine::inner::{Inner, Made};
use crate::engine::port::clock;
use crate::engine::port::queue::{Priority, Wanted};
use crate::engine::port::records::{Ready, Record, State};
use crate::engine::recipe::{self, ContentKey, RecordKey};
use crate::engine::url::{self, Claims, SignedUrl, UrlError};
use crate::error::ErrorKind;
use crate::source::Source;

/// Files of one batch.
pub const MAX_BATCH: usize = 30;

/// When a client that is told to come again should come: a person is looking.
const AGAIN: Duration = Duration::from_secs(1);

/// How long a look is remembered before it is written down again, ms: a day.
const LOOKS: i64 = 24 * 60 * 60 * 1000;

/// Bytes of one thumbnail that are held in memory to be checked as a whole.
const WHOLE: u64 = 8 << 20;

/// What to do about a thumbnail that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Mode {
    /// Nothing.
    CacheOnly,
    /// Have it made, before everything that nobody is looking at.
    #[default]
    EnqueueOnMiss,
    /// Have it made, and wait for it so long.
    WaitUpTo(Duration),
}

/// What there is for a file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LookState {
    /// A thumbnail.
    Ready {
        /// px.
        width: u32,
        /// px.
        height: u32,
        /// Where its bytes are, and until when.
        url: SignedUrl,
        /// What can be drawn until they are there: <https://evanw.github.io/thumbhash/>.
        thumbhash: Vec<u8>,
        /// Changes when the bytes change; without quotes.
        etag: String,
    },
    /// It is being made.
    Pending {
        /// When to look again.
        retry_after: Duration,
    },
    /// There is none, and nobody makes one.
    NotExist,
    /// It could not be made.
    Failed {
        /// Why.
        kind: ErrorKind,
    },
    /// There are no thumbnails of such files.
    Unsupported,
    /// The drive does not let this caller see it.
    Denied,
    /// The drive knows no such file, or no such space.
    NoSuchFile,
    /// The host's scanner calls the file viral.
    Viral,
    /// The host's scanner calls the file malicious.
    Malicious,
}

/// The answer about one file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Look {
    /// Which file.
    pub file: FileRef,
    /// What there is.
    pub state: LookState,
}

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

/// A file whose drive has been asked.
enum Known {
    /// The drive's answer is the answer.
    Settled(LookState),
    /// A file with this content.
    File { version: Version, content: ContentKey },
}

impl Inner {
    pub(crate) fn lookup(&self, file: &FileRef, spec: Option<&str>, caller: &Caller, mode: Mode) -> Result<Look> {
        let looks = self.look(std::slice::from_ref(file), spec, caller, mode).map_err(|e| e.asked_by(caller))?;
        looks.into_iter().next().ok_or_else(|| EngineError::internal("a look-up without an answer"))
    }

    pub(crate) fn lookup_batch(
        &self,
        files: &[FileRef],
        spec: Option<&str>,
        caller: &Caller,
        mode: Mode,
    ) -> Result<Vec<Look>> {
        if !(1..=MAX_BATCH).contains(&files.len()) {
            let detail = format!("{} files; a batch has 1 to {MAX_BATCH}", files.len());
            return Err(EngineError::invalid(Subject::Files, detail).asked_by(caller));
        }
        self.look(files, spec, caller, mode).map_err(|e| e.asked_by(caller))
    }

    fn look(&self, files: &[FileRef], spec: Option<&str>, caller: &Caller, mode: Mode) -> Result<Vec<Look>> {
        let started = Instant::now();
        self.check_open()?;
        let made = self.spec(spec)?;
        let known: Vec<Known> = files.iter().map(|file| self.known(file, caller)).collect();
        let states = self.states(files, &known, made, mode, started)?;
        metrics::histogram!(crate::engine::observe::LOOKUP_SECONDS).record(started.elapsed().as_secs_f64());
        Ok(files.iter().cloned().zip(states).map(|(file, state)| Look { file, state }).collect())
    }

    /// Asks the drive about a file.
    fn known(&self, file: &FileRef, caller: &Caller) -> Known {
        let asked =
            self.host.authorize(caller, Some(file), &file.space, Action::Look).and_then(|()| self.host.stat(file));
        let settled = match asked {
            Ok(info) => match info.verdict {
                Verdict::Clean => {
                    let content = recipe::content_key(file, Some(&info.version));
                    return Known::File { version: info.version, content };
                }
                Verdict::Viral => LookState::Viral,
                Verdict::Malicious => LookState::Malicious,
            },
            Err(e) => match e.kind() {
                ErrorKind::NotFound => LookState::NoSuchFile,
                ErrorKind::Denied => LookState::Denied,
                ErrorKind::Unsupported => LookState::Unsupported,
                kind => LookState::Failed { kind },
            },
        };
        Known::Settled(settled)
    }

    fn states(
        &self,
        files: &[FileRef],
        known: &[Known],
        made: &Made,
        mode: Mode,
        started: Instant,
    ) -> Result<Vec<LookState>> {
        let mut states: Vec<Option<LookState>> = known
            .iter()
            .map(|known| match known {
                Known::Settled(state) => Some(state.clone()),
                Known::File { .. } => None,
            })
            .collect();
        let mut first = true;
        loop {
            let seen = self.published.seen();
            let open: Vec<(usize, RecordKey)> = known
                .iter()
                .enumerate()
                .filter(|(i, _)| states[*i].as_ref().is_none_or(|s| matches!(s, LookState::Pending { .. })))
                .filter_map(|(i, known)| match known {
                    Known::File { content, .. } => Some((i, recipe::record_key(content, &made.variant))),
                    Known::Settled(_) => None,
                })
                .collect();
            if open.is_empty() {
                break;
            }
            let keys: Vec<RecordKey> = open.iter().map(|(_, key)| *key).collect();
            for ((i, key), record) in open.iter().zip(self.records.get(&keys)?) {
                if let Known::File { version, content } = &known[*i] {
                    let look = Looked { file: &files[*i], version, content, key };
                    states[*i] = Some(self.state(&look, record, made, if first { mode } else { Mode::CacheOnly })?);
                }
            }
            first = false;
            let Mode::WaitUpTo(patience) = mode else { break };
            let left = patience.saturating_sub(started.elapsed());
            let waiting = states.iter().flatten().any(|state| matches!(state, LookState::Pending { .. }));
            if !waiting || left.is_zero() || self.is_closed() {
                break;
            }
            self.published.wait(seen, left.min(Duration::from_millis(100)));
        }
        Ok(states.into_iter().map(|state| state.unwrap_or(LookState::NotExist)).collect())
    }

    /// What a record, or that there is none, means to who looks.
    fn state(&self, look: &Looked<'_>, record: Option<Record>, made: &Made, mode: Mode) -> Result<LookState> {
        let now = clock::wall_ms(&*self.clock);
        let Some(record) = record else {
            metrics::counter!(crate::engine::observe::LOOKUPS, "answer" => "miss").increment(1);
            return self.missed(look, mode, now, LookState::NotExist);
        };
        match record.state {
            State::Ready(ready) => {
                metrics::counter!(crate::engine::observe::LOOKUPS, "answer" => "hit").increment(1);
                if (now - record.used).abs() > LOOKS {
                    self.note_look(look.key);
                }
                // Painted with other fonts: good enough until it is made anew.
                if record.fonts != 0 && record.fonts != recipe::fonts() && mode != Mode::CacheOnly {
                    self.want(look, Priority::Background, now);
                }
                self.ready(look.file, look.version, &made.name, ready)
            }
            State::Failed { kind, retry_at, .. } => {
                metrics::counter!(crate::engine::observe::LOOKUPS, "answer" => "failed").increment(1);
                let failed = match kind {
                    ErrorKind::Unsupported | ErrorKind::FeatureDisabled | ErrorKind::NoVisual => LookState::Unsupported,
                    kind => LookState::Failed { kind },
                };
                match retry_at {
                    Some(at) if crate::engine::work::retry::is_due(at, now) => self.missed(look, mode, now, failed),
                    _ => Ok(failed),
                }
            }
        }
    }

    /// There is no thumbnail; `otherwise` is the answer if nobody makes one.
    fn missed(&self, look: &Looked<'_>, mode: Mode, now: i64, otherwise: LookState) -> Result<LookState> {
        let pending = self.queue.pending(look.content)?;
        if mode == Mode::CacheOnly {
            return Ok(match pending {
                Some(_) => LookState::Pending { retry_after: AGAIN },
                None => otherwise,
            });
        }
        if pending.is_none_or(|pending| pending.priority > Priority::Interactive) {
            self.want(look, Priority::Interactive, now);
        }
        Ok(LookState::Pending { retry_after: AGAIN })
    }

    fn want(&self, look: &Looked<'_>, priority: Priority, now: i64) {
        let (file, version) = (look.file.clone(), look.version.clone());
        self.queue.want(Wanted { file, version, priority, now });
        self.work.ring(priority);
    }

    fn ready(&self, file: &FileRef, version: &Version, spec: &str, ready: Ready) -> Result<LookState> {
        let Ready { width, height, thumbhash, etag, .. } = ready;
        let url = self.sign(file, version, spec)?;
        Ok(LookState::Ready { width, height, url, thumbhash, etag: crate::engine::port::blobs::hex(&etag) })
    }

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
            content: Source::bytes(bytes),
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

/// What a look-up is about.
struct Looked<'a> {
    file: &'a FileRef,
    version: &'a Version,
    content: &'a ContentKey,
    key: &'a RecordKey,
}
