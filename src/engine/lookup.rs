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
use crate::engine::port::queue::{Pending, Priority, Wanted};
use crate::engine::port::records::{Ready, Record, State};
use crate::engine::recipe::{self, ContentKey, RecordKey};
use crate::engine::url::SignedUrl;
use crate::error::ErrorKind;

/// Files of one batch.
pub const MAX_BATCH: usize = 30;

/// When a client that is told to come again should come: a person is looking.
const AGAIN: Duration = Duration::from_secs(1);

/// How long a look is remembered before it is written down again, ms: a day.
const LOOKS: i64 = 24 * 60 * 60 * 1000;

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

/// Whether a thumbnail that is not there is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Not,
    Now,
    /// It has been, a moment ago, which the queue need not know yet.
    Already,
}

/// A file whose drive has been asked.
pub(super) enum Known {
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
    pub(super) fn known(&self, file: &FileRef, caller: &Caller) -> Known {
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

    /// What there is for each file.
    pub(super) fn states(
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
        let mut ask = if mode == Mode::CacheOnly { Ask::Not } else { Ask::Now };
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
                    states[*i] = Some(self.state(&look, record, made, ask)?);
                }
            }
            ask = Ask::Already;
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
    fn state(&self, look: &Looked<'_>, record: Option<Record>, made: &Made, ask: Ask) -> Result<LookState> {
        if let Some(record) = record {
            return self.recorded(look, record, made, ask);
        }
        if ask == Ask::Already {
            return Ok(LookState::Pending { retry_after: AGAIN });
        }
        let pending = self.queue.pending(look.content)?;
        // A job that ended since the record was read has left one, both at once.
        if pending.is_none()
            && let Some(record) = self.records.get(&[*look.key])?.into_iter().next().flatten()
        {
            return self.recorded(look, record, made, ask);
        }
        metrics::counter!(crate::engine::observe::LOOKUPS, "answer" => "miss").increment(1);
        Ok(self.missed(look, pending, ask, LookState::NotExist))
    }

    fn recorded(&self, look: &Looked<'_>, record: Record, made: &Made, ask: Ask) -> Result<LookState> {
        let now = clock::wall_ms(&*self.clock);
        match record.state {
            State::Ready(ready) => {
                metrics::counter!(crate::engine::observe::LOOKUPS, "answer" => "hit").increment(1);
                if (now - record.used).abs() > LOOKS {
                    self.note_look(look.key);
                }
                // Painted with other fonts: good enough until it is made anew.
                if record.fonts != 0 && record.fonts != recipe::fonts() && ask == Ask::Now {
                    self.want(look, Priority::Background);
                }
                self.ready(look.file, look.version, &made.name, ready)
            }
            State::Failed { kind, retry_at, .. } => {
                metrics::counter!(crate::engine::observe::LOOKUPS, "answer" => "failed").increment(1);
                let failed = match kind {
                    ErrorKind::Unsupported | ErrorKind::FeatureDisabled => LookState::Unsupported,
                    kind => LookState::Failed { kind },
                };
                match retry_at {
                    Some(at) if crate::engine::work::retry::is_due(at, now) => {
                        let pending = self.queue.pending(look.content)?;
                        Ok(self.missed(look, pending, ask, failed))
                    }
                    _ => Ok(failed),
                }
            }
        }
    }

    /// There is no thumbnail, or none yet; `otherwise` is the answer if nobody makes one.
    fn missed(&self, look: &Looked<'_>, pending: Option<Pending>, ask: Ask, otherwise: LookState) -> LookState {
        if ask == Ask::Now && pending.is_none_or(|pending| pending.priority > Priority::Interactive) {
            self.want(look, Priority::Interactive);
        }
        match (ask, pending) {
            (Ask::Not, None) => otherwise,
            _ => LookState::Pending { retry_after: AGAIN },
        }
    }

    fn want(&self, look: &Looked<'_>, priority: Priority) {
        let (file, version, now) = (look.file.clone(), look.version.clone(), clock::wall_ms(&*self.clock));
        self.queue.want(Wanted { file, version, priority, now });
        self.work.ring(priority);
    }

    fn ready(&self, file: &FileRef, version: &Version, spec: &str, ready: Ready) -> Result<LookState> {
        let Ready { width, height, thumbhash, etag, .. } = ready;
        let url = self.sign(file, version, spec)?;
        Ok(LookState::Ready { width, height, url, thumbhash, etag: crate::engine::port::blobs::hex(&etag) })
    }
}

/// What a look-up is about.
struct Looked<'a> {
    file: &'a FileRef,
    version: &'a Version,
    content: &'a ContentKey,
    key: &'a RecordKey,
}
